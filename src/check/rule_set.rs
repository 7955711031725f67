//! Findings about a rule set, whatever the recipe.
//!
//! In: a resolved rule set, perhaps a recipe to start from, perhaps a solver. Out: assumptions that
//! contradict each other, rules that contradict each other always or whenever a guard holds, rules
//! whose guard can never hold, limits outside a signal's range; each contradiction with its minimal
//! core and the places in the files. "Consistent" always comes with a point that keeps everything,
//! evaluated exactly. Rules that share no signal, not even through others, are asked apart.

use std::collections::{BTreeMap, BTreeSet};

mod finding;
mod implied;
mod magnitude;
mod shown;
pub mod why;

use super::case::Case;
use super::encode::Encoder;
use super::query::{Formula, Query, Reason, Term, VarId, Want};
use super::redundancy::cache::Cache;
use super::refute::{Budget, Decided, OWN_ASSERTIONS_MAX, decide_all};
use super::satisfy::{Wanted, satisfy, start};
use super::solver_process::{Solver, Task};
use crate::rational::Rational;
use crate::rule_language::{
    BoolExpr, BoolKind, Point, PointValue, Rule, RuleSet, SignalId, SignalType,
};
use crate::span::Span;

pub use finding::{CoreMember, Finding, Level, Member, listed_one};
pub use shown::{Shown, shown_by};

/// What is known about a rule set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Analysis {
    /// The findings, by kind and then in the order of the files.
    pub findings: Vec<Finding>,
    /// What findings rest on, in no order; see [`Analysis::shown_by`].
    pub grounds: Vec<(Finding, Vec<Shown>)>,
    /// A point that keeps all rules and assumptions, where there is one; for the shown recipe
    /// rather than for machines, so its values are those of the recipe wherever possible.
    pub witness: Option<Point>,
    /// How many questions went to the solver.
    pub asked: usize,
    /// What was looked at.
    pub scope: Scope,
    /// Answers to keep for the next run.
    pub cache: Cache,
}

/// What was looked at, so that no finding means something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Parts of the rule set that share no signal.
    pub components: usize,
    /// Different guards, each taken to hold in turn.
    pub guards: usize,
    /// Enumerators that guards ask for, each taken to hold in turn.
    pub modes: usize,
    /// Rules of which it is known whether they follow from others.
    pub standings: usize,
}

/// Analyses a rule set.
#[must_use]
pub fn analyse(rule_set: &RuleSet, case: Option<&Case>, solver: Option<&Solver>) -> Analysis {
    analyse_again(rule_set, case, solver, None)
}

/// Analyses a rule set with the answers of an earlier run, each of which is examined first.
#[must_use]
pub fn analyse_again(
    rule_set: &RuleSet,
    case: Option<&Case>,
    solver: Option<&Solver>,
    cache: Option<&Cache>,
) -> Analysis {
    let mut questions = Vec::new();
    let origin = start(rule_set, case);
    let mut witness = Witness {
        point: origin.clone(),
        missing: 0,
    };
    let mut scope = Scope::default();
    for component in components(rule_set) {
        let (joint, guards) = component.questions(rule_set);
        scope.components += 1;
        scope.guards += guards.len();
        let found = joint.easy(rule_set, &origin);
        match &found {
            Some(point) => witness.take_over(point, &joint.signals),
            None => witness.missing += 1,
        }
        // What keeps all rules is a better start for each of them than the recipe.
        let starts: Vec<&Point> = found.iter().chain([&origin]).collect();
        let is_easy = |question: &Question<'_>| {
            let mut starts = starts.iter();
            starts.any(|start| question.easy(rule_set, start).is_some())
        };
        let mut open: Vec<Question<'_>> = Vec::new();
        if found.is_none() {
            open.extend(component.assumption_question(rule_set));
            open.push(joint);
        }
        for (alone, together) in guards {
            if !is_easy(&together) {
                open.push(alone);
                open.push(together);
            }
        }
        for question in component.parts(rule_set) {
            scope.modes += usize::from(matches!(question.topic, Topic::Mode(..)));
            if !is_easy(&question) {
                open.push(question);
            }
        }
        questions.push(open);
    }
    let flat: Vec<&Question<'_>> = questions.iter().flatten().collect();
    let (answers, asked) = put(rule_set, &flat, solver);
    let mut analysis = Analysis {
        asked,
        scope,
        ..Analysis::default()
    };
    let mut answers = answers.into_iter();
    for open in &questions {
        let answers: Vec<Reply> = answers.by_ref().take(open.len()).collect();
        conclude(rule_set, open, answers, &mut analysis, &mut witness);
    }
    analysis.findings.extend(magnitude::limits(rule_set));
    analysis.witness = (witness.missing == 0).then_some(witness.point);
    implied::add(rule_set, (solver, cache), &mut analysis);
    analysis.findings.sort_by_key(order);
    // Joint and per-guard questions about the same rules can be open for the same reason.
    analysis.findings.dedup();
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
        Finding::InconsistentInMode { .. } => 3,
        Finding::Vacuous { .. } => 4,
        Finding::DeadGuardPart { .. } => 5,
        Finding::LimitOutsideRange { .. } => 6,
        Finding::ImplausibleLimit { .. } => 7,
        Finding::Undecided { .. } => 8,
        Finding::Equivalent { .. } => 9,
        Finding::Shadowed { .. } => 10,
        Finding::Redundant { .. } => 11,
        Finding::NeverBinding { .. } => 12,
        Finding::RedundancyUndecided { .. } => 13,
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
    /// A choice that guards ask for, with all rules.
    Mode(SignalId, usize),
    /// An alternative of a guard, alone.
    GuardPart(usize),
}

struct Question<'a> {
    topic: Topic,
    rules: Vec<&'a Rule>,
    assumptions: Vec<usize>,
    guard: Option<&'a Rule>,
    /// One more condition, with what it is.
    extra: Option<(Member, BoolExpr)>,
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
            Topic::Mode(..) => (rules.collect(), None),
            Topic::GuardPart(_) => (Vec::new(), None),
        };
        Question {
            topic,
            rules,
            assumptions: self.assumptions.clone(),
            guard,
            extra: None,
            signals: self.signals.clone(),
        }
    }

    fn assumption_question<'a>(&self, rule_set: &'a RuleSet) -> Option<Question<'a>> {
        (!self.assumptions.is_empty()).then(|| self.question(rule_set, Topic::Assumptions))
    }

    /// The questions about each enumerator that a guard asks for, and about each alternative of a
    /// guard.
    fn parts<'a>(&self, rule_set: &'a RuleSet) -> Vec<Question<'a>> {
        let mut modes: BTreeMap<(SignalId, usize), Span> = BTreeMap::new();
        let mut questions = Vec::new();
        for &place in &self.rules {
            let rule = &rule_set.rules[place];
            members_in(&rule.guard, &mut |signal, member, span| {
                modes.entry((signal, member)).or_insert(span);
            });
            if let BoolKind::Or(parts) = &rule.guard.kind {
                for part in parts {
                    let mut question = self.question(rule_set, Topic::GuardPart(place));
                    let member = Member::GuardPart(rule.code.clone());
                    question.extra = Some((member, part.clone()));
                    questions.push(question);
                }
            }
        }
        for ((signal, member), span) in modes {
            let declared = rule_set.signal(signal);
            let SignalType::OneOf { members } = &declared.signal_type else {
                continue;
            };
            let Some(word) = members.get(member) else {
                continue;
            };
            let kind = BoolKind::Member {
                signal,
                members: vec![member],
            };
            let mut question = self.question(rule_set, Topic::Mode(signal, member));
            let choice = Member::Choice(declared.name.clone(), word.clone());
            question.extra = Some((choice, BoolExpr { kind, span }));
            questions.push(question);
        }
        questions
    }

    /// The question about all rules and, per different guard, the guard alone and with all rules.
    fn questions<'a>(
        &self,
        rule_set: &'a RuleSet,
    ) -> (Question<'a>, Vec<(Question<'a>, Question<'a>)>) {
        let mut seen = BTreeSet::new();
        let mut guards = Vec::new();
        // The rule that a guard is named after does not depend on the order of the files.
        let mut by_code = self.rules.clone();
        by_code.sort_by(|&a, &b| rule_set.rules[a].code.cmp(&rule_set.rules[b].code));
        for place in by_code {
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

/// Calls `visit` for every enumerator that a condition asks for, with its place.
fn members_in(condition: &BoolExpr, visit: &mut dyn FnMut(SignalId, usize, Span)) {
    match &condition.kind {
        BoolKind::Constant(_) | BoolKind::Compare { .. } | BoolKind::Not(_) => {}
        BoolKind::Member { signal, members } => {
            for &member in members {
                visit(*signal, member, condition.span);
            }
        }
        BoolKind::And(parts) | BoolKind::Or(parts) => {
            parts.iter().for_each(|part| members_in(part, visit));
        }
        BoolKind::Implies(premise, conclusion) => {
            members_in(premise, visit);
            members_in(conclusion, visit);
        }
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
        wanted.extend(
            self.extra
                .iter()
                .map(|(_, body)| Wanted { guard: None, body }),
        );
        wanted.extend(self.rules.iter().map(|rule| Wanted {
            guard: Some(&rule.guard),
            body: &rule.body,
        }));
        satisfy(rule_set, &wanted, &self.signals, origin)
    }

    /// The query with the meaning and the place of each assertion.
    fn query(&self, rule_set: &RuleSet) -> Option<Written> {
        let mut encoder = Encoder::new(rule_set).with_functions();
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
        if let Some((member, condition)) = &self.extra {
            let formula = encoder.formula(condition)?;
            let name = "the choice".to_owned();
            add(name, formula, member.clone(), Some(condition.span));
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
    Contradiction(Contradiction),
    Unknown(Option<Reason>),
}

/// Facts of a question that contradict each other.
struct Contradiction {
    core: Vec<CoreMember>,
    names: Vec<String>,
    written: Written,
    is_solvers: bool,
}

impl Contradiction {
    /// The finding with what it rests on.
    fn found(self, analysis: &mut Analysis, finding: impl FnOnce(Vec<CoreMember>) -> Finding) {
        let finding = finding(self.core);
        let source = shown::Source {
            query: &self.written.query,
            members: &self.written.members,
        };
        let shown = Shown::new(finding.says(), &source, &self.names, self.is_solvers);
        analysis.add(finding, vec![shown]);
    }
}

/// Puts questions to our own methods and what is left to the solver, and tells how many that were;
/// without one, large questions are not asked.
fn put(
    rule_set: &RuleSet,
    questions: &[&Question<'_>],
    solver: Option<&Solver>,
) -> (Vec<Reply>, usize) {
    let is_asked = |query: &Query| solver.is_some() || query.assertions.len() <= OWN_ASSERTIONS_MAX;
    let written: Vec<Option<Written>> = questions
        .iter()
        .map(|question| question.query(rule_set))
        .collect();
    let tasks: Vec<Task> = written
        .iter()
        .flatten()
        .filter(|written| is_asked(&written.query))
        .map(|written| Task {
            query: written.query.clone(),
            canonical: None,
        })
        .collect();
    let answers = decide_all(&tasks, solver, &Budget::default());
    let asked = answers.iter().filter(|found| found.was_asked).count();
    let mut answers = answers.into_iter();
    let reply = |written: Option<Written>| {
        let Some(written) = written else {
            return Reply::Unknown(Some(Reason::TooLarge));
        };
        let answer = is_asked(&written.query).then(|| answers.next()).flatten();
        let Some(answer) = answer else {
            return Reply::Unknown(None);
        };
        match answer.decided {
            Decided::Undecided(reason) => Reply::Unknown(Some(reason)),
            Decided::Unsatisfiable { core, .. } => Reply::Contradiction(Contradiction {
                core: named(&written, &core),
                names: core,
                written,
                is_solvers: answer.is_solvers,
            }),
            Decided::Satisfiable(model) => Reply::Fits(point_of(rule_set, &written, &model)),
        }
    };
    (written.into_iter().map(reply).collect(), asked)
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
                core.found(analysis, |core| Finding::ContradictoryAssumptions { core });
            }
            (Topic::Joint, Reply::Contradiction(core)) => {
                contradicts = true;
                core.found(analysis, |core| Finding::Inconsistent { core });
            }
            (Topic::GuardAlone(_), Reply::Contradiction(core)) => {
                vacuous = true;
                core.found(analysis, |core| Finding::Vacuous { rule, core });
            }
            (Topic::GuardAlone(_), _) => vacuous = false,
            (Topic::GuardTogether(_), Reply::Contradiction(core)) if !vacuous => {
                core.found(analysis, |core| Finding::InconsistentUnderGuard {
                    rule,
                    core,
                });
            }
            (Topic::Mode(..) | Topic::GuardPart(_), Reply::Contradiction(core)) => {
                let (topic, members) = (question.topic, core.core.clone());
                if let Some(found) = part_finding(rule_set, topic, members, &analysis.findings) {
                    core.found(analysis, |_| found);
                }
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
            (Topic::Mode(..), Reply::Unknown(_)) if is_open => {}
            (Topic::Mode(..), Reply::Unknown(reason)) => {
                is_open = true;
                let rules = question.rules.iter().map(|rule| rule.code.clone());
                let rules = rules.collect();
                analysis.findings.push(Finding::Undecided { rules, reason });
            }
            (
                Topic::Assumptions
                | Topic::Joint
                | Topic::GuardTogether(_)
                | Topic::Mode(..)
                | Topic::GuardPart(_),
                _,
            ) => {}
        }
    }
}

/// What a contradiction in a mode, or of a part of a guard, is worth saying.
fn part_finding(
    rule_set: &RuleSet,
    topic: Topic,
    core: Vec<CoreMember>,
    known: &[Finding],
) -> Option<Finding> {
    match topic {
        Topic::Mode(signal, member) => {
            let declared = rule_set.signal(signal);
            let SignalType::OneOf { members } = &declared.signal_type else {
                return None;
            };
            is_conflict(&core, known).then(|| Finding::InconsistentInMode {
                signal: declared.name.clone(),
                member: members[member].clone(),
                core,
            })
        }
        Topic::GuardPart(place) => {
            let rule = rule_set.rules[place].code.clone();
            let is_known = known.iter().any(|finding| match finding {
                Finding::Vacuous { rule: vacuous, .. } => *vacuous == rule,
                _ => false,
            });
            (!is_known).then_some(Finding::DeadGuardPart { rule, core })
        }
        Topic::Assumptions | Topic::Joint | Topic::GuardAlone(_) | Topic::GuardTogether(_) => None,
    }
}

/// Whether rules contradict each other in a mode: one rule alone that forbids the mode is meant
/// so, and what is known of a guard is not said again.
fn is_conflict(core: &[CoreMember], findings: &[Finding]) -> bool {
    let rules = |core: &[CoreMember]| -> Vec<Member> {
        let members = core.iter().map(|member| member.member.clone());
        members.filter(|m| matches!(m, Member::Rule(_))).collect()
    };
    let own = rules(core);
    let is_known = findings.iter().any(|finding| {
        matches!(finding, Finding::InconsistentUnderGuard { core, .. } if rules(core) == own)
    });
    own.len() > 1 && !is_known
}
