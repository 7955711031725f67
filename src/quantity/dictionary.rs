//! The quantity dictionary: every name that rules, recipes, models and the twin share.
//!
//! In: a dotted name such as `coating.web_speed` or `drying.zone[3].air_temperature`. Out: its
//! type, role, display unit, basis (for fractions: of what) and one line of text. It is the only
//! thing `check` and `twin` have in common. Names with `[*]` stand for every zone.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::kind::{QuantityType, kind_named};
use super::unit::{Unit, parse_unit};

/// What a quantity is to a recipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Chosen by the recipe.
    Setpoint,
    /// A property of incoming material.
    Material,
    /// Given by the surroundings.
    Disturbance,
    /// A constant of a model.
    Parameter,
    /// Computed by the twin.
    Outcome,
}

impl Role {
    /// Names the role in documents and messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Setpoint => "setpoint",
            Self::Material => "material",
            Self::Disturbance => "disturbance",
            Self::Parameter => "parameter",
            Self::Outcome => "outcome",
        }
    }
}

/// One quantity of the dictionary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Dotted name; `[*]` stands for an index.
    pub name: &'static str,
    /// Dimension and kind.
    pub quantity_type: QuantityType,
    /// What it is to a recipe.
    pub role: Role,
    /// Unit in which people read it.
    pub unit: Unit,
    /// One line for people.
    pub text: &'static str,
    /// For fractions: of what (`coating`, `electrode`, `electrolyte`, `slurry`, …).
    pub basis: Option<&'static str>,
}

/// All quantities by name.
#[derive(Clone, Debug, Default)]
pub struct Dictionary {
    entries: BTreeMap<&'static str, Entry>,
}

impl Dictionary {
    /// Returns the entry for a name; an index such as `[3]` matches `[*]`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Entry> {
        self.entries
            .get(name)
            .or_else(|| self.entries.get(family(name)?.as_str()))
    }

    /// Returns all names in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.entries.keys().copied()
    }

    /// Returns all entries in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }
}

/// Returns the family name (`drying.zone[*].length`) of an indexed name, if it has an index.
#[must_use]
pub fn family(name: &str) -> Option<String> {
    let open = name.find('[')?;
    let close = open + name[open..].find(']')?;
    let index = &name[open + 1..close];
    (!index.is_empty() && index.bytes().all(|b| b.is_ascii_digit()))
        .then(|| format!("{}[*]{}", &name[..open], &name[close + 1..]))
}

/// Returns the index of an indexed name (`drying.zone[3].length` → 3).
#[must_use]
pub fn index(name: &str) -> Option<usize> {
    let open = name.find('[')?;
    let close = open + name[open..].find(']')?;
    name[open + 1..close].parse().ok()
}

/// Returns the dictionary of this version.
///
/// # Example
/// ```
/// use cellwright::quantity::dictionary::{Role, standard};
/// let speed = standard().get("coating.web_speed").expect("in the dictionary");
/// assert_eq!((speed.role, speed.unit.symbol.as_str()), (Role::Setpoint, "m/min"));
/// ```
#[must_use]
pub fn standard() -> &'static Dictionary {
    static DICTIONARY: OnceLock<Dictionary> = OnceLock::new();
    DICTIONARY.get_or_init(|| {
        let entries = super::standard_names::ROWS
            .iter()
            .filter_map(|&(name, kind, role, unit, basis, text)| {
                // INVARIANT: the test below shows that no row is dropped here.
                let (quantity_type, unit) = (
                    kind_named(kind)?,
                    parse_unit(unit).ok().or_else(|| one(unit))?,
                );
                let basis = (!basis.is_empty()).then_some(basis);
                Some((
                    name,
                    Entry {
                        name,
                        quantity_type,
                        role,
                        unit,
                        text,
                        basis,
                    },
                ))
            })
            .collect();
        Dictionary { entries }
    })
}

/// The unit of plain numbers, written `1` in the table.
fn one(symbol: &str) -> Option<Unit> {
    use crate::rational::Rational;
    (symbol == "1").then(|| Unit {
        symbol: "1".to_owned(),
        quantity_type: QuantityType::NUMBER,
        factor: Rational::one(),
        offset: Rational::zero(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::Kind;
    use crate::quantity::standard_names::ROWS;

    #[test]
    fn every_row_has_a_known_kind_and_a_unit_of_that_kind() {
        assert_eq!(
            standard().entries.len(),
            ROWS.len(),
            "a name stands twice or a row is wrong"
        );
        for entry in standard().iter() {
            assert_eq!(
                entry.unit.quantity_type.dimension, entry.quantity_type.dimension,
                "{}",
                entry.name
            );
            let unit_kind = entry.unit.quantity_type.kind;
            let fits = unit_kind == entry.quantity_type.kind
                || (entry.quantity_type.kind.is_temperature_point()
                    && matches!(unit_kind, Kind::AbsoluteTemperature | Kind::Plain));
            assert!(
                fits,
                "{}: {:?} in `{}`",
                entry.name, entry.quantity_type, entry.unit.symbol
            );
            if entry.quantity_type.kind.is_fraction() {
                assert!(
                    entry.basis.is_some(),
                    "{} is a fraction of what?",
                    entry.name
                );
            }
        }
    }

    #[test]
    fn indexed_names_resolve_to_their_family() {
        let entry = standard()
            .get("drying.zone[3].air_temperature")
            .expect("family");
        assert_eq!(entry.name, "drying.zone[*].air_temperature");
        assert_eq!(index("drying.zone[3].air_temperature"), Some(3));
        assert!(standard().get("drying.zone[x].air_temperature").is_none());
    }
}
