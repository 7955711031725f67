//! `cellwright explain`: what a code, a rule, a quantity or a word means.
//!
//! In: `CW-0212`, a rule code, `coating.web_speed`, `units`, `exit-codes`, a verdict. Out: a
//! paragraph, offline. Unknown subjects get the nearest known one.

use super::arguments::Explain;
use super::failure::Failure;
use super::output;
use super::rule_files;
use super::run::shown;
use crate::diagnostic::nearest;
use crate::document::{Disk, Intake, codes as document_codes};
use crate::exit_code::ExitCode;
use crate::quantity::dictionary::standard;
use crate::quantity::{choice_named, kind_named, kind_names, parse_unit, unit_symbols, units_of};
use crate::rational::Rational;
use crate::record::body::RuleHead;
use crate::report::layout::{Page, Rich};
use crate::rule_language::rule_set::RuleTest;
use crate::rule_language::{self, RuleSet};
use crate::rule_language::{codes as rule_codes, words as rule_words};
use crate::run::documents as run_documents;
use crate::run::{rule_sources, rules};
use crate::span::{Sources, Span};

/// Verdict words.
const WORDS: [(&str, &str); 12] = [
    (
        "holds",
        "the guard implies the body at every point of the tolerance box, with the guard band",
    ),
    (
        "conditional",
        "as `holds`, but somewhere with less slack than the guard band",
    ),
    (
        "holds_nominally",
        "fine at the recipe, broken somewhere in its tolerance; a witness shows where",
    ),
    (
        "violated",
        "broken at the recipe itself; a witness shows it",
    ),
    ("idle", "the guard is false on the whole tolerance box"),
    (
        "vacuous",
        "nothing in the declared ranges can satisfy the guard; operationally: no sample did",
    ),
    (
        "undecided",
        "not decided within its budget, or a value is missing; never a pass",
    ),
    (
        "reject",
        "decision: a critical rule whose limit is not only recalled is broken at the recipe or \
         within its tolerance; V is 0",
    ),
    (
        "need-data",
        "decision: a critical rule is undecided or an input is missing; `cellwright missing` lists \
         what, by influence",
    ),
    (
        "trial",
        "decision: not rejected, but something a release asks for is not there: data of this line \
         over the simulated range, an approved range, limits that are not only recalled",
    ),
    (
        "release",
        "decision: all critical rules hold, none is recalled, the recipe lies inside its approved \
         range, and observations of this line cover what was simulated",
    ),
    (
        "exit-codes",
        "0 released, trial or fine; 1 findings; 2 documents or arguments are wrong; 3 undecided or \
         need data; 4 environment failure; 5 replay or verification mismatch",
    ),
];

/// Findings that are no verdict of one rule, and evidence classes.
const FINDINGS: [(&str, &str); 19] = [
    (
        "contradictory-assumptions",
        "the `assume` lines of the rule set cannot all be true: everything would follow from them",
    ),
    (
        "inconsistent",
        "no recipe can meet all rules of the set; the core names the fewest that contradict",
    ),
    (
        "inconsistent-under-guard",
        "no recipe to which a rule applies can meet all rules of the set",
    ),
    (
        "limit-outside-range",
        "a limit lies outside the declared range of its signal, so it always or never holds",
    ),
    (
        "uncontrolled-change",
        "a changed parameter that no rule reads, neither directly nor through the simulation: \
         nothing says how far it may go",
    ),
    (
        "no-score",
        "there is neither value nor index, because a component could not be computed; the message \
         says which and why, and the decision does not depend on it",
    ),
    (
        "unknown-standard-error",
        "a component has no standard error, so the value has no interval",
    ),
    (
        "observation-not-compared",
        "an observation could not be compared with the simulation; the message says why",
    ),
    (
        "cell-file-contradicted",
        "the recipe of the line does not make the cell that the cell file describes",
    ),
    (
        "needs-simulation",
        "a rule reads an outcome of the twin: `check` cannot judge it, `run` and `plan` can",
    ),
    (
        "solvers-disagree",
        "the solver of `--cross-check` contradicts our answer: one of them is wrong; the message \
         names the question, `check --certificates` writes its script to a file",
    ),
    (
        "undecided-rows",
        "rows of a table that a rule could not judge, because a value is missing or unusable",
    ),
    (
        "consistency-undecided",
        "whether the rules can all hold together was not decided; never a pass",
    ),
    (
        "assumed",
        "evidence: a number that nobody measured or published; listed by its influence",
    ),
    (
        "recalled",
        "evidence: a limit from memory; it never blocks, caps the decision at trial, and needs a \
         source",
    ),
    (
        "specified",
        "evidence: the plant's own document, with revision and owner",
    ),
    ("measured", "evidence: data of the plant or a laboratory"),
    ("published", "evidence: a paper or a vendor, with reference"),
    (
        "derived",
        "evidence: follows from other rules or laws; inherits the weakest of them",
    ),
];

/// Runs the verb.
///
/// # Errors
/// [`Failure::Argument`] for an unknown subject.
pub fn explain(verb: &Explain) -> Result<ExitCode, Failure> {
    let subject = verb.subject.as_str();
    let (rules, sources) = rules_of(verb);
    let text = code(subject)
        .or_else(|| quantity(subject))
        .or_else(|| finding(subject))
        .or_else(|| word(subject))
        .or_else(|| rule(subject, &rules, &sources))
        .or_else(|| unit(subject))
        .ok_or_else(|| unknown(subject, &rules))?;
    output::print(&text)?;
    Ok(ExitCode::Success)
}

fn all_codes() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let tables = [
        document_codes::CODES,
        rule_codes::CODES,
        run_documents::CODES,
    ];
    tables.into_iter().flatten().copied()
}

fn code(subject: &str) -> Option<String> {
    all_codes()
        .find(|(code, ..)| code.eq_ignore_ascii_case(subject))
        .map(|(code, title, text)| format!("{code}  {title}\n\n{}\n", wrapped(text)))
}

fn quantity(subject: &str) -> Option<String> {
    if let Some(choice) = choice_named(subject) {
        let words = choice.words.join(", ");
        let default = choice.default.map_or_else(String::new, |word| {
            format!("; {word} where the recipe does not say")
        });
        return Some(format!(
            "{}  {}\n\none of {words}{default}\n",
            choice.name, choice.text
        ));
    }
    let entry = standard().get(subject)?;
    let basis = entry
        .basis
        .map_or_else(String::new, |basis| format!(" of the {basis}"));
    Some(format!(
        "{}  {}\n\n{}{basis}, shown in {}; a {} of the line\n",
        entry.name,
        entry.text,
        entry.quantity_type.describe(),
        entry.unit.symbol,
        entry.role.name(),
    ))
}

fn word(subject: &str) -> Option<String> {
    if subject == "units" {
        let text = unit_symbols().join("  ");
        return Some(format!(
            "units  glue with `*`, `/`, `^` and no space: g/m^2, W/m^2/K, N*m\n\n{}\n",
            wrapped(&text)
        ));
    }
    if subject == "kinds" {
        let text = kind_names().join("  ");
        let head = "kinds  what a signal or let can be: `signal oven.gap : length`";
        return Some(format!("{head}\n\n{}\n", wrapped(&text)));
    }
    if let Some(kind) = kind_named(subject) {
        return Some(format!("{subject}  a kind; units {}\n", units_of(kind)));
    }
    let verdict = WORDS.iter().find(|(word, _)| *word == subject);
    if let Some((word, text)) = verdict {
        return Some(format!("{word}\n\n{}\n", wrapped(text)));
    }
    let of_language: Vec<String> = rule_words::WORDS
        .iter()
        .filter(|row| row.word == subject)
        .map(|row| format!("{}\n\n{}\n", row.form, wrapped(row.meaning)))
        .collect();
    (!of_language.is_empty()).then(|| of_language.join("\n"))
}

fn finding(subject: &str) -> Option<String> {
    FINDINGS
        .iter()
        .find(|(code, _)| *code == subject)
        .map(|(code, text)| format!("{code}  a finding\n\n{}\n", wrapped(text)))
}

fn unit(subject: &str) -> Option<String> {
    let unit = parse_unit(subject).ok()?;
    let one = unit.to_si(&Rational::one()).display_significant(9);
    let dimension = unit.quantity_type.dimension;
    let si = if dimension.is_none() {
        "as a plain number".to_owned()
    } else {
        format!("{dimension} in SI")
    };
    Some(format!(
        "{subject}  a unit: {}\n\n1 {subject} is {one} {si}\n",
        unit.quantity_type.describe()
    ))
}

fn rule(subject: &str, rules: &RuleSet, sources: &Sources) -> Option<String> {
    let rule = rules.rule_named(subject)?;
    let head = rules::head(rules, rule, sources);
    let owner = head.owner.as_deref().unwrap_or("nobody named");
    let mut page = Page::new(false);
    page.paragraph(0, &Rich::plain(&format!("{} {}", head.code, head.title)));
    page.blank();
    let facts = [
        ("limit", head.limit.clone()),
        ("because", head.because.clone()),
        ("source", format!("{} ({})", head.source, head.evidence)),
        ("severity", format!("{}; owner {owner}", head.severity)),
        ("reads", head.reads.join(", ")),
        ("where", format!("{}:{}", head.path, head.line)),
    ];
    let mut entry = |label: &str, text: &str| {
        page.entry(0, (LABEL, &Rich::plain(label)), &Rich::plain(text));
    };
    for (label, text) in &facts {
        entry(label, text);
    }
    for (label, text) in overrides(&head) {
        entry(label, &text);
    }
    let tests = rules.tests.iter();
    let of_rule = |test: &&RuleTest| {
        rules.rules[test.rule].code == rule.code && (rule.replaced.is_none() || !test.original)
    };
    for test in tests.filter(of_rule) {
        let written = example(sources, test.span);
        let (verdict, values) = written.split_once(' ').unwrap_or((&written, ""));
        entry(verdict, values);
    }
    Some(page.finish())
}

/// The limits of the rule that another file has replaced, old and new.
fn overrides(head: &RuleHead) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    for one in &head.overrides {
        let looser = if one.looser { " (looser)" } else { "" };
        facts.push((
            "override",
            format!("{} instead of {}{looser}: {}", one.new, one.old, one.reason),
        ));
        facts.push((
            "",
            format!(
                "{} ({}); owner {}; {}:{}",
                one.source, one.evidence, one.owner, one.path, one.line
            ),
        ));
        facts.push((
            "",
            format!(
                "{} came from: {} ({})",
                one.old, one.old_source, one.old_evidence
            ),
        ));
    }
    facts
}

/// A section of a test as it is written, on one line.
fn example(sources: &Sources, span: Span) -> String {
    sources
        .text(span)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// The rules to look in; files that are not there or have mistakes explain nothing.
fn rules_of(verb: &Explain) -> (RuleSet, Sources) {
    let files = Disk::new(".");
    let mut intake = Intake::new(&files);
    let paths = rule_files::expand(&verb.rules).unwrap_or_default();
    let opened: Vec<_> = paths
        .iter()
        .filter_map(|path| intake.open(&shown(path), None))
        .collect();
    let parsed = rule_sources::parsed(&files, &mut intake, &opened);
    let zones = std::collections::BTreeMap::from([("drying.zone".to_owned(), 1)]);
    let (rules, _) = rule_language::resolve(&parsed, standard(), &zones);
    (rules, intake.sources)
}

fn unknown(subject: &str, rules: &RuleSet) -> Failure {
    let mut known: Vec<String> = all_codes().map(|(code, ..)| code.to_owned()).collect();
    known.extend(standard().names().map(str::to_owned));
    known.extend(["units", "kinds"].map(str::to_owned));
    known.extend(kind_names().into_iter().map(str::to_owned));
    known.extend(FINDINGS.iter().map(|(code, _)| (*code).to_owned()));
    known.extend(unit_symbols().into_iter().map(str::to_owned));
    known.extend(WORDS.iter().map(|(word, _)| (*word).to_owned()));
    known.extend(rule_words::WORDS.iter().map(|row| row.word.to_owned()));
    known.extend(rules.rules.iter().map(|rule| rule.code.clone()));
    let near = nearest(subject, known.iter().map(String::as_str))
        .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    Failure::argument(format!("nothing is known about `{subject}`{near}"))
}

/// Width of the label column.
const LABEL: usize = 12;

/// Longest line, in characters.
const COLUMNS: usize = 78;

/// Breaks text at spaces.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        // INVARIANT: there is always a last line.
        let last = lines.len() - 1;
        let fits = lines[last].chars().count() + 1 + word.chars().count() <= COLUMNS;
        if lines[last].is_empty() {
            lines[last].push_str(word);
        } else if fits {
            lines[last].push(' ');
            lines[last].push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines.join("\n")
}
