//! The reference line of the tests: three dryer zones, NMC111 cathode of a 12.5 Ah pouch cell.
//!
//! `table.txt` holds one row per input port: value, unit, spread, evidence and source. `BPX` there
//! is the published file of the NMC111|graphite 12.5 Ah pouch cell by About:Energy (December 2022,
//! MIT licence): cathode 52.3 µm at porosity 0.277493, anode 56.2 µm at 0.253991, separator 20 µm
//! at 0.47, 34 pairs of 0.016808 m². The cathode loading is thickness × solid share × true density
//! of this recipe: 52.3e-6 × 0.722507 × 4546.8 = 0.17181 kg/m².

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

/// Reads the reference table, at 25 m/min.
pub fn table() -> Vec<Row> {
    let rows = include_str!("table.txt").lines().skip(1);
    rows.map(|line| {
        let cells: Vec<&str> = line.split(" | ").collect();
        assert_eq!(cells.len(), 7, "`{line}`");
        let number = |cell: &str| -> f64 {
            let parsed = cell.parse();
            parsed.unwrap_or_else(|_| panic!("`{cell}` in `{line}` is not a number"))
        };
        let unit = number(cells[3]);
        Row {
            name: cells[0],
            value: number(cells[1]) * unit,
            spread: number(cells[4]) * unit,
            evidence: cells[5],
            source: cells[6],
        }
    })
    .collect()
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
