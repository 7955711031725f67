//! Obligations: what has to be shown of a rule over a tolerance box, as a question of its own.
//!
//! In: a rule of a resolved rule set and a [`Case`]. Out: the question whether there is a point
//! that makes a fact false, written out with all functions; and the check that a certificate,
//! wherever it comes from, proves the answer that a verdict needs. The claim is always made anew
//! from the rule and the case: a certificate of anything else does not pass.

use super::canonical_model::Preference;
use super::case::{Case, SignalCase};
use super::encode::{Encoder, tolerances};
use super::facts;
use super::query::{Formula, Model, Query, Value, VarId, Want};
use super::refute::compile::claim_of;
use super::refute::restricted;
use super::undefined::{any, undefined};
use crate::certificate::contradiction;
use crate::certificate::{self, Any};
use crate::rational::Rational;
use crate::rule_language::{Point, PointValue, Rule, RuleSet, SignalId};

/// Steps on either side of the nominal value when the plant's step is not known.
const STEPS_EACH_WAY: u32 = 64;

/// A question about one rule over the tolerance box; "no" establishes a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Does the guard hold anywhere?
    Applies,
    /// Does the guard hold and the body fail anywhere?
    Broken,
    /// Does the guard hold and the slack fall below the guard band anywhere?
    BelowBand,
}

impl Question {
    /// The question whose "no" a verdict rests on; nothing for verdicts that show a point.
    #[must_use]
    pub fn behind(verdict: &str, rule: &Rule) -> Option<Self> {
        match verdict {
            "idle" => Some(Self::Applies),
            "conditional" => Some(Self::Broken),
            "holds" if rule.guard_band.is_some() => Some(Self::BelowBand),
            "holds" => Some(Self::Broken),
            _ => None,
        }
    }

    /// The question in words.
    #[must_use]
    pub fn text(self, code: &str) -> String {
        match self {
            Self::Applies => format!("does {code} apply anywhere in the tolerances"),
            Self::Broken => format!("is {code} broken anywhere in the tolerances"),
            Self::BelowBand => {
                format!("does the slack of {code} fall below its guard band in the tolerances")
            }
        }
    }
}

/// A query with the signals of its variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obligation {
    /// What is asked.
    pub query: Query,
    /// Which variable stands for which signal.
    pub signals: Vec<(SignalId, VarId)>,
}

impl Obligation {
    /// Writes a question out; nothing where it is too large. A point at which the rule has no value
    /// answers it too: "no" means that the rule has one everywhere.
    #[must_use]
    pub fn of(question: Question, rule_set: &RuleSet, rule: &Rule, case: &Case) -> Option<Self> {
        let mut encoder = Encoder::new(rule_set).with_functions();
        let code = &rule.code;
        let guard = encoder.formula(&rule.guard)?;
        let guard_undefined = undefined(&guard);
        let applies = any(vec![guard, guard_undefined.clone()]);
        let mut assertions = vec![(format!("{code} applies"), applies)];
        let (name, body) = match question {
            Question::Applies => (String::new(), None),
            Question::Broken => {
                let body = encoder.formula(&rule.body)?;
                (format!("{code} is broken"), Some(body))
            }
            Question::BelowBand => {
                let band = &rule.guard_band.as_ref()?.value;
                let body = encoder.with_band(&rule.body, band)?;
                (format!("{code} is below its guard band"), Some(body))
            }
        };
        if let Some(body) = body {
            let body_undefined = undefined(&body);
            let fails = Formula::Not(Box::new(body));
            assertions.push((name, any(vec![fails, body_undefined, guard_undefined])));
        }
        assertions.extend(tolerances(&encoder, case));
        let signals = encoder.signals().iter().map(|(&s, &v)| (s, v)).collect();
        let query = encoder.query(assertions, Want::Model);
        Some(Self { query, signals })
    }

    /// Witnesses lie at the nominal value, an end of the tolerance, or on the plant's step grid.
    #[must_use]
    pub fn preferences(&self, case: &Case) -> Vec<Preference> {
        let preference = |&(signal, variable): &(SignalId, VarId)| {
            let SignalCase::Number(number) = case.get(signal) else {
                return None;
            };
            let width = &number.high - &number.low;
            let default = &width * &Rational::ratio(1, i64::from(STEPS_EACH_WAY));
            let step = number.step.clone().filter(|step| *step < width);
            let (nominal, low, high) = (&number.nominal, &number.low, &number.high);
            Some(Preference {
                variable,
                candidates: vec![nominal.clone(), low.clone(), high.clone()],
                step: step.unwrap_or(default),
                steps_max: STEPS_EACH_WAY,
            })
        };
        self.signals.iter().filter_map(preference).collect()
    }

    /// The nominal point with the signals where a model has them.
    #[must_use]
    pub fn point(&self, case: &Case, model: &Model) -> Point {
        let mut point = case.nominal();
        for &(signal, variable) in &self.signals {
            match model.value(variable) {
                Some(Value::Real(value)) => point.set(signal, PointValue::Number(value.clone())),
                Some(Value::Enum(member)) => {
                    point.set(signal, PointValue::Member(*member as usize));
                }
                Some(Value::Bool(_)) | None => {}
            }
        }
        point
    }
}

/// Returns the question "is there a point of the tolerance box that breaks the rule": the
/// obligation behind a verdict, whether or not a solver was needed. Nothing when it is too large.
#[must_use]
pub fn obligation(rule_set: &RuleSet, rule: &Rule, case: &Case) -> Option<Query> {
    Obligation::of(Question::Broken, rule_set, rule, case).map(|asked| asked.query)
}

/// Checks that a certificate proves what a verdict says of a rule over the box of a case.
///
/// # Errors
/// Why it does not, in words.
pub fn proves(
    certificate: &Any,
    verdict: &str,
    (rule_set, rule): (&RuleSet, &Rule),
    case: &Case,
) -> Result<(), String> {
    let question = Question::behind(verdict, rule)
        .ok_or_else(|| format!("no certificate shows `{verdict}`"))?;
    match certificate {
        Any::Statement(own) => {
            let claim = facts::claim(question, rule_set, rule, case)
                .map_err(|_| "the rule has no normal form over the tolerances".to_owned())?;
            certificate::check(own, &claim).map_err(|error| error.to_string())
        }
        Any::Contradiction(own) => {
            let asked = Obligation::of(question, rule_set, rule, case)
                .ok_or_else(|| "the question is too large to be written out".to_owned())?;
            let names = own.claim.facts.iter().map(|fact| fact.name.clone());
            let claim = claim_of(&restricted(&asked.query, &names.collect::<Vec<_>>()))
                .ok_or_else(|| "the question has too many cases".to_owned())?;
            contradiction::check(own, &claim).map_err(|error| error.to_string())
        }
    }
}
