//! Faults planted in sound arguments, one at a time.
//!
//! In: a sound argument, an operator, numbers. Out: the changed argument; for circles, which claims
//! must be in the circle that is found. Whether the change makes a step wrong is not known here.

use std::collections::BTreeSet;

use cellwright::rational::Rational;

use super::dice::Dice;
use super::model::{Argument, CHOICES, Relation, Role, Says, Statement, Wording};

/// A kind of planted fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operator {
    DropPremise,
    Tighten,
    FlipDirection,
    UnitSlip,
    PercentForFraction,
    BasisSlip,
    SignSlip,
    Strictness,
    GuardDropped,
    AnotherChemistry,
    AffirmTheConsequent,
    ContradictoryPremise,
    DirectCircle,
    LongCircle,
    RestatedCircle,
    RestatedInOtherUnits,
    RestatedByCases,
    OrphanPremise,
    LeftOverEvidence,
    DefeaterIgnored,
}

impl Operator {
    pub const ALL: [Self; 20] = [
        Self::DropPremise,
        Self::Tighten,
        Self::FlipDirection,
        Self::UnitSlip,
        Self::PercentForFraction,
        Self::BasisSlip,
        Self::SignSlip,
        Self::Strictness,
        Self::GuardDropped,
        Self::AnotherChemistry,
        Self::AffirmTheConsequent,
        Self::ContradictoryPremise,
        Self::DirectCircle,
        Self::LongCircle,
        Self::RestatedCircle,
        Self::RestatedInOtherUnits,
        Self::RestatedByCases,
        Self::OrphanPremise,
        Self::LeftOverEvidence,
        Self::DefeaterIgnored,
    ];

    /// The name in the table and where the truth comes from.
    pub fn describe(self) -> (&'static str, &'static str) {
        match self {
            Self::DropPremise => ("drop a premise", "corners"),
            Self::Tighten => ("tighten the conclusion", "corners"),
            Self::FlipDirection => ("flip the direction", "corners"),
            Self::UnitSlip => ("unit slip, one factor × 1000", "corners"),
            Self::PercentForFraction => ("percent for fraction, limit ÷ 100", "corners"),
            Self::BasisSlip => ("mass for volume fraction, one factor × 2.4", "corners"),
            Self::SignSlip => ("sign of one factor", "corners"),
            Self::Strictness => ("endpoint excluded", "corners"),
            Self::GuardDropped => ("guard dropped", "corners"),
            Self::AnotherChemistry => ("evidence from another chemistry", "corners"),
            Self::AffirmTheConsequent => ("affirming the consequent", "corners"),
            Self::ContradictoryPremise => ("contradictory premise", "corners"),
            Self::DirectCircle => ("direct circle", "construction"),
            Self::LongCircle => ("long circle", "construction"),
            Self::RestatedCircle => ("restated circle, doubled", "construction"),
            Self::RestatedInOtherUnits => ("restated over two hops, other units", "construction"),
            Self::RestatedByCases => ("restated by cases", "construction"),
            Self::OrphanPremise => ("orphan premise", "count"),
            Self::LeftOverEvidence => ("left-over evidence", "count"),
            Self::DefeaterIgnored => ("defeater ignored", "attack tree"),
        }
    }
}

/// A changed argument.
pub struct Mutant {
    pub argument: Argument,
    /// For circles: one of these is a claim of the circle.
    pub circle: Option<BTreeSet<usize>>,
    /// Steps that only gained premises, true together: they stay sound by construction.
    pub sound: BTreeSet<usize>,
}

impl Mutant {
    fn of(argument: Argument) -> Self {
        Self {
            argument,
            circle: None,
            sound: BTreeSet::new(),
        }
    }
}

/// Plants a fault; nothing where the argument has no place for it.
pub fn mutant(operator: Operator, base: &Argument, dice: &mut Dice) -> Option<Mutant> {
    match operator {
        Operator::DropPremise
        | Operator::Tighten
        | Operator::FlipDirection
        | Operator::UnitSlip
        | Operator::PercentForFraction
        | Operator::BasisSlip
        | Operator::SignSlip
        | Operator::Strictness
        | Operator::GuardDropped
        | Operator::AnotherChemistry
        | Operator::AffirmTheConsequent
        | Operator::ContradictoryPremise => wrong_step(operator, base, dice),
        Operator::DirectCircle
        | Operator::LongCircle
        | Operator::RestatedCircle
        | Operator::RestatedInOtherUnits
        | Operator::RestatedByCases => circle(operator, base, dice),
        Operator::OrphanPremise => {
            let claims = base.claims();
            let used = claims
                .into_iter()
                .filter(|&at| !base.resting_on(at).is_empty());
            let used: Vec<usize> = used.collect();
            let mut argument = base.clone();
            argument.parts[dice.pick(&used)?].from.clear();
            Some(Mutant::of(argument))
        }
        Operator::LeftOverEvidence => {
            let mut argument = base.clone();
            let copied = dice.pick(&base.claims())?;
            let statement = base.parts[copied].statement.clone();
            argument.add(Role::Evidence, statement, Vec::new());
            Some(Mutant::of(argument))
        }
        Operator::DefeaterIgnored => {
            let mut argument = base.clone();
            let defence = argument
                .parts
                .iter_mut()
                .rev()
                .find(|part| !part.attacks.is_empty())?;
            defence.attacks.clear();
            Some(Mutant::of(argument))
        }
    }
}

fn wrong_step(operator: Operator, base: &Argument, dice: &mut Dice) -> Option<Mutant> {
    let mut argument = base.clone();
    let mut claims = base.claims();
    if operator == Operator::GuardDropped {
        claims.retain(|&at| base.parts[at].statement.guard.is_some());
    }
    let at = dice.pick(&claims)?;
    match operator {
        Operator::DropPremise => {
            let from = &mut argument.parts[at].from;
            let dropped = dice.below(from.len());
            from.remove(dropped);
        }
        Operator::AnotherChemistry => {
            let leaves: Vec<usize> = guarded_leaves(base);
            let (choice, _) = base.parts[dice.pick(&leaves)?].statement.guard?;
            let leaves = leaves.into_iter().filter(|&leaf| {
                base.parts[leaf]
                    .statement
                    .guard
                    .is_some_and(|guard| guard.0 == choice)
            });
            let leaf = dice.pick(&leaves.collect::<Vec<_>>())?;
            let others = dice.within(1, i64::try_from(CHOICES[choice].len()).ok()? - 1);
            argument.parts[leaf].statement.guard = Some((choice, u32::try_from(others).ok()?));
        }
        Operator::AffirmTheConsequent => {
            let leaf = dice.pick(&guarded_leaves(base))?;
            let at = dice.pick(&base.resting_on(leaf))?;
            let mut consequent = base.parts[leaf].statement.clone();
            let guard = consequent.guard.take()?;
            let shown = argument.add(Role::Evidence, consequent, Vec::new());
            argument.parts[at].statement.guard = None;
            argument.parts[at].statement.says = Says::Is(guard);
            argument.parts[at].from = vec![leaf, shown];
        }
        Operator::ContradictoryPremise => {
            let from = base.parts[at].from.iter().copied();
            let bounds =
                from.filter(|&one| matches!(base.parts[one].statement.says, Says::Bound { .. }));
            let one = dice.pick(&bounds.collect::<Vec<_>>())?;
            let mut opposite = base.parts[one].statement.clone();
            opposite.guard = None;
            turn(&mut opposite);
            tighten(&mut opposite, dice.within(1, 50));
            let shown = argument.add(Role::Evidence, opposite, Vec::new());
            argument.parts[at].from.push(shown);
        }
        _ => slip(operator, &mut argument.parts[at].statement, dice)?,
    }
    Some(Mutant::of(argument))
}

/// Leaves with a guard on which a claim rests.
fn guarded_leaves(base: &Argument) -> Vec<usize> {
    let places = 0..base.parts.len();
    let fits = |&at: &usize| {
        let part = &base.parts[at];
        let is_leaf = part.role != Role::Claim && part.statement.guard.is_some();
        is_leaf && !base.resting_on(at).is_empty()
    };
    places.filter(fits).collect()
}

/// A slip within one statement.
fn slip(operator: Operator, statement: &mut Statement, dice: &mut Dice) -> Option<()> {
    if operator == Operator::GuardDropped {
        return statement.guard.take().map(|_| ());
    }
    if operator == Operator::FlipDirection {
        turn(statement);
        return Some(());
    }
    if operator == Operator::Tighten {
        tighten(statement, dice.within(1, 60));
        return Some(());
    }
    let Says::Bound {
        sum,
        relation,
        limit,
    } = &mut statement.says
    else {
        return None;
    };
    let factor = match operator {
        Operator::PercentForFraction => {
            *limit = &*limit / &Rational::from(100);
            return Some(());
        }
        Operator::Strictness => {
            if *relation == Relation::AtLeast {
                sum.values_mut().for_each(|one| *one = -&*one);
                *limit = -&*limit;
            }
            *relation = Relation::Below;
            return Some(());
        }
        Operator::UnitSlip => Rational::from(1000),
        Operator::BasisSlip => Rational::ratio(12, 5),
        Operator::SignSlip => Rational::from(-1),
        _ => return None,
    };
    let ids: Vec<u32> = sum.keys().copied().collect();
    let one = sum.get_mut(&dice.pick(&ids)?)?;
    *one = &*one * &factor;
    Some(())
}

fn turn(statement: &mut Statement) {
    if let Says::Bound { relation, .. } = &mut statement.says {
        *relation = match relation {
            Relation::AtMost | Relation::Below => Relation::AtLeast,
            Relation::AtLeast => Relation::AtMost,
        };
    }
}

fn tighten(statement: &mut Statement, amount: i64) {
    if let Says::Bound {
        relation, limit, ..
    } = &mut statement.says
    {
        *limit = match relation {
            Relation::AtMost | Relation::Below => &*limit - &Rational::from(amount),
            Relation::AtLeast => &*limit + &Rational::from(amount),
        };
    }
}

/// A claim made to rest on itself, as it stands or as a new claim that says the same.
fn circle(operator: Operator, base: &Argument, dice: &mut Dice) -> Option<Mutant> {
    let hops = match operator {
        Operator::LongCircle => 2 + dice.below(2),
        Operator::RestatedInOtherUnits => 2,
        _ => 1,
    };
    let starts = base
        .claims()
        .into_iter()
        .filter(|&at| !below(base, at, hops).is_empty());
    let top = dice.pick(&starts.collect::<Vec<_>>())?;
    let bottom = dice.pick(&below(base, top, hops))?;
    let mut argument = base.clone();
    let wording = match operator {
        Operator::RestatedCircle => Wording::Doubled,
        Operator::RestatedInOtherUnits => Wording::OtherUnits,
        Operator::RestatedByCases => Wording::ByCases,
        _ => {
            argument.parts[bottom].from.push(top);
            let mut mutant = Mutant::of(argument);
            mutant.circle = Some(BTreeSet::from([bottom]));
            mutant.sound.insert(bottom);
            return Some(mutant);
        }
    };
    let mut from = base.parts[bottom].from.clone();
    from.push(top);
    let statement = base.parts[bottom].statement.reworded(wording);
    let again = argument.add(Role::Claim, statement, from);
    let mut mutant = Mutant::of(argument);
    mutant.circle = Some(BTreeSet::from([again, bottom]));
    mutant.sound.insert(again);
    Some(mutant)
}

/// Claims so many steps below a claim.
fn below(base: &Argument, top: usize, hops: usize) -> Vec<usize> {
    let mut level = BTreeSet::from([top]);
    for _ in 0..hops {
        let next = level.iter().flat_map(|&at| &base.parts[at].from).copied();
        level = next
            .filter(|&at| base.parts[at].role == Role::Claim)
            .collect();
    }
    level.into_iter().collect()
}
