//! Formula strings: values, derivatives, and one message per mistake.
//!
//! Goal: a formula means what Python would make of it, to the last digit that cancellation of
//! 5e4 V constants leaves, and a mistake is named where it stands.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use cellwright::math;
use cellwright::model::expression::{Expression, ExpressionFault};

const GRAPHITE: &str = "9.47057878e-01 * exp(-1.59418743e+02  * x) - 3.50928033e+04 + \
    1.64230269e-01 * tanh(-4.55509094e+01 * (x - 3.24116012e-02 )) + 3.69968491e-02 * \
    tanh(-1.96718868e+01 * (x - 1.68334476e-01)) + 1.91517003e+04 * tanh(3.19648312e+00 * \
    (x - 1.85139824e+00)) + 5.42448511e+04 * tanh(-3.19009848e+00 * (x - 2.01660395e+00))";

fn value(text: &str, x: f64) -> f64 {
    Expression::parse(text, "x")
        .unwrap_or_else(|e| panic!("{text}: {e}"))
        .value(x)
}

#[test]
fn precedence_is_pythons() {
    assert_eq!(value("-x**2", 3.0), -9.0);
    assert_eq!(value("2**3**2", 0.0), 512.0);
    assert_eq!(value("2**-1", 0.0), 0.5);
    assert_eq!(value("1 - 2 - 3", 0.0), -4.0);
    assert_eq!(value("12 / 2 / 3 * 4", 0.0), 8.0);
    assert_eq!(value("2 + 3 * x ** 2", 2.0), 14.0);
    assert_eq!(value("--x", 2.0), 2.0);
    assert_eq!(value("+x - +1", 2.0), 1.0);
    assert_eq!(value("1.5e+01 + .5 + 2.", 0.0), 17.5);
    assert_eq!(
        value("(-0.1112 * x + 0.02914) / 1000", 0.5),
        (-0.1112 * 0.5 + 0.02914) / 1000.0
    );
    assert_eq!(value("(x / 1000) ** 1.5", 1210.0), math::pow(1.21, 1.5));
    assert_eq!(value("log(x) + log10(100) + sqrt(x*x)", 1.0), 3.0);
}

#[test]
fn other_variable_names_are_possible() {
    let conductivity =
        Expression::parse("0.1297*(ce/1000)**3 - 2.51*(ce/1000)**1.5", "ce").unwrap();
    assert!((conductivity.value(1000.0) - (0.1297 - 2.51)).abs() < 1e-15);
}

/// Expected potentials computed once in 50-digit decimal arithmetic.
#[test]
fn large_constants_cancel_to_the_nanovolt() {
    for (x, expected) in GRAPHITE_POTENTIALS {
        let found = value(GRAPHITE, x);
        assert!(
            (found - expected).abs() < 1e-9,
            "x = {x}: {found} against {expected}"
        );
    }
}

const GRAPHITE_POTENTIALS: [(f64, f64); 4] = include!("model_expression/graphite.in");

#[test]
fn derivatives_agree_with_differences() {
    let formulas = [
        GRAPHITE,
        "exp(-39.3*x)",
        "sinh(x)*cosh(x)",
        "x**3.5 / (1 + x**2)",
        "x**x",
        "2**x",
        "sqrt(1 + x)",
        "log(x)*log10(x)",
        "asinh(3*x) - arcsinh(x)",
        "sin(x)/cos(x)",
        "erf(2*x)",
        "-x**6 + (x - 1)**5",
        "1/(x*x)",
        "tanh(30*(x - 0.3))",
    ];
    for text in formulas {
        let formula = Expression::parse(text, "x").unwrap();
        for x in [0.11, 0.37, 0.52, 0.93] {
            let h = 1e-5;
            let difference = (formula.value(x - 2.0 * h) - 8.0 * formula.value(x - h)
                + 8.0 * formula.value(x + h)
                - formula.value(x + 2.0 * h))
                / (12.0 * h);
            let (same, slope) = formula.value_and_derivative(x);
            assert_eq!(same.to_bits(), formula.value(x).to_bits());
            let allowed = 1e-5 * (1.0 + slope.abs());
            assert!(
                (slope - difference).abs() < allowed,
                "{text} at {x}: {slope} {difference}"
            );
        }
    }
}

#[test]
fn formula_without_the_variable_is_a_constant() {
    assert_eq!(
        Expression::parse("3.3e-14 * 2", "x").unwrap().constant(),
        Some(6.6e-14)
    );
    assert_eq!(Expression::parse("x - x", "x").unwrap().constant(), None);
}

#[test]
fn each_mistake_is_named_where_it_stands() {
    let name = |n: &str| ExpressionFault::Name {
        name: n.to_owned(),
        variable: "x".to_owned(),
    };
    let corpus = [
        ("", 0, ExpressionFault::Empty),
        ("   ", 3, ExpressionFault::Empty),
        ("1 + $", 4, ExpressionFault::Character('$')),
        ("1 ^ 2", 2, ExpressionFault::Character('^')),
        ("1e999", 0, ExpressionFault::Number("1e999".to_owned())),
        (".", 0, ExpressionFault::Number(".".to_owned())),
        ("2 * y", 4, name("y")),
        ("exq(x)", 0, name("exq")),
        (
            "exp x",
            4,
            ExpressionFault::CallWithoutArgument("exp".to_owned()),
        ),
        ("1 +", 3, ExpressionFault::Operand),
        ("(x + )", 5, ExpressionFault::Operand),
        ("2 * (x + 1", 10, ExpressionFault::Unclosed),
        ("2x", 1, ExpressionFault::Trailing),
        ("x)", 1, ExpressionFault::Trailing),
    ];
    for (text, offset, fault) in corpus {
        let error = Expression::parse(text, "x").expect_err(text);
        assert_eq!(
            (error.offset, &error.fault),
            (offset, &fault),
            "{text}: {error}"
        );
        assert!(
            error
                .to_string()
                .starts_with(&format!("at character {}: ", offset + 1))
        );
    }
}

#[test]
fn depth_is_bounded() {
    let deep = format!("{}x{}", "(".repeat(500), ")".repeat(500));
    assert_eq!(
        Expression::parse(&deep, "x").unwrap_err().fault,
        ExpressionFault::TooDeep
    );
    let wide = format!("x{}", " + x".repeat(5000));
    assert_eq!(Expression::parse(&wide, "x").unwrap().value(1.0), 5001.0);
}
