//! Nonlinear questions with known answers, decided without a solver.
//!
//! Goal: an exact point, a checked certificate, or undecided boxes, and never the wrong one of the
//! three. Method: small process models (a chained line, an Arrhenius rate, a score), textbook
//! inequalities, and near ties that no enclosure of finite width can tell apart.

mod queries;

use cellwright::certificate::contradiction::{Step, check_own};
use cellwright::check::query::{Formula, Function, Query, Reason, Term, Want};
use cellwright::check::refute::{Budget, Decided, decide};
use queries::{number, query, ratio, real};

fn apply(function: Function, argument: Term) -> Term {
    Term::Apply(function, Box::new(argument))
}

fn times(factors: Vec<Term>) -> Term {
    Term::Mul(factors)
}

fn over(dividend: Term, divisor: Term) -> Term {
    Term::Div(Box::new(dividend), Box::new(divisor))
}

fn plus(left: Term, right: Term) -> Term {
    Term::Add(vec![left, right])
}

fn minus(term: Term) -> Term {
    Term::Neg(Box::new(term))
}

fn rational(text: &str) -> Term {
    Term::Rational(ratio(text))
}

fn within(variable: u32, low: &str, high: &str) -> Formula {
    Formula::And(vec![
        Formula::Le(rational(low), real(variable)),
        Formula::Le(real(variable), rational(high)),
    ])
}

fn decided(query: &Query) -> Decided {
    decide(query, None, &Budget::default())
}

fn assert_certified(query: &Query) -> usize {
    match decided(query) {
        Decided::Unsatisfiable {
            certificate: Some(certificate),
            ..
        } => {
            assert_eq!(check_own(&certificate), Ok(()));
            certificate.leaves()
        }
        other => panic!("{other:?}"),
    }
}

fn assert_model(query: &Query) {
    match decided(query) {
        Decided::Satisfiable(model) => assert_eq!(query.refutation(&model), None),
        other => panic!("{other:?}"),
    }
}

/// Loading = flow · solids / (width · speed), porosity = 1 - loading / (density · thickness).
fn line(speed_at_least: &str) -> Query {
    let [flow, solids, width, speed, thickness] = [0, 1, 2, 3, 4].map(real);
    let loading = over(times(vec![flow, solids]), times(vec![width, speed]));
    let porosity = plus(
        number(1),
        minus(over(
            loading.clone(),
            times(vec![rational("3.6"), thickness]),
        )),
    );
    query(
        &["a.flow", "a.solids", "a.width", "a.speed", "a.thickness"],
        vec![
            ("flow", within(0, "1", "3")),
            ("solids", within(1, "0.6", "0.7")),
            ("width", within(2, "0.3", "0.5")),
            ("thickness", within(4, "0.5", "0.9")),
            ("loading", Formula::Le(rational("2"), loading)),
            ("porosity", Formula::Le(rational("0.1"), porosity)),
            ("speed", Formula::Le(rational(speed_at_least), real(3))),
            ("drive", Formula::Le(real(3), number(20))),
        ],
        Want::ModelAndCore,
    )
}

#[test]
fn a_chained_line_has_a_fastest_speed() {
    // 3 · 0.7 / (0.3 · speed) >= 2 up to a speed of 3.5.
    assert_model(&line("3.2"));
    let leaves = assert_certified(&line("3.6"));
    assert!(leaves < 200, "{leaves}");
}

/// A rate of exp(10 - 3000 K / T) between 300 K and 350 K: at most exp(10/7), 4.1727.
fn arrhenius(at_least: &str) -> Query {
    let exponent = plus(number(10), minus(over(number(3000), real(0))));
    let rate = apply(Function::Exp, exponent);
    query(
        &["a.temperature"],
        vec![
            ("range", within(0, "300", "350")),
            ("rate", Formula::Le(rational(at_least), rate)),
        ],
        Want::ModelAndCore,
    )
}

#[test]
fn an_arrhenius_rate_has_a_largest_value() {
    assert_model(&arrhenius("4.1"));
    assert_certified(&arrhenius("4.2"));
    assert_certified(&arrhenius("4.1728"));
}

/// 100 · (1 + s²) with s = 1 / (1 + exp(-z)), z = 5 · ln v - 1/2, v from 1/2 to 1.
fn score(at_least: &str) -> Query {
    let z = plus(
        times(vec![number(5), apply(Function::Ln, real(0))]),
        rational("-0.5"),
    );
    let s = over(number(1), plus(number(1), apply(Function::Exp, minus(z))));
    let score = times(vec![
        number(100),
        plus(number(1), times(vec![s.clone(), s])),
    ]);
    query(
        &["a.value"],
        vec![
            ("range", within(0, "0.5", "1")),
            ("score", Formula::Le(rational(at_least), score)),
        ],
        Want::ModelAndCore,
    )
}

#[test]
fn a_score_of_logistic_shape_has_a_largest_value() {
    // At v = 1: s = 0.37754, score 114.25.
    assert_model(&score("114"));
    assert_certified(&score("114.3"));
}

fn one(formula: Formula, low: &str, high: &str) -> Query {
    let facts = vec![("range", within(0, low, high)), ("fact", formula)];
    query(&["a.x"], facts, Want::ModelAndCore)
}

#[test]
fn textbook_inequalities_are_proved() {
    let (exp, ln, root) = (
        apply(Function::Exp, real(0)),
        apply(Function::Ln, real(0)),
        apply(Function::Sqrt, real(0)),
    );
    let square = times(vec![real(0), real(0)]);
    for (name, formula, low, high) in [
        ("e^x <= x", Formula::Le(exp.clone(), real(0)), "-10", "10"),
        (
            "e^x <= 1 + x",
            Formula::Le(exp, plus(number(1), real(0))),
            "1/8",
            "4",
        ),
        (
            "ln x >= sqrt x",
            Formula::Le(root.clone(), ln.clone()),
            "1/2",
            "50",
        ),
        ("ln x = x²", Formula::Eq(ln, square.clone()), "1/10", "10"),
        (
            "x² + 1 <= x",
            Formula::Le(plus(square, number(1)), real(0)),
            "-5",
            "5",
        ),
        ("sqrt x < 0", Formula::Lt(root, number(0)), "-3", "3"),
    ] {
        let leaves = assert_certified(&one(formula, low, high));
        assert!(leaves < 500, "{name}: {leaves} leaves");
    }
}

#[test]
fn a_function_has_no_value_outside_its_domain() {
    let ln = apply(Function::Ln, real(0));
    // Neither the comparison nor its negation holds for x <= 0.
    let low = Formula::Le(ln.clone(), number(0));
    assert_certified(&one(low.clone(), "-3", "0"));
    assert_certified(&one(Formula::Not(Box::new(low.clone())), "-3", "0"));
    // A guard that decides alone needs no value.
    let guarded = Formula::Or(vec![Formula::Lt(real(0), number(0)), low]);
    assert_model(&one(guarded, "-3", "-1"));
}

#[test]
fn a_near_tie_stays_undecided_with_its_box() {
    // ln x <= x - 1, with equality at one: a strict comparison is false, a proof needs width zero.
    let tangent = plus(real(0), number(-1));
    let above = Formula::Lt(tangent.clone(), apply(Function::Ln, real(0)));
    match decided(&one(above, "1/2", "17/8")) {
        Decided::Undecided(Reason::OpenBoxes { boxes }) => {
            assert!(!boxes.is_empty());
            for side in boxes.iter().flat_map(|open| &open.sides) {
                let (low, high) = (
                    side.1.clone().expect("bound"),
                    side.2.clone().expect("bound"),
                );
                assert!(low <= ratio("1.1") && high >= ratio("0.9"), "{low} {high}");
            }
        }
        other => panic!("{other:?}"),
    }
    // The comparison that includes the tie is met there exactly.
    let touching = Formula::Le(tangent, apply(Function::Ln, real(0)));
    assert_model(&one(touching, "1/2", "3/2"));
}

#[test]
fn cuts_are_short_numbers() {
    let Decided::Unsatisfiable {
        certificate: Some(certificate),
        ..
    } = decided(&line("3.6"))
    else {
        panic!("not refuted");
    };
    for step in &certificate.refutation {
        if let Step::Cut { at, .. } = step {
            assert!(at.numerator_string().len() < 12, "{at}");
        }
    }
}

/// Powers and functions are turned round: the leaves without that were 83, 41 and 37.
#[test]
fn inverses_keep_certificates_short() {
    let power = |at, count| times(vec![real(at); count]);
    let root = |at| apply(Function::Sqrt, real(at));
    let sum = || plus(real(0), real(1));
    for (name, first, second, most) in [
        (
            "x² + y² <= 1, x + y >= 1.5",
            Formula::Le(plus(power(0, 2), power(1, 2)), number(1)),
            Formula::Le(rational("1.5"), sum()),
            15,
        ),
        (
            "sqrt x + sqrt y >= 4.6, x + y <= 10",
            Formula::Le(rational("4.6"), plus(root(0), root(1))),
            Formula::Le(sum(), number(10)),
            23,
        ),
        (
            "x³ + y³ <= 2, x y >= 1.1",
            Formula::Le(plus(power(0, 3), power(1, 3)), number(2)),
            Formula::Le(rational("1.1"), times(vec![real(0), real(1)])),
            20,
        ),
    ] {
        let facts = vec![
            ("x", within(0, "0", "10")),
            ("y", within(1, "0", "10")),
            ("first", first),
            ("second", second),
        ];
        let leaves = assert_certified(&query(&["a.x", "a.y"], facts, Want::ModelAndCore));
        assert!(leaves <= most, "{name}: {leaves} leaves");
    }
}

/// A law stated to a thousandth leaves a ridge: the point on it is found where the inputs lie at
/// their ends.
#[test]
fn a_point_on_a_narrow_band_is_found() {
    let law = |factor: &str| {
        let growth = apply(Function::Exp, over(real(1), number(50)));
        times(vec![rational(factor), real(0), growth])
    };
    let facts = vec![
        ("x", within(0, "30", "40")),
        ("y", within(1, "20", "60")),
        (
            "law",
            Formula::And(vec![
                Formula::Le(law("0.999"), real(2)),
                Formula::Le(real(2), law("1.001")),
            ]),
        ),
        ("range", within(2, "0", "1000000000")),
        // 40 · exp(1.2) is 132.8.
        ("claim", Formula::Lt(rational("131.9"), real(2))),
    ];
    assert_model(&query(&["a.x", "a.y", "b.q"], facts, Want::ModelAndCore));
}

/// The same with an equation: the point lies on it exactly.
#[test]
fn a_point_on_an_equation_is_found_at_the_far_corner() {
    let law = Formula::Eq(real(2), over(times(vec![real(0), real(1)]), real(3)));
    let facts = vec![
        ("x", within(0, "30", "40")),
        ("y", within(1, "20", "60")),
        ("z", within(3, "7", "9")),
        ("law", law),
        ("range", within(2, "0", "1000000000")),
        // 40 · 60 / 7 is 342.86.
        ("claim", Formula::Lt(rational("342"), real(2))),
    ];
    assert_model(&query(
        &["a.x", "a.y", "b.q", "a.z"],
        facts,
        Want::ModelAndCore,
    ));
}
