//! What answers say about searches, scores and titles, on the smallest scenario that shows it.

use std::path::Path;

use crate::{folder, run, run_in, shown, write};

/// A scenario in a folder of its own, with the documents of the checkout.
pub fn scenario(folder: &Path, rules: &[&str], extra: &str) {
    let root = env!("CARGO_MANIFEST_DIR");
    let rules: Vec<String> = rules
        .iter()
        .map(|rule| format!("\"{root}/rules/{rule}.rule\""))
        .collect();
    let text = format!(
        "schema = \"cellwright/scenario/1\"\ntitle = \"Faster\"\n\
         recipe = \"{root}/scenarios/recipes/line3-nmc111.toml\"\n\
         model = \"{root}/models/line3-nmc111.toml\"\nrules = [{}]\n\
         [simulation]\nseed = 1\nsamples = 64\nobserve = [\"drying.residual_solvent\"]\n\
         [change]\nid = \"ECR-1\"\nreason = \"a test\"\nrequested_by = \"process\"\n\
         scope = \"1 reel\"\nset = {{ \"coating.web_speed\" = \"32 m/min\" }}\n{extra}",
        rules.join(", ")
    );
    write(folder, "s.toml", &text);
}

/// The entry of a page that starts with a label, on one line.
fn entry(page: &str, label: &str) -> String {
    let mut lines = page.lines().skip_while(|line| !line.starts_with(label));
    let first = lines.next().unwrap_or_default();
    let rest = lines.take_while(|line| line.starts_with("          "));
    let words: Vec<&str> = std::iter::once(first)
        .chain(rest)
        .flat_map(str::split_whitespace)
        .collect();
    words.join(" ")
}

#[test]
fn a_search_over_six_parameters_stops_at_its_bound_and_says_so() {
    let folder = folder("a_search_over_six_parameters_stops_at_its_bound_and_says_so");
    // None of these moves the exhaust, which stops the request; 41^6 combinations exist.
    let extra = "[repair]\nmove = [\"slurry.temperature\", \"coating.gap\", \
        \"drying.vacuum_time\", \"filling.soak_time\", \"formation.temperature\", \
        \"calendering.roll_temperature\"]\n";
    scenario(&folder, &["drying"], extra);
    let answer = run_in(&folder, &["plan", "s.toml"]);
    assert_eq!(answer.code, 1, "{}", answer.err);
    let decision = entry(&answer.out, "DECISION");
    let stopped = "no further change was found that passes search stopped after 4 000 \
                   candidates, 0 simulated";
    assert!(decision.contains(stopped), "{decision}");
}
