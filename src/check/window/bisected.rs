//! Windows of rules without a closed form on the range: `exp`, `ln`, `sqrt` of the parameter.
//!
//! In: one rule, a case, the axis with its range. Out: the parts of the range on which the rule
//! holds for all tolerances of the others, each with certificates that cover it; an end lies
//! between two numbers, and the part beyond it has a certificate that the rule is broken there.
//! Method: the range is halved until a part is proved good (nothing in it breaks the rule), proved
//! bad (at one fixed point of the others nothing in it keeps the rule), or narrow. Questions are
//! bounded in number; what stays open is no part of a window.

use super::part::{Edge, Part};
use super::{Axis, moving};
use crate::certificate::Any;
use crate::check::case::{Case, NumberCase, SignalCase};
use crate::check::encode::{Encoder, tolerances};
use crate::check::obligation::{Obligation, Question};
use crate::check::query::{Formula, Query, Want};
use crate::check::refute::{Budget, Refuted, refute};
use crate::rational::Rational;
use crate::rule_language::{Point, PointValue, Rule, RuleSet, SignalId};

/// A part narrower than the range over this stays open.
const NARROW: i64 = 1 << 32;

/// Questions about one rule.
const QUESTIONS_MAX: usize = 600;

/// What one question may cost.
const BUDGET: Budget = Budget {
    leaves: 64,
    boxes: 48,
};

/// What is known of a part of the range.
enum Standing {
    Good(Any),
    Bad(Any),
    Open,
}

struct Piece {
    low: Rational,
    high: Rational,
    standing: Standing,
}

struct Bisection<'a> {
    rule_set: &'a RuleSet,
    rule: &'a Rule,
    case: &'a Case,
    axis: &'a Axis,
    narrow: Rational,
    questions_left: usize,
    pieces: Vec<Piece>,
}

/// Returns the parts of the range on which a rule holds; nothing where it is not known for the
/// value of the recipe.
#[must_use]
pub(super) fn parts(
    rule_set: &RuleSet,
    (place, rule): (usize, &Rule),
    case: &Case,
    axis: &Axis,
    (low, high): (&Rational, &Rational),
) -> Option<Vec<Part>> {
    let mut bisection = Bisection {
        rule_set,
        rule,
        case,
        axis,
        narrow: &(high - low) / &Rational::from(NARROW),
        questions_left: QUESTIONS_MAX,
        pieces: Vec::new(),
    };
    bisection.explore(low.clone(), high.clone());
    let pieces = bisection.pieces;
    let holds_nominal = |piece: &&Piece| piece.low <= axis.nominal && axis.nominal <= piece.high;
    let mut around = pieces.iter().filter(holds_nominal);
    let is_known = around.all(|piece| !matches!(piece.standing, Standing::Open));
    let found = runs(&pieces, place);
    // Without any good part the rule fails all over only if no wide part stays open.
    let is_wide = |piece: &Piece| &piece.high - &piece.low > bisection.narrow;
    let is_open = |piece: &Piece| matches!(piece.standing, Standing::Open) && is_wide(piece);
    let is_unclear = found.is_empty() && pieces.iter().any(is_open);
    (is_known && !is_unclear).then_some(found)
}

impl Bisection<'_> {
    fn explore(&mut self, low: Rational, high: Rational) {
        let standing = self.standing(&low, &high);
        let is_narrow = &high - &low <= self.narrow;
        if matches!(standing, Standing::Open) && !is_narrow && self.questions_left > 0 {
            let middle = &(&low + &high) * &Rational::ratio(1, 2);
            self.explore(low, middle.clone());
            self.explore(middle, high);
            return;
        }
        self.pieces.push(Piece {
            low,
            high,
            standing,
        });
    }

    fn standing(&mut self, low: &Rational, high: &Rational) -> Standing {
        let over = moving(self.case, self.axis, &(low.clone(), high.clone()));
        let asked = Obligation::of(Question::Broken, self.rule_set, self.rule, &over);
        let Some(asked) = asked else {
            return Standing::Open;
        };
        let breaks_at = match self.asked(&asked.query) {
            Some(Refuted::Certified(certificate)) => {
                return Standing::Good(Any::Contradiction(certificate));
            }
            Some(Refuted::Model(model)) => asked.point(&over, &model),
            Some(Refuted::TooLarge | Refuted::Open(_)) | None => return Standing::Open,
        };
        let Some(kept) = self.kept_at(&over, &breaks_at) else {
            return Standing::Open;
        };
        match self.asked(&kept) {
            Some(Refuted::Certified(certificate)) => Standing::Bad(Any::Contradiction(certificate)),
            Some(Refuted::Model(_) | Refuted::TooLarge | Refuted::Open(_)) | None => Standing::Open,
        }
    }

    fn asked(&mut self, query: &Query) -> Option<Refuted> {
        self.questions_left = self.questions_left.checked_sub(1)?;
        Some(refute(query, &BUDGET))
    }

    /// "Is there a value in the part that keeps the rule", the others as they are at a point.
    fn kept_at(&self, over: &Case, point: &Point) -> Option<Query> {
        let mut fixed = over.clone();
        for place in 0..fixed.signals.len() {
            let signal = SignalId(place);
            if let (true, PointValue::Number(value)) =
                (signal != self.axis.signal, point.get(signal))
            {
                fixed.set(signal, SignalCase::Number(NumberCase::exact(value.clone())));
            }
        }
        let mut encoder = Encoder::new(self.rule_set).with_functions();
        let guard = Box::new(encoder.formula(&self.rule.guard)?);
        let body = Box::new(encoder.formula(&self.rule.body)?);
        let name = format!("{} is kept", self.rule.code);
        let mut assertions = vec![(name, Formula::Implies(guard, body))];
        assertions.extend(tolerances(&encoder, &fixed));
        Some(encoder.query(assertions, Want::Model))
    }
}

/// Joins good pieces; what lies between two runs, or between a run and an end of the range, stops
/// them.
fn runs(pieces: &[Piece], rule: usize) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut place = 0;
    while place < pieces.len() {
        let first = place;
        let mut inside = Vec::new();
        while let Some(Standing::Good(certificate)) = pieces.get(place).map(|one| &one.standing) {
            inside.push(certificate.clone());
            place += 1;
        }
        if inside.is_empty() {
            place += 1;
            continue;
        }
        let (own_low, own_high) = (&pieces[first].low, &pieces[place - 1].high);
        let before = outer(pieces[..first].iter().rev(), rule);
        let after = outer(pieces[place..].iter(), rule);
        parts.push(Part {
            low: edge(own_low, before, |piece| &piece.high, |piece| &piece.low),
            high: edge(own_high, after, |piece| &piece.low, |piece| &piece.high),
            inside: Some(inside),
        });
    }
    parts
}

/// What lies beyond a run: the first piece that is not open, and what was passed on the way.
struct Outer<'a> {
    rule: usize,
    known: Option<&'a Piece>,
    last_open: Option<&'a Piece>,
}

fn outer<'a>(pieces: impl Iterator<Item = &'a Piece>, rule: usize) -> Outer<'a> {
    let mut found = Outer {
        rule,
        known: None,
        last_open: None,
    };
    for piece in pieces {
        if matches!(piece.standing, Standing::Open) {
            found.last_open = Some(piece);
        } else {
            found.known = Some(piece);
            break;
        }
    }
    found
}

/// The end of a run: between its own outermost value and the nearest value that is known to be bad.
fn edge(
    own: &Rational,
    outer: Outer<'_>,
    near: impl Fn(&Piece) -> &Rational,
    far: impl Fn(&Piece) -> &Rational,
) -> Edge {
    let stopped_by = match (outer.known, outer.last_open) {
        (None, None) => Vec::new(),
        _ => vec![outer.rule],
    };
    let bound = match (outer.known, outer.last_open) {
        (Some(known), _) => near(known).clone(),
        (None, Some(open)) => far(open).clone(),
        (None, None) => own.clone(),
    };
    let beyond = match outer.known.map(|known| &known.standing) {
        Some(Standing::Bad(certificate)) => Some(certificate.clone()),
        Some(Standing::Good(_) | Standing::Open) | None => None,
    };
    Edge {
        low: own.clone().min(bound.clone()),
        high: own.clone().max(bound),
        closed: true,
        stopped_by,
        beyond,
    }
}
