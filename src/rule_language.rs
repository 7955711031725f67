//! The rule language: limits, guards, reasons and rule-local tests in `rules/*.rule`.
//!
//! In: the texts of rule files, the quantity dictionary and the number of zones of each family.
//! Out: one typed [`RuleSet`] in exact SI values with a place on every node, or diagnostics, many
//! at once. The language is total: no loops, no recursion, no input or output. The way is
//! [`lexer`] → [`parser`] → [`resolve`](mod@resolve) → [`evaluate`], with [`mod@format`] and
//! [`rule_tests`] beside it. Nothing here trusts a solver or rounds, except [`float`], whose
//! name says so.

pub mod argument;
pub mod ast;
pub mod codes;
pub mod evaluate;
pub mod expression;
pub mod float;
pub mod format;
pub mod lexer;
pub mod limit;
pub mod margin;
pub mod mode;
pub mod parser;
pub mod resolve;
pub mod rule_set;
pub mod rule_tests;
pub mod value;
pub mod words;

pub use argument::{Attack, Claim, Evidence, Node, Premise};
pub use ast::{EvidenceClass, RuleSeverity};
pub use evaluate::{EvaluateError, Point, PointValue, PointVerdict, Truth};
pub use expression::{
    BoolExpr, BoolKind, CompareOperator, Function, LetId, NumExpr, NumKind, SignalId,
};
pub use format::format;
pub use margin::Margin;
pub use parser::{ParsedFile, parse};
pub use resolve::resolve;
pub use rule_set::{Rule, RuleSet, Signal, SignalType};
pub use rule_tests::run_tests;
pub use value::Value;
