//! Lowers a syntax tree to a typed expression: names become indices, families are expanded,
//! enumerators are looked up by the other side's type, chains become conjunctions.
//!
//! Every mistake is pushed once and answered with `None`, which stays quiet further up.

use std::collections::{BTreeMap, BTreeSet};

use super::compare::enumerators_of;
use super::family::{Family, members_of};
use super::typing::{
    Number, Shape, adopts, common, exponents_too_large, function_type, help_for, literal_shape,
    product_type, sum_type, with_article,
};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::quantity::{Dimension, QuantityType};
use crate::rational::Rational;
use crate::rule_language::ast::{BinaryOperator, Expr, ExprKind, Index, Literal, Name, Word};
use crate::rule_language::codes;
use crate::rule_language::expression::{
    BoolExpr, BoolKind, Function, LetId, NumExpr, NumKind, SignalId,
};
use crate::rule_language::rule_set::{Signal, SignalType};
use crate::span::Span;

/// All functions, in the order of the reference.
pub const FUNCTIONS: [&str; 10] = [
    "abs", "min", "max", "if", "exp", "ln", "sqrt", "sum", "all", "any",
];

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

pub(super) struct Lowering<'a> {
    pub scope: &'a Scope<'a>,
    pub diagnostics: &'a mut Diagnostics,
    /// The member a family stands for inside `all any sum min max`.
    pub member: Option<usize>,
}

impl Lowering<'_> {
    pub(super) fn refuse<T>(&mut self, diagnostic: Diagnostic) -> Option<T> {
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
                let help = match &expr.kind {
                    ExprKind::Word(word) => self.help_for_lone_word(word),
                    _ => "compare it, for example `… <= 10 ppm_mass`".to_owned(),
                };
                return self.refuse(
                    Diagnostic::error(codes::SORT, span, "a condition is needed here")
                        .label("this is a value")
                        .help(help),
                );
            }
        };
        Some(BoolExpr { kind, span })
    }

    /// `salt == A or B` is the usual way to a word where a condition is needed.
    fn help_for_lone_word(&self, word: &str) -> String {
        let owner = self.scope.signals.iter().find(|signal| {
            matches!(&signal.signal_type, SignalType::OneOf { members }
                if members.iter().any(|member| member == word))
        });
        match owner {
            Some(signal) => format!("write `{} in {{…, {word}}}`", signal.name),
            None if matches!(word, "true" | "false") => {
                "leave it out: a rule without `when` always applies".to_owned()
            }
            None => "compare it, for example `… <= 10 ppm_mass`".to_owned(),
        }
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
        // A name whose declaration failed has its diagnostic there, one with capitals in the lexer.
        let reported = full.contains(|c: char| c.is_ascii_uppercase());
        if reported || self.scope.unknown.contains(full) {
            return None;
        }
        if matches!(&name.index, Some((Index::One(_), _)))
            && let Err(diagnostic) = members_of(name, self.scope.zones)
        {
            return self.refuse(*diagnostic);
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
            Err(diagnostic) => self.refuse(*diagnostic),
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
            ("exp" | "ln" | "sqrt", [inner]) => {
                let found = Function::named(&function.text)?;
                let inner = self.number(inner)?;
                match function_type(found, &inner) {
                    Ok(quantity_type) => {
                        let kind = NumKind::Function(found, Box::new(inner.expr));
                        Some(computed(kind, span, quantity_type))
                    }
                    Err(diagnostic) => self.refuse(*diagnostic),
                }
            }
            ("all" | "any", _) => self.condition_as_number(span),
            _ => self.wrong_call(function),
        }
    }

    pub(super) fn wrong_call<T>(&mut self, function: &Word) -> Option<T> {
        let expected = match function.text.as_str() {
            "abs" => "`abs(x)`",
            "exp" => "`exp(x)`",
            "ln" => "`ln(x)`",
            "sqrt" => "`sqrt(x)`",
            "if" => "`if(condition, a, b)`",
            "min" | "max" => "at least one argument",
            "all" | "any" | "sum" => "one argument with an indexed family such as `zone[*]`",
            _ => {
                let diagnostic = Diagnostic::error(
                    codes::ARGUMENTS,
                    function.span,
                    format!("unknown function `{}`", function.text),
                );
                return self.refuse(match other_name(&function.text) {
                    Some(help) => diagnostic.help(help),
                    None => diagnostic.suggest(&function.text, FUNCTIONS),
                });
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
        let shape = shape_of(&[&a, &b]);
        let kind = NumKind::If(Box::new(condition), Box::new(a.expr), Box::new(b.expr));
        Some(Number {
            shape,
            ..computed(kind, span, quantity_type)
        })
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
        let shape = shape_of(&numbers.iter().collect::<Vec<_>>());
        let all = numbers.into_iter().map(|number| number.expr).collect();
        let kind = if function.text == "min" {
            NumKind::Minimum(all)
        } else {
            NumKind::Maximum(all)
        };
        Some(Number {
            shape,
            ..computed(kind, span, quantity_type)
        })
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

/// Functions by the names they have elsewhere.
fn other_name(name: &str) -> Option<&'static str> {
    Some(match name {
        "log" => "write `ln(x)`; the logarithm to base 10 is `ln(x) / ln(10)`",
        "log10" => "write `ln(x) / ln(10)`",
        "pow" | "power" => "write `x^2`",
        "square" => "write `x^2`",
        "mean" | "average" | "avg" => "write `sum(…)` over the number of members",
        "minimum" => "write `min(…)`",
        "maximum" => "write `max(…)`",
        _ => return None,
    })
}

/// A choice between literals with units adapts like each of them would.
fn shape_of(all: &[&Number]) -> Shape {
    if all.iter().all(|one| one.shape == Shape::WithUnit) {
        Shape::WithUnit
    } else {
        Shape::Computed
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
