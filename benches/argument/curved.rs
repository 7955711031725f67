//! Arguments about products, quotients, powers, roots and exponentials.
//!
//! In: numbers. Out: sound arguments whose claims bound a derived quantity from both sides, from
//! its definition and the bounds of its inputs, some of them claims in turn; faults planted in
//! them; and what is really wrong. The second method: every definition is monotone in each input,
//! so its ends lie at two corners of the box that the premises leave, evaluated in doubles. A
//! mutant whose corner lies within a millionth of the claim is not used: doubles would not decide.

use std::collections::{BTreeMap, BTreeSet};

use cellwright::check::argument::graph::Range;
use cellwright::check::argument::{Graph, Kind, Node};
use cellwright::check::query::{Formula, Function, Sort, Term, VarId, Variable};
use cellwright::math;
use cellwright::rational::Rational;
use cellwright::rule_language::EvidenceClass;

use super::dice::Dice;
use super::truth::Fault;

/// Inputs, each between one and a hundred.
const INPUTS: usize = 6;

/// Derived quantities.
const DERIVED: usize = 4;

/// The upper end of every derived quantity.
const DERIVED_MAX: f64 = 1e9;

/// How a derived quantity comes from three inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `a * b`
    Product,
    /// `a * b / c`
    Quotient,
    /// `a^2 * b`
    Power,
    /// `sqrt(a) * b`
    Root,
    /// `a * exp(b / 50)`
    Growth,
}

const SHAPES: [Shape; 5] = [
    Shape::Product,
    Shape::Quotient,
    Shape::Power,
    Shape::Root,
    Shape::Growth,
];

impl Shape {
    /// The relative width to which a law is stated: a law with a function holds at no rational
    /// point exactly, and no plant knows it better.
    fn band(self) -> f64 {
        match self {
            Self::Product | Self::Quotient | Self::Power => 0.0,
            Self::Root | Self::Growth => 0.001,
        }
    }
}

/// What a part says; variables from [`INPUTS`] on are derived.
#[derive(Clone, Debug, PartialEq)]
pub enum Says {
    /// A quantity is at most, or at least, a number of thousandths.
    Bound {
        quantity: usize,
        is_upper: bool,
        thousandths: i64,
        wording: Wording,
    },
    /// A derived quantity comes from others.
    Defined {
        quantity: usize,
        shape: Shape,
        from: [usize; 3],
    },
}

/// How a bound is worded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wording {
    Plain,
    Doubled,
    Squared,
}

/// A statement with what it rests on.
#[derive(Clone, Debug)]
pub struct Part {
    pub is_claim: bool,
    pub says: Says,
    pub from: Vec<usize>,
}

/// An argument.
#[derive(Clone, Debug, Default)]
pub struct Curved {
    pub parts: Vec<Part>,
}

/// A kind of planted fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slip {
    DropBound,
    DropDefinition,
    Tighten,
    FlipDirection,
    Thousandth,
    Percent,
    WrongFunction,
    WrongInput,
    ContradictoryPremise,
    DirectCircle,
    RestatedDoubled,
    RestatedSquared,
    OrphanPremise,
    LeftOverEvidence,
}

impl Slip {
    pub const ALL: [Self; 14] = [
        Self::DropBound,
        Self::DropDefinition,
        Self::Tighten,
        Self::FlipDirection,
        Self::Thousandth,
        Self::Percent,
        Self::WrongFunction,
        Self::WrongInput,
        Self::ContradictoryPremise,
        Self::DirectCircle,
        Self::RestatedDoubled,
        Self::RestatedSquared,
        Self::OrphanPremise,
        Self::LeftOverEvidence,
    ];

    pub fn describe(self) -> (&'static str, &'static str) {
        match self {
            Self::DropBound => ("drop the bound of an input", "corners"),
            Self::DropDefinition => ("drop the definition", "corners"),
            Self::Tighten => ("tighten the conclusion", "corners"),
            Self::FlipDirection => ("flip the direction", "corners"),
            Self::Thousandth => ("unit slip, limit ÷ 1000", "corners"),
            Self::Percent => ("percent for fraction, limit ÷ 100", "corners"),
            Self::WrongFunction => ("another law", "corners"),
            Self::WrongInput => ("a law of another quantity", "corners"),
            Self::ContradictoryPremise => ("contradictory premise", "corners"),
            Self::DirectCircle => ("direct circle", "construction"),
            Self::RestatedDoubled => ("restated circle, doubled", "construction"),
            Self::RestatedSquared => ("restated circle, squared", "construction"),
            Self::OrphanPremise => ("orphan premise", "count"),
            Self::LeftOverEvidence => ("left-over evidence", "count"),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "limits stay below 2^52")]
fn number(thousandths: i64) -> f64 {
    thousandths as f64 / 1000.0
}

/// The value of a law; each is monotone in each input.
fn law(shape: Shape, [a, b, c]: [f64; 3]) -> f64 {
    match shape {
        Shape::Product => a * b,
        Shape::Quotient => a * b / c,
        Shape::Power => a * a * b,
        Shape::Root => a.sqrt() * b,
        Shape::Growth => a * math::exp(b / 50.0),
    }
}

impl Curved {
    fn add(&mut self, is_claim: bool, says: Says, from: Vec<usize>) -> usize {
        self.parts.push(Part {
            is_claim,
            says,
            from,
        });
        self.parts.len() - 1
    }

    fn claims(&self) -> Vec<usize> {
        let places = 0..self.parts.len();
        places.filter(|&at| self.parts[at].is_claim).collect()
    }

    /// Makes a sound argument.
    pub fn sound(dice: &mut Dice) -> Self {
        let mut argument = Self::default();
        // Per quantity its lower and its upper bound.
        let mut bounds: Vec<[usize; 2]> = Vec::new();
        for quantity in 0..INPUTS {
            let middle = dice.within(20_000, 60_000);
            let ends = [
                middle - dice.within(500, 4000),
                middle + dice.within(500, 4000),
            ];
            let places =
                [0, 1].map(|end| argument.add(false, bound(quantity, end, ends[end]), Vec::new()));
            bounds.push(places);
        }
        for derived in 0..DERIVED {
            let quantity = INPUTS + derived;
            let shape = SHAPES[dice.below(SHAPES.len())];
            // Three different inputs: a law is monotone in each of them alone.
            let first = dice.below(INPUTS);
            let second = (first + 1 + dice.below(2)) % INPUTS;
            let mut from = [first, second, (first + 3 + dice.below(3)) % INPUTS];
            // Derived quantities come in where they cannot leave the range of the next.
            let is_chained = derived > 0 && dice.chance(60);
            if is_chained && matches!(shape, Shape::Product | Shape::Quotient | Shape::Root) {
                from[0] = INPUTS + dice.below(derived);
            }
            let defined = Says::Defined {
                quantity,
                shape,
                from,
            };
            let definition = argument.add(false, defined, Vec::new());
            let places = [0, 1].map(|end| {
                let premises = premises(shape, from, end, &bounds);
                let mut all = vec![definition];
                all.extend(premises);
                let (low, high) = argument.reach(&all, quantity).expect("sound so far");
                let slack = number(dice.within(5, 60));
                let limit = [low * (1.0 - slack), high * (1.0 + slack)][end];
                let thousandths = whole(1000.0 * limit);
                argument.add(true, bound(quantity, end, thousandths), all)
            });
            bounds.push(places);
        }
        argument.drop_unused();
        argument
    }

    /// Sound arguments have no left-over evidence.
    fn drop_unused(&mut self) {
        let used: BTreeSet<usize> = self
            .parts
            .iter()
            .flat_map(|part| &part.from)
            .copied()
            .collect();
        let kept: Vec<usize> = (0..self.parts.len())
            .filter(|at| self.parts[*at].is_claim || used.contains(at))
            .collect();
        let places: BTreeMap<usize, usize> = kept
            .iter()
            .enumerate()
            .map(|(new, &old)| (old, new))
            .collect();
        let parts = kept.iter().map(|&old| {
            let mut part = self.parts[old].clone();
            part.from.iter_mut().for_each(|one| *one = places[one]);
            part
        });
        self.parts = parts.collect();
    }

    /// The least and greatest value of a quantity where premises hold; nothing where they hold
    /// nowhere.
    fn reach(&self, premises: &[usize], quantity: usize) -> Option<(f64, f64)> {
        let mut sides = vec![(1.0, 100.0); INPUTS];
        sides.extend(vec![(0.0, DERIVED_MAX); DERIVED]);
        let mut laws = Vec::new();
        for &at in premises {
            match &self.parts[at].says {
                Says::Bound {
                    quantity,
                    is_upper,
                    thousandths,
                    ..
                } => {
                    let limit = number(*thousandths);
                    let side = &mut sides[*quantity];
                    if *is_upper {
                        side.1 = f64::min(side.1, limit);
                    } else {
                        side.0 = f64::max(side.0, limit);
                    }
                }
                Says::Defined {
                    quantity,
                    shape,
                    from,
                } => laws.push((*quantity, *shape, *from)),
            }
        }
        for (defined, shape, from) in laws {
            let [a, b, c] = from.map(|one| sides[one]);
            let low = law(shape, [a.0, b.0, c.1]) * (1.0 - shape.band());
            let high = law(shape, [a.1, b.1, c.0]) * (1.0 + shape.band());
            let side = &mut sides[defined];
            *side = (side.0.max(low), side.1.min(high));
        }
        let is_empty = sides.iter().any(|side| side.0 > side.1);
        (!is_empty).then_some(sides[quantity])
    }

    /// What is wrong with a step; nothing at all where doubles do not decide.
    pub fn fault(&self, at: usize) -> Option<Option<Fault>> {
        let Says::Bound {
            quantity,
            is_upper,
            thousandths,
            ..
        } = self.parts[at].says
        else {
            return Some(None);
        };
        let Some((low, high)) = self.reach(&self.parts[at].from, quantity) else {
            return Some(Some(Fault::Vacuous));
        };
        let limit = number(thousandths);
        let gap = if is_upper { limit - high } else { low - limit };
        if gap.abs() <= 1e-6 * limit.abs() {
            return None;
        }
        Some((gap < 0.0).then_some(Fault::Leap))
    }

    /// The law that a step rests on, for whoever looks after a surprise.
    pub fn law_of(&self, at: usize) -> Option<Shape> {
        let mut premises = self.parts[at].from.iter();
        premises.find_map(|&one| match self.parts[one].says {
            Says::Defined { shape, .. } => Some(shape),
            Says::Bound { .. } => None,
        })
    }

    /// Everything that is wrong, circles apart; nothing at all where doubles do not decide.
    pub fn faults(&self) -> Option<BTreeSet<(Fault, usize)>> {
        let used: BTreeSet<usize> = self
            .parts
            .iter()
            .flat_map(|part| &part.from)
            .copied()
            .collect();
        let mut faults = BTreeSet::new();
        for (at, part) in self.parts.iter().enumerate() {
            let fault = match (part.is_claim, part.from.is_empty()) {
                (true, true) => Some(Fault::Unsupported),
                (true, false) => self.fault(at)?,
                (false, _) => (!used.contains(&at)).then_some(Fault::Unused),
            };
            faults.extend(fault.map(|fault| (fault, at)));
        }
        Some(faults)
    }

    /// Plants a fault; with the claims of which one is in the circle, for circles.
    pub fn mutant(&self, slip: Slip, dice: &mut Dice) -> Option<(Self, BTreeSet<usize>)> {
        let mut changed = self.clone();
        let at = dice.pick(&self.claims())?;
        let is_law = |one: &usize| matches!(self.parts[*one].says, Says::Defined { .. });
        let from = &self.parts[at].from;
        match slip {
            Slip::DropBound => {
                let bounds: Vec<usize> = from.iter().copied().filter(|one| !is_law(one)).collect();
                let dropped = dice.pick(&bounds)?;
                changed.parts[at].from.retain(|&one| one != dropped);
            }
            Slip::DropDefinition => changed.parts[at].from.retain(|one| !is_law(one)),
            Slip::Tighten | Slip::FlipDirection | Slip::Thousandth | Slip::Percent => {
                changed.parts[at].says = self.slipped(slip, at, dice)?;
            }
            Slip::WrongFunction | Slip::WrongInput => {
                let law = from.iter().copied().find(is_law)?;
                let Says::Defined { shape, from, .. } = &mut changed.parts[law].says else {
                    return None;
                };
                if slip == Slip::WrongFunction {
                    *shape = SHAPES[dice.below(SHAPES.len())];
                } else {
                    let other = dice.below(INPUTS);
                    let place = dice.below(2);
                    if from.contains(&other) {
                        return None;
                    }
                    from[place] = other;
                }
            }
            Slip::ContradictoryPremise => {
                let bounds: Vec<usize> = from.iter().copied().filter(|one| !is_law(one)).collect();
                let mut opposite = self.parts[dice.pick(&bounds)?].says.clone();
                let Says::Bound {
                    is_upper,
                    thousandths,
                    ..
                } = &mut opposite
                else {
                    return None;
                };
                let beyond = *thousandths / 10 + 1000;
                *thousandths += if *is_upper { beyond } else { -beyond };
                *is_upper = !*is_upper;
                let shown = changed.add(false, opposite, Vec::new());
                changed.parts[at].from.push(shown);
            }
            Slip::DirectCircle | Slip::RestatedDoubled | Slip::RestatedSquared => {
                return self.circle(slip, dice);
            }
            Slip::OrphanPremise => {
                let is_used = |one: &usize| self.parts.iter().any(|part| part.from.contains(one));
                let claims: Vec<usize> = self.claims().into_iter().filter(is_used).collect();
                changed.parts[dice.pick(&claims)?].from.clear();
            }
            Slip::LeftOverEvidence => {
                let says = self.parts[at].says.clone();
                changed.add(false, says, Vec::new());
            }
        }
        Some((changed, BTreeSet::new()))
    }

    fn slipped(&self, slip: Slip, at: usize, dice: &mut Dice) -> Option<Says> {
        let mut says = self.parts[at].says.clone();
        let Says::Bound {
            is_upper,
            thousandths,
            ..
        } = &mut says
        else {
            return None;
        };
        match slip {
            Slip::Tighten => {
                let step = *thousandths / 100 * dice.within(1, 25);
                *thousandths += if *is_upper { -step } else { step };
            }
            Slip::FlipDirection => *is_upper = !*is_upper,
            Slip::Thousandth => *thousandths /= 1000,
            _ => *thousandths /= 100,
        }
        Some(says)
    }

    /// A claim made to rest on one above it, as it stands or as a new claim that says the same.
    fn circle(&self, slip: Slip, dice: &mut Dice) -> Option<(Self, BTreeSet<usize>)> {
        let pairs: Vec<(usize, usize)> = (self.claims().into_iter())
            .flat_map(|top| self.parts[top].from.iter().map(move |&below| (top, below)))
            .filter(|&(_, below)| self.parts[below].is_claim)
            .collect();
        let (top, bottom) = dice.pick(&pairs)?;
        let mut changed = self.clone();
        if slip == Slip::DirectCircle {
            changed.parts[bottom].from.push(top);
            return Some((changed, BTreeSet::from([bottom])));
        }
        let mut says = self.parts[bottom].says.clone();
        if let Says::Bound { wording, .. } = &mut says {
            *wording = match slip {
                Slip::RestatedSquared => Wording::Squared,
                _ => Wording::Doubled,
            };
        }
        let mut from = self.parts[bottom].from.clone();
        from.push(top);
        let again = changed.add(true, says, from);
        Some((changed, BTreeSet::from([again, bottom])))
    }

    /// The argument as formulas.
    pub fn graph(&self) -> Graph {
        let variables = (0..INPUTS + DERIVED).map(|at| Variable {
            name: format!("q.v{at:02}"),
            sort: Sort::Real,
        });
        let variables: Vec<Variable> = variables.collect();
        let domain = (0..INPUTS + DERIVED).map(|at| {
            let (low, high) = if at < INPUTS {
                (1, 100)
            } else {
                (0, 1_000_000_000)
            };
            let whole = |value: i64| Term::Rational(Rational::from(value));
            Range {
                variable: id(at),
                name: format!("q.v{at:02} range"),
                formula: Formula::And(vec![
                    Formula::Le(whole(low), Term::Real(id(at))),
                    Formula::Le(Term::Real(id(at)), whole(high)),
                ]),
            }
        });
        let nodes = self.parts.iter().enumerate().map(|(at, part)| Node {
            code: format!("N{at:03}"),
            title: String::new(),
            kind: if part.is_claim {
                Kind::Claim
            } else {
                Kind::Evidence {
                    class: EvidenceClass::Measured,
                }
            },
            formula: Some(formula(&part.says)),
            from: part.from.clone(),
            attacks: Vec::new(),
            span: None,
        });
        Graph {
            units: vec![None; variables.len()],
            domain: domain.collect(),
            nodes: nodes.collect(),
            variables,
        }
    }
}

fn bound(quantity: usize, end: usize, thousandths: i64) -> Says {
    Says::Bound {
        quantity,
        is_upper: end == 1,
        thousandths,
        wording: Wording::Plain,
    }
}

/// The bounds of the inputs that one end of a law needs: the other end of a divisor.
fn premises(shape: Shape, from: [usize; 3], end: usize, bounds: &[[usize; 2]]) -> Vec<usize> {
    let mut needed = vec![bounds[from[0]][end], bounds[from[1]][end]];
    if shape == Shape::Quotient {
        needed.push(bounds[from[2]][1 - end]);
    }
    needed.sort_unstable();
    needed.dedup();
    needed
}

#[expect(clippy::cast_possible_truncation, reason = "limits stay below 2^52")]
fn whole(value: f64) -> i64 {
    value.round() as i64
}

fn id(at: usize) -> VarId {
    VarId(u32::try_from(at).expect("few"))
}

fn formula(says: &Says) -> Formula {
    match says {
        Says::Bound {
            quantity,
            is_upper,
            thousandths,
            wording,
        } => {
            let own = || Term::Real(id(*quantity));
            let limit = Rational::ratio(*thousandths, 1000);
            let (left, right) = match wording {
                Wording::Plain => (own(), limit),
                Wording::Doubled => {
                    let two = Rational::from(2);
                    let left = Term::Mul(vec![Term::Rational(two.clone()), own()]);
                    (left, &two * &limit)
                }
                Wording::Squared => (Term::Mul(vec![own(), own()]), &limit * &limit),
            };
            let right = Term::Rational(right);
            if *is_upper {
                Formula::Le(left, right)
            } else {
                Formula::Le(right, left)
            }
        }
        Says::Defined {
            quantity,
            shape,
            from,
        } => {
            let [a, b, c] = from.map(|one| Term::Real(id(one)));
            let value = match shape {
                Shape::Product => Term::Mul(vec![a, b]),
                Shape::Quotient => Term::Div(Box::new(Term::Mul(vec![a, b])), Box::new(c)),
                Shape::Power => Term::Mul(vec![a.clone(), a, b]),
                Shape::Root => Term::Mul(vec![Term::Apply(Function::Sqrt, Box::new(a)), b]),
                Shape::Growth => {
                    let fiftieth = Term::Rational(Rational::ratio(1, 50));
                    let argument = Term::Mul(vec![fiftieth, b]);
                    Term::Mul(vec![a, Term::Apply(Function::Exp, Box::new(argument))])
                }
            };
            if shape.band() == 0.0 {
                return Formula::Eq(Term::Real(id(*quantity)), value);
            }
            let near = |thousandths: i64| {
                let factor = Term::Rational(Rational::ratio(thousandths, 1000));
                Term::Mul(vec![factor, value.clone()])
            };
            let own = || Term::Real(id(*quantity));
            Formula::And(vec![
                Formula::Le(near(999), own()),
                Formula::Le(own(), near(1001)),
            ])
        }
    }
}
