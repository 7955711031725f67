//! Reads a formation reference case: parameters and results from JSON, trajectory from CSV.

use cellwright::model::curve::Curve;
use cellwright::model::expression::Expression;
use cellwright::twin::formation::{
    Cell, Electrode, Electrolyte, End, Heat, Layer, Modes, Operation, PristineState, Protocol,
    Request, Resolution, SeiMechanism, SeiParameters, Step,
};
use serde_json::Value;
use std::path::Path;

/// One row of the trajectory; `time_s` counts from the start of the step.
pub struct Row {
    pub step: usize,
    pub time_s: f64,
    pub voltage_v: f64,
    pub sei_thickness_m: f64,
    pub temperature_k: f64,
}

/// A reference case.
pub struct Case {
    pub id: String,
    json: Value,
    pub rows: Vec<Row>,
    pub protocol: Protocol,
    pub step_durations_s: Vec<f64>,
    pub first_cycle_efficiency: f64,
    pub lithium_lost_ah: f64,
}

/// Reads every case of a folder, by name.
pub fn cases(folder: &Path) -> Vec<Case> {
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder can be read")
        .map(|entry| entry.expect("an entry can be read").path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

fn number(value: &Value, key: &str) -> f64 {
    value[key]
        .as_f64()
        .unwrap_or_else(|| panic!("`{key}` is not a number"))
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key]
        .as_array()
        .unwrap_or_else(|| panic!("`{key}` is not a list"))
}

fn read(path: &Path) -> Case {
    let text = std::fs::read_to_string(path).expect("the case can be read");
    let json: Value = serde_json::from_str(&text).expect("the case is JSON");
    let table = std::fs::read_to_string(path.with_extension("csv")).expect("the table is there");
    let results = &json["results"];
    Case {
        id: json["id"].as_str().expect("an id").to_owned(),
        rows: rows(&table),
        protocol: Protocol {
            steps: list(&json, "protocol").iter().map(step).collect(),
        },
        step_durations_s: list(results, "steps")
            .iter()
            .map(|s| number(s, "duration_s"))
            .collect(),
        first_cycle_efficiency: number(results, "first_cycle_coulombic_efficiency"),
        lithium_lost_ah: number(results, "final_lli_Ah"),
        json,
    }
}

fn rows(table: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut current = usize::MAX;
    let mut start_s = 0.0;
    for line in table.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let time_s: f64 = cells[0].parse().expect("a time");
        let step: usize = cells[1].parse().expect("a step");
        if step != current {
            (current, start_s) = (step, time_s);
        }
        // Times have six decimals; samples lie on whole seconds of the step.
        let in_step = ((time_s - start_s) * 1e4).round() / 1e4;
        rows.push(Row {
            step,
            time_s: in_step,
            voltage_v: cells[3].parse().expect("a voltage"),
            sei_thickness_m: cells[8].parse().expect("a thickness"),
            temperature_k: cells[10].parse().expect("a temperature"),
        });
    }
    rows
}

fn step(json: &Value) -> Step {
    let mut ends = Vec::new();
    let operation = match json["op"].as_str().expect("an operation") {
        "rest" => Operation::Rest,
        "cc" => Operation::ConstantCurrent {
            c_rate: number(json, "c_rate"),
        },
        "cv" => Operation::ConstantVoltage {
            voltage_v: number(json, "voltage_V"),
        },
        other => panic!("operation `{other}`"),
    };
    if let Some(voltage_v) = json["until_voltage_V"].as_f64() {
        ends.push(if number(json, "c_rate") < 0.0 {
            End::VoltageAtLeast(voltage_v)
        } else {
            End::VoltageAtMost(voltage_v)
        });
    }
    if let Some(c_rate) = json["until_abs_c_rate"].as_f64() {
        ends.push(End::CurrentAtMost(c_rate));
    }
    if let Some(duration_s) = json["duration_s"].as_f64() {
        ends.push(End::Duration(duration_s));
    }
    let longest_s = json["max_duration_s"]
        .as_f64()
        .or(json["duration_s"].as_f64());
    Step {
        operation,
        ends,
        longest_s: longest_s.expect("a duration"),
    }
}

fn curve(text: &str) -> Curve {
    Curve::Expression(Expression::parse(text, "x").unwrap_or_else(|e| panic!("{text}: {e}")))
}

fn electrode(json: &Value, salt_mol_m3: f64) -> Electrode {
    let concentration = number(json, "c_max_mol_m3");
    Electrode {
        thickness_m: number(json, "thickness_m"),
        particle_radius_m: number(json, "particle_radius_m"),
        active_fraction: number(json, "active_fraction"),
        maximum_concentration_mol_m3: concentration,
        diffusivity_m2_s: curve(json["D_m2_s"].as_str().expect("a formula")),
        diffusivity_activation_j_mol: number(json, "D_Ea_J_mol"),
        exchange_current_scale_a_m2: number(json, "m_ref_A_m2_per_mol15")
            * salt_mol_m3.sqrt()
            * concentration,
        exchange_current_activation_j_mol: number(json, "m_Ea_J_mol"),
        open_circuit_potential_v: curve(json["OCP_V"].as_str().expect("a formula")),
        entropic_coefficient_v_k: curve(json["dUdT_V_K"].as_str().expect("a formula")),
    }
}

fn sei(json: &Value) -> SeiParameters {
    let mechanism = match json["mechanism"].as_str().expect("a mechanism") {
        "none" => SeiMechanism::None,
        "reaction limited" => SeiMechanism::ReactionLimited {
            exchange_current_a_m2: number(json, "j0_A_m2"),
        },
        // The case says what it does; a scenario has to say so too.
        "solvent-diffusion limited" => SeiMechanism::SolventDiffusionLimited {
            diffusivity_m2_s: number(json, "D_sol_m2_s"),
            concentration_mol_m3: number(json, "c_sol_mol_m3"),
            ungated: true,
        },
        "electron-migration limited" => SeiMechanism::ElectronMigrationLimited {
            conductivity_s_m: number(json, "kappa_inner_S_m"),
        },
        "interstitial-diffusion limited" => SeiMechanism::InterstitialDiffusionLimited {
            diffusivity_m2_s: number(json, "D_li_m2_s"),
            concentration_mol_m3: number(json, "c_li0_mol_m3"),
        },
        "ec reaction limited" => SeiMechanism::EcReactionLimited {
            rate_constant_m_s: number(json, "k_sei_m_s"),
            diffusivity_m2_s: number(json, "D_ec_m2_s"),
            concentration_mol_m3: number(json, "c_ec0_mol_m3"),
        },
        other => panic!("mechanism `{other}`"),
    };
    SeiParameters {
        mechanism,
        initial_thickness_m: number(json, "L0_m"),
        molar_volume_m3_mol: number(json, "V_bar_m3_mol"),
        lithium_per_mole: number(json, "z_li_per_sei"),
        resistivity_ohm_m: number(json, "resistivity_Ohm_m"),
        potential_v: number(json, "U_sei_V"),
        transfer_coefficient: number(json, "alpha"),
        activation_j_mol: number(json, "Ea_J_mol"),
        area_factor: 1.0,
    }
}

fn electrolyte(parameters: &Value) -> Electrolyte {
    let json = &parameters["electrolyte"];
    let layer = |name: &str| Layer {
        thickness_m: number(&parameters[name], "thickness_m"),
        porosity: number(&parameters[name], "porosity"),
        bruggeman: number(&parameters[name], "bruggeman_electrolyte"),
    };
    let conductivity = |name: &str| {
        let json = &parameters[name];
        let solid = 1.0 - number(json, "porosity");
        number(json, "electronic_conductivity_S_m")
            * cellwright::math::pow(solid, number(json, "bruggeman_solid"))
    };
    let curve = |key: &str| {
        let text = json[key].as_str().expect("a formula");
        Curve::Expression(Expression::parse(text, "ce").unwrap_or_else(|e| panic!("{text}: {e}")))
    };
    Electrolyte {
        layers: [layer("negative"), layer("separator"), layer("positive")],
        concentration_mol_m3: number(json, "c0_mol_m3"),
        transference_number: number(json, "t_plus"),
        thermodynamic_factor: number(json, "thermodynamic_factor"),
        diffusivity_m2_s: curve("D_m2_s"),
        diffusivity_activation_j_mol: number(json, "D_Ea_J_mol"),
        conductivity_s_m: curve("kappa_S_m"),
        conductivity_activation_j_mol: number(json, "kappa_Ea_J_mol"),
        electronic_conductivity_s_m: [conductivity("negative"), conductivity("positive")],
    }
}

fn heat(parameters: &Value) -> Heat {
    let (cell, thermal) = (&parameters["cell"], &parameters["thermal"]);
    match thermal["mode"].as_str().expect("a thermal mode") {
        "isothermal" => Heat::Isothermal,
        "lumped" => Heat::Lumped {
            capacity_j_k: number(cell, "heat_capacity_J_m3_K") * number(cell, "volume_m3"),
            cooling_w_k: number(thermal, "h_W_m2_K") * number(cell, "cooling_area_m2"),
            ambient_k: number(thermal, "T_ambient_K"),
        },
        other => panic!("thermal mode `{other}`"),
    }
}

impl Case {
    /// Returns the request.
    pub fn request(&self, modes: Modes, resolution: Resolution) -> Request {
        let parameters = &self.json["parameters"];
        let cell = &parameters["cell"];
        let salt_mol_m3 = number(&parameters["electrolyte"], "c0_mol_m3");
        Request {
            cell: Cell {
                nominal_capacity_ah: number(cell, "nominal_capacity_Ah"),
                area_m2: number(cell, "electrode_area_m2")
                    * number(cell, "electrode_pairs_parallel"),
                reference_temperature_k: number(parameters, "T_ref_K"),
                negative: electrode(&parameters["negative"], salt_mol_m3),
                positive: electrode(&parameters["positive"], salt_mol_m3),
            },
            pristine: PristineState {
                negative_stoichiometry: number(&self.json["initial"], "x_n"),
                positive_stoichiometry: number(&self.json["initial"], "x_p"),
            },
            sei: sei(&parameters["sei"]),
            temperature_k: number(&parameters["thermal"], "T_initial_K"),
            heat: heat(parameters),
            electrolyte: (self.json["model"] == "SPMe").then(|| electrolyte(parameters)),
            modes,
            resolution,
        }
    }

    /// Returns the pass lines of the voltage, rms and largest, V: twice as wide where diffusion is
    /// not exact in time.
    pub fn voltage_lines_v(&self) -> (f64, f64) {
        let parameters = &self.json["parameters"];
        let varies = |side: &str| {
            let text = parameters[side]["D_m2_s"].as_str().expect("a formula");
            Expression::parse(text, "x")
                .expect("a formula")
                .constant()
                .is_none()
        };
        if self.json["model"] == "SPM" && !varies("negative") && !varies("positive") {
            (0.2e-3, 1e-3)
        } else {
            (0.4e-3, 2e-3)
        }
    }

    /// Returns the times of the table within each step, without the last row of a step: that one
    /// lies at the end event, which is compared by itself.
    pub fn sample_times_s(&self) -> Vec<Vec<f64>> {
        let mut times = vec![Vec::new(); self.protocol.steps.len()];
        for pair in self.rows.windows(2) {
            if pair[0].step == pair[1].step {
                times[pair[0].step].push(pair[0].time_s);
            }
        }
        times
    }
}
