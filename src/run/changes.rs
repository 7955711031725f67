//! What a change changes: values, approval, who reads them, and what did not move.
//!
//! In: both recipes and both judgements. Out: one [`Change`] per changed parameter, and a finding
//! for every changed parameter that no rule reads, neither directly nor through an outcome that
//! moved.

use super::rules::outcomes_read;
use super::{Context, Judged};
use crate::decision::{Approval, ChangedParameter};
use crate::document::Tolerance;
use crate::recipe::{Parameter, Recipe};
use crate::record::body::{Approved, Change, Finding, OutcomeRow, Place};
use crate::rule_language::Rule;
use crate::span::Span;

/// The changed parameters with what is known about them.
pub struct Changes {
    /// For the record.
    pub rows: Vec<Change>,
    /// For the decision.
    pub parameters: Vec<ChangedParameter>,
    /// Uncontrolled changes.
    pub findings: Vec<Finding>,
}

/// Describes the change.
#[must_use]
pub fn changes(context: &Context<'_>, now: &Judged, new: &Judged, rows: &[OutcomeRow]) -> Changes {
    let mut found = Changes {
        rows: Vec::new(),
        parameters: changed(&now.recipe, &new.recipe),
        findings: Vec::new(),
    };
    for name in now.recipe.changed_names(&new.recipe) {
        let (Some(from), Some(to)) = (
            now.recipe.parameters.get(&name),
            new.recipe.parameters.get(&name),
        ) else {
            continue;
        };
        let moved = moved_outcomes(rows);
        let read_by: Vec<String> = context
            .rules()
            .rules
            .iter()
            .filter(|rule| reads(context, rule, &name, &moved))
            .map(|rule| rule.code.clone())
            .collect();
        let place = set_place(context, &name).or(Some(to.span));
        let place = place.map(|span| place_of(context, span));
        if read_by.is_empty() {
            found.findings.push(uncontrolled(&name, place.clone()));
        }
        found.rows.push(Change {
            from: from.display(),
            to: to.display(),
            tolerance: to
                .tolerance
                .as_ref()
                .map(|tolerance| tolerance_text(context, tolerance))
                .unwrap_or_default(),
            approved: to.approved.as_ref().map(|approved| Approved {
                range: approved.range.display(),
                document: approved.document.clone(),
                inside: approval(to) == Approval::Inside,
            }),
            read_by,
            not_moved: not_moved(context, rows),
            place,
            name,
        });
    }
    found
}

/// Where a parameter lies: inside its approved range only with its whole tolerance.
#[must_use]
pub fn approval(parameter: &Parameter) -> Approval {
    match (&parameter.approved, parameter.bounds()) {
        (Some(approved), Some((low, high)))
            if approved.range.contains(&low) && approved.range.contains(&high) =>
        {
            Approval::Inside
        }
        (Some(_), _) => Approval::Outside,
        (None, _) => Approval::NotStated,
    }
}

/// The parameters in which two recipes differ, with their approval in the new one.
#[must_use]
pub fn changed(old: &Recipe, new: &Recipe) -> Vec<ChangedParameter> {
    let names = old.changed_names(new).into_iter();
    names
        .filter_map(|name| {
            let approval = approval(new.parameters.get(&name)?);
            Some(ChangedParameter { name, approval })
        })
        .collect()
}

fn reads(context: &Context<'_>, rule: &Rule, name: &str, moved: &[&str]) -> bool {
    let directly = rule
        .reads
        .iter()
        .any(|&id| context.rules().signal(id).name == name);
    let through = || {
        let read = outcomes_read(context.rules(), rule);
        read.iter().any(|outcome| moved.contains(&outcome.as_str()))
    };
    directly || through()
}

fn moved_outcomes(rows: &[OutcomeRow]) -> Vec<&str> {
    rows.iter()
        .filter(|row| is_moved(row))
        .map(|row| row.name.as_str())
        .collect()
}

fn is_moved(row: &OutcomeRow) -> bool {
    row.difference.mean != 0.0 || row.difference.sd != 0.0 || row.now.failed != row.requested.failed
}

/// Observed outcomes that are the same in every sample.
fn not_moved(context: &Context<'_>, rows: &[OutcomeRow]) -> Vec<String> {
    let Some(simulation) = &context.documents.scenario.simulation else {
        return Vec::new();
    };
    simulation
        .observe
        .iter()
        .filter(|observed| {
            rows.iter()
                .any(|row| row.name == observed.value && !is_moved(row))
        })
        .map(|observed| observed.value.clone())
        .collect()
}

fn set_place(context: &Context<'_>, name: &str) -> Option<Span> {
    let change = context.documents.scenario.change.as_ref()?;
    change
        .set
        .iter()
        .find(|entry| entry.key == name)
        .map(|entry| entry.node.span)
}

/// Returns path, line and column of a span.
#[must_use]
pub fn place_of(context: &Context<'_>, span: Span) -> Place {
    let sources = &context.documents.sources;
    let position = sources.position(span);
    Place {
        path: sources.get(span.file).path.clone(),
        line: position.line,
        column: position.column,
    }
}

fn tolerance_text(context: &Context<'_>, tolerance: &Tolerance) -> String {
    context
        .documents
        .sources
        .text(tolerance.span)
        .trim_matches('"')
        .to_owned()
}

fn uncontrolled(name: &str, place: Option<Place>) -> Finding {
    Finding {
        code: "uncontrolled-change".to_owned(),
        level: "warning".to_owned(),
        message: format!(
            "`{name}` is changed and no rule reads it, neither directly nor through the simulation"
        ),
        places: place.into_iter().collect(),
        grounds: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{InMemory, Intake};

    fn approval_of(value: &str, extras: &str) -> Approval {
        let text = format!(
            "schema = \"cellwright/recipe/1\"\ntitle = \"t\"\nline = \"3\"\n[parameters]\n\
             \"coating.web_speed\" = {{ value = \"{value}\"{extras} }}\n"
        );
        let files = InMemory::new().with("r.toml", text);
        let mut intake = Intake::new(&files);
        let recipe = Recipe::read(&mut intake, "r.toml", None).expect("the recipe reads");
        approval(&recipe.parameters["coating.web_speed"])
    }

    #[test]
    fn a_value_is_approved_only_with_its_whole_tolerance() {
        let range = ", approved = { range = \"22 .. 27 m/min\", document = \"PPAP\" }";
        let tolerant = format!(", tolerance = \"± 0.3 %\"{range}");
        assert_eq!(approval_of("27 m/min", range), Approval::Inside);
        assert_eq!(approval_of("27 m/min", &tolerant), Approval::Outside);
        assert_eq!(approval_of("22 m/min", &tolerant), Approval::Outside);
        assert_eq!(approval_of("26.9 m/min", &tolerant), Approval::Inside);
        assert_eq!(approval_of("27.1 m/min", range), Approval::Outside);
        assert_eq!(approval_of("27 m/min", ""), Approval::NotStated);
    }
}
