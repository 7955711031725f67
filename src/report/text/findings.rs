//! The answer of `check` in text: one block per rule that does not hold, worst first.
//!
//! In: findings. Out: lines of at most eighty columns: verdict, code and place, then witness,
//! margin and source; findings about the set; counts over a table; a last line of counts.

use crate::record::findings::{
    AS_THE_RECIPE_STANDS, CheckedRule, CrossCheck, Findings, TableSummary, Why,
};

use super::margins;
use super::rules::{sampling_text, witness_text};
use crate::report::layout::{Page, Rich, Style};
use crate::report::number::{count, counted, glued};
use crate::report::standing::{self, Standing};
use crate::report::{reasoning, story};

/// Width of the label column below a verdict.
const LABEL: usize = 12;
/// Rows of a table that are named before the rest is only counted.
const ROWS_NAMED_MAX: usize = 12;

/// Writes the answer of one check.
#[must_use]
pub fn findings_text(findings: &Findings, colour: bool) -> String {
    let mut page = Page::new(colour);
    if let Some(sentence) = margins::sentence(findings) {
        page.paragraph(0, &Rich::styled(Style::Strong, &sentence));
    }
    for finding in &findings.findings {
        let style = match finding.level.as_str() {
            "error" => Style::Bad,
            "warning" => Style::Caution,
            _ => Style::Plain,
        };
        let place = finding.places.first().map_or_else(String::new, |place| {
            format!("  {}:{}:{}", place.path, place.line, place.column)
        });
        page.paragraph(
            0,
            &Rich::styled(style, &format!("{}[{}]", finding.level, finding.code))
                .and(&format!(": {}{place}", finding.message)),
        );
        for place in finding.places.iter().skip(1) {
            page.paragraph(
                2,
                &Rich::plain(&format!("also {}:{}", place.path, place.line)),
            );
        }
    }
    for checked in worst_first(findings) {
        rule(&mut page, checked, findings.strict);
    }
    margins::table(&mut page, findings);
    for why in &findings.why {
        why_lines(&mut page, why);
    }
    argument_lines(&mut page, findings);
    if let Some(table) = &findings.table {
        table_lines(&mut page, table);
    }
    if let Some(checked) = &findings.cross_check {
        cross_check_lines(&mut page, checked);
    }
    page.paragraph(0, &Rich::plain(&summary(findings)));
    page.finish()
}

/// The rules that need a look, worst first.
fn worst_first(findings: &Findings) -> Vec<&CheckedRule> {
    let mut rows: Vec<(Standing, &CheckedRule)> = findings
        .rules
        .iter()
        .filter_map(|checked| {
            let evaluation = checked.evaluation.as_ref()?;
            let standing = Standing::of(&checked.rule, evaluation, findings.strict);
            standing.needs_a_look().then_some((standing, checked))
        })
        .collect();
    rows.sort_by(|(a, left), (b, right)| {
        a.cmp(b)
            .then_with(|| match (&left.evaluation, &right.evaluation) {
                (Some(left), Some(right)) => standing::by_share(left, right),
                _ => std::cmp::Ordering::Equal,
            })
            .then_with(|| left.rule.code.cmp(&right.rule.code))
    });
    rows.into_iter().map(|(_, checked)| checked).collect()
}

fn rule(page: &mut Page, checked: &CheckedRule, strict: bool) {
    let Some(evaluation) = &checked.evaluation else {
        return;
    };
    let rule = &checked.rule;
    let standing = Standing::of(rule, evaluation, strict);
    page.paragraph(
        0,
        &Rich::styled(standing.style(), &evaluation.verdict.replace('_', " "))
            .and(if standing == Standing::Warns {
                " (limit recalled, does not block) "
            } else {
                " "
            })
            .and_styled(Style::Strong, &rule.code)
            .and(&format!(" {}  {}:{}", rule.title, rule.path, rule.line)),
    );
    let mut line = |label: &str, text: &str| {
        if !text.is_empty() {
            page.entry(2, (LABEL, &Rich::plain(label)), &Rich::plain(text));
        }
    };
    let mut found = Vec::new();
    match &evaluation.probability {
        Some(probability) => found.push(format!(
            "pass share {}",
            story::pass_share(probability.estimate)
        )),
        None => {
            let value = evaluation.value.iter();
            found.extend(value.map(|v| format!("value {}", glued(v))));
        }
    }
    found.extend(
        evaluation
            .worst_value
            .iter()
            .map(|v| format!("at the corner {}", glued(v))),
    );
    found.push(format!("limit {}", glued(&rule.limit)));
    found.extend(
        evaluation
            .margin
            .iter()
            .map(|v| format!("margin {}", glued(v))),
    );
    line("found", &found.join(" · "));
    line("witness", &witness_text(evaluation));
    if let Some(probability) = &evaluation.probability {
        line("samples", &sampling_text(probability));
    }
    line("because", &rule.because);
    line(
        "source",
        &format!("{} ({}, {})", rule.source, rule.evidence, rule.severity),
    );
    line("remark", evaluation.remark.as_deref().unwrap_or_default());
    let checked = if evaluation.rechecked {
        format!("{}; witness re-evaluated exactly: agrees", evaluation.how())
    } else {
        evaluation.how()
    };
    line("checked", &checked);
}

/// One contradiction: what cannot hold together, and what to give up.
fn why_lines(page: &mut Page, why: &Why) {
    page.paragraph(
        0,
        &Rich::styled(Style::Strong, "why").and(&format!("  {}", why.when)),
    );
    let (clash, way_out) = if why.when == AS_THE_RECIPE_STANDS {
        ("cannot all stay as set", "changing")
    } else {
        ("cannot hold together", "giving up")
    };
    for group in &why.conflicts {
        let text = format!("{} {clash}", group.members.join(", "));
        page.entry(2, (LABEL, &Rich::plain("conflict")), &Rich::plain(&text));
    }
    for group in &why.corrections {
        let text = format!("{way_out} {} is enough", group.members.join(", "));
        page.entry(2, (LABEL, &Rich::plain("way out")), &Rich::plain(&text));
    }
    if why.more {
        let text = match &why.open {
            Some(open) => format!("may exist: {open}"),
            None => "exist; `--most` lists more".to_owned(),
        };
        page.entry(2, (LABEL, &Rich::plain("more")), &Rich::plain(&text));
    }
}

/// What becomes of each claim, and which nodes stand together where that was asked for.
fn argument_lines(page: &mut Page, findings: &Findings) {
    let claims = reasoning::claims(&findings.argument);
    let sets = findings.semantics.iter().map(reasoning::sets);
    for (at, line) in claims.into_iter().chain(sets).enumerate() {
        let label = if at == 0 { "argument" } else { "" };
        page.entry(
            0,
            (LABEL, &Rich::styled(Style::Strong, label)),
            &Rich::plain(&line),
        );
    }
}

/// What the second solver leaves open, and on how much it agrees; contradictions are findings.
fn cross_check_lines(page: &mut Page, checked: &CrossCheck) {
    for one in &checked.open {
        let text = format!("`{}`: {} {}", one.question, checked.solver, one.theirs);
        page.entry(2, (LABEL, &Rich::plain("left open")), &Rich::plain(&text));
    }
    let text = format!(
        "{} agrees on {} of {}",
        checked.solver,
        count(checked.agree),
        counted(checked.questions, "question")
    );
    page.paragraph(0, &Rich::plain(&text));
}

fn table_lines(page: &mut Page, table: &TableSummary) {
    let mut words = format!("  {}", counted(table.rows, "row"));
    if table.exact_rows > 0 {
        let exact = count(table.exact_rows);
        words.push_str(&format!(", {exact} of them decided in exact arithmetic"));
    }
    page.paragraph(0, &Rich::styled(Style::Strong, &table.path).and(&words));
    for rule in &table.rules {
        let mut parts = vec![
            format!("{} fail", count(rule.violated)),
            format!("{} pass", count(rule.holds)),
        ];
        for (n, words) in [
            (rule.conditional, "inside guard band"),
            (rule.idle, "not concerned"),
            (rule.undecided, "undecided"),
        ] {
            if n > 0 {
                parts.push(format!("{} {words}", count(n)));
            }
        }
        page.entry(
            2,
            (LABEL, &Rich::plain(&rule.code)),
            &Rich::plain(&parts.join(" · ")),
        );
        named_rows(page, "failing rows", &rule.violated_rows, rule.violated);
        let words = "on the limit, depends on rounding: rows";
        named_rows(page, words, &rule.tie_rows, rule.ties);
    }
}

/// Names the first rows of `total`; JSON has as many as are listed.
fn named_rows(page: &mut Page, words: &str, rows: &[u64], total: u64) {
    if rows.is_empty() {
        return;
    }
    let mut named: Vec<String> = rows
        .iter()
        .take(ROWS_NAMED_MAX)
        .map(|row| count(*row))
        .collect();
    if rows.len() > ROWS_NAMED_MAX {
        let listed = if rows.len() as u64 == total {
            "all".to_owned()
        } else {
            format!("the first {}", count(rows.len() as u64))
        };
        let more = total - ROWS_NAMED_MAX as u64;
        named.push(format!(
            "and {} more ({listed} in `--format json`)",
            count(more)
        ));
    }
    page.entry(
        2,
        (LABEL, &Rich::default()),
        &Rich::plain(&format!("{words} {}", named.join(", "))),
    );
}

/// What "read" comprises when nothing is judged against the rules.
fn scope_text(findings: &Findings) -> String {
    let scope = &findings.scope;
    if findings.table.is_some() || !scope.consistent {
        return String::new();
    }
    let says_less = ["consistency-undecided", "vacuous", "dead-guard-part"];
    let errors = findings
        .findings
        .iter()
        .any(|found| found.level == "error" || says_less.contains(&found.code.as_str()));
    let mut text = ": consistent".to_owned();
    if scope.guards + scope.modes > 0 && !errors {
        text += &format!(
            ", also whenever each of {} and {} holds",
            counted(scope.guards, "guard"),
            counted(scope.modes, "choice")
        );
    }
    let follows = ["shadowed", "redundant", "never-binding", "equivalent"];
    let notes = findings.findings.iter();
    let implied = notes
        .filter(|found| follows.contains(&found.code.as_str()))
        .count();
    let mut all = findings.findings.iter();
    let is_open = all.any(|found| found.code == "redundancy-undecided");
    text + &match implied {
        0 if is_open => "; not for all is it decided whether they follow from others".to_owned(),
        0 => "; none follows from others".to_owned(),
        1 => "; 1 note on what follows from others".to_owned(),
        many => format!("; {many} notes on what follows from others"),
    }
}

/// The last line: what was checked and how many of each.
pub(crate) fn summary(findings: &Findings) -> String {
    let judged: Vec<Standing> = findings
        .rules
        .iter()
        .filter_map(|checked| {
            Some(Standing::of(
                &checked.rule,
                checked.evaluation.as_ref()?,
                findings.strict,
            ))
        })
        .collect();
    let mut parts = Vec::new();
    for (wanted, words) in [
        (Standing::Breaks, "broken"),
        (Standing::Undecided, "undecided"),
        (Standing::Warns, "broken, limit recalled"),
        (Standing::Conditional, "inside guard band"),
        (Standing::Vacuous, "can never apply"),
        (Standing::Holds, "hold"),
        (Standing::Idle, "do not apply"),
    ] {
        let n = judged
            .iter()
            .filter(|standing| **standing == wanted)
            .count();
        if n > 0 {
            parts.push(format!("{n} {words}"));
        }
    }
    let evaluations = findings
        .rules
        .iter()
        .filter_map(|one| one.evaluation.as_ref());
    match evaluations.filter(|one| one.is_solvers_word()).count() {
        0 => {}
        n => parts.push(format!("{n} of these on the solver's word alone")),
    }
    let without = findings.rules.len() - judged.len();
    if without > 0 {
        let scope = if judged.is_empty() {
            scope_text(findings)
        } else {
            String::new()
        };
        let noun = if without == 1 { "rule" } else { "rules" };
        parts.push(format!("{without} {noun} read{scope}"));
    }
    let errors = findings
        .findings
        .iter()
        .filter(|f| f.level == "error")
        .count();
    if errors > 0 {
        let noun = if errors == 1 { "error" } else { "errors" };
        parts.push(format!("{errors} {noun} in the rule set"));
    }
    if parts.is_empty() {
        parts.push("no rules".to_owned());
    }
    format!("{}: {}", findings.subject, parts.join(" · "))
}
