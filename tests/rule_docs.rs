//! The pages about the rule language are made from the program.
//!
//! Goal: tables of words, kinds, units and codes cannot drift from the code, and the tutorial shows
//! what really happens. Method: the text between `<!-- generated: … -->` and `<!-- end -->` equals
//! what the code lists; in the tutorial each `output` block equals what the command says in a folder
//! that holds the `file` block before it. `CELLWRIGHT_UPDATE_DOCS=1` writes both.

use std::path::{Path, PathBuf};
use std::process::Command;

use cellwright::quantity::{kind_named, kind_names, parse_unit, unit_symbols, units_of};
use cellwright::rule_language::codes::CODES;
use cellwright::rule_language::words::{WORDS, WordClass};
use cellwright::rule_language::{EvidenceClass, RuleSeverity};

fn page(name: &str) -> (PathBuf, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs")
        .join(name);
    let text = std::fs::read_to_string(&path).expect("the page");
    (path, text)
}

/// A bar inside a cell would end it.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn words() -> String {
    let mut table = String::new();
    for class in WordClass::ALL {
        table += &format!(
            "### {}\n\n| word | form | meaning |\n|---|---|---|\n",
            class.title()
        );
        for row in WORDS.iter().filter(|row| row.class == class) {
            let form = cell(row.form);
            table += &format!("| `{}` | `{form}` | {} |\n", row.word, cell(row.meaning));
        }
        table += "\n";
    }
    table.trim_end().to_owned()
}

fn classes() -> String {
    let list = |names: Vec<&str>| {
        let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        quoted.join(", ")
    };
    let evidence = list(EvidenceClass::ALL.map(EvidenceClass::name).to_vec());
    let severity = list(RuleSeverity::ALL.map(RuleSeverity::name).to_vec());
    format!("Evidence, strongest first: {evidence}.\n\nSeverity, heaviest first: {severity}.")
}

fn kinds() -> String {
    let mut table = "| kind | units |\n|---|---|\n".to_owned();
    for name in kind_names() {
        let kind = kind_named(name).expect("a listed kind");
        table += &format!("| `{name}` | {} |\n", units_of(kind));
    }
    table.trim_end().to_owned()
}

fn units() -> String {
    let mut table = "| unit | kind | factor to SI | zero in SI |\n|---|---|---|---|\n".to_owned();
    for symbol in unit_symbols() {
        // `1` is what plain numbers are shown in; it is never written.
        let Ok(unit) = parse_unit(symbol) else {
            assert_eq!(symbol, "1", "a listed unit");
            continue;
        };
        table += &format!(
            "| `{symbol}` | {} | {} | {} |\n",
            unit.quantity_type.describe(),
            unit.factor,
            if unit.offset.is_zero() {
                String::new()
            } else {
                unit.offset.to_string()
            }
        );
    }
    table.trim_end().to_owned()
}

fn codes() -> String {
    let mut table = "| code | means |\n|---|---|\n".to_owned();
    for (code, title, _) in CODES {
        table += &format!("| `{code}` | {title} |\n");
    }
    table.trim_end().to_owned()
}

fn generated(name: &str) -> String {
    match name {
        "words" => words(),
        "classes" => classes(),
        "kinds" => kinds(),
        "units" => units(),
        "codes" => codes(),
        other => panic!("no table is called `{other}`"),
    }
}

/// Fills every generated part of the reference.
fn with_tables(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<!-- generated: ") {
        let (name, after) = after.split_once(" -->").expect("a closed mark");
        let (_, after) = after.split_once("<!-- end -->").expect("an end");
        out += before;
        out += &format!(
            "<!-- generated: {name} -->\n{}\n<!-- end -->",
            generated(name)
        );
        rest = after;
    }
    out + rest
}

/// Fills every output block by running its command beside the file shown last.
fn with_outputs(text: &str, folder: &Path) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        out.push(line.to_owned());
        let marker = line
            .strip_prefix("<!-- ")
            .and_then(|rest| rest.strip_suffix(" -->"));
        let Some((kind, argument)) = marker.and_then(|marker| marker.split_once(": ")) else {
            continue;
        };
        out.push(lines.next().expect("a fence").to_owned());
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        if kind == "file" {
            std::fs::write(folder.join(argument), block.join("\n") + "\n").expect("a file");
            out.extend(block.iter().map(|line| (*line).to_owned()));
        } else {
            let said = said(argument, folder);
            out.extend(said.trim_end().lines().map(str::to_owned));
        }
        out.push("```".to_owned());
    }
    out.join("\n") + "\n"
}

fn said(command: &str, folder: &Path) -> String {
    let arguments = command.split(' ').skip(1);
    let output = Command::new(env!("CARGO_BIN_EXE_cellwright"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the program runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stderr) + &text(&output.stdout)
}

fn compare(path: &Path, found: &str, wanted: &str) {
    if std::env::var_os("CELLWRIGHT_UPDATE_DOCS").is_some() {
        std::fs::write(path, wanted).expect("the page can be written");
        return;
    }
    for (line, (found, wanted)) in found.lines().zip(wanted.lines()).enumerate() {
        let place = format!("{} line {}", path.display(), line + 1);
        assert_eq!(found, wanted, "{place}: run with CELLWRIGHT_UPDATE_DOCS=1");
    }
    assert_eq!(found, wanted, "run with CELLWRIGHT_UPDATE_DOCS=1");
}

#[test]
fn the_tables_of_the_reference_are_those_of_the_code() {
    let (path, text) = page("reference/rule-language.md");
    compare(&path, &text, &with_tables(&text));
}

#[test]
fn the_tutorial_shows_what_the_program_says() {
    let (path, text) = page("tutorials/my-first-rule.md");
    let folder = std::env::temp_dir().join(format!("cellwright-tutorial-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let wanted = with_outputs(&text, &folder);
    std::fs::remove_dir_all(&folder).expect("the folder is ours");
    compare(&path, &text, &wanted);
    assert!(wanted.contains("expected `pass`"), "the first test fails");
    assert!(wanted.contains("CW-0215"), "the last file has a mistake");
}
