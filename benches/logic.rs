//! The logic engine beside naive Z3, in one run.
//!
//! Prints markdown tables. `cargo bench --bench logic` runs everything, `-- 1000` one size,
//! `-- 1000 windows` one of the parts `redundancy`, `welded`, `edited`, `windows`.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark reads the clock and prints"
)]

#[path = "logic/generator.rs"]
mod generator;
#[path = "logic/windows.rs"]
mod windows;

use std::time::Instant;

use cellwright::check::query::{Answer, Formula, Query, Want};
use cellwright::check::redundancy::cache::Cache;
use cellwright::check::redundancy::{Means, Problem, Standing, Standings, standings};
use cellwright::check::solver_process::Solver;
use generator::{Shape, generate};

/// Rules that naive Z3 is asked about, up to and beyond a thousand; the rest is extrapolated.
const NAIVE_MAX: [usize; 2] = [40, 8];

/// Welded sets larger than this are left out: one component, hours of naive Z3.
const WELDED_MAX: u64 = 1000;

/// What can be asked for alone.
const PARTS: [&str; 4] = ["redundancy", "welded", "edited", "windows"];

/// Processor time of this process, in seconds; a loaded machine stretches the clock, not this.
fn busy() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = text.rsplit(')').next().unwrap_or_default();
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks = |place: usize| -> f64 {
        let field = fields.get(place).and_then(|field| field.parse().ok());
        field.unwrap_or(0.0)
    };
    // User and system time, in hundredths of a second on Linux.
    (ticks(11) + ticks(12)) / 100.0
}

fn naive(problem: &Problem, rule: usize) -> Option<bool> {
    let assertions = problem.facts.iter().enumerate();
    let assertions = assertions.map(|(place, fact)| {
        let formula = fact.formula.clone();
        let formula = if place == rule {
            Formula::Not(Box::new(formula))
        } else {
            formula
        };
        (fact.name.clone(), formula)
    });
    let query = Query {
        variables: problem.variables.clone(),
        assertions: assertions.collect(),
        want: Want::Model,
        rlimit: u32::MAX,
        wall_ms: 600_000,
    };
    match Solver::InProcess.solve(&query) {
        Answer::Unsat(_) => Some(true),
        Answer::Sat(_) => Some(false),
        Answer::Unknown { .. } => None,
    }
}

fn is_redundant(found: &Standings, rule: usize) -> Option<bool> {
    match found.of[rule].as_ref()? {
        Standing::Needed { .. } => Some(false),
        Standing::Implied { .. } => Some(true),
        Standing::Contradictory | Standing::Undecided(_) => None,
    }
}

fn redundancy(rules: u64, cross: u64) {
    let problem = generate(Shape {
        rules,
        cross,
        seed: 1,
    });
    let means = Means {
        solver: Some(&Solver::InProcess),
        threads: 2,
        hint: None,
        cache: None,
    };
    let (started, before) = (Instant::now(), busy());
    let found = standings(&problem, &means);
    let ours = (started.elapsed().as_secs_f64(), busy() - before);
    let count = problem.facts.len();
    let step = count.div_ceil(NAIVE_MAX[usize::from(rules > 1000)]);
    let (started, before) = (Instant::now(), busy());
    let mut asked = 0;
    let mut differ = 0;
    let mut open = 0;
    for rule in (0..count).step_by(step) {
        asked += 1;
        match (naive(&problem, rule), is_redundant(&found, rule)) {
            (Some(naive), Some(own)) => differ += usize::from(naive != own),
            _ => open += 1,
        }
    }
    let share = count as f64 / f64::from(asked);
    let naive = (
        started.elapsed().as_secs_f64() * share,
        (busy() - before) * share,
    );
    let redundant = (0..count).filter(|&rule| is_redundant(&found, rule) == Some(true));
    let largest = found.components.iter().map(|one| one.facts.len()).max();
    println!(
        "| {rules} | {cross} % | {} ({}) | {} | {:?} | {:.1}, {:.1} ({asked}) | {:.2}, {:.2} | \
         {:.0}, {:.0} | {differ} of {asked}, {open} open |",
        found.components.len(),
        largest.unwrap_or(0),
        redundant.count(),
        found.settled,
        naive.0,
        naive.1,
        ours.0,
        ours.1,
        naive.0 / ours.0,
        naive.1 / ours.1,
    );
}

/// One rule of many is edited and the rest comes from the cache.
fn edited(rules: u64) {
    let mut problem = generate(Shape {
        rules,
        cross: 0,
        seed: 1,
    });
    let means = |cache| Means {
        solver: Some(&Solver::InProcess),
        threads: 2,
        hint: None,
        cache,
    };
    let text = standings(&problem, &means(None)).cache.to_text();
    let own = problem.facts[0].formula.clone();
    problem.facts[0].formula = Formula::And(vec![own, Formula::True]);
    let (started, before) = (Instant::now(), busy());
    let cache = Cache::from_text(&text);
    let read = started.elapsed().as_secs_f64() * 1e3;
    let found = standings(&problem, &means(Some(&cache)));
    let whole = started.elapsed().as_secs_f64() * 1e3;
    println!(
        "one rule of {rules} edited: {whole:.0} ms ({:.0} ms of processors), of which reading \
         the cache of {} kB {read:.0} ms; settled again {:?}",
        (busy() - before) * 1e3,
        text.len() / 1000,
        found.settled
    );
}

fn main() {
    let sizes: Vec<u64> = std::env::args()
        .filter_map(|word| word.parse().ok())
        .collect();
    let sizes = if sizes.is_empty() {
        vec![100, 1000, 10_000]
    } else {
        sizes
    };
    let parts: Vec<String> = std::env::args()
        .filter(|word| PARTS.contains(&word.as_str()))
        .collect();
    let is_asked = |part: &str| parts.is_empty() || parts.iter().any(|own| own == part);
    if is_asked("redundancy") || is_asked("welded") {
        println!(
            "| rules | cross | components (largest) | redundant | by bounds, points, the rest \
             | naive Z3 s: wall, processors (asked) | ours s: wall, processors \
             | factors | differ |"
        );
        println!("|---|---|---|---|---|---|---|---|---|");
    }
    for (part, cross) in [("redundancy", 0), ("welded", 5)] {
        let fits = |rules: &&u64| cross == 0 || **rules <= WELDED_MAX;
        for &rules in sizes.iter().filter(fits).filter(|_| is_asked(part)) {
            redundancy(rules, cross);
        }
    }
    for &rules in sizes.iter().filter(|_| is_asked("edited")) {
        edited(rules);
    }
    if is_asked("windows") {
        println!(
            "| rules | parameters | naive Z3 s: wall, processors (windows asked) \
             | ours s: wall, processors | factors | ends that differ | ends proved |"
        );
        println!("|---|---|---|---|---|---|---|");
        for &rules in &sizes {
            windows::row(rules, &busy);
        }
    }
}
