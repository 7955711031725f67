//! Import: a recipe out of an exported table.
//!
//! In: a CSV export and a map (`cellwright/import/1`) that declares delimiter and decimal sign
//! and says which table name is which quantity. Two layouts: `rows` (one parameter a row, with
//! columns for name, setpoint and limits) and `columns` (one recipe a row, units in brackets or
//! in a second header row). Out: the text of a recipe, and a list of everything that was refused.
//! Limits (LSL, USL) become a tolerance. A historian's text becomes a quality code in the list,
//! never a number, and nothing is guessed.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::diagnostic::{Diagnostic, visible};
use crate::document::{Expected, Intake, Located, Meaning, Reader, Report, Value, codes, lookup};
use crate::quantity::dictionary::Role;
use crate::quantity::{Unit, parse_unit};
use crate::rational::Rational;
use crate::table::{Table, TableFormat};

/// The schema line of import maps.
pub const SCHEMA: &str = "cellwright/import/1";

/// What a recipe can set.
const ROLES: [Role; 3] = [Role::Setpoint, Role::Material, Role::Disturbance];

/// A recipe text and what did not get into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The recipe document, with what was refused or not asked for as comments at its end.
    pub text: String,
    /// Parameters in it.
    pub parameters: usize,
    /// One line for each entry that the map asks for and that could not be used, with its reason.
    pub refused: Vec<String>,
    /// One line for each row of the table that the map does not ask for.
    pub unmapped: Vec<String>,
}

/// Where a parameter stands in the table: columns of the `columns` layout.
#[derive(Clone, Debug)]
struct Target {
    key: Located<String>,
    name: String,
    unit: Option<Located<String>>,
    low: Option<Located<String>>,
    high: Option<Located<String>>,
}

/// Columns of the `rows` layout.
struct RowColumns {
    name: Located<String>,
    value: Located<String>,
    low: Option<Located<String>>,
    high: Option<Located<String>>,
    unit: Option<Located<String>>,
}

struct Map {
    title: String,
    line: String,
    source: String,
    format: TableFormat,
    rows: Option<RowColumns>,
    targets: Vec<Target>,
}

/// Imports `table_path` by the map at `map_path`. `None` after diagnostics about the map or the
/// shape of the table; entries of the table that cannot be used are in [`Imported::refused`].
pub fn import(intake: &mut Intake<'_>, table_path: &str, map_path: &str) -> Option<Imported> {
    let map = read_map(intake, map_path)?;
    let table = Table::read(intake, table_path, None, &map.format)?;
    let mut importer = Importer {
        table: &table,
        intake,
        lines: BTreeMap::new(),
        refused: Vec::new(),
        unmapped: Vec::new(),
    };
    match &map.rows {
        Some(columns) => importer.by_rows(&map, columns)?,
        None => importer.by_columns(&map)?,
    }
    let (lines, refused, unmapped) = (importer.lines, importer.refused, importer.unmapped);
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let mut text = format!(
        "schema = \"{}\"\ntitle  = {}\nline   = {}\nsource = {}\n\n[parameters]\n",
        super::SCHEMA,
        quoted(&map.title),
        quoted(&map.line),
        quoted(&map.source)
    );
    for (name, line) in &lines {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "\"{name}\" = {line}");
    }
    comments(&mut text, "Refused, not part of this recipe", &refused);
    comments(&mut text, "Not asked for by the map", &unmapped);
    Some(Imported {
        text,
        parameters: lines.len(),
        refused,
        unmapped,
    })
}

/// Adds lines as comments; a line break inside a cell must not end its comment.
fn comments(text: &mut String, heading: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    text.push_str(&format!("\n# {heading}:\n"));
    for line in lines {
        let line = visible(line).replace(['\n', '\t'], " ");
        text.push_str(&format!("# {line}\n"));
    }
}

fn read_map(intake: &mut Intake<'_>, path: &str) -> Option<Map> {
    let document = intake.open_toml(path, None, SCHEMA)?;
    let report = &intake.report;
    let mut reader = Reader::new(&document, "the import map", report);
    reader.optional("schema");
    let (title, line, source) = (
        reader.text("title"),
        reader.text("line"),
        reader.text("source"),
    );
    for key in ["delimiter", "decimal"] {
        reader.required(key);
    }
    let format = TableFormat::read(&mut reader);
    let rows = reader.optional_table("columns").map(row_columns);
    let mut targets = Vec::new();
    if let Some(mut names) = reader.table("names") {
        for entry in names.named_entries() {
            targets.extend(target(entry, report));
        }
    }
    reader.finish();
    for (at, target) in targets.iter().enumerate() {
        if let Some(first) = targets[..at].iter().find(|other| other.name == target.name) {
            let message = format!("`{}` is mapped twice", target.name);
            report.push(
                Diagnostic::error(codes::IMPORT_MAP, target.key.span, message)
                    .also(first.key.span, "first here"),
            );
            return None;
        }
    }
    format.delimiter?;
    format.decimal?;
    let rows = match rows {
        Some(columns) => Some(columns?),
        None => None,
    };
    Some(Map {
        title: title?.value,
        line: line?.value,
        source: source?.value,
        format,
        rows,
        targets,
    })
}

fn row_columns(mut reader: Reader<'_>) -> Option<RowColumns> {
    let (name, value) = (reader.text("name"), reader.text("value"));
    let [low, high, unit] = ["low", "high", "unit"].map(|key| reader.optional_text(key));
    reader.finish();
    Some(RowColumns {
        name: name?,
        value: value?,
        low,
        high,
        unit,
    })
}

fn target(entry: &crate::document::Entry, report: &Report) -> Option<Target> {
    let key = Located {
        value: entry.key.clone(),
        span: entry.key_span,
    };
    let (name, [unit, low, high]) = match &entry.node.value {
        Value::Table(table) => {
            let mut reader = Reader::new(table, format!("`{}`", entry.key), report);
            let name = reader.text("name");
            let parts = ["unit", "low", "high"].map(|key| reader.optional_text(key));
            reader.finish();
            (name?, parts)
        }
        Value::Text(text) => (
            Located {
                value: text.clone(),
                span: entry.node.span,
            },
            [None, None, None],
        ),
        other => {
            let message = format!("expected a quantity name, found {}", other.type_name());
            report.push(Diagnostic::error(
                codes::WRONG_TYPE,
                entry.node.span,
                message,
            ));
            return None;
        }
    };
    lookup(&name.value, name.span, &ROLES, report)?;
    Some(Target {
        key,
        name: name.value,
        unit,
        low,
        high,
    })
}

struct Importer<'a, 'f> {
    table: &'a Table,
    intake: &'a Intake<'f>,
    lines: BTreeMap<String, String>,
    refused: Vec<String>,
    unmapped: Vec<String>,
}

impl Importer<'_, '_> {
    /// One parameter a row.
    fn by_rows(&mut self, map: &Map, columns: &RowColumns) -> Option<()> {
        let name_column = self.table.column(&columns.name, self.intake)?;
        let value = self.table.column(&columns.value, self.intake)?;
        let low = self.optional_column(columns.low.as_ref())?;
        let high = self.optional_column(columns.high.as_ref())?;
        let unit_column = self.optional_column(columns.unit.as_ref())?;
        let mut met: BTreeMap<&str, usize> = BTreeMap::new();
        for row in 0..self.table.row_count() {
            let name = self.text(row, name_column);
            let shown = self.table.shown_row(row);
            let Some(target) = map.targets.iter().find(|t| t.key.value == name) else {
                self.unmapped
                    .push(format!("row {shown}: `{name}` is not in the map"));
                continue;
            };
            if let Some(&first) = met.get(target.name.as_str()) {
                let first = self.table.shown_row(first);
                let what = if self.lines.contains_key(&target.name) {
                    format!("stands twice, row {first} is kept")
                } else {
                    format!("stands twice and row {first} was refused: neither is used")
                };
                self.refused.push(format!("row {shown}: `{name}` {what}"));
                continue;
            }
            met.insert(&target.name, row);
            let unit = match (&target.unit, unit_column) {
                (Some(unit), _) => unit.value.clone(),
                (None, Some(column)) => self.text(row, column),
                (None, None) => self.table.columns[value].unit.clone().unwrap_or_default(),
            };
            self.parameter(row, &target.name, &unit, [Some(value), low, high]);
        }
        for target in &map.targets {
            if !met.contains_key(target.name.as_str()) {
                self.refused.push(format!(
                    "`{}` is in the map but not in the table",
                    target.key.value
                ));
            }
        }
        Some(())
    }

    /// One recipe a row; the table must have exactly one.
    fn by_columns(&mut self, map: &Map) -> Option<()> {
        if self.table.row_count() != 1 {
            let message = format!(
                "the table has {} recipes in rows, expected one",
                self.table.row_count()
            );
            self.intake.report.push(
                Diagnostic::error_without_place(codes::IMPORT_MAP, message).help(
                    "export one recipe, or map rows with `[columns]`; where the row below the \
                         header holds units, say `units = \"second-row\"` in the map",
                ),
            );
            return None;
        }
        for target in &map.targets {
            let value = self.table.column(&target.key, self.intake)?;
            let low = self.optional_column(target.low.as_ref())?;
            let high = self.optional_column(target.high.as_ref())?;
            let unit = match &target.unit {
                Some(unit) => unit.value.clone(),
                None => self.table.columns[value].unit.clone().unwrap_or_default(),
            };
            self.parameter(0, &target.name, &unit, [Some(value), low, high]);
        }
        Some(())
    }

    /// The outer `None` is a named column that does not exist, already reported.
    fn optional_column(&self, wanted: Option<&Located<String>>) -> Option<Option<usize>> {
        match wanted {
            None => Some(None),
            Some(header) => self.table.column(header, self.intake).map(Some),
        }
    }

    fn text(&self, row: usize, column: usize) -> String {
        self.table
            .text(&self.intake.sources, row, column)
            .into_owned()
    }

    /// Adds one parameter, or says why not.
    fn parameter(&mut self, row: usize, name: &str, unit: &str, columns: [Option<usize>; 3]) {
        let line = self.line(row, name, unit, columns);
        match line {
            Ok(line) => {
                self.lines.insert(name.to_owned(), line);
            }
            Err(reason) => {
                let shown = self.table.shown_row(row);
                self.refused
                    .push(format!("row {shown}, `{name}`: {reason}"));
            }
        }
    }

    fn line(
        &self,
        row: usize,
        name: &str,
        unit: &str,
        [value, low, high]: [Option<usize>; 3],
    ) -> Result<String, String> {
        let looked_up = lookup(name, self.table.span(row, 0), &ROLES, &Report::default());
        let Some(Meaning::Quantity(entry)) = looked_up else {
            let word = value.map(|column| self.text(row, column));
            return Ok(toml::Value::String(word.unwrap_or_default()).to_string());
        };
        let unit = self.unit(unit, name, entry)?;
        let number = |column: Option<usize>| match column {
            None => Ok(None),
            Some(column) => match self.table.number(&self.intake.sources, row, column) {
                Ok(number) => Ok(Some(number)),
                Err(crate::table::CellProblem::Empty) if Some(column) != value => Ok(None),
                Err(problem) => Err(problem.to_string()),
            },
        };
        let (value, low, high) = (number(value)?, number(low)?, number(high)?);
        let Some(value) = value else {
            return Err("the setpoint is missing".to_owned());
        };
        let shown = |number: &Rational, unit: &str| match unit {
            "" => number.to_string(),
            unit => format!("{number} {unit}"),
        };
        let setpoint = shown(&value, &unit.symbol);
        // A tolerance of a point on the temperature scale is a difference.
        let width_unit = if unit.symbol == "degC" {
            "K"
        } else {
            &unit.symbol
        };
        match (low, high) {
            (Some(low), Some(high)) if low > high => Err(format!(
                "its limits are swapped: the lower one is {low}, the upper one {high}"
            )),
            (Some(low), Some(high)) if low <= value && value <= high => {
                let scale = if width_unit == "ppm_number" {
                    10_000
                } else {
                    1
                };
                let width = |span: Rational| shown(&(&span * &Rational::from(scale)), width_unit);
                let (minus, plus) = (width(&value - &low), width(&high - &value));
                Ok(format!(
                    "{{ value = \"{setpoint}\", tolerance = {{ minus = \"{minus}\", plus = \
                     \"{plus}\" }} }}"
                ))
            }
            (None, None) => Ok(format!("{{ value = \"{setpoint}\" }}")),
            (Some(low), Some(high)) => Err(format!(
                "the setpoint {value} lies outside its limits {low} .. {high}"
            )),
            (Some(_), None) | (None, Some(_)) => {
                Err("one limit is missing; a tolerance has two sides".to_owned())
            }
        }
    }

    fn unit(
        &self,
        text: &str,
        name: &str,
        entry: &crate::quantity::dictionary::Entry,
    ) -> Result<Unit, String> {
        let expected = Expected::of_entry(name, entry);
        let unit = parse_unit(text).map_err(|error| match text {
            "" => format!("there is no unit; `{name}` is a {}", entry.quantity_type),
            _ => format!("{error}; {}", error.help()),
        });
        let unit = match unit {
            Err(_) if text.is_empty() && entry.quantity_type.dimension.is_none() => {
                return if expected.accepts(crate::quantity::QuantityType::NUMBER) {
                    Ok(Unit {
                        symbol: String::new(),
                        quantity_type: crate::quantity::QuantityType::NUMBER,
                        factor: Rational::one(),
                        offset: Rational::zero(),
                    })
                } else {
                    Err(format!(
                        "there is no unit; `{name}` is a {}",
                        entry.quantity_type
                    ))
                };
            }
            other => other?,
        };
        if expected.accepts(unit.quantity_type) {
            Ok(unit)
        } else {
            Err(format!("`{text}` is no unit of a {}", entry.quantity_type))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::InMemory;
    use crate::recipe::Recipe;

    fn run(csv: &str, map: &str) -> (Option<Imported>, String) {
        let head =
            "schema = \"cellwright/import/1\"\ntitle = \"t\"\nline = \"3\"\nsource = \"MES\"\n";
        let files = InMemory::new()
            .with("m.toml", format!("{head}{map}"))
            .with("r.csv", csv);
        let mut intake = Intake::new(&files);
        let imported = import(&mut intake, "r.csv", "m.toml");
        let shown = intake.report.diagnostics().render(&intake.sources, false);
        (imported, shown)
    }

    const ROWS: &str = "delimiter = \";\"\ndecimal = \",\"\n\
        columns = { name = \"Tag\", value = \"Setpoint\", low = \"LSL\", high = \"USL\", unit = \
         \"Unit\" }\n\
        [names]\n\"WEB_SPD\" = \"coating.web_speed\"\n\"ZN1_T\" = \
         \"drying.zone[1].air_temperature\"\n\"EXH\" = \"drying.exhaust_flow\"\n";

    #[test]
    fn limits_become_tolerances_and_quality_words_are_refused() {
        let csv = "\u{feff}Tag;Setpoint;LSL;USL;Unit\r\nWEB_SPD;25,0;24,9;25,2;m/min\r\n\
            ZN1_T;120;118;122;degC\r\nEXH;I/O Timeout;1;2;Nm3/h\r\nOTHER;1;;;m\r\n";
        let (imported, shown) = run(csv, ROWS);
        let imported = imported.expect(&shown);
        let refused = imported.refused.join("\n");
        assert!(refused.contains("quality timeout"), "{refused}");
        let unmapped = imported.unmapped.join("\n");
        assert!(unmapped.contains("`OTHER` is not in the map"), "{unmapped}");
        let files = InMemory::new().with("r.toml", imported.text);
        let mut intake = Intake::new(&files);
        let recipe = Recipe::read(&mut intake, "r.toml", None).expect("reads");
        assert!(!intake.report.has_errors());
        let bounds = |name: &str| recipe.parameters[name].bounds();
        assert_eq!(
            bounds("coating.web_speed"),
            Some((Rational::ratio(249, 600), Rational::ratio(252, 600)))
        );
        assert_eq!(
            bounds("drying.zone[1].air_temperature"),
            Some((Rational::ratio(39_115, 100), Rational::ratio(39_515, 100)))
        );
    }

    #[test]
    fn what_is_refused_stands_in_the_text_with_its_reason() {
        let csv = "Tag;Setpoint;LSL;USL;Unit\nWEB_SPD;25,0;26;24;m/min\nZN1_T;NaN;1;2;degC\n\
            ZN1_T;120;118;122;degC\nEXH;8200;8000;8400;Nm3/h\nEXH;8300;8000;8400;Nm3/h\n\
            \"OTHER\nx = 1\";1;;;m\n";
        let (imported, shown) = run(csv, ROWS);
        let imported = imported.expect(&shown);
        let refused = imported.refused.join("\n");
        for words in [
            "swapped: the lower one is 26, the upper one 24",
            "`ZN1_T` stands twice and row 3 was refused: neither is used",
            "`EXH` stands twice, row 5 is kept",
        ] {
            assert!(refused.contains(words), "{refused}");
        }
        assert_eq!(imported.parameters, 1);
        for line in imported.refused.iter().chain(&imported.unmapped) {
            let comment = format!("# {}\n", line.replace('\n', " "));
            assert!(imported.text.contains(&comment), "{}", imported.text);
        }
        let files = InMemory::new().with("r.toml", imported.text);
        let mut intake = Intake::new(&files);
        let recipe = Recipe::read(&mut intake, "r.toml", None).expect("comments stay comments");
        assert_eq!(recipe.parameters.len(), 1);
    }

    #[test]
    fn units_in_a_second_header_row() {
        let map = "delimiter = \",\"\ndecimal = \".\"\nunits = \"second-row\"\n[names]\n\
            \"Speed\" = { name = \"coating.web_speed\", low = \"Speed LSL\", high = \"Speed \
             USL\" }\n";
        let csv = "Speed,Speed LSL,Speed USL\nm/min,m/min,m/min\n25,24.9,25.1\n";
        let (imported, shown) = run(csv, map);
        let text = imported.expect(&shown).text;
        assert!(text.contains("minus = \"0.1 m/min\""), "{text}");
    }

    #[test]
    fn delimiter_and_decimal_sign_must_be_declared() {
        let (imported, shown) = run("a\n1\n", "[names]\n\"a\" = \"coating.width\"\n");
        assert_eq!(imported, None);
        assert!(shown.contains("has no `delimiter`"), "{shown}");
        assert!(shown.contains("has no `decimal`"), "{shown}");
    }
}
