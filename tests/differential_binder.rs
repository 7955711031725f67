//! Binder migration by another method: Galerkin in the thickness, implicit Radau steps.
//!
//! Goal: the finite volumes and their BDF2 steps solve the equation of the theory page and not one
//! of their own. Method: the same law in its weak form, c = Σ aₖ P₂ₖ(η) with even Legendre
//! polynomials, for which no flux through either face is the natural condition; the linear system
//! in a goes from the wet to the packed film by Radau IIA of two stages (L-stable, order 3), with the
//! film thickness as time. Nothing is shared but the equation.

use cellwright::math;
use cellwright::twin::binder::{Resolution, Shrinkage};
use nalgebra::{DMatrix, DVector};

/// Values and slopes of the Legendre polynomials up to `degree` at a point.
fn legendre(degree: usize, at: f64) -> (Vec<f64>, Vec<f64>) {
    let (mut value, mut slope) = (vec![1.0, at], vec![0.0, 1.0]);
    for n in 1..degree {
        let k = n as f64;
        value.push(((2.0 * k + 1.0) * at * value[n] - k * value[n - 1]) / (k + 1.0));
        slope.push(slope[n - 1] + (2.0 * k + 1.0) * value[n]);
    }
    (value, slope)
}

/// Nodes and weights of Gauss's rule on 0 .. 1.
fn gauss(count: usize) -> Vec<(f64, f64)> {
    (0..count)
        .map(|i| {
            let angle = std::f64::consts::PI * (i as f64 + 0.75) / (count as f64 + 0.5);
            let mut x = math::cos(angle);
            for _ in 0..20 {
                let (value, slope) = legendre(count, x);
                x -= value[count] / slope[count];
            }
            let (_, slope) = legendre(count, x);
            let weight = 2.0 / ((1.0 - x * x) * slope[count] * slope[count]);
            (0.5 * (x + 1.0), 0.5 * weight)
        })
        .collect()
}

/// Mass, stiffness and drag of the even polynomials.
struct Forms {
    mass: Vec<f64>,
    stiffness: DMatrix<f64>,
    drag: DMatrix<f64>,
}

fn forms(modes: usize) -> Forms {
    let degree = 2 * modes;
    let mass = (0..modes).map(|k| 1.0 / (4.0 * k as f64 + 1.0)).collect();
    let (mut stiffness, mut drag) = (DMatrix::zeros(modes, modes), DMatrix::zeros(modes, modes));
    for (eta, weight) in gauss(degree + 1) {
        let (value, slope) = legendre(degree, eta);
        for k in 0..modes {
            for l in 0..modes {
                stiffness[(k, l)] += weight * slope[2 * k] * slope[2 * l];
                drag[(k, l)] += weight * eta * slope[2 * k] * value[2 * l];
            }
        }
    }
    Forms {
        mass,
        stiffness,
        drag,
    }
}

/// The matrix of a' over the thickness lost, at a thickness h; both in wet thicknesses.
fn rate(forms: &Forms, film: &Shrinkage, h: f64) -> DMatrix<f64> {
    // Liquid of the film ε h = h − φ₀, so ε = 1 − φ₀/h.
    let liquid = h - film.initial;
    let diffusion = liquid / h / (film.peclet * h);
    let mut matrix = &forms.drag - diffusion * &forms.stiffness;
    for (k, mass) in forms.mass.iter().enumerate() {
        matrix[(k, k)] += mass;
        for l in 0..forms.mass.len() {
            matrix[(k, l)] /= mass * liquid;
        }
    }
    matrix
}

/// Top and bottom over the mean when the film is packed, and the mean.
fn solved(film: &Shrinkage, modes: usize, steps: usize) -> (f64, f64, f64) {
    let forms = forms(modes);
    let mut state = DVector::zeros(modes);
    state[0] = 1.0;
    let all = 1.0 - film.initial / film.packed;
    let stages = [[5.0 / 12.0, -1.0 / 12.0], [0.75, 0.25]];
    for index in 0..steps {
        // Short steps first: the layer at the top grows like a root.
        let lost = |index: usize| {
            let share = index as f64 / steps as f64;
            all * share * share
        };
        let (start, step) = (lost(index), lost(index + 1) - lost(index));
        let at = [1.0 / 3.0, 1.0].map(|part| 1.0 - start - part * step);
        let matrices = at.map(|h| rate(&forms, film, h));
        let mut system = DMatrix::identity(2 * modes, 2 * modes);
        let mut right = DVector::zeros(2 * modes);
        for (i, matrix) in matrices.iter().enumerate() {
            right
                .rows_mut(i * modes, modes)
                .copy_from(&(matrix * &state));
            for (j, share) in stages[i].iter().enumerate() {
                let mut block = system.view_mut((i * modes, j * modes), (modes, modes));
                block -= step * *share * matrix;
            }
        }
        let slopes = system.lu().solve(&right).expect("a regular system");
        state += step * (0.75 * slopes.rows(0, modes) + 0.25 * slopes.rows(modes, modes));
    }
    let (bottom, _) = legendre(2 * modes, 0.0);
    let at_bottom: f64 = (0..modes).map(|k| state[k] * bottom[2 * k]).sum();
    (state.sum() / state[0], at_bottom / state[0], state[0])
}

#[test]
fn an_implicit_spectral_solver_agrees_with_the_finite_volumes() {
    for (peclet, initial, packed) in [
        (0.1, 0.35, 0.50),
        (1.0, 0.35, 0.50),
        (10.0, 0.35, 0.50),
        (50.0, 0.35, 0.50),
        (10.0, 0.2, 0.55),
    ] {
        let film = Shrinkage {
            peclet,
            initial,
            packed,
        };
        // Fewer modes and half the steps say how far the reference stands still.
        let (coarse, fine) = (solved(&film, 24, 100), solved(&film, 28, 200));
        let off = |a: f64, b: f64| (a / b - 1.0).abs();
        let still = off(coarse.0, fine.0).max(off(coarse.1, fine.1));
        assert!(still < 5e-5, "Pe {peclet}: {still}");
        assert!(
            off(fine.2, film.mean_growth()) < 1e-9,
            "Pe {peclet}: {}",
            fine.2
        );
        let found = film.extrapolated(Resolution::LINE).expect("solved");
        let apart = [off(found.top, fine.0), off(found.bottom, fine.1)];
        println!("Pe {peclet}, {initial} to {packed}: still {still:.1e}, apart {apart:?}");
        assert!(
            apart.iter().all(|one| *one < 5e-5),
            "Pe {peclet}: {apart:?}"
        );
    }
}
