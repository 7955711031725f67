//! The reference line of the tests: three dryer zones, NMC111 cathode of a 12.5 Ah pouch cell.
//!
//! One table: port, SI value, spread (one standard deviation, SI; 0 where a value does not vary),
//! evidence and source. `BPX` is the published file of the NMC111|graphite 12.5 Ah pouch cell by
//! About:Energy (December 2022, MIT licence): cathode 52.3 µm at porosity 0.277493, anode 56.2 µm
//! at 0.253991, separator 20 µm at 0.47, 34 pairs of 0.016808 m². The cathode loading is thickness
//! × solid share × true density of this recipe: 52.3e-6 × 0.722507 × 4546.8 = 0.17181 kg/m².

#![allow(dead_code, reason = "each test binary uses a part of the table")]

use cellwright::twin::Line;

/// A row of the reference table.
pub struct Row {
    /// Port name.
    pub name: &'static str,
    /// Value, SI.
    pub value: f64,
    /// One standard deviation, SI.
    pub spread: f64,
    /// Strength of the source.
    pub evidence: &'static str,
    /// Where the value is from.
    pub source: &'static str,
}

const fn row(
    name: &'static str,
    value: f64,
    spread: f64,
    evidence: &'static str,
    source: &'static str,
) -> Row {
    Row {
        name,
        value,
        spread,
        evidence,
        source,
    }
}

const MINUTE: f64 = 60.0;
const HOUR: f64 = 3600.0;
/// One ampere hour per kilogram, C/kg, per milliampere hour per gram.
const MAH_G: f64 = 3600.0;

/// The reference table at 25 m/min.
pub fn table() -> Vec<Row> {
    let mut rows = wet_end();
    rows.extend(dryer());
    rows.extend(dry_end());
    rows
}

fn wet_end() -> Vec<Row> {
    vec![
        row(
            "slurry.solids",
            0.65,
            0.001_67,
            "assumed",
            "plant setting; ± 0.5 % absolute, 3 sigma",
        ),
        row(
            "slurry.binder_fraction",
            0.015,
            0.0,
            "assumed",
            "within 1–3 % PVDF",
        ),
        row(
            "slurry.carbon_fraction",
            0.015,
            0.0,
            "assumed",
            "within 1–3 % carbon",
        ),
        row(
            "slurry.active_density",
            4770.0,
            0.0,
            "recalled",
            "NMC111 crystal density, 4.7–4.8",
        ),
        row("slurry.binder_density", 1770.0, 0.0, "recalled", "PVDF"),
        row(
            "slurry.carbon_density",
            1850.0,
            0.0,
            "recalled",
            "carbon black, 1.8–1.9",
        ),
        row(
            "slurry.solvent_density",
            1028.0,
            0.0,
            "recalled",
            "NMP at 25 °C",
        ),
        row(
            "slurry.temperature",
            298.15,
            0.5,
            "assumed",
            "25 °C at the die",
        ),
        row(
            "slurry.zero_shear_viscosity",
            11.75,
            0.59,
            "assumed",
            "gives 1.9 Pa s at 100 1/s",
        ),
        row(
            "slurry.infinite_shear_viscosity",
            0.05,
            0.0,
            "assumed",
            "small against the rest",
        ),
        row(
            "slurry.relaxation_time",
            1.0,
            0.0,
            "assumed",
            "flow curve of the demo",
        ),
        row(
            "slurry.flow_index",
            0.6,
            0.0,
            "recalled",
            "cathode slurry 0.5–0.8",
        ),
        row("slurry.yasuda_exponent", 2.0, 0.0, "assumed", "Carreau"),
        row(
            "slurry.reference_solids",
            0.65,
            0.0,
            "assumed",
            "measured at the recipe's solids",
        ),
        row(
            "slurry.reference_temperature",
            298.15,
            0.0,
            "assumed",
            "measured at 25 °C",
        ),
        row(
            "slurry.maximum_packing",
            0.60,
            0.0,
            "assumed",
            "irregular particles, 0.55–0.64",
        ),
        row(
            "slurry.intrinsic_viscosity",
            2.5,
            0.0,
            "published",
            "Einstein, spheres",
        ),
        row(
            "slurry.activation_energy",
            15e3,
            0.0,
            "recalled",
            "10–25 kJ/mol",
        ),
        row(
            "coating.web_speed",
            25.0 / MINUTE,
            0.001 * 25.0 / MINUTE,
            "assumed",
            "plant setting ± 0.3 %",
        ),
        row(
            "coating.areal_loading",
            0.171_81,
            0.005 * 0.171_81,
            "derived",
            "BPX thickness × solid share × density; ± 1.5 %",
        ),
        row(
            "coating.width",
            0.65,
            0.000_67,
            "assumed",
            "plant setting ± 2 mm",
        ),
        row("coating.gap", 166e-6, 1e-6, "assumed", "plant setting"),
        row(
            "coating.surface_tension",
            0.0406,
            0.0,
            "published",
            "NMP at 25 °C, library tables",
        ),
        row(
            "coating.porosity",
            0.50,
            0.0,
            "published",
            "as dried 0.45–0.55, trade",
        ),
    ]
}

fn dryer() -> Vec<Row> {
    let mut rows = vec![
        row(
            "drying.exhaust_flow",
            8200.0 / HOUR,
            0.01 * 8200.0 / HOUR,
            "assumed",
            "plant setting ± 3 %, Nm³/h",
        ),
        row(
            "drying.lower_explosive_limit",
            0.013,
            0.0,
            "recalled",
            "NMP, 1.3 vol%",
        ),
        row(
            "drying.air_solvent_fraction",
            5e-4,
            5e-5,
            "assumed",
            "zone air 500 ppm by volume",
        ),
        row(
            "drying.foil_heat_capacity",
            36.45,
            0.0,
            "recalled",
            "15 µm Al, 2700 kg/m³, 900 J/(kg K)",
        ),
        row(
            "drying.solids_heat_capacity",
            800.0,
            0.0,
            "recalled",
            "700–1100 J/(kg K)",
        ),
        row(
            "drying.solvent_heat_capacity",
            1766.0,
            0.0,
            "published",
            "NMP at 25 °C, library tables",
        ),
        row(
            "drying.critical_saturation",
            0.3,
            0.0,
            "assumed",
            "no default known",
        ),
        row(
            "drying.tortuosity",
            2.0,
            0.0,
            "assumed",
            "porosity^(-1/2) is 1.4; binder adds",
        ),
        row(
            "drying.bound_solvent",
            0.006,
            0.0,
            "assumed",
            "40 % of the PVDF mass",
        ),
        row(
            "drying.equilibrium_solvent",
            1e-6,
            0.0,
            "assumed",
            "small against the limit",
        ),
        row(
            "drying.desorption_rate",
            0.225,
            0.0,
            "assumed",
            "at 122 °C; must be measured",
        ),
        row(
            "drying.desorption_activation_energy",
            80e3,
            0.0,
            "assumed",
            "must be measured",
        ),
        row(
            "drying.desorption_reference_temperature",
            395.15,
            0.0,
            "assumed",
            "122 °C",
        ),
    ];
    let zones: [(f64, [&str; 4]); 3] = [
        (
            105.0,
            [
                "drying.zone[1].air_temperature",
                "drying.zone[1].length",
                "drying.zone[1].heat_transfer_top",
                "drying.zone[1].heat_transfer_bottom",
            ],
        ),
        (
            118.0,
            [
                "drying.zone[2].air_temperature",
                "drying.zone[2].length",
                "drying.zone[2].heat_transfer_top",
                "drying.zone[2].heat_transfer_bottom",
            ],
        ),
        (
            122.0,
            [
                "drying.zone[3].air_temperature",
                "drying.zone[3].length",
                "drying.zone[3].heat_transfer_top",
                "drying.zone[3].heat_transfer_bottom",
            ],
        ),
    ];
    for (celsius, [temperature, length, top, bottom]) in zones {
        rows.push(row(
            temperature,
            celsius + 273.15,
            1.5,
            "assumed",
            "plant setting; 1–3 K between stable and ramp-up",
        ));
        rows.push(row(length, 12.0, 0.0, "assumed", "36 m dryer"));
        rows.push(row(
            top,
            40.0,
            0.03 * 40.0,
            "assumed",
            "slot nozzles 35–115 (Martin 1977)",
        ));
        rows.push(row(
            bottom,
            40.0,
            0.03 * 40.0,
            "assumed",
            "slot nozzles 35–115 (Martin 1977)",
        ));
    }
    rows
}

fn dry_end() -> Vec<Row> {
    vec![
        row(
            "calendering.line_load",
            576e3,
            5.76e3,
            "derived",
            "inverse of L2 for the BPX porosity",
        ),
        row(
            "calendering.compaction_resistance",
            400e3,
            0.0,
            "recalled",
            "several 100 N/mm for NMC",
        ),
        row(
            "calendering.minimum_porosity",
            0.18,
            0.0,
            "recalled",
            "0.15–0.22",
        ),
        row("calendering.springback", 0.03, 0.0, "recalled", "3–15 %"),
        row(
            "calendering.stretch",
            1.0,
            0.0,
            "assumed",
            "no elongation; about 1.01 found for Al",
        ),
        row(
            "coating.specific_capacity",
            138.5 * MAH_G,
            0.0,
            "derived",
            "BPX 23.08 Ah/m² over active loading",
        ),
        row(
            "coating.first_charge_capacity",
            148.3 * MAH_G,
            0.0,
            "derived",
            "BPX, x = 1 to 0.42424",
        ),
        row(
            "anode.areal_loading",
            0.089_30,
            0.005 * 0.0893,
            "derived",
            "BPX thickness × solid share × density",
        ),
        row("anode.thickness", 56.2e-6, 0.5e-6, "published", "BPX"),
        row(
            "anode.true_density",
            2130.0,
            0.0,
            "derived",
            "Yourey 2020, inverted",
        ),
        row(
            "anode.active_fraction",
            0.95,
            0.0,
            "recalled",
            "94–97 % graphite",
        ),
        row(
            "anode.specific_capacity",
            362.0 * MAH_G,
            0.0,
            "derived",
            "BPX 30.7 Ah/m² at full lithiation",
        ),
        row("cell.separator_thickness", 20e-6, 0.0, "published", "BPX"),
        row("cell.separator_porosity", 0.47, 0.0, "published", "BPX"),
        row(
            "cell.separator_areal_mass",
            0.0101,
            0.0,
            "derived",
            "20 µm × 0.53 × 950 kg/m³",
        ),
        row("cell.electrode_area", 0.016_808, 0.0, "published", "BPX"),
        row("cell.electrode_pairs", 34.0, 0.0, "published", "BPX"),
        row(
            "cell.electrode_width",
            0.1,
            0.0,
            "assumed",
            "shorter side of 0.1 × 0.168 m",
        ),
        row(
            "cell.cathode_water",
            250e-6,
            25e-6,
            "assumed",
            "limit 300 ppm (recalled)",
        ),
        row(
            "cell.anode_water",
            400e-6,
            40e-6,
            "assumed",
            "limit 500 ppm (recalled)",
        ),
        row(
            "cell.separator_water",
            400e-6,
            40e-6,
            "assumed",
            "limit 300–600 ppm (recalled)",
        ),
        row(
            "electrolyte.density",
            1200.0,
            0.0,
            "recalled",
            "1 M LiPF6 in carbonates",
        ),
        row(
            "electrolyte.viscosity",
            3.5e-3,
            0.0,
            "recalled",
            "2.5–4.5 mPa s",
        ),
        row(
            "electrolyte.surface_tension",
            0.030,
            0.0,
            "recalled",
            "0.028–0.035 N/m",
        ),
        row(
            "electrolyte.water",
            10e-6,
            1e-6,
            "assumed",
            "limit 20 mg/kg",
        ),
        row("electrolyte.hf", 20e-6, 2e-6, "assumed", "limit 50 mg/kg"),
        row("filling.excess", 0.10, 0.004, "recalled", "5–30 %"),
        row(
            "filling.contact_angle",
            0.35,
            0.0,
            "recalled",
            "0–40 degrees",
        ),
        row(
            "filling.effective_pore_radius",
            10e-9,
            0.0,
            "assumed",
            "gives K = 0.2 mm/s^0.5",
        ),
        row(
            "filling.vacuum_pressure",
            3000.0,
            150.0,
            "assumed",
            "30 mbar",
        ),
        row(
            "filling.fill_pressure",
            101_325.0,
            0.0,
            "assumed",
            "ambient",
        ),
        row(
            "filling.capillary_pressure",
            0.0,
            0.0,
            "assumed",
            "conservative",
        ),
    ]
}

/// The reference line.
pub fn line() -> Line {
    Line::new(3, cellwright::twin::Solvent::Nmp)
}

/// Returns the values of `table` in the order of the line's input ports.
pub fn values(line: &Line, table: &[Row]) -> Vec<f64> {
    let value = |name: &str| {
        let row = table.iter().find(|row| row.name == name);
        row.unwrap_or_else(|| panic!("the reference table lacks `{name}`"))
            .value
    };
    line.inputs().iter().map(|port| value(&port.name)).collect()
}

/// Index of an input port.
pub fn input(line: &Line, name: &str) -> usize {
    let found = line.inputs().iter().position(|port| port.name == name);
    found.unwrap_or_else(|| panic!("no input `{name}`"))
}

/// Index of an outcome port.
pub fn output(line: &Line, name: &str) -> usize {
    let found = line.outputs().iter().position(|port| port.name == name);
    found.unwrap_or_else(|| panic!("no outcome `{name}`"))
}
