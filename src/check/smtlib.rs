//! A query as SMT-LIB 2.6 text: evidence that an auditor can give to any other solver.
//!
//! In: a [`Query`]. Out: the same bytes for the same query, whatever the order of its assertions;
//! rationals are exact, rule codes are `:named`, enumerations are booleans of which exactly one
//! holds; comments say where each assertion is written. The text is written, never read: no verdict
//! of ours passes through a text parser.

use std::collections::BTreeMap;

use super::query::{Formula, Function, Query, Sort, Term, Variable, Want, enumerator_name};
use crate::rational::Rational;

/// What is known of a question, as `set-info :status` says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// There is a model.
    Sat,
    /// There is none.
    Unsat,
}

impl Status {
    /// The answer as a solver writes it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Sat => "sat",
            Self::Unsat => "unsat",
        }
    }
}

/// What a script says beside the question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// The answer, where it is known.
    pub status: Option<Status>,
    /// A line in front of everything: what is asked.
    pub title: Option<String>,
    /// Per name of an assertion where it is written, for instance `rules/drying.rule:12:6`.
    pub places: BTreeMap<String, String>,
}

/// Returns the SMT-LIB 2.6 script of a query.
#[must_use]
pub fn to_smtlib(query: &Query) -> String {
    with_notes(query, &Notes::default())
}

/// Returns the SMT-LIB 2.6 script of a query with its status and the places of its assertions.
#[must_use]
pub fn with_notes(query: &Query, notes: &Notes) -> String {
    let mut query = query.clone();
    query.sort();
    let logic = if query.is_linear() {
        "QF_LRA"
    } else {
        "QF_NRA"
    };
    let mut out = String::new();
    if let Some(title) = &notes.title {
        remark(&mut out, title);
    }
    out.push_str("(set-info :smt-lib-version 2.6)\n");
    match notes.status {
        Some(Status::Sat) => out.push_str("(set-info :status sat)\n"),
        Some(Status::Unsat) => out.push_str("(set-info :status unsat)\n"),
        None => {}
    }
    out.push_str("(set-option :produce-models true)\n");
    if query.want.core() {
        out.push_str("(set-option :produce-unsat-cores true)\n");
    }
    line(&mut out, &format!("(set-logic {logic})"));
    for place in query.declaration_order() {
        declare(&mut out, &query.variables[place]);
    }
    for (name, formula) in &query.assertions {
        let text = formula_text(formula, &query.variables);
        if let Some(place) = notes.places.get(name) {
            remark(&mut out, place);
        }
        line(
            &mut out,
            &format!("(assert (! {text} :named {}))", symbol(name)),
        );
    }
    out.push_str("(check-sat)\n");
    match query.want {
        Want::Model => out.push_str("(get-model)\n"),
        Want::Core => out.push_str("(get-unsat-core)\n"),
        Want::ModelAndCore => out.push_str("; (get-model) or (get-unsat-core)\n"),
    }
    out.push_str("(exit)\n");
    out
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

/// One line of comment; nothing in it can end the line.
fn remark(out: &mut String, text: &str) {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let text: String = text.chars().map(plain).collect();
    line(out, &format!("; {text}"));
}

fn declare(out: &mut String, variable: &Variable) {
    match &variable.sort {
        Sort::Real => line(
            out,
            &format!("(declare-fun {} () Real)", symbol(&variable.name)),
        ),
        Sort::Bool => line(
            out,
            &format!("(declare-fun {} () Bool)", symbol(&variable.name)),
        ),
        Sort::Enum(names) => {
            let literals: Vec<String> = names
                .iter()
                .map(|name| symbol(&enumerator_name(&variable.name, name)))
                .collect();
            for literal in &literals {
                line(out, &format!("(declare-fun {literal} () Bool)"));
            }
            line(out, &format!("(assert {})", application("or", &literals)));
            for (place, first) in literals.iter().enumerate() {
                for second in &literals[place + 1..] {
                    line(out, &format!("(assert (not (and {first} {second})))"));
                }
            }
        }
    }
}

/// Quotes every name: dictionary names may hold brackets, rule codes anything but `|` and `\`.
fn symbol(name: &str) -> String {
    format!("|{name}|")
}

fn application(operator: &str, operands: &[String]) -> String {
    match operands {
        [] if operator == "and" => "true".to_owned(),
        [] if operator == "or" => "false".to_owned(),
        [] if operator == "*" => "1.0".to_owned(),
        [] => "0.0".to_owned(),
        [single] => single.clone(),
        many => format!("({operator} {})", many.join(" ")),
    }
}

fn rational_text(value: &Rational) -> String {
    let magnitude = value.abs();
    let mut text = format!("{}.0", magnitude.numerator_string());
    if !value.is_integer() {
        text = format!("(/ {text} {}.0)", magnitude.denominator_string());
    }
    if value.is_negative() {
        text = format!("(- {text})");
    }
    text
}

fn term_text(term: &Term, variables: &[Variable]) -> String {
    let text = |inner: &Term| term_text(inner, variables);
    let all = |parts: &[Term]| parts.iter().map(text).collect::<Vec<_>>();
    match term {
        Term::Rational(value) => rational_text(value),
        Term::Real(id) => variable_text(variables, id.0),
        Term::Add(parts) => application("+", &all(parts)),
        Term::Mul(parts) => application("*", &all(parts)),
        Term::Div(dividend, divisor) => format!("(/ {} {})", text(dividend), text(divisor)),
        Term::Neg(inner) => format!("(- {})", text(inner)),
        Term::Ite(condition, then, otherwise) => {
            let condition = formula_text(condition, variables);
            format!("(ite {condition} {} {})", text(then), text(otherwise))
        }
        // The names of dReal; no theory of the standard has these functions.
        Term::Apply(function, argument) => {
            let name = match function {
                Function::Exp => "exp",
                Function::Ln => "log",
                Function::Sqrt => "sqrt",
            };
            format!("({name} {})", text(argument))
        }
    }
}

fn formula_text(formula: &Formula, variables: &[Variable]) -> String {
    let text = |inner: &Formula| formula_text(inner, variables);
    let all = |parts: &[Formula]| parts.iter().map(text).collect::<Vec<_>>();
    let compare = |sign: &str, left: &Term, right: &Term| {
        format!(
            "({sign} {} {})",
            term_text(left, variables),
            term_text(right, variables)
        )
    };
    match formula {
        Formula::True => "true".to_owned(),
        Formula::False => "false".to_owned(),
        Formula::Bool(id) => variable_text(variables, id.0),
        Formula::Le(left, right) => compare("<=", left, right),
        Formula::Lt(left, right) => compare("<", left, right),
        Formula::Eq(left, right) => compare("=", left, right),
        Formula::Not(inner) => format!("(not {})", text(inner)),
        Formula::And(parts) => application("and", &all(parts)),
        Formula::Or(parts) => application("or", &all(parts)),
        Formula::Implies(premise, conclusion) => {
            format!("(=> {} {})", text(premise), text(conclusion))
        }
        Formula::EnumIs(id, enumerator) => {
            let declared = variables.get(id.0 as usize);
            match declared.map(|variable| (&variable.name, &variable.sort)) {
                Some((name, Sort::Enum(names))) if (*enumerator as usize) < names.len() => {
                    symbol(&enumerator_name(name, &names[*enumerator as usize]))
                }
                _ => undeclared(id.0),
            }
        }
    }
}

fn variable_text(variables: &[Variable], id: u32) -> String {
    variables
        .get(id as usize)
        .map_or_else(|| undeclared(id), |variable| symbol(&variable.name))
}

/// A malformed query is refused before it is solved; its text shows the hole.
fn undeclared(id: u32) -> String {
    format!("|!undeclared {id}|")
}

#[cfg(test)]
mod tests {
    use super::super::query::VarId;
    use super::*;

    #[test]
    fn the_text_is_exact_and_in_name_order() {
        let real = |name: &str| Variable {
            name: name.to_owned(),
            sort: Sort::Real,
        };
        let names = vec!["steel".to_owned(), "pouch".to_owned()];
        let can = Variable {
            name: "can.material".to_owned(),
            sort: Sort::Enum(names),
        };
        let speed = Term::Real(VarId(0));
        let limit = Term::Rational(Rational::ratio(-1, 3));
        let guard = Formula::EnumIs(VarId(2), 1);
        let body = Formula::Le(Term::Mul(vec![speed.clone(), Term::Real(VarId(1))]), limit);
        let mut query = Query {
            variables: vec![real("drying.zone[1].air_speed"), real("a.x"), can],
            assertions: vec![
                (
                    "R2".to_owned(),
                    Formula::Implies(Box::new(guard), Box::new(body)),
                ),
                ("R1".to_owned(), Formula::Lt(speed, Term::Add(vec![]))),
            ],
            want: Want::Core,
            rlimit: 1,
            wall_ms: 1,
        };
        let expected = "\
(set-info :smt-lib-version 2.6)
(set-option :produce-models true)
(set-option :produce-unsat-cores true)
(set-logic QF_NRA)
(declare-fun |a.x| () Real)
(declare-fun |can.material=steel| () Bool)
(declare-fun |can.material=pouch| () Bool)
(assert (or |can.material=steel| |can.material=pouch|))
(assert (not (and |can.material=steel| |can.material=pouch|)))
(declare-fun |drying.zone[1].air_speed| () Real)
(assert (! (< |drying.zone[1].air_speed| 0.0) :named |R1|))
(assert (! (=> |can.material=pouch| (<= (* |drying.zone[1].air_speed| |a.x|) (- (/ 1.0 3.0)))) \
:named |R2|))
(check-sat)
(get-unsat-core)
(exit)
";
        assert_eq!(to_smtlib(&query), expected);
        query.assertions.reverse();
        assert_eq!(to_smtlib(&query), expected);
        let notes = Notes {
            status: Some(Status::Unsat),
            title: Some("R1 and R2\n(check-sat)".to_owned()),
            places: BTreeMap::from([("R1".to_owned(), "rules/a.rule:3:6".to_owned())]),
        };
        let noted = with_notes(&query, &notes);
        let head = "; R1 and R2 (check-sat)\n(set-info :smt-lib-version 2.6)\n\
                    (set-info :status unsat)\n";
        assert!(noted.starts_with(head), "{noted}");
        assert!(
            noted.contains("\n; rules/a.rule:3:6\n(assert (! (< |drying"),
            "{noted}"
        );
    }
}
