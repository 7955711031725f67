//! Lets: distinct names, no cycles, kinds as declared; ordered by dependence.

use std::collections::BTreeMap;

use super::lower::{LetEntry, Lowering, Scope};
use super::signals::kind_of;
use super::typing::{Number, Shape, adopts, with_article};
use super::{LEVELS_MAX, reads_of_number, too_deep};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::quantity::dictionary::Dictionary;
use crate::quantity::{Kind, QuantityType};
use crate::rule_language::ast::{Item, LetItem};
use crate::rule_language::codes;
use crate::rule_language::expression::LetId;
use crate::rule_language::rule_set::{Let, RuleSet};

/// Returns the lets with a free name of their own.
pub(super) fn distinct<'a>(
    items: &[&'a Item],
    dictionary: &Dictionary,
    diagnostics: &mut Diagnostics,
) -> Vec<&'a LetItem> {
    let mut lets: BTreeMap<String, &LetItem> = BTreeMap::new();
    let mut order = Vec::new();
    for item in items {
        let Item::Let(item) = item else { continue };
        let name = item.name.text();
        let declared = items.iter().find_map(|other| match other {
            Item::Signal(signal) if signal.name.text() == name => Some(signal.name.span),
            _ => None,
        });
        let before = lets.get(&name).map(|before| before.name.span);
        let taken = |by: &str| {
            Diagnostic::error(
                codes::TAKEN,
                item.name.span,
                format!("the name `{name}` is taken by {by}"),
            )
        };
        let diagnostic = if item.name.index.is_some() {
            Diagnostic::error(codes::INDEX, item.name.span, "a let has no index")
                .help("give each its own name, or use `sum`, `min`, `max` where it is read")
        } else if let Some(span) = before {
            taken("another let").also(span, "first here")
        } else if let Some(span) = declared {
            taken("a signal").also(span, "declared here")
        } else if dictionary.get(&name).is_some() {
            taken("a quantity of the dictionary").help("choose another name")
        } else {
            lets.insert(name, item);
            order.push(item);
            continue;
        };
        diagnostics.push(diagnostic);
    }
    order
}

/// Lowers the lets so that each only refers to those before it, and enters them in the scope.
pub(super) fn lower(
    items: &[&LetItem],
    scope: &mut Scope<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<Let> {
    let (order, cyclic) = ordered(items);
    report_cycles(items, &cyclic, diagnostics);
    for &at in &cyclic {
        scope.lets.insert(items[at].name.text(), None);
    }
    let mut lets: Vec<Let> = Vec::new();
    let mut depths = Vec::new();
    for at in order {
        let item = items[at];
        let name = item.name.text();
        let entry: LetEntry = lower_one(item, scope, diagnostics).and_then(|number| {
            let depth = number.expr.depth(&depths);
            if depth > LEVELS_MAX {
                diagnostics.push(too_deep(item.value.span));
                return None;
            }
            depths.push(depth);
            let id = LetId(lets.len());
            let quantity_type = number.quantity_type;
            lets.push(Let {
                name: name.clone(),
                quantity_type,
                reads: reads_of_number(&number.expr, &lets),
                expr: number.expr,
                span: item.name.span,
            });
            Some((id, quantity_type))
        });
        scope.lets.insert(name, entry);
    }
    lets
}

/// A let means the same in every mode: it cannot read it.
pub(super) fn without_mode(rule_set: &RuleSet, diagnostics: &mut Diagnostics) {
    let Some(mode) = rule_set.mode else { return };
    for one in rule_set.lets.iter().filter(|one| one.reads.contains(&mode)) {
        let name = &rule_set.signal(mode).name;
        diagnostics.push(
            Diagnostic::error(
                codes::MODE,
                one.span,
                format!("the let `{}` depends on the mode `{name}`", one.name),
            )
            .help(format!(
                "give each mode its own let and write `when {name} == …` in the rules"
            )),
        );
    }
}

fn lower_one(item: &LetItem, scope: &Scope<'_>, diagnostics: &mut Diagnostics) -> Option<Number> {
    let declared = kind_of(&item.kind, diagnostics);
    let number = Lowering {
        scope,
        diagnostics,
        member: None,
    }
    .number(&item.value);
    let (declared, number) = (declared?, number?);
    if takes(&number, declared) {
        return Some(Number {
            expr: number.expr,
            quantity_type: declared,
            shape: Shape::Computed,
        });
    }
    let found = number.quantity_type;
    diagnostics.push(
        Diagnostic::error(
            codes::LET_KIND,
            item.kind.span,
            format!(
                "`{}` is declared as {}, but its expression is {}",
                item.name.text(),
                with_article(declared),
                with_article(found)
            ),
        )
        .label(declared.describe())
        .also(item.value.span, found.describe())
        .help(if declared.dimension == found.dimension {
            "one special kind never turns into another; divide by a quantity of its kind first"
        } else {
            "check the units in the expression"
        }),
    );
    None
}

/// A plain dimension takes any kind of that dimension; a special kind only itself.
fn takes(number: &Number, declared: QuantityType) -> bool {
    let found = number.quantity_type;
    adopts(number, declared).is_some()
        || (found.dimension == declared.dimension && found.kind == Kind::Plain)
}

/// Returns the lets in an order in which each follows those it reads, and those in cycles or
/// behind them.
fn ordered(items: &[&LetItem]) -> (Vec<usize>, Vec<usize>) {
    let reads = dependencies(items);
    let mut waits: Vec<usize> = reads.iter().map(Vec::len).collect();
    let mut readers: Vec<Vec<usize>> = vec![Vec::new(); items.len()];
    for (at, all) in reads.iter().enumerate() {
        for &read in all {
            readers[read].push(at);
        }
    }
    let mut order: Vec<usize> = (0..items.len()).filter(|&at| waits[at] == 0).collect();
    let mut next = 0;
    while next < order.len() {
        let done = order[next];
        next += 1;
        for &reader in &readers[done] {
            waits[reader] -= 1;
            if waits[reader] == 0 {
                order.push(reader);
            }
        }
    }
    let cyclic = (0..items.len()).filter(|&at| waits[at] > 0).collect();
    (order, cyclic)
}

/// Returns for each let the lets it reads, each once.
fn dependencies(items: &[&LetItem]) -> Vec<Vec<usize>> {
    let by_name: BTreeMap<String, usize> = items
        .iter()
        .enumerate()
        .map(|(at, item)| (item.name.text(), at))
        .collect();
    items
        .iter()
        .map(|item| {
            let mut reads = Vec::new();
            item.value.names(&mut |name| {
                if let Some(&at) = by_name.get(&name.text())
                    && !reads.contains(&at)
                {
                    reads.push(at);
                }
            });
            reads
        })
        .collect()
}

/// Reports each cycle once, at its first let.
fn report_cycles(items: &[&LetItem], cyclic: &[usize], diagnostics: &mut Diagnostics) {
    let reads = dependencies(items);
    let mut seen = vec![false; items.len()];
    for &start in cyclic {
        let mut path: Vec<usize> = Vec::new();
        let mut at = start;
        while !seen[at] {
            seen[at] = true;
            path.push(at);
            // INVARIANT: a let that waits reads another let that waits.
            match reads[at].iter().find(|read| cyclic.contains(read)) {
                Some(&next) => at = next,
                None => break,
            }
        }
        let Some(from) = path.iter().position(|&on_path| on_path == at) else {
            continue;
        };
        let mut names: Vec<String> = path[from..]
            .iter()
            .map(|&at| format!("`{}`", items[at].name.text()))
            .collect();
        names.push(format!("`{}`", items[at].name.text()));
        diagnostics.push(
            Diagnostic::error(
                codes::LET_CYCLE,
                items[at].name.span,
                format!("`{}` refers to itself", items[at].name.text()),
            )
            .note(names.join(" → "))
            .help("replace one of them by a signal or a number"),
        );
    }
}
