//! The drawings of the layout sample: invented numbers of the size of a real line.

use cellwright::record::body::DryerProfile;
use cellwright::record::coating_window::{CoatingWindow, RecipePlace};
use cellwright::record::formation_profile::{FormationProfile, FormationStep};

fn text(value: &str) -> String {
    value.to_owned()
}

pub fn formation() -> FormationProfile {
    let step = |name: &str, end_h: f64| FormationStep {
        name: text(name),
        end_h,
    };
    FormationProfile {
        recipe: text("requested"),
        time_h: vec![0.0, 10.0, 20.0, 30.0],
        voltage_v: vec![3.0, 3.7, 4.2, 3.4],
        current_a: vec![-0.6, -0.6, 0.6, 0.6],
        lithium_lost_ah: vec![0.0, 0.6, 0.9, 1.0],
        steps: vec![step("charge C/20", 20.0), step("discharge C/20", 30.0)],
        charge_voltage_v: vec![3.2, 3.6, 4.0],
        charge_ah_v: vec![2.0, 18.0, 9.0],
        voltage_low_v: vec![2.9, 3.6, 4.1, 3.3],
        voltage_high_v: vec![3.1, 3.8, 4.2, 3.5],
        band_samples: 40,
    }
}

pub fn coating_window() -> CoatingWindow {
    let place = |recipe: &str, speed: f64| RecipePlace {
        recipe: text(recipe),
        web_speed_m_min: [speed, 0.99 * speed, 1.01 * speed],
        gap_ratio: [1.3, 1.22, 1.38],
    };
    CoatingWindow {
        web_speed_m_min: vec![10.0, 20.0, 30.0, 40.0],
        gap_ratio_max: vec![2.1, 1.6, 1.5, 1.4],
        capillary_number: vec![0.6, 0.9, 1.5, 2.2],
        recipes: vec![place("now", 25.0), place("requested", 32.0)],
    }
}

pub fn dryer() -> Vec<DryerProfile> {
    [
        ("now", 1.0, [95.0, 115.0, 122.0, 118.0]),
        ("requested", 0.78, [95.0, 115.0, 122.0, 118.0]),
        ("proposed", 0.8, [95.0, 115.0, 128.0, 118.0]),
    ]
    .into_iter()
    .map(|(recipe, pace, air)| {
        let position: Vec<f64> = (0..=160).map(|i| f64::from(i) * 0.225).collect();
        let mut temperature = Vec::new();
        let mut solvent = Vec::new();
        let (mut film, mut wet) = (24.0, 118.0);
        for x in &position {
            let zone = ((x / 9.0) as usize).min(3);
            let target = if wet > 4.0 {
                air[zone] * 0.62
            } else {
                air[zone]
            };
            film += (target - film) * 0.075 / pace * 0.8;
            wet -= (film - 24.0) * 0.0205 * pace * wet / (wet + 14.0);
            temperature.push(film);
            solvent.push(wet);
        }
        DryerProfile {
            recipe: text(recipe),
            position_m: position,
            film_temperature_deg_c: temperature,
            solvent_g_m2: solvent,
            zone_end_m: vec![9.0, 18.0, 27.0, 36.0],
            zone_air_deg_c: air.to_vec(),
        }
    })
    .collect()
}
