//! The order of rules and the names of files change no byte of an answer.
//!
//! Goal: the same verdict, witness and bytes under 50 shuffles. Method: a dozen rules (some that
//! contradict each other under a guard, follow from each other, are broken, bind, need a simulation,
//! rest on recalled limits) are shuffled and cut into two files with new names; the whole answer of
//! `check` with a recipe, `--why` and `--recalled` is compared as JSON and as text. Where a rule is
//! written must differ; places are set aside before comparing, and with them the comments that
//! quote them in scripts.

mod cases;

use cellwright::canonical;
use cellwright::check::argument::attack::Semantics;
use cellwright::check::solver_process::Solver;
use cellwright::document::InMemory;
use cellwright::random::Stream;
use cellwright::record::body::Place;
use cellwright::record::findings::Findings;
use cellwright::report::text::findings::findings_text;
use cellwright::run::check_rules::{self, Request, rows::Unwatched};
use cellwright::table::TableFormat;

/// Code, clauses, evidence.
const RULES: [(&str, &str, &str); 12] = [
    (
        "S01",
        "require coating.web_speed <= 30 m/min guard_band 1 m/min",
        "specified",
    ),
    ("S02", "require coating.web_speed <= 26 m/min", "specified"),
    ("S03", "require coating.web_speed <= 33 m/min", "recalled"),
    ("S04", "require coating.web_speed <= 2000 m/h", "published"),
    (
        "S05",
        "require coating.areal_loading * coating.width <= 120 g/m",
        "specified",
    ),
    (
        "S06",
        "when slurry.electrode == anode require coating.gap <= 100 um",
        "specified",
    ),
    (
        "S07",
        "when slurry.electrode == anode require coating.gap >= 150 um",
        "specified",
    ),
    ("S08", "require coating.gap <= 163 um", "specified"),
    (
        "S09",
        "require coating.width <= 700 mm or coating.gap <= 90 um",
        "recalled",
    ),
    (
        "S10",
        "require coating.areal_loading <= 175 g/m^2",
        "specified",
    ),
    (
        "S11",
        "require drying.residual_solvent <= 300 ppm_mass",
        "specified",
    ),
    ("S12", "require coating.width <= 0.66 m", "recalled"),
];

const RECIPE: &str = "schema = \"cellwright/recipe/1\"\ntitle = \"t\"\nline = \"l\"\nsource = \"s\"\n\
    [parameters]\n\
    \"slurry.electrode\" = \"cathode\"\n\
    \"coating.web_speed\" = { value = \"25 m/min\", tolerance = \"± 2 m/min\" }\n\
    \"coating.areal_loading\" = { value = \"171 g/m^2\", tolerance = \"± 2 %\" }\n\
    \"coating.width\" = { value = \"650 mm\", tolerance = \"± 10 mm\" }\n\
    \"coating.gap\" = { value = \"160 um\", tolerance = \"± 3 um\" }\n";

fn shuffled(shuffle: u64) -> Vec<String> {
    let mut random = Stream::new(11, "shuffle", shuffle);
    let mut order: Vec<usize> = (0..RULES.len()).collect();
    for place in (1..order.len()).rev() {
        let other = random.index_below(place as u64 + 1).expect("a place");
        order.swap(place, usize::try_from(other).expect("a small number"));
    }
    let rule = |&at: &usize| {
        let (code, clauses, evidence) = RULES[at];
        format!(
            "rule {code} \"{code}\" {clauses} severity major because \"b\" source \"s\" \
             evidence {evidence}\n"
        )
    };
    order.iter().map(rule).collect()
}

fn checked(shuffle: u64, solver: &Solver) -> Findings {
    let rules = shuffled(shuffle);
    let cut = 1 + usize::try_from(shuffle).expect("a small number") % (rules.len() - 1);
    let (first, second) = rules.split_at(cut);
    // The names turn the order of the files around in every other shuffle.
    let names = [
        format!("{}a.rule", shuffle * 7 % 50),
        format!("{}b.rule", 60 - shuffle),
    ];
    let files = InMemory::new()
        .with(&names[0], format!("ruleset one \"1\"\n{}", first.concat()))
        .with(&names[1], format!("ruleset two \"1\"\n{}", second.concat()))
        .with("r.toml", RECIPE.to_owned());
    let request = Request {
        semantics: Semantics::Grounded,
        rules: &names,
        recipe: Some("r.toml"),
        model: None,
        table: None,
        format: TableFormat::default(),
        recalled: true,
        strict: false,
        why: Some(20),
        cache: None,
        grounds: true,
        exhibits: false,
        solver: Some(solver),
        watch: &Unwatched,
    };
    let answer = check_rules::check(&files, &request);
    answer.expect("the documents are right").findings
}

/// The answer without the places in it.
fn without_places(mut findings: Findings) -> Findings {
    let nowhere = |places: &mut Vec<Place>| places.clear();
    for checked in &mut findings.rules {
        checked.rule.path = "r.rule".to_owned();
        (checked.rule.line, checked.rule.end_line) = (1, 1);
        if let Some(evaluation) = &mut checked.evaluation {
            evaluation.smtlib = evaluation.smtlib.as_deref().map(without_comments);
        }
    }
    for finding in &mut findings.findings {
        nowhere(&mut finding.places);
        for ground in &mut finding.grounds {
            ground.smtlib = ground.smtlib.as_deref().map(without_comments);
        }
    }
    for why in &mut findings.why {
        for group in why.conflicts.iter_mut().chain(&mut why.corrections) {
            nowhere(&mut group.places);
        }
    }
    findings
}

fn without_comments(script: &str) -> String {
    let kept = script.lines().filter(|line| !line.starts_with(';'));
    kept.collect::<Vec<_>>().join("\n")
}

#[test]
fn no_byte_depends_on_the_order_of_rules_or_the_names_of_files() {
    let solver = cases::child();
    let mut first: Option<(Vec<u8>, String)> = None;
    for shuffle in 0..50 {
        let findings = without_places(checked(shuffle, &solver));
        let text = findings_text(&findings, false);
        let value = serde_json::to_value(&findings).expect("JSON");
        let bytes = canonical::to_bytes(&value).expect("canonical JSON");
        match &first {
            None => {
                for word in [
                    "S02 (-0.5",
                    "shadowed",
                    "inconsistent-under-guard",
                    "why",
                    "recalled",
                ] {
                    assert!(text.contains(word), "no {word}:\n{text}");
                }
                first = Some((bytes, text));
            }
            Some((known, shown)) => {
                assert_eq!(*shown, text, "shuffle {shuffle}");
                let differs = known.iter().zip(&bytes).position(|(a, b)| a != b);
                let near = |bytes: &[u8], at: usize| {
                    let end = bytes.len().min(at + 80);
                    String::from_utf8_lossy(&bytes[at.saturating_sub(120)..end]).into_owned()
                };
                if let Some(at) = differs {
                    panic!(
                        "shuffle {shuffle}:\n{}\n{}",
                        near(known, at),
                        near(&bytes, at)
                    );
                }
                assert_eq!(known.len(), bytes.len(), "shuffle {shuffle}");
            }
        }
    }
}
