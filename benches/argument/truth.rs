//! What is really wrong, by another method than the detector's.
//!
//! The detector looks for multipliers (a proof) or runs into a point. Here a step is decided by
//! listing: for every value of the choices all corners of the set that the premises and ranges
//! leave, exactly; a linear conclusion follows where it holds at every corner. Loose ends are
//! counted; defeat is followed attack by attack to its roots. A circle is a claim reached from
//! itself, claims of one canonical text taken as one: the detector compares what they mean.

use std::collections::{BTreeMap, BTreeSet};

use cellwright::rational::Rational;

use super::model::{Argument, CHOICES, Choice, RANGE, REALS, Relation, Role, Says, Statement};

/// A kind of fault; leap and over-claim are one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    Circular,
    Leap,
    Vacuous,
    Unsupported,
    Unused,
    Defeated,
}

/// Most variables of a step: corners are listed, not searched.
pub const STEP_VARIABLES_MAX: usize = 4;

/// `sum <= limit`, strictly or not.
#[derive(Clone)]
struct Half {
    row: Vec<Rational>,
    limit: Rational,
    strict: bool,
}

/// What is wrong with one step, if anything.
pub fn step_fault(argument: &Argument, node: usize) -> Option<Fault> {
    let part = &argument.parts[node];
    let premises: Vec<&Statement> = part
        .from
        .iter()
        .map(|&at| &argument.parts[at].statement)
        .collect();
    let mut has_points = false;
    let mut follows = true;
    // Cases with the same premises have the same corners.
    let mut known = BTreeMap::new();
    for chemistry in 0..CHOICES[0].len() {
        for can in 0..CHOICES[1].len() {
            let values = [chemistry, can].map(|one| u32::try_from(one).expect("few"));
            let verdict = in_case(&premises, &part.statement, values, &mut known);
            has_points |= verdict.is_some();
            follows &= verdict.unwrap_or(true);
        }
    }
    match (has_points, follows) {
        (false, _) => Some(Fault::Vacuous),
        (true, false) => Some(Fault::Leap),
        (true, true) => None,
    }
}

/// Corners of the sets already listed, by which premises apply.
type Known = BTreeMap<Vec<bool>, Vec<Vec<Rational>>>;

/// Whether the conclusion holds wherever the premises do; nothing where they hold nowhere.
fn in_case(
    premises: &[&Statement],
    conclusion: &Statement,
    values: [u32; 2],
    known: &mut Known,
) -> Option<bool> {
    let applies = |one: &Statement| {
        one.guard
            .is_none_or(|(choice, member)| values[choice] == member)
    };
    let mut used: BTreeSet<u32> = BTreeSet::new();
    for one in premises.iter().copied().chain([conclusion]) {
        if let Says::Bound { sum, .. } = &one.says {
            used.extend(sum.keys());
        }
    }
    let used: Vec<u32> = used.into_iter().collect();
    assert!(used.len() <= STEP_VARIABLES_MAX, "too many corners");
    let mut halves = ranges(used.len());
    for one in premises.iter().filter(|one| applies(one)) {
        match &one.says {
            Says::Is((choice, member)) if values[*choice] != *member => return None,
            Says::Is(_) => {}
            Says::Bound { .. } => halves.extend(half(one, &used)),
        }
    }
    let active: Vec<bool> = premises.iter().map(|one| applies(one)).collect();
    let corners = known
        .entry(active)
        .or_insert_with(|| corners(&halves, used.len()));
    if corners.is_empty() {
        return None;
    }
    if !applies(conclusion) {
        return Some(true);
    }
    if let Says::Is((choice, member)) = conclusion.says {
        return Some(values[choice] == member);
    }
    let wanted = half(conclusion, &used)?;
    // The greatest value of the sum is met at a corner; with strict premises it is not reached
    // where one of them is an equality there.
    let holds = |corner: &Vec<Rational>| {
        let value = dot(&wanted.row, corner);
        let reached = halves
            .iter()
            .all(|one| !one.strict || dot(&one.row, corner) < one.limit);
        value < wanted.limit || (value == wanted.limit && (!wanted.strict || !reached))
    };
    Some(corners.iter().all(holds))
}

fn ranges(count: usize) -> Vec<Half> {
    let mut halves = Vec::new();
    for at in 0..count {
        for (factor, limit) in [(1, RANGE), (-1, 0)] {
            let mut row = vec![Rational::zero(); count];
            row[at] = Rational::from(factor);
            let limit = Rational::from(limit);
            halves.push(Half {
                row,
                limit,
                strict: false,
            });
        }
    }
    halves
}

fn half(statement: &Statement, used: &[u32]) -> Option<Half> {
    let Says::Bound {
        sum,
        relation,
        limit,
    } = &statement.says
    else {
        return None;
    };
    let sign = Rational::from(match relation {
        Relation::AtMost | Relation::Below => 1,
        Relation::AtLeast => -1,
    });
    let zero = Rational::zero();
    let row = used.iter().map(|at| sum.get(at).unwrap_or(&zero) * &sign);
    Some(Half {
        row: row.collect(),
        limit: limit * &sign,
        strict: *relation == Relation::Below,
    })
}

fn dot(row: &[Rational], point: &[Rational]) -> Rational {
    let pairs = row.iter().zip(point);
    pairs.fold(Rational::zero(), |sum, (a, b)| &sum + &(a * b))
}

/// All corners: every choice of as many equalities as there are variables.
fn corners(halves: &[Half], count: usize) -> Vec<Vec<Rational>> {
    let mut found = Vec::new();
    let mut chosen: Vec<usize> = Vec::new();
    choose(halves, count, 0, &mut chosen, &mut found);
    found
}

fn choose(
    halves: &[Half],
    count: usize,
    next: usize,
    chosen: &mut Vec<usize>,
    found: &mut Vec<Vec<Rational>>,
) {
    if chosen.len() == count {
        let rows = chosen.iter().map(|&at| &halves[at]);
        if let Some(point) = meeting(rows, count) {
            let inside = |one: &Half| dot(&one.row, &point) <= one.limit;
            if halves.iter().all(inside) {
                found.push(point);
            }
        }
        return;
    }
    for at in next..halves.len() {
        // Both ends of one variable never meet.
        let is_far_end = at < 2 * count && at % 2 == 1;
        if is_far_end && chosen.last() == Some(&(at - 1)) {
            continue;
        }
        chosen.push(at);
        choose(halves, count, at + 1, chosen, found);
        chosen.pop();
    }
}

/// Where equalities meet in one point, by elimination.
fn meeting<'a>(rows: impl Iterator<Item = &'a Half>, count: usize) -> Option<Vec<Rational>> {
    let mut matrix: Vec<Vec<Rational>> = rows
        .map(|one| one.row.iter().chain([&one.limit]).cloned().collect())
        .collect();
    for column in 0..count {
        let pivot = (column..count).find(|&row| !matrix[row][column].is_zero())?;
        matrix.swap(column, pivot);
        let scale = matrix[column][column].clone();
        matrix[column]
            .iter_mut()
            .for_each(|value| *value = &*value / &scale);
        let own = matrix[column].clone();
        for (at, row) in matrix.iter_mut().enumerate() {
            if at == column || row[column].is_zero() {
                continue;
            }
            let factor = row[column].clone();
            for (value, of_pivot) in row.iter_mut().zip(&own) {
                *value = &*value - &(&factor * of_pivot);
            }
        }
    }
    Some(matrix.into_iter().map(|row| row[count].clone()).collect())
}

/// Loose ends and defeats of a whole argument.
pub fn loose_ends(argument: &Argument) -> BTreeSet<(Fault, usize)> {
    let mut faults = BTreeSet::new();
    let mut known = BTreeMap::new();
    for (at, part) in argument.parts.iter().enumerate() {
        match part.role {
            Role::Claim if part.from.is_empty() => {
                faults.insert((Fault::Unsupported, at));
            }
            Role::Evidence if part.attacks.is_empty() && argument.resting_on(at).is_empty() => {
                faults.insert((Fault::Unused, at));
            }
            Role::Claim | Role::Evidence | Role::Rule => {}
        }
        if is_defeated(argument, at, &mut known) {
            faults.insert((Fault::Defeated, at));
        }
    }
    faults
}

/// What a statement says whatever its scale and wording: the first factor is one or minus one.
fn canonical(statement: &Statement) -> (Option<Choice>, Says) {
    let mut says = statement.says.clone();
    if let Says::Bound {
        sum,
        relation,
        limit,
    } = &mut says
    {
        if *relation == Relation::AtLeast {
            sum.values_mut().for_each(|factor| *factor = -&*factor);
            *limit = -&*limit;
            *relation = Relation::AtMost;
        }
        let scale = sum.values().next().map_or_else(Rational::one, |first| {
            Rational::one()
                .checked_div(&first.abs())
                .unwrap_or_default()
        });
        sum.values_mut()
            .for_each(|factor| *factor = &*factor * &scale);
        *limit = &*limit * &scale;
    }
    (statement.guard, says)
}

/// Whether two statements are the same in other words.
pub fn say_the_same(one: &Statement, other: &Statement) -> bool {
    canonical(one) == canonical(other)
}

/// Whether some claim rests on itself or on a claim that says the same.
pub fn has_circle(argument: &Argument) -> bool {
    let claims = argument.claims();
    let texts: Vec<_> = claims
        .iter()
        .map(|&at| canonical(&argument.parts[at].statement))
        .collect();
    let class = |at: usize| {
        let own = claims.iter().position(|&one| one == at)?;
        texts.iter().position(|text| *text == texts[own])
    };
    let mut below: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); claims.len()];
    for &at in &claims {
        let premises = argument.parts[at].from.iter();
        if let Some(own) = class(at) {
            below[own].extend(premises.filter_map(|&one| class(one)));
        }
    }
    let returns = |start: usize| {
        let mut open: Vec<usize> = below[start].iter().copied().collect();
        let mut seen = BTreeSet::new();
        while let Some(at) = open.pop() {
            if at == start {
                return true;
            }
            if seen.insert(at) {
                open.extend(&below[at]);
            }
        }
        false
    };
    (0..claims.len()).any(returns)
}

/// Whether an attacker of the part or of anything below it stands; attacks here have no circles.
fn is_defeated(argument: &Argument, part: usize, known: &mut BTreeMap<usize, bool>) -> bool {
    if let Some(&defeated) = known.get(&part) {
        return defeated;
    }
    let mut whole = BTreeSet::from([part]);
    let mut open = vec![part];
    while let Some(at) = open.pop() {
        open.extend(
            argument.parts[at]
                .from
                .iter()
                .filter(|&&below| whole.insert(below)),
        );
    }
    let attacks = |by: &usize| {
        argument.parts[*by]
            .attacks
            .iter()
            .any(|one| whole.contains(one))
    };
    let attackers: Vec<usize> = (0..argument.parts.len()).filter(attacks).collect();
    let defeated = attackers
        .into_iter()
        .any(|by| !is_defeated(argument, by, known));
    known.insert(part, defeated);
    defeated
}

/// The variables of a bound.
pub fn variables(statement: &Statement) -> BTreeSet<u32> {
    match &statement.says {
        Says::Bound { sum, .. } => sum.keys().copied().filter(|&at| at < REALS).collect(),
        Says::Is(_) => BTreeSet::new(),
    }
}
