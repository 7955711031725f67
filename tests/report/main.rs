//! Views: snapshots of every format, and laws that hold for any text.
//!
//! Goal: what a reader sees changes only on purpose, no line of text is wider than eighty
//! columns, no document text becomes markup. Method: a layout sample (`sample.rs`, invented
//! numbers) is written in every format; random and hostile text is put into every string of it.

mod drawings;
mod hostile;
mod sample;
mod schema;

use cellwright::record::body::{Body, ReplacedRow, RuleRow};
use cellwright::record::numerics::OutcomeNumerics;
use cellwright::record::run_numerics::{Against, LargeNumerics, RunNumerics};
use cellwright::report::layout::{COLUMNS, width};
use cellwright::report::sheet::Sheet;
use cellwright::report::{RecordReference, github, html, json, junit, markdown, sarif, text};

/// Where the sample says its record is.
pub const RECORD: RecordReference<'static> = RecordReference {
    path: "runs/ECR-2231/record.json",
    sha256: "7f3c9d0e5b1a48c2a6e4f1d2b3c4a5968778695a4b3c2d1e0f1e2d3c4b5a6978",
    remark: Some("replay: identical"),
    numerics: None,
};

#[test]
fn text_page() {
    let page = text::page(&sample::body(), &RECORD, false);
    assert!(widest(&page) <= COLUMNS, "{page}");
    insta::assert_snapshot!(page);
}

#[test]
fn text_page_in_colour_says_the_same() {
    let plain = text::page(&sample::body(), &RECORD, false);
    let coloured = text::page(&sample::body(), &RECORD, true);
    assert!(coloured.contains("\u{1b}[1;31mREJECT"));
    assert!(!plain.contains('\u{1b}'));
    assert_eq!(without_colour(&coloured), plain);
}

#[test]
fn text_of_findings() {
    let page = text::findings_text(&sample::findings(), false);
    assert!(widest(&page) <= COLUMNS, "{page}");
    insta::assert_snapshot!(page);
}

#[test]
fn html_page() {
    let page = html::page(&sample::body(), &RECORD);
    for (name, wanted) in [
        (
            "policy",
            "default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;",
        ),
        ("decision", "32\u{a0}m/min as requested"),
        ("what weakens the case", "What weakens this"),
        ("sign-off", "A signature means"),
        ("digest", RECORD.sha256),
    ] {
        assert!(page.contains(wanted), "{name} is missing");
    }
    for forbidden in [
        "<script", "http:", "https:", "url(", "@import", " src=", " href=",
    ] {
        assert!(!page.contains(forbidden), "`{forbidden}` in the report");
    }
    let path = concat!(env!("CARGO_TARGET_TMPDIR"), "/report.html");
    std::fs::write(path, &page).expect("the folder of test output is writable");
    // The drawing changes only on purpose; the style sheet may change freely.
    let body = page.split_once("<body>").expect("a body").1;
    insta::assert_snapshot!(body);
}

#[test]
fn weaknesses_stand_before_the_evidence() {
    let body = sample::body();
    let page = html::page(&body, &RECORD);
    let place = |words: &str| {
        page.find(words)
            .unwrap_or_else(|| panic!("`{words}` missing"))
    };
    assert!(place("TRIAL is the best") < place("Along the dryer"));
    assert!(place("the desorption rate is assumed") < place("Rules by margin"));
}

#[test]
fn numerical_errors_stand_in_the_report_and_first_where_they_are_large() {
    let body = sample::body();
    let [small, other] = [0, 1].map(|at| &body.outcomes[at].name);
    let row = |name: &String, u_num: f64, by: &str| OutcomeNumerics {
        name: name.clone(),
        unit: "K".to_owned(),
        u_num,
        by: by.to_owned(),
    };
    let mut numerics = RunNumerics {
        outcomes: vec![
            row(small, -1.3e-4, "independent integrator"),
            row(other, 0.0, "algebra"),
        ],
        large: Vec::new(),
        failed: None,
    };
    let pages = |numerics: &RunNumerics| {
        let record = RecordReference {
            numerics: Some(numerics),
            ..RECORD
        };
        let text = text::page(&body, &record, false);
        assert!(widest(&text) <= COLUMNS, "{text}");
        (html::page(&body, &record), text)
    };
    let (page, text) = pages(&numerics);
    let cell = "<td class=\"number\">1.3e-4<span class=\"sub\">independent integrator</span></td>";
    assert!(page.contains(cell), "{page}");
    assert!(
        page.contains("<td class=\"number\">not known</td>"),
        "the others have none"
    );
    assert!(
        page.contains("at most 10\u{a0}% of every standard deviation"),
        "{page}"
    );
    assert!(
        !text.contains("Numerics"),
        "what is small is not on the page: {text}"
    );

    for (name, against, share) in [
        (small.as_str(), Against::Spread, 0.25),
        ("DR007", Against::Margin, f64::INFINITY),
        ("DR009", Against::Margin, f64::NAN),
    ] {
        numerics.large.push(LargeNumerics {
            name: name.to_owned(),
            against,
            share,
        });
    }
    let (page, text) = pages(&numerics);
    assert!(!page.contains("of every standard deviation"));
    let first = page.find("DR007: numerical error is more than all of its margin");
    assert!(first < page.find("TRIAL is the best"), "it stands first");
    assert!(page.contains("DR009: numerical error decides whether it applies"));
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("numerical error"))
        .collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(text.find("Numerics") < text.find("Changed"), "{text}");

    numerics.failed = Some("the line cannot be computed".to_owned());
    assert!(pages(&numerics).1.contains("numerical error not known"));
}

#[test]
fn a_share_on_a_measured_outcome_says_what_it_leaves_out() {
    let mut body = sample::body();
    let words = "is not drawn: the share of passing samples";
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let says = |body: &Body| {
        let text = plain(&text::page(body, &RECORD, false));
        (html::page(body, &RECORD), text)
    };
    let with_share = |row: &&RuleRow| row.requested.probability.is_some();
    let rule = &body
        .rules
        .iter()
        .find(with_share)
        .expect("a probability")
        .rule;
    let (code, outcome) = (rule.code.clone(), rule.reads[0].clone());
    for (evidence, is_said) in [("measured", true), ("derived", false)] {
        body.replaced = vec![ReplacedRow {
            name: outcome.clone(),
            by: "6 points".to_owned(),
            source: "titration".to_owned(),
            evidence: evidence.to_owned(),
            open: Vec::new(),
        }];
        let (page, text) = says(&body);
        let sentence = format!("{code}: the scatter of {outcome} {words}");
        assert_eq!(page.contains(&sentence), is_said, "{evidence}");
        assert_eq!(text.contains(words), is_said, "{evidence}: {text}");
        if is_said {
            assert!(page.find(&sentence) < page.find("Rules by margin"));
            assert!(text.find(words) < text.find("sampling error"), "{text}");
        }
    }
}

#[test]
fn sarif_log() {
    let sheet = Sheet::of_body(&sample::body()).to_sarif_value();
    insta::assert_snapshot!(serde_json::to_string_pretty(&sheet).expect("JSON"));
}

trait ToSarif {
    fn to_sarif_value(&self) -> serde_json::Value;
}

impl ToSarif for Sheet<'_> {
    fn to_sarif_value(&self) -> serde_json::Value {
        serde_json::from_str(&sarif::sarif(self)).expect("SARIF is JSON")
    }
}

#[test]
fn every_sarif_result_has_a_location_text_and_fingerprint() {
    let (body, findings) = (sample::body(), sample::findings());
    for sheet in [Sheet::of_body(&body), Sheet::of_findings(&findings)] {
        let log = sheet.to_sarif_value();
        let run = &log["runs"][0];
        let results = run["results"].as_array().expect("results");
        assert!(!results.is_empty());
        for result in results {
            assert!(!result["message"]["text"].as_str().expect("text").is_empty());
            let place = &result["locations"][0]["physicalLocation"];
            let uri = place["artifactLocation"]["uri"].as_str().expect("uri");
            assert!(
                !uri.starts_with('/') && !uri.contains(':') && !uri.contains(".."),
                "{uri}"
            );
            assert_eq!(place["artifactLocation"]["uriBaseId"], "SRCROOT");
            assert!(place["region"]["startLine"].as_u64().expect("line") >= 1);
            let index = result["ruleIndex"].as_u64().expect("index");
            let rule = run.pointer(&format!("/tool/driver/rules/{index}/id"));
            assert_eq!(rule, Some(&result["ruleId"]));
            assert_eq!(
                result["partialFingerprints"]["cellwrightFinding/v1"]
                    .as_str()
                    .map(str::len),
                Some(32)
            );
        }
    }
}

#[test]
fn fingerprints_ignore_lines_witnesses_and_limits() {
    let body = sample::body();
    let mut moved = body.clone();
    for row in &mut moved.rules {
        row.rule.line += 40;
        row.rule.limit = "<= 24 %LEL".to_owned();
        row.requested.witness.clear();
        row.requested.worst_value = Some("26.9 %LEL".to_owned());
    }
    let prints = |body| -> Vec<(String, String)> {
        let mut prints: Vec<_> = Sheet::of_body(body)
            .items
            .into_iter()
            .map(|item| (item.code, item.fingerprint))
            .collect();
        prints.sort();
        prints
    };
    assert_eq!(prints(&body), prints(&moved));
    let mut other = prints(&body);
    let all = other.len();
    other.dedup_by(|a, b| a.1 == b.1);
    assert_eq!(other.len(), all, "two items share a fingerprint");
}

#[test]
fn the_primary_place_of_a_judgement_is_the_changed_line() {
    let body = sample::body();
    let sheet = Sheet::of_body(&body);
    let item = sheet
        .items
        .iter()
        .find(|i| i.code == "DR004")
        .expect("DR004");
    assert_eq!(item.places[0].path, "scenarios/line3-speed.toml");
    assert_eq!(item.places[1].path, "rules/drying.rule");
}

#[test]
fn junit_suite() {
    insta::assert_snapshot!(junit::junit(&Sheet::of_findings(&sample::findings())));
}

#[test]
fn markdown_summary() {
    let summary = markdown::markdown(&Sheet::of_body(&sample::body()));
    assert!(summary.lines().count() <= markdown::LINES_MAX);
    insta::assert_snapshot!(summary);
}

#[test]
fn markdown_of_many_findings_fits_and_counts_the_rest() {
    let mut findings = sample::findings();
    let one = findings.findings[0].clone();
    findings.findings = vec![one; 200];
    let summary = markdown::markdown(&Sheet::of_findings(&findings));
    assert!(summary.lines().count() <= markdown::LINES_MAX);
    assert!(summary.contains("more in the report"), "{summary}");
}

#[test]
fn github_commands() {
    insta::assert_snapshot!(github::github(&Sheet::of_findings(&sample::findings())));
}

#[test]
fn json_reads_back_to_the_same_body() {
    let body = sample::body();
    let printed: serde_json::Value =
        serde_json::from_str(&json::record(&body, RECORD.sha256)).expect("JSON");
    assert_eq!(printed["sha256"], RECORD.sha256);
    assert_eq!(printed["body"], serde_json::to_value(&body).expect("JSON"));
    let findings = sample::findings();
    let back: cellwright::record::findings::Findings =
        serde_json::from_str(&json::findings(&findings)).expect("findings");
    assert_eq!(back, findings);
}

/// Width of the widest line, in terminal columns.
pub fn widest(page: &str) -> usize {
    page.lines()
        .map(|line| line.chars().map(width).sum())
        .max()
        .unwrap_or(0)
}

fn without_colour(page: &str) -> String {
    let mut out = String::new();
    let mut rest = page;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        out.push_str(before);
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    out + rest
}

/// A body with nothing optional in it, and one whose numbers are of no use: no view panics, and
/// the page still leads with the decision.
#[test]
fn sparse_and_unusable_bodies_are_written_in_every_format() {
    let mut sparse = sample::body();
    sparse.changes.clear();
    sparse.rules.clear();
    sparse.findings.clear();
    sparse.outcomes.clear();
    sparse.dryer.clear();
    sparse.ladder = None;
    sparse.proposal = None;
    sparse.deltas.clear();
    sparse.assumptions.clear();
    sparse.score.components.clear();
    sparse.score.hyperscores.clear();
    sparse.argument.clear();
    sparse.decision.blocking = vec!["XX001".to_owned()];
    let mut unusable = sample::body();
    for outcome in &mut unusable.outcomes {
        outcome.now.nominal = None;
        outcome.now.n = 0;
        outcome.requested.nominal = Some(f64::NAN);
        outcome.requested.p95 = f64::INFINITY;
    }
    unusable.dryer[0].zone_end_m.clear();
    unusable.dryer[1].film_temperature_deg_c.fill(f64::NAN);
    unusable.dryer[2].position_m.truncate(1);
    unusable.deltas[0].observed_spread = 0.0;
    unusable.deltas[1].observed_centre = f64::NAN;
    if let Some(histogram) = &mut unusable.outcomes[4].histogram {
        histogram.high = histogram.low;
        histogram.now.clear();
    }
    unusable.rules[0].requested.margin_share = Some(f64::NAN);
    unusable.rules[1].requested.verdict = "a word of a later version".to_owned();
    for body in [sparse, unusable] {
        let page = text::page(&body, &RECORD, false);
        assert!(
            page.contains("REJECT") && widest(&page) <= COLUMNS,
            "{page}"
        );
        assert!(html::page(&body, &RECORD).ends_with("</html>\n"));
        let sheet = Sheet::of_body(&body);
        for written in [
            sarif::sarif(&sheet),
            junit::junit(&sheet),
            markdown::markdown(&sheet),
            github::github(&sheet),
        ] {
            assert!(!written.is_empty());
        }
    }
}

#[test]
fn an_unknown_verdict_is_undecided_and_never_a_pass() {
    let mut body = sample::body();
    body.rules[0].requested.verdict = "probably_fine".to_owned();
    let sheet = Sheet::of_body(&body);
    let item = sheet
        .items
        .iter()
        .find(|i| i.code == "DR004")
        .expect("DR004");
    assert!(item.message.contains("UNDECIDED"), "{}", item.message);
    assert!(text::page(&body, &RECORD, false).contains("1 undecided"));
}
