//! Changes that nothing controls: a moved parameter that no rule reads.
//!
//! In: the names of the changed parameters, and per outcome the parameters it depends on (the
//! caller knows the twin, this module does not). Out: per changed parameter the rules that read
//! it, directly, through lets, or through an outcome; nothing there is a finding.

use std::collections::{BTreeMap, BTreeSet};

use crate::rule_language::RuleSet;

/// What reads one changed parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedParameter {
    /// Dictionary name.
    pub name: String,
    /// Codes of the rules that read it in their own text, in the order of the rule set.
    pub direct: Vec<String>,
    /// Codes of the rules that read an outcome that depends on it, without those in `direct`.
    pub through_outcomes: Vec<String>,
}

impl ChangedParameter {
    /// Whether no rule reads the parameter in any way: an uncontrolled change.
    #[must_use]
    pub fn is_uncontrolled(&self) -> bool {
        self.direct.is_empty() && self.through_outcomes.is_empty()
    }
}

/// Finds the rules that read each changed parameter.
///
/// `depends` names, per outcome, the parameters from which the simulation computes it.
#[must_use]
pub fn readers(
    rule_set: &RuleSet,
    changed: &[String],
    depends: &BTreeMap<String, BTreeSet<String>>,
) -> Vec<ChangedParameter> {
    let of_one = |name: &String| {
        let mut found = ChangedParameter {
            name: name.clone(),
            direct: Vec::new(),
            through_outcomes: Vec::new(),
        };
        for rule in &rule_set.rules {
            let names = rule.reads.iter().map(|id| &rule_set.signal(*id).name);
            let (mut is_direct, mut is_through) = (false, false);
            for read in names {
                is_direct |= read == name;
                is_through |= depends
                    .get(read)
                    .is_some_and(|inputs| inputs.contains(name));
            }
            if is_direct {
                found.direct.push(rule.code.clone());
            } else if is_through {
                found.through_outcomes.push(rule.code.clone());
            }
        }
        found
    };
    changed.iter().map(of_one).collect()
}
