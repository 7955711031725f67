//! Small queries and stubs that the solver tests share.

#![allow(dead_code, reason = "each test file uses a part of this module")]

use cellwright::check::query::{Formula, Query, Sort, Term, VarId, Variable, Want};
use cellwright::rational::Rational;

/// A generous budget: no query of these tests needs a tenth of it.
pub const RLIMIT: u32 = 20_000_000;

pub fn ratio(text: &str) -> Rational {
    Rational::parse_ratio(text).expect("a ratio")
}

pub fn number(value: i64) -> Term {
    Term::Rational(Rational::from(value))
}

pub fn real(place: u32) -> Term {
    Term::Real(VarId(place))
}

/// A query over real variables.
pub fn query(names: &[&str], assertions: Vec<(&str, Formula)>, want: Want) -> Query {
    let declare = |name: &&str| Variable {
        name: (*name).to_owned(),
        sort: Sort::Real,
    };
    let named = |(name, formula): (&str, Formula)| (name.to_owned(), formula);
    Query {
        variables: names.iter().map(declare).collect(),
        assertions: assertions.into_iter().map(named).collect(),
        want,
        rlimit: RLIMIT,
        wall_ms: 20_000,
    }
}

/// Products of ten variables that need far more steps than a small budget has.
pub fn hard_query() -> Query {
    let names: Vec<String> = (0..10).map(|n| format!("h.x{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut query = query(&names, Vec::new(), Want::Model);
    for n in 0..10_u32 {
        let product = Term::Mul(vec![real(n), real((n + 1) % 10), real((n + 3) % 10)]);
        let sum = Term::Add(vec![product, real((n + 5) % 10)]);
        let equal = Formula::Eq(sum, number(i64::from(n) + 3));
        query.assertions.push((format!("H{n}"), equal));
    }
    query.rlimit = 2000;
    query
}
