//! The argument as plain data: what is claimed, from what, against what.
//!
//! In: a resolved rule set. Out: a [`Graph`] whose formulas range over one list of variables, so
//! that any set of nodes makes a question. Ranges of signals are facts of the domain, part of
//! every step; a formula that cannot be written out is absent, and its steps stay undecided.

use std::collections::BTreeSet;

use crate::check::encode::Encoder;
use crate::check::query::{Formula, Term, VarId, Variable, Want};
use crate::check::refute::variables_of;
use crate::check::rule_set::range_formula;
use crate::quantity::Unit;
use crate::rule_language::argument::Node as Place;
use crate::rule_language::{BoolExpr, EvidenceClass, RuleSet, SignalType};
use crate::span::Span;

/// What a node is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A statement taken from outside.
    Evidence {
        /// How much it weighs.
        class: EvidenceClass,
    },
    /// A statement that is enforced.
    Rule {
        /// What its limit rests on.
        class: EvidenceClass,
        /// Whether it is only said to hold with a probability.
        is_probable: bool,
    },
    /// A statement taken for granted.
    Assumption,
    /// A statement that follows, its author says, from its premises.
    Claim,
}

/// A statement with what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// The name in every report; no two nodes share it.
    pub code: String,
    /// One line for people; may be empty.
    pub title: String,
    /// What it is.
    pub kind: Kind,
    /// What it says; nothing where that cannot be written out.
    pub formula: Option<Formula>,
    /// Premises, by place, as written.
    pub from: Vec<usize>,
    /// What it attacks, by place, as written.
    pub attacks: Vec<usize>,
    /// Where it is written.
    pub span: Option<Span>,
}

/// A fact that every step may use: the range of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// The variable.
    pub variable: VarId,
    /// The name of the fact.
    pub name: String,
    /// What it says.
    pub formula: Formula,
}

/// An argument.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    /// The variables of all formulas.
    pub variables: Vec<Variable>,
    /// In which unit a variable is shown; nothing for choices.
    pub units: Vec<Option<Unit>>,
    /// Ranges of variables.
    pub domain: Vec<Range>,
    /// The nodes; premises and attacks refer to them by place.
    pub nodes: Vec<Node>,
}

impl Graph {
    /// Reads the argument of a rule set: rules, assumptions, evidence, claims, in this order. Rules
    /// and assumptions that no claim rests on are not written out.
    #[must_use]
    pub fn of_rule_set(rule_set: &RuleSet) -> Self {
        let mut writer = Encoder::new(rule_set).with_functions();
        let from = rule_set.claims.iter().flat_map(|claim| &claim.from);
        let used: BTreeSet<Place> = from.map(|premise| premise.node).collect();
        let mut nodes = Vec::new();
        for (at, rule) in rule_set.rules.iter().enumerate() {
            let is_used = used.contains(&Place::Rule(at));
            let formula = is_used
                .then(|| implied(&mut writer, &rule.guard, &rule.body))
                .flatten();
            let kind = Kind::Rule {
                class: rule.evidence,
                is_probable: rule.probability.is_some(),
            };
            nodes.push(node(&rule.code, &rule.title, kind, formula, rule.code_span));
        }
        for (at, one) in rule_set.assumptions.iter().enumerate() {
            let title = one.name.as_ref().map_or("", |(_, title)| title);
            let code = rule_set.node_code(Place::Assumption(at));
            let is_used = used.contains(&Place::Assumption(at));
            let formula = is_used.then(|| writer.formula(&one.condition)).flatten();
            let span = one.condition.span;
            nodes.push(node(&code, title, Kind::Assumption, formula, span));
        }
        for one in &rule_set.evidences {
            let kind = Kind::Evidence { class: one.class };
            let formula = writer.formula(&one.formula);
            nodes.push(node(&one.code, &one.title, kind, formula, one.code_span));
        }
        for one in &rule_set.claims {
            let formula = writer.formula(&one.formula);
            nodes.push(node(
                &one.code,
                &one.title,
                Kind::Claim,
                formula,
                one.code_span,
            ));
        }
        let place = |wanted: Place| place_of(rule_set, wanted);
        for (at, claim) in rule_set.claims.iter().enumerate() {
            let from = claim.from.iter().map(|premise| place(premise.node));
            nodes[place(Place::Claim(at))].from = from.collect();
        }
        for (attacker, attack) in rule_set.attacks() {
            nodes[place(attacker)].attacks.push(place(attack.target));
        }
        let domain = ranges(rule_set, &writer);
        let variables = writer.query(Vec::new(), Want::Model).variables;
        let unit_of = |variable: &Variable| {
            let signal = rule_set.signal_named(&variable.name)?;
            match &rule_set.signal(signal).signal_type {
                SignalType::Number { unit, .. } => Some(unit.clone()),
                SignalType::OneOf { .. } => None,
            }
        };
        let units = variables.iter().map(unit_of).collect();
        Self {
            variables,
            units,
            domain,
            nodes,
        }
    }

    /// The ranges of the variables that occur in formulas, as named facts.
    #[must_use]
    pub fn ranges_of(&self, formulas: &[&Formula]) -> Vec<(String, Formula)> {
        let used: BTreeSet<VarId> = formulas.iter().flat_map(|one| variables_of(one)).collect();
        let own = self
            .domain
            .iter()
            .filter(|range| used.contains(&range.variable));
        own.map(|range| (range.name.clone(), range.formula.clone()))
            .collect()
    }

    /// Per node all nodes that it rests on, directly or through others.
    #[must_use]
    pub fn reached(&self) -> Vec<BTreeSet<usize>> {
        let below = |start: usize| {
            let mut seen = BTreeSet::new();
            let mut open = self.nodes[start].from.clone();
            while let Some(next) = open.pop() {
                if seen.insert(next) {
                    open.extend(&self.nodes[next].from);
                }
            }
            seen
        };
        (0..self.nodes.len()).map(below).collect()
    }

    /// The place of a node, by its code.
    #[must_use]
    pub fn named(&self, code: &str) -> Option<usize> {
        self.nodes.iter().position(|node| node.code == code)
    }
}

fn place_of(rule_set: &RuleSet, node: Place) -> usize {
    let assumptions = rule_set.rules.len();
    let evidences = assumptions + rule_set.assumptions.len();
    match node {
        Place::Rule(at) => at,
        Place::Assumption(at) => assumptions + at,
        Place::Evidence(at) => evidences + at,
        Place::Claim(at) => evidences + rule_set.evidences.len() + at,
    }
}

fn node(code: &str, title: &str, kind: Kind, formula: Option<Formula>, span: Span) -> Node {
    Node {
        code: code.to_owned(),
        title: title.to_owned(),
        kind,
        formula,
        from: Vec::new(),
        attacks: Vec::new(),
        span: Some(span),
    }
}

fn implied(writer: &mut Encoder<'_>, guard: &BoolExpr, body: &BoolExpr) -> Option<Formula> {
    let (guard, body) = (writer.formula(guard)?, writer.formula(body)?);
    Some(match guard {
        Formula::True => body,
        guard => Formula::Implies(Box::new(guard), Box::new(body)),
    })
}

fn ranges(rule_set: &RuleSet, writer: &Encoder<'_>) -> Vec<Range> {
    let of_signals = writer.signals().iter().filter_map(|(&signal, &variable)| {
        let declared = rule_set.signal(signal);
        Some(Range {
            variable,
            name: format!("{} range", declared.name),
            formula: range_formula(&declared.signal_type, variable)?,
        })
    });
    let mut all: Vec<Range> = of_signals.collect();
    if let Some((name, formula)) = writer.pi_range() {
        let mut of_pi = variables_of(&formula).into_iter();
        all.extend(of_pi.next().map(|variable| Range {
            variable,
            name,
            formula,
        }));
    }
    all
}

/// The number that a term is compared with, where it has no variable.
#[must_use]
pub fn constant_of(term: &Term) -> Option<crate::rational::Rational> {
    let nothing = crate::check::query::Model { values: Vec::new() };
    term.is_constant()
        .then(|| term.evaluate(&nothing))
        .flatten()
}
