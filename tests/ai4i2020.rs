//! The published failure definitions of AI4I 2020 against its labelled rows.
//!
//! Goal: `rules/ai4i2020.rule` reproduces the labels exactly where they are exact. Method: every
//! row of the open part of the data, judged in exact arithmetic through the `column` maps of the
//! rules; the labels are only compared, never read by a rule.

mod common;

use std::collections::BTreeMap;

use cellwright::check::table::{TableSummary, judge_rows};
use cellwright::document::{Disk, Intake};
use cellwright::quantity::dictionary::standard;
use cellwright::rational::Rational;
use cellwright::rule_language::{Point, PointValue, RuleSet, SignalId, SignalType, parse, resolve};
use cellwright::run::check_rules::rows::{Unwatched, judge};
use cellwright::span::Sources;
use cellwright::table::TableFormat;

const DATA: &str = "data/ai4i2020/ai4i2020_rows_1_6000.csv";

fn rules() -> RuleSet {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/ai4i2020.rule");
    let text = std::fs::read_to_string(path).expect("the rules cannot be read");
    let mut sources = Sources::new();
    let parsed = parse(sources.add("rules/ai4i2020.rule", text.as_str()), &text);
    let (rules, diagnostics) = resolve(&[parsed], standard(), &BTreeMap::new());
    assert!(
        !diagnostics.has_errors(),
        "{}",
        diagnostics.render(&sources, false)
    );
    rules
}

/// One row as a point: numbers in the unit of the header or of the signal.
fn point(rules: &RuleSet, headers: &csv::StringRecord, row: &csv::StringRecord) -> Point {
    let mut point = Point::empty(rules);
    for (place, signal) in rules.signals.iter().enumerate() {
        let column = signal.column.as_ref().expect("every signal has a column");
        let at = headers.iter().position(|header| header == column.header);
        let cell = &row[at.expect("the column exists")];
        let value = match &signal.signal_type {
            SignalType::OneOf { members } => {
                let member = members.iter().position(|member| member == cell);
                PointValue::Member(member.expect("a known variant"))
            }
            SignalType::Number { unit, .. } => {
                let unit = column.unit.as_ref().unwrap_or(unit);
                let value = Rational::parse_decimal(cell).expect("a number");
                PointValue::Number(unit.to_si(&value))
            }
        };
        point.set(SignalId(place), value);
    }
    point
}

struct Judged {
    rules: RuleSet,
    summary: TableSummary,
    /// Rows labelled 1, by column.
    labelled: BTreeMap<String, Vec<u64>>,
}

fn judged(test: &str) -> Option<Judged> {
    let Some(path) = common::shared(DATA) else {
        common::skip(test, "the AI4I 2020 data are missing");
        return None;
    };
    let rules = rules();
    let mut reader = csv::Reader::from_path(path).expect("the table cannot be read");
    let headers = reader.headers().expect("headers").clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    let labelled = ["PWF", "OSF", "HDF"].map(|code| {
        let at = headers
            .iter()
            .position(|header| header == code)
            .expect("a label");
        let rows = (0..).zip(&rows).filter(|(_, row)| &row[at] == "1");
        (code.to_owned(), rows.map(|(number, _)| number).collect())
    });
    let points = rows.iter().map(|row| point(&rules, &headers, row));
    let summary = judge_rows(&rules, points);
    assert_eq!(summary.rows, 6000);
    Some(Judged {
        rules,
        summary,
        labelled: BTreeMap::from(labelled),
    })
}

#[test]
fn power_and_overstrain_failures_are_exactly_the_labelled_rows() {
    let Some(judged) = judged("power_and_overstrain_failures_are_exactly_the_labelled_rows") else {
        return;
    };
    for (rule, counts) in judged.rules.rules.iter().zip(&judged.summary.rules) {
        assert_eq!(counts.undecided, 0, "{}", rule.code);
        if rule.code != "HDF" {
            assert_eq!(
                counts.violated_rows, judged.labelled[&rule.code],
                "{}",
                rule.code
            );
            assert!(counts.violated > 40, "{}: {}", rule.code, counts.violated);
        }
    }
}

#[test]
fn heat_failures_differ_from_the_labels_only_in_exact_ties() {
    let Some(judged) = judged("heat_failures_differ_from_the_labels_only_in_exact_ties") else {
        return;
    };
    let place = judged
        .rules
        .rules
        .iter()
        .position(|rule| rule.code == "HDF");
    let counts = &judged.summary.rules[place.expect("a rule")];
    let labelled = &judged.labelled["HDF"];
    let missed: Vec<u64> = labelled
        .iter()
        .filter(|row| !counts.violated_rows.contains(row))
        .copied()
        .collect();
    assert!(
        !missed.is_empty(),
        "the data hold rows labelled by binary rounding"
    );
    assert!(
        missed.iter().all(|row| counts.tie_rows.contains(row)),
        "{missed:?}"
    );
    assert!(
        counts
            .violated_rows
            .iter()
            .all(|row| labelled.contains(row))
    );
}

/// Goal: the kernel, as `check --table` runs it, lists the very rows of exact arithmetic.
#[test]
fn the_kernel_lists_the_rows_of_exact_arithmetic() {
    let test = "the_kernel_lists_the_rows_of_exact_arithmetic";
    let (Some(judged), Some(path)) = (judged(test), common::shared(DATA)) else {
        return;
    };
    let files = Disk::new("/");
    let mut intake = Intake::new(&files);
    let path = std::path::absolute(path).expect("a path");
    let path = path.to_str().expect("UTF-8");
    let table = (path, &TableFormat::default());
    let found = judge(&mut intake, table, &judged.rules, &Unwatched).expect("the table is read");
    let from_one = |rows: &[u64]| -> Vec<u64> { rows.iter().map(|row| row + 1).collect() };
    for (fast, exact) in found.summary.rules.iter().zip(&judged.summary.rules) {
        let counts = [
            fast.idle,
            fast.holds,
            fast.conditional,
            fast.violated,
            fast.undecided,
        ];
        let wanted = [
            exact.idle,
            exact.holds,
            exact.conditional,
            exact.violated,
            exact.undecided,
        ];
        assert_eq!(counts, wanted, "{}", fast.code);
        assert_eq!(
            fast.violated_rows,
            from_one(&exact.violated_rows),
            "{}",
            fast.code
        );
        assert_eq!(fast.tie_rows, from_one(&exact.tie_rows), "{}", fast.code);
    }
    // Only ties after arithmetic are left to exact arithmetic: those of the heat rule, some of
    // them on the other side of a guard, and those of the overstrain rule.
    assert!(
        found.summary.exact_rows < 60,
        "{}",
        found.summary.exact_rows
    );
}
