//! Tables from text: spans, units, refused ambiguity.

use super::*;
use crate::document::InMemory;
use crate::quantity::dictionary::standard;

fn table(text: &str, format: TableFormat) -> (Option<Vec<Rational>>, String) {
    let files = InMemory::new().with("t.csv", text);
    let mut intake = Intake::new(&files);
    let values = Table::read(&mut intake, "t.csv", None, &format).and_then(|table| {
        let entry = standard().get("drying.residual_solvent")?;
        let expected = Expected::of_entry("drying.residual_solvent", entry);
        let column = table.find("residual NMP")?;
        table.quantities(column, &expected, &intake)
    });
    let shown = intake.report.diagnostics().render(&intake.sources, false);
    (values, shown)
}

const COMMA: TableFormat = TableFormat {
    delimiter: Some(';'),
    decimal: Some(DecimalSign::Comma),
    unit_row: false,
};

#[test]
fn crlf_byte_order_mark_quotes_and_comma_decimals_read_exactly() {
    let text = "\u{feff}reel;residual NMP [ppm_mass]\r\n\"a \"\"b\"\"\";4,5\r\nc;\"3\"\r\n\r\n";
    let (values, shown) = table(text, COMMA);
    let ppm = |text: &str| &Rational::parse_decimal(text).expect(text) / &Rational::from(1_000_000);
    assert_eq!(values, Some(vec![ppm("4.5"), ppm("3")]), "{shown}");
}

#[test]
fn units_may_stand_in_a_second_row() {
    let format = TableFormat {
        unit_row: true,
        ..TableFormat::default()
    };
    let (values, shown) = table("reel,residual NMP\n,mg/kg\na,4\n", format);
    assert_eq!(values, Some(vec![Rational::ratio(4, 1_000_000)]), "{shown}");
}

#[test]
fn bad_cells_are_named_by_row_and_column() {
    let text = "residual NMP [ppm_mass]\n4\nabc\nNaN\nI/O Timeout\n\"1,5\"\n";
    let (values, shown) = table(text, TableFormat::default());
    assert_eq!(values, None);
    for expected in [
        "row 3, column `residual NMP [ppm_mass]`: `abc` is not a number",
        "row 4, column `residual NMP [ppm_mass]`: `NaN` is no finite number",
        "row 5, column `residual NMP [ppm_mass]`: `I/O Timeout` is no measurement (quality \
         timeout)",
        "row 6, column `residual NMP [ppm_mass]`: `1,5` has a comma",
    ] {
        assert!(shown.contains(expected), "{expected}\n{shown}");
    }
}

#[test]
fn what_can_be_read_in_two_ways_is_refused() {
    for (text, message) in [
        (
            "a;b,residual NMP [ppm_mass]\n1;2,3\n",
            "more than one possible delimiter",
        ),
        ("a;residual NMP [ppm_mass]\n1;1.234\n", "thousands point"),
        ("a;residual NMP [ppm_mass]\n1;1,2\n", "has a comma"),
        (
            "a,residual NMP [ppm_mass]\n1\n",
            "row 2 has 1 cells, the header has 2",
        ),
        ("a,a\n1,2\n", "two columns are called `a`"),
        ("a\n\n1\n", "row 2 is blank"),
        ("a,\"b\n", "a quote is never closed"),
        ("a,residual NMP [ppm]\n1,2\n", "`ppm` does not say of what"),
        ("a,residual NMP\n1,2\n", "has no unit"),
        ("a,residual NMP [mm]\n1,2\n", "is in `mm`"),
    ] {
        let (values, shown) = table(text, TableFormat::default());
        assert_eq!(values, None, "{text}");
        assert!(shown.contains(message), "{message}\n{shown}");
    }
}
