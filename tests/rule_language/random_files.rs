//! Random rule files with every item, odd layout and comments everywhere: formatting loses nothing.

use cellwright::rule_language::lexer::TokenKind;
use cellwright::rule_language::{ParsedFile, format, parse};
use cellwright::span::Sources;
use proptest::prelude::*;

/// Every item of the language; one blank stands where any layout may stand.
const ITEMS: [&str; 14] = [
    "ruleset demo \"1\" \"title\"",
    "use other \"2.0\"",
    "mode step : one of { mixing , coating } \"steps\" column \"Step\"",
    "signal x.d : length in -1 .. 3_m \"depth\" column \"D [m]\"",
    "signal x.zone[*].t : temperature",
    "let x.e : number = exp ( x.a ) + ln ( 2 ) * sqrt ( x.c ^ 2 ) - pi / -x.b",
    "assume not x.a < 3_m/s^2 implies ( x.b >= 1 or x.colour in { Red , Blue } )",
    "assume AS1 \"known\" : 1 <= x.a <= 2",
    "rule AA001 \"title\" when step == mixing and x.b != 0 \
     require all ( x.zone[1..3].t <= -40_degC ) with probability >= 99.9_% confidence 95_% guard_band 2_K severity critical because \"why\" \
     source \"where\" evidence recalled owner \"who\"",
    "override AA001 limit 2 : 30_ppm_mass looser reason \"why\" source \"where\" evidence measured \
     owner \"who\"",
    "override AA001 limit x.a <= -3e-2_mm reason \"why\" source \"where\" evidence specified owner \
     \"who\"",
    "test AA001 pass { step = mixing , x.a = -3_mm } idle { x.zone[*].t = 4_degC }",
    "claim CL1 \"text\" : x.a <= if ( x.b > 1 , 2 , 3 ) from AA001 , EV1 attacks AS1 \
     because \"old\"",
    "evidence EV1 \"text\" : x.a + min ( 1 , x.b ) <= abs ( x.c ) source \"where\" kind derived hash \
     \"sha256:0\" quote \"said\" attacks CL1 because \"new\"",
];

const BLANKS: [&str; 8] = [
    " ",
    " ",
    " ",
    "  ",
    "\t",
    "\n",
    "\n\n\n   ",
    "  # note ## 1\n ",
];

/// Quoted texts stay whole; `_` before a unit is the blank that keeps it on the line of its number.
fn tokens(item: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    for (at, part) in item.split('"').enumerate() {
        if at % 2 == 1 {
            tokens.push(format!("\"{part}\""));
            continue;
        }
        tokens.extend(part.split_whitespace().map(|word| {
            let is_number = word
                .trim_start_matches('-')
                .starts_with(|c: char| c.is_ascii_digit());
            if is_number {
                word.replacen('_', " ", 1)
            } else {
                word.to_owned()
            }
        }));
    }
    tokens
}

fn file() -> impl Strategy<Value = String> {
    let blanks = prop::collection::vec(0..BLANKS.len(), 60);
    let item = (0..ITEMS.len(), blanks).prop_map(|(item, blanks)| {
        let mut text = String::new();
        for (token, blank) in tokens(ITEMS[item]).iter().zip(blanks.iter().cycle()) {
            text += token;
            text += BLANKS[*blank];
        }
        text
    });
    prop::collection::vec(item, 1..6).prop_map(|items| items.concat())
}

/// What the formatter must keep: all tokens with their meaning, comments in their order.
fn kept(parsed: &ParsedFile) -> Vec<TokenKind> {
    let kinds = parsed.tokens.iter().map(|token| match &token.kind {
        // A name carries its own place.
        TokenKind::Name(name) => TokenKind::Word(name.text()),
        kind => kind.clone(),
    });
    kinds.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn formatting_keeps_every_token_and_comment_and_is_idempotent(text in file()) {
        let mut sources = Sources::new();
        let id = sources.add("random.rule", text.as_str());
        let parsed = parse(id, &text);
        prop_assert!(
            parsed.diagnostics.is_empty(),
            "{}", parsed.diagnostics.render(&sources, false)
        );
        let once = format(&parsed, &sources).expect("no mistakes");
        let id = sources.add("once.rule", once.as_str());
        let again = parse(id, &once);
        prop_assert_eq!(kept(&again), kept(&parsed), "{}", &once);
        prop_assert_eq!(again.items.len(), parsed.items.len(), "{}", &once);
        prop_assert!(again.diagnostics.is_empty(), "{}", &once);
        prop_assert!(!once.lines().any(|line| line.ends_with(' ')), "{}", &once);
        prop_assert_eq!(format(&again, &sources), Some(once));
    }
}
