//! Names in documents: looked up in the dictionary, with the nearest one when unknown.
//!
//! In: a key such as `coating.web_speed` and the roles its place allows. Out: the dictionary
//! entry or the choice. An index is kept in the suggestion: `drying.zone[3].air_temp` suggests
//! `drying.zone[3].air_temperature`.

use super::{Report, codes};
use crate::diagnostic::{Diagnostic, nearest};
use crate::quantity::dictionary::{self, Role};
use crate::quantity::{Choice, choice_named, choices};
use crate::span::Span;

/// What a name stands for.
#[derive(Clone, Copy, Debug)]
pub enum Meaning {
    /// A quantity.
    Quantity(&'static dictionary::Entry),
    /// A word from a closed list.
    Choice(&'static Choice),
}

/// Looks a name up; reports an unknown one and one whose role is not among `roles`.
pub fn lookup(name: &str, span: Span, roles: &[Role], report: &Report) -> Option<Meaning> {
    if let Some(choice) = choice_named(name) {
        return Some(Meaning::Choice(choice));
    }
    let standard = dictionary::standard();
    let Some(entry) = standard.get(name) else {
        let message = format!("`{name}` is not in the dictionary");
        let mut diagnostic =
            Diagnostic::error(codes::UNKNOWN_NAME, span, message).label("unknown quantity");
        if let Some(near) = nearest_name(name) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        }
        report.push(diagnostic);
        return None;
    };
    if roles.contains(&entry.role) {
        return Some(Meaning::Quantity(entry));
    }
    let wanted: Vec<&str> = roles.iter().map(|role| with_article(*role)).collect();
    let message = format!(
        "`{name}` is {}, expected {}",
        with_article(entry.role),
        wanted.join(" or ")
    );
    let help = match entry.role {
        Role::Outcome => "outcomes are computed: limit them by a rule, or observe them",
        Role::Parameter => "parameters of the model belong into the model document",
        Role::Setpoint | Role::Material | Role::Disturbance => "put it into the recipe",
    };
    report.push(Diagnostic::error(codes::WRONG_ROLE, span, message).help(help));
    None
}

fn with_article(role: Role) -> &'static str {
    match role {
        Role::Setpoint => "a setpoint",
        Role::Material => "a material",
        Role::Disturbance => "a disturbance",
        Role::Parameter => "a parameter",
        Role::Outcome => "an outcome",
    }
}

/// Returns the known name nearest to `name`, with its index.
fn nearest_name(name: &str) -> Option<String> {
    let index = dictionary::index(name).map(|index| format!("[{index}]"));
    let family = dictionary::family(name);
    let wanted = family.as_deref().unwrap_or(name);
    let names = dictionary::standard()
        .names()
        .chain(choices().iter().map(|choice| choice.name));
    let near = nearest(wanted, names)?;
    Some(match index {
        Some(index) => near.replace("[*]", &index),
        None => near.to_owned(),
    })
}
