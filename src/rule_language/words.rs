//! The words of the language with their forms and meanings: what the reference shows and `explain`
//! says.
//!
//! In: nothing. Out: one row per word. A test shows that every item head, clause head, operator and
//! function has a row here and that nothing else has.

/// What a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WordClass {
    /// Starts an item.
    Item,
    /// Starts a clause inside an item.
    Clause,
    /// Stands between or before operands.
    Operator,
    /// Is called with arguments.
    Function,
}

impl WordClass {
    /// All classes, in the order of the reference.
    pub const ALL: [Self; 4] = [Self::Item, Self::Clause, Self::Operator, Self::Function];

    /// Names the class in the plural.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Item => "Items",
            Self::Clause => "Clauses",
            Self::Operator => "Operators",
            Self::Function => "Functions",
        }
    }
}

/// One word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WordRow {
    /// What it is.
    pub class: WordClass,
    /// The word.
    pub word: &'static str,
    /// How it is written.
    pub form: &'static str,
    /// What it means.
    pub meaning: &'static str,
}

const fn row(
    class: WordClass,
    word: &'static str,
    form: &'static str,
    meaning: &'static str,
) -> WordRow {
    WordRow {
        class,
        word,
        form,
        meaning,
    }
}

use WordClass::{Clause, Function, Item, Operator};

/// All words.
pub const WORDS: &[WordRow] = &[
    row(
        Item,
        "ruleset",
        "ruleset NAME \"VERSION\" \"title\"",
        "names the rule set of this file",
    ),
    row(
        Item,
        "use",
        "use NAME \"VERSION\"",
        "needs another rule set, in exactly this version",
    ),
    row(
        Item,
        "mode",
        "mode step : one of {A, B} \"text\" column \"Header\"",
        "declares the steps of the line; rules name them in `when step == A`",
    ),
    row(
        Item,
        "signal",
        "signal a.b : KIND in LOW .. HIGH \"text\" column \"Header [unit]\"",
        "declares a quantity, or one of several words",
    ),
    row(
        Item,
        "let",
        "let a.c : KIND = expression",
        "names a part of expressions",
    ),
    row(
        Item,
        "assume",
        "assume [CODE \"text\" :] condition",
        "is taken for granted in the analysis of the rule set",
    ),
    row(
        Item,
        "rule",
        "rule CODE \"title\" clauses",
        "limits what a recipe or an outcome may be",
    ),
    row(
        Item,
        "override",
        "override CODE clauses",
        "puts the plant's own limit in the place of one limit of a rule",
    ),
    row(
        Item,
        "test",
        "test CODE sections",
        "says what a rule gives at some recipes",
    ),
    row(
        Item,
        "evidence",
        "evidence CODE \"text\" : condition clauses",
        "is a statement from outside, with its source",
    ),
    row(
        Item,
        "claim",
        "claim CODE \"text\" : condition from CODE, CODE",
        "is a statement that rests on others",
    ),
    row(
        Clause,
        "when",
        "when condition",
        "the rule applies only where this holds",
    ),
    row(Clause, "require", "require condition", "what must hold"),
    row(
        Clause,
        "with",
        "with probability >= 99.9 % confidence 95 %",
        "an outcome may fail this rarely, shown with this confidence (95 % if left out)",
    ),
    row(
        Clause,
        "guard_band",
        "guard_band 2 ppm_mass",
        "slack below which the rule holds only conditionally",
    ),
    row(
        Clause,
        "severity",
        "severity critical",
        "`critical` gates the decision, then `major`, `minor`",
    ),
    row(
        Clause,
        "because",
        "because \"reason\"",
        "why the limit is there, or why an attack succeeds",
    ),
    row(
        Clause,
        "source",
        "source \"document, place\"",
        "where the limit or the evidence comes from",
    ),
    row(
        Clause,
        "evidence",
        "evidence published",
        "what the limit rests on, see the classes below",
    ),
    row(
        Clause,
        "owner",
        "owner \"who\"",
        "who may change the limit; an override must name one",
    ),
    row(
        Clause,
        "column",
        "column \"Header [unit]\"",
        "the column of a table that carries a signal",
    ),
    row(
        Clause,
        "from",
        "from CODE, CODE",
        "the premises of a claim: rules, assumptions, claims, evidence",
    ),
    row(
        Clause,
        "kind",
        "kind derived",
        "the class of evidence of an `evidence` item",
    ),
    row(
        Clause,
        "hash",
        "hash \"sha256:…\"",
        "digest of the document the evidence was taken from",
    ),
    row(
        Clause,
        "quote",
        "quote \"words\"",
        "the words the evidence was taken from",
    ),
    row(
        Clause,
        "attacks",
        "attacks CODE because \"reason\"",
        "says that something does not stand, and why",
    ),
    row(
        Clause,
        "limit",
        "limit [a.b <= | 2 :] 30 ppm_mass",
        "the new limit; signal or number say which, where a rule has several",
    ),
    row(
        Clause,
        "looser",
        "looser",
        "the new limit allows more, and that is meant",
    ),
    row(
        Clause,
        "reason",
        "reason \"why\"",
        "why the limit is replaced",
    ),
    row(
        Clause,
        "pass",
        "pass { a.b = 8 ppm_mass }",
        "the rule holds with at least its guard band",
    ),
    row(
        Clause,
        "conditional",
        "conditional { … }",
        "the rule holds by less than its guard band",
    ),
    row(Clause, "fail", "fail { … }", "the rule is broken"),
    row(Clause, "idle", "idle { … }", "the rule does not apply"),
    row(Operator, "and", "a and b", "both hold"),
    row(Operator, "or", "a or b", "at least one holds"),
    row(Operator, "not", "not a", "does not hold"),
    row(
        Operator,
        "implies",
        "a implies b",
        "b holds wherever a does; groups to the right",
    ),
    row(
        Operator,
        "in",
        "a.b in {A, B}",
        "is one of these words; in `signal`, the range",
    ),
    row(Function, "abs", "abs(x)", "magnitude"),
    row(
        Function,
        "min",
        "min(x, y, …)",
        "least; also of a family, `min(a.zone[*].t)`",
    ),
    row(
        Function,
        "max",
        "max(x, y, …)",
        "greatest; also of a family",
    ),
    row(
        Function,
        "if",
        "if(condition, x, y)",
        "x where the condition holds, else y",
    ),
    row(
        Function,
        "exp",
        "exp(x)",
        "e to the power of a plain number, up to 4096",
    ),
    row(
        Function,
        "ln",
        "ln(x)",
        "natural logarithm of a positive plain number",
    ),
    row(
        Function,
        "sqrt",
        "sqrt(x)",
        "square root; m^2 gives m, odd powers are refused",
    ),
    row(Function, "sum", "sum(a.zone[*].l)", "sum over a family"),
    row(
        Function,
        "all",
        "all(a.zone[*].t <= 150 degC)",
        "holds for every member of a family",
    ),
    row(
        Function,
        "any",
        "any(a.zone[*].t <= 150 degC)",
        "holds for some member of a family",
    ),
];

#[cfg(test)]
mod tests {
    use super::super::lexer::{CLAUSE_HEADS, ITEM_HEADS, OPERATOR_WORDS};
    use super::super::resolve::FUNCTIONS;
    use super::*;

    #[test]
    fn every_word_has_one_row() {
        for (class, words) in [
            (Item, &ITEM_HEADS[..]),
            (Clause, &CLAUSE_HEADS),
            (Operator, &OPERATOR_WORDS),
            (Function, &FUNCTIONS),
        ] {
            let of_class = WORDS.iter().filter(|row| row.class == class);
            let mut rows: Vec<&str> = of_class.map(|row| row.word).collect();
            let mut words = words.to_vec();
            rows.sort_unstable();
            words.sort_unstable();
            assert_eq!(rows, words);
        }
    }
}
