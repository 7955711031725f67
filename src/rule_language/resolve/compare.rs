//! Comparisons: numbers with numbers, enumerators with the signal on the other side.

use std::collections::BTreeSet;

use super::lower::Lowering;
use super::typing::{Number, cannot_compare, common, help_for, with_article};
use crate::diagnostic::{Diagnostic, quoted_list};
use crate::quantity::parse_unit;
use crate::rule_language::ast::{Expr, ExprKind, Index, Name, Word};
use crate::rule_language::codes;
use crate::rule_language::expression::{BoolExpr, BoolKind, CompareOperator, NumKind, SignalId};
use crate::rule_language::rule_set::{Signal, SignalType};
use crate::span::Span;

/// A lowered operand of a comparison.
enum Operand {
    Number(Number),
    Enumerated(SignalId),
    Enumerator(Word),
}

impl Lowering<'_> {
    pub(super) fn chain(
        &mut self,
        first: &Expr,
        steps: &[(CompareOperator, Expr)],
        span: Span,
    ) -> Option<BoolExpr> {
        let mut left = (self.operand(first), first.span);
        let mut comparisons = Vec::new();
        let mut sound = true;
        for (operator, right) in steps {
            let right = (self.operand(right), right.span);
            match (left.0, &right.0) {
                (Some(a), Some(b)) => {
                    let place = left.1.to(right.1);
                    match self.compare(a, *operator, b, place) {
                        Some(comparison) => comparisons.push(comparison),
                        None => sound = false,
                    }
                }
                _ => sound = false,
            }
            left = right;
        }
        if !sound {
            return None;
        }
        if comparisons.len() == 1 {
            return comparisons.pop();
        }
        if let Some(diagnostic) = empty_window(&comparisons) {
            return self.refuse(diagnostic);
        }
        Some(BoolExpr {
            kind: BoolKind::And(comparisons),
            span,
        })
    }

    fn operand(&mut self, expr: &Expr) -> Option<Operand> {
        match &expr.kind {
            ExprKind::Word(word) if self.scope.signal(word).is_some() => {
                self.scope.signal(word).map(Operand::Enumerated)
            }
            ExprKind::Word(word) if word != "pi" => Some(Operand::Enumerator(Word {
                text: word.clone(),
                span: expr.span,
            })),
            ExprKind::Name(name) => match self.enumerated(name) {
                Some(signal) => Some(Operand::Enumerated(signal)),
                None => self.number(expr).map(Operand::Number),
            },
            _ => self.number(expr).map(Operand::Number),
        }
    }

    /// The signal behind a name, if it is declared by `one of`.
    fn enumerated(&self, name: &Name) -> Option<SignalId> {
        let full = match (&name.index, self.member) {
            (Some((Index::All | Index::Range(..), _)), Some(member)) => name.member(member),
            _ => name.text(),
        };
        let id = self.scope.signal(&full)?;
        matches!(
            self.scope.signals[id.0].signal_type,
            SignalType::OneOf { .. }
        )
        .then_some(id)
    }

    fn compare(
        &mut self,
        left: Operand,
        operator: CompareOperator,
        right: &Operand,
        span: Span,
    ) -> Option<BoolExpr> {
        match (left, right) {
            (Operand::Number(left), Operand::Number(right)) => {
                let Some(quantity_type) = common(&left, right) else {
                    let diagnostic = self.with_candidate(&left, right);
                    return self.refuse(diagnostic);
                };
                let kind = BoolKind::Compare {
                    left: left.expr,
                    operator,
                    right: right.expr.clone(),
                    quantity_type,
                };
                Some(BoolExpr { kind, span })
            }
            (Operand::Enumerated(signal), Operand::Enumerator(word)) => {
                self.equals_enumerator(signal, operator, word, span)
            }
            (Operand::Enumerator(word), Operand::Enumerated(signal)) => {
                self.equals_enumerator(*signal, operator, &word, span)
            }
            (Operand::Enumerated(_), Operand::Enumerated(_)) => self.refuse(
                Diagnostic::error(
                    codes::NOT_YET,
                    span,
                    "two enumerated signals cannot be compared with each other yet",
                )
                .help("compare each with an enumerator"),
            ),
            (Operand::Enumerated(signal), Operand::Number(number)) => {
                self.mixed(signal, number.expr.span)
            }
            (Operand::Number(number), Operand::Enumerated(signal)) => {
                self.mixed(*signal, number.expr.span)
            }
            (Operand::Enumerator(word), Operand::Number(_) | Operand::Enumerator(_)) => {
                self.stray_word(&word)
            }
            (Operand::Number(_), Operand::Enumerator(word)) => self.stray_word(word),
        }
    }

    fn mixed(&mut self, signal: SignalId, span: Span) -> Option<BoolExpr> {
        let signal = &self.scope.signals[signal.0];
        let diagnostic = Diagnostic::error(
            codes::SORT,
            span,
            format!("`{}` is one of several words, not a number", signal.name),
        )
        .help(enumerators_of(signal));
        self.refuse(diagnostic)
    }

    /// A word that is no enumerator of the other side.
    pub(super) fn stray_word<T>(&mut self, word: &Word) -> Option<T> {
        // A mode has no dot; one whose declaration failed has its diagnostic there.
        if self.scope.unknown.contains(&word.text) {
            return None;
        }
        if let Some(mode) = self.scope.signal(&word.text) {
            return self.mixed(mode, word.span).and(None);
        }
        let known = self.scope.signals.iter().find(|signal| {
            matches!(&signal.signal_type,
                SignalType::OneOf { members } if members.contains(&word.text))
        });
        let diagnostic = match known {
            Some(signal) => Diagnostic::error(
                codes::SORT,
                word.span,
                format!(
                    "`{}` is an enumerator of `{}`, a number is needed here",
                    word.text, signal.name
                ),
            ),
            None => Diagnostic::error(
                codes::NAME,
                word.span,
                format!("`{}` is neither a name nor an enumerator here", word.text),
            )
            .help(match self.with_last_segment(&word.text) {
                _ if parse_unit(&word.text).is_ok() => format!(
                    "`{}` is a unit: units are glued to each other without spaces, `25 m/min`",
                    word.text
                ),
                Some(name) => format!("did you mean `{name}`?"),
                None => "names of signals and lets have a dot: `stage.quantity`".to_owned(),
            }),
        };
        self.refuse(diagnostic)
    }

    fn with_last_segment(&self, word: &str) -> Option<&String> {
        self.scope
            .candidates
            .iter()
            .find(|name| name.rsplit('.').next() == Some(word))
    }

    fn equals_enumerator(
        &mut self,
        signal: SignalId,
        operator: CompareOperator,
        word: &Word,
        span: Span,
    ) -> Option<BoolExpr> {
        let member = self.enumerator(signal, word);
        let positive = match operator {
            CompareOperator::Equal => true,
            CompareOperator::NotEqual => false,
            CompareOperator::Less
            | CompareOperator::LessEqual
            | CompareOperator::Greater
            | CompareOperator::GreaterEqual => {
                return self.refuse(
                    Diagnostic::error(
                        codes::SORT,
                        span,
                        format!(
                            "enumerators have no order, so `{}` says nothing",
                            operator.text()
                        ),
                    )
                    .help("use `==`, `!=` or `in {…}`"),
                );
            }
        };
        let kind = BoolKind::Member {
            signal,
            members: vec![member?],
        };
        let is = BoolExpr { kind, span };
        Some(if positive {
            is
        } else {
            BoolExpr {
                kind: BoolKind::Not(Box::new(is)),
                span,
            }
        })
    }

    pub(super) fn enumerator(&mut self, signal: SignalId, word: &Word) -> Option<usize> {
        let signal = &self.scope.signals[signal.0];
        let SignalType::OneOf { members } = &signal.signal_type else {
            return None;
        };
        if let Some(found) = members.iter().position(|member| *member == word.text) {
            return Some(found);
        }
        let diagnostic = Diagnostic::error(
            codes::ENUMERATOR,
            word.span,
            format!("`{}` is not an enumerator of `{}`", word.text, signal.name),
        );
        let alike = members
            .iter()
            .find(|member| member.eq_ignore_ascii_case(&word.text));
        let diagnostic = match alike {
            Some(alike) => diagnostic.help(format!("did you mean `{alike}`?")),
            None => diagnostic,
        }
        .suggest(&word.text, members.iter().map(String::as_str));
        self.refuse(diagnostic)
    }

    pub(super) fn member_of(
        &mut self,
        value: &Expr,
        words: &[Word],
        span: Span,
    ) -> Option<BoolExpr> {
        let signal = match self.operand(value)? {
            Operand::Enumerated(signal) => signal,
            Operand::Enumerator(word) => return self.stray_word(&word),
            Operand::Number(number) => {
                return self.refuse(
                    Diagnostic::error(
                        codes::SORT,
                        number.expr.span,
                        "`in {…}` needs a signal declared by `one of {…}`",
                    )
                    .label("this is a number")
                    .help("for numbers write a chain such as `1 <= x <= 2`"),
                );
            }
        };
        let mut members = BTreeSet::new();
        let mut sound = true;
        for word in words {
            match self.enumerator(signal, word) {
                Some(member) => sound &= members.insert(member) || self.repeated(word),
                None => sound = false,
            }
        }
        let members = members.into_iter().collect();
        sound.then_some(BoolExpr {
            kind: BoolKind::Member { signal, members },
            span,
        })
    }

    fn repeated(&mut self, word: &Word) -> bool {
        self.diagnostics.push(
            Diagnostic::error(
                codes::WORD,
                word.span,
                format!("`{}` stands here twice", word.text),
            )
            .help("leave one out"),
        );
        false
    }

    /// Adds "did you mean" with a name of the type on the right.
    fn with_candidate(&self, left: &Number, right: &Number) -> Diagnostic {
        let diagnostic = cannot_compare(left, right);
        if diagnostic.help.is_some() {
            return diagnostic;
        }
        let alike = left.quantity_type.dimension == right.quantity_type.dimension;
        let (NumKind::Signal(id), false) = (&left.expr.kind, alike) else {
            return diagnostic.help(help_for(left.quantity_type, right.quantity_type));
        };
        let name = &self.scope.signals[id.0].name;
        let stage = name.split('.').next().unwrap_or("");
        let wanted = right.quantity_type;
        let same_type = |signal: &&Signal| {
            matches!(&signal.signal_type, SignalType::Number { quantity_type, .. }
                if *quantity_type == wanted)
        };
        let mut fitting = self.scope.signals.iter().filter(same_type);
        let in_stage = fitting
            .clone()
            .find(|signal| signal.name.split('.').next() == Some(stage));
        match in_stage.or_else(|| fitting.next()) {
            Some(signal) => diagnostic.help(format!(
                "did you mean `{}`? it is {}",
                signal.name,
                with_article(wanted)
            )),
            None => diagnostic.help(help_for(left.quantity_type, wanted)),
        }
    }
}

/// Says that the ends of a chain between two literals leave nothing between them.
fn empty_window(comparisons: &[BoolExpr]) -> Option<Diagnostic> {
    let sides = |comparison: &BoolExpr| match &comparison.kind {
        BoolKind::Compare {
            left,
            operator,
            right,
            ..
        } => Some((left.clone(), *operator, right.clone())),
        _ => None,
    };
    let (first, operator, _) = sides(comparisons.first()?)?;
    let (_, _, last) = sides(comparisons.last()?)?;
    let (NumKind::Constant(low), NumKind::Constant(high)) = (&first.kind, &last.kind) else {
        return None;
    };
    let upwards = match operator {
        CompareOperator::Less | CompareOperator::LessEqual => true,
        CompareOperator::Greater | CompareOperator::GreaterEqual => false,
        CompareOperator::Equal | CompareOperator::NotEqual => return None,
    };
    let is_empty = if upwards { low > high } else { low < high };
    is_empty.then(|| {
        Diagnostic::error(
            codes::WINDOW,
            first.span.to(last.span),
            "no value lies between these limits",
        )
        .label(if upwards {
            "the left limit is above the right one"
        } else {
            "the left limit is below the right one"
        })
        .help("exchange the two limits")
    })
}

pub(super) fn enumerators_of(signal: &Signal) -> String {
    match &signal.signal_type {
        SignalType::OneOf { members } => {
            let members: Vec<&str> = members.iter().map(String::as_str).collect();
            format!("its enumerators are {}", quoted_list(&members))
        }
        SignalType::Number { .. } => "it is a number".to_owned(),
    }
}
