//! Binder migration while the wet film shrinks (B1): a finite-volume solver, both analytic limits,
//! and an error-controlled table between them.
//!
//! In: the Péclet number of the film, the volume fractions of undissolved solids at the start and
//! at the packing. Out: binder at the top and at the foil over the mean. Font, Protas, Richardson
//! and Foster 2018 (J Power Sources 393:177, arXiv:1801.01580): solids uniform, the surface falls
//! at the rate E, dissolved binder moves with the liquid and diffuses,
//! ∂(w·c)/∂σ = −∂/∂η[η·c − κ·∂c/∂η], κ = w/(s²·Pe), with the thickness s = h/h_0 = 1 − σ as time,
//! η = z/h, w = s − φ_0 the liquid per area and Pe = E·h_0/D. No flux through either face. The film
//! stops shrinking at s = φ_0/φ_max. Not modelled: what the emptying pores carry afterwards, a gel
//! that holds the binder, a diffusivity that falls as the liquid thickens.

mod table;

use crate::math;
use crate::twin::port::stage_values;
use crate::twin::status::{TwinError, not_negative, positive};

pub use table::{PACKING_RANGE, RATE_RANGE, SHRINKAGE_RANGE, coefficients_text, node_films};

stage_values! {
    /// How the binder moves.
    BinderInputs {
        diffusivity: "binder.diffusivity", "m^2/s", Parameter,
            "diffusivity of the binder in the wet film";
    }
}

stage_values! {
    /// Where the binder ends up.
    BinderOutcomes {
        peclet: "drying.peclet", "1", Outcome,
            "shrinkage rate times wet thickness over binder diffusivity";
        binder_top: "drying.binder_top", "1", Outcome,
            "binder at the surface over its mean when the film stops shrinking";
        binder_bottom: "drying.binder_bottom", "1", Outcome,
            "binder at the foil over its mean when the film stops shrinking";
    }
}

/// A film that shrinks from one volume fraction of solids to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shrinkage {
    /// Péclet number E·h_0/D.
    pub peclet: f64,
    /// Volume fraction of undissolved solids in the film as coated.
    pub initial: f64,
    /// Volume fraction of undissolved solids when the film stops shrinking.
    pub packed: f64,
}

/// Binder at both faces over its mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gradient {
    /// At the surface.
    pub top: f64,
    /// At the foil.
    pub bottom: f64,
}

/// Cells and steps of the solver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// Finite volumes over the thickness.
    pub cells: usize,
    /// Steps of the shrinkage.
    pub steps: usize,
}

impl Resolution {
    /// Within 0.2 % on both faces up to a final Péclet number of 1 000; used where the table ends.
    pub const LINE: Self = Self {
        cells: 160,
        steps: 40,
    };
    /// The first of the two grids that the table is extrapolated from.
    pub const TABLE: Self = Self {
        cells: 240,
        steps: 80,
    };

    /// Twice as fine in both.
    #[must_use]
    pub fn doubled(self) -> Self {
        Self {
            cells: 2 * self.cells,
            steps: 2 * self.steps,
        }
    }
}

/// Most cells or steps of one solution.
pub const RESOLUTION_MAX: usize = 16_384;

/// The final profile: values per cell, faces, and the mean that conservation demands.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Concentration per cell over the initial one, foil first.
    pub concentration: Vec<f64>,
    /// Width of each cell as a share of the thickness.
    pub width: Vec<f64>,
    /// Binder at both faces over the mean.
    pub gradient: Gradient,
}

impl Profile {
    /// Mean concentration over the thickness, over the initial one.
    #[must_use]
    pub fn mean(&self) -> f64 {
        let pairs = self.concentration.iter().zip(&self.width);
        pairs.fold(0.0, |sum, (value, width)| sum + value * width)
    }
}

impl Shrinkage {
    /// Checks the numbers.
    ///
    /// # Errors
    /// [`TwinError::OutOfDomain`] unless 0 < φ_0 < φ_max < 1 and the Péclet number is not negative.
    pub fn check(&self) -> Result<(), TwinError> {
        not_negative("drying.peclet", self.peclet)?;
        positive("slurry.volume_fraction", self.initial)?;
        if self.initial < self.packed && self.packed < 1.0 {
            return Ok(());
        }
        Err(TwinError::OutOfDomain {
            quantity: "slurry.volume_fraction",
            value: self.initial,
            expected: "less than the share of solids in the dry layer, so that the film shrinks",
        })
    }

    /// Thickness of the packed film over that of the wet film.
    #[must_use]
    pub fn final_thickness(&self) -> f64 {
        self.initial / self.packed
    }

    /// Mean concentration at the end over that at the start: (1 − φ_0)/(s_f − φ_0).
    #[must_use]
    pub fn mean_growth(&self) -> f64 {
        (1.0 - self.initial) / (self.final_thickness() - self.initial)
    }

    /// Péclet number of the packed film, E·h_f/(ε_f·D).
    #[must_use]
    pub fn final_peclet(&self) -> f64 {
        self.peclet * self.final_thickness() / (1.0 - self.packed)
    }

    /// Slow limit (Pe below about 0.5): the profile is steady at any time, c ∝ exp(Pe_e·η²/2).
    #[must_use]
    pub fn slow_limit(&self) -> Gradient {
        let half = 0.5 * self.final_peclet();
        let mut mean = 0.0;
        for (node, weight) in GAUSS {
            mean += weight * math::exp(half * (node * node - 1.0));
        }
        Gradient {
            top: 1.0 / mean,
            bottom: math::exp(-half) / mean,
        }
    }

    /// Fast limit (Pe above about 10): the bulk keeps its concentration, the rest piles up in a
    /// layer below the surface: w_f/w_0 and (w_f/w_0)·[1 + (w_0 − w_f)·Pe/ε_f²].
    #[must_use]
    pub fn fast_limit(&self) -> Gradient {
        let bottom = 1.0 / self.mean_growth();
        let porosity = 1.0 - self.packed;
        let swept = 1.0 - self.final_thickness();
        Gradient {
            top: bottom * (1.0 + swept * self.peclet / (porosity * porosity)),
            bottom,
        }
    }

    /// Solves the equation: central fluxes on volumes that narrow towards the surface, BDF2.
    ///
    /// # Errors
    /// As [`Self::check`], and for a resolution outside 4 to [`RESOLUTION_MAX`].
    pub fn solve(&self, resolution: Resolution) -> Result<Profile, TwinError> {
        self.check()?;
        for count in [resolution.cells, resolution.steps] {
            if !(4..=RESOLUTION_MAX).contains(&count) {
                return Err(TwinError::OutOfDomain {
                    quantity: "resolution of the binder solver",
                    value: count as f64,
                    expected: "4 to 16 384 cells and steps",
                });
            }
        }
        if self.peclet == 0.0 {
            return Ok(self.uniform(resolution));
        }
        Ok(Grid::new(self, resolution.cells).solve(self, resolution.steps))
    }

    fn uniform(&self, resolution: Resolution) -> Profile {
        Profile {
            concentration: vec![self.mean_growth(); resolution.cells],
            width: vec![1.0 / resolution.cells as f64; resolution.cells],
            gradient: Gradient {
                top: 1.0,
                bottom: 1.0,
            },
        }
    }

    /// Two solutions, the second twice as fine, extrapolated for the second order of both methods.
    ///
    /// # Errors
    /// As [`Self::solve`].
    pub fn extrapolated(&self, resolution: Resolution) -> Result<Gradient, TwinError> {
        let coarse = self.solve(resolution)?.gradient;
        let fine = self.solve(resolution.doubled())?.gradient;
        let limit = |coarse: f64, fine: f64| fine + (fine - coarse) / 3.0;
        Ok(Gradient {
            top: limit(coarse.top, fine.top),
            bottom: limit(coarse.bottom, fine.bottom),
        })
    }

    /// Binder at both faces: the table, or the solver where the table ends.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub fn gradient(&self) -> Result<Gradient, TwinError> {
        self.check()?;
        match self.tabulated() {
            Some(gradient) => Ok(gradient),
            None => Ok(self.solve(Resolution::LINE)?.gradient),
        }
    }

    /// What the table says; `None` outside its ranges of packing and shrinkage. Beyond its range of
    /// rates the limits take over, joined without a step.
    #[must_use]
    pub fn tabulated(&self) -> Option<Gradient> {
        let shrinkage = self.final_thickness();
        let inside = |(low, high): (f64, f64), value: f64| (low..=high).contains(&value);
        if !(inside(SHRINKAGE_RANGE, shrinkage) && inside(PACKING_RANGE, self.packed)) {
            return None;
        }
        if self.peclet == 0.0 {
            return Some(Gradient {
                top: 1.0,
                bottom: 1.0,
            });
        }
        let (low, high) = RATE_RANGE;
        let rate = self.scaled_rate();
        // Beyond either end the correction to the anchor dies with the distance from the table.
        let fade = (rate / low).min(high / rate).min(1.0);
        let [top, bottom] = table::correction(rate.clamp(low, high), shrinkage, self.packed);
        Some(self.anchored([fade * top, fade * bottom]))
    }

    /// The Péclet number in units of the one where the slow limit at the foil meets the fast one:
    /// films of any packing change from one limit to the other around 1.
    #[must_use]
    pub fn scaled_rate(&self) -> f64 {
        self.final_peclet() / (6.0 * (1.0 - 1.0 / self.mean_growth()))
    }

    /// Values of both anchors, which meet the slow and the fast limit: excess at the top, lack at
    /// the foil.
    fn anchors(&self) -> [f64; 2] {
        let porosity = 1.0 - self.packed;
        let kept = 1.0 / self.mean_growth();
        let slow = self.final_peclet() / 3.0;
        let fast = kept * (1.0 - self.final_thickness()) * self.peclet / (porosity * porosity);
        let rate = self.scaled_rate();
        let share = rate / (rate + 1.0);
        [
            slow * (1.0 - share) + fast * share,
            -(1.0 - kept) * math::exp_m1(-rate),
        ]
    }

    /// Faces from the anchors and the logarithms of what is left to correct.
    fn anchored(&self, corrections: [f64; 2]) -> Gradient {
        let [top, bottom] = self.anchors();
        Gradient {
            top: 1.0 + top * math::exp(corrections[0]),
            bottom: 1.0 - bottom * math::exp(corrections[1]),
        }
    }

    /// The logarithms that the table stores: solution over anchor.
    ///
    /// # Errors
    /// As [`Self::solve`].
    pub fn corrections(&self, resolution: Resolution) -> Result<[f64; 2], TwinError> {
        let found = self.extrapolated(resolution)?;
        let [top, bottom] = self.anchors();
        Ok([
            math::ln((found.top - 1.0) / top),
            math::ln((1.0 - found.bottom) / bottom),
        ])
    }
}

/// Five-point Gauss–Legendre nodes on (0, 1), with weights.
const GAUSS: [(f64, f64); 5] = [
    (0.046_910_077_030_668_0, 0.118_463_442_528_094_5),
    (0.230_765_344_947_158_5, 0.239_314_335_249_683_2),
    (0.5, 0.284_444_444_444_444_4),
    (0.769_234_655_052_841_5, 0.239_314_335_249_683_2),
    (0.953_089_922_969_332, 0.118_463_442_528_094_5),
];

/// Finite volumes over η, narrower towards the surface where a layer of 1/Pe_e forms.
struct Grid {
    /// Edges, foil first; one more than cells.
    edge: Vec<f64>,
    width: Vec<f64>,
    middle: Vec<f64>,
}

impl Grid {
    /// Edges 1 − sinh(γ(1−ξ))/sinh γ with γ growing as the layer thins.
    fn new(film: &Shrinkage, cells: usize) -> Self {
        let stretch = math::ln(1.0 + film.final_peclet());
        let sinh = |x: f64| 0.5 * (math::exp(x) - math::exp(-x));
        let edge: Vec<f64> = (0..=cells)
            .map(|at| {
                let left = 1.0 - at as f64 / cells as f64;
                if stretch < 1e-3 {
                    1.0 - left
                } else {
                    1.0 - sinh(stretch * left) / sinh(stretch)
                }
            })
            .collect();
        let width = edge.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let middle = edge
            .windows(2)
            .map(|pair| 0.5 * (pair[0] + pair[1]))
            .collect();
        Self {
            edge,
            width,
            middle,
        }
    }

    fn solve(&self, film: &Shrinkage, steps: usize) -> Profile {
        let cells = self.width.len();
        let step = (1.0 - film.final_thickness()) / steps as f64;
        let liquid = |done: usize| 1.0 - done as f64 * step - film.initial;
        // Liquid times concentration, now and one step before.
        let mut now = vec![liquid(0); cells];
        let mut before = now.clone();
        let mut concentration = vec![1.0; cells];
        let mut bands = Bands::new(cells);
        for done in 1..=steps {
            // The first step has no history: backward Euler.
            let (new, old, older) = if done == 1 {
                (1.0, 1.0, 0.0)
            } else {
                (1.5, 2.0, -0.5)
            };
            let wet = liquid(done);
            let thickness = 1.0 - done as f64 * step;
            let diffusion = wet / (thickness * thickness * film.peclet);
            self.assemble(&mut bands, new * wet / step, diffusion);
            for cell in 0..cells {
                let history = old * now[cell] + older * before[cell];
                bands.right[cell] = history / step * self.width[cell];
            }
            bands.solve(&mut concentration);
            for cell in 0..cells {
                before[cell] = now[cell];
                now[cell] = wet * concentration[cell];
            }
        }
        let gradient = self.faces(&concentration, film);
        Profile {
            concentration,
            width: self.width.clone(),
            gradient,
        }
    }

    /// Rows `storage·d·c − (flux in − flux out)`, with the central flux η·c − κ·∂c/∂η.
    fn assemble(&self, bands: &mut Bands, storage: f64, diffusion: f64) {
        let cells = self.width.len();
        for cell in 0..cells {
            bands.lower[cell] = 0.0;
            bands.upper[cell] = 0.0;
            bands.middle[cell] = storage * self.width[cell];
        }
        for at in 1..cells {
            let distance = self.middle[at] - self.middle[at - 1];
            let share = (self.edge[at] - self.middle[at - 1]) / distance;
            let spread = diffusion / distance;
            // Flux through the edge = from_below·c[at−1] + from_above·c[at].
            let from_below = self.edge[at] * (1.0 - share) + spread;
            let from_above = self.edge[at] * share - spread;
            bands.middle[at - 1] += from_below;
            bands.upper[at - 1] += from_above;
            bands.lower[at] -= from_below;
            bands.middle[at] -= from_above;
        }
    }

    /// Extrapolates to both faces with a parabola that meets the mean of two cells and the flux
    /// condition of the face: no gradient at the foil, κ·c' = c at the surface.
    fn faces(&self, concentration: &[f64], film: &Shrinkage) -> Gradient {
        let mean = {
            let pairs = concentration.iter().zip(&self.width);
            pairs.fold(0.0, |sum, (value, width)| sum + value * width)
        };
        let cells = concentration.len();
        let bottom = face([self.width[0], self.width[1]], 0.0, concentration, 0, 1);
        let top = face(
            [self.width[cells - 1], self.width[cells - 2]],
            // The slope seen from the face into the film is against η.
            -film.final_peclet(),
            concentration,
            cells - 1,
            cells - 2,
        );
        Gradient {
            top: top / mean,
            bottom: bottom / mean,
        }
    }
}

/// Value at a face of the parabola c·(1 + slope·x) + k·x² through the means of the two cells next
/// to it; x is the distance from the face.
fn face(widths: [f64; 2], slope: f64, concentration: &[f64], near: usize, next: usize) -> f64 {
    let [first, second] = widths;
    let far = first + second;
    let squares = |from: f64, to: f64| (to * to + to * from + from * from) / 3.0;
    let near_row = (1.0 + slope * 0.5 * first, squares(0.0, first));
    let next_row = (1.0 + slope * 0.5 * (first + far), squares(first, far));
    let determinant = near_row.0 * next_row.1 - next_row.0 * near_row.1;
    (concentration[near] * next_row.1 - concentration[next] * near_row.1) / determinant
}

/// A tridiagonal system and its right side.
struct Bands {
    lower: Vec<f64>,
    middle: Vec<f64>,
    upper: Vec<f64>,
    right: Vec<f64>,
}

impl Bands {
    fn new(size: usize) -> Self {
        Self {
            lower: vec![0.0; size],
            middle: vec![0.0; size],
            upper: vec![0.0; size],
            right: vec![0.0; size],
        }
    }

    /// Solves in place (Thomas); the matrix is destroyed.
    fn solve(&mut self, solution: &mut [f64]) {
        let size = self.middle.len();
        for at in 1..size {
            let factor = self.lower[at] / self.middle[at - 1];
            self.middle[at] -= factor * self.upper[at - 1];
            self.right[at] -= factor * self.right[at - 1];
        }
        solution[size - 1] = self.right[size - 1] / self.middle[size - 1];
        for at in (0..size - 1).rev() {
            solution[at] = (self.right[at] - self.upper[at] * solution[at + 1]) / self.middle[at];
        }
    }
}
