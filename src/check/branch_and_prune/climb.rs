//! A guess for a model: the point of a box where the worst atom is best.
//!
//! In: a function of a point that grows with how well its worst atom holds, and a box. Out: a
//! point that coordinate steps of shrinking width cannot improve. It is only a guess: exact
//! evaluation decides about it.

use super::span::Span;

/// Rounds over all coordinates; the step shrinks by half after each.
const ROUNDS: usize = 8;

/// Ends farther out than this are replaced by it.
const REACH: f64 = 1e6;

/// Climbs from the middle of the box.
#[must_use]
pub fn climb(sides: &[Span], movable: &[usize], worth: &dyn Fn(&[Span]) -> f64) -> Vec<Span> {
    let inside = |side: Span| Span {
        low: side.low.max(-REACH),
        high: side.high.min(REACH),
    };
    let mut point = sides.to_vec();
    for &place in movable {
        let side = inside(sides[place]);
        point[place] = single(0.5 * (side.low + side.high));
    }
    let mut best = worth(&point);
    let mut share = 0.5;
    for _ in 0..ROUNDS {
        for &place in movable {
            let side = inside(sides[place]);
            let step = share * (side.high - side.low);
            let here = point[place].low;
            for at in [here - step, here + step] {
                let at = at.max(side.low).min(side.high);
                let before = std::mem::replace(&mut point[place], single(at));
                let found = worth(&point);
                if found > best {
                    best = found;
                } else {
                    point[place] = before;
                }
            }
        }
        share *= 0.5;
    }
    point
}

fn single(at: f64) -> Span {
    Span { low: at, high: at }
}
