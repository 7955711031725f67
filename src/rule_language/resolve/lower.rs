//! Lowers a syntax tree to a typed expression: names become indices, families are expanded,
//! enumerators are looked up by the other side's type, chains become conjunctions.
//!
//! Every mistake is pushed once and answered with `None`, which stays quiet further up.

use std::collections::{BTreeMap, BTreeSet};

use super::typing::{
    Number, Shape, adopts, cannot_compare, common, exponents_too_large, help_for, literal_shape,
    product_type, sum_type, with_article,
};
use crate::diagnostic::{Diagnostic, Diagnostics, quoted_list};
use crate::quantity::{Dimension, QuantityType};
use crate::rational::Rational;
use crate::rule_language::ast::{BinaryOperator, Expr, ExprKind, Index, Literal, Name, Word};
use crate::rule_language::codes;
use crate::rule_language::expression::{
    BoolExpr, BoolKind, CompareOperator, LetId, NumExpr, NumKind, SignalId,
};
use crate::rule_language::rule_set::{Signal, SignalType};
use crate::span::Span;

/// What a let name stands for; `None` after a diagnostic.
pub(super) type LetEntry = Option<(LetId, QuantityType)>;

/// What names mean while expressions are lowered.
pub(super) struct Scope<'a> {
    pub signals: &'a [Signal],
    pub lets: BTreeMap<String, LetEntry>,
    pub zones: &'a BTreeMap<String, usize>,
    pub unknown: BTreeSet<String>,
    pub candidates: Vec<String>,
}

impl Scope<'_> {
    pub fn signal(&self, name: &str) -> Option<SignalId> {
        self.signals
            .binary_search_by(|signal| signal.name.as_str().cmp(name))
            .ok()
            .map(SignalId)
    }
}

/// Returns the members an index stands for, or why there are none.
pub(super) fn members_of(
    name: &Name,
    zones: &BTreeMap<String, usize>,
) -> Result<Vec<usize>, Diagnostic> {
    let Some((index, _)) = &name.index else {
        return Ok(Vec::new());
    };
    let problem = |message: String, help: String| {
        Err(Diagnostic::error(codes::INDEX_RANGE, name.span, message).help(help))
    };
    let Some(&count) = zones.get(&name.head) else {
        return problem(
            format!("the number of members of `{}` is not known", name.head),
            "give a recipe or model that has them".to_owned(),
        );
    };
    let (from, to) = match *index {
        Index::All => (1, count),
        Index::One(at) => (at, at),
        Index::Range(from, to) => (from, to),
    };
    if from < 1 || to < from || to > count {
        return problem(
            format!("`{}` has no such members", name.text()),
            format!("`{}` has members 1 to {count}", name.head),
        );
    }
    Ok((from..=to).collect())
}

/// A lowered operand of a comparison.
enum Operand {
    Number(Number),
    Enumerated(SignalId),
    Enumerator(Word),
}

pub(super) struct Lowering<'a> {
    pub scope: &'a Scope<'a>,
    pub diagnostics: &'a mut Diagnostics,
    /// The member a family stands for inside `all any sum min max`.
    pub member: Option<usize>,
}

impl Lowering<'_> {
    fn refuse<T>(&mut self, diagnostic: Diagnostic) -> Option<T> {
        self.diagnostics.push(diagnostic);
        None
    }

    /// Lowers a condition.
    pub fn condition(&mut self, expr: &Expr) -> Option<BoolExpr> {
        let span = expr.span;
        let kind = match &expr.kind {
            ExprKind::Error => return None,
            ExprKind::Not(inner) => BoolKind::Not(Box::new(self.condition(inner)?)),
            ExprKind::Binary(BinaryOperator::And, ..) => {
                BoolKind::And(self.flattened(expr, BinaryOperator::And)?)
            }
            ExprKind::Binary(BinaryOperator::Or, ..) => {
                BoolKind::Or(self.flattened(expr, BinaryOperator::Or)?)
            }
            ExprKind::Binary(BinaryOperator::Implies, left, right) => {
                let (left, right) = (self.condition(left), self.condition(right));
                BoolKind::Implies(Box::new(left?), Box::new(right?))
            }
            ExprKind::Chain(first, steps) => return self.chain(first, steps, span),
            ExprKind::Member(value, members) => return self.member_of(value, members, span),
            ExprKind::Call(function, arguments)
                if matches!(function.text.as_str(), "all" | "any") =>
            {
                let parts = self.each_member(function, arguments, Self::condition)?;
                if function.text == "all" {
                    BoolKind::And(parts)
                } else {
                    BoolKind::Or(parts)
                }
            }
            ExprKind::Literal(_)
            | ExprKind::Name(_)
            | ExprKind::Word(_)
            | ExprKind::Negate(_)
            | ExprKind::Power(..)
            | ExprKind::Binary(
                BinaryOperator::Add
                | BinaryOperator::Subtract
                | BinaryOperator::Multiply
                | BinaryOperator::Divide,
                ..,
            )
            | ExprKind::Call(..) => {
                return self.refuse(
                    Diagnostic::error(codes::SORT, span, "a condition is needed here")
                        .label("this is a value")
                        .help("compare it, for example `… <= 10 ppm_mass`"),
                );
            }
        };
        Some(BoolExpr { kind, span })
    }

    /// Lowers `a and b and c` to one list.
    fn flattened(&mut self, expr: &Expr, wanted: BinaryOperator) -> Option<Vec<BoolExpr>> {
        match &expr.kind {
            ExprKind::Binary(operator, left, right) if *operator == wanted => {
                let before = self.flattened(left, wanted);
                let last = self.condition(right);
                let mut all = before?;
                all.push(last?);
                Some(all)
            }
            _ => self.condition(expr).map(|condition| vec![condition]),
        }
    }

    fn chain(
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
        Some(BoolExpr {
            kind: BoolKind::And(comparisons),
            span,
        })
    }

    fn operand(&mut self, expr: &Expr) -> Option<Operand> {
        match &expr.kind {
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
    fn stray_word<T>(&mut self, word: &Word) -> Option<T> {
        let known = self.scope.signals.iter().find(|signal| {
            matches!(&signal.signal_type, SignalType::OneOf { members } if members.contains(&word.text))
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

    pub fn enumerator(&mut self, signal: SignalId, word: &Word) -> Option<usize> {
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
        )
        .suggest(&word.text, members.iter().map(String::as_str));
        self.refuse(diagnostic)
    }

    fn member_of(&mut self, value: &Expr, words: &[Word], span: Span) -> Option<BoolExpr> {
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
        self.diagnostics.push(Diagnostic::error(
            codes::WORD,
            word.span,
            format!("`{}` stands here twice", word.text),
        ));
        false
    }

    /// Adds "did you mean" with a name of the type on the right.
    fn with_candidate(&self, left: &Number, right: &Number) -> Diagnostic {
        let diagnostic = cannot_compare(left, right);
        if diagnostic.help.is_some() {
            return diagnostic;
        }
        let NumKind::Signal(id) = left.expr.kind else {
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

    /// Lowers a number.
    pub fn number(&mut self, expr: &Expr) -> Option<Number> {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Error => None,
            ExprKind::Literal(literal) => Some(literal_number(literal)),
            ExprKind::Word(word) if word == "pi" => {
                Some(computed(NumKind::Pi, span, QuantityType::NUMBER))
            }
            ExprKind::Word(word) => {
                let text = word.clone();
                self.stray_word(&Word { text, span })
            }
            ExprKind::Name(name) => self.name(name),
            ExprKind::Negate(inner) => self.negate(inner, span),
            ExprKind::Power(base, exponent) => self.power(base, *exponent, span),
            ExprKind::Binary(operator, left, right) => self.binary(*operator, left, right, span),
            ExprKind::Call(function, arguments) => self.call(function, arguments, span),
            ExprKind::Not(_) | ExprKind::Chain(..) | ExprKind::Member(..) => {
                self.condition_as_number(span)
            }
        }
    }

    fn condition_as_number(&mut self, span: Span) -> Option<Number> {
        self.refuse(
            Diagnostic::error(codes::SORT, span, "a number is needed here")
                .label("this is a condition")
                .help("use `if(condition, a, b)` to choose between numbers"),
        )
    }

    fn name(&mut self, name: &Name) -> Option<Number> {
        let full = match (&name.index, self.member) {
            (None | Some((Index::One(_), _)), _) => name.text(),
            (Some(_), Some(member)) => name.member(member),
            (Some(_), None) => {
                let diagnostic = Diagnostic::error(
                    codes::INDEX,
                    name.span,
                    format!("`{}` stands for several signals", name.text()),
                )
                .help("put it inside `all`, `any`, `sum`, `min` or `max`");
                return self.refuse(diagnostic);
            }
        };
        if let Some(entry) = self.scope.lets.get(&full) {
            let (id, quantity_type) = (*entry)?;
            return Some(computed(NumKind::Let(id), name.span, quantity_type));
        }
        let Some(id) = self.scope.signal(&full) else {
            return self.unknown_name(name, &full);
        };
        let signal = &self.scope.signals[id.0];
        match &signal.signal_type {
            SignalType::Number { quantity_type, .. } => {
                Some(computed(NumKind::Signal(id), name.span, *quantity_type))
            }
            SignalType::OneOf { .. } => {
                let diagnostic = Diagnostic::error(
                    codes::SORT,
                    name.span,
                    format!("`{full}` is one of several words, a number is needed here"),
                )
                .help(enumerators_of(signal));
                self.refuse(diagnostic)
            }
        }
    }

    fn unknown_name(&mut self, name: &Name, full: &str) -> Option<Number> {
        // A name whose declaration failed has its diagnostic there.
        if self.scope.unknown.contains(full) {
            return None;
        }
        if matches!(&name.index, Some((Index::One(_), _)))
            && let Err(diagnostic) = members_of(name, self.scope.zones)
        {
            return self.refuse(diagnostic);
        }
        let diagnostic = Diagnostic::error(
            codes::UNKNOWN_NAME,
            name.span,
            format!("unknown name `{full}`"),
        )
        .suggest(full, self.scope.candidates.iter().map(String::as_str));
        let diagnostic = if diagnostic.help.is_none() {
            diagnostic.help("declare it with `signal` or `let`")
        } else {
            diagnostic
        };
        self.refuse(diagnostic)
    }

    fn negate(&mut self, inner: &Expr, span: Span) -> Option<Number> {
        let inner = self.number(inner)?;
        if inner.quantity_type.kind.is_temperature_point() {
            return self.refuse(
                Diagnostic::error(codes::DEGC, span, "an absolute temperature has no negative")
                    .help("a minus that touches its number belongs to it: `-40 degC`"),
            );
        }
        let kind = NumKind::Negate(Box::new(inner.expr));
        Some(computed(kind, span, inner.quantity_type))
    }

    fn power(&mut self, base: &Expr, exponent: i32, span: Span) -> Option<Number> {
        let base = self.number(base)?;
        let quantity_type = match exponent {
            1 => Some(base.quantity_type),
            _ => base
                .quantity_type
                .dimension
                .power(exponent)
                .map(QuantityType::plain),
        };
        let Some(quantity_type) = quantity_type else {
            return self.refuse(exponents_too_large(span));
        };
        let kind = NumKind::Power(Box::new(base.expr), exponent);
        Some(computed(kind, span, quantity_type))
    }

    fn binary(
        &mut self,
        operator: BinaryOperator,
        left: &Expr,
        right: &Expr,
        span: Span,
    ) -> Option<Number> {
        type Build = fn(Box<NumExpr>, Box<NumExpr>) -> NumKind;
        let build: Build = match operator {
            BinaryOperator::Add => NumKind::Add,
            BinaryOperator::Subtract => NumKind::Subtract,
            BinaryOperator::Multiply => NumKind::Multiply,
            BinaryOperator::Divide => NumKind::Divide,
            BinaryOperator::And | BinaryOperator::Or | BinaryOperator::Implies => {
                return self.condition_as_number(span);
            }
        };
        let (left, right) = (self.number(left), self.number(right));
        let (left, right) = (left?, right?);
        let checked = match operator {
            BinaryOperator::Multiply => product_type(&left, &right, false),
            BinaryOperator::Divide => product_type(&left, &right, true),
            _ => sum_type(&left, &right, operator == BinaryOperator::Subtract),
        };
        match checked {
            Ok(quantity_type) => Some(computed(
                build(Box::new(left.expr), Box::new(right.expr)),
                span,
                quantity_type,
            )),
            Err(diagnostic) => self.refuse(diagnostic),
        }
    }

    fn call(&mut self, function: &Word, arguments: &[Expr], span: Span) -> Option<Number> {
        match (function.text.as_str(), arguments) {
            ("abs", [inner]) => {
                let inner = self.number(inner)?;
                let kind = NumKind::Absolute(Box::new(inner.expr));
                Some(computed(kind, span, inner.quantity_type))
            }
            ("if", [condition, a, b]) => self.choice(condition, a, b, span),
            ("sum", _) => self.sum(function, arguments, span),
            ("min" | "max", [_, ..]) => self.extreme(function, arguments, span),
            ("exp" | "ln" | "sqrt", _) => self.refuse(
                Diagnostic::error(
                    codes::NOT_YET,
                    function.span,
                    format!("`{}` is not decided by this version", function.text),
                )
                .help("bound it by a polynomial, or limit an outcome of the twin"),
            ),
            ("all" | "any", _) => self.condition_as_number(span),
            _ => self.wrong_call(function),
        }
    }

    fn wrong_call<T>(&mut self, function: &Word) -> Option<T> {
        let expected = match function.text.as_str() {
            "abs" => "`abs(x)`",
            "if" => "`if(condition, a, b)`",
            "min" | "max" => "at least one argument",
            "all" | "any" | "sum" => "one argument with an indexed family such as `zone[*]`",
            _ => {
                let known = ["abs", "if", "min", "max", "sum", "all", "any"];
                let diagnostic = Diagnostic::error(
                    codes::ARGUMENTS,
                    function.span,
                    format!("unknown function `{}`", function.text),
                )
                .suggest(&function.text, known);
                return self.refuse(diagnostic);
            }
        };
        let diagnostic = Diagnostic::error(
            codes::ARGUMENTS,
            function.span,
            format!("wrong arguments of `{}`", function.text),
        )
        .help(format!("expected {expected}"));
        self.refuse(diagnostic)
    }

    fn choice(&mut self, condition: &Expr, a: &Expr, b: &Expr, span: Span) -> Option<Number> {
        let condition = self.condition(condition);
        let (a, b) = (self.number(a), self.number(b));
        let (condition, a, b) = (condition?, a?, b?);
        let quantity_type = self.common_type(&[a.clone(), b.clone()])?;
        let kind = NumKind::If(Box::new(condition), Box::new(a.expr), Box::new(b.expr));
        Some(computed(kind, span, quantity_type))
    }

    fn common_type(&mut self, all: &[Number]) -> Option<QuantityType> {
        let mut result = all.first()?.clone();
        for one in &all[1..] {
            match common(&result, one) {
                Some(quantity_type) if quantity_type == result.quantity_type => {}
                Some(quantity_type) => {
                    result.quantity_type = quantity_type;
                    result.shape = Shape::Computed;
                }
                None => {
                    let (a, b) = (result.quantity_type, one.quantity_type);
                    let diagnostic = Diagnostic::error(
                        codes::ADD,
                        one.expr.span,
                        format!("{} stands beside {}", with_article(b), with_article(a)),
                    )
                    .label(b.describe())
                    .also(result.expr.span, a.describe())
                    .help(help_for(a, b));
                    return self.refuse(diagnostic);
                }
            }
        }
        Some(result.quantity_type)
    }

    fn extreme(&mut self, function: &Word, arguments: &[Expr], span: Span) -> Option<Number> {
        let mut numbers = Vec::new();
        let mut sound = true;
        for argument in arguments {
            let parts = match self.family(argument) {
                Family::None => self.number(argument).map(|number| vec![number]),
                Family::Members(members) => self.over_members(&members, argument, Self::number),
                Family::Refused => None,
            };
            match parts {
                Some(parts) => numbers.extend(parts),
                None => sound = false,
            }
        }
        if !sound {
            return None;
        }
        let quantity_type = self.common_type(&numbers)?;
        let all = numbers.into_iter().map(|number| number.expr).collect();
        let kind = if function.text == "min" {
            NumKind::Minimum(all)
        } else {
            NumKind::Maximum(all)
        };
        Some(computed(kind, span, quantity_type))
    }

    fn sum(&mut self, function: &Word, arguments: &[Expr], span: Span) -> Option<Number> {
        let parts = self.each_member(function, arguments, Self::number)?;
        let quantity_type = self.common_type(&parts)?;
        if quantity_type.kind.is_temperature_point() {
            return self.refuse(Diagnostic::error(
                codes::ADD,
                span,
                "absolute temperatures have no sum",
            ));
        }
        let mut all = parts.into_iter().map(|number| number.expr);
        let first = all.next()?;
        let total = all.fold(first, |sum, next| NumExpr {
            kind: NumKind::Add(Box::new(sum), Box::new(next)),
            span,
        });
        Some(computed(total.kind, span, quantity_type))
    }

    /// Lowers the only argument of `all`, `any`, `sum` once for each member of its family.
    fn each_member<T>(
        &mut self,
        function: &Word,
        arguments: &[Expr],
        lower: fn(&mut Self, &Expr) -> Option<T>,
    ) -> Option<Vec<T>> {
        let [argument] = arguments else {
            return self.wrong_call(function);
        };
        match self.family(argument) {
            Family::None => self.wrong_call(function),
            Family::Members(members) => self.over_members(&members, argument, lower),
            Family::Refused => None,
        }
    }

    fn over_members<T>(
        &mut self,
        members: &[usize],
        argument: &Expr,
        lower: fn(&mut Self, &Expr) -> Option<T>,
    ) -> Option<Vec<T>> {
        let outer = self.member;
        let mut all = Vec::new();
        for &member in members {
            self.member = Some(member);
            all.push(lower(self, argument));
        }
        self.member = outer;
        all.into_iter().collect()
    }

    /// Finds the members the families in an argument run over; inside another family none.
    fn family(&mut self, argument: &Expr) -> Family {
        if self.member.is_some() {
            return Family::None;
        }
        let mut families: Vec<&Name> = Vec::new();
        argument.names(&mut |name| {
            if matches!(&name.index, Some((Index::All | Index::Range(..), _))) {
                families.push(name);
            }
        });
        let Some(first) = families.first() else {
            return Family::None;
        };
        let mut members = Vec::new();
        for name in &families {
            match members_of(name, self.scope.zones) {
                Err(diagnostic) => {
                    self.diagnostics.push(diagnostic);
                    return Family::Refused;
                }
                Ok(found) if members.is_empty() => members = found,
                Ok(found) if found == members => {}
                Ok(_) => {
                    self.diagnostics.push(
                        Diagnostic::error(
                            codes::INDEX,
                            name.span,
                            "two families here run over different members",
                        )
                        .also(first.span, "the other family")
                        .help("give both the same index"),
                    );
                    return Family::Refused;
                }
            }
        }
        Family::Members(members)
    }

    /// Reads a literal as a quantity of `wanted`, in SI units.
    pub fn literal_as(
        &mut self,
        literal: &Literal,
        wanted: QuantityType,
        code: &'static str,
    ) -> Option<Rational> {
        let number = literal_number(literal);
        if adopts(&number, wanted).is_some() {
            return Some(literal_si(literal));
        }
        let found = number.quantity_type;
        let diagnostic = Diagnostic::error(
            code,
            literal.span,
            format!(
                "expected {}, found {}",
                with_article(wanted),
                with_article(found)
            ),
        )
        .help(format!(
            "{} is written in {}",
            wanted.describe(),
            crate::quantity::units_of(wanted)
        ));
        self.refuse(diagnostic)
    }
}

enum Family {
    None,
    Members(Vec<usize>),
    Refused,
}

fn enumerators_of(signal: &Signal) -> String {
    match &signal.signal_type {
        SignalType::OneOf { members } => {
            let members: Vec<&str> = members.iter().map(String::as_str).collect();
            format!("its enumerators are {}", quoted_list(&members))
        }
        SignalType::Number { .. } => "it is a number".to_owned(),
    }
}

fn computed(kind: NumKind, span: Span, quantity_type: QuantityType) -> Number {
    Number {
        expr: NumExpr { kind, span },
        quantity_type,
        shape: Shape::Computed,
    }
}

/// Returns the value of a literal in SI units.
pub(super) fn literal_si(literal: &Literal) -> Rational {
    match &literal.unit {
        Some(unit) => unit.to_si(&literal.value),
        None => literal.value.clone(),
    }
}

fn literal_number(literal: &Literal) -> Number {
    let quantity_type = literal
        .unit
        .as_ref()
        .map_or(QuantityType::NUMBER, |unit| unit.quantity_type);
    Number {
        expr: NumExpr {
            kind: NumKind::Constant(literal_si(literal)),
            span: literal.span,
        },
        quantity_type,
        shape: literal_shape(&literal.value, literal.unit.is_some()),
    }
}

/// Returns the type of a difference of two quantities of a type.
pub(super) fn difference_of(quantity_type: QuantityType) -> QuantityType {
    if quantity_type.kind.is_temperature_point() {
        QuantityType::plain(Dimension::TEMPERATURE)
    } else {
        quantity_type
    }
}
