//! Sheet: the one list behind SARIF, JUnit, markdown and GitHub commands.
//!
//! In: a body or findings. Out: one item per rule and per finding with level, places, message
//! and a fingerprint that stays the same when lines move, limits change or another witness is
//! found. The formats differ in syntax only, so they cannot disagree about what was found.

use sha2::{Digest, Sha256};

use crate::diagnostic::visible;
use crate::record::body::{Body, Evaluation, Finding, Place, RuleHead};
use crate::record::findings::{Findings, TableRule};

use super::number::{counted, percent};
use super::standing::{self, Standing, phrase};
use super::story;
use super::text::findings::summary;
use super::text::rules::{sampling_text, witness_text};

/// How loud an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Stops.
    Error,
    /// Deserves a look.
    Warning,
    /// Good to know.
    Note,
    /// Nothing to report: the rule holds or does not apply.
    Silent,
}

/// One rule or one finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Item<'a> {
    /// Rule code or finding code.
    pub code: String,
    /// How loud.
    pub level: Level,
    /// What was found about a rule; absent for a finding about the set.
    pub standing: Option<Standing>,
    /// The rule, for its texts.
    pub rule: Option<&'a RuleHead>,
    /// One line for people.
    pub message: String,
    /// Further lines: witness, sampling, source.
    pub details: Vec<String>,
    /// Places, the primary one first; never empty.
    pub places: Vec<Place>,
    /// Stable identity, hexadecimal.
    pub fingerprint: String,
}

/// Everything a machine format says.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet<'a> {
    /// What was judged.
    pub subject: String,
    /// The answers, most important first; the first one is the verdict.
    pub answers: Vec<String>,
    /// What stands against the case.
    pub weaknesses: Vec<String>,
    /// Version of the tool.
    pub version: &'a str,
    /// Rules and findings, the loudest first.
    pub items: Vec<Item<'a>>,
}

impl<'a> Sheet<'a> {
    /// The sheet of a judgement.
    #[must_use]
    pub fn of_body(body: &'a Body) -> Self {
        let request = &body.request;
        let fallback = first_line_of(&request.scenario);
        let mut items: Vec<Item<'a>> = body
            .findings
            .iter()
            .map(|finding| finding_item(finding, &request.id, &fallback))
            .collect();
        for row in standing::by_margin(body) {
            let mut item = rule_item(&row.rule, &row.requested, request.strict, &request.id);
            let cause = body
                .changes
                .iter()
                .filter(|change| change.read_by.contains(&row.rule.code))
                .find_map(|change| change.place.clone());
            if let Some(place) = cause {
                item.places.insert(0, place);
            }
            items.push(item);
        }
        items.sort_by_key(|item| item.level);
        Self {
            subject: format!("{} {}", request.id, request.title),
            answers: story::decision_lines(body, story::Naming::Codes)
                .into_iter()
                .map(|line| answer_text(&line))
                .collect(),
            weaknesses: story::weaknesses(body),
            version: &body.versions.cellwright,
            items,
        }
    }

    /// The sheet of a check.
    #[must_use]
    pub fn of_findings(findings: &'a Findings) -> Self {
        let fallback = findings
            .rules
            .first()
            .map_or_else(|| first_line_of(&findings.subject), |c| rule_place(&c.rule));
        let mut items: Vec<Item<'a>> = findings
            .findings
            .iter()
            .map(|finding| finding_item(finding, "", &fallback))
            .collect();
        for checked in &findings.rules {
            let counted = findings
                .table
                .as_ref()
                .and_then(|table| table.rules.iter().find(|r| r.code == checked.rule.code));
            match (&checked.evaluation, counted) {
                (Some(evaluation), _) => {
                    items.push(rule_item(&checked.rule, evaluation, findings.strict, ""));
                }
                (None, Some(counts)) => {
                    items.push(table_item(&checked.rule, counts, findings.strict));
                }
                (None, None) => items.push(read_item(&checked.rule)),
            }
        }
        items.sort_by_key(|item| (item.level, item.standing));
        Self {
            subject: findings.subject.clone(),
            answers: vec![summary(findings)],
            weaknesses: Vec::new(),
            version: &findings.versions.cellwright,
            items,
        }
    }
}

fn answer_text(line: &story::DecisionLine) -> String {
    let mut text = line.subject.clone();
    if !line.decision.is_empty() {
        text.push_str(": ");
        text.push_str(&line.decision.to_uppercase());
    }
    if !line.note.is_empty() {
        text.push_str(" (");
        text.push_str(&line.note);
        text.push(')');
    }
    text
}

fn rule_item<'a>(
    rule: &'a RuleHead,
    evaluation: &Evaluation,
    strict: bool,
    context: &str,
) -> Item<'a> {
    let standing = Standing::of(rule, evaluation, strict);
    let level = match standing {
        Standing::Breaks if rule.severity == "minor" => Level::Warning,
        Standing::Breaks => Level::Error,
        Standing::Undecided | Standing::Warns | Standing::Conditional | Standing::Vacuous => {
            Level::Warning
        }
        Standing::Holds | Standing::Idle => Level::Silent,
    };
    let mut message = format!(
        "{} {}: {}; limit {}",
        rule.code,
        rule.title,
        phrase(rule, evaluation, strict),
        rule.limit
    );
    message.push_str(&found_text(evaluation));
    if let Some(margin) = &evaluation.margin {
        message.push_str(&format!(", margin {margin}"));
    }
    let mut details = Vec::new();
    let witness = witness_text(evaluation);
    if !witness.is_empty() {
        details.push(format!("corner: {witness}"));
    }
    details.extend(evaluation.probability.as_ref().map(sampling_text));
    details.extend(evaluation.remark.clone());
    details.push(format!("because: {}", rule.because));
    details.push(format!("source: {} ({})", rule.source, rule.evidence));
    Item {
        code: rule.code.clone(),
        level,
        standing: Some(standing),
        rule: Some(rule),
        message,
        details,
        places: vec![rule_place(rule)],
        fingerprint: fingerprint(&["rule", &rule.code, context]),
    }
}

/// What was found: the share of passing samples where a probability is asked for, else the worst
/// value.
fn found_text(evaluation: &Evaluation) -> String {
    if let Some(probability) = &evaluation.probability {
        return format!(
            ", {} of the samples pass, {} required",
            story::pass_share(probability.estimate),
            percent(probability.required, 1)
        );
    }
    let worst = evaluation.worst_value.as_ref();
    match worst.or(evaluation.value.as_ref()) {
        Some(worst) => format!(", worst value {worst}"),
        None => String::new(),
    }
}

fn table_item<'a>(rule: &'a RuleHead, counts: &TableRule, strict: bool) -> Item<'a> {
    let (standing, level) = if counts.violated > 0 {
        if rule.evidence == "recalled" && !strict {
            (Standing::Warns, Level::Warning)
        } else {
            (Standing::Breaks, Level::Error)
        }
    } else if counts.undecided > 0 {
        (Standing::Undecided, Level::Warning)
    } else if counts.conditional > 0 {
        (Standing::Conditional, Level::Warning)
    } else {
        (Standing::Holds, Level::Silent)
    };
    let mut details = vec![format!("because: {}", rule.because)];
    if counts.ties > 0 {
        let (lie, their) = match counts.ties {
            1 => ("lies", "its"),
            _ => ("lie", "their"),
        };
        let rows = counted(counts.ties, "row");
        details.push(format!(
            "{rows} {lie} exactly on the limit: {their} verdict depends on rounding"
        ));
    }
    Item {
        code: rule.code.clone(),
        level,
        standing: Some(standing),
        rule: Some(rule),
        message: format!(
            "{} {}: {} fail{}, {} pass, {} undecided; limit {}",
            rule.code,
            rule.title,
            counted(counts.violated, "row"),
            if counts.violated == 1 { "s" } else { "" },
            counts.holds,
            counts.undecided,
            rule.limit
        ),
        details,
        places: vec![rule_place(rule)],
        fingerprint: fingerprint(&["table", &rule.code]),
    }
}

/// A rule that was read and checked with its set, without a recipe to judge.
fn read_item(rule: &RuleHead) -> Item<'_> {
    Item {
        code: rule.code.clone(),
        level: Level::Silent,
        standing: None,
        rule: Some(rule),
        message: format!("{} {}: no recipe to judge", rule.code, rule.title),
        details: Vec::new(),
        places: vec![rule_place(rule)],
        fingerprint: fingerprint(&["rule", &rule.code, ""]),
    }
}

fn finding_item<'a>(finding: &Finding, context: &str, fallback: &Place) -> Item<'a> {
    let places = if finding.places.is_empty() {
        vec![fallback.clone()]
    } else {
        finding.places.clone()
    };
    Item {
        code: finding.code.clone(),
        level: match finding.level.as_str() {
            "error" => Level::Error,
            "warning" => Level::Warning,
            _ => Level::Note,
        },
        standing: None,
        rule: None,
        message: finding.message.clone(),
        details: Vec::new(),
        fingerprint: fingerprint(&[
            "finding",
            &finding.code,
            &places[0].path,
            &without_numbers(&finding.message),
            context,
        ]),
        places,
    }
}

fn rule_place(rule: &RuleHead) -> Place {
    Place {
        path: rule.path.clone(),
        line: rule.line.max(1),
        column: 1,
    }
}

fn first_line_of(path: &str) -> Place {
    Place {
        path: path.to_owned(),
        line: 1,
        column: 1,
    }
}

/// Replaces every number by `#`, so that a message keeps its identity when a limit moves.
fn without_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for c in text.chars() {
        let part = c.is_ascii_digit() || (inside && c == '.');
        if part && !inside {
            out.push('#');
        } else if !part {
            out.push(c);
        }
        inside = part;
    }
    out
}

/// SHA-256 over the parts with their lengths, the first sixteen bytes in hexadecimal.
fn fingerprint(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(b"cellwright/fingerprint/1");
    for part in parts {
        hasher.update(part.len().to_string().as_bytes());
        hasher.update(b":");
        hasher.update(part.as_bytes());
    }
    let digest = hasher.finalize();
    digest.iter().take(16).map(|b| format!("{b:02x}")).collect()
}

/// Text for one line of a machine format: control characters visible, line breaks as spaces.
#[must_use]
pub fn one_line(text: &str) -> String {
    visible(text).replace(['\n', '\t', '\u{a0}'], " ")
}

/// A path as a relative URI below the source root: `/` as separator, no scheme, no climbing
/// out, everything unusual percent-encoded.
#[must_use]
pub fn relative_uri(path: &str) -> String {
    let path = path.replace('\\', "/");
    let mut kept: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            part => kept.push(part),
        }
    }
    let encoded: Vec<String> = kept.into_iter().map(percent_encoded).collect();
    if encoded.is_empty() {
        "unnamed".to_owned()
    } else {
        encoded.join("/")
    }
}

fn percent_encoded(part: &str) -> String {
    let mut out = String::with_capacity(part.len());
    for byte in part.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_stay_below_the_root() {
        assert_eq!(relative_uri("../rules/a b.rule"), "rules/a%20b.rule");
        assert_eq!(relative_uri("/etc/passwd"), "etc/passwd");
        assert_eq!(
            relative_uri("javascript:alert(1)"),
            "javascript%3Aalert%281%29"
        );
        assert_eq!(relative_uri("C:\\rules\\x.rule"), "C%3A/rules/x.rule");
        assert_eq!(relative_uri("a/../../b"), "b");
        assert_eq!(relative_uri(""), "unnamed");
    }

    #[test]
    fn numbers_do_not_change_the_identity_of_a_message() {
        assert_eq!(without_numbers("25.5 of 30"), without_numbers("7 of 8"));
        assert_ne!(fingerprint(&["ab", "c"]), fingerprint(&["a", "bc"]));
    }
}
