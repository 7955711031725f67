//! Mass transfer from the film to the air: what the boundary layer and the dry pores hold back.
//!
//! In: the mean of film and air temperature, in kelvin. Out: the two resistances to the vapour,
//! each without its geometry. The laws (Chilton–Colburn, [`Solvent::transfer_by_law`]) cost a cube
//! root and eleven divisions, at every stage of every step; the same numbers come from polynomials
//! of degree nine, within 1e-8 of the laws between 260 and 480 K (measured in the tests below).
//! Outside that range the laws themselves are taken, so nothing is clamped. Trusted: `air.rs`,
//! `solvent.rs`.

use crate::lanes::{Choice, Real};
use crate::twin::air;
use crate::twin::solvent::Solvent;

/// Mean temperatures of the polynomials, K.
const RANGE_K: (f64, f64) = (260.0, 480.0);
const MIDDLE_K: f64 = 0.5 * (RANGE_K.0 + RANGE_K.1);
const PER_HALF_1_K: f64 = 2.0 / (RANGE_K.1 - RANGE_K.0);
/// Terms of a polynomial.
const TERMS: usize = 10;

/// Chebyshev interpolants at ten nodes in powers of the scaled temperature, the highest first.
struct Table {
    layer: [f64; TERMS],
    pores: [f64; TERMS],
}

/// Resistances to vapour at a mean temperature.
#[derive(Clone, Copy, Debug)]
pub struct Transfer<R = f64> {
    /// Temperature times volumetric heat capacity of air times Lewis number to two thirds, J/m³;
    /// over the heat transfer coefficient it is the resistance of the boundary layer, K s/m.
    pub layer_j_m3: R,
    /// Temperature over diffusivity, K s/m²; times a length it is the resistance of still air.
    pub pores_k_s_m2: R,
}

impl<R: Real> Transfer<R> {
    /// What layer and pores in series let through, over temperature, m/(K s); nothing on a side
    /// without air flow, whose coefficient is 0.
    #[inline(always)]
    #[must_use]
    pub fn conductance_m_k_s(&self, side_w_m2_k: R, pore_path_m: R) -> R {
        side_w_m2_k / (self.layer_j_m3 + side_w_m2_k * pore_path_m * self.pores_k_s_m2)
    }
}

impl Solvent {
    /// Resistances from the polynomials, from the laws outside their range.
    #[inline(always)]
    #[must_use]
    pub fn transfer<R: Real>(self, mean_k: R) -> Transfer<R> {
        let table = match self {
            Solvent::Nmp => &NMP,
            Solvent::Water => &WATER,
        };
        let scaled = (mean_k - MIDDLE_K) * PER_HALF_1_K;
        let mut found = Transfer {
            layer_j_m3: polynomial(&table.layer, scaled),
            pores_k_s_m2: polynomial(&table.pores, scaled),
        };
        let outside = mean_k.lt(R::splat(RANGE_K.0)) | mean_k.gt(R::splat(RANGE_K.1));
        if outside.any() {
            for lane in (0..R::COUNT).filter(|&lane| outside.lane(lane)) {
                let law = self.transfer_by_law(mean_k.lane(lane));
                found.layer_j_m3.set_lane(lane, law.layer_j_m3);
                found.pores_k_s_m2.set_lane(lane, law.pores_k_s_m2);
            }
        }
        found
    }

    /// Resistances from the laws: Chilton–Colburn with the properties of air and solvent.
    #[cold]
    #[inline(never)]
    #[must_use]
    pub fn transfer_by_law(self, mean_k: f64) -> Transfer {
        let diffusivity = self.diffusivity_in_air_m2_s(mean_k);
        let volumetric = air::density_kg_m3(mean_k) * air::heat_capacity_j_kg_k(mean_k);
        let lewis = air::thermal_conductivity_w_m_k(mean_k) / (volumetric * diffusivity);
        let root = Real::cbrt(lewis);
        Transfer {
            layer_j_m3: mean_k * volumetric * root * root,
            pores_k_s_m2: mean_k / diffusivity,
        }
    }
}

/// Horner's sum, written out: kernels have many of these and loops cost the compiler minutes.
#[inline(always)]
fn polynomial<R: Real>(terms: &[f64; TERMS], x: R) -> R {
    let [a, b, c, d, e, f, g, h, i, j] = *terms;
    let high = (((x * a + b) * x + c) * x + d) * x + e;
    ((((high * x + f) * x + g) * x + h) * x + i) * x + j
}

const NMP: Table = Table {
    layer: [
        0.463_226_692_636_795_06,
        -1.873_160_441_652_786_3,
        6.489_376_890_120_678,
        -26.763_590_175_278_118,
        111.582_614_819_077_79,
        -457.563_739_444_144_4,
        1_800.326_212_920_831_7,
        -5_681.657_324_319_075,
        15_336.196_570_067_916,
        707_955.567_519_479_3,
    ],
    pores: [
        -333.179_052_338_122_63,
        1_151.429_796_022_392_3,
        -3_159.506_155_364_777,
        11_023.941_447_758_034,
        -39_434.430_650_204_92,
        139_622.097_662_733_84,
        -500_676.328_037_245_5,
        1_837_193.107_281_961_5,
        -7_062_492.902_664_254,
        31_674_210.536_362_86,
    ],
};

const WATER: Table = Table {
    layer: [
        0.222_219_846_723_898,
        -0.888_701_484_761_443,
        3.025_314_794_189_627_7,
        -12.269_347_343_307_505,
        50.097_070_382_911_91,
        -199.409_847_479_695_69,
        747.418_277_890_595,
        -2_088.286_484_820_984_7,
        3_166.070_053_304_137_7,
        324_035.115_032_632_7,
    ],
    pores: [
        -125.641_685_829_529_02,
        431.359_679_687_696_2,
        -1_170.574_286_239_752_6,
        4_048.069_650_853_816_3,
        -14_340.009_039_855_96,
        50_139.264_662_995_54,
        -176_959.503_311_957_17,
        635_474.292_133_808_4,
        -2_361_896.663_625_546_3,
        9_808_100.608_036_79,
    ],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::Lanes;

    /// Goal: the stated error of the polynomials, and that it is not far smaller than stated.
    #[test]
    fn polynomials_are_within_1e_8_of_the_laws() {
        for solvent in [Solvent::Nmp, Solvent::Water] {
            let mut worst = 0.0_f64;
            for step in 0..=4_400 {
                let mean_k = 260.0 + 0.05 * f64::from(step);
                let (found, law) = (solvent.transfer(mean_k), solvent.transfer_by_law(mean_k));
                let layer = (found.layer_j_m3 / law.layer_j_m3 - 1.0).abs();
                worst = worst.max(layer);
                worst = worst.max((found.pores_k_s_m2 / law.pores_k_s_m2 - 1.0).abs());
                assert!(layer < 6e-10, "{solvent:?} at {mean_k} K: {layer}");
            }
            assert!((1e-9..1e-8).contains(&worst), "{solvent:?}: {worst}");
        }
    }

    #[test]
    fn outside_the_range_the_laws_hold_lane_by_lane() {
        let means_k = Lanes::new([150.0, 300.0, 480.1, 600.0]);
        for solvent in [Solvent::Nmp, Solvent::Water] {
            let wide = solvent.transfer(means_k);
            for (lane, mean_k) in means_k.to_array().into_iter().enumerate() {
                let law = solvent.transfer_by_law(mean_k);
                let alone = solvent.transfer(mean_k);
                assert_eq!(wide.layer_j_m3.lane(lane), alone.layer_j_m3);
                assert_eq!(lane == 1, alone.layer_j_m3 != law.layer_j_m3);
                assert_eq!(lane == 1, alone.pores_k_s_m2 != law.pores_k_s_m2);
            }
        }
    }
}
