//! Verification of a record without solver and without simulation.
//!
//! In: a body whose digests agree. Out: how many inputs, witnesses and certificates were checked,
//! or the first that is wrong. Witnesses are evaluated again by the rule language, exactly; the
//! claim of every certificate is made anew from the recorded rule and recipe before the
//! certificate checker looks at the proof. Outcomes of the simulation are not recomputed here:
//! that is what replay is for.

use std::fmt;

use crate::canonical;
use crate::certificate::Any;
use crate::check::case::{Case, SignalCase};
use crate::check::obligation::proves;
use crate::quantity::parse_quantity;
use crate::rational::Rational;
use crate::recipe::Recipe;
use crate::record::body::{Body, Evaluation, RuleRow};
use crate::replay::recorded_files;
use crate::rule_language::evaluate::Evaluator;
use crate::rule_language::{Point, PointValue, PointVerdict, Rule, RuleSet, SignalType};
use crate::run::documents::{self, Documents};
use crate::run::rules;

/// What was checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Input texts whose digest agrees.
    pub inputs: usize,
    /// Witnesses that show what they claim.
    pub witnesses: usize,
    /// Certificates that prove what they claim.
    pub certificates: usize,
    /// Verdicts on inputs that rest on the solver's word alone.
    pub unsupported: usize,
    /// Verdicts that rest on the simulation: replay checks them.
    pub simulated: usize,
}

/// What is wrong with a record whose bytes are intact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VerifyError {
    /// An input's text does not have its digest.
    Input {
        /// Its path.
        path: String,
    },
    /// The recorded documents are refused by this version.
    Documents,
    /// A rule of the body is not in the recorded rule texts.
    UnknownRule {
        /// Its code.
        code: String,
    },
    /// A witness does not show its verdict.
    Witness {
        /// Path of the place, such as `rules[3].requested.witness`.
        place: String,
        /// What it shows instead.
        found: String,
    },
    /// A certificate does not prove its verdict.
    Certificate {
        /// Path of the place.
        place: String,
        /// Why.
        reason: String,
    },
    /// The decision does not follow from the verdicts.
    Decision {
        /// What it should be.
        expected: String,
        /// What the body says.
        found: String,
    },
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input { path } => write!(f, "the text of `{path}` does not have its digest"),
            Self::Documents => write!(f, "the recorded documents are refused by this version"),
            Self::UnknownRule { code } => {
                write!(f, "rule `{code}` is not in the recorded rule texts")
            }
            Self::Witness { place, found } => {
                write!(f, "`{place}` does not show its verdict: it gives {found}")
            }
            Self::Certificate { place, reason } => {
                write!(f, "`{place}` does not prove its verdict: {reason}")
            }
            Self::Decision { expected, found } => {
                write!(
                    f,
                    "the decision is `{found}`, but the verdicts ask for `{expected}`"
                )
            }
        }
    }
}

impl std::error::Error for VerifyError {}

/// Verifies a body.
///
/// # Errors
/// [`VerifyError`] with the first thing that is wrong.
pub fn verify(body: &Body) -> Result<Verified, VerifyError> {
    let mut verified = Verified::default();
    for input in &body.inputs {
        if canonical::sha256_hex(input.text.as_bytes()) != input.sha256 {
            return Err(VerifyError::Input {
                path: input.path.clone(),
            });
        }
        verified.inputs += 1;
    }
    let documents = documents::read(&recorded_files(body), &body.request.scenario)
        .map_err(|_| VerifyError::Documents)?;
    let proposed = proposed_recipe(body, &documents.new);
    for (name, recipe) in [
        ("now", Some(&documents.old)),
        ("requested", Some(&documents.new)),
        ("proposed", proposed.as_ref()),
    ] {
        if let Some(recipe) = recipe {
            verify_recipe(body, &documents, (name, recipe), &mut verified)?;
        }
    }
    verify_decision(body)?;
    Ok(verified)
}

/// The requested recipe with the moves of the proposal.
fn proposed_recipe(body: &Body, requested: &Recipe) -> Option<Recipe> {
    let proposal = body.proposal.as_ref()?;
    proposal
        .moves
        .iter()
        .try_fold(requested.clone(), |recipe, step| {
            let (quantity, _) = parse_quantity(&step.to).ok()?;
            recipe.with_value(&step.name, &quantity.value).ok()
        })
}

fn verify_recipe(
    body: &Body,
    documents: &Documents,
    (name, recipe): (&str, &Recipe),
    verified: &mut Verified,
) -> Result<(), VerifyError> {
    let case = rules::case(&documents.rules, recipe, Some(&documents.model));
    for (at, row) in body.rules.iter().enumerate() {
        let Some(evaluation) = side(row, name) else {
            continue;
        };
        let code = &row.rule.code;
        let rule = documents
            .rules
            .rule_named(code)
            .ok_or_else(|| VerifyError::UnknownRule { code: code.clone() })?;
        let place = format!("rules[{at}].{name}");
        verify_evaluation(
            &documents.rules,
            rule,
            &case,
            (&place, evaluation),
            verified,
        )?;
    }
    Ok(())
}

fn side<'a>(row: &'a RuleRow, name: &str) -> Option<&'a Evaluation> {
    match name {
        "now" => Some(&row.now),
        "requested" => Some(&row.requested),
        _ => row.proposed.as_ref(),
    }
}

fn verify_evaluation(
    rule_set: &RuleSet,
    rule: &Rule,
    case: &Case,
    (place, evaluation): (&str, &Evaluation),
    verified: &mut Verified,
) -> Result<(), VerifyError> {
    if rule.is_outcome {
        verified.simulated += 1;
        return Ok(());
    }
    match evaluation.verdict.as_str() {
        "violated" | "holds_nominally" => {
            verify_witness(rule_set, rule, case, (place, evaluation))?;
            verified.witnesses += 1;
        }
        verdict @ ("holds" | "conditional" | "idle") => {
            if verdict == "conditional" {
                verify_witness(rule_set, rule, case, (place, evaluation))?;
                verified.witnesses += 1;
            }
            match &evaluation.certificate {
                Some(certificate) => {
                    let recorded = (place, verdict, certificate);
                    verify_certificate(rule_set, rule, case, recorded)?;
                    verified.certificates += 1;
                }
                None => verified.unsupported += 1,
            }
        }
        _ => {}
    }
    Ok(())
}

/// The witness breaks the rule, or for `conditional` leaves too little slack; the recipe itself
/// breaks it only if it is `violated`.
fn verify_witness(
    rule_set: &RuleSet,
    rule: &Rule,
    case: &Case,
    (place, evaluation): (&str, &Evaluation),
) -> Result<(), VerifyError> {
    let nominal = case.nominal();
    let mut point = nominal.clone();
    for assignment in &evaluation.witness {
        let wrong = || VerifyError::Witness {
            place: format!("{place}.witness"),
            found: format!("no value for `{}`", assignment.name),
        };
        let id = rule_set.signal_named(&assignment.name).ok_or_else(wrong)?;
        let value = match &rule_set.signal(id).signal_type {
            SignalType::Number { .. } => {
                PointValue::Number(Rational::parse_ratio(&assignment.exact).map_err(|_| wrong())?)
            }
            SignalType::OneOf { members } => PointValue::Member(
                members
                    .iter()
                    .position(|m| *m == assignment.exact)
                    .ok_or_else(wrong)?,
            ),
        };
        if !is_inside(case.get(id), &value) {
            return Err(VerifyError::Witness {
                place: format!("{place}.witness"),
                found: format!("`{}` outside its tolerance", assignment.name),
            });
        }
        point.set(id, value);
    }
    let says = |point: &Point| Evaluator::new(rule_set, point).verdict(rule);
    let shown = match evaluation.verdict.as_str() {
        "conditional" => PointVerdict::Conditional,
        _ => PointVerdict::Fail,
    };
    let nominal_fails = says(&nominal) == Ok(PointVerdict::Fail);
    if says(&point) != Ok(shown) || nominal_fails != (evaluation.verdict == "violated") {
        return Err(VerifyError::Witness {
            place: format!("{place}.witness"),
            found: verdict_at(rule_set, rule, &point),
        });
    }
    Ok(())
}

/// A witness lies in the tolerance box of the recipe.
fn is_inside(known: &SignalCase, value: &PointValue) -> bool {
    match (known, value) {
        (SignalCase::Number(number), PointValue::Number(value)) => {
            number.low <= *value && *value <= number.high
        }
        (SignalCase::Choice(own), PointValue::Member(member)) => own == member,
        _ => false,
    }
}

fn verdict_at(rule_set: &RuleSet, rule: &Rule, point: &Point) -> String {
    match Evaluator::new(rule_set, point).verdict(rule) {
        Ok(verdict) => verdict.name().to_owned(),
        Err(error) => error.to_string(),
    }
}

/// The recorded proof proves the claim made anew from rule and recipe.
fn verify_certificate(
    rule_set: &RuleSet,
    rule: &Rule,
    case: &Case,
    (place, verdict, recorded): (&str, &str, &serde_json::Value),
) -> Result<(), VerifyError> {
    let wrong = |reason: String| VerifyError::Certificate {
        place: format!("{place}.certificate"),
        reason,
    };
    let certificate: Any = serde_json::from_value(recorded.clone())
        .map_err(|error| wrong(format!("it cannot be read: {error}")))?;
    proves(&certificate, verdict, (rule_set, rule), case).map_err(wrong)
}

/// A broken critical rule that is not recalled means reject, a closed gate and V = 0.
fn verify_decision(body: &Body) -> Result<(), VerifyError> {
    let broken = body.rules.iter().any(|row| {
        row.rule.severity == "critical"
            && (body.request.strict || row.rule.evidence != "recalled")
            && matches!(
                row.requested.verdict.as_str(),
                "violated" | "holds_nominally"
            )
    });
    let rejected = body.decision.decision == "reject";
    let gate_agrees = !rejected || (!body.score.gate_open && body.score.value == 0.0);
    if broken == rejected && gate_agrees {
        return Ok(());
    }
    Err(VerifyError::Decision {
        expected: if broken {
            "reject, with V = 0"
        } else {
            "no rejection"
        }
        .to_owned(),
        found: format!("{}, with V = {}", body.decision.decision, body.score.value),
    })
}
