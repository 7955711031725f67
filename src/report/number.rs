//! Numbers for the eye: significant digits, grouped thousands, shares in per cent.
//!
//! In: `f64` values of a record. Out: text whose inner spaces are no-break spaces, so that no
//! line ends inside a number. Rounding never turns "nearly all" into "all": a share below one
//! is never written `100 %`, a share above zero never `0 %`.

/// The space inside numbers and between a number and its unit.
pub const NO_BREAK: char = '\u{a0}';

/// Digits after which a share is written as a bound instead.
const SHARE_DECIMALS_MAX: usize = 4;

/// Writes `value` with `digits` significant digits and grouped thousands.
#[must_use]
pub fn significant(value: f64, digits: usize) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if !value.is_finite() {
        return "not a number".replace(' ', "\u{a0}");
    }
    let digits = digits.max(1);
    let scientific = format!("{value:.*e}", digits - 1);
    let exponent = scientific
        .rsplit_once('e')
        .and_then(|(_, exponent)| exponent.parse::<i32>().ok())
        .unwrap_or(0);
    if !(-4..7).contains(&exponent) {
        return scientific;
    }
    let wanted = i32::try_from(digits).unwrap_or(i32::MAX) - 1 - exponent;
    fixed(value, usize::try_from(wanted).unwrap_or(0))
}

/// Writes `value` with `decimals` digits after the point and grouped thousands.
#[must_use]
pub fn fixed(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return "not a number".replace(' ', "\u{a0}");
    }
    let plain = format!("{value:.decimals$}");
    let (sign, rest) = plain.strip_prefix('-').map_or(("", &*plain), |r| ("-", r));
    let (whole, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    let mut text = String::from(if is_zero(rest) { "" } else { sign });
    text.push_str(&grouped(whole));
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

/// Writes a count with grouped thousands.
#[must_use]
pub fn count(value: u64) -> String {
    grouped(&value.to_string())
}

/// Writes a count with its noun: `1 rule`, `2 rules`.
#[must_use]
pub fn counted(value: u64, noun: &str) -> String {
    let ending = if value == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", count(value))
}

/// Writes a share in per cent with at least `decimals` digits, more where rounding would say
/// `0 %` or `100 %` of something that is neither.
#[must_use]
pub fn percent(share: f64, decimals: usize) -> String {
    let hundred = share * 100.0;
    for decimals in decimals..=SHARE_DECIMALS_MAX {
        let text = fixed(hundred, decimals);
        let says_all = share < 1.0 && text.starts_with("100");
        let says_none = share > 0.0 && is_zero(&text);
        if !says_all && !says_none {
            return format!("{text}{NO_BREAK}%");
        }
    }
    if share < 0.5 {
        format!("<{NO_BREAK}0.0001{NO_BREAK}%")
    } else {
        format!(">{NO_BREAK}99.9999{NO_BREAK}%")
    }
}

/// Writes a relative change such as `+28 %`; `None` when the base is zero.
#[must_use]
pub fn change(from: f64, to: f64) -> Option<String> {
    if from == 0.0 || !from.is_finite() || !to.is_finite() {
        return None;
    }
    let share = (to - from) / from.abs();
    let decimals = usize::from(share.abs() < 0.0995);
    let text = fixed(share * 100.0, decimals);
    let sign = if text.starts_with('-') || is_zero(&text) {
        ""
    } else {
        "+"
    };
    Some(format!("{sign}{text}{NO_BREAK}%"))
}

/// Ties a value to its unit: every space becomes a no-break space.
#[must_use]
pub fn glued(text: &str) -> String {
    text.replace(' ', "\u{a0}")
}

fn is_zero(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '0' | '.'))
}

fn grouped(whole: &str) -> String {
    if whole.len() < 4 {
        return whole.to_owned();
    }
    let mut text = String::with_capacity(whole.len() + whole.len() / 3);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(NO_BREAK);
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn significant_digits_and_groups() {
        assert_eq!(significant(1248.0, 4), "1\u{a0}248");
        assert_eq!(significant(0.012_345, 3), "0.0123");
        assert_eq!(significant(26.41, 3), "26.4");
        assert_eq!(significant(-0.5, 2), "-0.50");
        assert_eq!(significant(3.2e-9, 2), "3.2e-9");
        assert_eq!(significant(f64::NAN, 2), "not\u{a0}a\u{a0}number");
    }

    #[test]
    fn a_share_below_one_is_never_written_as_all() {
        assert_eq!(percent(1.0, 1), "100.0\u{a0}%");
        assert_eq!(percent(0.99996, 1), "99.996\u{a0}%");
        assert_eq!(percent(0.999_999_99, 1), ">\u{a0}99.9999\u{a0}%");
        assert_eq!(percent(0.0002, 1), "0.02\u{a0}%");
        assert_eq!(percent(0.0, 1), "0.0\u{a0}%");
    }

    #[test]
    fn changes_carry_their_sign() {
        assert_eq!(change(975.0, 1248.0).as_deref(), Some("+28\u{a0}%"));
        assert_eq!(change(86.0, 68.0).as_deref(), Some("-21\u{a0}%"));
        assert_eq!(change(1.0, 1.0).as_deref(), Some("0.0\u{a0}%"));
        assert_eq!(change(0.0, 1.0), None);
    }
}
