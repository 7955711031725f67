#![forbid(unsafe_code)]
//! **Cellwright: prove a lithium-ion cell recipe, simulate it, and score it, before it runs.**
//!
//! One recipe change goes in as documents; one record comes out; everything a person sees is a view
//! of that record.
//!
//! ```text
//!  rules ─┐              ┌─> check (every tolerance corner) ─┐
//!  model ─┼─> scenario ──┤                                   ├─> V ─> decision ─> record
//!  recipe ┘  (units)     └─> twin ─> monte_carlo ─> delta ───┘    report, replay, verify
//! ```
//!
//! # The rooms, from the ground up
//!
//! - *Vocabulary*: [`rational`] (what a literal means), [`enclosure`] (`exp`, `ln` and `sqrt`
//!   between exact numbers), [`quantity`] (units, kinds, dictionary),
//!   [`span`] and [`diagnostic`] (where and what is wrong), [`math`], [`lanes`], [`normal`],
//!   [`summation`], [`random`] and [`parallel`] (numbers that are the same everywhere),
//!   [`linear_program`],
//!   [`canonical`] (one document, one byte sequence).
//! - *Documents*: [`rule_language`] (limits with guards, reasons and tests), [`document`],
//!   [`recipe`], [`scenario`], [`model`] (parameters with evidence; BPX files), [`observation`],
//!   [`table`], [`certificate`] (what a proof must show, checked without a solver).
//! - *Engines*: [`check`] (verdicts over the tolerance box), [`twin`] (slurry to formation),
//!   [`monte_carlo`] (paired draws, decisions by counts). They do not know each other.
//! - *Evidence*: [`delta`] (simulated against observed), [`score`], [`fusion`], [`hyperscore`].
//! - *Run*: [`run`] (the only wiring), [`decision`], [`exit_code`], [`record`], [`verify`],
//!   [`replay`], [`report`].
//! - *Command line*: [`cli`].
//!
//! # Example
//!
//! A rule, and what it says exactly on its limit and just beyond:
//!
//! ```
//! use std::collections::BTreeMap;
//! use cellwright::quantity::{dictionary::standard, parse_quantity};
//! use cellwright::rule_language::evaluate::Evaluator;
//! use cellwright::rule_language::{Point, PointValue, PointVerdict, parse, resolve};
//! use cellwright::span::Sources;
//!
//! let text = r#"
//! rule MY001 "web speed within the approval"
//!   require  coating.web_speed <= 27 m/min
//!   severity critical
//!   because  "faster runs are not approved"
//!   source   "PPAP 2024-031"
//!   evidence specified
//! "#;
//! let mut sources = Sources::new();
//! let parsed = parse(sources.add("my.rule", text), text);
//! let (rules, diagnostics) = resolve(&[parsed], standard(), &BTreeMap::new());
//! assert!(diagnostics.is_empty(), "{}", diagnostics.render(&sources, false));
//!
//! let verdict_at = |speed: &str| {
//!     let (quantity, _) = parse_quantity(speed).expect("a quantity");
//!     let mut point = Point::empty(&rules);
//!     let signal = rules.signal_named("coating.web_speed").expect("read by the rule");
//!     point.set(signal, PointValue::Number(quantity.value));
//!     Evaluator::new(&rules, &point).verdict(&rules.rules[0]).expect("nothing is missing")
//! };
//! assert_eq!(verdict_at("27 m/min"), PointVerdict::Pass);
//! assert_eq!(verdict_at("27.000001 m/min"), PointVerdict::Fail);
//! ```

pub mod canonical;
pub mod certificate;
pub mod check;
pub mod cli;
pub mod decision;
pub mod delta;
pub mod diagnostic;
pub mod document;
pub mod enclosure;
pub mod exit_code;
pub mod fusion;
pub mod hyperscore;
pub mod lanes;
pub mod linear_program;
pub mod math;
pub mod model;
pub mod monte_carlo;
pub mod normal;
pub mod observation;
pub mod parallel;
pub mod quantity;
pub mod random;
pub mod rational;
pub mod recipe;
pub mod record;
pub mod replay;
pub mod report;
pub mod rule_language;
pub mod run;
pub mod scenario;
pub mod score;
pub mod span;
pub mod summation;
pub mod table;
pub mod twin;
pub mod verify;
