//! A table of a million rows under 300 rules, exact verdicts.
//!
//! In: rows and rules of a fixed generator (150 windows, 75 linear over 2 to 4 columns, 45 windows
//! under a guard, 20 disjunctions, 10 products, ratios and exponentials; a third of the windows
//! with a guard band). Out: one line each for reading, judging, rows in exact arithmetic and peak
//! memory, with the exact evaluator over a sample of the same rows beside it. Everything is done
//! as the command line does it, on one thread; times are processor times of that thread.
//! Run with `cargo bench --bench table [-- ROWS]`.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use cellwright::check::table::judge_rows;
use cellwright::document::{Disk, Intake};
use cellwright::quantity::dictionary::standard;
use cellwright::rational::Rational;
use cellwright::rule_language::{Point, PointValue, RuleSet, parse, resolve};
use cellwright::run::check_rules::rows::{Watch, judge};
use cellwright::span::Sources;
use cellwright::table::TableFormat;

const COLUMNS: u64 = 10;
/// Rows the exact evaluator judges for comparison.
const SAMPLE: usize = 1000;

/// SplitMix64 (G. L. Steele et al., OOPSLA 2014).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}

/// The body of one rule.
fn body(rule: u64, numbers: &mut Numbers) -> String {
    let column = numbers.below(COLUMNS);
    let (low, high) = (numbers.below(60), 940 + numbers.below(60));
    let window = format!(
        "{}.{} <= x.c{column} <= {}.{}",
        low,
        low % 10,
        high,
        high % 10
    );
    match rule % 60 {
        0..30 => window,
        30..45 => {
            let terms: Vec<String> = (0..2 + numbers.below(3))
                .map(|_| format!("{}.5 * x.c{}", 1 + numbers.below(3), numbers.below(COLUMNS)))
                .collect();
            format!("{} <= {}", terms.join(" + "), 4000 + numbers.below(2000))
        }
        45..54 => window,
        54..58 => format!("{window} or x.c{} >= {low}", numbers.below(COLUMNS)),
        58 => format!("x.c{column} * x.c{} <= {high}000", numbers.below(COLUMNS)),
        _ => format!(
            "x.c{column} / (x.c{} + 1) * exp(x.c{} / 1000) <= {high}",
            numbers.below(COLUMNS),
            numbers.below(COLUMNS)
        ),
    }
}

fn rule_text(rules: u64) -> String {
    let mut text = String::from("ruleset bench \"1\" \"generated\"\n");
    for column in 0..COLUMNS {
        let _ = writeln!(text, "signal x.c{column} : number column \"c{column}\"");
    }
    text.push_str("signal x.step : one of {fill, soak, form} column \"step\"\n");
    let mut numbers = Numbers(7);
    for rule in 0..rules {
        let body = body(rule, &mut numbers);
        let _ = writeln!(text, "rule B{rule:03} \"r\"");
        if (45..54).contains(&(rule % 60)) {
            text.push_str("  when x.step == soak\n");
        }
        let _ = writeln!(text, "  require {body}");
        if rule % 3 == 0 && rule % 60 < 30 {
            text.push_str("  guard_band 2\n");
        }
        text.push_str("  severity minor because \"b\" source \"s\" evidence measured\n");
    }
    text
}

/// One row: numbers with one decimal, so that limits are met exactly now and then.
fn row(numbers: &mut Numbers) -> ([u64; COLUMNS as usize], usize) {
    let tenths = std::array::from_fn(|_| numbers.below(10_000));
    (tenths, [0, 1, 2][numbers.below(3) as usize])
}

fn table_text(rows: usize) -> String {
    let mut numbers = Numbers(11);
    let header: Vec<String> = (0..COLUMNS).map(|column| format!("c{column}")).collect();
    let mut text = format!("{},step\n", header.join(","));
    for _ in 0..rows {
        let (tenths, step) = row(&mut numbers);
        for tenth in tenths {
            let _ = write!(text, "{}.{},", tenth / 10, tenth % 10);
        }
        text.push_str(["fill\n", "soak\n", "form\n"][step]);
    }
    text
}

fn rules(count: u64) -> RuleSet {
    let text = rule_text(count);
    let mut sources = Sources::new();
    let parsed = parse(sources.add("bench.rule", text.as_str()), &text);
    let (rules, found) = resolve(&[parsed], standard(), &std::collections::BTreeMap::new());
    assert!(!found.has_errors(), "{}", found.render(&sources, false));
    rules
}

/// Where the watch stands, time for reading, time for judging; processor time of this thread.
struct Stopwatch(Instant, RefCell<(Duration, Duration, Duration)>);

#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn now() -> Instant {
    Instant::now()
}

impl Watch for Stopwatch {
    fn read(&self, _done: u64, _total: u64) {
        let mut state = self.1.borrow_mut();
        let at = busy(self.0);
        let lap = at - state.0;
        state.1 += lap;
        state.0 = at;
    }

    fn judged(&self, _rows: u64, _exact_rows: u64, _rules: u64) {
        let mut state = self.1.borrow_mut();
        let at = busy(self.0);
        let lap = at - state.0;
        state.2 += lap;
        state.0 = at;
    }
}

/// Time this thread has had a processor, where the system says so; else the time since `start`.
fn busy(start: Instant) -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text
        .split_whitespace()
        .next()
        .and_then(|word| word.parse().ok());
    nanoseconds.map_or_else(|| start.elapsed(), Duration::from_nanos)
}

/// Peak memory of this process in MB, where the system says so.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1024)
}

/// Exact verdicts per rule over the first rows, by the exact evaluator.
fn by_exact_arithmetic(rules: &RuleSet) -> (Duration, Vec<[u64; 5]>) {
    let mut numbers = Numbers(11);
    let points: Vec<Point> = (0..SAMPLE)
        .map(|_| {
            let (tenths, step) = row(&mut numbers);
            let mut point = Point::empty(rules);
            for (column, tenth) in tenths.iter().enumerate() {
                let id = rules
                    .signal_named(&format!("x.c{column}"))
                    .expect("declared");
                let tenth = i64::try_from(*tenth).expect("small");
                point.set(id, PointValue::Number(Rational::ratio(tenth, 10)));
            }
            let id = rules.signal_named("x.step").expect("declared");
            point.set(id, PointValue::Member(step));
            point
        })
        .collect();
    let start = now();
    let before = busy(start);
    let counts = judge_rows(rules, points.into_iter());
    let counts = counts.rules.iter().map(|rule| {
        [
            rule.idle,
            rule.holds,
            rule.conditional,
            rule.violated,
            rule.undecided,
        ]
    });
    (busy(start) - before, counts.collect())
}

fn judged(rules: &RuleSet, path: &str) -> (Stopwatch, cellwright::record::findings::TableSummary) {
    let files = Disk::new("/");
    let mut intake = Intake::new(&files);
    let start = now();
    let state = (busy(start), Duration::ZERO, Duration::ZERO);
    let watch = Stopwatch(start, RefCell::new(state));
    let judged = judge(&mut intake, (path, &TableFormat::default()), rules, &watch);
    let summary = judged.expect("the table is read").summary;
    (watch, summary)
}

fn main() {
    let rows = std::env::args()
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(1_000_000);
    let rules = rules(300);
    let path = std::env::temp_dir().join(format!("cellwright-bench-{}.csv", std::process::id()));
    let shown = path.to_string_lossy().into_owned();

    std::fs::write(&path, table_text(SAMPLE)).expect("the table is written");
    let (_, small) = judged(&rules, &shown);
    let (exact_time, exact) = by_exact_arithmetic(&rules);
    let fast: Vec<[u64; 5]> = small
        .rules
        .iter()
        .map(|rule| {
            [
                rule.idle,
                rule.holds,
                rule.conditional,
                rule.violated,
                rule.undecided,
            ]
        })
        .collect();
    assert_eq!(fast, exact, "the kernel and exact arithmetic differ");

    std::fs::write(&path, table_text(rows)).expect("the table is written");
    let bytes = std::fs::metadata(&path).map_or(0, |data| data.len());
    let before = peak_memory();
    let (watch, summary) = judged(&rules, &shown);
    let _ = std::fs::remove_file(&path);
    let (_, reading, judging) = watch.1.into_inner();
    let pairs: u64 = summary.rules.iter().map(|rule| rule.exact).sum();
    let violated: u64 = summary.rules.iter().map(|rule| rule.violated).sum();
    let per_second = |time: Duration, rows: usize| rows as f64 / time.as_secs_f64();
    println!(
        "table            {rows} rows by 300 rules, {} MB of text",
        bytes / 1_000_000
    );
    println!("reading          {:.2} s", reading.as_secs_f64());
    println!(
        "judging          {:.2} s, {:.0} rows/s",
        judging.as_secs_f64(),
        per_second(judging, rows)
    );
    println!(
        "exact evaluator  {:.0} rows/s over {SAMPLE} rows, extrapolated {:.0} s",
        per_second(exact_time, SAMPLE),
        rows as f64 / per_second(exact_time, SAMPLE)
    );
    println!(
        "faster           {:.0} times",
        per_second(judging, rows) / per_second(exact_time, SAMPLE)
    );
    println!(
        "exact arithmetic {} rows, {pairs} pairs of row and rule; {violated} pairs violate",
        summary.exact_rows
    );
    println!(
        "peak memory      {:?} MB (before: {before:?})",
        peak_memory()
    );
}
