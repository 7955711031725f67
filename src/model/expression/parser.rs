//! Recursive descent from formula text to a postfix program.
//!
//! In: one line of text and the name of its variable. Out: instructions in evaluation order whose
//! need of operands is bounded by [`DEPTH_MAX`], so that evaluation works in a fixed array.
//! Operations on constants are done here, once, by the same code that evaluation uses.

use super::{DEPTH_MAX, Dual, ExpressionError, ExpressionFault, Function, Op, evaluate};

/// Reads the whole of `source` as a formula of `variable`.
pub(super) fn parse(source: &str, variable: &str) -> Result<Vec<Op>, ExpressionError> {
    let mut parser = Parser {
        source,
        variable,
        offset: 0,
        depth: 0,
        program: Vec::new(),
    };
    parser.skip_blanks();
    if parser.rest().is_empty() {
        return Err(parser.fault(ExpressionFault::Empty));
    }
    parser.sum()?;
    if !parser.rest().is_empty() {
        return Err(parser.fault(match parser.rest().chars().next() {
            Some(c) if !c.is_ascii_alphanumeric() && !"().+-*/_".contains(c) => {
                ExpressionFault::Character(c)
            }
            _ => ExpressionFault::Trailing,
        }));
    }
    if operands_needed(&parser.program) > DEPTH_MAX {
        parser.offset = 0;
        return Err(parser.fault(ExpressionFault::TooDeep));
    }
    Ok(parser.program)
}

fn operands_needed(program: &[Op]) -> usize {
    let mut waiting = 0_usize;
    let mut most = 0;
    for op in program {
        match op {
            Op::Constant(_) | Op::Variable => waiting += 1,
            Op::Negate | Op::Call(_) => {}
            Op::Add | Op::Subtract | Op::Multiply | Op::Divide | Op::Power => waiting -= 1,
        }
        most = most.max(waiting);
    }
    most
}

struct Parser<'a> {
    source: &'a str,
    variable: &'a str,
    offset: usize,
    depth: usize,
    program: Vec<Op>,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.source[self.offset..]
    }

    fn fault(&self, fault: ExpressionFault) -> ExpressionError {
        ExpressionError {
            offset: self.offset,
            fault,
        }
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.offset += rest.len() - rest.trim_start().len();
    }

    /// Consumes `token` and the blanks after it when it comes next.
    fn take(&mut self, token: &str) -> bool {
        if !self.rest().starts_with(token) {
            return false;
        }
        self.offset += token.len();
        self.skip_blanks();
        true
    }

    fn sum(&mut self) -> Result<(), ExpressionError> {
        self.product()?;
        loop {
            let op = if self.take("+") {
                Op::Add
            } else if self.take("-") {
                Op::Subtract
            } else {
                return Ok(());
            };
            self.product()?;
            self.emit(op);
        }
    }

    fn product(&mut self) -> Result<(), ExpressionError> {
        self.signed()?;
        loop {
            let op = if self.rest().starts_with("**") {
                return Ok(());
            } else if self.take("*") {
                Op::Multiply
            } else if self.take("/") {
                Op::Divide
            } else {
                return Ok(());
            };
            self.signed()?;
            self.emit(op);
        }
    }

    fn signed(&mut self) -> Result<(), ExpressionError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(self.fault(ExpressionFault::TooDeep));
        }
        if self.take("-") {
            self.signed()?;
            self.emit(Op::Negate);
        } else if self.take("+") {
            self.signed()?;
        } else {
            self.operand()?;
            if self.take("**") {
                self.signed()?;
                self.emit(Op::Power);
            }
        }
        self.depth -= 1;
        Ok(())
    }

    fn operand(&mut self) -> Result<(), ExpressionError> {
        match self.rest().chars().next() {
            Some('(') => self.parenthesis(),
            Some(c) if c.is_ascii_digit() || c == '.' => self.number(),
            Some(c) if c.is_ascii_alphabetic() || c == '_' => self.name(),
            Some('+' | '-' | '*' | '/' | ')') | None => Err(self.fault(ExpressionFault::Operand)),
            Some(c) => Err(self.fault(ExpressionFault::Character(c))),
        }
    }

    fn parenthesis(&mut self) -> Result<(), ExpressionError> {
        self.take("(");
        self.sum()?;
        if self.take(")") {
            Ok(())
        } else {
            Err(self.fault(ExpressionFault::Unclosed))
        }
    }

    fn number(&mut self) -> Result<(), ExpressionError> {
        let bytes = self.rest().as_bytes();
        let digits = |from: usize| {
            bytes[from..]
                .iter()
                .take_while(|b| b.is_ascii_digit())
                .count()
        };
        let mut end = digits(0);
        if bytes.get(end) == Some(&b'.') {
            end += 1;
            end += digits(end);
        }
        if matches!(bytes.get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
            let exponent = digits((end + 1 + sign).min(bytes.len()));
            if exponent > 0 {
                end += 1 + sign + exponent;
            }
        }
        let text = &self.rest()[..end];
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => {
                self.program.push(Op::Constant(value));
                self.offset += end;
                self.skip_blanks();
                Ok(())
            }
            _ => Err(self.fault(ExpressionFault::Number(text.to_owned()))),
        }
    }

    fn name(&mut self) -> Result<(), ExpressionError> {
        let rest = self.rest();
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        let name = &rest[..end];
        if name == self.variable {
            self.take(name);
            self.program.push(Op::Variable);
            return Ok(());
        }
        let Some(function) = Function::named(name) else {
            return Err(self.fault(ExpressionFault::Name {
                name: name.to_owned(),
                variable: self.variable.to_owned(),
            }));
        };
        self.take(name);
        if !self.rest().starts_with('(') {
            return Err(self.fault(ExpressionFault::CallWithoutArgument(name.to_owned())));
        }
        self.parenthesis()?;
        self.emit(Op::Call(function));
        Ok(())
    }

    /// Appends `op`, or its result when all its operands are constants.
    fn emit(&mut self, op: Op) {
        let operands = match op {
            Op::Negate | Op::Call(_) => 1,
            _ => 2,
        };
        let from = self.program.len().saturating_sub(operands);
        let folds = self.program[from..]
            .iter()
            .all(|o| matches!(o, Op::Constant(_)));
        self.program.push(op);
        if folds {
            let value = evaluate(&self.program[from..], Dual::constant(f64::NAN)).value;
            self.program.truncate(from);
            self.program.push(Op::Constant(value));
        }
    }
}
