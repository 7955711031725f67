//! The greatest value of a linear objective where facts hold, exactly.
//!
//! In: facts about polynomials over a box, an objective. Out: the greatest value with a point that
//! attains it, or a point that shows how near it is come to (strict facts leave an open end, never
//! an epsilon), and a certificate that nothing lies beyond, which the checker accepted.
//! Disjunctions are taken apart cell by cell; the bound of a cell drops those that cannot be
//! better. Where all facts are linear the cells are searched in doubles and the few rows that
//! count are solved exactly ([`cells`]); else, and where that finds nothing, each cell is a linear
//! programme over exact rationals. Products count as variables of their own, bounded by their
//! range: their programme bounds from outside, a point from inside, and boxes are cut until both
//! meet or the budget ends ([`Optimum::Between`]).

mod cells;
mod guess;
mod model;
mod proof;
mod simplex;

use super::farkas::{Linear, decide};
use super::prove::{Outcome, Values, prove};
use crate::certificate::{
    self, Atom, BoxVariable, Certificate, Claim, Polynomial, Ranges, Statement, facts_of, rows_of,
};
use crate::rational::Rational;

use self::model::Model;
use self::simplex::{Bound, greatest_of};

/// Cells of one question.
const CELLS_MAX: usize = 4096;

/// Boxes of one question with products.
const BOXES_MAX: usize = 400;

/// Cuts stop where outside and inside are this near, relative to the objective's range.
const NEAR: (i64, i64) = (1, 1000);

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Problem<'a> {
    /// Where the variables lie; every variable has a range.
    pub ranges: &'a Ranges,
    /// What shall hold.
    pub facts: &'a [Statement],
    /// What shall be great; linear.
    pub objective: &'a Polynomial,
}

/// The greatest value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Optimum {
    /// The facts hold nowhere in the box; the certificate is of the disjunction of the negations of
    /// some of them.
    Impossible(Option<Box<Certificate>>),
    /// It is attained.
    Attained {
        /// The value.
        value: Rational,
        /// Where.
        point: Values,
        /// Proof that every point breaks a fact, or a part of one, or has at most this value.
        beyond: Option<Box<Certificate>>,
    },
    /// It is come to as near as one likes, and not attained.
    Approached {
        /// The value.
        value: Rational,
        /// A point at which the facts hold.
        point: Values,
        /// Proof that every point breaks a fact, or a part of one, or lies below.
        beyond: Option<Box<Certificate>>,
    },
    /// Products take part and the budget ended first.
    Between {
        /// Attained here.
        inside: Option<(Rational, Values)>,
        /// Nothing lies above.
        outside: Rational,
    },
    /// Too many cells, a variable without range, an objective that is not linear.
    TooLarge,
}

/// Finds the greatest value of the objective.
#[must_use]
pub fn greatest(problem: &Problem<'_>) -> Optimum {
    let prepared = Prepared::new(problem.facts, problem.ranges);
    prepared.greatest(problem.objective)
}

/// Facts over a box, to be asked for the greatest values of several objectives.
pub struct Prepared<'a> {
    facts: &'a [Statement],
    ranges: &'a Ranges,
    /// The facts taken apart, where all are linear.
    model: Option<Model>,
}

impl<'a> Prepared<'a> {
    /// Takes the facts apart.
    #[must_use]
    pub fn new(facts: &'a [Statement], ranges: &'a Ranges) -> Self {
        Self {
            facts,
            ranges,
            model: Model::of(facts, ranges),
        }
    }

    /// Whether all facts are linear.
    #[must_use]
    pub fn is_linear(&self) -> bool {
        self.model.is_some()
    }

    /// Finds the greatest value of an objective.
    #[must_use]
    pub fn greatest(&self, objective: &Polynomial) -> Optimum {
        let model = self.model.as_ref();
        let quick = model.and_then(|model| cells::greatest(model, self.ranges, objective));
        quick.unwrap_or_else(|| {
            greatest_exactly(&Problem {
                ranges: self.ranges,
                facts: self.facts,
                objective,
            })
        })
    }

    /// Finds the least value of an objective: the greatest of its negative, turned round.
    #[must_use]
    pub fn least(&self, objective: &Polynomial) -> Optimum {
        turned(self.greatest(&objective.negated()))
    }
}

/// Finds the greatest value with a programme over exact rationals for each cell.
fn greatest_exactly(problem: &Problem<'_>) -> Optimum {
    let Some((low, high)) = problem.objective.enclosure(problem.ranges) else {
        return Optimum::TooLarge;
    };
    if !problem.objective.is_linear() {
        return Optimum::TooLarge;
    }
    let near = &(&high - &low) * &Rational::ratio(NEAR.0, NEAR.1);
    let mut search = Search {
        problem,
        near,
        best: None,
        open: None,
        cells: CELLS_MAX,
        boxes: BOXES_MAX,
    };
    if !search.cell(problem.facts.to_vec(), problem.ranges.clone()) {
        return Optimum::TooLarge;
    }
    search.conclude()
}

/// Finds the least value of the objective.
#[must_use]
pub fn least(problem: &Problem<'_>) -> Optimum {
    let prepared = Prepared::new(problem.facts, problem.ranges);
    prepared.least(problem.objective)
}

/// The optimum of the negative of an objective as that of the objective.
fn turned(optimum: Optimum) -> Optimum {
    match optimum {
        Optimum::Attained {
            value,
            point,
            beyond,
        } => Optimum::Attained {
            value: -&value,
            point,
            beyond,
        },
        Optimum::Approached {
            value,
            point,
            beyond,
        } => Optimum::Approached {
            value: -&value,
            point,
            beyond,
        },
        Optimum::Between { inside, outside } => Optimum::Between {
            inside: inside.map(|(value, point)| (-&value, point)),
            outside: -&outside,
        },
        other @ (Optimum::Impossible(_) | Optimum::TooLarge) => other,
    }
}

/// Every point breaks a fact or keeps to the value.
#[must_use]
pub fn nothing_beyond(problem: &Problem<'_>, value: &Rational, attained: bool) -> Statement {
    let mut parts: Vec<Statement> = problem.facts.iter().map(Statement::negated).collect();
    let room = Polynomial::constant(value.clone()).minus(problem.objective);
    parts.push(Statement::Atom(Atom {
        polynomial: room,
        strict: !attained,
    }));
    Statement::Or(parts)
}

/// Proves a statement over a box, with a certificate that the checker accepted.
#[must_use]
pub fn certified(statement: Statement, ranges: &Ranges) -> Option<Box<Certificate>> {
    let Outcome::Proved(proof) = prove(&statement, ranges, &Values::new()) else {
        return None;
    };
    let variable = |(&id, (low, high)): (&u32, &(Rational, Rational))| BoxVariable {
        id,
        name: format!("x{id}"),
        low: low.clone(),
        high: high.clone(),
    };
    let claim = Claim {
        variables: ranges.iter().map(variable).collect(),
        positive: Vec::new(),
        statement,
    };
    let certificate = Certificate {
        claim: claim.clone(),
        positive: Vec::new(),
        proof,
    };
    let accepted = certificate::check(&certificate, &claim).is_ok();
    accepted.then(|| Box::new(certificate))
}

struct Search<'a> {
    problem: &'a Problem<'a>,
    near: Rational,
    /// Value, whether attained, a point where the facts hold.
    best: Option<(Rational, bool, Values)>,
    /// The greatest bound of what was given up.
    open: Option<Rational>,
    cells: usize,
    boxes: usize,
}

impl Search<'_> {
    /// Looks at one cell; false when the cells are used up.
    fn cell(&mut self, facts: Vec<Statement>, ranges: Ranges) -> bool {
        if self.cells == 0 {
            return false;
        }
        self.cells -= 1;
        let (atoms, disjunction) = facts_of(facts);
        let Ok(rows) = rows_of(&atoms, &ranges) else {
            return false;
        };
        let (value, point) = match greatest_of(&rows, self.problem.objective, &ranges) {
            Bound::Empty => return true,
            Bound::TooLarge => return false,
            Bound::Value(value, point) => (value, point),
        };
        if !self.may_improve(&value) {
            return true;
        }
        if let Some((parts, rest)) = disjunction {
            for part in parts {
                let mut facts = rest.clone();
                facts.push(part);
                if !self.cell(facts, ranges.clone()) {
                    return false;
                }
            }
            return true;
        }
        if self.holds(&point) {
            self.take(value, true, point);
            return true;
        }
        if atoms.iter().all(|atom| atom.polynomial.is_linear()) {
            self.open_end(&atoms, value, &ranges)
        } else {
            self.cut(&atoms, value, &point, &ranges)
        }
    }

    fn may_improve(&self, bound: &Rational) -> bool {
        self.best
            .as_ref()
            .is_none_or(|(known, attained, _)| bound > known || (bound == known && !attained))
    }

    fn holds(&self, point: &Values) -> bool {
        let says = |fact: &Statement| fact.value(point) == Some(true);
        self.problem.facts.iter().all(says)
    }

    fn take(&mut self, value: Rational, attained: bool, point: Values) {
        if self.may_improve(&value) {
            self.best = Some((value, attained, point));
        }
    }

    /// The best corner of the closed cell breaks a strict fact: another point of the same value
    /// may hold, or the value is only come near to.
    fn open_end(&mut self, atoms: &[Atom], value: Rational, ranges: &Ranges) -> bool {
        let facts: Vec<Statement> = atoms.iter().cloned().map(Statement::Atom).collect();
        let mut at_value = facts.clone();
        at_value.push(Statement::Atom(Atom {
            polynomial: self
                .problem
                .objective
                .minus(&Polynomial::constant(value.clone())),
            strict: false,
        }));
        match decide(at_value, ranges) {
            Linear::Point(point) if self.holds(&filled(&point, ranges)) => {
                self.take(value, true, filled(&point, ranges));
                return true;
            }
            Linear::TooLarge => return false,
            Linear::Point(_) | Linear::Refuted(_) => {}
        }
        match decide(facts, ranges) {
            Linear::Point(point) if self.holds(&filled(&point, ranges)) => {
                self.take(value, false, filled(&point, ranges));
                true
            }
            // The strict facts leave nothing of the cell.
            Linear::Refuted(_) => true,
            Linear::Point(_) | Linear::TooLarge => false,
        }
    }

    /// A cell with products: a point from inside, then halves.
    fn cut(&mut self, atoms: &[Atom], bound: Rational, point: &Values, ranges: &Ranges) -> bool {
        let middle = |(&variable, (low, high)): (&u32, &(Rational, Rational))| {
            (variable, &(low + high) * &Rational::ratio(1, 2))
        };
        let centre: Values = ranges.iter().map(middle).collect();
        for candidate in [mixed(point, &centre), centre] {
            if self.holds(&candidate)
                && let Some(value) = self.problem.objective.value(&candidate)
            {
                self.take(value, true, candidate);
            }
        }
        let is_near = self
            .best
            .as_ref()
            .is_some_and(|(known, _, _)| &bound - known <= self.near);
        let Some(variable) = widest(atoms, ranges).filter(|_| self.boxes > 0 && !is_near) else {
            let known = self.open.take();
            self.open = Some(known.map_or(bound.clone(), |known| known.max(bound)));
            return true;
        };
        self.boxes -= 1;
        let Some((low, high)) = ranges.get(&variable) else {
            return false;
        };
        let at = &(low + high) * &Rational::ratio(1, 2);
        for (low, high) in [(&at, high), (low, &at)] {
            let mut half = ranges.clone();
            half.insert(variable, (low.clone(), high.clone()));
            let facts = atoms.iter().cloned().map(Statement::Atom).collect();
            if !self.cell(facts, half) {
                return false;
            }
        }
        true
    }

    fn conclude(self) -> Optimum {
        let problem = self.problem;
        let outside = self.open.filter(|open| {
            let known = self.best.as_ref().map(|(known, _, _)| known);
            known.is_none_or(|known| open > known)
        });
        let prove = |statement: Statement| certified(statement, problem.ranges);
        match (self.best, outside) {
            (best, Some(outside)) => Optimum::Between {
                inside: best.map(|(value, _, point)| (value, point)),
                outside,
            },
            (None, None) => {
                let parts = problem.facts.iter().map(Statement::negated).collect();
                Optimum::Impossible(prove(Statement::Or(parts)))
            }
            (Some((value, attained, point)), None) => {
                let beyond = prove(nothing_beyond(problem, &value, attained));
                if attained {
                    Optimum::Attained {
                        value,
                        point,
                        beyond,
                    }
                } else {
                    Optimum::Approached {
                        value,
                        point,
                        beyond,
                    }
                }
            }
        }
    }
}

/// Variables that no row mentions take the middle of their range.
fn filled(point: &Values, ranges: &Ranges) -> Values {
    let value = |(&variable, (low, high)): (&u32, &(Rational, Rational))| {
        let known = point.get(&variable).cloned();
        let middle = || &(low + high) * &Rational::ratio(1, 2);
        (variable, known.unwrap_or_else(middle))
    };
    ranges.iter().map(value).collect()
}

fn mixed(a: &Values, b: &Values) -> Values {
    let half = Rational::ratio(1, 2);
    let value = |(&variable, value): (&u32, &Rational)| {
        let other = b.get(&variable).unwrap_or(value);
        (variable, &(value + other) * &half)
    };
    a.iter().map(value).collect()
}

/// The variable of a product with the relatively widest range.
fn widest(atoms: &[Atom], ranges: &Ranges) -> Option<u32> {
    let mut best: Option<(Rational, u32)> = None;
    for atom in atoms {
        for (powers, _) in atom.polynomial.terms() {
            if matches!(powers.as_slice(), [] | [(_, 1)]) {
                continue;
            }
            for (variable, _) in powers {
                let (low, high) = ranges.get(variable)?;
                let size = low.abs().max(high.abs());
                let Some(width) = (high - low).checked_div(&size) else {
                    continue;
                };
                if width.is_positive() && best.as_ref().is_none_or(|(known, _)| width > *known) {
                    best = Some((width, *variable));
                }
            }
        }
    }
    best.map(|(_, variable)| variable)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linear(coefficients: &[i64], constant: i64) -> Polynomial {
        let mut polynomial = Polynomial::constant(Rational::from(constant));
        for (id, &coefficient) in (0..).zip(coefficients) {
            let term = Polynomial::variable(id).times_constant(&Rational::from(coefficient));
            polynomial = polynomial.plus(&term);
        }
        polynomial
    }

    fn fact(coefficients: &[i64], constant: i64, strict: bool) -> Statement {
        let polynomial = linear(coefficients, constant);
        Statement::Atom(Atom { polynomial, strict })
    }

    fn square(high: i64) -> Ranges {
        let range = || (Rational::zero(), Rational::from(high));
        Ranges::from([(0, range()), (1, range())])
    }

    fn ask(facts: &[Statement], objective: &[i64]) -> Optimum {
        greatest(&Problem {
            ranges: &square(10),
            facts,
            objective: &linear(objective, 0),
        })
    }

    #[test]
    fn the_textbook_corner_is_exact_and_proved() {
        // Dantzig: max 3x + 5y, x <= 4, 2y <= 12, 3x + 2y <= 18: 36 at (2, 6).
        let facts = [
            fact(&[-1, 0], 4, false),
            fact(&[0, -2], 12, false),
            fact(&[-3, -2], 18, false),
        ];
        match ask(&facts, &[3, 5]) {
            Optimum::Attained {
                value,
                point,
                beyond: Some(_),
            } => {
                assert_eq!(value, Rational::from(36));
                assert_eq!(point[&0], Rational::from(2));
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_strict_fact_leaves_an_open_end() {
        let facts = [fact(&[-1, -1], 4, true)];
        match ask(&facts, &[1, 0]) {
            Optimum::Approached {
                value,
                point,
                beyond: Some(_),
            } => {
                assert_eq!(value, Rational::from(4));
                assert_eq!(facts[0].value(&point), Some(true));
            }
            other => panic!("{other:?}"),
        }
        // Another point of the same value can hold: x <= 4, and y < 3 does not matter.
        let facts = [fact(&[-1, 0], 4, false), fact(&[0, -1], 3, true)];
        assert!(matches!(
            ask(&facts, &[1, 0]),
            Optimum::Attained { value, .. } if value == Rational::from(4)
        ));
    }

    #[test]
    fn the_best_cell_of_a_disjunction_wins() {
        let either = Statement::Or(vec![fact(&[-1, 0], 2, false), fact(&[1, 1], -12, true)]);
        let facts = [either, fact(&[-1, 0], 7, false)];
        assert!(matches!(
            ask(&facts, &[1, 0]),
            Optimum::Attained { value, beyond: Some(_), .. } if value == Rational::from(7)
        ));
    }

    #[test]
    fn nothing_holds_is_its_own_answer_with_a_proof() {
        let facts = [fact(&[1, 1], -25, false)];
        assert!(matches!(ask(&facts, &[1, 0]), Optimum::Impossible(Some(_))));
        // Strict facts that leave only their closure.
        let facts = [fact(&[1, 0], -3, true), fact(&[-1, 0], 3, false)];
        assert!(matches!(ask(&facts, &[1, 0]), Optimum::Impossible(_)));
    }

    #[test]
    fn products_are_bounded_from_both_sides() {
        // x*y <= 10, y >= 4: x <= 2.5 at y = 4.
        let product = Polynomial::variable(0).times(&Polynomial::variable(1));
        let polynomial = linear(&[], 10).minus(&product.expect("small"));
        let facts = [
            Statement::Atom(Atom {
                polynomial,
                strict: false,
            }),
            fact(&[0, 1], -4, false),
        ];
        let exact = Rational::ratio(5, 2);
        match ask(&facts, &[1, 0]) {
            Optimum::Between {
                inside: Some((inside, _)),
                outside,
            } => {
                assert!(inside <= exact && exact <= outside);
                assert!(
                    &outside - &inside < Rational::ratio(1, 10),
                    "{inside} {outside}"
                );
            }
            Optimum::Attained { value, .. } => assert_eq!(value, exact),
            other => panic!("{other:?}"),
        }
    }

    /// Numbers from a linear congruence (D. E. Knuth's constants).
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, count: u32) -> i64 {
            let factor = 6_364_136_223_846_793_005_u64;
            self.0 = self.0.wrapping_mul(factor).wrapping_add(1);
            i64::try_from((self.0 >> 33) % u64::from(count)).expect("31 bits")
        }
    }

    fn drawn(dice: &mut Dice, columns: u32) -> Statement {
        let mut atom = |strict: bool| {
            let factors: Vec<i64> = (0..columns)
                .map(|_| {
                    if dice.below(3) == 0 {
                        dice.below(7) - 3
                    } else {
                        0
                    }
                })
                .collect();
            fact(&factors, dice.below(25) - 6, strict)
        };
        let (first, second, third) = (atom(false), atom(true), atom(false));
        match dice.below(8) {
            0 => second,
            1 => Statement::Or(vec![first, second]),
            2 => Statement::Or(vec![third, Statement::And(vec![first, second])]),
            3 => {
                let inner = Statement::Or(vec![first, second]);
                Statement::And(vec![inner, third])
            }
            _ => first,
        }
    }

    /// Goal: doubles change no answer. Method: drawn facts with disjunctions, conjunctions and
    /// strict rows, once in doubles and once in exact programmes; the certificate is of parts of
    /// the facts. Nearly all must be answered in doubles, or the test shows nothing.
    #[test]
    fn cells_in_doubles_and_exact_cells_agree() {
        let mut dice = Dice(11);
        let (mut quick, mut kinds) = (0, [0; 3]);
        for round in 0..300 {
            let columns = 2 + u32::try_from(round % 4).expect("small");
            let facts: Vec<Statement> = (0..4 + dice.below(9))
                .map(|_| drawn(&mut dice, columns))
                .collect();
            let range = |id: u32| (id, (Rational::from(-1), Rational::from(i64::from(id) + 2)));
            let ranges: Ranges = (0..columns).map(range).collect();
            let factors: Vec<i64> = (0..columns).map(|_| dice.below(5) - 2).collect();
            let objective = linear(&factors, 1);
            let model = Model::of(&facts, &ranges).expect("linear");
            let Some(found) = cells::greatest(&model, &ranges, &objective) else {
                continue;
            };
            quick += 1;
            let exact = greatest_exactly(&Problem {
                ranges: &ranges,
                facts: &facts,
                objective: &objective,
            });
            match (&found, &exact) {
                (Optimum::Attained { value, point, .. }, Optimum::Attained { value: v, .. }) => {
                    kinds[0] += 1;
                    assert_eq!(value, v, "{facts:?}");
                    assert!(facts.iter().all(|fact| fact.value(point) == Some(true)));
                }
                (
                    Optimum::Approached { value, point, .. },
                    Optimum::Approached { value: v, .. },
                ) => {
                    kinds[1] += 1;
                    assert_eq!(value, v, "{facts:?}");
                    assert!(facts.iter().all(|fact| fact.value(point) == Some(true)));
                }
                (Optimum::Impossible(Some(_)), Optimum::Impossible(_)) => kinds[2] += 1,
                other => panic!("{round}: {other:?}"),
            }
        }
        assert!(quick >= 290, "{quick} of 300");
        assert!(kinds.iter().all(|&count| count >= 10), "{kinds:?}");
    }
}
