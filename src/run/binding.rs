//! Every plant input bound to the document that gives it.
//!
//! In: the plant's ports, a recipe, a model. Out: nominal values and distributions in port order,
//! with evidence and source of each. The recipe wins over the model; a name that neither gives is
//! listed as missing, never filled in.

use super::plant::Plant;
use super::spread::{self, TruncatedTriangular};
use crate::model::document::{Missing, Model, Required, missing};
use crate::model::parameter::Evidence;
use crate::monte_carlo::ensemble::Input;
use crate::monte_carlo::sampler::Distribution;
use crate::recipe::{DrawSource, Recipe};

/// Where a bound value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The recipe; drawn from its spread, its tolerance box, or fixed.
    Recipe(DrawSource),
    /// The model.
    Model {
        /// Class of the evidence.
        evidence: Evidence,
        /// Source as written.
        source: String,
    },
}

/// All plant inputs of one recipe.
#[derive(Clone, Debug, PartialEq)]
pub struct Binding {
    /// Names and distributions in port order.
    pub inputs: Vec<Input>,
    /// Nominal values in port order, SI.
    pub nominal: Vec<f64>,
    /// Ends of the tolerance box in port order, SI; equal where there is no tolerance.
    pub bounds: Vec<(f64, f64)>,
    /// Where each value comes from.
    pub origins: Vec<Origin>,
}

/// Why inputs cannot be bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BindingError {
    /// Names that neither recipe nor model gives.
    Missing(Vec<Missing>),
    /// A spread the sampler does not have.
    Spread {
        /// The parameter.
        name: String,
        /// What is wrong with it.
        error: TruncatedTriangular,
    },
    /// A choice where a number is needed.
    NotANumber {
        /// The parameter.
        name: String,
    },
}

impl Binding {
    /// Binds the plant's inputs.
    ///
    /// # Errors
    /// [`BindingError`].
    pub fn new(plant: &Plant, recipe: &Recipe, model: &Model) -> Result<Self, BindingError> {
        let ports = plant.inputs();
        let required = ports.iter().map(|port| Required {
            name: &port.name,
            needed_by: "the twin",
        });
        let missing = missing(recipe, Some(model), required);
        if !missing.is_empty() {
            return Err(BindingError::Missing(missing));
        }
        let mut binding = Self {
            inputs: Vec::with_capacity(ports.len()),
            nominal: Vec::with_capacity(ports.len()),
            bounds: Vec::with_capacity(ports.len()),
            origins: Vec::with_capacity(ports.len()),
        };
        for port in ports {
            binding.push(&port.name, recipe, model)?;
        }
        Ok(binding)
    }

    fn push(&mut self, name: &str, recipe: &Recipe, model: &Model) -> Result<(), BindingError> {
        let not_a_number = || BindingError::NotANumber {
            name: name.to_owned(),
        };
        let (nominal, bounds, declared, origin) =
            if let Some(parameter) = recipe.parameters.get(name) {
                let value = parameter.number().ok_or_else(not_a_number)?;
                let (low, high) = parameter.bounds().ok_or_else(not_a_number)?;
                let draw = parameter.draw().ok_or_else(not_a_number)?;
                let bounds = (low.to_f64(), high.to_f64());
                (
                    value.to_f64(),
                    bounds,
                    draw.distribution,
                    Origin::Recipe(draw.source),
                )
            } else if let Some(parameter) = model.parameters.get(name) {
                let value = parameter.number().to_f64();
                let origin = Origin::Model {
                    evidence: parameter.evidence,
                    source: parameter.source.clone(),
                };
                (value, (value, value), parameter.distribution(), origin)
            } else {
                // INVARIANT: `new` has checked that recipe or model gives every port.
                return Err(not_a_number());
            };
        let distribution = spread::to_sampler(&declared).map_err(|error| BindingError::Spread {
            name: name.to_owned(),
            error,
        })?;
        self.inputs.push(Input {
            name: name.to_owned(),
            distribution,
        });
        self.nominal.push(nominal);
        self.bounds.push(bounds);
        self.origins.push(origin);
        Ok(())
    }

    /// Returns the place of an input.
    #[must_use]
    pub fn place(&self, name: &str) -> Option<usize> {
        self.inputs.iter().position(|input| input.name == name)
    }

    /// Returns the binding with one input moved to a value and fixed there.
    #[must_use]
    pub fn fixed_at(&self, place: usize, value: f64) -> Self {
        let mut moved = self.clone();
        moved.inputs[place].distribution = Distribution::Fixed { value };
        moved.nominal[place] = value;
        moved
    }
}
