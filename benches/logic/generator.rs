//! Rule sets of any size with a known feasible point, from a seed.
//!
//! `n` rules over `n / 5` parameters, 20 per process step: 55 % windows, 25 % linear rules over 2
//! to 4 parameters, 13 % windows that hold in one mode of the step, 7 % disjunctions of two limits.
//! A hidden point keeps every rule. With `cross`, that share of parameters is picked from another
//! step, which welds the steps together.

use cellwright::check::query::{Formula, Sort, Term, VarId, Variable};
use cellwright::check::redundancy::{Fact, Problem, Role};
use cellwright::random::Stream;
use cellwright::rational::Rational;

/// Parameters of one process step.
const PER_STEP: u64 = 20;

/// Modes of a process step.
const MODES: u64 = 3;

/// What to generate.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Number of rules.
    pub rules: u64,
    /// Share of parameters from another step, in percent.
    pub cross: u64,
    /// The seed.
    pub seed: u64,
}

struct Generator {
    random: Stream,
    shape: Shape,
    /// The hidden point, in hundredths.
    hidden: Vec<i64>,
    steps: u64,
}

/// Generates a rule set.
pub fn generate(shape: Shape) -> Problem {
    let parameters = (shape.rules / 5).max(4);
    let steps = parameters.div_ceil(PER_STEP);
    let mut random = Stream::new(shape.seed, "rules", 0);
    let hidden = (0..parameters).map(|_| 1000 + below(&mut random, 9000));
    let hidden: Vec<i64> = hidden.collect();
    let name = |place: u64| format!("step{}.x{}", place / PER_STEP, place % PER_STEP);
    let real = |place| Variable {
        name: name(place),
        sort: Sort::Real,
    };
    let mode = |step| Variable {
        name: format!("step{step}.mode"),
        sort: Sort::Enum((0..MODES).map(|mode| format!("m{mode}")).collect()),
    };
    let mut variables: Vec<Variable> = (0..parameters).map(real).collect();
    variables.extend((0..steps).map(mode));
    let mut generator = Generator {
        random,
        shape,
        hidden,
        steps,
    };
    let rule = |number: u64| Fact {
        name: format!("R{number:05}"),
        formula: generator.rule(number),
        role: Role::Rule,
    };
    Problem {
        variables,
        facts: (0..shape.rules).map(rule).collect(),
    }
}

/// The point that keeps every rule, by parameter.
pub fn hidden_point(shape: Shape) -> Vec<Rational> {
    let mut random = Stream::new(shape.seed, "rules", 0);
    let parameters = (shape.rules / 5).max(4);
    let hidden = (0..parameters).map(|_| 1000 + below(&mut random, 9000));
    hidden.map(|value| Rational::ratio(value, 100)).collect()
}

fn below(random: &mut Stream, count: u64) -> i64 {
    let drawn = random.index_below(count).expect("a positive count");
    i64::try_from(drawn).expect("a small number")
}

fn hundredths(value: i64) -> Term {
    Term::Rational(Rational::ratio(value, 100))
}

fn real(place: usize) -> Term {
    Term::Real(VarId(u32::try_from(place).expect("few parameters")))
}

impl Generator {
    fn below(&mut self, count: u64) -> i64 {
        below(&mut self.random, count)
    }

    fn parameters(&self) -> u64 {
        self.hidden.len() as u64
    }

    /// A parameter of the step, or now and then of any.
    fn pick(&mut self, step: u64) -> usize {
        let is_cross = self.below(100) < i64::try_from(self.shape.cross).expect("a percentage");
        let first = if is_cross {
            PER_STEP * u64::try_from(self.below(self.steps)).expect("a step")
        } else {
            step * PER_STEP
        };
        let count = PER_STEP.min(self.parameters() - first);
        let place = first + u64::try_from(self.below(count)).expect("a place");
        usize::try_from(place).expect("few parameters")
    }

    fn window(&mut self, step: u64) -> Formula {
        let place = self.pick(step);
        let low = self.hidden[place] - 50 - self.below(1500);
        let high = self.hidden[place] + 50 + self.below(1500);
        Formula::And(vec![
            Formula::Le(hundredths(low), real(place)),
            Formula::Le(real(place), hundredths(high)),
        ])
    }

    fn linear(&mut self, step: u64) -> Formula {
        let count = 2 + self.below(3);
        let mut terms = Vec::new();
        let mut sum = 0;
        for _ in 0..count {
            let place = self.pick(step);
            let coefficient = [-3, -2, -1, 1, 2, 3][usize::try_from(self.below(6)).expect("few")];
            sum += coefficient * self.hidden[place];
            terms.push(Term::Mul(vec![
                Term::Rational(Rational::from(coefficient)),
                real(place),
            ]));
        }
        let limit = sum + 50 + self.below(3000);
        Formula::Le(Term::Add(terms), hundredths(limit))
    }

    fn rule(&mut self, number: u64) -> Formula {
        let step = number % self.steps;
        match self.below(100) {
            0..55 => self.window(step),
            55..80 => self.linear(step),
            80..93 => {
                let mode = u32::try_from(self.below(MODES)).expect("a mode");
                let choice = VarId(u32::try_from(self.parameters() + step).expect("few steps"));
                let window = Box::new(self.window(step));
                Formula::Implies(Box::new(Formula::EnumIs(choice, mode)), window)
            }
            _ => {
                let (first, second) = (self.pick(step), self.pick(step));
                let below = self.hidden[first] + 50 + self.below(1500);
                let above = self.hidden[second] + 500 - self.below(1500);
                Formula::Or(vec![
                    Formula::Le(real(first), hundredths(below)),
                    Formula::Le(hundredths(above), real(second)),
                ])
            }
        }
    }
}
