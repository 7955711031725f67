//! Families: what `zone[*]` and `zone[1..3]` run over inside `all any sum min max`.

use std::collections::BTreeMap;

use super::lower::Lowering;
use crate::diagnostic::Diagnostic;
use crate::rule_language::ast::{Expr, Index, Name, Word};
use crate::rule_language::codes;

/// Returns the members an index stands for, or why there are none.
pub(super) fn members_of(
    name: &Name,
    zones: &BTreeMap<String, usize>,
) -> Result<Vec<usize>, Box<Diagnostic>> {
    let Some((index, _)) = &name.index else {
        return Ok(Vec::new());
    };
    let problem = |message: String, help: String| {
        let diagnostic = Diagnostic::error(codes::INDEX_RANGE, name.span, message);
        Err(Box::new(diagnostic.help(help)))
    };
    let Some(&count) = zones.get(&name.head) else {
        return problem(
            format!("the number of members of `{}` is not known", name.head),
            "give a recipe or model that has them".to_owned(),
        );
    };
    let (from, to) = match *index {
        Index::All => (1, count),
        Index::One(at) => (at, at),
        Index::Range(from, to) => (from, to),
    };
    if from < 1 || to < from || to > count {
        return problem(
            format!("`{}` has no such members", name.text()),
            format!("`{}` has members 1 to {count}", name.head),
        );
    }
    Ok((from..=to).collect())
}

/// What an argument runs over.
pub(super) enum Family {
    None,
    Members(Vec<usize>),
    Refused,
}

impl Lowering<'_> {
    /// Lowers the only argument of `all`, `any`, `sum` once for each member of its family.
    pub(super) fn each_member<T>(
        &mut self,
        function: &Word,
        arguments: &[Expr],
        lower: fn(&mut Self, &Expr) -> Option<T>,
    ) -> Option<Vec<T>> {
        let [argument] = arguments else {
            return self.wrong_call(function);
        };
        match self.family(argument) {
            Family::None => self.wrong_call(function),
            Family::Members(members) => self.over_members(&members, argument, lower),
            Family::Refused => None,
        }
    }

    pub(super) fn over_members<T>(
        &mut self,
        members: &[usize],
        argument: &Expr,
        lower: fn(&mut Self, &Expr) -> Option<T>,
    ) -> Option<Vec<T>> {
        let outer = self.member;
        let mut all = Vec::new();
        for &member in members {
            self.member = Some(member);
            all.push(lower(self, argument));
        }
        self.member = outer;
        all.into_iter().collect()
    }

    /// Finds the members the families in an argument run over; inside another family none.
    pub(super) fn family(&mut self, argument: &Expr) -> Family {
        if self.member.is_some() {
            return Family::None;
        }
        let mut families: Vec<&Name> = Vec::new();
        argument.names(&mut |name| {
            if matches!(&name.index, Some((Index::All | Index::Range(..), _))) {
                families.push(name);
            }
        });
        let Some(first) = families.first() else {
            return Family::None;
        };
        let mut members = Vec::new();
        for name in &families {
            match members_of(name, self.scope.zones) {
                Err(diagnostic) => {
                    self.diagnostics.push(*diagnostic);
                    return Family::Refused;
                }
                Ok(found) if members.is_empty() => members = found,
                Ok(found) if found == members => {}
                Ok(_) => {
                    self.diagnostics.push(
                        Diagnostic::error(
                            codes::INDEX,
                            name.span,
                            "two families here run over different members",
                        )
                        .also(first.span, "the other family")
                        .help("give both the same index"),
                    );
                    return Family::Refused;
                }
            }
        }
        Family::Members(members)
    }
}
