//! Formations side by side: one cell per lane, one evaluation of the model per round.
//!
//! In: jobs (cells and protocols). Out: one [`Run`] per job. A round evaluates the model once in
//! all lanes, at the end of the step that each lane tries. Then each lane takes its step, corrects
//! its guess, or shortens the step: whatever happens in one lane depends on that lane alone, so its
//! bits do not depend on how many others run beside it. A lane whose protocol is over takes the
//! next job; none waits for another.
//!
//! Within a round, the two unknowns at the end of a step (the current under voltage control and the
//! potential that drives the film) are guessed from the steps before, evaluated once, and corrected
//! along their derivatives; a lane whose correction is too large for that stays for another round.

use super::additive::Second;
use super::electrolyte::{Salt, Salts};
use super::end_search::EndSearch;
use super::film::{EXPONENT_CHANGE_MAX, FilmStart, FilmStep, Films, Law};
use super::heat::{TEMPERATURE_TOLERANCE_K, Thermal};
use super::kinetics::{Climate, ElectrodePotentials, Half, Side, colder_1_k, is_inside};
use super::resolution::Resolution;
use super::result::Run;
use super::sphere::{Line, Sphere};
use super::track::Track;
use crate::lanes::{Choice, Real};

/// Change of the film's rate exponent in the last correction at which a step counts as solved, 1.
pub const INTERFACE_TOLERANCE: f64 = 5e-4;

/// Largest change of the rate exponent that is corrected without another round, 1.
const CORRECTION_MAX: f64 = 0.5;

/// Share of the nominal capacity that a step may lose to the film before errors of its exponent
/// count in full, over the care taken. At `FAST` that is 2 ppm a step.
const SHARE_NEGLIGIBLE: f64 = 4e-6;

/// Weight of errors of the exponent where no film grows, 1.
const WEIGHT_LEAST: f64 = 0.25;

/// Voltage error from which one Newton step is the last, V, over the care taken. It leaves
/// the square of it over twice the thermal voltage: 1e-5 V at `FAST`, 5e-8 V at `FINE`.
const VOLTAGE_CORRECTION_MAX_V: f64 = 1e-3;

/// Surface that may still move between two linearisations of the diffusion, 1.
const SURFACE_TOLERANCE: f64 = 1e-7;

/// What has happened in each lane up to the start of the step it tries.
#[derive(Debug, Clone)]
pub(super) struct State<R: Real> {
    pub(super) thickness_m: R,
    /// Cell current, A, positive on discharge.
    pub(super) current_a: R,
    pub(super) voltage_v: R,
    /// `phi_n` with the film: the plating margin, V.
    pub(super) negative_v: R,
    pub(super) surface: [R; 2],
    /// Potential that drives the film, V.
    pub(super) driver_v: R,
    /// Rate of the film's law.
    pub(super) rate: R,
    /// The additive and the boost of a film of two species.
    pub(super) second: Second<R>,
    pub(super) temperature_k: R,
    pub(super) heat_w: R,
    /// Charge that left the cell, Ah.
    pub(super) discharged_ah: R,
    /// Energy into and out of the cell, J.
    pub(super) charged_j: R,
    pub(super) delivered_j: R,
    pub(super) lowest_negative_v: R,
    pub(super) hottest_k: R,
    /// How far the state is beyond the first end met; negative while none is met.
    pub(super) margin: R,
    pub(super) margin_slope_1_s: R,
    pub(super) driver_past: Past<R>,
    pub(super) current_past: Past<R>,
    /// Length of the last step taken, s; 0 right after a switch.
    pub(super) last_length_s: R,
}

/// How a quantity went over the last two steps.
#[derive(Debug, Clone, Copy)]
pub(super) struct Past<R: Real> {
    /// Mean slope over the last step, 1/s.
    pub(super) slope: R,
    /// Second divided difference, 1/s².
    pub(super) bend: R,
}

impl<R: Real> Past<R> {
    fn new() -> Self {
        let zero = R::splat(0.0);
        Self {
            slope: zero,
            bend: zero,
        }
    }

    /// Returns the change foretold for the next `length_s`.
    #[inline(always)]
    pub(super) fn foretell(&self, length_s: R, last_s: R) -> R {
        length_s * (self.slope + (length_s + last_s) * self.bend)
    }

    /// Takes a step in, or forgets everything at a switch.
    #[inline(always)]
    fn take(&mut self, taken: &Taken<R>, change: R, last_s: R) {
        let zero = R::splat(0.0);
        let slope = taken.moved.select(change * taken.inverse_length, zero);
        let bend = (slope - self.slope) / (taken.length_s + last_s);
        let bend = (taken.moved & last_s.gt(zero)).select(bend, zero);
        self.slope = taken.lanes.select(slope, self.slope);
        self.bend = taken.lanes.select(bend, self.bend);
    }
}

/// Which lanes take their step.
struct Taken<R: Real> {
    lanes: R::Mask,
    /// Those of them that move in time.
    moved: R::Mask,
    length_s: R,
    inverse_length: R,
}

/// The step each lane tries.
#[derive(Debug, Clone)]
pub(super) struct Plan<R: Real> {
    pub(super) length_s: R,
    /// Where the length is 0: the instant of a switch.
    pub(super) at_instant: R::Mask,
    /// Where the voltage is held.
    pub(super) holds_voltage: R::Mask,
    /// Current, A, or voltage, V.
    pub(super) setpoint: R,
    /// Guesses for the end of the step.
    pub(super) current_a: R,
    pub(super) driver_v: R,
    pub(super) temperature_k: R,
    /// First guess of the driving potential, V.
    pub(super) foretold_v: R,
    /// Currents known to lie on either side of the one that gives the voltage, A.
    pub(super) bracket_a: [R; 2],
    /// Rounds spent on this step.
    pub(super) tries: R,
    /// Ends: voltage from above and below, C-rate, charge in Ah.
    pub(super) voltage_most_v: R,
    pub(super) voltage_least_v: R,
    pub(super) c_rate_least: R,
    pub(super) charge_most_ah: R,
    pub(super) charge_start_ah: R,
    /// Inverse nominal capacity, 1/Ah.
    pub(super) per_capacity_1_ah: R,
}

/// The model at the end of the step each lane tries.
#[derive(Clone, Copy)]
pub(super) struct Found<R: Real> {
    pub(super) film: FilmStep<R>,
    pub(super) current_a: R,
    pub(super) voltage_v: R,
    pub(super) negative_v: R,
    pub(super) surface: [R; 2],
    pub(super) driver_v: R,
    pub(super) temperature_k: R,
    pub(super) heat_w: R,
    /// Voltage at the guessed current less the one held, V; 0 under current control.
    pub(super) voltage_error_v: R,
    /// Change of the rate exponent from first guess to result.
    pub(super) surprise: R,
    /// Change of the rate exponent over the step.
    pub(super) change: R,
    pub(super) margin: R,
    /// Both surfaces lie within 0..1.
    pub(super) is_valid: R::Mask,
    /// The corrections were small enough.
    pub(super) is_settled: R::Mask,
}

/// Formations side by side.
pub(super) struct Engine<'a, R: Real, S: Sphere<R>> {
    pub(super) resolution: Resolution,
    pub(super) spheres: [S; 2],
    pub(super) sides: [Side<R>; 2],
    pub(super) films: Films<R>,
    pub(super) thermal: Thermal<R>,
    /// The electrolyte, where the run asks for it.
    pub(super) salts: Option<Salts<R>>,
    /// Whether steps grow slowly: diffusion that is not exact in time needs it after a switch.
    pub(super) is_gentle: bool,
    pub(super) reference_k: R,
    pub(super) film_activation_k: R,
    /// Climate of the isothermal lanes, and Arrhenius factor of their films.
    pub(super) climate: Climate<R>,
    pub(super) film_arrhenius: R,
    pub(super) state: State<R>,
    pub(super) plan: Plan<R>,
    pub(super) elapsed_s: R,
    /// Next time to stop at, s.
    pub(super) target_s: R,
    /// Length of a step that nothing cuts short, s.
    pub(super) free_length_s: R,
    pub(super) length_cap_s: R,
    /// Rounds spent on the protocol step.
    pub(super) rounds: R,
    /// Lanes with a job.
    pub(super) active: R::Mask,
    /// Lanes whose step ends at the next time to stop at.
    pub(super) arrives: R::Mask,
    /// Lanes put before a switch in this round.
    pub(super) waits: R::Mask,
    /// Length for which the particles of each lane are prepared, s.
    pub(super) prepared_s: R,
    /// Diffusivity over that at the reference temperature, negative and positive particle.
    pub(super) diffusivity_factor: [R; 2],
    /// Trials so far of the length that meets an end, 0 where none is searched for, and what they
    /// showed.
    pub(super) searched: R,
    pub(super) searches: Vec<EndSearch>,
    pub(super) tracks: Vec<Track<'a>>,
    pub(super) finished: Vec<(usize, Run)>,
}

impl<'a, R: Real, S: Sphere<R>> Engine<'a, R, S> {
    /// Makes an engine with idle lanes.
    pub(super) fn new(
        spheres: [S; 2],
        potentials: &[ElectrodePotentials; 2],
        law: Law,
        resolution: Resolution,
    ) -> Self {
        let zero = R::splat(0.0);
        let warm = R::splat(300.0);
        let sides = [
            Side::new(potentials[0].clone()),
            Side::new(potentials[1].clone()),
        ];
        let films = Films::new(law);
        let climate = Climate::new(warm, warm, [&sides[0], &sides[1]], &films, false);
        Self {
            resolution,
            spheres,
            sides,
            films,
            thermal: Thermal::new(),
            salts: None,
            is_gentle: false,
            reference_k: warm,
            film_activation_k: zero,
            climate,
            film_arrhenius: R::splat(1.0),
            state: State::new(),
            plan: Plan::new(),
            elapsed_s: zero,
            target_s: zero,
            free_length_s: zero,
            length_cap_s: zero,
            rounds: zero,
            active: R::Mask::splat(false),
            arrives: R::Mask::splat(false),
            waits: R::Mask::splat(false),
            prepared_s: R::splat(f64::NAN),
            diffusivity_factor: [R::splat(1.0); 2],
            searched: zero,
            searches: vec![EndSearch::default(); R::COUNT],
            tracks: (0..R::COUNT).map(|_| Track::idle()).collect(),
            finished: Vec::new(),
        }
    }

    /// Climate at the end of the step tried, and Arrhenius factor of the film over it.
    #[inline(always)]
    fn climate(&self) -> (Climate<R>, R) {
        if !self.thermal.is_lumped {
            return (self.climate, self.film_arrhenius);
        }
        let sides = [&self.sides[0], &self.sides[1]];
        let end = self.plan.temperature_k;
        let climate = Climate::new(end, self.reference_k, sides, &self.films, true);
        let middle = (self.state.temperature_k + end) * 0.5;
        let colder = colder_1_k(middle, self.reference_k);
        (climate, (self.film_activation_k * colder).exp())
    }

    #[inline(always)]
    fn film_start(&self, climate: &Climate<R>, arrhenius: R) -> FilmStart<R> {
        let (state, plan) = (&self.state, &self.plan);
        let zero = R::splat(0.0);
        let length_s = plan.length_s;
        // Second derivative of the driver over the step, from its slope before and its guess.
        let has_past = state.last_length_s.gt(zero) & !plan.at_instant;
        let safe = has_past.select(length_s, R::splat(1.0));
        let slope = (plan.driver_v - state.driver_v) / safe;
        let bend =
            (slope - state.driver_past.slope) * safe * safe / ((safe + state.last_length_s) * 6.0);
        let most = R::splat(0.2) / climate.film_exponent_1_v.at_least(R::splat(1.0));
        let bend = bend.at_least(-most).at_most(most);
        FilmStart {
            thickness_m: state.thickness_m,
            rate: state.rate,
            driver_v: state.driver_v,
            length_s,
            at_instant: plan.at_instant,
            exponent_1_v: climate.film_exponent_1_v,
            arrhenius,
            bend_v: has_past.select(bend, zero),
            charge_c_rate: self.charge_c_rate(),
            second: state.second,
        }
    }

    /// Mean C-rate of charge over the step tried, of films that follow it.
    #[inline(always)]
    fn charge_c_rate(&self) -> R {
        let zero = R::splat(0.0);
        if self.films.law != Law::TwoSpecies {
            return zero;
        }
        let charging_a = (self.state.current_a + self.plan.current_a) * -0.5;
        (charging_a * self.plan.per_capacity_1_ah).at_least(zero)
    }

    /// Evaluates the model once in every lane.
    #[inline(always)]
    pub(super) fn evaluate(&mut self) -> Found<R> {
        let (climate, arrhenius) = self.climate();
        let start = self.film_start(&climate, arrhenius);
        let film = self.films.step(&start, self.plan.driver_v);
        let [dn, dp] = [
            self.sides[0].density_per_current_1_m2,
            self.sides[1].density_per_current_1_m2,
        ];
        let lines = [self.spheres[0].line(), self.spheres[1].line()];
        let (before, guess) = (self.state.current_a, self.plan.current_a);
        let initial = [before * dn - film.side_initial_a_m2, before * dp];
        let last = [guess * dn - film.side_final_a_m2, guess * dp];
        let x = |k: usize| {
            let line: &Line<R> = &lines[k];
            line.base + line.per_initial * initial[k] + line.per_final * last[k]
        };
        let surface = [x(0), x(1)];
        let is_valid = is_inside(surface[0]) & is_inside(surface[1]);
        let salt = self
            .salts
            .as_mut()
            .map(|salts| salts.evaluate([before, guess]));
        let mut inverse = climate.half_inverse;
        if let Some(salt) = &salt {
            inverse[0] = inverse[0] * salt.inverse_exchange[0];
            inverse[1] = inverse[1] * salt.inverse_exchange[1];
        }
        let halves = [
            self.sides[0].half(&climate, inverse[0], surface[0], guess * dn),
            self.sides[1].half(&climate, inverse[1], surface[1], guess * dp),
        ];
        let raw = Raw {
            salt,
            start,
            film,
            lines,
            surface,
            halves,
        };
        let mut found = self.correct(&climate, &raw);
        found.is_valid = found.is_valid & is_valid;
        found.is_settled = found.is_settled & found.is_valid;
        self.settle_diffusion(&mut found);
        found
    }

    /// Corrects current and driving potential along their derivatives.
    #[inline(always)]
    fn correct(&self, climate: &Climate<R>, raw: &Raw<R>) -> Found<R> {
        let plan = &self.plan;
        let zero = R::splat(0.0);
        let [n, p] = &raw.halves;
        let dn = self.sides[0].density_per_current_1_m2;
        let dp = self.sides[1].density_per_current_1_m2;
        let resistivity = self.films.resistivity_ohm_m;
        let film_ohm_m2 = resistivity * raw.film.thickness_m;
        let per_current = [raw.lines[0].per_final * dn, raw.lines[1].per_final * dp];
        let negative_per_a = n.per_stoichiometry_v * per_current[0] + n.per_density_v * dn;
        let positive_per_a = p.per_stoichiometry_v * per_current[1] + p.per_density_v * dp;
        let mut voltage_per_a = positive_per_a - negative_per_a - film_ohm_m2 * dn;
        let mut voltage = p.value_v - n.value_v - plan.current_a * dn * film_ohm_m2;
        if let Some(salt) = &raw.salt {
            voltage = voltage + salt.voltage_v;
            voltage_per_a = voltage_per_a + salt.voltage_per_a;
        }
        let error = plan.holds_voltage.select(voltage - plan.setpoint, zero);
        let amperes_per_v = plan.holds_voltage.select(-voltage_per_a.inverse(), zero);
        let step_a = error * amperes_per_v;
        // The film with the potential that the evaluation gave.
        let is_through = self.films.law.is_driven_through_film();
        let through = if is_through { resistivity * dn } else { zero };
        let current = plan.current_a + step_a;
        let interface = n.value_v + negative_per_a * step_a;
        let driver = interface + through * current * raw.film.thickness_m;
        let shift = driver - plan.driver_v;
        let film = self
            .films
            .step_shifted(&raw.start, &raw.film, plan.driver_v, shift);
        let moved = raw.lines[0].per_initial
            * (raw.film.side_initial_a_m2 - film.side_initial_a_m2)
            + raw.lines[0].per_final * (raw.film.side_final_a_m2 - film.side_final_a_m2);
        let interface_moved = n.per_stoichiometry_v * moved;
        // What the moved film leaves of the voltage error.
        let thicker_m = film.thickness_m - raw.film.thickness_m;
        let rest = -(interface_moved + current * dn * resistivity * thicker_m);
        let again_a = rest * amperes_per_v;
        let current = current + again_a;
        let all_a = step_a + again_a;
        let interface = interface + interface_moved + negative_per_a * again_a;
        let negative_v = interface + current * dn * resistivity * film.thickness_m;
        let driver_after = if is_through { negative_v } else { interface };
        let voltage_v = plan.holds_voltage.select(plan.setpoint, voltage + rest);
        let exponent = self.films.steepest_1_v(climate.film_exponent_1_v) * self.weight(&film);
        let surface = [
            raw.surface[0] + per_current[0] * all_a + moved,
            raw.surface[1] + per_current[1] * all_a,
        ];
        let (temperature_k, heat_w) = self.warm(climate, current, &film, &raw.halves);
        let error_max_v = VOLTAGE_CORRECTION_MAX_V * self.resolution.care();
        let is_settled = is_within(error, error_max_v)
            & is_within(exponent * shift, CORRECTION_MAX)
            & is_within(exponent * (driver_after - driver), INTERFACE_TOLERANCE)
            & is_within(temperature_k - plan.temperature_k, TEMPERATURE_TOLERANCE_K);
        let mut found = Found {
            film,
            current_a: current,
            voltage_v,
            negative_v,
            surface,
            driver_v: driver_after,
            temperature_k,
            heat_w,
            voltage_error_v: error,
            surprise: (exponent * (driver_after - plan.foretold_v)).abs(),
            change: (exponent * (driver_after - self.state.driver_v)).abs(),
            margin: zero,
            is_valid: is_inside(surface[0]) & is_inside(surface[1]) & voltage_v.is_finite(),
            is_settled,
        };
        found.margin = self.margin(&found);
        found
    }

    /// How much the film's rate exponent matters: 1, or less where the step hardly grows any film.
    /// Errors and changes of the exponent are weighed alike: where a quarter counts, the exponent
    /// may change by 8 in a step instead of 2, of a growth that is not seen in any outcome.
    #[inline(always)]
    fn weight(&self, film: &FilmStep<R>) -> R {
        let plan = &self.plan;
        let density = (film.side_initial_a_m2 + film.side_final_a_m2).abs() * 0.5;
        let per_ampere = self.sides[0].density_per_current_1_m2;
        // The instant of a switch stands for the first second behind it.
        let length_s = plan.length_s.at_least(R::splat(1.0));
        let share = density * length_s * plan.per_capacity_1_ah / (per_ampere * 3600.0);
        let negligible = SHARE_NEGLIGIBLE * self.resolution.care();
        (share / negligible)
            .at_least(R::splat(WEIGHT_LEAST))
            .at_most(R::splat(1.0))
    }

    /// Temperature and heat at the end of the step.
    #[inline(always)]
    fn warm(
        &self,
        climate: &Climate<R>,
        current_a: R,
        film: &FilmStep<R>,
        [n, p]: &[Half<R>; 2],
    ) -> (R, R) {
        if !self.thermal.is_lumped {
            return (self.plan.temperature_k, R::splat(0.0));
        }
        let temperature_k = climate.above_reference_k + self.reference_k;
        let side_a = film.side_final_a_m2 / self.sides[0].density_per_current_1_m2;
        let heat_w = (current_a - side_a) * (n.overpotential_v + temperature_k * n.entropic_v_k)
            - current_a * (p.overpotential_v + temperature_k * p.entropic_v_k);
        let heats = [self.state.heat_w, heat_w];
        let plan = &self.plan;
        let after = self
            .thermal
            .after(self.state.temperature_k, plan.length_s, heats);
        (after, heat_w)
    }

    /// Lets a diffusivity that follows the profile follow the profile just found.
    #[inline(always)]
    fn settle_diffusion(&mut self, found: &mut Found<R>) {
        if let Some(salts) = &mut self.salts {
            salts.cover(found.film.thickness_m);
        }
        let (initial, last) = self.densities(found);
        for k in 0..2 {
            let moved = self.spheres[k].refine(initial[k], last[k]);
            found.is_settled = found.is_settled & moved.abs().le(R::splat(SURFACE_TOLERANCE));
        }
    }

    /// Current densities of both particles at start and end of the step.
    #[inline(always)]
    fn densities(&self, found: &Found<R>) -> ([R; 2], [R; 2]) {
        let dn = self.sides[0].density_per_current_1_m2;
        let dp = self.sides[1].density_per_current_1_m2;
        let before = self.state.current_a;
        let after = found.current_a;
        (
            [before * dn - found.film.side_initial_a_m2, before * dp],
            [after * dn - found.film.side_final_a_m2, after * dp],
        )
    }

    #[inline(always)]
    fn margin(&self, found: &Found<R>) -> R {
        let plan = &self.plan;
        let (state, hours) = (&self.state, plan.length_s * (1.0 / 3600.0));
        let charge = state.discharged_ah + (state.current_a + found.current_a) * 0.5 * hours;
        let passed = (charge - plan.charge_start_ah).abs() - plan.charge_most_ah;
        let rate = plan.c_rate_least - found.current_a.abs() * plan.per_capacity_1_ah;
        (found.voltage_v - plan.voltage_most_v)
            .at_least(plan.voltage_least_v - found.voltage_v)
            .at_least(rate)
            .at_least(passed * plan.per_capacity_1_ah)
    }

    /// Takes the step found in the lanes of `lanes`.
    #[inline(always)]
    pub(super) fn take(&mut self, lanes: R::Mask, found: &Found<R>) {
        let (initial, last) = self.densities(found);
        for k in 0..2 {
            self.spheres[k].advance(lanes, initial[k], last[k]);
        }
        if let Some(salts) = &mut self.salts {
            salts.advance(lanes, [self.state.current_a, found.current_a]);
        }
        let plan = &self.plan;
        let state = &mut self.state;
        let moved = lanes & !plan.at_instant;
        let length_s = plan.length_s;
        let safe = plan.at_instant.select(R::splat(1.0), length_s);
        let taken = Taken {
            lanes,
            moved,
            length_s,
            inverse_length: safe.inverse(),
        };
        let last_s = state.last_length_s;
        state
            .driver_past
            .take(&taken, found.driver_v - state.driver_v, last_s);
        state
            .current_past
            .take(&taken, found.current_a - state.current_a, last_s);
        let margin_slope = (found.margin - state.margin) * taken.inverse_length;
        let zero = R::splat(0.0);
        let margin_slope = moved.select(margin_slope, zero);
        state.margin_slope_1_s = lanes.select(margin_slope, state.margin_slope_1_s);
        let passed_as = (state.current_a + found.current_a) * 0.5 * length_s;
        let charge_ah = state.discharged_ah + passed_as * (1.0 / 3600.0);
        let energy_j = passed_as * (state.voltage_v + found.voltage_v) * 0.5;
        let energy_j = moved.select(energy_j, zero);
        state.charged_j = state.charged_j - energy_j.at_most(zero);
        state.delivered_j = state.delivered_j + energy_j.at_least(zero);
        state.discharged_ah = moved.select(charge_ah, state.discharged_ah);
        state.thickness_m = moved.select(found.film.thickness_m, state.thickness_m);
        if self.films.law == Law::TwoSpecies {
            state.second.take(lanes, &found.film.second);
        }
        state.last_length_s = lanes.select(length_s, last_s);
        for (kept, new) in [
            (&mut state.current_a, found.current_a),
            (&mut state.voltage_v, found.voltage_v),
            (&mut state.negative_v, found.negative_v),
            (&mut state.driver_v, found.driver_v),
            (&mut state.rate, found.film.rate),
            (&mut state.temperature_k, found.temperature_k),
            (&mut state.heat_w, found.heat_w),
            (&mut state.margin, found.margin),
        ] {
            *kept = lanes.select(new, *kept);
        }
        for k in 0..2 {
            state.surface[k] = lanes.select(found.surface[k], state.surface[k]);
        }
        state.lowest_negative_v = lanes.select(
            state.lowest_negative_v.at_most(found.negative_v),
            state.lowest_negative_v,
        );
        state.hottest_k = lanes.select(
            state.hottest_k.at_least(found.temperature_k),
            state.hottest_k,
        );
    }
}

/// Where a magnitude does not exceed a limit.
#[inline(always)]
fn is_within<R: Real>(value: R, limit: f64) -> R::Mask {
    value.abs().le(R::splat(limit))
}

/// What one evaluation gives before it is corrected.
struct Raw<R: Real> {
    salt: Option<Salt<R>>,
    start: FilmStart<R>,
    film: FilmStep<R>,
    lines: [Line<R>; 2],
    surface: [R; 2],
    halves: [Half<R>; 2],
}

impl<R: Real> State<R> {
    fn new() -> Self {
        let zero = R::splat(0.0);
        let half = R::splat(0.5);
        Self {
            thickness_m: R::splat(1e-9),
            current_a: zero,
            voltage_v: zero,
            negative_v: zero,
            surface: [half; 2],
            driver_v: zero,
            rate: zero,
            second: Second::none(),
            temperature_k: R::splat(300.0),
            heat_w: zero,
            discharged_ah: zero,
            charged_j: zero,
            delivered_j: zero,
            lowest_negative_v: zero,
            hottest_k: zero,
            margin: zero,
            margin_slope_1_s: zero,
            driver_past: Past::new(),
            current_past: Past::new(),
            last_length_s: zero,
        }
    }
}

impl<R: Real> Plan<R> {
    fn new() -> Self {
        let zero = R::splat(0.0);
        let never = R::splat(f64::INFINITY);
        Self {
            length_s: zero,
            at_instant: R::Mask::splat(true),
            holds_voltage: R::Mask::splat(false),
            setpoint: zero,
            current_a: zero,
            driver_v: zero,
            temperature_k: R::splat(300.0),
            foretold_v: zero,
            bracket_a: [-never, never],
            tries: zero,
            voltage_most_v: never,
            voltage_least_v: -never,
            c_rate_least: -never,
            charge_most_ah: never,
            charge_start_ah: zero,
            per_capacity_1_ah: R::splat(1.0),
        }
    }
}

/// Largest change of the rate exponent over one step.
pub(super) const CHANGE_MAX: f64 = EXPONENT_CHANGE_MAX;
