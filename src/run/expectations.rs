//! What a scenario expects against what a judgement says.
//!
//! In: the `[expect]` of a scenario, the body of its judgement. Out: one sentence for each
//! expectation that is not met. `violated` names exactly the rules that block. Keys that are not
//! written are not compared.

use crate::record::body::Body;
use crate::scenario::Expectation;

/// Returns what is not met; nothing when everything is.
#[must_use]
pub fn unmet(expected: &Expectation, body: &Body) -> Vec<String> {
    let mut unmet = Vec::new();
    if let Some(decision) = &expected.decision {
        let found = body.decision.decision.replace(' ', "-");
        if found != decision.value {
            unmet.push(format!(
                "expected the decision `{}`, found `{found}`",
                decision.value
            ));
        }
    }
    if let Some(violated) = &expected.violated {
        let mut wanted: Vec<&str> = violated.iter().map(|code| code.value.as_str()).collect();
        wanted.sort_unstable();
        let found: Vec<&str> = body.decision.blocking.iter().map(String::as_str).collect();
        for code in wanted.iter().filter(|code| !found.contains(code)) {
            unmet.push(format!(
                "expected `{code}` to block, found `{}`",
                verdict(body, code)
            ));
        }
        for code in found.iter().filter(|code| !wanted.contains(code)) {
            unmet.push(format!(
                "`{code}` blocks (`{}`), which was not expected",
                verdict(body, code)
            ));
        }
    }
    for (codes, wanted) in [
        (&expected.holds, ["holds", "conditional"].as_slice()),
        (&expected.undecided, ["undecided"].as_slice()),
    ] {
        for code in codes {
            let found = verdict(body, &code.value);
            if !wanted.contains(&found) {
                unmet.push(format!(
                    "expected `{}` to be `{}`, found `{found}`",
                    code.value, wanted[0]
                ));
            }
        }
    }
    unmet
}

fn verdict<'a>(body: &'a Body, code: &str) -> &'a str {
    body.rules
        .iter()
        .find(|row| row.rule.code == code)
        .map_or("no such rule", |row| row.requested.verdict.as_str())
}
