//! Rule-local tests: the rule they mean and the values they give.

use std::collections::BTreeMap;

use super::Resolver;
use super::family::members_of;
use super::lower::Lowering;
use crate::diagnostic::Diagnostic;
use crate::rule_language::ast::{Item, Name, TestItem, TestSection, TestValue};
use crate::rule_language::codes;
use crate::rule_language::evaluate::PointValue;
use crate::rule_language::expression::SignalId;
use crate::rule_language::rule_set::{Rule, RuleTest, SignalType};
use crate::span::FileId;

/// A test beside its rule sees the rule as that file states it; an override beside the test, or a
/// test in another file, sees what counts.
fn sees_original(rule: &Rule, file: FileId) -> bool {
    let overrides = rule
        .replaced
        .iter()
        .flat_map(|replaced| &replaced.overrides);
    let mut files = overrides.map(|one| one.span.file);
    rule.span.file == file && !files.any(|other| other == file)
}

impl Resolver<'_> {
    pub(super) fn tests(
        &mut self,
        items: &[&Item],
        rules: &[Rule],
        known: &BTreeMap<String, Option<usize>>,
    ) -> Vec<RuleTest> {
        let mut tests = Vec::new();
        for item in items {
            let Item::Test(test) = item else { continue };
            let Some(rule) = known.get(&test.code.text) else {
                self.unknown_rule(test, rules);
                continue;
            };
            for section in &test.sections {
                let values = self.test_values(section);
                if let (Some(rule), Some(values)) = (rule, values) {
                    tests.push(RuleTest {
                        rule: *rule,
                        original: sees_original(&rules[*rule], section.span.file),
                        expectation: section.expectation,
                        values,
                        span: section.span,
                    });
                }
            }
        }
        tests
    }

    fn unknown_rule(&mut self, test: &TestItem, rules: &[Rule]) {
        let code = &test.code.text;
        self.diagnostics.push(
            Diagnostic::error(
                codes::TEST_RULE,
                test.code.span,
                format!("there is no rule `{code}`"),
            )
            .suggest(code, rules.iter().map(|rule| rule.code.as_str())),
        );
    }

    fn test_values(&mut self, section: &TestSection) -> Option<Vec<(SignalId, PointValue)>> {
        let mut values: BTreeMap<SignalId, PointValue> = BTreeMap::new();
        let mut sound = true;
        for (name, value) in &section.values {
            let signals = self.test_signals(name);
            sound &= signals.is_some();
            for signal in signals.unwrap_or_default() {
                let Some(value) = self.test_value(signal, value) else {
                    sound = false;
                    continue;
                };
                if values.insert(signal, value).is_some() {
                    self.diagnostics.push(Diagnostic::error(
                        codes::TEST_VALUE,
                        name.span,
                        format!("`{}` is given twice", self.scope.signals[signal.0].name),
                    ));
                    sound = false;
                }
            }
        }
        sound.then(|| values.into_iter().collect())
    }

    /// `[*]` and `[1..3]` give all members the same value.
    fn test_signals(&mut self, name: &Name) -> Option<Vec<SignalId>> {
        let names = match members_of(name, self.scope.zones) {
            Err(diagnostic) => {
                self.diagnostics.push(*diagnostic);
                return None;
            }
            Ok(members) if members.is_empty() => vec![name.text()],
            Ok(members) => members.iter().map(|&m| name.member(m)).collect(),
        };
        let mut signals = Vec::new();
        for full in names {
            match self.scope.signal(&full) {
                Some(signal) => signals.push(signal),
                None if self.scope.unknown.contains(&full) => return None,
                None => {
                    let is_let = self.scope.lets.contains_key(&full);
                    let diagnostic = if is_let {
                        Diagnostic::error(
                            codes::TEST_VALUE,
                            name.span,
                            format!("`{full}` is computed and cannot be given"),
                        )
                        .help("give the signals it is computed from")
                    } else {
                        Diagnostic::error(
                            codes::UNKNOWN_NAME,
                            name.span,
                            format!("unknown name `{full}`"),
                        )
                        .suggest(&full, self.scope.candidates.iter().map(String::as_str))
                    };
                    self.diagnostics.push(diagnostic);
                    return None;
                }
            }
        }
        Some(signals)
    }

    fn test_value(&mut self, id: SignalId, value: &TestValue) -> Option<PointValue> {
        let signal = &self.scope.signals[id.0];
        let mut lowering = Lowering {
            scope: self.scope,
            diagnostics: self.diagnostics,
            member: None,
        };
        match (&signal.signal_type, value) {
            (SignalType::OneOf { .. }, TestValue::Word(word)) => {
                lowering.enumerator(id, word).map(PointValue::Member)
            }
            (
                SignalType::Number {
                    quantity_type,
                    lower,
                    upper,
                    unit,
                },
                TestValue::Literal(literal),
            ) => {
                let si = lowering.literal_as(literal, *quantity_type, codes::TEST_VALUE)?;
                let below = lower.as_ref().is_some_and(|bound| si < bound.value);
                let above = upper.as_ref().is_some_and(|bound| si > bound.value);
                if below || above {
                    self.diagnostics.push(
                        Diagnostic::error(
                            codes::TEST_VALUE,
                            literal.span,
                            format!(
                                "{} lies outside the range of `{}`",
                                unit.display(&si),
                                signal.name
                            ),
                        )
                        .help("a recipe with this value is refused before any rule is read"),
                    );
                    return None;
                }
                Some(PointValue::Number(si))
            }
            (SignalType::OneOf { .. }, TestValue::Literal(literal)) => {
                self.diagnostics.push(Diagnostic::error(
                    codes::TEST_VALUE,
                    literal.span,
                    format!("`{}` is one of several words, not a number", signal.name),
                ));
                None
            }
            (SignalType::Number { .. }, TestValue::Word(word)) => {
                self.diagnostics.push(Diagnostic::error(
                    codes::TEST_VALUE,
                    word.span,
                    format!("`{}` is a number, not one of several words", signal.name),
                ));
                None
            }
        }
    }
}
