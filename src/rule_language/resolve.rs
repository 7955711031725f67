//! Gives a rule file its meaning: names, kinds, ranges, and one [`RuleSet`] for all files.
//!
//! In: parsed files, the quantity dictionary, the number of members of each family
//! (`drying.zone` → 5). Out: the rule set with everything that is sound, and the diagnostics of
//! reading and resolving together. Each mistake is reported once; what depends on it is left
//! out silently, so a rule set with errors must not be used for an answer.

mod argument;
mod clauses;
mod compare;
mod family;
mod lets;
mod lower;
mod overrides;
mod rules;
mod signals;
mod tests_of_rules;
mod typing;

use std::collections::{BTreeMap, BTreeSet};

use super::argument::Node;
use super::ast::{AssumeItem, Expr, Item, Name};
use super::codes;
use super::expression::{BoolExpr, NumExpr, Reference, SignalId};
use super::parser::ParsedFile;
use super::rule_set::{Assumption, Let, RuleSet, RuleSetHeader, Use};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::quantity::dictionary::Dictionary;
use crate::span::Span;
pub use lower::FUNCTIONS;
use lower::{Lowering, Scope};

/// Most levels of an expression with its lets entered: evaluation recurses this deep.
const LEVELS_MAX: usize = 512;

/// Resolves files that are used together.
///
/// # Example
/// ```
/// use std::collections::BTreeMap;
/// use cellwright::quantity::dictionary::standard;
/// use cellwright::rule_language::{parse, resolve};
/// use cellwright::span::Sources;
/// let mut sources = Sources::new();
/// let text = "assume coating.web_speed <= 60 m/min\n";
/// let parsed = parse(sources.add("rules/line.rule", text), text);
/// let (rules, diagnostics) = resolve(&[parsed], standard(), &BTreeMap::new());
/// assert!(diagnostics.is_empty());
/// assert_eq!(rules.signals[0].name, "coating.web_speed");
/// ```
#[must_use]
pub fn resolve(
    files: &[ParsedFile],
    dictionary: &Dictionary,
    zones: &BTreeMap<String, usize>,
) -> (RuleSet, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    for file in files {
        diagnostics.extend(file.diagnostics.clone());
    }
    let items: Vec<&Item> = files.iter().flat_map(|file| &file.items).collect();
    let mut rule_set = RuleSet {
        headers: headers(files, &mut diagnostics),
        ..RuleSet::default()
    };
    rule_set.uses = uses(&items, &rule_set.headers, &mut diagnostics);
    let let_items = lets::distinct(&items, dictionary, &mut diagnostics);
    let declared = signals::declared(&items, dictionary, zones, &mut diagnostics);
    rule_set.signals = signals::referenced(&items, declared.signals, dictionary, zones);
    // Numbered by name: no order of rules or files is left in witnesses and certificates.
    rule_set.signals.sort_by(|a, b| a.name.cmp(&b.name));
    let mode = declared.mode;
    rule_set.mode = mode.as_ref().and_then(|mode| rule_set.signal_named(mode));
    let mut candidates: Vec<String> = rule_set.signals.iter().map(|s| s.name.clone()).collect();
    candidates.extend(dictionary.names().map(str::to_owned));
    candidates.extend(let_items.iter().map(|item| item.name.text()));
    candidates.sort();
    candidates.dedup();
    let mut scope = Scope {
        signals: &rule_set.signals,
        lets: BTreeMap::new(),
        zones,
        unknown: declared.refused,
        candidates,
    };
    rule_set.lets = lets::lower(&let_items, &mut scope, &mut diagnostics);
    lets::without_mode(&rule_set, &mut diagnostics);
    let mut resolver = Resolver {
        scope: &scope,
        lets: &rule_set.lets,
        let_depths: depths(&rule_set.lets),
        diagnostics: &mut diagnostics,
    };
    let assumptions = resolver.assumptions(&items);
    let rules = items.iter().filter_map(|item| match item {
        Item::Rule(rule) => Some((&**rule, resolver.rule(rule))),
        _ => None,
    });
    let rules = rules.collect();
    let (mut rules, codes_known) = resolver.distinct_rules(rules);
    resolver.overrides(&items, &mut rules, &codes_known);
    let tests = resolver.tests(&items, &rules, &codes_known);
    let mut nodes = nodes(&assumptions, &codes_known);
    let (claims, evidences) = resolver.arguments(&items, &mut nodes);
    rule_set.assumptions = assumptions.into_iter().filter_map(|(_, one)| one).collect();
    rule_set.rules = rules;
    rule_set.tests = tests;
    rule_set.claims = claims;
    rule_set.evidences = evidences;
    (rule_set, diagnostics)
}

/// The nodes of rules and of assumptions that have a code.
fn nodes(
    assumptions: &[(&AssumeItem, Option<Assumption>)],
    rules: &BTreeMap<String, Option<usize>>,
) -> argument::Nodes {
    let rules = rules.iter();
    let mut nodes: argument::Nodes = rules
        .map(|(code, at)| (code.clone(), at.map(Node::Rule)))
        .collect();
    let mut place = 0;
    for (item, assumption) in assumptions {
        let node = assumption.as_ref().map(|_| Node::Assumption(place));
        place += usize::from(assumption.is_some());
        if let Some((code, _)) = &item.name {
            nodes.entry(code.text.clone()).or_insert(node);
        }
    }
    nodes
}

/// Checks that every rule set a file uses is there, in the version it names.
fn uses(items: &[&Item], headers: &[RuleSetHeader], diagnostics: &mut Diagnostics) -> Vec<Use> {
    let mut uses = Vec::new();
    for item in items {
        let Item::Use(item) = item else { continue };
        let name = &item.name.text;
        let found: Vec<&RuleSetHeader> = headers.iter().filter(|one| one.name == *name).collect();
        let wanted = &item.version.value;
        if found.is_empty() {
            let diagnostic = Diagnostic::error(
                codes::USE_MISSING,
                item.name.span,
                format!("the rule set `{name}` is not among the files read"),
            )
            .suggest(name, headers.iter().map(|header| header.name.as_str()))
            .note(format!(
                "looked in the files given and for `{name}.rule` beside this file"
            ));
            diagnostics.push(diagnostic);
        } else if let Some(other) = found.iter().find(|header| header.version != *wanted) {
            diagnostics.push(
                Diagnostic::error(
                    codes::USE_VERSION,
                    item.version.span,
                    format!(
                        "`{name}` is here in version `{}`, not `{wanted}`",
                        other.version
                    ),
                )
                .also(other.span, "this version")
                .help(format!(
                    "review what changed, then write `use {name} \"{}\"`",
                    other.version
                )),
            );
        } else {
            uses.push(Use {
                name: name.clone(),
                version: wanted.clone(),
                span: item.name.span,
            });
        }
    }
    uses
}

fn headers(files: &[ParsedFile], diagnostics: &mut Diagnostics) -> Vec<RuleSetHeader> {
    let mut headers: Vec<RuleSetHeader> = Vec::new();
    for file in files {
        let mut first: Option<Span> = None;
        for item in &file.items {
            let Item::Header(header) = item else { continue };
            if let Some(first) = first {
                diagnostics.push(
                    Diagnostic::error(
                        codes::HEADER_TWICE,
                        header.name.span,
                        "this file names its rule set a second time",
                    )
                    .also(first, "first here")
                    .help("keep one of them, or give each rule set its own file"),
                );
                continue;
            }
            first = Some(header.name.span);
            headers.push(RuleSetHeader {
                file: file.file,
                name: header.name.text.clone(),
                version: header.version.value.clone(),
                title: header.title.as_ref().map(|title| title.value.clone()),
                span: header.name.span.to(header.version.span),
            });
        }
    }
    headers
}

fn depths(lets: &[Let]) -> Vec<usize> {
    let mut depths = Vec::with_capacity(lets.len());
    for part in lets {
        let depth = part.expr.depth(&depths);
        depths.push(depth);
    }
    depths
}

/// Returns the names an item mentions in its expressions and tests.
fn names_of<'a>(item: &'a Item, visit: &mut dyn FnMut(&'a Name)) {
    match item {
        Item::Let(item) => item.value.names(visit),
        Item::Assume(item) => item.condition.names(visit),
        Item::Rule(rule) => {
            for expr in [&rule.guard, &rule.body].into_iter().flatten() {
                expr.names(visit);
            }
        }
        Item::Test(test) => {
            for section in &test.sections {
                for (name, _) in &section.values {
                    visit(name);
                }
            }
        }
        Item::Claim(claim) => claim.formula.names(visit),
        Item::Evidence(evidence) => evidence.formula.names(visit),
        Item::Override(item) => {
            if let Some(super::ast::LimitSelector::Signal(name, _)) = &item.selector {
                visit(name);
            }
        }
        Item::Header(_) | Item::Signal(_) | Item::Mode(_) | Item::Use(_) => {}
    }
}

/// Resolves what stands on signals and lets.
struct Resolver<'a> {
    scope: &'a Scope<'a>,
    lets: &'a [Let],
    let_depths: Vec<usize>,
    diagnostics: &'a mut Diagnostics,
}

impl Resolver<'_> {
    fn condition(&mut self, expr: &Expr) -> Option<BoolExpr> {
        let condition = Lowering {
            scope: self.scope,
            diagnostics: self.diagnostics,
            member: None,
        }
        .condition(expr)?;
        if condition.depth(&self.let_depths) > LEVELS_MAX {
            self.diagnostics.push(too_deep(expr.span));
            return None;
        }
        Some(condition)
    }

    fn assumptions<'i>(&mut self, items: &[&'i Item]) -> Vec<(&'i AssumeItem, Option<Assumption>)> {
        let assumptions = items.iter().filter_map(|item| match item {
            Item::Assume(item) => Some((item, self.assumption(item))),
            _ => None,
        });
        assumptions.collect()
    }

    fn reads(&self, conditions: &[&BoolExpr]) -> BTreeSet<SignalId> {
        let mut reads = BTreeSet::new();
        for condition in conditions {
            condition.references(&mut |reference| add_reference(&mut reads, self.lets, reference));
        }
        reads
    }
}

fn reads_of_number(expr: &NumExpr, lets: &[Let]) -> BTreeSet<SignalId> {
    let mut reads = BTreeSet::new();
    expr.references(&mut |reference| add_reference(&mut reads, lets, reference));
    reads
}

fn add_reference(reads: &mut BTreeSet<SignalId>, lets: &[Let], reference: Reference) {
    match reference {
        Reference::Signal(id) => {
            reads.insert(id);
        }
        Reference::Let(id) => reads.extend(lets[id.0].reads.iter().copied()),
    }
}

fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::error(
        codes::DEPTH,
        span,
        format!("with its lets this expression has more than {LEVELS_MAX} levels"),
    )
    .help("split the rule")
}
