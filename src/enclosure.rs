//! Elementary functions of exact numbers, each enclosed between two exact numbers.
//!
//! In: a rational argument and the number of bits wanted. Out: `(low, high)` with
//! `low <= true value <= high`, both on a dyadic grid, so that numerators stay as short as the
//! precision asked for. Everything is integer arithmetic on a grid of `2^-places`: each step errs
//! by less than one grid step, the steps are counted, and the count is added on both sides. No
//! floating point, no tables: this file is the whole trust.
//!
//! Method: `exp` by `x = k ln 2 + r` and the Taylor series of `e^r`, `ln` by `x = 2^k m` and the
//! series of `2 artanh((m - 1)/(m + 1))`, `sqrt` by the integer square root.

use std::sync::OnceLock;

use dashu_base::{Abs, BitTest, DivEuclid, SquareRoot, UnsignedAbs};
use dashu_int::{IBig, UBig};

use crate::rational::Rational;

/// A function of one number whose value is irrational nearly everywhere.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Function {
    /// `exp(x)`: e to the power of x.
    Exp,
    /// `ln(x)`: the natural logarithm, of positive numbers.
    Ln,
    /// `sqrt(x)`: the square root, of numbers that are not negative.
    Sqrt,
}

impl Function {
    /// All functions, in the order of the reference.
    pub const ALL: [Self; 3] = [Self::Exp, Self::Ln, Self::Sqrt];

    /// Names the function as rule files do.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Exp => "exp",
            Self::Ln => "ln",
            Self::Sqrt => "sqrt",
        }
    }

    /// Returns the function with a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// Most bits given: more are not computed, whatever is asked.
pub const BITS_MAX: u32 = 4096;

/// Largest argument of [`exp`] with a value here; `e^4096` has 1779 digits.
pub const EXP_ARGUMENT_MAX: i64 = 4096;

/// `e^-4096` is below two to the power of minus this.
const EXP_UNDERFLOW: i64 = 5909;

/// Grid bits beyond those asked for. The counted steps stay below `2^30` for [`BITS_MAX`] bits.
const GUARD: u32 = 48;

/// Grid of the ln 2 that is kept: enough for 512 bits.
const KNOWN_PLACES: u32 = 560;

/// A number on the grid: the true one lies within `slack` steps of `steps`.
struct Grid {
    steps: IBig,
    slack: IBig,
}

/// Encloses e to the power of `x`; `None` when `x` exceeds [`EXP_ARGUMENT_MAX`].
///
/// The width is at most `2^-bits` times the value, and at most `2^-5909` for `x < -4096`; with
/// `bits` beyond [`BITS_MAX`] as for [`BITS_MAX`]. `exp(0)` is exactly 1.
///
/// # Example
/// ```
/// use cellwright::enclosure::exp;
/// use cellwright::rational::Rational;
/// let (low, high) = exp(&Rational::one(), 64).expect("1 is in range");
/// let e = |digits| Rational::parse_decimal(digits).expect("digits");
/// assert!(low <= e("2.718281828459045236") && e("2.718281828459045235") <= high);
/// ```
#[must_use]
pub fn exp(x: &Rational, bits: u32) -> Option<(Rational, Rational)> {
    if x.is_zero() {
        return Some((Rational::one(), Rational::one()));
    }
    let limit = Rational::from(EXP_ARGUMENT_MAX);
    if *x > limit {
        return None;
    }
    if *x < -&limit {
        let high = Rational::dyadic(IBig::ONE, -EXP_UNDERFLOW);
        return Some((Rational::zero(), high));
    }
    let bits = bits.min(BITS_MAX);
    let places = bits + GUARD;
    let argument = quotient_on_grid(x.numerator(), x.denominator(), places);
    let ln2 = ln_two(places);
    let twice: IBig = &argument + &argument;
    // The nearest multiple of ln 2: the rest is at most 0.35 either way.
    let k = (twice + &ln2.steps).div_euclid(&ln2.steps + &ln2.steps);
    let rest = argument - &k * &ln2.steps;
    let series = exp_series(&rest, places);
    // The true rest is within `near` steps of `rest`, and there e^r changes by less than two steps
    // for each.
    let near = k.clone().abs() * ln2.slack + IBig::ONE;
    let slack = series.slack + near * IBig::from(2);
    // INVARIANT: |k| <= 4096 / ln 2 < 5911, it fits.
    let k = i64::try_from(k).unwrap_or(0);
    Some(rounded_out(
        &Grid {
            steps: series.steps,
            slack,
        },
        places,
        bits + 3,
        k,
    ))
}

/// Encloses the natural logarithm of `x`; `None` unless `x` is positive.
///
/// The width is at most `2^-bits` times the greater of 1 and the value's magnitude. `ln(1)` is
/// exactly 0.
#[must_use]
pub fn ln(x: &Rational, bits: u32) -> Option<(Rational, Rational)> {
    if !x.is_positive() {
        return None;
    }
    if *x == Rational::one() {
        return Some((Rational::zero(), Rational::zero()));
    }
    let bits = bits.min(BITS_MAX);
    let places = bits + GUARD;
    let (k, mantissa, unit) = split_power_of_two(x);
    let difference = &mantissa - &unit;
    let sum = (mantissa + unit).unsigned_abs();
    let y = quotient_on_grid(&difference, &sum, places);
    let series = artanh_series(&y, places);
    let ln2 = ln_two(places);
    let (k, two) = (IBig::from(k), IBig::from(2));
    let value = Grid {
        steps: &k * ln2.steps + &two * series.steps,
        slack: k.abs() * ln2.slack + two * series.slack,
    };
    Some(rounded_out(&value, places, bits + 2, 0))
}

/// Encloses the square root of `x`; `None` when `x` is negative.
///
/// The width is at most `2^-bits` times the value. The root of the square of a rational number is
/// exact.
#[must_use]
pub fn sqrt(x: &Rational, bits: u32) -> Option<(Rational, Rational)> {
    if x.is_negative() {
        return None;
    }
    let top = x.numerator().clone().unsigned_abs();
    let bottom = x.denominator();
    let (root_top, root_bottom) = (top.sqrt(), bottom.sqrt());
    if &root_top * &root_top == top && &root_bottom * &root_bottom == *bottom {
        let exact = Rational::from_parts(IBig::from(root_top), root_bottom);
        return Some((exact.clone(), exact));
    }
    let bits = i64::from(bits.min(BITS_MAX));
    // Half the exponent of x: the root lies between 2^(half - 1/2) and 2^(half + 1).
    let half = (length(&top) - length(bottom)).div_euclid(2);
    let places = bits + 2 - half;
    let square = match usize::try_from(2 * places) {
        Ok(shift) => (top << shift) / bottom,
        Err(_) => {
            let shift = usize::try_from(-2 * places).unwrap_or(0);
            top / (bottom.clone() << shift)
        }
    };
    let root = IBig::from(square.sqrt());
    let above = &root + IBig::ONE;
    Some((
        Rational::dyadic(root, -places),
        Rational::dyadic(above, -places),
    ))
}

/// Writes `x` as `2^k m / u` with `m / u` between 2/3 and 4/3; returns `k`, `m` and `u`.
fn split_power_of_two(x: &Rational) -> (i64, IBig, IBig) {
    let (top, bottom) = (x.numerator(), IBig::from(x.denominator().clone()));
    let mut k = length(&top.clone().unsigned_abs()) - length(x.denominator());
    let scaled = |k: i64| match usize::try_from(k) {
        Ok(shift) => (top.clone(), &bottom << shift),
        Err(_) => {
            let shift = usize::try_from(-k).unwrap_or(0);
            (top << shift, bottom.clone())
        }
    };
    let (mantissa, unit) = scaled(k);
    let three: IBig = &mantissa * IBig::from(3);
    if three > &unit * IBig::from(4) {
        k += 1;
    } else if three < &unit * IBig::from(2) {
        k -= 1;
    } else {
        return (k, mantissa, unit);
    }
    let (mantissa, unit) = scaled(k);
    (k, mantissa, unit)
}

/// Returns the number of binary digits.
fn length(value: &UBig) -> i64 {
    // INVARIANT: a number that fits in memory has far fewer than 2^63 digits.
    i64::try_from(value.bit_len()).unwrap_or(i64::MAX)
}

/// Returns `top / bottom` on the grid, less than one step off.
fn quotient_on_grid(top: &IBig, bottom: &UBig, places: u32) -> IBig {
    (top << shift_of(places)) / IBig::from(bottom.clone())
}

fn shift_of(places: u32) -> usize {
    // INVARIANT: at most BITS_MAX + GUARD.
    usize::try_from(places).unwrap_or(usize::MAX)
}

/// Sums `1 + r + r²/2! + …` for `|r| <= 0.35`.
///
/// A term errs by at most `0.35 e + 2` steps when the one before errs by `e`: never by more than
/// 4. When a term is at most one step, the true one is at most 5, and all that follow sum to
/// less than 5 more.
fn exp_series(r: &IBig, places: u32) -> Grid {
    let shift = shift_of(places);
    let mut term = IBig::ONE << shift;
    let mut steps = term.clone();
    let mut count = 0_u32;
    while term.clone().abs() > IBig::ONE {
        count += 1;
        term = ((term * r) >> shift) / IBig::from(count);
        steps += &term;
    }
    Grid {
        steps,
        slack: IBig::from(count) * IBig::from(4) + IBig::from(5),
    }
}

/// Sums `y + y³/3 + y⁵/5 + …` for `|y| <= 1/3` known to one step.
///
/// A power errs by at most `e/9 + 1/3 + 1` steps when the one before errs by `e`: never by more
/// than 2; a term by 3. When a power is at most one step, the true one is at most 3, and all
/// terms that follow sum to less than 4. The step of `y` moves the sum by less than 2.
fn artanh_series(y: &IBig, places: u32) -> Grid {
    let shift = shift_of(places);
    let square: IBig = (y * y) >> shift;
    let mut power = y.clone();
    let mut steps = y.clone();
    let mut count = 1_u32;
    while power.clone().abs() > IBig::ONE {
        power = (power * &square) >> shift;
        steps += &power / IBig::from(2 * count + 1);
        count += 1;
    }
    Grid {
        steps,
        slack: IBig::from(count) * IBig::from(3) + IBig::from(6),
    }
}

/// Returns ln 2; up to [`KNOWN_PLACES`] it is computed once and cut.
fn ln_two(places: u32) -> Grid {
    static KNOWN: OnceLock<Grid> = OnceLock::new();
    if places > KNOWN_PLACES {
        return ln_two_series(places);
    }
    let known = KNOWN.get_or_init(|| ln_two_series(KNOWN_PLACES));
    let dropped = shift_of(KNOWN_PLACES - places);
    Grid {
        steps: &known.steps >> dropped,
        // One step for the cut, one for the cut of the slack.
        slack: (&known.slack >> dropped) + IBig::from(2),
    }
}

/// ln 2 = 2 artanh(1/3).
fn ln_two_series(places: u32) -> Grid {
    let third = quotient_on_grid(&IBig::ONE, &UBig::from(3_u8), places);
    let series = artanh_series(&third, places);
    let two = IBig::from(2);
    Grid {
        steps: series.steps * &two,
        slack: series.slack * two,
    }
}

/// Widens by the slack, rounds outward to a grid of `kept` places, and scales by `2^exponent`.
fn rounded_out(value: &Grid, places: u32, kept: u32, exponent: i64) -> (Rational, Rational) {
    let dropped = shift_of(places - kept);
    let low: IBig = (&value.steps - &value.slack) >> dropped;
    let negative: IBig = -(&value.steps + &value.slack);
    let high = -(negative >> dropped);
    let exponent = exponent - i64::from(kept);
    (
        Rational::dyadic(low, exponent),
        Rational::dyadic(high, exponent),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Enclose = fn(&Rational, u32) -> Option<(Rational, Rational)>;

    fn rational(value: f64) -> Rational {
        Rational::from_f64(value).expect("finite")
    }

    /// The double next to `value` on the side of `towards`.
    fn beside(value: f64, up: bool) -> Rational {
        rational(if up {
            value.next_up()
        } else {
            value.next_down()
        })
    }

    #[test]
    fn shifts_round_down() {
        // INVARIANT of `rounded_out`: a shift of a negative number rounds away from zero.
        assert_eq!(IBig::from(-5) >> 1, IBig::from(-3));
    }

    #[test]
    fn simple_values_are_exact() {
        let exact = |value: Rational| Some((value.clone(), value));
        assert_eq!(exp(&Rational::zero(), 99), exact(Rational::one()));
        assert_eq!(ln(&Rational::one(), 99), exact(Rational::zero()));
        assert_eq!(sqrt(&Rational::zero(), 99), exact(Rational::zero()));
        let square = Rational::ratio(4, 9);
        assert_eq!(sqrt(&square, 99), exact(Rational::ratio(2, 3)));
    }

    #[test]
    fn arguments_without_a_value_have_none() {
        assert_eq!(ln(&Rational::zero(), 60), None);
        assert_eq!(ln(&Rational::from(-1), 60), None);
        assert_eq!(sqrt(&Rational::ratio(-1, 9), 60), None);
        assert_eq!(exp(&Rational::from(EXP_ARGUMENT_MAX + 1), 60), None);
        let (low, high) = exp(&Rational::from(-EXP_ARGUMENT_MAX - 1), 60).expect("tiny");
        assert!(low.is_zero() && high.is_positive());
    }

    #[test]
    fn published_digits_lie_inside() {
        // 60 digits, cut: the true value lies between the text and the text plus one unit.
        let known: [(Enclose, &str, &str); 5] = [
            (
                exp,
                "1",
                "2.71828182845904523536028747135266249775724709369995957496696",
            ),
            (
                exp,
                "-20",
                "2.06115362243855782796594038015582097637580727559910369298243e-9",
            ),
            (
                ln,
                "2",
                "0.69314718055994530941723212145817656807550013436025525412068",
            ),
            (
                ln,
                "10",
                "2.30258509299404568401799145468436420760110148862877297603332",
            ),
            (
                sqrt,
                "2",
                "1.41421356237309504880168872420969807856967187537694807317667",
            ),
        ];
        for (enclose, argument, digits) in known {
            let argument = Rational::parse_decimal(argument).expect("a decimal");
            let below = Rational::parse_decimal(digits).expect("a decimal");
            let above = &below + &(&below * &Rational::power_of_ten(-58));
            let (low, high) = enclose(&argument, 180).expect("a value");
            assert!(low <= above && below <= high, "{digits}");
            let width = &high - &low;
            assert!(width <= &below * &Rational::power_of_ten(-53), "{digits}");
        }
    }

    fn narrow((low, high): &(Rational, Rational), bits: u32) -> bool {
        let allowed = Rational::dyadic(IBig::ONE, -i64::from(bits));
        let size = low.abs().max(high.abs()).max(Rational::one());
        low <= high && high - low <= &allowed * &size
    }

    #[test]
    fn the_promised_width_is_kept_at_the_ends() {
        let most = Rational::from(EXP_ARGUMENT_MAX);
        for bits in [1, 512, BITS_MAX] {
            for x in [most.clone(), -&most, Rational::power_of_ten(-400)] {
                let (low, high) = exp(&x, bits).expect("in range");
                let width = Rational::dyadic(IBig::ONE, -i64::from(bits));
                assert!(
                    low < high && &high - &low <= &width * &low,
                    "exp, {bits} bits"
                );
            }
            for x in [Rational::power_of_ten(400), Rational::power_of_ten(-400)] {
                assert!(
                    narrow(&ln(&x, bits).expect("positive"), bits),
                    "ln, {bits} bits"
                );
                let root = sqrt(&(&x * &Rational::from(3)), bits).expect("positive");
                let width = Rational::dyadic(IBig::ONE, -i64::from(bits));
                assert!(&root.1 - &root.0 <= &width * &root.0, "sqrt, {bits} bits");
            }
        }
    }

    proptest! {
        /// The oracle is correctly rounded: the true value lies between its neighbours.
        #[test]
        fn doubles_beside_the_oracle_bracket_the_enclosure(
            x in -700.0_f64..700.0, bits in 60_u32..200,
        ) {
            let oracle = core_math::exp(x);
            let found = exp(&rational(x), bits).expect("in range");
            prop_assert!(narrow(&found, bits));
            prop_assert!(beside(oracle, false) < found.0 && found.1 < beside(oracle, true));
            let oracle = core_math::log(x.abs());
            let found = ln(&rational(x.abs()), bits).expect("positive");
            prop_assert!(narrow(&found, bits));
            prop_assert!(beside(oracle, false) < found.1 && found.0 < beside(oracle, true));
            let oracle = x.abs().sqrt();
            let found = sqrt(&rational(x.abs()), bits).expect("not negative");
            prop_assert!(narrow(&found, bits));
            prop_assert!(beside(oracle, false) < found.0 && found.1 < beside(oracle, true));
        }

        #[test]
        fn each_function_undoes_the_other(
            n in -40_000_i64..40_000, d in 1_i64..2000, bits in 8_u32..300,
        ) {
            let x = Rational::ratio(n, d);
            prop_assume!(x.abs() < Rational::from(600));
            let (low, high) = exp(&x, bits).expect("in range");
            prop_assert!(ln(&low, bits).expect("positive").0 <= x);
            prop_assert!(x <= ln(&high, bits).expect("positive").1);
            let square = &x * &x;
            prop_assert_eq!(sqrt(&square, bits).expect("a square").0, x.abs());
            let (low, high) = sqrt(&x.abs(), bits).expect("not negative");
            prop_assert!(&low * &low <= x.abs() && x.abs() <= &high * &high);
        }

        #[test]
        fn enclosures_of_one_value_overlap(
            n in 1_i64..1_000_000, d in 1_i64..1_000_000, bits in 4_u32..90,
        ) {
            let x = Rational::ratio(n, d);
            prop_assume!(x < Rational::from(EXP_ARGUMENT_MAX));
            for enclose in [exp as Enclose, ln, sqrt] {
                let (coarse, fine) = (enclose(&x, bits), enclose(&x, bits + 100));
                let ((low, high), (inner_low, inner_high)) = coarse.zip(fine).expect("in range");
                // Both contain the true value.
                prop_assert!(low <= inner_high && inner_low <= high);
            }
        }

        #[test]
        fn enclosures_grow_with_the_argument(
            n in 1_i64..100_000, d in 1_i64..1000, step in 1_i64..9,
        ) {
            let x = Rational::ratio(n, d);
            prop_assume!(x < Rational::from(4000));
            let greater = &x + &Rational::ratio(step, 1000);
            for enclose in [exp as Enclose, ln, sqrt] {
                let (before, after) = enclose(&x, 80).zip(enclose(&greater, 80)).expect("in range");
                prop_assert!(before.1 < after.0);
            }
        }
    }
}
