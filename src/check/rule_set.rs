//! Findings about a rule set, whatever the recipe.
//!
//! In: a resolved rule set, perhaps a recipe to start from, perhaps a solver. Out: assumptions that
//! contradict each other, rules that contradict each other always or whenever a guard holds, rules
//! whose guard can never hold, limits outside a signal's range; each contradiction with its minimal
//! core and the places in the files. "Consistent" always comes with a point that keeps everything,
//! evaluated exactly. Rules that share no signal, not even through others, are asked apart.

use std::collections::{BTreeMap, BTreeSet};

use super::case::Case;
use super::encode::Encoder;
use super::query::{Answer, Formula, Query, Reason, Term, VarId, Want};
use super::satisfy::{Wanted, satisfy, start};
use super::solver_process::Solver;
use crate::rational::Rational;
use crate::rule_language::{
    BoolExpr, BoolKind, NumKind, Point, PointValue, Rule, RuleSet, SignalId, SignalType,
};
use crate::span::Span;

/// What takes part in a contradiction.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Member {
    /// A rule, by its code.
    Rule(String),
    /// The guard of a rule, taken to hold, by the rule's code.
    Guard(String),
    /// An assumption, by its place in the rule set.
    Assumption(usize),
    /// The range of a signal, by its name.
    Range(String),
}

/// A member with its place; ranges of dictionary signals have none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoreMember {
    /// What it is.
    pub member: Member,
    /// Where it is written.
    pub span: Option<Span>,
}

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Worth a look.
    Warning,
    /// The rule set cannot be used as it is.
    Error,
}

/// A finding about a rule set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The assumptions contradict each other or the ranges: the documents are wrong.
    ContradictoryAssumptions {
        /// The minimal core.
        core: Vec<CoreMember>,
    },
    /// No point keeps all rules.
    Inconsistent {
        /// The minimal core.
        core: Vec<CoreMember>,
    },
    /// No point at which this guard holds keeps all rules.
    InconsistentUnderGuard {
        /// Code of the first rule with the guard.
        rule: String,
        /// The minimal core; the guard is a member.
        core: Vec<CoreMember>,
    },
    /// The guard can never hold.
    Vacuous {
        /// The rule's code.
        rule: String,
        /// The minimal core; the guard is a member.
        core: Vec<CoreMember>,
    },
    /// A limit lies outside the range of the signal it limits.
    LimitOutsideRange {
        /// The rule's code.
        rule: String,
        /// The signal.
        signal: String,
        /// The comparison.
        span: Span,
    },
    /// A question was not decided.
    Undecided {
        /// Codes of the rules asked about.
        rules: Vec<String>,
        /// Why; nothing when no solver was given.
        reason: Option<Reason>,
    },
}

impl Finding {
    /// Stable code for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::ContradictoryAssumptions { .. } => "contradictory-assumptions",
            Self::Inconsistent { .. } => "inconsistent",
            Self::InconsistentUnderGuard { .. } => "inconsistent-under-guard",
            Self::Vacuous { .. } => "vacuous",
            Self::LimitOutsideRange { .. } => "limit-outside-range",
            Self::Undecided { .. } => "consistency-undecided",
        }
    }

    /// How much it weighs.
    #[must_use]
    pub fn level(&self) -> Level {
        match self {
            Self::ContradictoryAssumptions { .. }
            | Self::Inconsistent { .. }
            | Self::InconsistentUnderGuard { .. } => Level::Error,
            Self::Vacuous { .. } | Self::LimitOutsideRange { .. } | Self::Undecided { .. } => {
                Level::Warning
            }
        }
    }

    /// One sentence.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::ContradictoryAssumptions { core } => {
                format!("these assumptions contradict each other: {}", listed(core))
            }
            Self::Inconsistent { core } => {
                format!("no recipe keeps all of these: {}", listed(core))
            }
            Self::InconsistentUnderGuard { rule, core } => format!(
                "whenever `{rule}` applies, no recipe keeps all of these: {}",
                listed(core)
            ),
            Self::Vacuous { rule, core } => {
                format!("`{rule}` can never apply: {}", listed(core))
            }
            Self::LimitOutsideRange { rule, signal, .. } => {
                format!("the limit of `{rule}` lies outside the range of `{signal}`")
            }
            Self::Undecided { rules, reason } => {
                let why = reason.as_ref().map_or_else(
                    || "no solver was asked".to_owned(),
                    std::string::ToString::to_string,
                );
                format!(
                    "it is not decided whether `{}` fit together: {why}",
                    rules.join("`, `")
                )
            }
        }
    }

    /// The places concerned, in the order of the core.
    #[must_use]
    pub fn spans(&self) -> Vec<Span> {
        match self {
            Self::ContradictoryAssumptions { core }
            | Self::Inconsistent { core }
            | Self::InconsistentUnderGuard { core, .. }
            | Self::Vacuous { core, .. } => core.iter().filter_map(|m| m.span).collect(),
            Self::LimitOutsideRange { span, .. } => vec![*span],
            Self::Undecided { .. } => Vec::new(),
        }
    }
}

fn listed(core: &[CoreMember]) -> String {
    let text = |member: &CoreMember| match &member.member {
        Member::Rule(code) => format!("rule `{code}`"),
        Member::Guard(code) => format!("the guard of `{code}`"),
        Member::Assumption(place) => format!("assumption {}", place + 1),
        Member::Range(signal) => format!("the range of `{signal}`"),
    };
    core.iter().map(text).collect::<Vec<_>>().join(", ")
}

/// What is known about a rule set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Analysis {
    /// The findings, by kind and then in the order of the files.
    pub findings: Vec<Finding>,
    /// A point that keeps all rules and assumptions, where there is one; for the shown recipe
    /// rather than for machines, so its values are those of the recipe wherever possible.
    pub witness: Option<Point>,
    /// How many questions went to the solver.
    pub asked: usize,
}

/// Analyses a rule set.
#[must_use]
pub fn analyse(rule_set: &RuleSet, case: Option<&Case>, solver: Option<&Solver>) -> Analysis {
    let mut questions = Vec::new();
    let origin = start(rule_set, case);
    let mut witness = Witness {
        point: origin.clone(),
        missing: 0,
    };
    for component in components(rule_set) {
        let (joint, guards) = component.questions(rule_set);
        let found = joint.easy(rule_set, &origin);
        match &found {
            Some(point) => witness.take_over(point, &joint.signals),
            None => witness.missing += 1,
        }
        let mut open: Vec<Question<'_>> = Vec::new();
        if found.is_none() {
            open.extend(component.assumption_question(rule_set));
            open.push(joint);
        }
        for (alone, together) in guards {
            if together.easy(rule_set, &origin).is_none() {
                open.push(alone);
                open.push(together);
            }
        }
        questions.push(open);
    }
    let flat: Vec<&Question<'_>> = questions.iter().flatten().collect();
    let answers = put(rule_set, &flat, solver);
    let mut analysis = Analysis {
        asked: if solver.is_some() { flat.len() } else { 0 },
        ..Analysis::default()
    };
    let mut answers = answers.into_iter();
    for open in &questions {
        let answers: Vec<Reply> = answers.by_ref().take(open.len()).collect();
        conclude(rule_set, open, answers, &mut analysis, &mut witness);
    }
    analysis.findings.extend(limits_outside(rule_set));
    analysis.findings.sort_by_key(order);
    // Joint and per-guard questions about the same rules can be open for the same reason.
    analysis.findings.dedup();
    analysis.witness = (witness.missing == 0).then_some(witness.point);
    analysis
}

/// A point that grows component by component.
struct Witness {
    point: Point,
    /// Components that have none yet.
    missing: usize,
}

impl Witness {
    fn take_over(&mut self, part: &Point, signals: &BTreeSet<SignalId>) {
        for &signal in signals {
            self.point.set(signal, part.get(signal).clone());
        }
    }
}

fn order(finding: &Finding) -> u8 {
    match finding {
        Finding::ContradictoryAssumptions { .. } => 0,
        Finding::Inconsistent { .. } => 1,
        Finding::InconsistentUnderGuard { .. } => 2,
        Finding::Vacuous { .. } => 3,
        Finding::LimitOutsideRange { .. } => 4,
        Finding::Undecided { .. } => 5,
    }
}

/// Rules and assumptions that share signals, directly or through each other.
struct Component {
    rules: Vec<usize>,
    assumptions: Vec<usize>,
    signals: BTreeSet<SignalId>,
}

fn components(rule_set: &RuleSet) -> Vec<Component> {
    let mut found: Vec<Component> = Vec::new();
    let rules = rule_set.rules.iter().enumerate();
    let rules = rules.map(|(place, rule)| (Some(place), None, &rule.reads));
    let assumptions = rule_set.assumptions.iter().enumerate();
    let assumptions = assumptions.map(|(place, one)| (None, Some(place), &one.reads));
    for (rule, assumption, reads) in assumptions.chain(rules) {
        let mut joined = Component {
            rules: rule.into_iter().collect(),
            assumptions: assumption.into_iter().collect(),
            signals: reads.clone(),
        };
        let (touching, apart): (Vec<Component>, Vec<Component>) = found
            .into_iter()
            .partition(|component| !component.signals.is_disjoint(reads));
        for component in touching {
            joined.rules.extend(component.rules);
            joined.assumptions.extend(component.assumptions);
            joined.signals.extend(component.signals);
        }
        joined.rules.sort_unstable();
        joined.assumptions.sort_unstable();
        found = apart;
        found.push(joined);
    }
    found.sort_by_key(|component| {
        (
            component.rules.first().copied(),
            component.assumptions.clone(),
        )
    });
    found
}

/// What a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Topic {
    Assumptions,
    Joint,
    GuardAlone(usize),
    GuardTogether(usize),
}

struct Question<'a> {
    topic: Topic,
    rules: Vec<&'a Rule>,
    assumptions: Vec<usize>,
    guard: Option<&'a Rule>,
    signals: BTreeSet<SignalId>,
}

impl Component {
    fn question<'a>(&self, rule_set: &'a RuleSet, topic: Topic) -> Question<'a> {
        let rules = self.rules.iter().map(|&place| &rule_set.rules[place]);
        let (rules, guard) = match topic {
            Topic::Assumptions => (Vec::new(), None),
            Topic::Joint => (rules.collect(), None),
            Topic::GuardAlone(place) => (Vec::new(), Some(&rule_set.rules[place])),
            Topic::GuardTogether(place) => (rules.collect(), Some(&rule_set.rules[place])),
        };
        Question {
            topic,
            rules,
            assumptions: self.assumptions.clone(),
            guard,
            signals: self.signals.clone(),
        }
    }

    fn assumption_question<'a>(&self, rule_set: &'a RuleSet) -> Option<Question<'a>> {
        (!self.assumptions.is_empty()).then(|| self.question(rule_set, Topic::Assumptions))
    }

    /// The question about all rules and, per different guard, the guard alone and with all rules.
    fn questions<'a>(
        &self,
        rule_set: &'a RuleSet,
    ) -> (Question<'a>, Vec<(Question<'a>, Question<'a>)>) {
        let mut seen = BTreeSet::new();
        let mut guards = Vec::new();
        for &place in &self.rules {
            let guard = &rule_set.rules[place].guard;
            if matches!(guard.kind, BoolKind::Constant(true)) {
                continue;
            }
            let text = Encoder::new(rule_set)
                .formula(guard)
                .map(|formula| formula.to_postfix());
            let signals = signals_of(rule_set, guard);
            // A guard that cannot be written out is compared with no other.
            if text.is_none() || seen.insert((text, signals)) {
                guards.push((
                    self.question(rule_set, Topic::GuardAlone(place)),
                    self.question(rule_set, Topic::GuardTogether(place)),
                ));
            }
        }
        (self.question(rule_set, Topic::Joint), guards)
    }
}

/// The signals a condition names, in order; lets are told apart by their own names.
fn signals_of(rule_set: &RuleSet, condition: &BoolExpr) -> Vec<String> {
    use crate::rule_language::expression::Reference;
    let mut names = Vec::new();
    condition.references(&mut |reference| {
        names.push(match reference {
            Reference::Signal(id) => rule_set.signal(id).name.clone(),
            Reference::Let(id) => rule_set.let_part(id).name.clone(),
        });
    });
    names
}

impl Question<'_> {
    fn easy(&self, rule_set: &RuleSet, origin: &Point) -> Option<Point> {
        let mut wanted: Vec<Wanted<'_>> = Vec::new();
        for &place in &self.assumptions {
            let body = &rule_set.assumptions[place].condition;
            wanted.push(Wanted { guard: None, body });
        }
        wanted.extend(self.guard.map(|rule| Wanted {
            guard: None,
            body: &rule.guard,
        }));
        wanted.extend(self.rules.iter().map(|rule| Wanted {
            guard: Some(&rule.guard),
            body: &rule.body,
        }));
        satisfy(rule_set, &wanted, &self.signals, origin)
    }

    fn has_function(&self, rule_set: &RuleSet) -> bool {
        let assumptions = self.assumptions.iter();
        let assumptions = assumptions.map(|&place| &rule_set.assumptions[place].condition);
        let rules = self.rules.iter().chain(&self.guard);
        rules
            .flat_map(|rule| [&rule.guard, &rule.body])
            .chain(assumptions)
            .any(|condition| rule_set.has_function(condition))
    }

    /// The query with the meaning and the place of each assertion.
    fn query(&self, rule_set: &RuleSet) -> Option<Written> {
        let mut encoder = Encoder::new(rule_set);
        let mut members = BTreeMap::new();
        let mut assertions = Vec::new();
        let mut add = |name: String, formula: Formula, member: Member, span: Option<Span>| {
            members.insert(name.clone(), CoreMember { member, span });
            assertions.push((name, formula));
        };
        for &place in &self.assumptions {
            let condition = &rule_set.assumptions[place].condition;
            let name = format!("assumption {}", place + 1);
            let formula = encoder.formula(condition)?;
            add(
                name,
                formula,
                Member::Assumption(place),
                Some(condition.span),
            );
        }
        if let Some(rule) = self.guard {
            let name = format!("{} applies", rule.code);
            let formula = encoder.formula(&rule.guard)?;
            let member = Member::Guard(rule.code.clone());
            add(name, formula, member, Some(rule.guard.span));
        }
        for rule in &self.rules {
            let guard = Box::new(encoder.formula(&rule.guard)?);
            let formula = Formula::Implies(guard, Box::new(encoder.formula(&rule.body)?));
            let member = Member::Rule(rule.code.clone());
            add(rule.code.clone(), formula, member, Some(rule.span));
        }
        for (&signal, &id) in encoder.signals() {
            let declared = rule_set.signal(signal);
            if let Some(formula) = range_formula(&declared.signal_type, id) {
                let name = format!("{} range", declared.name);
                add(
                    name,
                    formula,
                    Member::Range(declared.name.clone()),
                    declared.span,
                );
            }
        }
        assertions.extend(encoder.pi_range());
        let signals = encoder.signals().iter().map(|(&s, &v)| (s, v)).collect();
        Some(Written {
            query: encoder.query(assertions, Want::ModelAndCore),
            members,
            signals,
        })
    }
}

/// What the range of a signal says of its variable; nothing for a choice.
pub(super) fn range_formula(signal_type: &SignalType, id: VarId) -> Option<Formula> {
    let SignalType::Number { lower, upper, .. } = signal_type else {
        return None;
    };
    let ordered = |low: Term, high: Term, closed: bool| {
        if closed {
            Formula::Le(low, high)
        } else {
            Formula::Lt(low, high)
        }
    };
    let end = |value: &Rational| Term::Rational(value.clone());
    let above = lower
        .as_ref()
        .map(|b| ordered(end(&b.value), Term::Real(id), b.closed));
    let below = upper
        .as_ref()
        .map(|b| ordered(Term::Real(id), end(&b.value), b.closed));
    let parts: Vec<Formula> = above.into_iter().chain(below).collect();
    (!parts.is_empty()).then_some(Formula::And(parts))
}

struct Written {
    query: Query,
    members: BTreeMap<String, CoreMember>,
    signals: Vec<(SignalId, VarId)>,
}

/// An answer in the words of the rule set.
enum Reply {
    Fits(Point),
    Contradiction(Vec<CoreMember>),
    Unknown(Option<Reason>),
}

fn put(rule_set: &RuleSet, questions: &[&Question<'_>], solver: Option<&Solver>) -> Vec<Reply> {
    let written: Vec<Option<Written>> = questions
        .iter()
        .map(|question| question.query(rule_set))
        .collect();
    let queries: Vec<Query> = written.iter().flatten().map(|w| w.query.clone()).collect();
    let answers = match solver {
        Some(solver) if !queries.is_empty() => solver.solve_all(&queries),
        Some(_) | None => Vec::new(),
    };
    let mut answers = answers.into_iter();
    let reply = |(written, question): (Option<Written>, &&Question<'_>)| {
        let has_function = written.is_none() && question.has_function(rule_set);
        let Some((written, answer)) = written.and_then(|w| answers.next().map(|a| (w, a))) else {
            return Reply::Unknown(has_function.then_some(Reason::Functions));
        };
        match answer {
            Answer::Unknown { reason } => Reply::Unknown(Some(reason)),
            Answer::Unsat(core) => Reply::Contradiction(named(&written, &core)),
            Answer::Sat(model) => Reply::Fits(point_of(rule_set, &written, &model)),
        }
    };
    written.into_iter().zip(questions).map(reply).collect()
}

fn named(written: &Written, core: &[String]) -> Vec<CoreMember> {
    let members = core.iter().filter_map(|name| written.members.get(name));
    let mut members: Vec<CoreMember> = members.cloned().collect();
    members.sort_by(|a, b| a.member.cmp(&b.member));
    members
}

fn point_of(rule_set: &RuleSet, written: &Written, model: &super::query::Model) -> Point {
    let mut point = Point::empty(rule_set);
    for &(signal, id) in &written.signals {
        let value = match model.value(id) {
            Some(super::query::Value::Real(value)) => PointValue::Number(value.clone()),
            Some(super::query::Value::Enum(member)) => PointValue::Member(*member as usize),
            Some(super::query::Value::Bool(_)) | None => PointValue::Missing,
        };
        point.set(signal, value);
    }
    point
}

/// Turns the answers of one component into findings; what follows from a worse one is not said.
fn conclude(
    rule_set: &RuleSet,
    questions: &[Question<'_>],
    answers: Vec<Reply>,
    analysis: &mut Analysis,
    witness: &mut Witness,
) {
    let mut contradicts = false;
    let mut vacuous = false;
    // What is open without the guard is open with it: said once, about the rules themselves.
    let mut is_open = false;
    for (question, answer) in questions.iter().zip(answers) {
        let rule = question
            .guard
            .map_or_else(String::new, |rule| rule.code.clone());
        match (question.topic, answer) {
            (_, _) if contradicts => {}
            (Topic::Assumptions, Reply::Contradiction(core)) => {
                contradicts = true;
                analysis
                    .findings
                    .push(Finding::ContradictoryAssumptions { core });
            }
            (Topic::Joint, Reply::Contradiction(core)) => {
                contradicts = true;
                analysis.findings.push(Finding::Inconsistent { core });
            }
            (Topic::GuardAlone(_), Reply::Contradiction(core)) => {
                vacuous = true;
                analysis.findings.push(Finding::Vacuous { rule, core });
            }
            (Topic::GuardAlone(_), _) => vacuous = false,
            (Topic::GuardTogether(_), Reply::Contradiction(core)) if !vacuous => {
                analysis
                    .findings
                    .push(Finding::InconsistentUnderGuard { rule, core });
            }
            (Topic::Joint, Reply::Fits(point)) => {
                // The model only counts where exact evaluation finds nothing left to move.
                if question.easy(rule_set, &point).as_ref() == Some(&point) {
                    witness.take_over(&point, &question.signals);
                    witness.missing -= 1;
                }
            }
            (Topic::GuardTogether(_), Reply::Unknown(_)) if is_open => {}
            (Topic::Joint | Topic::GuardTogether(_), Reply::Unknown(reason)) if !vacuous => {
                is_open = true;
                let rules = question
                    .rules
                    .iter()
                    .map(|rule| rule.code.clone())
                    .collect();
                analysis.findings.push(Finding::Undecided { rules, reason });
            }
            (Topic::Assumptions | Topic::Joint | Topic::GuardTogether(_), _) => {}
        }
    }
}

/// Limits of single signals that lie outside the signal's range.
fn limits_outside(rule_set: &RuleSet) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in &rule_set.rules {
        rule.body.comparisons(&mut |comparison| {
            let BoolKind::Compare { left, right, .. } = &comparison.kind else {
                return;
            };
            let (signal, limit) = match (&left.kind, &right.kind) {
                (NumKind::Signal(signal), NumKind::Constant(limit))
                | (NumKind::Constant(limit), NumKind::Signal(signal)) => (*signal, limit),
                _ => return,
            };
            let declared = rule_set.signal(signal);
            let SignalType::Number { lower, upper, .. } = &declared.signal_type else {
                return;
            };
            let is_below = lower.as_ref().is_some_and(|bound| *limit < bound.value);
            let is_above = upper.as_ref().is_some_and(|bound| *limit > bound.value);
            if is_below || is_above {
                findings.push(Finding::LimitOutsideRange {
                    rule: rule.code.clone(),
                    signal: declared.name.clone(),
                    span: comparison.span,
                });
            }
        });
    }
    findings
}
