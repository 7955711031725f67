//! Margins of a checked recipe in text: which rules are nearest to breaking, then every rule.
//!
//! In: findings with evaluations. Out: one plain sentence for the top of the page; a table of all
//! rules that apply, each with its margin as set and at the worst tolerance corner, in the rule's
//! unit and in tolerance widths. Numbers are the exact ones of the findings, rounded for the eye.

use crate::rational::Rational;
use crate::record::body::{Evaluation, ToleranceMargin};
use crate::record::findings::{CheckedRule, Findings};

use crate::report::layout::{Align, Page, Rich, Style};
use crate::report::number::{NO_BREAK, glued};

/// Codes that a sentence names before it counts the rest.
const NAMED_MAX: usize = 3;
/// Significant digits of margins and widths.
const DIGITS: u32 = 3;
/// Columns of the table: code, limit, margin as set, at the worst corner, in tolerance widths.
const WIDTHS: [usize; 5] = [7, 15, 14, 14, 23];

/// Says which rules break, bind, or are the tightest that hold.
#[must_use]
pub fn sentence(findings: &Findings) -> Option<String> {
    let binding = findings.binding.as_ref()?;
    let mut parts = Vec::new();
    let as_set = |code: &&String| {
        evaluation_of(findings, code).is_some_and(|found| found.verdict == "violated")
    };
    let (as_set, within): (Vec<&String>, Vec<&String>) = binding.broken.iter().partition(as_set);
    for (codes, words) in [(as_set, "as set"), (within, "within the tolerances")] {
        if codes.is_empty() {
            continue;
        }
        let named = named(&codes, |code| {
            let margin = margin_of(findings, code)?;
            let unit = unit_of_widths(margin.worst_widths.as_deref()?);
            Some(format!("{}{NO_BREAK}{unit}", widths(margin)?))
        });
        let verb = plural(codes.len(), "breaks", "break");
        parts.push(format!("{named} {verb} {words}"));
    }
    if !binding.binds.is_empty() {
        let verb = plural(binding.binds.len(), "binds", "bind");
        let named = named(&binding.binds.iter().collect::<Vec<_>>(), |_| None);
        parts.push(format!(
            "{named} {verb}, no margin left in the worst corner"
        ));
    }
    if let Some(first) = binding.tightest.first()
        && let Some(margin) = margin_of(findings, first)
        && let Some(count) = widths(margin)
    {
        let verb = plural(
            binding.tightest.len(),
            "is the tightest that holds",
            "are the tightest that hold",
        );
        let named = named(&binding.tightest.iter().collect::<Vec<_>>(), |_| None);
        let unit = unit_of_widths(margin.worst_widths.as_deref().unwrap_or_default());
        parts.push(format!(
            "{named} {verb}, {count} {unit} ({}) left in the worst corner",
            in_unit(&margin.worst, &margin.unit)
        ));
    }
    let mut evaluations = findings
        .rules
        .iter()
        .filter_map(|one| one.evaluation.as_ref());
    match parts.as_slice() {
        [] if evaluations.any(|evaluation| evaluation.tolerance.is_some()) => {
            Some("No tolerance of the recipe acts on a rule that holds.".to_owned())
        }
        [] => None,
        parts => Some(format!("{}.", parts.join("; "))),
    }
}

/// Adds the table of all rules that apply, least margin in tolerance widths first.
pub fn table(page: &mut Page, findings: &Findings) {
    let mut rows: Vec<(&CheckedRule, &Evaluation)> = findings
        .rules
        .iter()
        .filter_map(|checked| Some((checked, checked.evaluation.as_ref()?)))
        .filter(|(_, evaluation)| evaluation.margin.is_some() && evaluation.verdict != "idle")
        .collect();
    if rows.is_empty() || findings.binding.is_none() {
        return;
    }
    rows.sort_by_cached_key(|(checked, evaluation)| {
        let nearness = evaluation.tolerance.as_ref().map(ToleranceMargin::nearness);
        (nearness.is_none(), nearness, checked.rule.code.clone())
    });
    let head = ["margin", "of limit", "as set", "worst corner", "in widths"];
    row(page, head.map(|word| Rich::styled(Style::Strong, word)));
    for (checked, evaluation) in rows {
        let (nominal, worst, widths) = cells(evaluation);
        let code = Rich::styled(Style::Strong, &checked.rule.code);
        let limit = shortened(&checked.rule.limit);
        let [limit, nominal, worst, widths] =
            [limit, nominal, worst, widths].map(|text| Rich::plain(&text));
        row(page, [code, limit, nominal, worst, widths]);
    }
    page.paragraph(
        2,
        &Rich::plain("in widths: as set -> worst corner; one width is what the tolerances take"),
    );
}

fn row(page: &mut Page, texts: [Rich; 5]) {
    let [code, limit, nominal, worst, widths] = texts;
    let cells = [
        (WIDTHS[0], Align::Left, code),
        (WIDTHS[1], Align::Left, limit),
        (WIDTHS[2], Align::Right, nominal),
        (WIDTHS[3], Align::Right, worst),
        (WIDTHS[4], Align::Right, widths),
    ];
    page.row(2, 1, &cells);
}

/// Keeps a limit to one line of its column.
fn shortened(limit: &str) -> String {
    if limit.chars().count() <= WIDTHS[1] {
        return glued(limit);
    }
    let start: String = limit.chars().take(WIDTHS[1] - 1).collect();
    glued(&format!("{}…", start.trim_end()))
}

/// Margin as set, margin at the worst corner, both in widths.
fn cells(evaluation: &Evaluation) -> (String, String, String) {
    let Some(margin) = &evaluation.tolerance else {
        // What is known is the margin at the witness or at the recipe, not the least one.
        let known = evaluation.margin.clone().unwrap_or_default();
        return (known, String::new(), "least not known exactly".to_owned());
    };
    (
        in_unit(&margin.nominal, &margin.unit),
        in_unit(&margin.worst, &margin.unit),
        widths_text(margin),
    )
}

/// Writes a margin in tolerance widths, as set and at the worst corner.
#[must_use]
pub fn widths_text(margin: &ToleranceMargin) -> String {
    match (&margin.nominal_widths, &margin.worst_widths) {
        (Some(nominal), Some(worst)) => {
            glued(&format!("{} -> {}", rounded(nominal), rounded(worst)))
        }
        _ => "no tolerance acts on it".to_owned(),
    }
}

fn evaluation_of<'a>(findings: &'a Findings, code: &str) -> Option<&'a Evaluation> {
    let found = findings.rules.iter().find(|one| one.rule.code == code)?;
    found.evaluation.as_ref()
}

fn margin_of<'a>(findings: &'a Findings, code: &str) -> Option<&'a ToleranceMargin> {
    evaluation_of(findings, code)?.tolerance.as_ref()
}

fn widths(margin: &ToleranceMargin) -> Option<String> {
    margin.worst_widths.as_deref().map(rounded)
}

fn unit_of_widths(widths: &str) -> &'static str {
    if widths == "1" {
        "tolerance width"
    } else {
        "tolerance widths"
    }
}

/// Writes an exact ratio to a few digits.
fn rounded(ratio: &str) -> String {
    match Rational::parse_ratio(ratio) {
        Ok(value) => value.display_significant(DIGITS),
        Err(_) => ratio.to_owned(),
    }
}

fn in_unit(ratio: &str, unit: &str) -> String {
    let value = rounded(ratio);
    if unit == "1" {
        value
    } else {
        format!("{value} {unit}")
    }
}

fn plural(count: usize, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}

/// `A (remark), B and C`, or the first few `and 4 more`.
fn named(codes: &[&String], remark: impl Fn(&str) -> Option<String>) -> String {
    let shown = if codes.len() <= NAMED_MAX + 1 {
        codes.len()
    } else {
        NAMED_MAX
    };
    let mut words: Vec<String> = codes
        .iter()
        .take(shown)
        .map(|code| match remark(code) {
            Some(remark) => format!("{code} ({remark})"),
            None => (*code).clone(),
        })
        .collect();
    if shown < codes.len() {
        words.push(format!("{} more", codes.len() - shown));
    }
    match words.pop() {
        Some(last) if !words.is_empty() => format!("{} and {last}", words.join(", ")),
        Some(only) => only,
        None => String::new(),
    }
}
