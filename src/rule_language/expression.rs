//! Resolved expressions: exact SI values, indices to signals, conditions and numbers apart.
//!
//! Made by [`resolve`](super::resolve()), read by the engines. Families are expanded, enumerators
//! are indices, comparison chains are conjunctions of comparisons. Kinds have been checked, so
//! nothing below this line can mix a frost point with a mass fraction. A `let` stays a reference
//! ([`NumKind::Let`]), so that shared parts stay shared.

pub use crate::enclosure::Function;
use crate::quantity::QuantityType;
use crate::rational::Rational;
use crate::span::Span;

/// The index of a signal in [`RuleSet::signals`](super::RuleSet::signals).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SignalId(pub usize);

/// The index of a let in [`RuleSet::lets`](super::RuleSet::lets); a let only refers to lets
/// before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LetId(pub usize);

/// How two numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CompareOperator {
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
}

impl CompareOperator {
    /// Writes the operator.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::Equal => "==",
            Self::NotEqual => "!=",
        }
    }

    /// Returns the operator that holds exactly where `self` does not.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::Less => Self::GreaterEqual,
            Self::LessEqual => Self::Greater,
            Self::Greater => Self::LessEqual,
            Self::GreaterEqual => Self::Less,
            Self::Equal => Self::NotEqual,
            Self::NotEqual => Self::Equal,
        }
    }

    /// Returns the operator with its sides exchanged.
    #[must_use]
    pub fn mirrored(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessEqual => Self::GreaterEqual,
            Self::Greater => Self::Less,
            Self::GreaterEqual => Self::LessEqual,
            Self::Equal => Self::Equal,
            Self::NotEqual => Self::NotEqual,
        }
    }

    /// Tells whether the operator holds between numbers so ordered.
    #[must_use]
    pub fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Self::Less => ordering.is_lt(),
            Self::LessEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterEqual => ordering.is_ge(),
            Self::Equal => ordering.is_eq(),
            Self::NotEqual => ordering.is_ne(),
        }
    }

    /// Tells whether equality of both sides violates the operator.
    #[must_use]
    pub fn is_strict(self) -> bool {
        match self {
            Self::Less | Self::Greater | Self::NotEqual => true,
            Self::LessEqual | Self::GreaterEqual | Self::Equal => false,
        }
    }
}

/// A number in SI units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumExpr {
    /// What it is.
    pub kind: NumKind,
    /// Where it was written.
    pub span: Span,
}

/// What a number is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NumKind {
    /// A literal.
    Constant(Rational),
    /// The circle constant; exact evaluation encloses it.
    Pi,
    /// A signal that is a number.
    Signal(SignalId),
    /// A named part.
    Let(LetId),
    /// −a
    Negate(Box<NumExpr>),
    /// a + b
    Add(Box<NumExpr>, Box<NumExpr>),
    /// a − b
    Subtract(Box<NumExpr>, Box<NumExpr>),
    /// a × b
    Multiply(Box<NumExpr>, Box<NumExpr>),
    /// a ÷ b
    Divide(Box<NumExpr>, Box<NumExpr>),
    /// a to a whole power.
    Power(Box<NumExpr>, i32),
    /// Least of at least one number.
    Minimum(Vec<NumExpr>),
    /// Greatest of at least one number.
    Maximum(Vec<NumExpr>),
    /// |a|
    Absolute(Box<NumExpr>),
    /// `exp(a)`, `ln(a)`, `sqrt(a)`; exact evaluation encloses them.
    Function(Function, Box<NumExpr>),
    /// `if(condition, a, b)`
    If(Box<BoolExpr>, Box<NumExpr>, Box<NumExpr>),
}

/// A condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoolExpr {
    /// What it is.
    pub kind: BoolKind,
    /// Where it was written.
    pub span: Span,
}

/// What a condition is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BoolKind {
    /// Always or never.
    Constant(bool),
    /// `left operator right`
    Compare {
        /// Left side.
        left: NumExpr,
        /// Operator as written.
        operator: CompareOperator,
        /// Right side.
        right: NumExpr,
        /// Kind of both sides.
        quantity_type: QuantityType,
    },
    /// The signal is one of the enumerators (indices into its list, ascending).
    Member {
        /// The signal.
        signal: SignalId,
        /// Accepted enumerators.
        members: Vec<usize>,
    },
    /// All of them.
    And(Vec<BoolExpr>),
    /// At least one of them.
    Or(Vec<BoolExpr>),
    /// Not.
    Not(Box<BoolExpr>),
    /// The left only if the right.
    Implies(Box<BoolExpr>, Box<BoolExpr>),
}

/// Something met on a walk through an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reference {
    /// A signal.
    Signal(SignalId),
    /// A let.
    Let(LetId),
}

impl NumExpr {
    /// Calls `visit` for every signal and let, in the order written; lets are not entered.
    pub fn references(&self, visit: &mut dyn FnMut(Reference)) {
        match &self.kind {
            NumKind::Constant(_) | NumKind::Pi => {}
            NumKind::Signal(signal) => visit(Reference::Signal(*signal)),
            NumKind::Let(id) => visit(Reference::Let(*id)),
            NumKind::Negate(a)
            | NumKind::Power(a, _)
            | NumKind::Absolute(a)
            | NumKind::Function(_, a) => a.references(visit),
            NumKind::Add(a, b)
            | NumKind::Subtract(a, b)
            | NumKind::Multiply(a, b)
            | NumKind::Divide(a, b) => {
                a.references(visit);
                b.references(visit);
            }
            NumKind::Minimum(all) | NumKind::Maximum(all) => {
                for one in all {
                    one.references(visit);
                }
            }
            NumKind::If(condition, a, b) => {
                condition.references(visit);
                a.references(visit);
                b.references(visit);
            }
        }
    }
}

impl BoolExpr {
    /// Calls `visit` for every signal and let, in the order written; lets are not entered.
    pub fn references(&self, visit: &mut dyn FnMut(Reference)) {
        match &self.kind {
            BoolKind::Constant(_) => {}
            BoolKind::Compare { left, right, .. } => {
                left.references(visit);
                right.references(visit);
            }
            BoolKind::Member { signal, .. } => visit(Reference::Signal(*signal)),
            BoolKind::And(all) | BoolKind::Or(all) => {
                for one in all {
                    one.references(visit);
                }
            }
            BoolKind::Not(a) => a.references(visit),
            BoolKind::Implies(a, b) => {
                a.references(visit);
                b.references(visit);
            }
        }
    }

    /// Calls `visit` for every comparison, in the order written; those inside numbers
    /// (`if`, lets) are not met.
    pub fn comparisons<'a>(&'a self, visit: &mut dyn FnMut(&'a BoolExpr)) {
        match &self.kind {
            BoolKind::Constant(_) | BoolKind::Member { .. } => {}
            BoolKind::Compare { .. } => visit(self),
            BoolKind::And(all) | BoolKind::Or(all) => {
                for one in all {
                    one.comparisons(visit);
                }
            }
            BoolKind::Not(a) => a.comparisons(visit),
            BoolKind::Implies(a, b) => {
                a.comparisons(visit);
                b.comparisons(visit);
            }
        }
    }
}

impl NumExpr {
    /// Returns the levels of the tree with lets entered, given the levels of each let.
    #[must_use]
    pub fn depth(&self, let_depths: &[usize]) -> usize {
        let of = |a: &Self| a.depth(let_depths);
        1 + match &self.kind {
            NumKind::Constant(_) | NumKind::Pi | NumKind::Signal(_) => 0,
            NumKind::Let(id) => let_depths.get(id.0).copied().unwrap_or(0),
            NumKind::Negate(a)
            | NumKind::Power(a, _)
            | NumKind::Absolute(a)
            | NumKind::Function(_, a) => of(a),
            NumKind::Add(a, b)
            | NumKind::Subtract(a, b)
            | NumKind::Multiply(a, b)
            | NumKind::Divide(a, b) => of(a).max(of(b)),
            NumKind::Minimum(all) | NumKind::Maximum(all) => all.iter().map(of).max().unwrap_or(0),
            NumKind::If(condition, a, b) => condition.depth(let_depths).max(of(a)).max(of(b)),
        }
    }
}

impl BoolExpr {
    /// Returns the levels of the tree with lets entered, given the levels of each let.
    #[must_use]
    pub fn depth(&self, let_depths: &[usize]) -> usize {
        let of = |a: &Self| a.depth(let_depths);
        1 + match &self.kind {
            BoolKind::Constant(_) | BoolKind::Member { .. } => 0,
            BoolKind::Compare { left, right, .. } => {
                left.depth(let_depths).max(right.depth(let_depths))
            }
            BoolKind::And(all) | BoolKind::Or(all) => all.iter().map(of).max().unwrap_or(0),
            BoolKind::Not(a) => of(a),
            BoolKind::Implies(a, b) => of(a).max(of(b)),
        }
    }
}

impl NumExpr {
    /// Tells whether `exp`, `ln` or `sqrt` occurs; lets are not entered.
    #[must_use]
    pub fn has_function(&self) -> bool {
        match &self.kind {
            NumKind::Function(..) => true,
            NumKind::Constant(_) | NumKind::Pi | NumKind::Signal(_) | NumKind::Let(_) => false,
            NumKind::Negate(a) | NumKind::Power(a, _) | NumKind::Absolute(a) => a.has_function(),
            NumKind::Add(a, b)
            | NumKind::Subtract(a, b)
            | NumKind::Multiply(a, b)
            | NumKind::Divide(a, b) => a.has_function() || b.has_function(),
            NumKind::Minimum(all) | NumKind::Maximum(all) => all.iter().any(Self::has_function),
            NumKind::If(condition, a, b) => {
                condition.has_function() || a.has_function() || b.has_function()
            }
        }
    }
}

impl BoolExpr {
    /// Tells whether `exp`, `ln` or `sqrt` occurs; lets are not entered.
    #[must_use]
    pub fn has_function(&self) -> bool {
        match &self.kind {
            BoolKind::Constant(_) | BoolKind::Member { .. } => false,
            BoolKind::Compare { left, right, .. } => left.has_function() || right.has_function(),
            BoolKind::And(all) | BoolKind::Or(all) => all.iter().any(Self::has_function),
            BoolKind::Not(a) => a.has_function(),
            BoolKind::Implies(a, b) => a.has_function() || b.has_function(),
        }
    }
}
