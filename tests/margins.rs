//! Margins of a recipe in units and in tolerance widths.
//!
//! Goal: the numbers beside a verdict are the ones a person computes on paper, and the order of
//! the rules follows them. Method: small rules and recipes in memory whose margins stand here as
//! computed by hand; then 400 random linear rules, where the width must be `sum |c_i| t_i` and the
//! verdict must agree with the margin.

#[path = "questions/mod.rs"]
mod questions;

use cellwright::check::argument::attack::Semantics;
use cellwright::document::InMemory;
use cellwright::rational::Rational;
use cellwright::record::body::{Evaluation, ToleranceMargin};
use cellwright::record::findings::Findings;
use cellwright::run::check_rules::{self, Request, rows::Unwatched};
use cellwright::table::TableFormat;
use questions::Dice;

/// Checks rules against parameters; every rule is `specified`.
fn checked(rules: &str, parameters: &str) -> Findings {
    let recipe = format!(
        "schema = \"cellwright/recipe/1\"\ntitle = \"t\"\nline = \"l\"\nsource = \"s\"\n\
         [parameters]\n{parameters}"
    );
    let files = InMemory::new()
        .with("r.rule", rules.to_owned())
        .with("r.toml", recipe);
    let paths = ["r.rule".to_owned()];
    let request = Request {
        semantics: Semantics::Grounded,
        rules: &paths,
        recipe: Some("r.toml"),
        model: None,
        table: None,
        format: TableFormat::default(),
        recalled: false,
        strict: false,
        why: None,
        cache: None,
        grounds: false,
        exhibits: false,
        solver: None,
        watch: &Unwatched,
    };
    let answer = check_rules::check(&files, &request);
    answer.expect("the documents are right").findings
}

fn rule(code: &str, body: &str) -> String {
    format!(
        "rule {code} \"{code}\" {body} severity major because \"b\" source \"s\" \
         evidence specified\n"
    )
}

fn evaluation<'a>(findings: &'a Findings, code: &str) -> &'a Evaluation {
    let found = findings.rules.iter().find(|one| one.rule.code == code);
    let evaluation = found.and_then(|one| one.evaluation.as_ref());
    evaluation.expect("the rule is judged")
}

fn margin<'a>(findings: &'a Findings, code: &str) -> &'a ToleranceMargin {
    let tolerance = evaluation(findings, code).tolerance.as_ref();
    tolerance.expect("the least slack is known exactly")
}

/// All six fields in one line.
fn line(margin: &ToleranceMargin) -> String {
    let widths = |one: &Option<String>| one.clone().unwrap_or_else(|| "-".to_owned());
    format!(
        "{}: {} {} {} | {} {}",
        margin.unit,
        margin.nominal,
        margin.worst,
        margin.width,
        widths(&margin.nominal_widths),
        widths(&margin.worst_widths)
    )
}

/// 25 m/min ± 2 m/min below 30: 5 as set, 3 at 27, one width is 2; a window takes the nearer end.
#[test]
fn a_limit_on_one_signal() {
    let rules = rule("A", "require coating.web_speed <= 30 m/min")
        + &rule("B", "require 20 m/min <= coating.web_speed <= 31 m/min");
    let found = checked(
        &rules,
        "\"coating.web_speed\" = { value = \"25 m/min\", tolerance = \"± 2 m/min\" }\n",
    );
    assert_eq!(line(margin(&found, "A")), "m/min: 5 3 2 | 5/2 3/2");
    assert_eq!(line(margin(&found, "B")), "m/min: 5 3 2 | 5/2 3/2");
}

/// 25 m/min, minus 0, plus 3: only what acts against the rule counts. Above 24 nothing is taken:
/// the width is zero though a tolerance exists.
#[test]
fn a_tolerance_that_only_helps_takes_nothing() {
    let rules = rule("A", "require coating.web_speed <= 30 m/min")
        + &rule("B", "require coating.web_speed >= 24 m/min");
    let found = checked(
        &rules,
        "\"coating.web_speed\" = { value = \"25 m/min\", tolerance = { minus = \"0 m/min\", \
         plus = \"3 m/min\" } }\n",
    );
    assert_eq!(line(margin(&found, "A")), "m/min: 5 2 3 | 5/3 2/3");
    assert_eq!(line(margin(&found, "B")), "m/min: 1 1 0 | - -");
}

/// Loading × width of 200 g/m² ± 5 % and 0.6 m ± 0.1 m, at most 150 g/m: 120 as set, 210 × 0.7 =
/// 147 at the corner: 30, 3, width 27.
#[test]
fn a_product_is_worst_at_its_corner() {
    let rules = rule(
        "P",
        "require coating.areal_loading * coating.width <= 150 g/m",
    );
    let found = checked(
        &rules,
        "\"coating.areal_loading\" = { value = \"200 g/m^2\", tolerance = \"± 5 %\" }\n\
         \"coating.width\" = { value = \"600 mm\", tolerance = \"± 100 mm\" }\n",
    );
    assert_eq!(line(margin(&found, "P")), "g/m: 30 3 27 | 10/9 1/9");
}

/// A temperature is measured in kelvin: 85 degC ± 4 K below 80 breaks by 5 as set and by 9.
#[test]
fn a_broken_rule_has_a_negative_margin() {
    let rules = rule("T", "require drying.vacuum_temperature <= 80 degC");
    let found = checked(
        &rules,
        "\"drying.vacuum_temperature\" = { value = \"85 degC\", tolerance = \"± 4 K\" }\n",
    );
    assert_eq!(line(margin(&found, "T")), "K: -5 -9 4 | -5/4 -9/4");
    assert_eq!(evaluation(&found, "T").verdict, "violated");
}

/// 25 ± 2 m/min: A breaks in the corner, C reaches its limit there, B keeps half a width, D one
/// and a half; E has a limit that no tolerance moves and F does not apply.
#[test]
fn rules_are_named_by_their_margin_in_tolerance_widths() {
    let speed = |code: &str, limit: &str| {
        rule(code, &format!("require coating.web_speed <= {limit} m/min"))
    };
    let rules = speed("A", "26")
        + &speed("B", "28")
        + &speed("C", "27")
        + &speed("D", "30")
        + &rule("E", "require coating.gap <= 160.001 um")
        + &rule(
            "F",
            "when coating.gap >= 1 mm require coating.web_speed <= 1 m/min",
        );
    let found = checked(
        &rules,
        "\"coating.web_speed\" = { value = \"25 m/min\", tolerance = \"± 2 m/min\" }\n\
         \"coating.gap\" = { value = \"160 um\" }\n",
    );
    let binding = found.binding.as_ref().expect("a recipe was given");
    assert_eq!(binding.broken, ["A"]);
    assert_eq!(binding.binds, ["C"]);
    assert_eq!(binding.tightest, ["B"]);
    assert_eq!(evaluation(&found, "A").verdict, "holds_nominally");
    assert_eq!(line(margin(&found, "E")), "um: 1/1000 1/1000 0 | - -");
    assert_eq!(evaluation(&found, "F").tolerance, None);
    insta::assert_snapshot!(
        cellwright::report::text::findings::findings_text(&found, false)
            .lines()
            .filter(|line| !line.starts_with("note") && !line.starts_with("  also"))
            .collect::<Vec<_>>()
            .join("\n")
    );
}

/// A square over zero has its least inside the box, and a guard that ends inside the box leaves
/// the least slack open: nothing is claimed.
#[test]
fn nothing_is_claimed_where_the_least_is_not_known() {
    let guarded = |guard: &str| {
        rule(
            "G",
            &format!("when coating.web_speed {guard} require coating.web_speed <= 26 m/min"),
        )
    };
    let square = rule(
        "Q",
        "require (coating.web_speed - 24 m/min) ^ 2 >= 0.0001 m^2/s^2",
    );
    let recipe = "\"coating.web_speed\" = { value = \"25 m/min\", tolerance = \"± 2 m/min\" }\n";
    let found = checked(&(square + &guarded(">= 24 m/min")), recipe);
    assert_eq!(evaluation(&found, "Q").tolerance, None);
    // The worst corner keeps this guard: the least slack over the guarded part lies there.
    assert_eq!(line(margin(&found, "G")), "m/min: 1 -1 2 | 1/2 -1/2");
    let found = checked(&guarded("<= 26.5 m/min"), recipe);
    assert_eq!(evaluation(&found, "G").tolerance, None);
}

/// `a*x + b*y + c*z <= d` under `± t`: the width is `|a| t_x + |b| t_y + |c| t_z`, the rule is
/// robust exactly from one width on.
#[test]
fn random_linear_rules_have_the_width_of_the_closed_form() {
    let dice = &mut Dice::new(20_261_127);
    let (mut robust, mut broken) = (0, 0);
    for _ in 0..400 {
        let names = ["coating.gap", "coating.width", "coating.registration"];
        let mut parameters = String::new();
        let (mut left, mut value, mut width) = (Vec::new(), 0, 0);
        for name in names {
            let (slope, at, reach) = (dice.within(-5, 5), dice.within(5, 20), dice.within(0, 4));
            parameters +=
                &format!("\"{name}\" = {{ value = \"{at} mm\", tolerance = \"± {reach} mm\" }}\n");
            left.push(format!("({slope}) * {name}"));
            value += slope * at;
            width += slope.abs() * reach;
        }
        let limit = value + dice.within(-3, 30);
        let rules = rule("L", &format!("require {} <= {limit} mm", left.join(" + ")));
        let found = checked(
            &rules,
            &parameters.replace("tolerance = \"± 0 mm\"", "source = \"s\""),
        );
        let margin = margin(&found, "L");
        assert_eq!(margin.width, width.to_string(), "{rules}{parameters}");
        assert_eq!(margin.nominal, (limit - value).to_string());
        assert_eq!(margin.worst, (limit - value - width).to_string());
        let verdict = evaluation(&found, "L").verdict.as_str();
        if let Some(widths) = &margin.nominal_widths {
            let widths = Rational::parse_ratio(widths).expect("a ratio");
            assert_eq!(
                verdict == "holds",
                widths >= Rational::one(),
                "{rules}{parameters}"
            );
        }
        robust += usize::from(verdict == "holds");
        broken += usize::from(verdict != "holds");
    }
    assert!(
        robust > 50 && broken > 50,
        "{robust} robust, {broken} broken"
    );
}
