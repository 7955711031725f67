//! Gives a rule file its meaning: names, kinds, ranges, and one [`RuleSet`] for all files.
//!
//! In: parsed files, the quantity dictionary, the number of members of each family
//! (`drying.zone` → 5). Out: the rule set with everything that is sound, and the diagnostics of
//! reading and resolving together. Each mistake is reported once; what depends on it is left
//! out silently, so a rule set with errors must not be used for an answer.

mod lets;
mod lower;
mod rules;
mod signals;
mod tests_of_rules;
mod typing;

use std::collections::{BTreeMap, BTreeSet};

use super::ast::{Expr, Item, Name};
use super::codes;
use super::expression::{BoolExpr, NumExpr, Reference, SignalId};
use super::parser::ParsedFile;
use super::rule_set::{Assumption, Let, RuleSet, RuleSetHeader};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::quantity::dictionary::Dictionary;
use crate::span::Span;
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
    let let_items = lets::distinct(&items, dictionary, &mut diagnostics);
    let declared = signals::declared(&items, dictionary, zones, &mut diagnostics);
    rule_set.signals = signals::referenced(&items, declared.signals, dictionary, zones);
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
    let mut resolver = Resolver {
        scope: &scope,
        lets: &rule_set.lets,
        let_depths: depths(&rule_set.lets),
        diagnostics: &mut diagnostics,
    };
    let mut assumptions = Vec::new();
    let mut rules = Vec::new();
    for item in &items {
        match item {
            Item::Assume(expr) => assumptions.extend(resolver.assumption(expr)),
            Item::Rule(rule) => rules.push((&**rule, resolver.rule(rule))),
            Item::Claim(claim) => resolver.not_yet(&claim.formula, "claims", claim.span),
            Item::Evidence(evidence) => {
                resolver.not_yet(&evidence.formula, "evidence formulas", evidence.span);
            }
            Item::Use(path) => resolver.diagnostics.push(
                Diagnostic::error(
                    codes::NOT_YET,
                    path.span,
                    "`use` is not supported by this version",
                )
                .help("name all rule files in the scenario or on the command line"),
            ),
            Item::Header(_) | Item::Signal(_) | Item::Let(_) | Item::Test(_) => {}
        }
    }
    let (rules, codes_known) = resolver.distinct_rules(rules);
    let tests = resolver.tests(&items, &rules, &codes_known);
    rule_set.assumptions = assumptions;
    rule_set.rules = rules;
    rule_set.tests = tests;
    (rule_set, diagnostics)
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
                    .also(first, "first here"),
                );
                continue;
            }
            first = Some(header.name.span);
            headers.push(RuleSetHeader {
                file: file.file,
                name: header.name.text.clone(),
                version: header.version.value.clone(),
                title: header.title.as_ref().map(|title| title.value.clone()),
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
        Item::Assume(expr) => expr.names(visit),
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
        Item::Header(_) | Item::Signal(_) | Item::Use(_) => {}
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

    fn assumption(&mut self, expr: &Expr) -> Option<Assumption> {
        let condition = self.condition(expr)?;
        let reads = self.reads(&[&condition]);
        Some(Assumption { condition, reads })
    }

    /// Checks the names and kinds of a formula and says that it is not acted on.
    fn not_yet(&mut self, formula: &Expr, what: &str, span: Span) {
        let _checked = self.condition(formula);
        self.diagnostics.push(
            Diagnostic::warning(
                codes::NOT_YET,
                span,
                format!("{what} are read but not checked by this version"),
            )
            .help("nothing in the answer rests on it"),
        );
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
