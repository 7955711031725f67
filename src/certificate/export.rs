//! Contradictions as theorems of a proof assistant.
//!
//! In: a certificate that only linear arithmetic and choices take part in. Out: a file for Coq
//! (over Q, so that it is closed under the global context) or the same theorem for Lean 4 with
//! Mathlib, which this project generates and does not compile. Hypotheses carry the names of the
//! facts; the proof follows the steps of the refutation, and each leaf is left to the prover's own
//! linear arithmetic on the rows that the multipliers name.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::contradiction::{Certificate, Condition, Row, Sort, Step};
use super::{Atom, Polynomial};
use crate::rational::Rational;

/// The language of a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prover {
    /// Coq 8.16 or newer.
    Coq,
    /// Lean 4 with Mathlib; generated, not compiled here.
    Lean,
}

/// Returns the file of a certificate; nothing where products, functions or cuts take part.
#[must_use]
pub fn theorem(certificate: &Certificate, prover: Prover) -> Option<String> {
    let is_plain = |sort: &Sort| !matches!(sort, Sort::Defined(_));
    let claim = &certificate.claim;
    let is_linear = certificate.is_linear() && claim.variables.iter().all(|v| is_plain(&v.sort));
    if !is_linear {
        return None;
    }
    let names = hypothesis_names(certificate);
    let mut out = String::new();
    statement(certificate, prover, &names, &mut out);
    let mut writer = Writer {
        certificate,
        prover,
        next: 0,
        fresh: 0,
        out,
    };
    let mut known = Known::default();
    for (fact, name) in claim.facts.iter().zip(&names) {
        writer.assume(&fact.says, name.clone(), 1, &mut known);
    }
    writer.branch(&known, 1)?;
    let mut text = writer.out;
    if prover == Prover::Coq {
        text.push_str("Qed.\nPrint Assumptions contradiction.\n");
    }
    Some(text)
}

/// Letters, digits and `_` of a name, made unique.
fn hypothesis_names(certificate: &Certificate) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let facts = certificate.claim.facts.iter();
    facts
        .map(|fact| {
            let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
            let base: String = fact.name.chars().map(plain).collect();
            let mut name = format!("H_{base}");
            while !taken.insert(name.clone()) {
                name.push('_');
            }
            name
        })
        .collect()
}

/// User text inside a comment: nothing that could end it.
fn remark(text: &str) -> String {
    let plain = |c: char| {
        if c.is_alphanumeric() || "._[]=- ".contains(c) {
            c
        } else {
            '_'
        }
    };
    text.chars().map(plain).collect()
}

fn statement(certificate: &Certificate, prover: Prover, names: &[String], out: &mut String) {
    let claim = &certificate.claim;
    out.push_str(match prover {
        Prover::Coq => {
            "(* These facts contradict each other. *)\n\
             From Coq Require Import QArith Lqa.\nOpen Scope Q_scope.\n\n"
        }
        Prover::Lean => {
            "-- These facts contradict each other. Generated, not compiled by this project.\n\
             import Mathlib\n\n"
        }
    });
    let binders = declarations(certificate, prover, out);
    let facts = claim.facts.iter().zip(names);
    match prover {
        Prover::Coq => {
            let _ = writeln!(out, "\nTheorem contradiction : forall{binders} (_ : True),");
            for (fact, name) in facts {
                let says = said(&fact.says, prover);
                let _ = writeln!(out, "  (* {name} *) {says} ->");
            }
            let _ = writeln!(out, "  False.\nProof.");
            let ids = claim.variables.iter().enumerate();
            let ids: Vec<String> = ids
                .map(|(id, variable)| match variable.sort {
                    Sort::Choice(_) => format!("v{id}"),
                    Sort::Real | Sort::Defined(_) => format!("x{id}"),
                })
                .collect();
            let _ = writeln!(out, "  intros {} _ {}.", ids.join(" "), names.join(" "));
        }
        Prover::Lean => {
            let _ = writeln!(out, "\ntheorem contradiction{binders}");
            for (fact, name) in facts {
                let _ = writeln!(out, "    ({name} : {})", said(&fact.says, prover));
            }
            out.push_str("    : False := by\n");
        }
    }
}

/// Declares the choices, notes what the numbers are, and returns the binders of the theorem.
fn declarations(certificate: &Certificate, prover: Prover, out: &mut String) -> String {
    let claim = &certificate.claim;
    let (open, close) = match prover {
        Prover::Coq => ("(* ", " *)"),
        Prover::Lean => ("-- ", ""),
    };
    let mut binders = String::new();
    // Writing into a text cannot fail.
    for (id, variable) in claim.variables.iter().enumerate() {
        let name = remark(&variable.name);
        match (&variable.sort, prover) {
            (Sort::Choice(members), Prover::Coq) => {
                let members = members.iter().enumerate();
                let members: Vec<String> = members
                    .map(|(place, member)| format!("c{id}_{place} (* {} *)", remark(member)))
                    .collect();
                let _ = writeln!(
                    out,
                    "Inductive c{id} : Set := {}. {open}{name}{close}",
                    members.join(" | ")
                );
                let _ = write!(binders, " (v{id} : c{id})");
            }
            (Sort::Choice(members), Prover::Lean) => {
                let _ = writeln!(out, "inductive C{id} where {open}{name}{close}");
                for (place, member) in members.iter().enumerate() {
                    let _ = writeln!(out, "  | c{id}_{place} -- {}", remark(member));
                }
                let _ = writeln!(out, "open C{id}");
                let _ = write!(binders, " (v{id} : C{id})");
            }
            (Sort::Real | Sort::Defined(_), Prover::Coq) => {
                let _ = writeln!(out, "{open}x{id}: {name}{close}");
                let _ = write!(binders, " (x{id} : Q)");
            }
            (Sort::Real | Sort::Defined(_), Prover::Lean) => {
                let _ = writeln!(out, "{open}x{id}: {name}{close}");
                let _ = write!(binders, " (x{id} : ℚ)");
            }
        }
    }
    binders
}

fn said(condition: &Condition, prover: Prover) -> String {
    let coq = prover == Prover::Coq;
    let joined = |parts: &[Condition], sign: &str| {
        let parts: Vec<String> = parts.iter().map(|part| said(part, prover)).collect();
        format!("({})", parts.join(sign))
    };
    match condition {
        Condition::Constant(value) if *value => "True".to_owned(),
        Condition::Constant(_) => "False".to_owned(),
        Condition::Atom(atom) => comparison(atom, prover),
        Condition::Choice {
            variable,
            member,
            is,
        } => {
            let sign = match (is, coq) {
                (true, _) => "=",
                (false, true) => "<>",
                (false, false) => "≠",
            };
            format!("v{variable} {sign} c{variable}_{member}")
        }
        Condition::And(parts) if parts.is_empty() => "True".to_owned(),
        Condition::Or(parts) if parts.is_empty() => "False".to_owned(),
        Condition::And(parts) => joined(parts, if coq { " /\\ " } else { " ∧ " }),
        Condition::Or(parts) => joined(parts, if coq { " \\/ " } else { " ∨ " }),
    }
}

fn comparison(atom: &Atom, prover: Prover) -> String {
    let sign = match (atom.strict, prover) {
        (true, _) => "<",
        (false, Prover::Coq) => "<=",
        (false, Prover::Lean) => "≤",
    };
    format!("0 {sign} {}", sum(&atom.polynomial, prover))
}

fn sum(polynomial: &Polynomial, prover: Prover) -> String {
    let mut terms = Vec::new();
    for (powers, coefficient) in polynomial.terms() {
        let mut term = ratio(coefficient, prover);
        for &(variable, power) in powers {
            for _ in 0..power {
                let _ = write!(term, " * x{variable}");
            }
        }
        terms.push(term);
    }
    if terms.is_empty() {
        "0".to_owned()
    } else {
        terms.join(" + ")
    }
}

fn ratio(value: &Rational, prover: Prover) -> String {
    let (top, bottom) = (value.numerator_string(), value.denominator_string());
    match prover {
        Prover::Coq => format!("({top} # {bottom})"),
        Prover::Lean => format!("(({top} : ℚ) / {bottom})"),
    }
}

/// The names under which atoms and disjunctions of a state are known in the proof.
#[derive(Clone, Debug, Default)]
struct Known {
    atoms: Vec<String>,
    open: Vec<(String, Vec<Condition>)>,
    excluded: BTreeMap<u32, Vec<Condition>>,
}

struct Writer<'a> {
    certificate: &'a Certificate,
    prover: Prover,
    next: usize,
    fresh: usize,
    out: String,
}

impl Writer<'_> {
    fn line(&mut self, depth: usize, text: &str) {
        self.out.push_str(&"  ".repeat(depth));
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn name(&mut self) -> String {
        self.fresh += 1;
        format!("h{}", self.fresh)
    }

    fn assume(&mut self, condition: &Condition, name: String, depth: usize, known: &mut Known) {
        match condition {
            Condition::Constant(true) => {}
            Condition::Constant(false) => known.open.push((name, Vec::new())),
            Condition::Atom(_) => known.atoms.push(name),
            Condition::Choice { variable, .. } => {
                let about = known.excluded.entry(*variable).or_default();
                about.push(condition.clone());
            }
            Condition::Or(parts) => known.open.push((name, parts.clone())),
            Condition::And(parts) if parts.is_empty() => {}
            Condition::And(parts) => {
                let names: Vec<String> = parts.iter().map(|_| self.name()).collect();
                let text = match self.prover {
                    // Conjunctions lean to the right.
                    Prover::Coq => {
                        let (last, first) = names
                            .split_last()
                            .map_or((name.as_str(), &[][..]), |(l, f)| (l.as_str(), f));
                        let pattern = first
                            .iter()
                            .rev()
                            .fold(last.to_owned(), |rest, one| format!("[{one} {rest}]"));
                        format!("destruct {name} as {pattern}.")
                    }
                    Prover::Lean => format!("obtain ⟨{}⟩ := {name}", names.join(", ")),
                };
                self.line(depth, &text);
                for (part, name) in parts.iter().zip(names) {
                    self.assume(part, name, depth, known);
                }
            }
        }
    }

    fn branch(&mut self, known: &Known, depth: usize) -> Option<()> {
        let certificate = self.certificate;
        let step = certificate.refutation.get(self.next)?;
        self.next += 1;
        match step {
            Step::Cases { disjunction } => {
                let mut rest = known.clone();
                let (name, parts) = rest.open.remove(*disjunction);
                self.split(&name, &parts, &rest, depth)
            }
            Step::Choice { variable } => self.choice(*variable, known, depth),
            Step::Clash { variable } => {
                let text = match self.prover {
                    Prover::Coq => format!("destruct v{variable}; congruence."),
                    Prover::Lean => format!("cases v{variable} <;> simp_all"),
                };
                self.line(depth, &text);
                Some(())
            }
            Step::Farkas(rows) => {
                let atom = |(row, _): &(Row, Rational)| match row {
                    Row::Atom(place) => known.atoms.get(*place).cloned(),
                    Row::Product(..) | Row::Square(_) => None,
                };
                let used = rows.iter().map(atom).collect::<Option<Vec<_>>>()?;
                let text = match self.prover {
                    Prover::Coq => format!("clear - {}; lra.", used.join(" ")),
                    Prover::Lean => format!("linarith only [{}]", used.join(", ")),
                };
                self.line(depth, &text);
                Some(())
            }
            Step::Cut { .. } | Step::Outside { .. } => None,
        }
    }

    fn split(&mut self, name: &str, parts: &[Condition], rest: &Known, depth: usize) -> Option<()> {
        let names: Vec<String> = parts.iter().map(|_| self.name()).collect();
        let text = match self.prover {
            Prover::Coq if parts.is_empty() => format!("destruct {name}."),
            Prover::Lean if parts.is_empty() => format!("exact {name}.elim"),
            Prover::Coq | Prover::Lean => self.alternatives(name, &names)?,
        };
        self.line(depth, &text);
        for (part, name) in parts.iter().zip(names) {
            let mut further = rest.clone();
            let opened = self.open_branch(depth);
            self.assume(part, name, opened, &mut further);
            self.branch(&further, opened)?;
            self.close_branch(depth);
        }
        Some(())
    }

    /// Takes a disjunction apart: one branch per name.
    fn alternatives(&self, name: &str, names: &[String]) -> Option<String> {
        Some(match self.prover {
            Prover::Coq => {
                let (last, first) = names.split_last()?;
                let last = last.clone();
                let first = first.iter().rev();
                let pattern = first.fold(last, |rest, one| format!("[{one} | {rest}]"));
                format!("destruct {name} as {pattern}.")
            }
            Prover::Lean => format!("rcases {name} with {}", names.join(" | ")),
        })
    }

    fn open_branch(&mut self, depth: usize) -> usize {
        match self.prover {
            Prover::Coq => self.line(depth, "{"),
            Prover::Lean => self.line(depth, "·"),
        }
        depth + 1
    }

    fn close_branch(&mut self, depth: usize) {
        if self.prover == Prover::Coq {
            self.line(depth, "}");
        }
    }

    /// One branch per enumerator; those that are excluded already end at once.
    fn choice(&mut self, variable: u32, known: &Known, depth: usize) -> Option<()> {
        let sort = &self
            .certificate
            .claim
            .variables
            .get(variable as usize)?
            .sort;
        let Sort::Choice(members) = sort else {
            return None;
        };
        let all = (0..u32::try_from(members.len()).ok()?).map(|member| Condition::Choice {
            variable,
            member,
            is: true,
        });
        let all: Vec<Condition> = all.collect();
        let about = known.excluded.get(&variable).cloned().unwrap_or_default();
        let is_left = |member: u32| {
            about.iter().all(|condition| match condition {
                Condition::Choice { member: m, is, .. } => (*m == member) == *is,
                _ => true,
            })
        };
        let name = self.name();
        let whole = said(&Condition::Or(all.clone()), self.prover);
        let text = match self.prover {
            Prover::Coq => format!("assert ({name} : {whole}) by (destruct v{variable}; tauto)."),
            Prover::Lean => format!("have {name} : {whole} := by cases v{variable} <;> simp"),
        };
        self.line(depth, &text);
        let names: Vec<String> = all.iter().map(|_| self.name()).collect();
        let text = self.alternatives(&name, &names)?;
        self.line(depth, &text);
        for ((member, condition), name) in (0..).zip(&all).zip(names) {
            let opened = self.open_branch(depth);
            if is_left(member) {
                let mut further = known.clone();
                self.assume(condition, name, opened, &mut further);
                self.branch(&further, opened)?;
            } else {
                let text = match self.prover {
                    Prover::Coq => "congruence.",
                    Prover::Lean => "simp_all",
                };
                self.line(opened, text);
            }
            self.close_branch(depth);
        }
        Some(())
    }
}
