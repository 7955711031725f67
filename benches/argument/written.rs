//! Arguments written as rule files and read by the tool: the text has to become the right formula.
//!
//! In: an argument of the benchmark. Out: its text in the rule language, sums with the minus terms
//! on the other side and numbers in units, and the graph that the program reads from it, with the
//! number of each node. The ground truth never sees the text.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use cellwright::check::argument::Graph;
use cellwright::quantity::dictionary::standard;
use cellwright::rational::Rational;
use cellwright::rule_language::{parse, resolve};
use cellwright::span::Sources;

use super::model::{
    Argument, CHOICES, Choice, Part, RANGE, REALS, Relation, Role, Says, Statement, Wording,
};

/// Reads the argument from its text; with the part of each node.
pub fn read(argument: &Argument) -> (Graph, Vec<usize>) {
    let text = text(argument);
    let mut sources = Sources::new();
    let parsed = [parse(sources.add("argument.rule", text.as_str()), &text)];
    let (rules, diagnostics) = resolve(&parsed, standard(), &BTreeMap::new());
    let rendered = diagnostics.render(&sources, false);
    assert!(!diagnostics.has_errors(), "{rendered}");
    let graph = Graph::of_rule_set(&rules);
    let number = |code: &str| code.trim_start_matches('N').parse().expect("a number");
    let parts = graph.nodes.iter().map(|node| number(&node.code)).collect();
    (graph, parts)
}

/// The argument in the rule language.
pub fn text(argument: &Argument) -> String {
    let mut text = String::from("ruleset argument \"1\" \"a generated argument\"\n");
    for at in 0..REALS {
        line(
            &mut text,
            &format!("signal q.v{at} : mass_fraction in 0 .. {RANGE} ppm_mass"),
        );
    }
    for (at, names) in CHOICES.iter().enumerate() {
        let names = names.join(", ");
        line(&mut text, &format!("signal c.v{at} : one of {{{names}}}"));
    }
    for (at, part) in argument.parts.iter().enumerate() {
        item(&mut text, at, part);
    }
    text
}

fn line(text: &mut String, words: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{words}");
}

fn item(text: &mut String, at: usize, part: &Part) {
    let statement = &part.statement;
    match part.role {
        Role::Rule => {
            line(text, &format!("rule N{at:03} \"a limit\""));
            if let Some(guard) = statement.guard {
                line(text, &format!("  when {}", choice(guard)));
            }
            let body = body(statement);
            line(text, &format!("  require {body}"));
            line(
                text,
                "  severity major because \"b\" source \"s\" evidence specified",
            );
        }
        Role::Evidence => {
            let says = guarded(statement);
            line(text, &format!("evidence N{at:03} \"seen\" : {says}"));
            line(text, "  source \"s\" kind measured");
        }
        Role::Claim => {
            let says = guarded(statement);
            line(text, &format!("claim N{at:03} \"claimed\" : {says}"));
            let from: Vec<String> = part.from.iter().map(|one| format!("N{one:03}")).collect();
            if !from.is_empty() {
                line(text, &format!("  from {}", from.join(", ")));
            }
        }
    }
    for target in &part.attacks {
        line(text, &format!("  attacks N{target:03} because \"r\""));
    }
}

fn choice((choice, member): Choice) -> String {
    let member = usize::try_from(member).expect("few");
    format!("c.v{choice} == {}", CHOICES[choice][member])
}

fn guarded(statement: &Statement) -> String {
    let body = body(statement);
    match statement.guard {
        None => body,
        Some(guard) => format!("{} implies ({body})", choice(guard)),
    }
}

fn body(statement: &Statement) -> String {
    let Says::Bound {
        sum,
        relation,
        limit,
    } = &statement.says
    else {
        return match &statement.says {
            Says::Is(one) => choice(*one),
            Says::Bound { .. } => String::new(),
        };
    };
    let scale = match statement.wording {
        Wording::Plain | Wording::ByCases | Wording::OtherUnits => Rational::one(),
        Wording::Doubled => Rational::from(2),
    };
    // One percent is ten thousand parts per million.
    let (unit, per_unit) = match statement.wording {
        Wording::OtherUnits => ("percent_mass", Rational::from(10_000)),
        Wording::Plain | Wording::Doubled | Wording::ByCases => ("ppm_mass", Rational::one()),
    };
    let mut sides = [Vec::new(), Vec::new()];
    for (at, factor) in sum {
        let side = usize::from(factor.is_negative());
        sides[side].push(format!("{} * q.v{at}", number(&(&factor.abs() * &scale))));
    }
    let limit = &limit.checked_div(&per_unit).expect("a unit") * &scale;
    if !limit.is_zero() {
        let side = usize::from(!limit.is_negative());
        sides[side].push(format!("{} * 1 {unit}", number(&limit.abs())));
    }
    let [left, right] = sides.map(|terms| match terms.is_empty() {
        true => "0 ppm_mass".to_owned(),
        false => terms.join(" + "),
    });
    let sign = match relation {
        Relation::AtMost => "<=",
        Relation::Below => "<",
        Relation::AtLeast => ">=",
    };
    let body = format!("{left} {sign} {right}");
    match statement.wording {
        Wording::ByCases => {
            let case = choice((1, 0));
            format!("({case} implies {body}) and (not ({case}) implies {body})")
        }
        Wording::Plain | Wording::Doubled | Wording::OtherUnits => body,
    }
}

/// An exact number, as a quotient of whole numbers.
fn number(value: &Rational) -> String {
    let text = value.to_ratio_string();
    match text.split_once('/') {
        Some((numerator, denominator)) => format!("({numerator} / {denominator})"),
        None => text,
    }
}
