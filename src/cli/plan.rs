//! `cellwright plan`: judge a change without writing a record.
//!
//! In: a scenario, or an old and a new recipe with model and rules. Out: the page on standard
//! output. Two recipes become a scenario in memory whose change is the difference.

use std::path::Path;

use super::arguments::{Common, Plan};
use super::check::rejected;
use super::failure::Failure;
use super::output;
use super::place::Root;
use super::run::{judge, read, seal, shown};
use super::views::BodyView;
use super::{review, rule_files};
use crate::document::{Disk, Files, ReadError};
use crate::exit_code::ExitCode;
use crate::report::RecordReference;
use crate::run::documents::{self, Documents};

/// Runs the verb.
///
/// # Errors
/// [`Failure`].
pub fn plan(verb: &Plan, common: &Common) -> Result<ExitCode, Failure> {
    if let Some(pair) = review::asked(verb) {
        return review::review(verb, pair?, common);
    }
    let files = output::requested_files(common)?;
    let mut documents = match verb.documents.as_slice() {
        [scenario] => read(scenario)?,
        [old, new] => two_recipes(verb, old, new)?,
        // INVARIANT: clap accepts one or two documents.
        _ => {
            return Err(Failure::argument(
                "give a scenario, or an old and a new recipe",
            ));
        }
    };
    let changed = documents.old.changed_names(&documents.new);
    if let [old, new] = verb.documents.as_slice() {
        documents.scenario.title = title(old, new, &changed);
    }
    if verb.detailed_exitcode {
        return Ok(if changed.is_empty() {
            ExitCode::Success
        } else {
            ExitCode::Findings
        });
    }
    let outcome = judge(documents, &verb.judgement, common)?;
    let sealed = seal(&outcome)?;
    let reference = RecordReference {
        path: "not written",
        sha256: &sealed.digest,
        remark: Some("use `cellwright run` to keep it"),
        numerics: None,
    };
    output::deliver(
        &BodyView {
            body: &outcome.body,
            reference,
        },
        common,
        &files,
    )?;
    Ok(outcome.exit)
}

/// What differs between two recipes: `old.toml -> new.toml: 3 parameters`.
fn title(old: &Path, new: &Path, changed: &[String]) -> String {
    let name = |path: &Path| {
        path.file_name()
            .map(|name| name.to_string_lossy().into_owned())
    };
    let (mut from, mut to) = (name(old).unwrap_or_default(), name(new).unwrap_or_default());
    if from == to {
        (from, to) = (shown(old), shown(new));
    }
    let what = match changed {
        [] => "no parameter differs".to_owned(),
        [only] => only.clone(),
        many => format!("{} parameters", many.len()),
    };
    format!("{from} -> {to}: {what}")
}

/// The path under which the scenario of two recipes is read.
const IN_MEMORY: &str = "plan.scenario.toml";

/// The disk with one more document.
struct WithScenario {
    disk: Disk,
    text: String,
}

impl Files for WithScenario {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        if path == IN_MEMORY {
            Ok(self.text.clone().into_bytes())
        } else {
            self.disk.read(path)
        }
    }
}

fn two_recipes(verb: &Plan, old: &Path, new: &Path) -> Result<Documents, Failure> {
    let Some(model) = &verb.model else {
        return Err(Failure::argument("two recipes need `--model MODEL`"));
    };
    let rules = rule_files::expand(&verb.rules)?;
    if rules.is_empty() {
        return Err(Failure::argument("two recipes need `--rules FILES`"));
    }
    let rules: Vec<String> = rules.iter().map(|path| shown(path)).collect();
    let pair = |disk: Disk, named: &dyn Fn(&str) -> String| {
        let quoted: Vec<String> = rules.iter().map(|path| toml_text(&named(path))).collect();
        let [old, new, model] = [old, new, model].map(|path| named(&shown(path)));
        let text = format!(
            "schema = \"cellwright/scenario/1\"\ntitle = {}\nrecipe = {}\nmodel = {}\n\
             rules = [{}]\n\n[simulation]\nseed = 1\nsamples = 4096\nobserve = []\n",
            toml_text(&format!("{old} to {new}")),
            toml_text(&old),
            toml_text(&model),
            quoted.join(", "),
        );
        documents::read_pair(&WithScenario { disk, text }, IN_MEMORY, &new).map_err(rejected)
    };
    let documents = pair(Disk::new("."), &str::to_owned)?;
    let typed = shown(model);
    let others = |source: &&str| *source != IN_MEMORY;
    let sources = documents
        .sources
        .iter()
        .map(|(_, source)| source.path.as_str());
    match Root::of(sources.filter(others)) {
        Some(root) if root.name(&typed) != typed => {
            pair(Disk::new(root.folder()), &|path| root.name(path))
        }
        Some(_) | None => Ok(documents),
    }
}

/// Writes a TOML string.
fn toml_text(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
