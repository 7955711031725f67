//! Salt and potential in the electrolyte (SPMe), in lanes.
//!
//! In: cell current at start and end of a step, thickness of the film. Out: the concentration
//! profile at the end as a straight line in both currents, the voltage that the electrolyte and the
//! solid take, and the factor of the exchange current densities. Salt diffuses through the three
//! layers in volumes (`implicit`); the film narrows the pores of the negative electrode, where the
//! salt stays. One temperature per run.
//!
//! Sources: Marquis et al. 2019, doi:10.1149/2.0341915jes (composite form); Brosa Planella &
//! Widanage 2022 (side reactions: all current of the negative electrode, the film's included,
//! releases salt).

use super::cell::{Electrolyte, FARADAY_C_MOL, GAS_J_MOL_K};
use super::implicit::{Response, Row};
use crate::lanes::{Choice, Real};
use crate::math;
use crate::model::curve::Curve;

/// Volumes per layer.
const PER_LAYER: usize = 20;

/// Volumes in all.
const COUNT: usize = 3 * PER_LAYER;

/// A concentration is held above this in the logarithms, mol/m³.
const CONCENTRATION_LEAST: f64 = 1e-3;

/// What the electrolyte does to the cell at one current.
#[derive(Debug, Clone, Copy)]
pub(super) struct Salt<R: Real> {
    /// Added to the cell voltage, V.
    pub(super) voltage_v: R,
    /// Its derivative to the current at the end of the step, V/A.
    pub(super) voltage_per_a: R,
    /// Factor of the inverse exchange current density, negative and positive electrode.
    pub(super) inverse_exchange: [R; 2],
}

/// Electrolyte of all lanes: one set of parameters, one state per lane.
#[derive(Debug, Clone)]
pub(super) struct Salts<R: Real> {
    parameters: Electrolyte,
    area_m2: f64,
    /// Geometric surface of the negative particles per volume, 1/m.
    surface_1_m: f64,
    initial_thickness_m: f64,
    /// Arrhenius factors of diffusivity and conductivity.
    factors: [f64; 2],
    /// `R T / F`, V.
    rt_f_v: f64,
    content: Vec<R>,
    /// Thickness of the film for which `content` holds, m.
    thickness_m: R,
    /// Thickness of the film at the end of the step, m.
    ahead_m: R,
    length_s: R,
    row: Row<R>,
    response: Response<R>,
    is_fresh: bool,
}

/// What the electrolyte needs to know about the cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Surroundings {
    pub(super) area_m2: f64,
    pub(super) surface_1_m: f64,
    pub(super) initial_thickness_m: f64,
    pub(super) temperature_k: f64,
    pub(super) reference_k: f64,
}

impl<R: Real> Salts<R> {
    /// Makes lanes with the salt spread evenly.
    pub(super) fn new(parameters: &Electrolyte, around: &Surroundings) -> Self {
        let colder = 1.0 / around.reference_k - 1.0 / around.temperature_k;
        let arrhenius = |j_mol: f64| math::exp(j_mol / GAS_J_MOL_K * colder);
        let content = vec![R::splat(parameters.concentration_mol_m3); COUNT];
        let zero = vec![R::splat(0.0); COUNT];
        Self {
            factors: [
                arrhenius(parameters.diffusivity_activation_j_mol),
                arrhenius(parameters.conductivity_activation_j_mol),
            ],
            parameters: parameters.clone(),
            area_m2: around.area_m2,
            surface_1_m: around.surface_1_m,
            initial_thickness_m: around.initial_thickness_m,
            rt_f_v: GAS_J_MOL_K * around.temperature_k / FARADAY_C_MOL,
            thickness_m: R::splat(around.initial_thickness_m),
            ahead_m: R::splat(around.initial_thickness_m),
            length_s: R::splat(0.0),
            row: Row::new(COUNT),
            response: Response {
                base: content.clone(),
                per_initial: zero.clone(),
                per_final: zero,
            },
            content,
            is_fresh: false,
        }
    }

    /// Porosity of a layer under a film.
    pub(super) fn porosity(&self, layer: usize, thickness_m: R) -> R {
        let pores = R::splat(self.parameters.layers[layer].porosity);
        if layer > 0 {
            return pores;
        }
        pores - (thickness_m - self.initial_thickness_m) * self.surface_1_m
    }

    fn transport(&self, layer: usize, thickness_m: R) -> R {
        let bruggeman = self.parameters.layers[layer].bruggeman;
        self.porosity(layer, thickness_m)
            .map(|e| math::pow(e, bruggeman))
    }

    /// Prepares a step in the lanes of `lanes`.
    pub(super) fn prepare(&mut self, lanes: R::Mask, length_s: R) {
        self.length_s = lanes.select(length_s, self.length_s);
        self.is_fresh = false;
    }

    /// Works out the response with the film of the end of the step and the diffusivity of its
    /// start.
    fn linearise(&mut self) {
        self.is_fresh = true;
        let ahead = self.ahead_m;
        let parameters = &self.parameters;
        #[expect(clippy::cast_precision_loss, reason = "a count of volumes")]
        let widths = parameters.layers.map(|l| l.thickness_m / PER_LAYER as f64);
        let transports: Vec<R> = (0..3).map(|l| self.transport(l, ahead)).collect();
        let pores: Vec<R> = (0..3).map(|l| self.porosity(l, ahead)).collect();
        let released = (1.0 - parameters.transference_number) / (FARADAY_C_MOL * self.area_m2);
        let negative = released / parameters.layers[0].thickness_m;
        let positive = -released / parameters.layers[2].thickness_m;
        let sources = [negative, 0.0, positive];
        // Resistance of half a volume, from its centre to its face.
        let halves: Vec<R> = (0..COUNT)
            .map(|i| {
                let layer = i / PER_LAYER;
                let diffusivity = along(&parameters.diffusivity_m2_s, self.content[i]);
                R::splat(0.5 * widths[layer]) / (diffusivity * self.factors[0] * transports[layer])
            })
            .collect();
        for i in 0..COUNT {
            let layer = i / PER_LAYER;
            self.row.capacity[i] = pores[layer] * widths[layer];
            self.row.per_source[i] = R::splat(sources[layer]) / pores[layer];
            if i + 1 < COUNT {
                self.row.conductance[i] = (halves[i] + halves[i + 1]).inverse();
            }
        }
        // The salt stays where the pores narrow.
        let narrowed = self.porosity(0, self.thickness_m) / pores[0];
        let mut start = self.content.clone();
        for content in &mut start[..PER_LAYER] {
            *content = *content * narrowed;
        }
        self.response = self.row.respond(&start, self.length_s);
    }

    fn end(&self, volume: usize, [initial_a, final_a]: [R; 2]) -> R {
        let response = &self.response;
        response.base[volume]
            + response.per_initial[volume] * initial_a
            + response.per_final[volume] * final_a
    }

    /// Evaluates the electrolyte at the end of the step, in and out currents in A.
    pub(super) fn evaluate(&mut self, currents_a: [R; 2]) -> Salt<R> {
        if !self.is_fresh {
            self.linearise();
        }
        let parameters = &self.parameters;
        let layers = &parameters.layers;
        let least = R::splat(CONCENTRATION_LEAST);
        let zero = R::splat(0.0);
        let (mut mean, mut length) = (zero, 0.0);
        let mut logs = [zero; 3];
        let mut log_slopes = [zero; 3];
        let mut roots = [zero; 3];
        #[expect(clippy::cast_precision_loss, reason = "a count of volumes")]
        let share = 1.0 / PER_LAYER as f64;
        for (layer, of) in layers.iter().enumerate() {
            let mut sum = zero;
            for i in layer * PER_LAYER..(layer + 1) * PER_LAYER {
                let c = self.end(i, currents_a).at_least(least);
                sum = sum + c * share;
                logs[layer] = logs[layer] + c.ln() * share;
                log_slopes[layer] = log_slopes[layer] + self.response.per_final[i] / c * share;
                roots[layer] = roots[layer] + c.sqrt() * share;
            }
            mean = mean + sum * of.thickness_m;
            length += of.thickness_m;
        }
        let mean = mean / length;
        let conductivity = along(&parameters.conductivity_s_m, mean) * self.factors[1];
        let mut resistance = zero;
        for (layer, weight) in [1.0 / 3.0, 1.0, 1.0 / 3.0].into_iter().enumerate() {
            let path = R::splat(layers[layer].thickness_m * weight);
            resistance = resistance + path / (conductivity * self.transport(layer, self.ahead_m));
        }
        let solid = layers[0].thickness_m / parameters.electronic_conductivity_s_m[0]
            + layers[2].thickness_m / parameters.electronic_conductivity_s_m[1];
        let resistance = (resistance + solid / 3.0) / self.area_m2;
        let chi = 2.0 * (1.0 - parameters.transference_number) * parameters.thermodynamic_factor;
        let gain = chi * self.rt_f_v;
        let root = R::splat(parameters.concentration_mol_m3.sqrt());
        Salt {
            voltage_v: (logs[2] - logs[0]) * gain - currents_a[1] * resistance,
            voltage_per_a: (log_slopes[2] - log_slopes[0]) * gain - resistance,
            inverse_exchange: [root / roots[0], root / roots[2]],
        }
    }

    /// Says how thick the film is at the end of the step.
    pub(super) fn cover(&mut self, thickness_m: R) {
        self.ahead_m = thickness_m;
        self.is_fresh = false;
    }

    /// Takes the step in the lanes of `taken`.
    pub(super) fn advance(&mut self, taken: R::Mask, currents_a: [R; 2]) {
        if !self.is_fresh {
            self.linearise();
        }
        for i in 0..COUNT {
            self.content[i] = taken.select(self.end(i, currents_a), self.content[i]);
        }
        self.thickness_m = taken.select(self.ahead_m, self.thickness_m);
        self.is_fresh = false;
    }
}

/// A curve lane by lane.
fn along<R: Real>(curve: &Curve, x: R) -> R {
    x.map(|x| curve.value(x))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twin::formation::cell::Layer;

    fn salts() -> Salts<f64> {
        let layer = |thickness_m, porosity| Layer {
            thickness_m,
            porosity,
            bruggeman: 1.5,
        };
        let parameters = Electrolyte {
            layers: [layer(6e-5, 0.3), layer(1e-5, 0.5), layer(7e-5, 0.35)],
            concentration_mol_m3: 1000.0,
            transference_number: 0.4,
            thermodynamic_factor: 1.0,
            diffusivity_m2_s: Curve::Constant(3e-10),
            diffusivity_activation_j_mol: 0.0,
            conductivity_s_m: Curve::Constant(1.0),
            conductivity_activation_j_mol: 0.0,
            electronic_conductivity_s_m: [100.0, 10.0],
        };
        let around = Surroundings {
            area_m2: 0.2,
            surface_1_m: 7e5,
            initial_thickness_m: 1e-9,
            temperature_k: 298.15,
            reference_k: 298.15,
        };
        Salts::new(&parameters, &around)
    }

    fn salt_mol_m2(salts: &Salts<f64>) -> f64 {
        let mut sum = 0.0;
        for (i, content) in salts.content.iter().enumerate() {
            let layer = i / PER_LAYER;
            let width = salts.parameters.layers[layer].thickness_m / PER_LAYER as f64;
            sum += content * width * salts.porosity(layer, salts.thickness_m);
        }
        sum
    }

    /// The salt stays in the cell while current flows and pores narrow.
    #[test]
    fn salt_is_conserved() {
        let mut salts = salts();
        let before = salt_mol_m2(&salts);
        for step in 1..=20 {
            salts.prepare(true, 10.0);
            salts.cover(1e-9 + 2e-9 * f64::from(step));
            salts.advance(true, [-1.0, -2.0]);
        }
        assert!(salts.porosity(0, salts.thickness_m) < 0.28);
        assert!((salt_mol_m2(&salts) / before - 1.0).abs() < 1e-12);
    }

    /// Steady current: the drop over the separator is `(1 − t₊) I / (F A) · L / (ε^b D)`.
    #[test]
    fn steady_drop_over_the_separator_is_that_of_the_flux() {
        let mut salts = salts();
        for _ in 0..200 {
            salts.prepare(true, 50.0);
            salts.advance(true, [2.0; 2]);
        }
        let width = 1e-5 / PER_LAYER as f64;
        let first = salts.content[PER_LAYER];
        let last = salts.content[2 * PER_LAYER - 1];
        let slope = (first - last) / (1e-5 - width);
        let flux = 0.6 * 2.0 / (FARADAY_C_MOL * 0.2);
        let expected = flux / (math::pow(0.5, 1.5) * 3e-10);
        assert!(
            (slope / expected - 1.0).abs() < 1e-6,
            "{slope} against {expected}"
        );
    }
}
