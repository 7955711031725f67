//! The kernel for tables against the exact evaluator, row by row.
//!
//! Goal: the kernel gives the very summary of exact arithmetic, whatever the rules and the rows.
//! Method: random rules (guards, guard bands, lets, `if`, powers, divisions that may be zero,
//! functions, units with and without offset, a missing column) over random rows of decimals that
//! fall on the limits often; both summaries are compared field by field. A second test counts the
//! rows the kernel decides itself, so that handing everything over would not pass.

use std::collections::BTreeMap;

use cellwright::check::kernel::{BLOCK_ROWS, Column, Kernel, Source};
use cellwright::check::table::{TableSummary, judge_rows};
use cellwright::quantity::dictionary::standard;
use cellwright::quantity::parse_unit;
use cellwright::rational::Rational;
use cellwright::rule_language::{Point, PointValue, RuleSet, parse, resolve};
use cellwright::span::Sources;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// Signals with the unit of their column; `x.gone` has none.
const SIGNALS: [(&str, &str); 5] = [
    ("x.a", ""),
    ("x.b", ""),
    ("x.share", "%"),
    ("x.warm", "degC"),
    ("x.cold", "degC"),
];
const HEAD: &str = "signal x.a : number\nsignal x.b : number\nsignal x.gone : number\n\
    signal x.share : number in 0 .. 100 %\n\
    signal x.warm : temperature in 0 .. 100 degC\nsignal x.cold : temperature in 0 .. 100 degC\n\
    signal x.colour : one of {Red, Green, Blue}\n\
    let y.sum : number = x.a + x.b\nlet y.limit : number = 2.5\n\
    let y.pick : number = if(x.colour == Red, x.a / x.b, x.share)\n";

fn number() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        3 => prop::sample::select(vec!["x.a", "x.b", "x.share", "y.sum", "y.limit", "y.pick"])
            .prop_map(str::to_owned),
        2 => (0_i64..50, 0_u32..2).prop_map(|(n, places)| decimal(n, places)),
        1 => prop::sample::select(vec!["pi", "x.gone"]).prop_map(str::to_owned),
    ];
    leaf.prop_recursive(3, 10, 2, |inner| {
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            4 => (prop::sample::select(vec!["+", "-", "*", "/"]), pair.clone())
                .prop_map(|(op, (a, b))| format!("({a} {op} {b})")),
            1 => (prop::sample::select(vec!["min", "max"]), pair.clone())
                .prop_map(|(op, (a, b))| format!("{op}({a}, {b})")),
            1 => (prop::sample::select(vec!["abs", "sqrt", "ln", "exp"]), inner.clone())
                .prop_map(|(op, a)| format!("{op}({a})")),
            1 => (inner, prop::sample::select(vec!["-2", "-1", "2", "3", "5"]))
                .prop_map(|(a, power)| format!("({a})^{power}")),
            1 => pair.prop_map(|(a, b)| format!("if(x.a < x.b, {a}, {b})")),
        ]
    })
}

fn comparison() -> impl Strategy<Value = String> {
    let operator = || prop::sample::select(vec!["<", "<=", ">", ">=", "==", "!="]);
    let plain = prop::sample::select(vec!["x.a", "x.b", "x.share"]);
    prop_oneof![
        3 => (operator(), plain, 0_i64..50, 0_u32..2)
            .prop_map(|(op, a, n, places)| format!("{a} {op} {}", decimal(n, places))),
        3 => (operator(), number(), number()).prop_map(|(op, a, b)| format!("{a} {op} {b}")),
        1 => (operator(), 0_i64..60)
            .prop_map(|(op, n)| format!("x.warm - x.cold {op} {}.{} K", n / 10, n % 10)),
        1 => (operator(), 10_i64..40).prop_map(|(op, n)| format!("x.warm {op} {n} degC")),
    ]
}

fn condition() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        4 => comparison(),
        1 => Just("x.colour in {Red, Blue}".to_owned()),
    ];
    leaf.prop_recursive(2, 5, 2, |inner| {
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            3 => (prop::sample::select(vec!["and", "or", "implies"]), pair)
                .prop_map(|(op, (a, b))| format!("({a}) {op} ({b})")),
            1 => inner.prop_map(|a| format!("not ({a})")),
        ]
    })
}

fn decimal(n: i64, places: u32) -> String {
    if places == 0 {
        n.to_string()
    } else {
        format!("{}.{}", n / 10, n % 10)
    }
}

/// A rule with perhaps a guard and perhaps a guard band; a body of one comparison takes it best.
fn rule() -> impl Strategy<Value = String> {
    let body = prop_oneof![1 => condition(), 1 => comparison()];
    (
        body,
        prop::option::of(condition()),
        prop::option::of(1_i64..20),
    )
        .prop_map(|(body, guard, band)| {
            let guard = guard.map_or_else(String::new, |guard| format!("when {guard}\n"));
            let band = band
                .filter(|_| !body.contains("warm") && !body.contains("cold"))
                .map_or_else(String::new, |n| format!("guard_band {}\n", decimal(n, 1)));
            format!(
                "rule R1 \"r\"\n{guard}require {body}\n{band}severity minor because \"b\" source \
                 \"s\" evidence measured\n"
            )
        })
}

fn resolved(text: &str) -> Option<RuleSet> {
    let mut sources = Sources::new();
    let file = sources.add("random.rule", text);
    let (rules, diagnostics) = resolve(&[parse(file, text)], standard(), &BTreeMap::new());
    (!diagnostics.has_errors()).then_some(rules)
}

/// The cells of one row as written: numbers in the order of [`SIGNALS`], and the colour.
type Row = ([String; 5], usize);

fn row() -> impl Strategy<Value = Row> {
    let small = || (0_i64..50, 0_u32..2).prop_map(|(n, places)| decimal(n, places));
    let wide = (-30_000_i64..30_000).prop_map(|n| format!("{n}e-4"));
    let any = prop_oneof![4 => small(), 1 => wide];
    let warm = || (100_i64..400).prop_map(|n| decimal(n, 1));
    (any, small(), small(), warm(), warm(), 0_usize..3)
        .prop_map(|(a, b, share, warm, cold, colour)| ([a, b, share, warm, cold], colour))
}

fn point(rules: &RuleSet, (cells, colour): &Row) -> Point {
    let mut point = Point::empty(rules);
    for ((name, unit), cell) in SIGNALS.iter().zip(cells) {
        let id = rules.signal_named(name).expect("declared");
        let unit = parse_unit(unit).ok();
        let number = Rational::parse_decimal(cell).expect("a decimal");
        let number = unit.map_or_else(|| number.clone(), |unit| unit.to_si(&number));
        point.set(id, PointValue::Number(number));
    }
    let colour_id = rules.signal_named("x.colour").expect("declared");
    point.set(colour_id, PointValue::Member(*colour));
    point
}

fn by_kernel(rules: &RuleSet, rows: &[Row]) -> TableSummary {
    let mut sources = vec![Source::Missing; rules.signals.len()];
    for (name, unit) in SIGNALS {
        let plain = cellwright::quantity::Unit {
            symbol: String::new(),
            quantity_type: cellwright::quantity::QuantityType::NUMBER,
            factor: Rational::one(),
            offset: Rational::zero(),
        };
        let id = rules.signal_named(name).expect("declared");
        sources[id.0] = Source::Numbers(parse_unit(unit).unwrap_or(plain));
    }
    let colour = rules.signal_named("x.colour").expect("declared");
    sources[colour.0] = Source::Members;
    let mut kernel = Kernel::new(rules, &sources);
    for block in rows.chunks(BLOCK_ROWS) {
        let mut columns = vec![Column::Missing; rules.signals.len()];
        for (at, (name, _)) in SIGNALS.iter().enumerate() {
            let id = rules.signal_named(name).expect("declared");
            columns[id.0] = column(block.iter().map(|(cells, _)| cells[at].as_str()));
        }
        let colours = block.iter().map(|(_, c)| u32::try_from(*c).expect("small"));
        columns[colour.0] = Column::Members(colours.collect());
        kernel.judge(&columns, &|row| point(rules, &block[row]));
    }
    kernel.finish()
}

fn column<'a>(cells: impl Iterator<Item = &'a str> + Clone) -> Column {
    Column::Numbers {
        written: cells
            .clone()
            .map(|cell| cell.parse().expect("a number"))
            .collect(),
        whole: cells.clone().all(|cell| !cell.contains(['.', 'e'])),
        short: true,
    }
}

/// The summary without how it was found.
fn answers(mut summary: TableSummary) -> TableSummary {
    summary.exact_rows = 0;
    for rule in &mut summary.rules {
        rule.exact = 0;
    }
    summary
}

#[test]
fn the_kernel_decides_most_rows_and_every_verdict_occurs() {
    let mut runner = TestRunner::deterministic();
    let mut resolved_count = 0;
    let mut all = cellwright::check::table::RuleCounts::default();
    let (mut rows_judged, mut rows_by_kernel) = (0, 0);
    for _ in 0..400 {
        let rule = rule().new_tree(&mut runner).expect("a rule").current();
        let rows = prop::collection::vec(row(), 30).new_tree(&mut runner);
        let Some(rules) = resolved(&format!("{HEAD}{rule}")) else {
            continue;
        };
        resolved_count += 1;
        let total = by_kernel(&rules, &rows.expect("rows").current());
        let counts = &total.rules[0];
        all.idle += counts.idle;
        all.holds += counts.holds;
        all.conditional += counts.conditional;
        all.violated += counts.violated;
        all.undecided += counts.undecided;
        all.ties += counts.ties;
        rows_judged += total.rows;
        rows_by_kernel += total.rows - counts.exact;
    }
    assert!(
        resolved_count > 300,
        "{resolved_count} of 400 rules resolve"
    );
    assert!(
        rows_by_kernel * 10 > rows_judged * 7,
        "{rows_by_kernel} of {rows_judged}"
    );
    let each = [
        all.idle,
        all.holds,
        all.conditional,
        all.violated,
        all.undecided,
        all.ties,
    ];
    assert!(each.iter().all(|&count| count > 20), "{all:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn kernel_gives_the_summary_of_exact_arithmetic(
        rule in rule(),
        rows in prop::collection::vec(row(), 1..40),
    ) {
        let text = format!("{HEAD}{rule}");
        let Some(rules) = resolved(&text) else { return Ok(()) };
        let exact = judge_rows(&rules, rows.iter().map(|row| point(&rules, row)));
        let fast = by_kernel(&rules, &rows);
        prop_assert_eq!(answers(fast), answers(exact), "{}", text);
    }
}
