//! The dryer's stepper against an implicit integrator written for this test.
//!
//! Goal: a second oracle of another family than both explicit ones, for the receding front and the
//! desorption tail, which are the stiff parts. Method: Radau IIA of order five (Hairer and Wanner,
//! Solving Ordinary Differential Equations II, IV.8), simplified Newton with a Jacobian by
//! differences; every phase of every zone is integrated again from the stepper's own start.

#[path = "line3/mod.rs"]
#[expect(dead_code, reason = "values alone are needed here, not their sources")]
mod line3;

use cellwright::twin::Solvent;
use cellwright::twin::drying::{Dryer, Phase, State};
use cellwright::twin::integrate::verify_with_dop853;
use nalgebra::{DMatrix, DVector};

type Rate<'a> = dyn Fn(&[f64]) -> Vec<f64> + 'a;

/// Coefficients of the three stages; the last row is the weights.
fn coefficients() -> [[f64; 3]; 3] {
    let root = 6.0_f64.sqrt();
    [
        [
            (88.0 - 7.0 * root) / 360.0,
            (296.0 - 169.0 * root) / 1800.0,
            (-2.0 + 3.0 * root) / 225.0,
        ],
        [
            (296.0 + 169.0 * root) / 1800.0,
            (88.0 + 7.0 * root) / 360.0,
            (-2.0 - 3.0 * root) / 225.0,
        ],
        [(16.0 - root) / 36.0, (16.0 + root) / 36.0, 1.0 / 9.0],
    ]
}

fn jacobian(rate: &Rate<'_>, at: &[f64]) -> DMatrix<f64> {
    let size = at.len();
    let mut found = DMatrix::zeros(size, size);
    for column in 0..size {
        let step = 1e-6 * at[column].abs().max(1e-6);
        let moved = |by: f64| {
            let mut state = at.to_vec();
            state[column] += by;
            rate(&state)
        };
        let (up, down) = (moved(step), moved(-step));
        for row in 0..size {
            found[(row, column)] = (up[row] - down[row]) / (2.0 * step);
        }
    }
    found
}

/// One step; panics when Newton does not settle within 50 rounds.
fn radau_step(rate: &Rate<'_>, state: &[f64], step: f64) -> Vec<f64> {
    let (a, size) = (coefficients(), state.len());
    let jacobian = jacobian(rate, state);
    let matrix = DMatrix::from_fn(3 * size, 3 * size, |row, column| {
        let own = a[row / size][column / size] * jacobian[(row % size, column % size)];
        f64::from(u8::from(row == column)) - step * own
    });
    let factors = matrix.lu();
    let mut stages = DVector::zeros(3 * size);
    let mut before = f64::INFINITY;
    for _ in 0..50 {
        let rates: Vec<Vec<f64>> = (0..3)
            .map(|stage| {
                let at: Vec<f64> = (0..size)
                    .map(|part| state[part] + stages[stage * size + part])
                    .collect();
                rate(&at)
            })
            .collect();
        let left = DVector::from_fn(3 * size, |row, _| {
            let own = (0..3).map(|stage| a[row / size][stage] * rates[stage][row % size]);
            step * own.sum::<f64>() - stages[row]
        });
        let change = factors.solve(&left).expect("the matrix has an inverse");
        let largest = (0..3 * size)
            .map(|row| change[row].abs() / state[row % size].abs().max(1e-3))
            .fold(0.0, f64::max);
        stages += change;
        // Rounding ends the improvement.
        if largest < 1e-15 || (largest < 1e-11 && largest >= 0.5 * before) {
            return (0..size)
                .map(|part| state[part] + stages[2 * size + part])
                .collect();
        }
        before = largest;
    }
    panic!("Newton does not settle: {before:e}");
}

fn radau(rate: &Rate<'_>, start: &[f64], duration: f64, steps: u32) -> Vec<f64> {
    let mut state = start.to_vec();
    for _ in 0..steps {
        state = radau_step(rate, &state, duration / f64::from(steps));
    }
    state
}

/// Order five on a smooth problem, and no more steps on one that is a million times stiffer.
#[test]
fn radau_has_order_five_and_does_not_feel_stiffness() {
    let circle: &Rate<'_> = &|y| vec![-y[1], y[0]];
    let error = |steps| {
        let end = radau(circle, &[1.0, 0.0], 2.0 * std::f64::consts::PI, steps);
        ((end[0] - 1.0) * (end[0] - 1.0) + end[1] * end[1]).sqrt()
    };
    let order = cellwright::math::log2(error(16) / error(32));
    assert!((order - 5.0).abs() < 0.2, "order {order}");
    // y' = −λ(y − x), x' = 1: after the layer y = x − 1/λ.
    let stiff: &Rate<'_> = &|y| vec![-1e6 * (y[0] - y[1]), 1.0];
    let end = radau(stiff, &[5.0, 0.0], 1.0, 10);
    assert!((end[0] - (1.0 - 1e-6)).abs() < 1e-7, "{}", end[0]);
}

#[test]
fn an_implicit_integrator_agrees_in_film_front_and_tail() {
    let line = line3::line();
    let values = line3::values(&line, &line3::table());
    let inputs = line.read(&values).expect("readable");
    let (_, coated, _) = inputs.wet_end().expect("coated");
    let dryer = inputs.dryer(Solvent::Nmp, &coated).expect("a dryer");
    let pieces = dryer.pieces(&inputs.zones).expect("dried");
    for phase in [Phase::Film, Phase::Front, Phase::Tail] {
        assert!(pieces.iter().any(|piece| piece.phase == phase), "{phase:?}");
    }
    let solvent = coated.solvent_loading;
    for piece in &pieces {
        let film = dryer.film(&inputs.zones[piece.zone], piece.zone + 1);
        let film = film.expect("a zone");
        let rate = |state: &[f64]| {
            let own: State = std::array::from_fn(|part| state[part]);
            let rates = dryer.rate(&film, piece.phase, &own).expect("a rate");
            rates.to_vec()
        };
        let implicit = radau(&rate, &piece.start, piece.duration_s, 128);
        let implicit: State = std::array::from_fn(|part| implicit[part]);
        let own = |state: &State| dryer.rate(&film, piece.phase, state);
        let explicit = verify_with_dop853(own, &piece.start, piece.duration_s, 1e-11);
        let explicit = explicit.expect("integrated");
        let apart = |one: &State, other: &State| {
            let kelvin = dryer.temperature_k(one) - dryer.temperature_k(other);
            let left = Dryer::solvent_kg_m2(one) - Dryer::solvent_kg_m2(other);
            (kelvin.abs(), (left / solvent).abs())
        };
        // Both oracles to each other, and the stepper to the implicit one, as far as it claims.
        let (kelvin, share) = apart(&implicit, &explicit);
        let at = (piece.zone, piece.phase);
        assert!(
            kelvin < 1e-6 && share < 1e-8,
            "{at:?}: {kelvin:e} K, {share:e}"
        );
        let (kelvin, share) = apart(&piece.end, &implicit);
        assert!(
            kelvin < 2e-3 && share < 5e-6,
            "{at:?}: {kelvin:e} K, {share:e}"
        );
    }
}
