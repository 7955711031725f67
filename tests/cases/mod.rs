//! Rule texts with a recipe in their first comments, for tests of the judge.
//!
//! `# case a.x = 3 mm +- 1 mm` gives a signal its value and hard tolerance, `# case a.e = steel` a
//! choice; `# expect R1 = holds` says what the judge must find.

#![allow(dead_code, reason = "each test file uses a part of this module")]

use std::collections::BTreeMap;

use cellwright::check::case::{Case, NumberCase, SignalCase};
use cellwright::check::solver_process::Solver;
use cellwright::quantity::dictionary::standard;
use cellwright::quantity::parse_quantity;
use cellwright::rational::Rational;
use cellwright::rule_language::{ParsedFile, RuleSet, SignalType, parse, resolve};
use cellwright::span::Sources;

/// A rule set with the case and the expectations of its comments.
pub struct Fixture {
    pub sources: Sources,
    pub rules: RuleSet,
    pub case: Case,
    pub expected: Vec<(String, String)>,
}

/// Reads a rule text; fails on any error in it.
pub fn fixture(text: &str) -> Fixture {
    fixture_at("test.rule", text)
}

/// Reads several rule texts that are used together.
pub fn fixture_of(texts: &[String]) -> Fixture {
    let mut sources = Sources::new();
    let parsed: Vec<ParsedFile> = texts
        .iter()
        .map(|text| parse(sources.add("test.rule", text.as_str()), text))
        .collect();
    let zones = BTreeMap::from([("drying.zone".to_owned(), 3)]);
    let (rules, diagnostics) = resolve(&parsed, standard(), &zones);
    let rendered = diagnostics.render(&sources, false);
    assert!(!diagnostics.has_errors(), "{rendered}");
    let case = Case::empty(&rules);
    Fixture {
        sources,
        rules,
        case,
        expected: Vec::new(),
    }
}

/// As [`fixture`], with a path for messages.
pub fn fixture_at(path: &str, text: &str) -> Fixture {
    let Fixture { sources, rules, .. } = fixture_of(&[text.to_owned()]);
    let mut case = Case::empty(&rules);
    let mut expected = Vec::new();
    for line in text.lines() {
        if let Some(entry) = line.strip_prefix("# case ") {
            let (name, value) = entry.split_once('=').expect("`# case name = value`");
            let signal = rules.signal_named(name.trim());
            let signal = signal.unwrap_or_else(|| panic!("{path}: no signal `{name}`"));
            case.set(
                signal,
                known(&rules.signal(signal).signal_type, value.trim()),
            );
        } else if let Some(entry) = line.strip_prefix("# expect ") {
            let (code, verdict) = entry.split_once('=').expect("`# expect code = verdict`");
            expected.push((code.trim().to_owned(), verdict.trim().to_owned()));
        }
    }
    Fixture {
        sources,
        rules,
        case,
        expected,
    }
}

fn known(signal_type: &SignalType, value: &str) -> SignalCase {
    match signal_type {
        SignalType::OneOf { members } => {
            let place = members.iter().position(|member| member == value);
            SignalCase::Choice(place.unwrap_or_else(|| panic!("no enumerator `{value}`")))
        }
        SignalType::Number { .. } => {
            let (nominal, tolerance) = value.split_once("+-").unwrap_or((value, ""));
            let nominal = si(nominal);
            let width = if tolerance.is_empty() {
                Rational::zero()
            } else {
                si(tolerance)
            };
            SignalCase::Number(NumberCase {
                low: &nominal - &width,
                high: &nominal + &width,
                nominal,
                step: None,
            })
        }
    }
}

/// The exact SI value of a text such as `3 mm`.
pub fn si(text: &str) -> Rational {
    let (quantity, _) = parse_quantity(text.trim()).unwrap_or_else(|e| panic!("`{text}`: {e}"));
    quantity.value
}

/// The solver as the program uses it.
pub fn child() -> Solver {
    Solver::Child {
        program: env!("CARGO_BIN_EXE_cellwright").into(),
    }
}
