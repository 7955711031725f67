//! The limits that still rest on memory, one finding each: the list a plant works off.

use crate::record::body::Finding;
use crate::rule_language::limit::limits;
use crate::rule_language::{EvidenceClass, Rule, RuleSet, RuleSeverity};
use crate::span::Sources;

/// Code of these findings.
pub const CODE: &str = "recalled-limit";

/// Lists rules whose evidence is recalled, critical ones first, then by code. Of
/// a rule with an override only the limits that were not replaced are named.
pub fn findings(rules: &RuleSet, sources: &Sources) -> Vec<Finding> {
    let mut found = Vec::new();
    for severity in RuleSeverity::ALL {
        let of_severity = rules.rules.iter().filter(|rule| rule.severity == severity);
        let recalled = of_severity.filter(|rule| rule.evidence == EvidenceClass::Recalled);
        let mut recalled: Vec<&Rule> = recalled.collect();
        recalled.sort_by(|a, b| a.code.cmp(&b.code));
        found.extend(recalled.into_iter().map(|rule| finding(rule, sources)));
    }
    found
}

fn finding(rule: &Rule, sources: &Sources) -> Finding {
    let replaced: Vec<_> = rule
        .replaced
        .iter()
        .flat_map(|one| &one.overrides)
        .collect();
    let is_replaced = |span| replaced.iter().any(|one| one.new_span == span);
    let all = limits(&rule.body);
    let kept = all.iter().filter(|limit| !is_replaced(limit.span));
    let texts: Vec<String> = kept
        .map(|limit| format!("{} {}", limit.operator.text(), sources.text(limit.span)))
        .collect();
    let limit = if texts.is_empty() {
        let body = sources.text(rule.body.span);
        body.split_whitespace().collect::<Vec<_>>().join(" ")
    } else {
        texts.join(", ")
    };
    let owner = rule.owner.as_deref().unwrap_or("nobody named");
    Finding {
        code: CODE.to_owned(),
        level: "note".to_owned(),
        message: format!(
            "`{}` {} rests on a recalled limit: {limit}; {}; owner {owner}",
            rule.code,
            rule.title,
            rule.severity.name(),
        ),
        places: vec![super::place(sources, rule.code_span)],
        grounds: Vec::new(),
    }
}
