//! Formula strings of cell parameter files: one variable, read once, evaluated often.
//!
//! In: text such as `0.95 * exp(-159.4 * x) - 3.5e4 + tanh(3 * (x - 1.85))`. Out: a small postfix
//! program that gives the value and the derivative with respect to the variable (forward-mode
//! dual numbers). Precedence is Python's, because the Battery Parameter eXchange format (BPX)
//! defines its strings as Python expressions: `**` binds tighter than a sign on its left and
//! groups to the right, so `-x**2` is `-(x**2)`. Everything is evaluated in `f64` through
//! [`crate::math`]: published open-circuit potentials subtract constants of 5e4 V from each other
//! and must come out to the microvolt.

mod parser;

use crate::math;

/// Most operands a formula may keep waiting at once; deeper ones are refused when read.
pub const DEPTH_MAX: usize = 32;

/// A function that formulas may call. Trigonometric arguments are in radians.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// e to the power of the argument.
    Exp,
    /// Natural logarithm (`log` or `ln`).
    Log,
    /// Logarithm to base 10.
    Log10,
    /// Square root.
    Sqrt,
    /// Hyperbolic sine.
    Sinh,
    /// Hyperbolic cosine.
    Cosh,
    /// Hyperbolic tangent.
    Tanh,
    /// Inverse hyperbolic sine (`asinh` or `arcsinh`).
    Asinh,
    /// Sine.
    Sin,
    /// Cosine.
    Cos,
    /// Error function.
    Erf,
}

impl Function {
    /// Every name a formula may use, in alphabetical order.
    pub const NAMES: [&'static str; 13] = [
        "arcsinh", "asinh", "cos", "cosh", "erf", "exp", "ln", "log", "log10", "sin", "sinh",
        "sqrt", "tanh",
    ];

    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "exp" => Self::Exp,
            "log" | "ln" => Self::Log,
            "log10" => Self::Log10,
            "sqrt" => Self::Sqrt,
            "sinh" => Self::Sinh,
            "cosh" => Self::Cosh,
            "tanh" => Self::Tanh,
            "asinh" | "arcsinh" => Self::Asinh,
            "sin" => Self::Sin,
            "cos" => Self::Cos,
            "erf" => Self::Erf,
            _ => return None,
        })
    }

    fn apply(self, argument: Dual) -> Dual {
        let x = argument.value;
        let (value, slope) = match self {
            Self::Exp => {
                let e = math::exp(x);
                (e, e)
            }
            Self::Log => (math::ln(x), 1.0 / x),
            Self::Log10 => (math::log10(x), 1.0 / (x * std::f64::consts::LN_10)),
            Self::Sqrt => {
                let root = x.sqrt();
                (root, 0.5 / root)
            }
            Self::Sinh => (math::sinh(x), math::cosh(x)),
            Self::Cosh => (math::cosh(x), math::sinh(x)),
            Self::Tanh => {
                let t = math::tanh(x);
                // (1 - t)(1 + t) keeps the tails that 1 - t*t rounds away.
                (t, (1.0 - t) * (1.0 + t))
            }
            Self::Asinh => (math::asinh(x), 1.0 / (x * x + 1.0).sqrt()),
            Self::Sin => (math::sin(x), math::cos(x)),
            Self::Cos => (math::cos(x), -math::sin(x)),
            Self::Erf => (
                math::erf(x),
                std::f64::consts::FRAC_2_SQRT_PI * math::exp(-x * x),
            ),
        };
        Dual {
            value,
            slope: slope * argument.slope,
        }
    }
}

/// A value and its derivative with respect to the formula's variable.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Dual {
    value: f64,
    slope: f64,
}

impl Dual {
    const fn constant(value: f64) -> Self {
        Self { value, slope: 0.0 }
    }

    /// Returns `self` to an integer power by repeated multiplication, lowest bit first.
    fn integer_power(self, exponent: u32) -> Self {
        let mut below = 1.0; // self.value^(exponent - 1)
        let mut square = self.value;
        let mut left = exponent - 1;
        while left > 0 {
            if left & 1 == 1 {
                below *= square;
            }
            square *= square;
            left >>= 1;
        }
        Self {
            value: below * self.value,
            slope: f64::from(exponent) * below * self.slope,
        }
    }

    fn power(self, exponent: Self) -> Self {
        let e = exponent.value;
        if exponent.slope == 0.0 {
            if e >= 1.0 && e <= 64.0 && e.fract() == 0.0 {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a whole number from 1 to 64"
                )]
                return self.integer_power(e as u32);
            }
            let slope = if self.slope == 0.0 {
                0.0
            } else {
                e * math::pow(self.value, e - 1.0) * self.slope
            };
            return Self {
                value: math::pow(self.value, e),
                slope,
            };
        }
        let value = math::pow(self.value, e);
        let inner = exponent.slope * math::ln(self.value) + e * self.slope / self.value;
        Self {
            value,
            slope: value * inner,
        }
    }
}

/// One instruction of the postfix program.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Op {
    Constant(f64),
    Variable,
    Negate,
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
    Call(Function),
}

/// What is wrong with a formula.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpressionFault {
    /// The text has no formula in it.
    Empty,
    /// A character that no formula contains.
    Character(char),
    /// A number that does not fit the grammar or is not finite.
    Number(String),
    /// A name that is neither the variable nor a function.
    Name {
        /// The name as written.
        name: String,
        /// The variable this formula may use.
        variable: String,
    },
    /// A function without its argument in parentheses.
    CallWithoutArgument(String),
    /// An operand was expected here.
    Operand,
    /// A closing parenthesis was expected here.
    Unclosed,
    /// The formula ended and more text follows.
    Trailing,
    /// More than [`DEPTH_MAX`] levels of nesting.
    TooDeep,
}

/// A formula that cannot be read, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpressionError {
    /// Byte offset of the first character that does not fit.
    pub offset: usize,
    /// What was wrong there.
    pub fault: ExpressionFault,
}

impl std::fmt::Display for ExpressionError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "at character {}: ", self.offset + 1)?;
        match &self.fault {
            ExpressionFault::Empty => write!(f, "the formula is empty; write at least a number"),
            ExpressionFault::Character(c) => {
                write!(
                    f,
                    "`{c}` does not belong in a formula; expected a number, the variable, \
                           a function, `+ - * / **` or a parenthesis"
                )
            }
            ExpressionFault::Number(text) => {
                write!(
                    f,
                    "`{text}` is not a finite decimal number; write it like `1.5e-3`"
                )
            }
            ExpressionFault::Name { name, variable } => write!(
                f,
                "`{name}` is neither the variable `{variable}` nor one of the functions {}",
                Function::NAMES.join(", ")
            ),
            ExpressionFault::CallWithoutArgument(name) => {
                write!(
                    f,
                    "`{name}` needs its argument in parentheses, like `{name}(x)`"
                )
            }
            ExpressionFault::Operand => {
                write!(f, "expected a number, the variable, a function or `(` here")
            }
            ExpressionFault::Unclosed => write!(f, "expected `)` here"),
            ExpressionFault::Trailing => {
                write!(
                    f,
                    "the formula ends before this text; join the parts with an operator"
                )
            }
            ExpressionFault::TooDeep => {
                write!(
                    f,
                    "more than {DEPTH_MAX} levels of nesting; split the formula"
                )
            }
        }
    }
}

impl std::error::Error for ExpressionError {}

/// A formula of one variable, ready to evaluate.
///
/// # Example
/// ```
/// use cellwright::model::expression::Expression;
/// let ocp = Expression::parse("3.9 - 0.5 * x**2", "x").unwrap();
/// assert_eq!(ocp.value(0.5), 3.775);
/// assert_eq!(ocp.value_and_derivative(0.5), (3.775, -0.5));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    source: String,
    program: Vec<Op>,
}

impl Expression {
    /// Reads `source` as a formula of `variable`.
    ///
    /// # Errors
    /// [`ExpressionError`] with the byte offset of the first character that does not fit.
    pub fn parse(source: &str, variable: &str) -> Result<Self, ExpressionError> {
        let program = parser::parse(source, variable)?;
        Ok(Self {
            source: source.to_owned(),
            program,
        })
    }

    /// Returns the text as written.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Returns the value when the formula does not contain the variable.
    #[must_use]
    pub fn constant(&self) -> Option<f64> {
        match self.program.as_slice() {
            [Op::Constant(value)] => Some(*value),
            _ => None,
        }
    }

    /// Returns the value at `x`; not finite where the formula is not defined.
    #[must_use]
    pub fn value(&self, x: f64) -> f64 {
        evaluate(&self.program, Dual::constant(x)).value
    }

    /// Returns the value at `x` and its derivative there.
    #[must_use]
    pub fn value_and_derivative(&self, x: f64) -> (f64, f64) {
        let result = evaluate(
            &self.program,
            Dual {
                value: x,
                slope: 1.0,
            },
        );
        (result.value, result.slope)
    }
}

/// Runs a program that the parser has checked never to need more than [`DEPTH_MAX`] operands.
fn evaluate(program: &[Op], variable: Dual) -> Dual {
    let mut stack = [Dual::constant(f64::NAN); DEPTH_MAX];
    let mut top = 0;
    for op in program {
        match *op {
            Op::Constant(value) => {
                stack[top] = Dual::constant(value);
                top += 1;
            }
            Op::Variable => {
                stack[top] = variable;
                top += 1;
            }
            Op::Negate => {
                let a = stack[top - 1];
                stack[top - 1] = Dual {
                    value: -a.value,
                    slope: -a.slope,
                };
            }
            Op::Call(function) => stack[top - 1] = function.apply(stack[top - 1]),
            Op::Add | Op::Subtract | Op::Multiply | Op::Divide | Op::Power => {
                top -= 1;
                stack[top - 1] = binary(*op, stack[top - 1], stack[top]);
            }
        }
    }
    stack[0]
}

fn binary(op: Op, a: Dual, b: Dual) -> Dual {
    match op {
        Op::Add => Dual {
            value: a.value + b.value,
            slope: a.slope + b.slope,
        },
        Op::Subtract => Dual {
            value: a.value - b.value,
            slope: a.slope - b.slope,
        },
        Op::Multiply => Dual {
            value: a.value * b.value,
            slope: a.slope * b.value + a.value * b.slope,
        },
        Op::Divide => {
            let value = a.value / b.value;
            Dual {
                value,
                slope: (a.slope - value * b.slope) / b.value,
            }
        }
        Op::Power => a.power(b),
        Op::Constant(_) | Op::Variable | Op::Negate | Op::Call(_) => a,
    }
}
