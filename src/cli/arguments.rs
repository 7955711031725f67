//! The command line as clap sees it: verbs, options, one example each.
//!
//! In: nothing. Out: typed arguments. Every verb has its own file beside this one; what they
//! share (formats, outputs, colour) is in `output.rs`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::formats::{CASES, CHECKED, JUDGED, PLAIN, WHAT_IF, WORDS, usage};

/// Prove a lithium-ion cell recipe, simulate it, and score it, before it runs.
#[derive(Debug, Parser)]
#[command(
    name = "cellwright",
    version,
    max_term_width = 80,
    after_help = "Exit codes: 0 released, trial or fine · 1 findings · 2 documents or arguments \
                  are wrong · 3 undecided or need data · 4 environment failure · 5 replay or \
                  verification mismatch\n\nExample: cellwright run scenarios/line3-faster.toml"
)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
    /// What every verb understands.
    #[command(flatten)]
    pub common: Common,
}

/// Options of every verb.
#[derive(Args, Clone, Debug)]
pub struct Common {
    /// Format of the answer on standard output; the help of a verb lists those it has.
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Also write the answer to a file; may be given several times.
    #[arg(long, global = true, value_name = "FORMAT=PATH")]
    pub output: Vec<String>,
    /// Colour in text answers.
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto)]
    pub color: Colour,
    /// No progress, no remarks on standard error.
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Threads for the simulation; the result does not depend on it. All cores if not given.
    #[arg(long, global = true, value_name = "N", value_parser = above_zero)]
    pub threads: Option<usize>,
}

fn above_zero(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("expected a whole number above zero".to_owned()),
        Ok(number) => Ok(number),
    }
}

/// Formats of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Format {
    /// For people at a terminal.
    Text,
    /// For programs; schemas in `docs/schema/`.
    Json,
    /// SARIF 2.1.0 for code review.
    Sarif,
    /// `JUnit` XML for continuous integration.
    Junit,
    /// At most 60 lines, verdict first.
    Markdown,
    /// Workflow annotations.
    Github,
    /// One self-contained page.
    Html,
    /// One row per point of a sweep.
    Csv,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// At a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Start a recipe, rule file or scenario from a template or a table.
    #[command(after_help = usage(
        WORDS,
        "init recipe line3.toml --from export.csv --map map.toml"
    ))]
    Init(Init),
    /// Check rules alone, with a recipe, or over a table of rows.
    #[command(after_help = usage(
        CHECKED,
        "check rules/ --recipe scenarios/recipes/line3-nmc111.toml \\\n           \
         --model models/line3-nmc111.toml"
    ))]
    Check(Check),
    /// Judge a scenario, write record and report, print the page.
    #[command(after_help = usage(JUDGED, "run scenarios/line3-faster.toml"))]
    Run(Run),
    /// Judge a change without writing a record: a scenario, two recipes, or two versions of rules.
    #[command(after_help = usage(
        JUDGED,
        "plan old.toml new.toml --model models/line3-nmc111.toml"
    ))]
    Plan(Plan),
    /// Show what each setpoint may be, and which rule ends it.
    ///
    /// In the bar of the text: ─ keeps the rules, ━ is approved too, · breaks a rule, ● is the
    /// recipe (× where it breaks one).
    #[command(after_help = usage(PLAIN, "window scenarios/line3-faster.toml --robust"))]
    Window(Window),
    /// Find the cheapest change of setpoints that keeps the rules, or the limits that must give.
    #[command(after_help = usage(PLAIN, "repair scenarios/line3-faster.toml"))]
    Repair(Repair),
    /// Tell which incoming lots can be run at all, and the limits for incoming goods.
    #[command(after_help = usage(
        PLAIN,
        "lots scenarios/line3-faster.toml --material slurry.solids=60..66"
    ))]
    Lots(Lots),
    /// Simulate a scenario's recipes and print the outcomes.
    #[command(after_help = usage(
        WHAT_IF,
        "simulate scenarios/line3-faster.toml --samples 4096\n         cellwright simulate \
         scenarios/line3-faster.toml --stage drying \\\n           --sweep \
         'coating.web_speed=20..40 m/min:21'\n\nWith --stage, --set or --sweep nominal values \
         are computed once per point, nothing is drawn;\nwithout, the answer is text or json."
    ))]
    Simulate(Simulate),
    /// List what a recipe or model lacks, most influential first.
    #[command(after_help = usage(PLAIN, "missing scenarios/line3-faster.toml"))]
    Missing(Missing),
    /// Run rule tests and the expectations of scenarios.
    #[command(after_help = usage(CASES, "test rules/ scenarios/"))]
    Test(Test),
    /// Check digests, witnesses and certificates of a record, or a certificate file, without a
    /// solver.
    #[command(after_help = usage(PLAIN, "verify runs/ECR-2231/record.json"))]
    Verify(Recorded),
    /// Compute a record again and compare it byte by byte.
    #[command(after_help = usage(PLAIN, "replay runs/ECR-2231/record.json"))]
    Replay(Recorded),
    /// Decide a script of SMT-LIB 2.6 (QF_LRA, QF_NRA): model or checked certificate.
    #[command(after_help = usage(WORDS, "solve question.smt2"))]
    Solve(Solve),
    /// Format rule files in place.
    #[command(after_help = usage(WORDS, "fmt --check rules/"))]
    Fmt(Fmt),
    /// Explain a diagnostic code, a rule code, a quantity, or the units.
    #[command(after_help = usage(WORDS, "explain DR004"))]
    Explain(Explain),
    /// Print a completion script for a shell.
    #[command(after_help = usage(
        WORDS,
        "completions bash > /etc/bash_completion.d/cellwright"
    ))]
    Completions(Completions),
}

impl Verb {
    /// The verb as it is typed.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Init(_) => "init",
            Self::Check(_) => "check",
            Self::Run(_) => "run",
            Self::Plan(_) => "plan",
            Self::Window(_) => "window",
            Self::Repair(_) => "repair",
            Self::Lots(_) => "lots",
            Self::Simulate(_) => "simulate",
            Self::Missing(_) => "missing",
            Self::Test(_) => "test",
            Self::Verify(_) => "verify",
            Self::Replay(_) => "replay",
            Self::Fmt(_) => "fmt",
            Self::Explain(_) => "explain",
            Self::Solve(_) => "solve",
            Self::Completions(_) => "completions",
        }
    }

    /// The formats its answer has.
    #[must_use]
    pub fn formats(&self) -> &'static [Format] {
        match self {
            Self::Run(_) | Self::Plan(_) => JUDGED,
            Self::Check(_) => CHECKED,
            Self::Test(_) => CASES,
            Self::Simulate(verb) if verb.asks_what_if() => WHAT_IF,
            Self::Simulate(_) => PLAIN,
            Self::Window(_)
            | Self::Repair(_)
            | Self::Lots(_)
            | Self::Missing(_)
            | Self::Verify(_)
            | Self::Replay(_) => PLAIN,
            Self::Init(_)
            | Self::Fmt(_)
            | Self::Explain(_)
            | Self::Solve(_)
            | Self::Completions(_) => WORDS,
        }
    }
}

/// `init`
#[derive(Args, Debug)]
pub struct Init {
    /// What to start.
    #[arg(value_enum)]
    pub template: Template,
    /// Where to write it; an existing file is never overwritten.
    pub path: PathBuf,
    /// Read a recipe from a CSV export.
    #[arg(long, requires = "map")]
    pub from: Option<PathBuf>,
    /// How to read the export: delimiter, decimal sign, columns.
    #[arg(long)]
    pub map: Option<PathBuf>,
    /// Write what can be used; refused entries stand in the recipe as comments.
    #[arg(long, requires = "from")]
    pub partial: bool,
}

/// Templates of `init`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Template {
    /// A recipe.
    Recipe,
    /// A rule file with a test.
    Rules,
    /// A scenario.
    Scenario,
    /// A map for `init --from`.
    Map,
}

/// `check`
#[derive(Args, Debug)]
pub struct Check {
    /// Rule files, or folders of them.
    #[arg(required = true)]
    pub rules: Vec<PathBuf>,
    /// Check this recipe against the rules.
    #[arg(long)]
    pub recipe: Option<PathBuf>,
    /// Model whose constants the rules read beside the recipe.
    #[arg(long, requires = "recipe")]
    pub model: Option<PathBuf>,
    /// Judge every row of this table through the `column` maps of the signals: CSV, or Parquet in
    /// a build with the feature `parquet`.
    #[arg(long, conflicts_with = "recipe")]
    pub table: Option<PathBuf>,
    /// Decimal sign of the table, where it is not the point.
    #[arg(long, requires = "table", value_enum)]
    pub decimal: Option<Decimal>,
    /// Character between the cells of the table; found from the header if not given.
    #[arg(long, requires = "table", value_name = "CHARACTER")]
    pub delimiter: Option<char>,
    /// List every minimal conflict and every minimal correction of what does not fit together.
    #[arg(long)]
    pub why: bool,
    /// How many of each to list.
    #[arg(long, requires = "why", default_value_t = 10, value_name = "N")]
    pub most: usize,
    /// Keep answers in this file; the next check examines them and asks only about what changed.
    #[arg(long, value_name = "FILE")]
    pub cache: Option<PathBuf>,
    /// Write what was shown into this folder, per finding and, with a recipe, per rule: `.json`
    /// (the certificate), `.smt2` (the question), `.v` (Coq) and `.lean` (not compiled here).
    #[arg(long, value_name = "DIR")]
    pub certificates: Option<PathBuf>,
    /// Put every question once more to a second solver, another program: `cvc5` or `yices-smt2` if
    /// none is named; a contradiction is exit 1.
    #[arg(long, value_name = "PROGRAM", num_args = 0..=1, require_equals = true)]
    pub cross_check: Option<Option<PathBuf>>,
    /// List the limits that are still recalled, with place, severity and owner.
    #[arg(long)]
    pub recalled: bool,
    /// Which claims are taken to stand where they attack each other.
    #[arg(long, value_enum, default_value_t = Stand::Grounded)]
    pub semantics: Stand,
    /// Recalled limits block, warnings become findings.
    #[arg(long)]
    pub strict: bool,
    /// Solve in this process instead of a guarded child process.
    #[arg(long)]
    pub in_process: bool,
}

/// Which claims are taken to stand (P. M. Dung, 1995).
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Stand {
    /// Nothing is assumed: what is attacked by something open stays open
    Grounded,
    /// What the greatest sets that defend themselves agree on
    Preferred,
    /// What the sets that attack everything outside agree on
    Stable,
}

/// Decimal signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Decimal {
    /// `1.5`
    Point,
    /// `1,5`
    Comma,
}

/// `run`
#[derive(Args, Debug)]
pub struct Run {
    /// The scenario.
    pub scenario: PathBuf,
    /// What to vary beyond the scenario.
    #[command(flatten)]
    pub judgement: Judgement,
    /// Folder for record and report; `runs/<id>` if not given.
    #[arg(long, value_name = "DIR")]
    pub into: Option<PathBuf>,
    /// Replace another record in the folder; without this it is kept.
    #[arg(long)]
    pub replace: bool,
}

/// Options of a judgement.
#[derive(Args, Clone, Debug)]
pub struct Judgement {
    /// Try every step of one parameter: `name=low..high:step` in the unit of the recipe.
    #[arg(long, value_name = "NAME=LOW..HIGH:STEP")]
    pub ladder: Option<String>,
    /// Samples instead of the scenario's.
    #[arg(long, value_name = "N")]
    pub samples: Option<u64>,
    /// Seed instead of the scenario's.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Recalled limits block.
    #[arg(long)]
    pub strict: bool,
    /// Solve in this process instead of a guarded child process.
    #[arg(long)]
    pub in_process: bool,
}

/// `plan`
#[derive(Args, Debug)]
pub struct Plan {
    /// A scenario; an old and a new recipe; or an old and a new version of the rules (files or
    /// folders).
    #[arg(required = true, num_args = 1..=2, value_name = "SCENARIO | OLD NEW")]
    pub documents: Vec<PathBuf>,
    /// Model for two recipes.
    #[arg(long)]
    pub model: Option<PathBuf>,
    /// Rules for two recipes: files or folders.
    #[arg(long)]
    pub rules: Vec<PathBuf>,
    /// Old version of the rules for two recipes: both recipes are judged by both versions.
    #[arg(long, requires = "new_rules", conflicts_with = "rules")]
    pub old_rules: Vec<PathBuf>,
    /// New version of the rules.
    #[arg(long, requires = "old_rules")]
    pub new_rules: Vec<PathBuf>,
    /// What to vary beyond the documents.
    #[command(flatten)]
    pub judgement: Judgement,
    /// Exit 0 when nothing changes, 1 when something does, without judging.
    #[arg(long)]
    pub detailed_exitcode: bool,
}

/// What a question about a recipe is put to.
#[derive(Args, Clone, Debug)]
pub struct Question {
    /// A recipe, or a scenario, of which the changed recipe is meant.
    #[arg(value_name = "RECIPE | SCENARIO")]
    pub document: PathBuf,
    /// Rules for a recipe: files or folders.
    #[arg(long, default_value = "rules")]
    pub rules: Vec<PathBuf>,
    /// Model whose constants the rules read beside the recipe.
    #[arg(long)]
    pub model: Option<PathBuf>,
}

/// `window`
#[derive(Args, Debug)]
pub struct Window {
    /// What it is about.
    #[command(flatten)]
    pub question: Question,
    /// Only these parameters; all setpoints that rules read if not given.
    #[arg(long, value_name = "NAME")]
    pub parameter: Vec<String>,
    /// Ends that hold for all tolerances of the recipe.
    #[arg(long)]
    pub robust: bool,
}

/// `repair`
#[derive(Args, Debug)]
pub struct Repair {
    /// What it is about.
    #[command(flatten)]
    pub question: Question,
    /// Rules need to hold at the values of the recipe only, not for all its tolerances.
    #[arg(long)]
    pub nominal: bool,
    /// A setpoint that stays; what the change of a scenario sets always does.
    #[arg(long, value_name = "NAME")]
    pub keep: Vec<String>,
    /// Cost of one plant step of a setpoint; 1 if not given.
    #[arg(long, value_name = "NAME=WEIGHT")]
    pub weight: Vec<String>,
    /// Setpoints stay within their approved ranges.
    #[arg(long)]
    pub within_approval: bool,
    /// Recalled and minor limits shall hold too.
    #[arg(long)]
    pub strict: bool,
    /// Changes to look at before giving up.
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    pub budget: u64,
}

/// `lots`
#[derive(Args, Debug)]
pub struct Lots {
    /// What it is about.
    #[command(flatten)]
    pub question: Question,
    /// A material with the range of its lots, in the unit of the recipe, or with its tolerance if
    /// no range is given; all materials with a tolerance if none is named.
    #[arg(long, value_name = "NAME=LOW..HIGH")]
    pub material: Vec<String>,
    /// A setpoint that stays; the others with an approved range may be chosen in it.
    #[arg(long, value_name = "NAME")]
    pub fix: Vec<String>,
    /// Recalled and minor limits shall hold too.
    #[arg(long)]
    pub strict: bool,
}

/// `simulate`
#[derive(Args, Debug)]
pub struct Simulate {
    /// The scenario; or a model, with `--recipe` and one of `--stage`, `--set`, `--sweep`.
    pub scenario: PathBuf,
    /// The recipe of a model.
    #[arg(long, value_name = "RECIPE")]
    pub recipe: Option<PathBuf>,
    /// Report one stage only: `slurry`, `coating`, `drying`, `calendering`, `filling`,
    /// `formation`.
    #[arg(long, value_name = "NAME")]
    pub stage: Option<String>,
    /// Change an input of recipe or model, `name=value`.
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// Compute outcomes along an input, `name=low..high:points`.
    #[arg(long, value_name = "NAME=LOW..HIGH:N")]
    pub sweep: Option<String>,
    /// What to vary beyond the scenario.
    #[command(flatten)]
    pub judgement: Judgement,
    /// Say the numerical error of every outcome: the line against an independent integrator, the
    /// formation against its finest resolution.
    #[arg(long)]
    pub verify_numerics: bool,
}

impl Simulate {
    /// Options for draws beside single points, which are not drawn.
    #[must_use]
    pub fn draws_asked(&self) -> Option<&'static str> {
        let own = &self.judgement;
        let asked = [
            (own.ladder.is_some(), "--ladder"),
            (own.samples.is_some(), "--samples"),
            (own.seed.is_some(), "--seed"),
            (own.strict, "--strict"),
            (own.in_process, "--in-process"),
        ];
        asked
            .iter()
            .find(|(is_asked, _)| *is_asked)
            .map(|(_, name)| *name)
    }

    /// Whether single points are asked for, without draws.
    #[must_use]
    pub fn asks_what_if(&self) -> bool {
        let asks = [
            self.stage.is_some(),
            self.sweep.is_some(),
            self.recipe.is_some(),
        ];
        !self.set.is_empty() || asks.contains(&true)
    }
}

/// `missing`
#[derive(Args, Debug)]
pub struct Missing {
    /// The scenario.
    pub scenario: PathBuf,
    /// Samples instead of the scenario's, for the influence of weak numbers.
    #[arg(long, value_name = "N")]
    pub samples: Option<u64>,
}

/// `test`
#[derive(Args, Debug)]
pub struct Test {
    /// Rule files, scenarios, conflict cases, or folders; `rules` and `scenarios` if not given.
    pub paths: Vec<PathBuf>,
    /// Samples instead of those of the scenarios.
    #[arg(long, value_name = "N")]
    pub samples: Option<u64>,
}

/// `verify` and `replay`
#[derive(Args, Debug)]
pub struct Recorded {
    /// The record.
    pub record: PathBuf,
}

/// `solve`
#[derive(Args, Debug)]
pub struct Solve {
    /// The scripts.
    #[arg(required = true)]
    pub scripts: Vec<PathBuf>,
    /// Write the evidence of each contradiction into this folder: `NAME_LINE` with `.json` (the
    /// certificate), `.smt2` (the core), `.v` (Coq) and `.lean` (not compiled here).
    #[arg(long, value_name = "DIR")]
    pub certificates: Option<PathBuf>,
    /// Put every question once more to a second solver, another program: `cvc5` or `yices-smt2` if
    /// none is named; a contradiction is exit 1.
    #[arg(long, value_name = "PROGRAM", num_args = 0..=1, require_equals = true)]
    pub cross_check: Option<Option<PathBuf>>,
    /// Ask no solver: our own methods only.
    #[arg(long)]
    pub no_solver: bool,
    /// Solve in this process instead of a guarded child process.
    #[arg(long)]
    pub in_process: bool,
}

/// `fmt`
#[derive(Args, Debug)]
pub struct Fmt {
    /// Rule files, or folders of them; `-` for standard input to standard output.
    #[arg(required = true)]
    pub rules: Vec<PathBuf>,
    /// Change nothing; exit 1 if a file would change.
    #[arg(long)]
    pub check: bool,
}

/// `explain`
#[derive(Args, Debug)]
pub struct Explain {
    /// `CW-0212`, a rule code, a quantity such as `coating.web_speed`, a unit, or `units`.
    pub subject: String,
    /// Where to look for rule codes.
    #[arg(long, default_value = "rules")]
    pub rules: Vec<PathBuf>,
}

/// `completions`
#[derive(Args, Debug)]
pub struct Completions {
    /// The shell.
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}
