//! Sound arguments, made so: conclusions are sums of their premises, with slack.
//!
//! In: numbers. Out: about 14 leaves true at one hidden point, 12 claims above them, each the
//! weighted sum of two or three premises, and an attack with its defence. A claim whose premises
//! hold only for one chemistry or one can says so itself or rests on evidence that it is that one.

use std::collections::{BTreeMap, BTreeSet};

use cellwright::rational::Rational;

use super::dice::Dice;
use super::model::{Argument, Choice, REALS, Relation, Role, Says, Statement};
use super::truth::{STEP_VARIABLES_MAX, say_the_same, variables};

const LEAVES: usize = 12;
const CLAIMS: usize = 12;

/// Draws for one claim before it is given up.
const TRIES: usize = 60;

/// Makes a sound argument.
pub fn sound(dice: &mut Dice) -> Argument {
    let hidden: Vec<i64> = (0..REALS).map(|_| dice.within(100, 900)).collect();
    let mut argument = Argument::default();
    let scopes = [0, 1].map(|choice| {
        let says = Says::Is((choice, 0));
        let statement = Statement {
            guard: None,
            says,
            wording: super::model::Wording::Plain,
        };
        argument.add(Role::Evidence, statement, Vec::new())
    });
    for _ in 0..LEAVES {
        let role = if dice.chance(35) {
            Role::Rule
        } else {
            Role::Evidence
        };
        let leaf = leaf(dice, &hidden);
        argument.add(role, leaf, Vec::new());
    }
    for _ in 0..CLAIMS {
        for _ in 0..TRIES {
            // A claim said before would be a circle, and no sound argument.
            let is_new = |drawn: &(Statement, Vec<usize>)| {
                let parts = argument.parts.iter();
                parts
                    .filter(|part| part.role == Role::Claim)
                    .all(|part| !say_the_same(&part.statement, &drawn.0))
            };
            if let Some((statement, from)) = claim(dice, &argument, scopes).filter(is_new) {
                argument.add(Role::Claim, statement, from);
                break;
            }
        }
    }
    attack(dice, &mut argument, &hidden);
    for at in 0..argument.parts.len() {
        let part = &argument.parts[at];
        if part.role == Role::Evidence
            && part.attacks.is_empty()
            && argument.resting_on(at).is_empty()
        {
            argument.parts[at].role = Role::Rule;
        }
    }
    argument
}

/// A bound on one or two variables that holds with slack at the hidden point.
pub fn leaf(dice: &mut Dice, hidden: &[i64]) -> Statement {
    let mut sum = BTreeMap::new();
    let mut value = 0;
    for _ in 0..1 + dice.below(2) {
        let at = dice.below(hidden.len());
        let factor = dice.within(1, 5);
        if sum
            .insert(u32::try_from(at).expect("few"), Rational::from(factor))
            .is_none()
        {
            value += factor * hidden[at];
        } else {
            value = factor * hidden[at];
        }
    }
    let slack = dice.within(5, 60);
    let (relation, limit) = if dice.chance(25) {
        (Relation::AtLeast, value - slack)
    } else {
        (Relation::AtMost, value + slack)
    };
    let mut statement = Statement::bound(sum, relation, Rational::from(limit));
    if dice.chance(30) {
        statement.guard = Some((dice.below(2), 0));
    }
    statement
}

/// Some premises and what follows from them.
fn claim(
    dice: &mut Dice,
    argument: &Argument,
    scopes: [usize; 2],
) -> Option<(Statement, Vec<usize>)> {
    let claims = argument.claims();
    let wanted = 2 + dice.below(2);
    let mut from: Vec<usize> = Vec::new();
    let mut used: BTreeSet<u32> = BTreeSet::new();
    for _ in 0..TRIES {
        if from.len() == wanted {
            break;
        }
        let drawn = if dice.chance(55) {
            dice.pick(&claims)
        } else {
            None
        };
        let at = drawn.unwrap_or_else(|| dice.below(argument.parts.len()));
        let own = variables(&argument.parts[at].statement);
        let joined: BTreeSet<u32> = used.union(&own).copied().collect();
        if !own.is_empty() && joined.len() <= STEP_VARIABLES_MAX && !from.contains(&at) {
            from.push(at);
            used = joined;
        }
    }
    if from.len() < 2 {
        return None;
    }
    let (sum, limit) = weighted(dice, argument, &from)?;
    let slack = if dice.chance(40) {
        0
    } else {
        dice.within(1, 40)
    };
    let limit = &limit + &Rational::from(slack);
    let guards = from
        .iter()
        .filter_map(|&at| argument.parts[at].statement.guard);
    let guards: BTreeSet<Choice> = guards.collect();
    let mut statement = positive(sum, limit);
    let is_guarded = guards.len() == 1 && dice.chance(60);
    if is_guarded {
        statement.guard = guards.first().copied();
    } else {
        from.extend(guards.iter().map(|&(choice, _)| scopes[choice]));
    }
    Some((statement, from))
}

/// The weighted mean of premises; nothing where it says nothing.
fn weighted(
    dice: &mut Dice,
    argument: &Argument,
    from: &[usize],
) -> Option<(BTreeMap<u32, Rational>, Rational)> {
    let mut sum: BTreeMap<u32, Rational> = BTreeMap::new();
    let (mut total, mut weights) = (Rational::zero(), Rational::zero());
    for &at in from {
        let weight = Rational::from(dice.within(1, 3));
        let Says::Bound {
            sum: own,
            relation,
            limit,
        } = &argument.parts[at].statement.says
        else {
            return None;
        };
        let signed = if *relation == Relation::AtLeast {
            -&weight
        } else {
            weight.clone()
        };
        for (&id, factor) in own {
            let known = sum.entry(id).or_insert_with(Rational::zero);
            *known = &*known + &(factor * &signed);
        }
        total = &total + &(limit * &signed);
        weights = &weights + &weight;
    }
    sum.retain(|_, factor| !factor.is_zero());
    sum.values_mut()
        .for_each(|factor| *factor = &*factor / &weights);
    (!sum.is_empty()).then(|| (sum, &total / &weights))
}

/// `sum <= limit`, with the sides turned where all factors are negative.
fn positive(sum: BTreeMap<u32, Rational>, limit: Rational) -> Statement {
    if sum.values().all(Rational::is_negative) {
        let turned = sum.iter().map(|(&at, factor)| (at, -factor)).collect();
        return Statement::bound(turned, Relation::AtLeast, -&limit);
    }
    Statement::bound(sum, Relation::AtMost, limit)
}

/// Evidence against a leaf that a claim rests on, and evidence against that evidence.
fn attack(dice: &mut Dice, argument: &mut Argument, hidden: &[i64]) {
    let used: Vec<usize> = (0..argument.parts.len())
        .filter(|&at| argument.parts[at].role != Role::Claim && !argument.resting_on(at).is_empty())
        .collect();
    let Some(target) = dice.pick(&used) else {
        return;
    };
    let against = leaf(dice, hidden);
    let first = argument.add(Role::Evidence, against, Vec::new());
    argument.parts[first].attacks.push(target);
    let defence = leaf(dice, hidden);
    let second = argument.add(Role::Evidence, defence, Vec::new());
    argument.parts[second].attacks.push(first);
}
