//! Expressions, loosest first: `implies`, `or`, `and`, `not`, comparison chains and `in`, `+ -`,
//! `* /`, sign, power.
//!
//! `implies` groups to the right, the others to the left. A minus that touches a number where an
//! operand is expected belongs to the number: −40 degC is not −(40 degC).

use super::super::ast::{BinaryOperator, Expr, ExprKind, Literal, Word};
use super::super::codes;
use super::super::expression::CompareOperator;
use super::super::lexer::{Symbol, TokenKind, is_reserved};
use super::{DEPTH_MAX, Parsed, Parser};
use crate::diagnostic::Diagnostic;
use crate::span::Span;

/// Largest magnitude of a power.
const POWER_MAX: i64 = 32;
/// Deepest tree, chains of operators included.
const TREE_DEPTH_MAX: usize = 256;

impl Parser<'_> {
    /// Reads an expression; after a mistake skips to the next head and returns an error node.
    pub(super) fn expression(&mut self) -> Expr {
        let start = self.here();
        match self.implication() {
            Ok(expr) => {
                if self.at_end_of_expression() {
                    return expr;
                }
                let _reported = self.unexpected("an operator or the next clause");
                self.error_node(start)
            }
            Err(_) => self.error_node(start),
        }
    }

    fn error_node(&mut self, start: Span) -> Expr {
        self.skip_to_head();
        Expr::new(ExprKind::Error, start)
    }

    /// A strange word on a new line is left to the reader of clauses, which knows what it meant.
    fn at_end_of_expression(&self) -> bool {
        match self.peek() {
            None => true,
            Some(token) => match &token.kind {
                TokenKind::Word(word) => super::is_head(word) || token.newlines > 0,
                _ => false,
            },
        }
    }

    /// Joins two operands; a long chain of operators counts as depth, since it is a deep tree.
    fn binary(&mut self, operator: BinaryOperator, left: Expr, right: Expr) -> Parsed<Expr> {
        let span = left.span.to(right.span);
        if left.depth.max(right.depth) >= TREE_DEPTH_MAX {
            let diagnostic = Diagnostic::error(
                codes::DEPTH,
                right.span,
                format!("this expression has more than {TREE_DEPTH_MAX} operators in a row"),
            )
            .help("name a part of it with `let`");
            return Err(self.stop(diagnostic));
        }
        let kind = ExprKind::Binary(operator, Box::new(left), Box::new(right));
        Ok(Expr::new(kind, span))
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= DEPTH_MAX {
            let diagnostic = Diagnostic::error(
                codes::DEPTH,
                self.here(),
                format!("this expression is nested more than {DEPTH_MAX} levels deep"),
            )
            .help("name a part of it with `let`");
            return Err(self.stop(diagnostic));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn implication(&mut self) -> Parsed<Expr> {
        self.deeper(|parser| {
            let left = parser.disjunction()?;
            if !parser.eat_word("implies") {
                return Ok(left);
            }
            let right = parser.implication()?;
            parser.binary(BinaryOperator::Implies, left, right)
        })
    }

    fn disjunction(&mut self) -> Parsed<Expr> {
        let mut left = self.conjunction()?;
        while self.eat_word("or") {
            let right = self.conjunction()?;
            left = self.binary(BinaryOperator::Or, left, right)?;
        }
        Ok(left)
    }

    fn conjunction(&mut self) -> Parsed<Expr> {
        let mut left = self.negation()?;
        while self.eat_word("and") {
            let right = self.negation()?;
            left = self.binary(BinaryOperator::And, left, right)?;
        }
        Ok(left)
    }

    fn negation(&mut self) -> Parsed<Expr> {
        let start = self.here();
        if !self.eat_word("not") {
            return self.comparison();
        }
        let operand = self.deeper(Self::negation)?;
        let span = start.to(operand.span);
        Ok(Expr::new(ExprKind::Not(Box::new(operand)), span))
    }

    fn comparison(&mut self) -> Parsed<Expr> {
        let first = self.sum()?;
        if self.eat_word("in") {
            let members = self.members()?;
            let span = first.span.to(self.before());
            return Ok(Expr::new(ExprKind::Member(Box::new(first), members), span));
        }
        let mut steps = Vec::new();
        while let Some((operator, place)) = self.compare_operator() {
            let right = self.sum()?;
            if let Some((before, _)) = steps.last() {
                self.check_direction(*before, operator, place)?;
            }
            steps.push((operator, right));
        }
        let Some((_, last)) = steps.last() else {
            return Ok(first);
        };
        let span = first.span.to(last.span);
        Ok(Expr::new(ExprKind::Chain(Box::new(first), steps), span))
    }

    pub(super) fn compare_operator(&mut self) -> Option<(CompareOperator, Span)> {
        let operator = match self.peek_kind()? {
            TokenKind::Symbol(Symbol::Less) => CompareOperator::Less,
            TokenKind::Symbol(Symbol::LessEqual) => CompareOperator::LessEqual,
            TokenKind::Symbol(Symbol::Greater) => CompareOperator::Greater,
            TokenKind::Symbol(Symbol::GreaterEqual) => CompareOperator::GreaterEqual,
            TokenKind::Symbol(Symbol::Equal) => CompareOperator::Equal,
            TokenKind::Symbol(Symbol::NotEqual) => CompareOperator::NotEqual,
            _ => return None,
        };
        let place = self.here();
        self.at += 1;
        Some((operator, place))
    }

    fn check_direction(
        &mut self,
        before: CompareOperator,
        now: CompareOperator,
        place: Span,
    ) -> Parsed<()> {
        let direction = |operator| match operator {
            CompareOperator::Less | CompareOperator::LessEqual => Some(1),
            CompareOperator::Greater | CompareOperator::GreaterEqual => Some(-1),
            CompareOperator::Equal => Some(0),
            CompareOperator::NotEqual => None,
        };
        let fits = match (direction(before), direction(now)) {
            (Some(a), Some(b)) => a * b >= 0,
            _ => false,
        };
        if fits {
            return Ok(());
        }
        let diagnostic = Diagnostic::error(
            codes::CHAIN,
            place,
            format!(
                "a chain of comparisons points one way, here `{}` follows `{}`",
                now.text(),
                before.text()
            ),
        )
        .help("write two comparisons with `and` between them");
        Err(self.stop(diagnostic))
    }

    /// Reads `{A, B}` behind `in` or `one of`.
    pub(super) fn members(&mut self) -> Parsed<Vec<Word>> {
        self.expect_symbol(Symbol::OpenBrace, "before the enumerators")?;
        let mut members = vec![self.enumerator()?];
        while self.eat_symbol(Symbol::Comma) {
            if self.is_symbol(Symbol::CloseBrace) {
                break;
            }
            members.push(self.enumerator()?);
        }
        self.expect_symbol(Symbol::CloseBrace, "after the enumerators")?;
        Ok(members)
    }

    /// Keywords are read too: the resolver says that they cannot be enumerators.
    fn enumerator(&mut self) -> Parsed<Word> {
        let closed = matches!(
            self.peek_at(1).map(|token| &token.kind),
            Some(TokenKind::Symbol(Symbol::Comma | Symbol::CloseBrace))
        );
        match self.peek_word() {
            Some(word) if closed => {
                let span = self.here();
                let text = word.to_owned();
                self.at += 1;
                Ok(Word { text, span })
            }
            _ => self.expect_word("an enumerator"),
        }
    }

    fn sum(&mut self) -> Parsed<Expr> {
        let mut left = self.product()?;
        loop {
            let operator = match self.peek_kind() {
                Some(TokenKind::Symbol(Symbol::Plus)) => BinaryOperator::Add,
                Some(TokenKind::Symbol(Symbol::Minus)) => BinaryOperator::Subtract,
                _ => return Ok(left),
            };
            self.at += 1;
            let right = self.product()?;
            left = self.binary(operator, left, right)?;
        }
    }

    fn product(&mut self) -> Parsed<Expr> {
        let mut left = self.signed()?;
        loop {
            let operator = match self.peek_kind() {
                Some(TokenKind::Symbol(Symbol::Times)) => BinaryOperator::Multiply,
                Some(TokenKind::Symbol(Symbol::Divide)) => BinaryOperator::Divide,
                _ => return Ok(left),
            };
            self.at += 1;
            let right = self.signed()?;
            left = self.binary(operator, left, right)?;
        }
    }

    fn signed(&mut self) -> Parsed<Expr> {
        let start = self.here();
        if !self.eat_symbol(Symbol::Minus) {
            return self.power();
        }
        let touches = self.here().start == start.end;
        if touches && let Some(TokenKind::Number { value, .. }) = self.peek_kind() {
            let literal = self.literal(Some((start, -value)))?;
            if self.is_symbol(Symbol::Power) {
                let diagnostic = Diagnostic::error(
                    codes::POWER,
                    start.to(self.here()),
                    "a power of a number with a minus reads both ways",
                )
                .help("write `(-2)^2` or `-(2^2)`");
                return Err(self.stop(diagnostic));
            }
            return Ok(literal);
        }
        let operand = self.deeper(Self::signed)?;
        let span = start.to(operand.span);
        Ok(Expr::new(ExprKind::Negate(Box::new(operand)), span))
    }

    fn power(&mut self) -> Parsed<Expr> {
        let base = self.operand()?;
        if !self.eat_symbol(Symbol::Power) {
            return Ok(base);
        }
        let start = self.here();
        let minus = self.eat_symbol(Symbol::Minus);
        let exponent = match self.peek_kind() {
            Some(TokenKind::Number {
                value, unit: None, ..
            }) => value
                .to_i64()
                .filter(|power| *power <= POWER_MAX)
                .and_then(|power| i32::try_from(if minus { -power } else { power }).ok()),
            _ => None,
        };
        let Some(exponent) = exponent else {
            let diagnostic = Diagnostic::error(
                codes::POWER,
                start.to(self.here()),
                "a power is a whole number",
            )
            .help(format!(
                "write digits, at most {POWER_MAX}; for a root `sqrt(x)`"
            ));
            return Err(self.stop(diagnostic));
        };
        self.at += 1;
        if self.is_symbol(Symbol::Power) {
            let diagnostic = Diagnostic::error(
                codes::POWER,
                self.here(),
                "a power of a power reads both ways",
            )
            .help("use parentheses");
            return Err(self.stop(diagnostic));
        }
        let span = base.span.to(self.before());
        Ok(Expr::new(ExprKind::Power(Box::new(base), exponent), span))
    }

    fn operand(&mut self) -> Parsed<Expr> {
        let span = self.here();
        let kind = match self.peek_kind() {
            Some(TokenKind::Number { .. }) => return self.literal(None),
            Some(TokenKind::Name(name)) => ExprKind::Name(name.clone()),
            Some(TokenKind::Word(word)) if self.is_call() => return self.call(word.clone()),
            Some(TokenKind::Word(word)) if word == "if" => {
                let diagnostic = Diagnostic::error(
                    codes::SYNTAX,
                    span,
                    "`if` is a function between two numbers",
                )
                .help("write the condition behind `when`, or `if(condition, a, b)` for numbers");
                return Err(self.stop(diagnostic));
            }
            Some(TokenKind::Word(word)) if word == "pi" || !is_reserved(word) => {
                ExprKind::Word(word.clone())
            }
            Some(TokenKind::Symbol(Symbol::OpenParenthesis)) => {
                self.at += 1;
                let mut inner = self.implication()?;
                self.expect_symbol(Symbol::CloseParenthesis, "to close the parenthesis")?;
                inner.span = span.to(self.before());
                return Ok(inner);
            }
            _ => return Err(self.unexpected("a name, a number or `(`")),
        };
        self.at += 1;
        Ok(Expr::new(kind, span))
    }

    fn is_call(&self) -> bool {
        matches!(
            self.peek_at(1).map(|token| &token.kind),
            Some(TokenKind::Symbol(Symbol::OpenParenthesis))
        ) && !self.peek_word().is_some_and(is_reserved)
    }

    fn call(&mut self, function: String) -> Parsed<Expr> {
        let start = self.here();
        self.at += 2;
        let mut arguments = Vec::new();
        while !self.is_symbol(Symbol::CloseParenthesis) {
            arguments.push(self.implication()?);
            if !self.eat_symbol(Symbol::Comma) {
                break;
            }
        }
        self.expect_symbol(Symbol::CloseParenthesis, "to close the arguments")?;
        let word = Word {
            text: function,
            span: start,
        };
        let span = start.to(self.before());
        Ok(Expr::new(ExprKind::Call(word, arguments), span))
    }

    /// Reads a number; `signed` is the place of its minus and the negated value.
    fn literal(&mut self, signed: Option<(Span, crate::rational::Rational)>) -> Parsed<Expr> {
        let here = self.here();
        let Some(TokenKind::Number {
            value, unit, sound, ..
        }) = self.peek_kind()
        else {
            return Err(self.unexpected("a number"));
        };
        self.at += 1;
        let (span, value) = match signed {
            Some((minus, negative)) => (minus.to(here), negative),
            None => (here, value.clone()),
        };
        let kind = if *sound {
            ExprKind::Literal(Literal {
                value,
                unit: unit.clone(),
                span,
            })
        } else {
            ExprKind::Error
        };
        Ok(Expr::new(kind, span))
    }

    /// Reads a number with an optional minus that touches it, as ranges and tests have them.
    pub(super) fn signed_literal(&mut self, what: &str) -> Parsed<Literal> {
        let start = self.here();
        let touches = self
            .peek_at(1)
            .is_some_and(|token| token.span.start == start.end);
        let minus = touches && self.eat_symbol(Symbol::Minus);
        let signed = match self.peek_kind() {
            Some(TokenKind::Number { value, .. }) => minus.then(|| (start, -value)),
            _ => return Err(self.unexpected(what)),
        };
        match self.literal(signed)?.kind {
            ExprKind::Literal(literal) => Ok(literal),
            // The lexer has reported the unit.
            _ => Err(super::Stopped),
        }
    }
}
