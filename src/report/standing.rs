//! Standing: what a verdict means for a reader, in one word and one phrase.
//!
//! In: a rule, one evaluation, whether recalled limits block. Out: a rank for sorting and the
//! exact words every view uses, so that no view claims more than another. A verdict word that
//! this version does not know counts as undecided, never as a pass.

use std::cmp::Ordering;

use crate::record::body::{Body, Evaluation, RuleHead, RuleRow};

use super::layout::Style;

/// What an evaluation means for a reader, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Broken at the recipe or at a corner, and the limit counts.
    Breaks,
    /// Nobody could tell.
    Undecided,
    /// Broken, but the limit is only recalled from memory.
    Warns,
    /// Holds, but inside the guard band.
    Conditional,
    /// Can never apply.
    Vacuous,
    /// Holds everywhere asked.
    Holds,
    /// Does not apply to this recipe.
    Idle,
}

impl Standing {
    /// Judges one evaluation; `strict` makes recalled limits count.
    #[must_use]
    pub fn of(rule: &RuleHead, evaluation: &Evaluation, strict: bool) -> Self {
        match evaluation.verdict.as_str() {
            "holds" => Self::Holds,
            "conditional" => Self::Conditional,
            "idle" => Self::Idle,
            "vacuous" => Self::Vacuous,
            "violated" | "holds_nominally" if rule.evidence == "recalled" && !strict => Self::Warns,
            "violated" | "holds_nominally" => Self::Breaks,
            _ => Self::Undecided,
        }
    }

    /// Tells whether a reader must look at the rule.
    #[must_use]
    pub fn needs_a_look(self) -> bool {
        self <= Self::Vacuous
    }

    /// Tells whether the rule only warns: named on the page, opened in the report.
    #[must_use]
    pub fn only_warns(self) -> bool {
        matches!(self, Self::Warns | Self::Conditional | Self::Vacuous)
    }

    /// Colour of the phrase.
    #[must_use]
    pub fn style(self) -> Style {
        match self {
            Self::Breaks => Style::Bad,
            Self::Undecided | Self::Warns | Self::Conditional | Self::Vacuous => Style::Caution,
            Self::Holds => Style::Good,
            Self::Idle => Style::Plain,
        }
    }

    /// Name used for CSS classes.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Breaks => "breaks",
            Self::Undecided => "undecided",
            Self::Warns | Self::Conditional | Self::Vacuous => "warns",
            Self::Holds => "holds",
            Self::Idle => "idle",
        }
    }
}

/// The words for one evaluation: `BREAKS (proved)`, `BREAKS in the model`, `holds`.
#[must_use]
pub fn phrase(rule: &RuleHead, evaluation: &Evaluation, strict: bool) -> &'static str {
    let simulated = is_simulated(rule, evaluation);
    match Standing::of(rule, evaluation, strict) {
        Standing::Breaks if simulated => "BREAKS in the model",
        Standing::Breaks if evaluation.rechecked => "BREAKS (proved)",
        Standing::Breaks => "BREAKS (witness not rechecked)",
        Standing::Undecided => "UNDECIDED",
        Standing::Warns if rule.severity == "critical" => "broken, limit recalled: needs source",
        Standing::Warns => "broken, limit recalled",
        Standing::Conditional if evaluation.is_solvers_word() => {
            "warns (inside guard band, on the solver's word)"
        }
        Standing::Conditional => "warns (inside guard band)",
        Standing::Vacuous if simulated => "never applied in the samples",
        Standing::Vacuous => "can never apply",
        Standing::Holds if simulated => "holds in the model",
        Standing::Holds if evaluation.is_solvers_word() => "holds on the solver's word",
        Standing::Holds => "holds",
        Standing::Idle if evaluation.is_solvers_word() => "does not apply, on the solver's word",
        Standing::Idle => "does not apply",
    }
}

/// Tells whether the verdict comes from the simulation and not from a proof.
#[must_use]
pub fn is_simulated(rule: &RuleHead, evaluation: &Evaluation) -> bool {
    rule.kind == "outcome"
        || evaluation.probability.is_some()
        || matches!(
            evaluation.method.as_str(),
            "ensemble" | "nominal and corners"
        )
}

/// The rules of a change by standing, then by slack as requested, then by code.
#[must_use]
pub fn by_margin(body: &Body) -> Vec<&RuleRow> {
    let strict = body.request.strict;
    let mut rows: Vec<&RuleRow> = body.rules.iter().collect();
    rows.sort_by(|a, b| {
        let rank = |row: &RuleRow| {
            let severity = match row.rule.severity.as_str() {
                "critical" => 0,
                "major" => 1,
                _ => 2,
            };
            (Standing::of(&row.rule, &row.requested, strict), severity)
        };
        let (left, right) = (rank(a), rank(b));
        let standing = left.0.cmp(&right.0);
        let severity = if left.0 == Standing::Breaks {
            left.1.cmp(&right.1)
        } else {
            Ordering::Equal
        };
        standing
            .then(severity)
            .then_with(|| by_share(&a.requested, &b.requested))
            .then_with(|| a.rule.code.cmp(&b.rule.code))
    });
    rows
}

/// Compares slack; an evaluation without a share comes last.
#[must_use]
pub fn by_share(a: &Evaluation, b: &Evaluation) -> Ordering {
    match (a.margin_share, b.margin_share) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}
