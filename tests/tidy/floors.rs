//! Floors and doors: which module may import which, and which file alone may name a crate.
//!
//! In: the text of a file of `src`. Out: one violation per import that points upwards, between two
//! engines, to a module without a floor, or to a crate whose door is another file.

use crate::{Violation, code_only};

/// The floor of every top module; docs/architecture.md says what each floor must not know.
pub const FLOORS: &[(&str, u8)] = &[
    ("quantity", 0),
    ("rational", 0),
    ("enclosure", 0),
    ("interval", 0),
    ("lanes", 0),
    ("math", 0),
    ("random", 0),
    ("parallel", 0),
    ("linear_program", 0),
    ("span", 0),
    ("diagnostic", 0),
    ("canonical", 0),
    ("normal", 0),
    ("summation", 0),
    ("exit_code", 0),
    ("document", 1),
    ("table", 1),
    ("rule_language", 1),
    ("certificate", 1),
    ("recipe", 1),
    ("scenario", 1),
    ("model", 1),
    ("observation", 1),
    ("document", 1),
    ("table", 1),
    ("check", 2),
    ("twin", 2),
    ("monte_carlo", 2),
    ("delta", 3),
    ("score", 3),
    ("fusion", 3),
    ("hyperscore", 3),
    ("run", 4),
    ("decision", 4),
    ("record", 4),
    ("replay", 4),
    ("verify", 4),
    ("report", 4),
    ("main", 5),
    ("cli", 5),
];

/// On this floor modules do not know each other: `check`, `twin`, `monte_carlo`.
const ENGINES: u8 = 2;

/// A crate, and the only places of `src` that may name it.
const DOORS: &[(&str, &[&str])] = &[
    ("z3", &["src/check/solve.rs"]),
    ("z3_sys", &[]),
    ("good_lp", &["src/linear_program.rs"]),
    ("microlp", &[]),
    ("ode_solvers", &["src/twin/integrate.rs"]),
    ("rayon", &["src/parallel.rs"]),
    ("parquet", &["src/table/parquet_file.rs"]),
    ("bytes", &["src/table/parquet_file.rs"]),
    ("pulp", &["src/lanes.rs"]),
    ("pxfm", &["src/math.rs"]),
    ("rand", &["src/random.rs"]),
    ("rand_chacha", &["src/random.rs"]),
    ("clap", &["src/main.rs", "src/cli.rs", "src/cli/"]),
    ("clap_complete", &["src/main.rs", "src/cli.rs", "src/cli/"]),
];

fn floor_of(module: &str) -> Option<u8> {
    FLOORS
        .iter()
        .find(|(name, _)| *name == module)
        .map(|(_, floor)| *floor)
}

/// Returns the top module a file belongs to: `src/check/solve.rs` belongs to `check`.
pub fn top_module(path: &str) -> Option<&str> {
    let inside = path.strip_prefix("src/")?;
    let first = inside.split('/').next()?;
    Some(first.strip_suffix(".rs").unwrap_or(first))
}

/// Returns every top module the file imports, with the line of the import.
pub fn imports(path: &str, text: &str) -> Vec<(usize, String)> {
    let code = code_only(text);
    let mut prefixes = vec!["crate::", "cellwright::"];
    let depth = path.matches('/').count();
    // From `src/check.rs` the path `super::twin` leads to the top as well, one `super` per folder.
    let upwards = "super::".repeat(depth);
    prefixes.push(&upwards);
    let mut found = Vec::new();
    for prefix in prefixes {
        for (offset, _) in code.match_indices(prefix) {
            if follows_path(&code[..offset]) {
                continue;
            }
            let rest = &code[offset + prefix.len()..];
            for (skipped, name) in heads(rest) {
                let from_super = prefix.starts_with("super");
                if !from_super || floor_of(&name).is_some() {
                    let line = code[..offset + prefix.len() + skipped]
                        .matches('\n')
                        .count()
                        + 1;
                    found.push((line, name));
                }
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

/// Whether the text ends inside a path or a word, so that what follows is not its start.
fn follows_path(before: &str) -> bool {
    before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':' || c == '$')
}

/// Returns the first segments of a path or of the paths in one pair of braces, with their offsets.
fn heads(rest: &str) -> Vec<(usize, String)> {
    if !rest.starts_with('{') {
        return word_at(rest, 0).into_iter().collect();
    }
    let mut found = Vec::new();
    let mut depth = 0_usize;
    let mut expects_head = false;
    for (offset, character) in rest.char_indices() {
        match character {
            '{' => {
                depth += 1;
                expects_head = depth == 1;
            }
            '}' => depth -= 1,
            ',' => expects_head = depth == 1,
            _ if expects_head && !character.is_whitespace() => {
                found.extend(word_at(rest, offset));
                expects_head = false;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    found
}

/// A module name at `offset`; a name in capitals is an item of the root, not a module.
fn word_at(text: &str, offset: usize) -> Option<(usize, String)> {
    let word: String = text[offset..]
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    let is_module = word.starts_with(|c: char| c.is_lowercase());
    (is_module && word != "self").then_some((offset, word))
}

/// Reports imports that break the floors.
pub fn floor_violations(path: &str, text: &str) -> Vec<Violation> {
    let Some(own) = top_module(path).filter(|&own| own != "lib") else {
        return Vec::new();
    };
    let Some(own_floor) = floor_of(own) else {
        let what = format!("module `{own}` has no floor: add it to FLOORS in tests/tidy/floors.rs");
        return vec![Violation::new(path, 1, what)];
    };
    let mut found = Vec::new();
    for (line, other) in imports(path, text) {
        if other == own {
            continue;
        }
        let what = match floor_of(&other) {
            None => format!("`{other}` has no floor: import from the module that defines the item"),
            Some(floor) if floor > own_floor => {
                format!("`{own}` (floor {own_floor}) imports `{other}` (floor {floor}) above it")
            }
            Some(floor) if floor == own_floor && floor == ENGINES => {
                format!("engine `{own}` imports engine `{other}`: they meet only in `run`")
            }
            Some(_) => continue,
        };
        found.push(Violation::new(path, line, what));
    }
    found
}

/// Reports crates named outside their door.
pub fn door_violations(path: &str, text: &str) -> Vec<Violation> {
    if !path.starts_with("src/") {
        return Vec::new();
    }
    let code = code_only(text);
    let mut found = Vec::new();
    for (number, line) in code.lines().enumerate() {
        for (name, doors) in DOORS {
            let is_door = doors
                .iter()
                .any(|door| path == *door || (door.ends_with('/') && path.starts_with(door)));
            if !is_door && names_crate(line, name) {
                let what = match doors.first() {
                    Some(door) => format!("crate `{name}` is named outside its door `{door}`"),
                    None => format!("crate `{name}` is not used directly"),
                };
                found.push(Violation::new(path, number + 1, what));
            }
        }
    }
    found
}

fn names_crate(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(offset, _)| {
        let after = line[offset + name.len()..].trim_start();
        let before = line[..offset].trim_end();
        // `::z3` is the crate as well; `crate::z3` is not.
        let is_start = !follows_path(before.strip_suffix("::").unwrap_or(&line[..offset]));
        let is_use =
            before.ends_with("use") && (after.starts_with(';') || after.starts_with("as "));
        is_start && (after.starts_with("::") || is_use)
    })
}

/// Reports a circle of imports between modules of one floor.
pub fn circle(edges: &[(String, String)]) -> Option<Vec<String>> {
    let mut names: Vec<&String> = edges.iter().map(|(from, _)| from).collect();
    names.sort();
    names.dedup();
    names.into_iter().find_map(|start| {
        let mut trail = vec![start.clone()];
        let mut seen = Vec::new();
        walk(start, start, edges, &mut trail, &mut seen).then_some(trail)
    })
}

fn walk(
    at: &str,
    goal: &str,
    edges: &[(String, String)],
    trail: &mut Vec<String>,
    seen: &mut Vec<String>,
) -> bool {
    for (_, to) in edges.iter().filter(|(from, to)| from == at && from != to) {
        trail.push(to.clone());
        if to == goal {
            return true;
        }
        if !seen.contains(to) {
            seen.push(to.clone());
            if walk(to, goal, edges, trail, seen) {
                return true;
            }
        }
        trail.pop();
    }
    false
}

#[test]
fn an_import_upwards_is_reported_with_its_line() {
    let bad = "//! Doc.\nuse crate::rational::Rational;\nuse crate::{span, run::Run};\n";
    let found = floor_violations("src/recipe/read.rs", bad);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].line, found[0].what.contains("`run`")), (3, true));
    let absolute = floor_violations("src/recipe.rs", "fn f() { crate::check::solve::go() }");
    assert_eq!(absolute.len(), 1);
    let relative = floor_violations("src/recipe/read.rs", "use super::super::check::solve;");
    assert_eq!(relative.len(), 1);
    assert!(floor_violations("src/recipe/read.rs", "use super::check;").is_empty());
}

#[test]
fn engines_do_not_know_each_other() {
    for (path, text) in [
        ("src/check/encode.rs", "use crate::twin::Port;"),
        ("src/twin/line.rs", "use crate::check::formula;"),
        ("src/monte_carlo.rs", "use crate::twin;"),
    ] {
        assert_eq!(floor_violations(path, text).len(), 1, "{path}");
    }
    assert!(floor_violations("src/check/encode.rs", "// use crate::twin::Port;").is_empty());
    assert!(floor_violations("src/run.rs", "use crate::{check, twin};").is_empty());
}

#[test]
fn a_module_without_a_floor_is_reported() {
    assert_eq!(floor_violations("src/misc.rs", "").len(), 1);
    assert_eq!(
        floor_violations("src/run.rs", "use crate::misc::x;").len(),
        1
    );
}

#[test]
fn a_heavy_crate_has_one_door() {
    assert_eq!(
        door_violations("src/check/core.rs", "use z3::ast::Real;").len(),
        1
    );
    assert_eq!(
        door_violations("src/check/core.rs", "    rayon::join(a, b);").len(),
        1
    );
    assert_eq!(door_violations("src/run.rs", "use rayon as r;").len(), 1);
    assert!(door_violations("src/check/solve.rs", "use z3::ast::Real;").is_empty());
    assert!(door_violations("src/cli/plan.rs", "use clap::Parser;").is_empty());
    assert!(
        door_violations("src/run.rs", "crate::rand::x(); my_z3::x(); operand::y();").is_empty()
    );
}

#[test]
fn a_circle_of_modules_is_found() {
    let edge = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    let straight = [edge("quantity", "rational"), edge("rational", "canonical")];
    assert_eq!(circle(&straight), None);
    let round = [straight.to_vec(), vec![edge("canonical", "quantity")]].concat();
    assert_eq!(circle(&round).map(|trail| trail.len()), Some(4));
}
