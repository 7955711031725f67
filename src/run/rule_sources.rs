//! Rule files with the rule sets they use.
//!
//! In: the files a user names. Out: these and, for every `use NAME` that none of them answers,
//! `NAME.rule` from the folder of the file that uses it (or the same with `-` for `_`), parsed.
//! What cannot be found is left to the resolver, which says so at its place.

use crate::document::{Files, Intake, resolve};
use crate::rule_language::ast::Item;
use crate::rule_language::{self, ParsedFile};
use crate::span::FileId;

/// Most files read because others use them.
const USED_FILES_MAX: usize = 64;

/// Parses the files and those they use, each once, in the order found.
#[must_use]
pub fn parsed(files: &dyn Files, intake: &mut Intake<'_>, opened: &[FileId]) -> Vec<ParsedFile> {
    let parse = |intake: &Intake<'_>, file: FileId| {
        rule_language::parse(file, &intake.sources.get(file).text)
    };
    let mut all: Vec<ParsedFile> = opened.iter().map(|&file| parse(intake, file)).collect();
    let mut at = 0;
    while at < all.len() {
        for name in used_by(&all[at]) {
            let is_known = all.iter().any(|file| declares(file, &name));
            if is_known || all.len() >= opened.len() + USED_FILES_MAX {
                continue;
            }
            let base = intake.sources.get(all[at].file).path.clone();
            if let Some(path) = beside(files, &base, &name)
                && let Some(file) = intake.open(&path, None)
                && all.iter().all(|known| known.file != file)
            {
                all.push(parse(intake, file));
            }
        }
        at += 1;
    }
    all
}

fn used_by(file: &ParsedFile) -> Vec<String> {
    let names = file.items.iter().filter_map(|item| match item {
        Item::Use(item) => Some(item.name.text.clone()),
        _ => None,
    });
    names.collect()
}

fn declares(file: &ParsedFile, name: &str) -> bool {
    let is_named = |item: &Item| matches!(item, Item::Header(header) if header.name.text == name);
    file.items.iter().any(is_named)
}

/// The file of a rule set beside the one that uses it.
fn beside(files: &dyn Files, base: &str, name: &str) -> Option<String> {
    let paths = [name.to_owned(), name.replace('_', "-")];
    let paths = paths.map(|name| resolve(base, &format!("{name}.rule")));
    paths.into_iter().find(|path| files.read(path).is_ok())
}
