//! The length of the step that meets an end: found between a trial that stops short and one that
//! goes beyond.
//!
//! In: the margins (how far beyond the end) of the lengths tried so far. Out: the next length to
//! try. The first trial is bent along the slope before the step, later ones go through the last
//! three trials (inverse quadratic interpolation, Brent 1973); a length outside the bracket gives
//! way to the chord. Every trial is a whole evaluation of the model, so an end is met on the model
//! itself. Bound: [`TRIALS_MAX`]; after that a step that stops short is taken as progress.

/// Trials after which a step that stops short of an end is taken.
pub(super) const TRIALS_MAX: f64 = 12.0;

/// First trial after which the bracket may be halved.
const HALVING_FROM: u32 = 6;

/// A length and the margin found there.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Trial {
    length_s: f64,
    margin: f64,
}

/// What is known of one step.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct EndSearch {
    /// The longest trial that stops short, after the start itself.
    short: Option<Trial>,
    /// The shortest trial that goes beyond.
    beyond: Option<Trial>,
    /// The last trials, the newest first.
    last: [Option<Trial>; 2],
    trials: u32,
}

impl EndSearch {
    /// Takes in a trial and returns the next length, s.
    ///
    /// `start` is the margin at the start of the step and its slope before it, per second.
    pub(super) fn next(&mut self, start: (f64, f64), length_s: f64, margin: f64) -> f64 {
        let origin = Trial {
            length_s: 0.0,
            margin: start.0,
        };
        let trial = Trial { length_s, margin };
        let last = self.last;
        self.last = [Some(trial), last[0]];
        self.trials += 1;
        if margin > 0.0 {
            self.beyond = Some(trial);
        } else {
            self.short = Some(trial);
        }
        let short = self.short.unwrap_or(origin);
        let Some(beyond) = self.beyond else {
            return length_s;
        };
        // Every other late trial halves the bracket: a kink gives the curves nothing to hold on to.
        if self.trials >= HALVING_FROM && self.trials.is_multiple_of(2) {
            return 0.5 * (short.length_s + beyond.length_s);
        }
        let guess_s = match last {
            [None, _] => bent(start, trial),
            [Some(newer), None] => through(origin, newer, trial),
            [Some(newer), Some(older)] => through(older, newer, trial),
        };
        if guess_s > short.length_s && guess_s < beyond.length_s {
            guess_s
        } else {
            chord(short, beyond)
        }
    }
}

/// Where the parabola through the start, with its slope, and the last trial meets the end, s; NaN
/// where it does not.
fn bent((before, slope): (f64, f64), last: Trial) -> f64 {
    let length_s = last.length_s;
    let square = (last.margin - before - slope * length_s) / (length_s * length_s);
    let discriminant = slope * slope - 4.0 * square * before;
    if slope > 0.0 && discriminant > 0.0 {
        -2.0 * before / (slope + discriminant.sqrt())
    } else {
        f64::NAN
    }
}

/// Where the parabola of length over margin through three trials meets the end, s; NaN where two
/// margins are equal.
fn through(a: Trial, b: Trial, c: Trial) -> f64 {
    let share = |p: Trial, q: Trial, r: Trial| {
        p.length_s * (q.margin / (p.margin - q.margin)) * (r.margin / (p.margin - r.margin))
    };
    let length_s = share(a, b, c) + share(b, c, a) + share(c, a, b);
    if length_s.is_finite() {
        length_s
    } else {
        f64::NAN
    }
}

/// Where the chord between two trials meets the end, s; the middle where it is level.
fn chord(short: Trial, beyond: Trial) -> f64 {
    let share = short.margin / (short.margin - beyond.margin);
    let share = if share > 0.0 && share < 1.0 {
        share
    } else {
        0.5
    };
    short.length_s + share * (beyond.length_s - short.length_s)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: few evaluations per end, since each costs as much as a step. A margin that bends like
    /// the end of a charge is met within 1e-7 after five trials at most.
    #[test]
    fn a_bent_margin_is_met_in_five_trials() {
        for (bend, length_s) in [(0.0, 1_500.0), (6.0, 1_500.0), (40.0, 1_200.0)] {
            let margin = |t: f64| -0.03 + 2e-5 * t * (1.0 + bend * (t / 4_000.0) * (t / 4_000.0));
            let mut search = EndSearch::default();
            let (mut trials, mut at_s) = (0, length_s);
            while margin(at_s).abs() > 1e-7 {
                at_s = search.next((margin(0.0), 1.9e-5), at_s, margin(at_s));
                trials += 1;
                assert!(trials <= 5, "{bend}: {at_s} s, margin {}", margin(at_s));
            }
        }
    }

    /// A kink and a jump give interpolation nothing to hold on to; the bracket still closes.
    #[test]
    fn a_kink_stays_in_its_bracket() {
        let margin = |t: f64| if t < 7.0 { -1.0 } else { (t - 7.0) * 1e3 };
        let mut search = EndSearch::default();
        let mut at_s = 10.0;
        let mut trials = 0.0;
        while trials < TRIALS_MAX {
            let next = search.next((-1.0, 0.0), at_s, margin(at_s));
            assert!(next > 0.0 && next < 10.0);
            at_s = next;
            trials += 1.0;
        }
        // What stops short by then is taken, and the next step begins behind it.
        assert!(at_s < 7.0 && 7.0 - at_s < 0.2, "{at_s}");
    }
}
