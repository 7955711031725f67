//! The three facts behind a verdict, as far as closed forms settle them.
//!
//! In: a rule compiled over its tolerance box. Out: per fact a proof with certificate, a refuting
//! point, or open; and the worst corner of the body where it is known exactly. The certificate is
//! checked here, by the same checker that `verify` uses, before anything rests on it.

use super::case::Case;
use super::compile::{Comparison, Compiler, Condition, Obstacle, folded, pi_variable};
use super::corners::{Least, least_quotient};
use super::obligation::Question;
use super::piece::Piece;
use super::prove::{Outcome, Values, prove};
use super::query::Reason;
use super::verdict::Method;
use crate::certificate::{
    self, Any, Atom, BoxVariable, Certificate, CertificateError, Claim, PI_NAME, Polynomial, Proof,
    Ranges, Statement,
};
use crate::rational::Rational;
use crate::rule_language::{Point, PointValue, Rule, RuleSet, SignalId};

/// What is known about one fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Proved, with a certificate that was checked.
    Proved(Any, Method),
    /// The solver found no counterexample, and no certificate was found: its word alone.
    Unsat,
    /// Here is a counterexample, and how it was found.
    Refuted(Point, Method),
    /// Not settled, with the reason if it was asked.
    Open(Option<Reason>),
    /// The checker refused the certificate.
    Refused(CertificateError),
}

impl Fact {
    /// Whether the fact is established.
    #[must_use]
    pub fn is_settled_true(&self) -> bool {
        matches!(self, Self::Proved(..) | Self::Unsat)
    }
}

/// The facts about one rule over one box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The guard holds nowhere.
    pub idle: Fact,
    /// The body holds wherever the guard does.
    pub holds: Fact,
    /// The body holds with the guard band wherever the guard does.
    pub band: Fact,
    /// The corner with the least slack of the body, if it is known exactly.
    pub worst: Option<Point>,
}

impl Default for Facts {
    fn default() -> Self {
        Self {
            idle: Fact::Open(None),
            holds: Fact::Open(None),
            band: Fact::Open(None),
            worst: None,
        }
    }
}

impl Facts {
    /// The questions that are still to be asked.
    #[must_use]
    pub fn open_questions(&self, has_band: bool) -> Vec<Question> {
        let is_open = |fact: &Fact| matches!(fact, Fact::Open(_));
        if self.idle.is_settled_true() {
            return Vec::new();
        }
        let mut open = Vec::new();
        if is_open(&self.idle) {
            open.push(Question::Applies);
        }
        if is_open(&self.holds) {
            open.push(Question::Broken);
        }
        if has_band && is_open(&self.band) && !matches!(self.holds, Fact::Refuted(..)) {
            open.push(Question::BelowBand);
        }
        open
    }
}

/// Settles what closed forms settle.
///
/// # Errors
/// [`Obstacle`] when the rule has no normal form over the box.
pub fn closed_facts(
    compiler: &mut Compiler<'_>,
    rule_set: &RuleSet,
    rule: &Rule,
    nominal: &Point,
) -> Result<Facts, Obstacle> {
    let mut facts = Facts::default();
    let guard = guard_of(compiler, rule)?;
    facts.idle = Scene::new(compiler, rule_set, nominal).settle(guard.negated());
    if facts.idle.is_settled_true() {
        return Ok(facts);
    }
    let body = compiler.condition(&rule.body)?;
    let scene = Scene::new(compiler, rule_set, nominal);
    let holds = statement_of(&guard, &body, None, compiler, rule)?;
    facts.holds = scene.settle(holds);
    if let Some(band) = &rule.guard_band {
        let within = statement_of(&guard, &body, Some(&band.value), compiler, rule)?;
        facts.band = scene.settle(within);
    }
    facts.worst = worst(&body, &scene.ranges).map(|least| scene.point(&least.corner));
    Ok(facts)
}

/// Returns the claim whose proof answers a question with "no".
///
/// # Errors
/// [`Obstacle`] when the rule has no normal form over the box.
pub fn claim(
    question: Question,
    rule_set: &RuleSet,
    rule: &Rule,
    case: &Case,
) -> Result<Claim, Obstacle> {
    let compiler = &mut Compiler::new(rule_set, case);
    let nominal = case.nominal();
    let guard = guard_of(compiler, rule)?;
    let least = match question {
        Question::Applies => {
            return Ok(Scene::new(compiler, rule_set, &nominal).claim(guard.negated()));
        }
        Question::Broken => None,
        Question::BelowBand => rule.guard_band.as_ref().map(|band| &band.value),
    };
    let body = compiler.condition(&rule.body)?;
    let statement = statement_of(&guard, &body, least, compiler, rule)?;
    Ok(Scene::new(compiler, rule_set, &nominal).claim(statement))
}

fn guard_of(compiler: &mut Compiler<'_>, rule: &Rule) -> Result<Statement, Obstacle> {
    let guard = compiler.condition(&rule.guard)?;
    let statement = guard.statement(None, &compiler.ranges);
    statement.ok_or(Obstacle::TooLarge { span: rule.span })
}

/// "Where the guard holds, the body does", with a least slack where it has one kind.
fn statement_of(
    guard: &Statement,
    body: &Condition,
    least: Option<&Rational>,
    compiler: &Compiler<'_>,
    rule: &Rule,
) -> Result<Statement, Obstacle> {
    let least = least.filter(|_| has_one_kind(body));
    let body = body.statement(least, &compiler.ranges);
    let body = body.ok_or(Obstacle::TooLarge { span: rule.span })?;
    Ok(folded(Statement::Or(vec![guard.negated(), body])))
}

/// A guard band is a slack of one kind; comparisons of different kinds have no common slack.
pub(super) fn has_one_kind(body: &Condition) -> bool {
    let mut kinds = Vec::new();
    body.comparisons(&mut |comparison: &Comparison| kinds.push(comparison.quantity_type));
    kinds.dedup();
    kinds.len() <= 1
}

struct Scene<'a> {
    rule_set: &'a RuleSet,
    nominal: Point,
    ranges: Ranges,
    positive: Vec<Polynomial>,
}

impl<'a> Scene<'a> {
    fn new(compiler: &Compiler<'_>, rule_set: &'a RuleSet, nominal: &Point) -> Self {
        Self {
            rule_set,
            nominal: nominal.clone(),
            ranges: compiler.ranges.clone(),
            positive: compiler.positive.clone(),
        }
    }

    fn settle(&self, statement: Statement) -> Fact {
        let claim = self.claim(statement);
        let ranges = claim.ranges();
        let centre = self.centre(&ranges);
        let proof = match prove(&claim.statement, &ranges, &centre) {
            Outcome::Proved(proof) => proof,
            Outcome::Refuted(values) => {
                return Fact::Refuted(self.point(&values), Method::Corners);
            }
            Outcome::Open => return Fact::Open(None),
        };
        let mut positive = Vec::new();
        for polynomial in &claim.positive {
            let above_zero = Statement::Atom(Atom {
                polynomial: polynomial.clone(),
                strict: true,
            });
            match prove(&above_zero, &ranges, &centre) {
                Outcome::Proved(proof) => positive.push(proof),
                Outcome::Refuted(_) | Outcome::Open => return Fact::Open(None),
            }
        }
        let method = positive.iter().map(Method::of).max();
        let method = method.unwrap_or(Method::Evaluation).max(Method::of(&proof));
        self.checked(claim, positive, proof, method)
    }

    fn checked(&self, claim: Claim, positive: Vec<Proof>, proof: Proof, method: Method) -> Fact {
        let certificate = Certificate {
            claim: claim.clone(),
            positive,
            proof,
        };
        match certificate::check(&certificate, &claim) {
            Ok(()) => Fact::Proved(Any::Statement(Box::new(certificate)), method),
            Err(error) => Fact::Refused(error),
        }
    }

    /// The claim over the variables that occur in it.
    fn claim(&self, statement: Statement) -> Claim {
        let mut used = std::collections::BTreeSet::new();
        statement.atoms(&mut |atom| used.extend(atom.polynomial.variables()));
        for polynomial in &self.positive {
            used.extend(polynomial.variables());
        }
        let variable = |&id: &u32| {
            let (low, high) = self.ranges.get(&id)?;
            let name = if id == pi_variable(self.rule_set) {
                PI_NAME.to_owned()
            } else {
                self.rule_set.signal(SignalId(id as usize)).name.clone()
            };
            let (low, high) = (low.clone(), high.clone());
            Some(BoxVariable {
                id,
                name,
                low,
                high,
            })
        };
        Claim {
            variables: used.iter().filter_map(variable).collect(),
            positive: self.positive.clone(),
            statement,
        }
    }

    fn centre(&self, ranges: &Ranges) -> Values {
        let value = |&id: &u32| match self.nominal.get(SignalId(id as usize)) {
            PointValue::Number(value) => Some((id, value.clone())),
            PointValue::Member(_) | PointValue::Missing => None,
        };
        ranges.keys().filter_map(value).collect()
    }

    /// The nominal point with some signals moved.
    fn point(&self, values: &Values) -> Point {
        let mut point = self.nominal.clone();
        for (&id, value) in values {
            if id != pi_variable(self.rule_set) {
                point.set(SignalId(id as usize), PointValue::Number(value.clone()));
            }
        }
        point
    }
}

/// The least slack of a body over the box, where it lies at a corner.
pub(super) fn worst(body: &Condition, ranges: &Ranges) -> Option<Least> {
    let mut slacks: Vec<&Comparison> = Vec::new();
    let mut others: Vec<&Condition> = vec![body];
    while let Some(condition) = others.pop() {
        match condition {
            Condition::Constant(_) => {}
            Condition::Compare(comparison) => slacks.push(comparison),
            Condition::And(parts) => others.extend(parts.iter().rev()),
            Condition::Or(parts) => match parts.as_slice() {
                [only] => others.push(only),
                _ => return None,
            },
        }
    }
    let mut best: Option<(bool, Least)> = None;
    for comparison in slacks {
        let found = least_of(&comparison.slack, ranges)?;
        let is_same_kind = comparison.quantity_type == slacks_kind(body)?;
        let passes = !found.value.is_negative();
        // Without a common kind a failing comparison comes first, else the first written.
        let replaces = best.as_ref().is_none_or(|(known_passes, known)| {
            if is_same_kind {
                found.value < known.value
            } else {
                !passes && *known_passes
            }
        });
        if replaces {
            best = Some((passes, found));
        }
    }
    best.map(|(_, least)| least)
}

/// The kind of the first comparison.
fn slacks_kind(body: &Condition) -> Option<crate::quantity::QuantityType> {
    let mut first = None;
    body.comparisons(&mut |comparison| first = first.or(Some(comparison.quantity_type)));
    first
}

fn least_of(slack: &Piece, ranges: &Ranges) -> Option<Least> {
    match slack {
        Piece::Leaf(fraction) => least_quotient(&fraction.dividend, &fraction.divisor, ranges),
        Piece::Least(parts) => {
            let mut best: Option<Least> = None;
            for part in parts {
                let found = least_of(part, ranges)?;
                if best.as_ref().is_none_or(|known| found.value < known.value) {
                    best = Some(found);
                }
            }
            best
        }
        Piece::Greatest(parts) => match parts.as_slice() {
            [only] => least_of(only, ranges),
            _ => None,
        },
        Piece::Choice(..) => None,
    }
}
