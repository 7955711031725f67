//! Comparisons that are not linear, as the search for points sees them.
//!
//! In: a comparison and the variables it reads. Out: its slack at a point, and how the slack
//! changes with each variable, in doubles. Only a guess: the comparison itself is kept and
//! evaluated exactly.

use crate::check::query::{Formula, Function, Term};
use crate::math;

/// The step of a central difference, in widths of the variable.
const STEP: f64 = 1e-6;

/// `slack >= 0`, or `slack > 0`.
#[derive(Clone, Debug)]
pub struct Curve {
    /// What it says, exactly.
    pub formula: Formula,
    /// The variables that occur, ascending.
    reads: Vec<u32>,
    slack: Node,
}

/// A term in doubles.
#[derive(Clone, Debug)]
enum Node {
    Constant(f64),
    Real(u32),
    Add(Vec<Node>),
    Mul(Vec<Node>),
    Div(Box<Node>, Box<Node>),
    Neg(Box<Node>),
    Ite(Box<Test>, Box<Node>, Box<Node>),
    Apply(Function, Box<Node>),
}

/// A condition in doubles.
#[derive(Clone, Debug)]
enum Test {
    Constant(bool),
    Choice(u32, u32),
    AtLeastZero(Node),
    AboveZero(Node),
    Zero(Node),
    Not(Box<Test>),
    All(Vec<Test>),
    Any(Vec<Test>),
}

impl Curve {
    /// The comparison `least <= most` (or `<`), which is what `formula` says.
    #[must_use]
    pub fn new(least: &Term, most: &Term, formula: Formula) -> Self {
        let mut reads = Vec::new();
        formula.variables(&mut |id| reads.push(id.0));
        reads.sort_unstable();
        reads.dedup();
        Self {
            slack: difference(most, least),
            formula,
            reads,
        }
    }

    /// Returns the slack at a point; no number where it has none.
    #[must_use]
    pub fn slack(&self, reals: &[f64], choices: &[u32]) -> f64 {
        self.slack.value(reals, choices)
    }

    /// Returns how the slack changes with each real variable that has a width.
    #[must_use]
    pub fn gradient(&self, reals: &[f64], choices: &[u32], widths: &[f64]) -> Vec<(u32, f64)> {
        let mut point = reals.to_vec();
        let mut gradient = Vec::with_capacity(self.reads.len());
        for &variable in &self.reads {
            let place = variable as usize;
            let step = STEP * widths[place];
            if step <= 0.0 {
                continue;
            }
            let mut at = |offset: f64| {
                point[place] = reals[place] + offset;
                self.slack(&point, choices)
            };
            let slope = (at(step) - at(-step)) / (2.0 * step);
            point[place] = reals[place];
            if slope.is_finite() && slope != 0.0 {
                gradient.push((variable, slope));
            }
        }
        gradient
    }
}

fn difference(left: &Term, right: &Term) -> Node {
    Node::Add(vec![node(left), Node::Neg(Box::new(node(right)))])
}

fn node(term: &Term) -> Node {
    let all = |terms: &[Term]| terms.iter().map(node).collect();
    match term {
        Term::Rational(value) => Node::Constant(value.to_f64()),
        Term::Real(id) => Node::Real(id.0),
        Term::Add(terms) => Node::Add(all(terms)),
        Term::Mul(terms) => Node::Mul(all(terms)),
        Term::Div(a, b) => Node::Div(Box::new(node(a)), Box::new(node(b))),
        Term::Neg(inner) => Node::Neg(Box::new(node(inner))),
        Term::Ite(condition, a, b) => {
            let test = Box::new(test(condition));
            Node::Ite(test, Box::new(node(a)), Box::new(node(b)))
        }
        Term::Apply(function, inner) => Node::Apply(*function, Box::new(node(inner))),
    }
}

fn test(formula: &Formula) -> Test {
    let all = |parts: &[Formula]| parts.iter().map(test).collect();
    match formula {
        Formula::True => Test::Constant(true),
        Formula::False => Test::Constant(false),
        Formula::Bool(id) => Test::Choice(id.0, 1),
        Formula::EnumIs(id, member) => Test::Choice(id.0, *member),
        Formula::Le(left, right) => Test::AtLeastZero(difference(right, left)),
        Formula::Lt(left, right) => Test::AboveZero(difference(right, left)),
        Formula::Eq(left, right) => Test::Zero(difference(right, left)),
        Formula::Not(inner) => Test::Not(Box::new(test(inner))),
        Formula::And(parts) => Test::All(all(parts)),
        Formula::Or(parts) => Test::Any(all(parts)),
        Formula::Implies(premise, conclusion) => {
            let refuted = Test::Not(Box::new(test(premise)));
            Test::Any(vec![refuted, test(conclusion)])
        }
    }
}

impl Node {
    fn value(&self, reals: &[f64], choices: &[u32]) -> f64 {
        let of = |node: &Self| node.value(reals, choices);
        match self {
            Self::Constant(value) => *value,
            Self::Real(variable) => reals[*variable as usize],
            Self::Add(parts) => parts.iter().fold(0.0, |sum, part| sum + of(part)),
            Self::Mul(parts) => parts.iter().fold(1.0, |product, part| product * of(part)),
            Self::Div(a, b) => of(a) / of(b),
            Self::Neg(inner) => -of(inner),
            Self::Ite(test, a, b) => of(if test.holds(reals, choices) { a } else { b }),
            Self::Apply(Function::Exp, inner) => math::exp(of(inner)),
            Self::Apply(Function::Ln, inner) => math::ln(of(inner)),
            Self::Apply(Function::Sqrt, inner) => of(inner).sqrt(),
        }
    }
}

impl Test {
    fn holds(&self, reals: &[f64], choices: &[u32]) -> bool {
        let of = |node: &Node| node.value(reals, choices);
        match self {
            Self::Constant(value) => *value,
            Self::Choice(variable, member) => choices[*variable as usize] == *member,
            Self::AtLeastZero(node) => of(node) >= 0.0,
            Self::AboveZero(node) => of(node) > 0.0,
            Self::Zero(node) => of(node) == 0.0,
            Self::Not(inner) => !inner.holds(reals, choices),
            Self::All(parts) => parts.iter().all(|part| part.holds(reals, choices)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(reals, choices)),
        }
    }
}
