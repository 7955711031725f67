//! The resolved rules of one run: what the engines read.
//!
//! Made by [`resolve`](super::resolve()) from one or several files. Signals are sorted by name
//! and lets by dependence, so that equal files give equal indices. All values are exact and in
//! SI units; units are kept only for showing.

use std::collections::BTreeSet;

use super::argument::{Claim, Evidence};
use super::ast::{EvidenceClass, Expectation, RuleSeverity};
use super::evaluate::PointValue;
use super::expression::{BoolExpr, BoolKind, LetId, NumExpr, NumKind, Reference, SignalId};
use crate::quantity::dictionary::Role;
use crate::quantity::{Quantity, QuantityType, Unit};
use crate::rational::Rational;
use crate::span::{FileId, Span};

/// All rules of the files read together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleSet {
    /// One for each file that names its rule set.
    pub headers: Vec<RuleSetHeader>,
    /// Signals read or declared, sorted by name.
    pub signals: Vec<Signal>,
    /// Named parts; each refers only to those before it.
    pub lets: Vec<Let>,
    /// Conditions taken for granted.
    pub assumptions: Vec<Assumption>,
    /// Rules in the order of the files.
    pub rules: Vec<Rule>,
    /// Rule-local tests in the order of the files.
    pub tests: Vec<RuleTest>,
    /// Claims in the order of the files.
    pub claims: Vec<Claim>,
    /// Evidence in the order of the files.
    pub evidences: Vec<Evidence>,
    /// The signal that says which step of the line is meant, if the files declare modes.
    pub mode: Option<SignalId>,
    /// Rule sets that files say they need, in the order of the files.
    pub uses: Vec<Use>,
}

/// A rule set that a file needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// Name of the rule set.
    pub name: String,
    /// Version of the rule set.
    pub version: String,
    /// Where it is written.
    pub span: Span,
}

/// Name and version of the rules in one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSetHeader {
    /// The file.
    pub file: FileId,
    /// Name of the rule set.
    pub name: String,
    /// Version of the rule set.
    pub version: String,
    /// One line for people.
    pub title: Option<String>,
    /// Name and version as written.
    pub span: Span,
}

/// One end of a range, in SI units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The end.
    pub value: Rational,
    /// Whether the end itself belongs to the range; ranges written `a .. b` are closed.
    pub closed: bool,
}

/// What values a signal takes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all signals are numbers and a rule set has few"
)]
pub enum SignalType {
    /// Numbers.
    Number {
        /// Dimension and kind.
        quantity_type: QuantityType,
        /// The unit people read it in.
        unit: Unit,
        /// Lower end.
        lower: Option<Bound>,
        /// Upper end.
        upper: Option<Bound>,
    },
    /// One of these words; [`PointValue::Member`] holds the index.
    OneOf {
        /// The words in the order declared.
        members: Vec<String>,
    },
}

impl SignalType {
    /// Tells whether a number lies in the declared range; no number is a word.
    #[must_use]
    pub fn admits(&self, value: &Rational) -> bool {
        let Self::Number { lower, upper, .. } = self else {
            return false;
        };
        let is_tied = |end: &Bound| end.closed && *value == end.value;
        lower
            .as_ref()
            .is_none_or(|end| *value > end.value || is_tied(end))
            && upper
                .as_ref()
                .is_none_or(|end| *value < end.value || is_tied(end))
    }
}

/// How a table column carries a signal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnMap {
    /// The header as it stands in the table.
    pub header: String,
    /// The unit in brackets in the header; `None` when the numbers are in the signal's unit or
    /// the column holds words.
    pub unit: Option<Unit>,
    /// Where the rule file says so.
    pub span: Span,
}

/// A signal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signal {
    /// Name with dots, an index resolved (`drying.zone[2].length`).
    pub name: String,
    /// What values it takes.
    pub signal_type: SignalType,
    /// What it is to a recipe; `None` when it is not in the dictionary.
    pub role: Option<Role>,
    /// One line for people.
    pub text: String,
    /// Column of a table.
    pub column: Option<ColumnMap>,
    /// Where it is declared; `None` when only the dictionary does.
    pub span: Option<Span>,
}

/// A named part of expressions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Let {
    /// The name.
    pub name: String,
    /// Dimension and kind.
    pub quantity_type: QuantityType,
    /// What it stands for.
    pub expr: NumExpr,
    /// Signals read, through other lets too.
    pub reads: BTreeSet<SignalId>,
    /// Where it is declared.
    pub span: Span,
}

/// A condition taken for granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumption {
    /// Code and one line for people, if it has them.
    pub name: Option<(String, String)>,
    /// The condition.
    pub condition: BoolExpr,
    /// Signals read, through lets too.
    pub reads: BTreeSet<SignalId>,
}

/// Least probability of an outcome rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probability {
    /// Between 0 and 1.
    pub least: Rational,
    /// One-sided confidence between 0 and 1; 95 % when not written.
    pub confidence: Rational,
    /// Where it is written.
    pub span: Span,
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The user's code.
    pub code: String,
    /// One line for people.
    pub title: String,
    /// When the rule applies; `Constant(true)` without `when`.
    pub guard: BoolExpr,
    /// What must hold.
    pub body: BoolExpr,
    /// Slack below which the rule holds only conditionally, SI, a difference.
    pub guard_band: Option<Quantity>,
    /// Least probability, for rules on outcomes.
    pub probability: Option<Probability>,
    /// How much it weighs.
    pub severity: RuleSeverity,
    /// The reason.
    pub because: String,
    /// Where the limit comes from.
    pub source: String,
    /// What the limit rests on.
    pub evidence: EvidenceClass,
    /// Who may change it.
    pub owner: Option<String>,
    /// Unit in which limit and margin are shown.
    pub unit: Unit,
    /// Signals read, through lets too.
    pub reads: BTreeSet<SignalId>,
    /// Whether guard or body read an outcome of the twin.
    pub is_outcome: bool,
    /// The original and its overrides; `None` where no limit was replaced.
    pub replaced: Option<Box<Replaced>>,
    /// The whole rule.
    pub span: Span,
    /// The code.
    pub code_span: Span,
}

/// A limit of a rule that another file has replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// Which limit of the rule, counted from zero.
    pub limit: usize,
    /// The limit as the rule states it, SI.
    pub old: Rational,
    /// The limit that counts, SI.
    pub new: Rational,
    /// Where the old limit is written.
    pub old_span: Span,
    /// Where the new limit is written.
    pub new_span: Span,
    /// Whether the new limit allows more.
    pub looser: bool,
    /// Why it was replaced.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Where the new limit comes from.
    pub source: String,
    /// What the new limit rests on.
    pub evidence: EvidenceClass,
    /// The whole item.
    pub span: Span,
}

/// A rule as its own file states it, and what replaced its limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// The rule before any override.
    pub original: Rule,
    /// The overrides in the order of the files.
    pub overrides: Vec<Override>,
}

/// One section of a rule-local test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleTest {
    /// Index of the rule.
    pub rule: usize,
    /// Whether the rule is meant as its own file states it: a test sees the limits of the file
    /// it stands in.
    pub original: bool,
    /// What is expected.
    pub expectation: Expectation,
    /// Signals given.
    pub values: Vec<(SignalId, PointValue)>,
    /// Where.
    pub span: Span,
}

impl RuleSet {
    /// Returns the signal with an index.
    ///
    /// # Panics
    /// When the index comes from another rule set.
    #[must_use]
    pub fn signal(&self, id: SignalId) -> &Signal {
        &self.signals[id.0]
    }

    /// Returns the index of a signal by its name.
    #[must_use]
    pub fn signal_named(&self, name: &str) -> Option<SignalId> {
        self.signals
            .binary_search_by(|signal| signal.name.as_str().cmp(name))
            .ok()
            .map(SignalId)
    }

    /// Returns the rule with a code.
    #[must_use]
    pub fn rule_named(&self, code: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.code == code)
    }

    /// Returns the let with an index.
    ///
    /// # Panics
    /// When the index comes from another rule set.
    #[must_use]
    pub fn let_part(&self, id: LetId) -> &Let {
        &self.lets[id.0]
    }

    /// Tells whether `exp`, `ln` or `sqrt` occurs in a condition or a let it reads.
    #[must_use]
    pub fn has_function(&self, condition: &BoolExpr) -> bool {
        let mut pending = Vec::new();
        let mut found = condition.has_function();
        condition.references(&mut |reference| pending.push(reference));
        let mut seen = BTreeSet::new();
        while let Some(reference) = pending.pop() {
            if let Reference::Let(id) = reference
                && seen.insert(id)
            {
                let expr = &self.lets[id.0].expr;
                found |= expr.has_function();
                expr.references(&mut |reference| pending.push(reference));
            }
        }
        found
    }

    /// Replaces every let by what it stands for; `None` when the result would have more than
    /// `nodes_max` nodes.
    #[must_use]
    pub fn inlined(&self, condition: &BoolExpr, nodes_max: usize) -> Option<BoolExpr> {
        let mut left = nodes_max;
        self.inline_condition(condition, &mut left)
    }

    /// Replaces every let in a number; `None` when the result would have more than `nodes_max`
    /// nodes.
    #[must_use]
    pub fn inlined_number(&self, number: &NumExpr, nodes_max: usize) -> Option<NumExpr> {
        let mut left = nodes_max;
        self.inline_number(number, &mut left)
    }

    fn inline_condition(&self, condition: &BoolExpr, left: &mut usize) -> Option<BoolExpr> {
        *left = left.checked_sub(1)?;
        let kind = match &condition.kind {
            BoolKind::Constant(_) | BoolKind::Member { .. } => condition.kind.clone(),
            BoolKind::Compare {
                left: a,
                operator,
                right: b,
                quantity_type,
            } => BoolKind::Compare {
                left: self.inline_number(a, left)?,
                operator: *operator,
                right: self.inline_number(b, left)?,
                quantity_type: *quantity_type,
            },
            BoolKind::And(all) => BoolKind::And(self.inline_conditions(all, left)?),
            BoolKind::Or(all) => BoolKind::Or(self.inline_conditions(all, left)?),
            BoolKind::Not(a) => BoolKind::Not(Box::new(self.inline_condition(a, left)?)),
            BoolKind::Implies(a, b) => BoolKind::Implies(
                Box::new(self.inline_condition(a, left)?),
                Box::new(self.inline_condition(b, left)?),
            ),
        };
        Some(BoolExpr {
            kind,
            span: condition.span,
        })
    }

    fn inline_conditions(&self, all: &[BoolExpr], left: &mut usize) -> Option<Vec<BoolExpr>> {
        all.iter()
            .map(|one| self.inline_condition(one, left))
            .collect()
    }

    fn inline_number(&self, number: &NumExpr, left: &mut usize) -> Option<NumExpr> {
        *left = left.checked_sub(1)?;
        let mut boxed = |a: &NumExpr| self.inline_number(a, left).map(Box::new);
        let kind = match &number.kind {
            NumKind::Constant(_) | NumKind::Pi | NumKind::Signal(_) => number.kind.clone(),
            NumKind::Let(id) => return self.inline_number(&self.lets[id.0].expr, left),
            NumKind::Negate(a) => NumKind::Negate(boxed(a)?),
            NumKind::Add(a, b) => NumKind::Add(boxed(a)?, boxed(b)?),
            NumKind::Subtract(a, b) => NumKind::Subtract(boxed(a)?, boxed(b)?),
            NumKind::Multiply(a, b) => NumKind::Multiply(boxed(a)?, boxed(b)?),
            NumKind::Divide(a, b) => NumKind::Divide(boxed(a)?, boxed(b)?),
            NumKind::Power(a, exponent) => NumKind::Power(boxed(a)?, *exponent),
            NumKind::Absolute(a) => NumKind::Absolute(boxed(a)?),
            NumKind::Function(function, a) => NumKind::Function(*function, boxed(a)?),
            NumKind::Minimum(all) => NumKind::Minimum(self.inline_numbers(all, left)?),
            NumKind::Maximum(all) => NumKind::Maximum(self.inline_numbers(all, left)?),
            NumKind::If(condition, a, b) => {
                let (a, b) = (boxed(a)?, boxed(b)?);
                NumKind::If(Box::new(self.inline_condition(condition, left)?), a, b)
            }
        };
        Some(NumExpr {
            kind,
            span: number.span,
        })
    }

    fn inline_numbers(&self, all: &[NumExpr], left: &mut usize) -> Option<Vec<NumExpr>> {
        all.iter()
            .map(|one| self.inline_number(one, left))
            .collect()
    }
}
