//! Diagnostic codes of the rule language: `CW-02xx`, a title and a paragraph each.
//!
//! `explain` prints them; a test shows that every code used in this folder stands in the table
//! and that none stands there unused. A code never changes its meaning.

macro_rules! codes {
    ($($constant:ident $code:literal $title:literal $text:literal;)*) => {
        $(#[doc = $title] pub const $constant: &str = $code;)*

        /// Code, title and explanation of every diagnostic of the rule language.
        pub const CODES: &[(&str, &str, &str)] = &[$(($code, $title, $text)),*];
    };
}

codes! {
    CHARACTER "CW-0200" "character not used in rule files"
        "Rule files use ASCII operators: `<=` and not `≤`, `-` and not a typographic minus, \
         straight double quotes. Letters beyond ASCII are free inside quoted texts and \
         comments.";
    SYNTAX "CW-0201" "something else was expected here"
        "The text does not follow the grammar at this place. Reading goes on at the next clause \
         head (`when`, `require`, …) or item head (`rule`, `signal`, …), so several mistakes are \
         shown at once.";
    TEXT_OPEN "CW-0202" "text is not closed"
        "A text starts and ends with a double quote on the same line. Write `\\\"` for a quote \
         inside the text.";
    NUMBER "CW-0203" "not a number"
        "Numbers are `digits`, `digits.digits` and an optional exponent `e-3`, with a decimal \
         point and no thousands separator. They are kept exactly, never as binary fractions.";
    HEAD "CW-0204" "unknown item or clause"
        "Items start with `ruleset use mode signal let assume rule override test evidence claim`; \
         clauses of a rule with `when require with guard_band severity because source evidence \
         owner`.";
    DEPTH "CW-0205" "expression nested too deeply"
        "Expressions nest at most 64 levels. Give parts of it a name with `let`.";
    UNIT_UNKNOWN "CW-0206" "unknown unit"
        "The unit is not in the table of units. Units compose without spaces: `g/m^2`, \
         `W/m^2/K`, `N*m`.";
    UNIT_BASIS "CW-0207" "a share needs its basis"
        "`ppm` and `ppb` alone do not say of what. Write `ppm_mass`, `ppm_volume` or `ppm_mole`; \
         `percent_mass` likewise, while `%` alone is a plain number.";
    UNIT_REFUSED "CW-0208" "unit not used here"
        "Some units are refused because they are ambiguous (`M` for mol/L) or because they are \
         points on a scale (`degC`) and cannot be part of a composed unit.";
    CHAIN "CW-0209" "comparison chain changes direction"
        "A chain such as `1 <= x < 2` points one way; `a <= b >= c` says nothing about a and c. \
         Use `and`. `!=` takes no part in chains.";
    POWER "CW-0210" "power is not a whole number"
        "Powers are whole numbers between -32 and 32 written as digits. A number with a minus \
         before a power is refused because `-2^2` reads both ways: use parentheses.";
    NAME "CW-0211" "not a name"
        "Names of signals and lets are dotted segments of small letters, digits and `_`, such as \
         `coating.web_speed`; never with `-` and never without a dot.";
    COMPARE "CW-0212" "cannot compare different kinds"
        "Both sides of a comparison must have the same dimension and kind. Frost point and dew \
         point, mass and volume fractions are different kinds although the SI gives them the \
         same unit.";
    ADD "CW-0213" "cannot add or subtract different kinds"
        "Both sides of `+` and `-`, and all arguments of `min`, `max`, `sum` and `if`, must have \
         the same dimension and kind. Two absolute temperatures have a difference but no sum.";
    DEGC "CW-0214" "degC used for a difference"
        "`degC` is a point on a scale: 10 degC is 283.15 K. A temperature difference is written \
         in `K`.";
    BARE "CW-0215" "bare number beside a quantity"
        "A number without unit is a plain number. Only 0 and 1 are read as a share of the kind \
         on the other side. Write the unit; for shares the basis too, such as `50 \
         percent_mass`.";
    SORT "CW-0216" "condition and number mixed up"
        "`and or not implies`, `when`, `require` and the first argument of `if` take conditions; \
         arithmetic and comparisons take numbers; enumerators can only be compared by `==`, `!=` \
         and `in`.";
    UNKNOWN_NAME "CW-0217" "unknown name"
        "The name is neither in the quantity dictionary nor declared by `signal` or `let` in any \
         of the files read together.";
    ENUMERATOR "CW-0218" "unknown enumerator"
        "An enumerator belongs to a signal declared by `one of {…}`; it is looked up by the type \
         of the other side of the comparison.";
    UNKNOWN_KIND "CW-0219" "unknown kind"
        "The kind after the colon is not in the table of kinds, such as `mass_fraction`, \
         `velocity`, `temperature` or `frost_point`.";
    SIGNAL_CLASH "CW-0220" "signal declared with another meaning"
        "A signal may be declared again, in another file or against the dictionary, only with \
         the same kind and the same or a narrower range or set of enumerators.";
    RULE_CLASH "CW-0221" "code used twice"
        "A rule code names one rule in all files read together, because reports, records and \
         approvals refer to it.";
    LET_CYCLE "CW-0222" "let refers to itself"
        "A `let` may use other lets, in any order, but not itself through them.";
    LET_KIND "CW-0223" "let has another kind than its expression"
        "The kind after the colon must have the dimension of the expression. A plain dimension \
         takes the kind written here; one special kind never turns into another.";
    CLAUSE_MISSING "CW-0224" "rule lacks a clause"
        "Every rule has `require`, `severity`, `because`, `source` and `evidence`: a limit \
         without reason and source cannot be reviewed. Write `evidence recalled` for a limit \
         from memory; it warns and never blocks.";
    CLAUSE_TWICE "CW-0225" "clause given twice"
        "Each clause stands at most once in an item.";
    CLASS "CW-0226" "unknown severity or class of evidence"
        "Severity is `critical`, `major` or `minor`. Evidence, strongest first, is `standard`, \
         `specified`, `measured`, `published`, `derived` or `recalled`.";
    GUARD_BAND "CW-0227" "guard band does not fit the rule"
        "The guard band is the slack below which a rule holds only conditionally. It is \
         positive, has the kind of the compared quantities (`K` for temperatures) and needs \
         comparisons of one kind in `require`.";
    PROBABILITY_INPUT "CW-0228" "probability on inputs only"
        "`with probability` is decided by simulating; it needs an outcome of the twin in \
         `require`. A rule on inputs alone is proved for the whole tolerance box, which is \
         stronger.";
    PROBABILITY_RANGE "CW-0229" "probability out of range"
        "Probability and confidence lie strictly between 0 and 100 %: no finite number of \
         samples can show 100 %.";
    INDEX "CW-0230" "family of names outside all, any, sum, max, min"
        "`zone[*]` and `zone[1..3]` stand for several signals and are only understood inside \
         `all any sum max min`. Families inside one of these run in step and need the same \
         index.";
    INDEX_RANGE "CW-0231" "index outside the family"
        "The index is counted from one and must not exceed the number of members, which the \
         model or recipe gives.";
    RANGE "CW-0232" "range does not fit"
        "The range of a signal runs from the lower to the upper end, both in units of its kind, \
         and only for signals that are numbers.";
    COLUMN "CW-0233" "unit in the column header does not fit"
        "The unit in brackets in a column header says how the table's numbers are read. It must \
         be a known unit of the signal's kind.";
    TEST_RULE "CW-0234" "test of an unknown rule"
        "`test CODE` refers to a rule in the files read together.";
    TEST_VALUE "CW-0235" "value in a test does not fit"
        "A value in a test is a literal of the signal's kind or one of its enumerators, and is \
         given once.";
    TEST_FAILED "CW-0236" "rule-local test failed"
        "The rule, evaluated exactly at the recipe of the section, gave another answer than the \
         section says.";
    TEST_MISSING "CW-0237" "test lacks a value"
        "The evaluation read a signal that the section does not give. Nothing is assumed for it.";
    NOT_YET "CW-0238" "understood, but not supported yet"
        "This part of the language is read and formatted, but this version does not act on it. \
         It is never silently skipped.";
    TAKEN "CW-0239" "name is taken"
        "A `let` cannot have the name of a signal, of a quantity of the dictionary, or of \
         another `let`.";
    WORD "CW-0240" "word cannot be an enumerator"
        "Enumerators are distinct words other than the keywords of the language.";
    DIVISION "CW-0241" "division by zero"
        "A divisor is zero. Guard the rule with `when` so that the division is only read where \
         it is defined.";
    ARGUMENTS "CW-0242" "wrong function or number of arguments"
        "`abs`, `exp`, `ln` and `sqrt` take one argument, `if` three, `min` and `max` \
         at least one, `all`, `any` and `sum` exactly one with an indexed family inside.";
    HEADER_TWICE "CW-0243" "second ruleset line"
        "A file names its rule set once.";
    DOMAIN "CW-0244" "function outside its domain"
        "`ln` needs a positive number, `sqrt` one that is not negative, and `exp` one up to 4096. \
         Guard the rule with `when` so that the function is only read where it is defined.";
    FUNCTION_ARGUMENT "CW-0245" "unit of a function's argument does not fit"
        "`exp` and `ln` take plain numbers: divide by a reference quantity first. `sqrt` halves \
         the powers of a unit, so m^2 gives m; odd powers have no root.";
    PREMISE "CW-0246" "unknown or repeated premise"
        "`from` and `attacks` name rules, assumptions, claims and evidence by their codes. An \
         assumption has a code when it is written `assume CODE \"text\" : …`.";
    HASH "CW-0247" "hash of evidence is malformed"
        "`hash \"sha256:…\"` holds the 64 hexadecimal digits that `sha256sum` prints for the \
         document the evidence was taken from, so that a changed document is noticed.";
    USE_MISSING "CW-0248" "rule set not found"
        "`use NAME \"VERSION\"` needs a file that starts with `ruleset NAME \"VERSION\"`: among \
         the files given, or `NAME.rule` in the folder of the file that uses it.";
    USE_VERSION "CW-0249" "rule set in another version"
        "The rule set is there, but not in the version that was reviewed when `use` was written. \
         Versions are compared as texts: a new one is a decision, never an accident.";
    MODE "CW-0250" "mode does not fit"
        "All files read together have one mode, declared by `mode step : one of {…}`. Lets do not \
         read it; rules do, in `when`.";
    OVERRIDE_RULE "CW-0251" "override of an unknown rule"
        "`override CODE` replaces a limit of a rule in the files read together.";
    OVERRIDE_LIMIT "CW-0252" "override does not say which limit"
        "A rule with several limits needs `limit SIGNAL <= …`, or `limit 2 : …` counted in the \
         order written. A limit is a comparison with a literal; each is replaced at most once.";
    OVERRIDE_KIND "CW-0253" "new limit has another kind"
        "The new limit has the kind of the limit it replaces; its unit may differ.";
    OVERRIDE_LOOSER "CW-0254" "override is looser without saying so"
        "A limit that allows more than the one it replaces needs the word `looser`, so that a \
         reviewer cannot miss it.";
    WINDOW "CW-0255" "nothing lies between two limits"
        "A chain such as `30 <= x <= 20` holds for no value. Most often the two limits are \
         exchanged.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_in_order() {
        for pair in CODES.windows(2) {
            assert!(pair[0].0 < pair[1].0, "{} {}", pair[0].0, pair[1].0);
        }
        for (_, title, text) in CODES {
            assert!(!title.ends_with('.') && text.ends_with('.'), "{title}");
        }
    }
}
