//! Random rule files: formatting keeps meaning, evaluation agrees with a second evaluator.

use std::collections::BTreeMap;

use cellwright::quantity::dictionary::standard;
use cellwright::rational::Rational;
use cellwright::rule_language::evaluate::{EvaluateError, Evaluator, Point, PointValue, Truth};
use cellwright::rule_language::float::evaluate_f64;
use cellwright::rule_language::{RuleSet, format, parse, resolve};
use cellwright::span::Sources;
use proptest::prelude::*;

/// A number over the signals `x.a`, `x.b`, `x.c`.
#[derive(Clone, Debug)]
enum Number {
    Digits(i64, u32),
    Signal(usize),
    Unary(&'static str, Box<Number>),
    Binary(&'static str, Box<Number>, Box<Number>),
    Power(Box<Number>, i32),
    If(Box<Condition>, Box<Number>, Box<Number>),
}

#[derive(Clone, Debug)]
enum Condition {
    Compare(&'static str, Box<Number>, Box<Number>),
    Member(bool, Vec<usize>),
    Not(Box<Condition>),
    Join(&'static str, Box<Condition>, Box<Condition>),
}

const SIGNALS: [&str; 3] = ["x.a", "x.b", "x.c"];
const WORDS: [&str; 3] = ["Red", "Green", "Blue"];

fn number() -> impl Strategy<Value = Number> {
    let leaf = prop_oneof![
        (-40_i64..40, 0_u32..2).prop_map(|(digits, places)| Number::Digits(digits, places)),
        (0_usize..3).prop_map(Number::Signal),
    ];
    leaf.prop_recursive(4, 24, 2, |inner| {
        let pair = (inner.clone(), inner.clone());
        let words = prop::sample::subsequence(vec![0_usize, 1, 2], 1..3);
        prop_oneof![
            3 => (prop::sample::select(vec!["+", "-", "*", "/", "min", "max"]), pair.clone())
                .prop_map(|(op, (a, b))| Number::Binary(op, Box::new(a), Box::new(b))),
            1 => (prop::sample::select(vec!["-", "abs"]), inner.clone())
                .prop_map(|(op, a)| Number::Unary(op, Box::new(a))),
            1 => (inner.clone(), -2_i32..3).prop_map(|(a, p)| Number::Power(Box::new(a), p)),
            1 => (any::<bool>(), words, pair).prop_map(|(is, words, (a, b))| Number::If(
                Box::new(Condition::Member(is, words)), Box::new(a), Box::new(b)
            )),
        ]
    })
}

fn condition() -> impl Strategy<Value = Condition> {
    let operators = vec!["<", "<=", ">", ">=", "==", "!="];
    let leaf = prop_oneof![
        3 => (prop::sample::select(operators), number(), number())
            .prop_map(|(op, a, b)| Condition::Compare(op, Box::new(a), Box::new(b))),
        1 => (any::<bool>(), prop::sample::subsequence(vec![0_usize, 1, 2], 1..3))
            .prop_map(|(is, words)| Condition::Member(is, words)),
    ];
    leaf.prop_recursive(3, 8, 2, |inner| {
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            (prop::sample::select(vec!["and", "or", "implies"]), pair)
                .prop_map(|(op, (a, b))| Condition::Join(op, Box::new(a), Box::new(b))),
            inner.prop_map(|a| Condition::Not(Box::new(a))),
        ]
    })
}

impl Number {
    fn text(&self) -> String {
        match self {
            Self::Digits(digits, places) => decimal(*digits, *places),
            Self::Signal(at) => SIGNALS[*at].to_owned(),
            Self::Unary("abs", a) => format!("abs({})", a.text()),
            Self::Unary(_, a) => format!("-({})", a.text()),
            Self::Binary(op @ ("min" | "max"), a, b) => {
                format!("{op}({},{})", a.text(), b.text())
            }
            Self::Binary(op, a, b) => format!("({}{op} {})", a.text(), b.text()),
            Self::Power(a, p) => format!("({})^{p}", a.text()),
            Self::If(c, a, b) => format!("if({},{},{})", c.text(), a.text(), b.text()),
        }
    }
}

fn decimal(digits: i64, places: u32) -> String {
    if places == 0 {
        return digits.to_string();
    }
    let sign = if digits < 0 { "-" } else { "" };
    format!("{sign}{}.{}", digits.abs() / 10, digits.abs() % 10)
}

impl Condition {
    fn text(&self) -> String {
        match self {
            Self::Compare(op, a, b) => format!("{} {op} {}", a.text(), b.text()),
            Self::Member(is, words) => {
                let list: Vec<&str> = words.iter().map(|&at| WORDS[at]).collect();
                let set = format!("x.colour in {{{}}}", list.join(","));
                if *is { set } else { format!("(not {set})") }
            }
            Self::Not(a) => format!("not ({})", a.text()),
            Self::Join(op, a, b) => format!("({}) {op} ({})", a.text(), b.text()),
        }
    }
}

/// A fraction of machine integers: the second arithmetic.
type Fraction = (i128, i128);

fn reduced(numerator: i128, denominator: i128) -> Option<Fraction> {
    if denominator == 0 {
        return None;
    }
    let (mut a, mut b) = (numerator.unsigned_abs(), denominator.unsigned_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    let divisor = i128::try_from(a.max(1)).ok()? * denominator.signum();
    Some((numerator / divisor, denominator / divisor))
}

/// The outer `None` is overflow of the second arithmetic, the inner a division by zero.
type Second<T> = Option<Option<T>>;

fn second_number(number: &Number, values: &[Fraction; 3], colour: usize) -> Second<Fraction> {
    let of = |a: &Number| second_number(a, values, colour);
    let defined = |a: &Number| match of(a) {
        Some(Some(value)) => Ok(value),
        Some(None) => Err(Some(None)),
        None => Err(None),
    };
    let compute = || -> Result<Second<Fraction>, Second<Fraction>> {
        Ok(match number {
            Number::Digits(digits, places) => {
                Some(reduced(i128::from(*digits), 10_i128.pow(*places)))
            }
            Number::Signal(at) => Some(Some(values[*at])),
            Number::Unary(op, a) => {
                let (n, d) = defined(a)?;
                Some(Some((if *op == "abs" { n.abs() } else { -n }, d)))
            }
            Number::Binary(op, a, b) => binary(op, defined(a)?, defined(b)?),
            Number::Power(a, power) => {
                let (n, d) = defined(a)?;
                let (n, d) = if *power < 0 { (d, n) } else { (n, d) };
                let exponent = power.unsigned_abs();
                match (n.checked_pow(exponent), d.checked_pow(exponent)) {
                    (Some(n), Some(d)) => Some(reduced(n, d)),
                    _ => None,
                }
            }
            Number::If(c, a, b) => match second_condition(c, values, colour) {
                Some(Some(true)) => of(a),
                Some(Some(false)) => of(b),
                Some(None) => Some(None),
                None => None,
            },
        })
    };
    compute().unwrap_or_else(|stopped| stopped)
}

fn binary(op: &str, (n, d): Fraction, (m, e): Fraction) -> Second<Fraction> {
    let cross = n.checked_mul(e)?.checked_sub(m.checked_mul(d)?)?;
    Some(match op {
        "+" => reduced(
            n.checked_mul(e)?.checked_add(m.checked_mul(d)?)?,
            d.checked_mul(e)?,
        ),
        "-" => reduced(cross, d.checked_mul(e)?),
        "*" => reduced(n.checked_mul(m)?, d.checked_mul(e)?),
        "/" => reduced(n.checked_mul(e)?, d.checked_mul(m)?),
        "min" => Some(if cross <= 0 { (n, d) } else { (m, e) }),
        _ => Some(if cross >= 0 { (n, d) } else { (m, e) }),
    })
}

fn second_condition(condition: &Condition, values: &[Fraction; 3], colour: usize) -> Second<bool> {
    match condition {
        Condition::Compare(op, a, b) => {
            let (a, b) = (
                second_number(a, values, colour)?,
                match second_number(a, values, colour)? {
                    None => return Some(None),
                    Some(_) => second_number(b, values, colour)?,
                },
            );
            let (Some((n, d)), Some((m, e))) = (a, b) else {
                return Some(None);
            };
            let sign = n.checked_mul(e)?.checked_sub(m.checked_mul(d)?)?.signum();
            Some(Some(match *op {
                "<" => sign < 0,
                "<=" => sign <= 0,
                ">" => sign > 0,
                ">=" => sign >= 0,
                "==" => sign == 0,
                _ => sign != 0,
            }))
        }
        Condition::Member(is, words) => Some(Some(words.contains(&colour) == *is)),
        Condition::Not(a) => Some(second_condition(a, values, colour)?.map(|value| !value)),
        Condition::Join(op, a, b) => {
            let Some(left) = second_condition(a, values, colour)? else {
                return Some(None);
            };
            let decided = match *op {
                "and" => (!left).then_some(false),
                "or" => left.then_some(true),
                _ => (!left).then_some(true),
            };
            match decided {
                Some(value) => Some(Some(value)),
                None => second_condition(b, values, colour),
            }
        }
    }
}

fn document(condition: &Condition) -> String {
    format!(
        "signal x.a:number\nsignal x.b : number # second\n\nsignal x.c :number signal x.colour : one \
         of {{Red,Green,Blue}}\nassume {}",
        condition.text()
    )
}

fn rules_of(text: &str) -> RuleSet {
    let mut sources = Sources::new();
    let file = sources.add("random.rule", text);
    let (rules, diagnostics) = resolve(&[parse(file, text)], standard(), &BTreeMap::new());
    assert!(
        diagnostics.is_empty(),
        "{}",
        diagnostics.render(&sources, false)
    );
    rules
}

/// The tree without its places.
fn shape(rules: &RuleSet) -> String {
    let text = format!("{:?}", rules.assumptions[0].condition);
    let mut result = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find("Span {") {
        result.push_str(&rest[..at]);
        rest = rest[at..].split_once("}").map_or("", |(_, after)| after);
    }
    result + rest
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn format_then_parse_is_identity(condition in condition()) {
        let text = document(&condition);
        let mut sources = Sources::new();
        let file = sources.add("random.rule", text.as_str());
        let once = format(&parse(file, &text), &sources).expect("no mistakes");
        prop_assert_eq!(shape(&rules_of(&once)), shape(&rules_of(&text)), "{}", once);
        prop_assert!(once.contains("# second"));
        let file = sources.add("again.rule", once.as_str());
        let twice = format(&parse(file, &once), &sources).expect("no mistakes");
        prop_assert_eq!(twice, once);
    }

    #[test]
    fn evaluation_agrees_with_a_second_evaluator(
        condition in condition(),
        values in prop::array::uniform3((-60_i64..60, 1_i64..7)),
        colour in 0_usize..3,
    ) {
        let rules = rules_of(&document(&condition));
        let mut point = Point::empty(&rules);
        let mut doubles = vec![f64::NAN; rules.signals.len()];
        for (name, (n, d)) in SIGNALS.iter().zip(values) {
            let id = rules.signal_named(name).expect("declared");
            point.set(id, PointValue::Number(Rational::ratio(n, d)));
            doubles[id.0] = Rational::ratio(n, d).to_f64();
        }
        let id = rules.signal_named("x.colour").expect("declared");
        point.set(id, PointValue::Member(colour));
        doubles[id.0] = [0.0, 1.0, 2.0][colour];
        let fractions = values.map(|(n, d)| {
            reduced(i128::from(n), i128::from(d)).expect("denominator is positive")
        });
        let assumption = &rules.assumptions[0].condition;
        let evaluator = Evaluator::new(&rules, &point);
        let found = evaluator.truth(assumption);
        match second_condition(&condition, &fractions, colour) {
            None => {}
            Some(None) => {
                let division = matches!(found, Err(EvaluateError::DivisionByZero { .. }));
                prop_assert!(division, "{found:?}");
            }
            Some(Some(expected)) => {
                prop_assert_eq!(found, Ok(Truth::from(expected)));
                // A margin clear of rounding means the same answer in double precision.
                if let Ok(margins) = evaluator.margins(assumption)
                    && margins.iter().all(|m| m.value.to_f64().abs() > 1e-6)
                    && margins.iter().all(|m| m.value.to_f64().abs() < 1e6)
                {
                    prop_assert_eq!(evaluate_f64(&rules, assumption, &doubles), expected);
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in "[ -~\n≤°µ]{0,200}") {
        let mut sources = Sources::new();
        let file = sources.add("any.rule", text.as_str());
        let (_, diagnostics) = resolve(&[parse(file, &text)], standard(), &BTreeMap::new());
        let _shown = diagnostics.render(&sources, false);
    }

    #[test]
    fn any_tokens_are_read_without_panic(
        words in prop::collection::vec(prop::sample::select(vec![
            "rule", "A1", "\"t\"", "require", "when", "x.a", "x.zone[*].b", "zone[1..3]", "<=",
            "==", "1", "-40 degC", "3 ppm", "min", "all", "(", ")", "{", "}", ",", "in", "not",
            "and", "implies", "signal", ":", "one", "of", "length", "..", "let", "a.b", "=", "test",
            "pass", "severity", "critical", "source", "evidence", "recalled", "with",
            "probability", ">=", "99 %", "assume", "^", "2", "*", "/", "-", "pi", "#c\n", "claim",
            "exp", "override", "limit", "looser", "mode", "step", "use", "attacks", "because",
            "from",
        ]), 0..40)
    ) {
        let text = words.join(" ");
        let mut sources = Sources::new();
        let file = sources.add("any.rule", text.as_str());
        let parsed = parse(file, &text);
        let formatted = format(&parsed, &sources);
        let (_, diagnostics) = resolve(&[parsed], standard(), &BTreeMap::new());
        let _shown = diagnostics.render(&sources, false);
        if let Some(once) = formatted {
            let file = sources.add("again.rule", once.as_str());
            prop_assert_eq!(format(&parse(file, &once), &sources), Some(once));
        }
    }
}
