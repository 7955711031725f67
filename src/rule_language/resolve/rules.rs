//! Rules: guard and body, guard band, probability, and the clauses a reviewer needs.

use std::collections::{BTreeMap, BTreeSet};

use super::Resolver;
use super::clauses::Clauses;
use super::lower::{Lowering, difference_of};
use super::signals::si_unit;
use crate::diagnostic::Diagnostic;
use crate::quantity::dictionary::Role;
use crate::quantity::{Quantity, QuantityType, Unit};
use crate::rational::Rational;
use crate::rule_language::ast::{Expr, ExprKind, Literal, ProbabilitySyntax, RuleItem};
use crate::rule_language::codes;
use crate::rule_language::expression::{BoolExpr, BoolKind, SignalId};
use crate::rule_language::rule_set::{Probability, Rule, SignalType};

impl Resolver<'_> {
    pub(super) fn rule(&mut self, item: &RuleItem) -> Option<Rule> {
        let complete = self.report_missing(item);
        let guard = match &item.guard {
            Some(expr) => self.condition(expr),
            None => Some(BoolExpr {
                kind: BoolKind::Constant(true),
                span: item.code.span,
            }),
        };
        let body = item.body.as_ref().and_then(|expr| self.condition(expr));
        let (guard, body) = (guard?, body?);
        let guard_band = match &item.guard_band {
            None => None,
            Some(literal) => Some(self.guard_band(literal, &body)?),
        };
        let reads = self.reads(&[&guard, &body]);
        let is_outcome = reads
            .iter()
            .any(|id| self.scope.signals[id.0].role == Some(Role::Outcome));
        let probability = match &item.probability {
            None => None,
            Some(syntax) => Some(self.probability(syntax, is_outcome)?),
        };
        if !complete {
            return None;
        }
        Some(Rule {
            code: item.code.text.clone(),
            title: item.title.value.clone(),
            unit: self.display_unit(item.body.as_ref()?, &body, &reads),
            guard,
            body,
            guard_band,
            probability,
            severity: item.severity?.0,
            because: item.because.as_ref()?.value.clone(),
            source: item.source.as_ref()?.value.clone(),
            evidence: item.evidence?.0,
            owner: item.owner.as_ref().map(|owner| owner.value.clone()),
            reads,
            is_outcome,
            replaced: None,
            span: item.span,
            code_span: item.code.span,
        })
    }

    /// Reports all clauses that are absent in one diagnostic.
    fn report_missing(&mut self, item: &RuleItem) -> bool {
        let clauses = Clauses {
            code: &item.code,
            subject: format!("rule `{}`", item.code.text),
            present: &[
                ("require", item.body.is_some()),
                ("severity", item.severity.is_some()),
                ("because", item.because.is_some()),
                ("source", item.source.is_some()),
                ("evidence", item.evidence.is_some()),
            ],
            refused: &item.refused,
        };
        self.is_complete(&clauses, |absent| {
            if absent.contains(&"source") || absent.contains(&"evidence") {
                "say where the limit comes from; from memory is `source \"…\" evidence recalled`"
            } else {
                "a limit without reason and source cannot be reviewed"
            }
        })
    }

    fn guard_band(&mut self, literal: &Literal, body: &BoolExpr) -> Option<Quantity> {
        let types = compared_types(body);
        let Some((&quantity_type, true)) = types.first().map(|first| (first, types.len() == 1))
        else {
            self.diagnostics.push(
                Diagnostic::error(
                    codes::GUARD_BAND,
                    literal.span,
                    "a guard band needs comparisons of one kind in `require`",
                )
                .help("split the rule into one rule for each kind"),
            );
            return None;
        };
        let mut lowering = Lowering {
            scope: self.scope,
            diagnostics: self.diagnostics,
            member: None,
        };
        let value = lowering.literal_as(literal, quantity_type, codes::GUARD_BAND)?;
        if !value.is_positive() {
            self.diagnostics.push(
                Diagnostic::error(
                    codes::GUARD_BAND,
                    literal.span,
                    "a guard band is greater than zero",
                )
                .help("leave `guard_band` out if every slack is enough"),
            );
            return None;
        }
        Some(Quantity {
            value,
            quantity_type,
        })
    }

    fn probability(&mut self, syntax: &ProbabilitySyntax, is_outcome: bool) -> Option<Probability> {
        if !is_outcome {
            self.diagnostics.push(
                Diagnostic::error(
                    codes::PROBABILITY_INPUT,
                    syntax.span,
                    "a probability needs an outcome of the twin, this rule reads inputs only",
                )
                .help("leave `with probability` out: the rule is proved for the tolerance box"),
            );
            return None;
        }
        let least = self.share(&syntax.probability);
        let confidence = match &syntax.confidence {
            Some(literal) => self.share(literal),
            None => Some(Rational::ratio(95, 100)),
        };
        Some(Probability {
            least: least?,
            confidence: confidence?,
            span: syntax.span,
        })
    }

    fn share(&mut self, literal: &Literal) -> Option<Rational> {
        let mut lowering = Lowering {
            scope: self.scope,
            diagnostics: self.diagnostics,
            member: None,
        };
        let wanted = QuantityType::NUMBER;
        let value = lowering.literal_as(literal, wanted, codes::PROBABILITY_RANGE)?;
        if value.is_positive() && value < Rational::one() {
            return Some(value);
        }
        self.diagnostics.push(
            Diagnostic::error(
                codes::PROBABILITY_RANGE,
                literal.span,
                "this lies not strictly between 0 and 100 %",
            )
            .help("no finite number of samples shows 100 %; write for example `99.9 %`"),
        );
        None
    }

    /// Chooses the unit for showing limit and margin: that of the first fitting literal, else
    /// that of the first signal of the compared kind, else the SI unit.
    fn display_unit(&self, body: &Expr, lowered: &BoolExpr, reads: &BTreeSet<SignalId>) -> Unit {
        let Some(&wanted) = first_compared(lowered).as_ref() else {
            return si_unit(QuantityType::NUMBER);
        };
        if let Some(unit) = literal_unit(body, wanted) {
            return unit;
        }
        let of_signal = reads
            .iter()
            .find_map(|id| match &self.scope.signals[id.0].signal_type {
                SignalType::Number {
                    quantity_type,
                    unit,
                    ..
                } if *quantity_type == wanted => Some(unit.clone()),
                SignalType::Number { .. } | SignalType::OneOf { .. } => None,
            });
        of_signal.unwrap_or_else(|| si_unit(wanted))
    }

    /// Keeps the first rule of each code; returns also every code that was written, with the
    /// index of its rule if that is sound.
    pub(super) fn distinct_rules(
        &mut self,
        rules: Vec<(&RuleItem, Option<Rule>)>,
    ) -> (Vec<Rule>, BTreeMap<String, Option<usize>>) {
        let mut first = BTreeMap::new();
        let mut known = BTreeMap::new();
        let mut kept: Vec<Rule> = Vec::new();
        for (item, rule) in rules {
            let code = item.code.text.clone();
            if let Some(&span) = first.get(&code) {
                self.diagnostics.push(
                    Diagnostic::error(
                        codes::RULE_CLASH,
                        item.code.span,
                        format!("the code `{code}` is used twice"),
                    )
                    .also(span, "first here")
                    .help("give one of them a new code"),
                );
                continue;
            }
            first.insert(code.clone(), item.code.span);
            known.insert(code, rule.as_ref().map(|_| kept.len()));
            kept.extend(rule);
        }
        (kept, known)
    }
}

fn compared_types(body: &BoolExpr) -> Vec<QuantityType> {
    let mut types = Vec::new();
    body.comparisons(&mut |comparison| {
        if let BoolKind::Compare { quantity_type, .. } = &comparison.kind {
            let difference = difference_of(*quantity_type);
            if !types.contains(&difference) {
                types.push(difference);
            }
        }
    });
    types
}

fn first_compared(body: &BoolExpr) -> Option<QuantityType> {
    let mut first = None;
    body.comparisons(&mut |comparison| {
        if let (None, BoolKind::Compare { quantity_type, .. }) = (&first, &comparison.kind) {
            first = Some(*quantity_type);
        }
    });
    first
}

fn literal_unit(expr: &Expr, wanted: QuantityType) -> Option<Unit> {
    let either = |a: &Expr, b: &Expr| literal_unit(a, wanted).or_else(|| literal_unit(b, wanted));
    match &expr.kind {
        ExprKind::Literal(literal) => literal.unit.clone().filter(|unit| {
            unit.quantity_type == wanted
                || (wanted.kind.is_temperature_point()
                    && unit.quantity_type.dimension == wanted.dimension)
        }),
        ExprKind::Name(_) | ExprKind::Word(_) | ExprKind::Member(..) | ExprKind::Error => None,
        ExprKind::Negate(a) | ExprKind::Not(a) | ExprKind::Power(a, _) => literal_unit(a, wanted),
        ExprKind::Binary(_, a, b) => either(a, b),
        ExprKind::Chain(first, steps) => literal_unit(first, wanted).or_else(|| {
            steps
                .iter()
                .find_map(|(_, step)| literal_unit(step, wanted))
        }),
        ExprKind::Call(_, all) => all.iter().find_map(|one| literal_unit(one, wanted)),
    }
}
