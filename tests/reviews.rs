//! Reviews of two versions of a rule, with functions and with points that have no value.
//!
//! Goal: what is said to happen nowhere has a certificate that the checker accepts, with and
//! without a solver; a point without a value is no permitted one. Method: pairs of rules whose
//! relation is known by hand.

mod cases;

use cases::{Fixture, child, fixture};
use cellwright::certificate::contradiction::check_own;
use cellwright::check::review::{
    Change, Ground, GroundWhy, Preferred, Relation, Witness, WitnessValue, compare,
};
use cellwright::rational::Rational;

fn one_rule(clauses: &str) -> Fixture {
    fixture(&format!(
        "ruleset t \"1\"\nsignal a.x : length in 0 .. 100 mm\nsignal a.y : length in 0 .. 100 mm\n\
         rule R1 \"test\" {clauses} severity major because \"a test\" source \"hand\" \
         evidence specified\n"
    ))
}

struct Compared {
    permits: Relation,
    newly_forbidden: Option<Witness>,
    newly_permitted: Option<Witness>,
    grounds: Vec<Ground>,
}

/// The same answer with and without a solver, every certificate checked.
fn compared(old: &str, new: &str) -> Compared {
    let (old, new) = (one_rule(old), one_rule(new));
    let with = compare(&old.rules, &new.rules, &Preferred::new(), Some(&child()));
    let without = compare(&old.rules, &new.rules, &Preferred::new(), None);
    let of = |changes: &[cellwright::check::review::RuleChange]| match &changes[0].change {
        Change::Both { permits, .. } => permits.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(of(&with), of(&without));
    let Change::Both {
        permits,
        newly_forbidden,
        newly_permitted,
        grounds,
        ..
    } = with[0].change.clone()
    else {
        panic!("in both");
    };
    for ground in &grounds {
        if let GroundWhy::Certificate(own) = &ground.why {
            assert_eq!(check_own(own), Ok(()), "{}", ground.says);
        }
    }
    Compared {
        permits,
        newly_forbidden,
        newly_permitted,
        grounds,
    }
}

fn x_of(witness: Option<&Witness>) -> Rational {
    match witness.and_then(|witness| witness.get("a.x")) {
        Some(WitnessValue::Number(value)) => value.clone(),
        other => panic!("{other:?}"),
    }
}

fn says_with_certificate(compared: &Compared) -> Vec<&str> {
    let is_certified = |one: &&Ground| matches!(one.why, GroundWhy::Certificate(_));
    let certified = compared.grounds.iter().filter(is_certified);
    certified.map(|one| one.says.as_str()).collect()
}

#[test]
fn a_lower_limit_is_stricter_with_a_certificate() {
    let found = compared("require a.x <= 50 mm", "require a.x + a.y <= 40 mm");
    assert_eq!(found.permits, Relation::Fewer);
    assert!(found.newly_forbidden.is_some() && found.newly_permitted.is_none());
    assert_eq!(
        says_with_certificate(&found),
        ["wherever the new version of `R1` permits it, the old version of `R1` permits it"]
    );
}

#[test]
fn what_the_texts_show_has_a_certificate_too() {
    let found = compared("require a.x <= 50 mm", "require a.x <= 40 mm");
    assert_eq!(found.permits, Relation::Fewer);
    assert_eq!(says_with_certificate(&found).len(), 1);
}

#[test]
fn a_function_beside_a_plain_limit_is_compared_by_boxes() {
    // exp(0.5) < 2 < exp(0.7).
    let found = compared("require exp(a.x / 100 mm) <= 2", "require a.x <= 50 mm");
    assert_eq!(found.permits, Relation::Fewer);
    assert_eq!(says_with_certificate(&found).len(), 1);
    let x = x_of(found.newly_forbidden.as_ref());
    assert!(x > Rational::ratio(50, 1000) && x < Rational::ratio(70, 1000));
    let found = compared("require a.x <= 70 mm", "require exp(a.x / 100 mm) <= 2");
    assert_eq!(found.permits, Relation::Fewer);
}

#[test]
fn the_same_limit_under_another_function_stays_undecided() {
    let found = compared(
        "require exp(a.x / 100 mm) <= 2",
        "require exp(2 * a.x / 100 mm) <= 4",
    );
    assert!(matches!(found.permits, Relation::Undecided(_)));
    assert!(found.grounds.is_empty());
}

#[test]
fn a_point_without_a_value_is_not_permitted() {
    // At x = 0 the new version has no value.
    let found = compared("require a.x <= 100 mm", "require ln(a.x / 1 mm) <= 5");
    assert_eq!(found.permits, Relation::Fewer);
    assert_eq!(x_of(found.newly_forbidden.as_ref()), Rational::zero());
    let found = compared("require a.y >= 0 mm", "require a.y / a.x >= 0");
    assert_eq!(found.permits, Relation::Fewer);
    assert_eq!(x_of(found.newly_forbidden.as_ref()), Rational::zero());
}
