//! Hostile and random text in every string of a record: no format is broken by it.

use proptest::prelude::*;
use serde_json::Value;

use cellwright::record::body::Body;
use cellwright::record::findings::Findings;
use cellwright::report::layout::COLUMNS;
use cellwright::report::sheet::Sheet;
use cellwright::report::{github, html, json, junit, markdown, sarif, text};

use super::{RECORD, sample, widest};

/// Words of the vocabulary: replacing them would test another program, not another document.
const VOCABULARY: [&str; 22] = [
    "holds",
    "holds_nominally",
    "violated",
    "conditional",
    "idle",
    "undecided",
    "vacuous",
    "critical",
    "major",
    "minor",
    "recalled",
    "input",
    "outcome",
    "gain",
    "load",
    "result",
    "ok",
    "blocked",
    "error",
    "warning",
    "now",
    "requested",
];

/// Puts `text` before every string that is no word of the vocabulary.
fn spoiled(value: &mut Value, text: &str) {
    match value {
        Value::String(string) if !VOCABULARY.contains(&string.as_str()) => {
            *string = format!("{text}{string}");
        }
        Value::Array(items) => items.iter_mut().for_each(|item| spoiled(item, text)),
        Value::Object(fields) => fields.iter_mut().for_each(|(_, item)| spoiled(item, text)),
        _ => {}
    }
}

fn spoiled_body(text: &str) -> Body {
    let mut value = serde_json::to_value(sample::body()).expect("JSON");
    spoiled(&mut value, text);
    serde_json::from_value(value).expect("the same shape")
}

fn spoiled_findings(text: &str) -> Findings {
    let mut value = serde_json::to_value(sample::findings()).expect("JSON");
    spoiled(&mut value, text);
    serde_json::from_value(value).expect("the same shape")
}

/// Sixty ways to leave text: tags, attributes, entities, encodings, terminal and direction codes.
const HOSTILE: [&str; 60] = [
    "<script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "<ScRiPt>alert(1)</sCrIpT>",
    "<script src=//x.example></script>",
    "<script\n>alert(1)</script>",
    "<script/x>alert(1)</script>",
    "<<script>alert(1)//<</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=\"x\" onerror=\"alert(1)\">",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href=\"javascript:alert(1)\">x</a></svg>",
    "<math><mtext><script>alert(1)</script></mtext></math>",
    "<iframe src=javascript:alert(1)>",
    "<iframe srcdoc=\"<script>alert(1)</script>\">",
    "<object data=javascript:alert(1)>",
    "<embed src=javascript:alert(1)>",
    "<base href=//x.example>",
    "<meta http-equiv=refresh content=0;url=//x.example>",
    "<link rel=stylesheet href=//x.example/a.css>",
    "<style>@import url(//x.example)</style>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<form action=//x.example><button>x</button></form>",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<a href='javascript:alert(1)'>x</a>",
    "\" onmouseover=\"alert(1)",
    "' onmouseover='alert(1)",
    "` onmouseover=`alert(1)",
    "\"><script>alert(1)</script>",
    "'><script>alert(1)</script>",
    "--><script>alert(1)</script>",
    "]]><script>alert(1)</script>",
    "<!--<script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY y SYSTEM \"file:///etc/passwd\">]>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "\\u003cscript\\u003ealert(1)",
    "\u{feff}<script>alert(1)</script>",
    "<\u{0}script>alert(1)</script>",
    "\u{1b}[2J\u{1b}[1;1H",
    "\u{1b}]0;title\u{7}",
    "\u{1b}]8;;http://x.example\u{7}x\u{1b}]8;;\u{7}",
    "\u{9b}31m",
    "\u{9d}0;x\u{9c}",
    "\u{202e}txt.exe",
    "\u{2066}\u{2067}\u{2069}",
    "\u{200f}\u{200e}",
    "\r::error::forged",
    "\n::error file=x::forged",
    "::set-output name=x::y",
    "a\u{8}\u{8}\u{8}b",
    "| x | [y](javascript:alert(1)) | ![z](//x.example) |",
    "{{7*7}} ${7*7} <%= 7*7 %>",
    "../../../../etc/passwd\u{0}.rule",
];

#[test]
fn hostile_text_stays_text_in_html() {
    for text in HOSTILE {
        let page = html::page(&spoiled_body(text), &RECORD).to_lowercase();
        let body = page.split_once("</style>").expect("one style").1;
        for tag in [
            "<script", "<img", "<iframe", "<object", "<embed", "<base", "<link", "<form", "<a ",
            "<input", "<math", "<style", "<meta", "<!--", "<?", "<![",
        ] {
            assert!(
                !body.contains(tag),
                "`{tag}` survives `{}`",
                text.escape_debug()
            );
        }
        // Every quote of the text is escaped, so an attribute with a handler cannot start.
        for part in body.split('<').skip(1) {
            let tag = part.split('>').next().unwrap_or_default();
            assert!(!tag.contains(" on"), "handler in `{tag}`");
        }
        assert!(page.chars().all(is_harmless), "{}", text.escape_debug());
    }
}

#[test]
fn hostile_text_moves_no_terminal() {
    for text in HOSTILE {
        let (body, findings) = (spoiled_body(text), spoiled_findings(text));
        let sheets = [Sheet::of_body(&body), Sheet::of_findings(&findings)];
        let mut written = vec![
            text::page(&body, &RECORD, false),
            text::findings_text(&findings, false),
            json::record(&body, "00"),
            json::findings(&findings),
        ];
        for sheet in &sheets {
            written.push(sarif::sarif(sheet));
            written.push(junit::junit(sheet));
            written.push(markdown::markdown(sheet));
            written.push(github::github(sheet));
        }
        for output in written {
            assert!(output.chars().all(is_harmless), "{}", text.escape_debug());
        }
    }
}

#[test]
fn hostile_text_forges_no_command_and_no_element() {
    for text in HOSTILE {
        let findings = spoiled_findings(text);
        let sheet = Sheet::of_findings(&findings);
        for line in github::github(&sheet).lines() {
            let known = ["::error file=", "::warning file=", "::notice title="];
            assert!(known.iter().any(|start| line.starts_with(start)), "{line}");
        }
        let xml = junit::junit(&sheet);
        let elements = xml.matches("<testcase ").count();
        assert_eq!(elements, sheet.items.len());
        for part in xml.split('<').skip(1) {
            let known = [
                "?xml ",
                "test",
                "/",
                "failure",
                "error",
                "skipped",
                "system-out",
            ];
            assert!(known.iter().any(|start| part.starts_with(start)), "{part}");
        }
        let log: Value = serde_json::from_str(&sarif::sarif(&sheet)).expect("JSON");
        for result in log["runs"][0]["results"].as_array().expect("results") {
            let place = &result["locations"][0]["physicalLocation"]["artifactLocation"];
            let uri = place["uri"].as_str().expect("uri");
            assert!(
                !uri.contains("..") && !uri.contains(':') && !uri.starts_with('/'),
                "{uri}"
            );
        }
        let summary = markdown::markdown(&sheet);
        assert!(summary.lines().count() <= markdown::LINES_MAX);
        assert!(!summary.replace("\\]", "").contains("]("), "{summary}");
        assert!(!summary.to_lowercase().contains("<script"), "{summary}");
    }
}

fn is_harmless(c: char) -> bool {
    c == '\n' || c == '\t' || cellwright::diagnostic::visible(&c.to_string()) == c.to_string()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn no_line_is_wider_than_eighty_columns(
        text in "[ -~äöüßéèñçåøłő€°±²³µ漢字かな한글🔋⚡️\u{301}\u{a0}\n]{0,300}"
    ) {
        let page = text::page(&spoiled_body(&text), &RECORD, false);
        prop_assert!(widest(&page) <= COLUMNS, "{}", page);
        let page = text::findings_text(&spoiled_findings(&text), true);
        prop_assert!(widest_without_codes(&page) <= COLUMNS, "{}", page);
    }
}

fn widest_without_codes(page: &str) -> usize {
    widest(&super::without_colour(page))
}
