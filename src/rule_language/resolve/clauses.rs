//! Clauses that an item must have: all that are absent, in one diagnostic.
//!
//! In: the item's clauses and which of them are there. Out: whether all are; those that were tried
//! and refused have a diagnostic of their own already.

use super::Resolver;
use crate::diagnostic::{Diagnostic, quoted_list};
use crate::rule_language::ast::Word;
use crate::rule_language::codes;

/// The clauses of one item.
pub(super) struct Clauses<'a> {
    /// The item's code.
    pub code: &'a Word,
    /// What the item is, in words.
    pub subject: String,
    /// Each clause that must be there, and whether it is.
    pub present: &'a [(&'static str, bool)],
    /// Clauses that were tried but refused.
    pub refused: &'a [&'static str],
}

impl Resolver<'_> {
    /// Reports absent clauses; true where all are there.
    pub(super) fn is_complete(
        &mut self,
        clauses: &Clauses<'_>,
        help: impl FnOnce(&[&str]) -> &'static str,
    ) -> bool {
        let is_absent = |&&(clause, present): &&(&'static str, bool)| {
            !present && !clauses.refused.contains(&clause)
        };
        let absent = clauses.present.iter().filter(is_absent);
        let absent: Vec<&str> = absent.map(|(clause, _)| *clause).collect();
        if !absent.is_empty() {
            let message = format!("{} lacks {}", clauses.subject, quoted_list(&absent));
            let diagnostic = Diagnostic::error(codes::CLAUSE_MISSING, clauses.code.span, message);
            self.diagnostics.push(diagnostic.help(help(&absent)));
        }
        clauses.present.iter().all(|(_, present)| *present)
    }
}
