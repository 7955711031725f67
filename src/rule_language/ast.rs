//! The syntax tree of a rule file: what was written, with its place, not yet what it means.
//!
//! Made by the parser, read by the resolver. Names and kinds are texts here; literals keep the
//! number and the unit as written. [`ExprKind::Error`] stands where a diagnostic was given, so
//! that later passes stay quiet about the same mistake.

use crate::quantity::Unit;
use crate::rational::Rational;
use crate::span::Span;

/// A text in double quotes, without the quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// What stands between the quotes, escapes resolved.
    pub value: String,
    /// The place, quotes included.
    pub span: Span,
}

/// A word: a rule code, an enumerator, a kind name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word.
    pub text: String,
    /// The place.
    pub span: Span,
}

/// The index of a name such as `drying.zone[3].length`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Index {
    /// `[*]`: every member of the family.
    All,
    /// `[3]`, counted from one.
    One(usize),
    /// `[1..3]`, both ends included.
    Range(usize, usize),
}

/// A dotted name, perhaps with an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The text before the index (`drying.zone`), or the whole name.
    pub head: String,
    /// The index and the text behind it (`.length`).
    pub index: Option<(Index, String)>,
    /// The place.
    pub span: Span,
}

impl Name {
    /// Writes the name as the formatter does.
    #[must_use]
    pub fn text(&self) -> String {
        match &self.index {
            None => self.head.clone(),
            Some((Index::All, tail)) => format!("{}[*]{tail}", self.head),
            Some((Index::One(at), tail)) => format!("{}[{at}]{tail}", self.head),
            Some((Index::Range(from, to), tail)) => format!("{}[{from}..{to}]{tail}", self.head),
        }
    }

    /// Writes the name of member `at` of the family.
    #[must_use]
    pub fn member(&self, at: usize) -> String {
        match &self.index {
            None => self.head.clone(),
            Some((_, tail)) => format!("{}[{at}]{tail}", self.head),
        }
    }
}

/// A number with its unit as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// The number, its minus included.
    pub value: Rational,
    /// The unit; `None` for a bare number.
    pub unit: Option<Unit>,
    /// The place.
    pub span: Span,
}

/// Operators between two operands that are not comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOperator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `and`
    And,
    /// `or`
    Or,
    /// `implies`
    Implies,
}

/// An expression with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// The place.
    pub span: Span,
    /// Levels of the tree from here down; 1 for an operand.
    pub depth: usize,
}

impl Expr {
    /// Builds a node above its parts.
    #[must_use]
    pub fn new(kind: ExprKind, span: Span) -> Self {
        let below = match &kind {
            ExprKind::Literal(_) | ExprKind::Name(_) | ExprKind::Word(_) | ExprKind::Error => 0,
            ExprKind::Negate(a) | ExprKind::Not(a) | ExprKind::Power(a, _) => a.depth,
            ExprKind::Member(a, _) => a.depth,
            ExprKind::Binary(_, a, b) => a.depth.max(b.depth),
            ExprKind::Chain(first, steps) => steps
                .iter()
                .fold(first.depth, |most, (_, step)| most.max(step.depth)),
            ExprKind::Call(_, all) => all.iter().map(|one| one.depth).max().unwrap_or(0),
        };
        Self {
            kind,
            span,
            depth: below + 1,
        }
    }

    /// Calls `visit` for every name, in the order written.
    pub fn names<'a>(&'a self, visit: &mut dyn FnMut(&'a Name)) {
        match &self.kind {
            ExprKind::Literal(_) | ExprKind::Word(_) | ExprKind::Error => {}
            ExprKind::Name(name) => visit(name),
            ExprKind::Negate(a)
            | ExprKind::Not(a)
            | ExprKind::Power(a, _)
            | ExprKind::Member(a, _) => a.names(visit),
            ExprKind::Binary(_, a, b) => {
                a.names(visit);
                b.names(visit);
            }
            ExprKind::Chain(first, steps) => {
                first.names(visit);
                for (_, step) in steps {
                    step.names(visit);
                }
            }
            ExprKind::Call(_, all) => {
                for one in all {
                    one.names(visit);
                }
            }
        }
    }
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExprKind {
    /// A number with or without unit.
    Literal(Literal),
    /// A signal or a `let`.
    Name(Name),
    /// An enumerator, or `pi`.
    Word(String),
    /// `-x`
    Negate(Box<Expr>),
    /// `not x`
    Not(Box<Expr>),
    /// `x ^ 2`
    Power(Box<Expr>, i32),
    /// `x + y`, `x and y`, …
    Binary(BinaryOperator, Box<Expr>, Box<Expr>),
    /// `a <= b < c`: the first operand and the steps.
    Chain(Box<Expr>, Vec<(super::expression::CompareOperator, Expr)>),
    /// `x in {A, B}`
    Member(Box<Expr>, Vec<Word>),
    /// `min(a, b)`, `all(…)`, …
    Call(Word, Vec<Expr>),
    /// A diagnostic was given here.
    Error,
}

/// `ruleset NAME "version" "title"`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Name of the rule set.
    pub name: Word,
    /// Version of the rule set.
    pub version: Text,
    /// One line for people.
    pub title: Option<Text>,
}

/// The type of a declared signal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignalSyntax {
    /// `: mass_fraction`
    Kind(Word),
    /// `: one of {A, B}`
    OneOf(Vec<Word>),
}

/// `signal name : kind in a .. b "text" column "Header"`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignalItem {
    /// The name.
    pub name: Name,
    /// Kind or enumerators; `None` after a diagnostic.
    pub syntax: Option<SignalSyntax>,
    /// Lower and upper end.
    pub range: Option<(Literal, Literal)>,
    /// One line for people.
    pub text: Option<Text>,
    /// Header of the table column that carries the signal.
    pub column: Option<Text>,
    /// The whole item.
    pub span: Span,
}

/// `let name : kind = expr`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetItem {
    /// The name.
    pub name: Name,
    /// The kind name.
    pub kind: Word,
    /// What it stands for.
    pub value: Expr,
    /// The whole item.
    pub span: Span,
}

/// How much a rule weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleSeverity {
    /// A note.
    Minor,
    /// A warning.
    Major,
    /// Gates the decision.
    Critical,
}

impl RuleSeverity {
    /// All severities, heaviest first.
    pub const ALL: [Self; 3] = [Self::Critical, Self::Major, Self::Minor];

    /// Names the severity as rule files do.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Major => "major",
            Self::Minor => "minor",
        }
    }
}

/// What a limit rests on; the order is that of strength, strongest greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EvidenceClass {
    /// From memory: warns, never blocks.
    Recalled,
    /// From other rules or laws.
    Derived,
    /// Paper or vendor, with reference.
    Published,
    /// Plant or laboratory data.
    Measured,
    /// The plant's own document with revision and owner.
    Specified,
    /// A standard.
    Standard,
}

impl EvidenceClass {
    /// All classes, strongest first.
    pub const ALL: [Self; 6] = [
        Self::Standard,
        Self::Specified,
        Self::Measured,
        Self::Published,
        Self::Derived,
        Self::Recalled,
    ];

    /// Names the class as rule files do.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Specified => "specified",
            Self::Measured => "measured",
            Self::Published => "published",
            Self::Derived => "derived",
            Self::Recalled => "recalled",
        }
    }
}

/// `with probability >= p confidence c`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbabilitySyntax {
    /// Least probability.
    pub probability: Literal,
    /// Confidence, if written.
    pub confidence: Option<Literal>,
    /// The whole clause.
    pub span: Span,
}

/// `rule CODE "title" clauses…`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleItem {
    /// The code.
    pub code: Word,
    /// One line for people.
    pub title: Text,
    /// `when`
    pub guard: Option<Expr>,
    /// `require`
    pub body: Option<Expr>,
    /// `with probability`
    pub probability: Option<ProbabilitySyntax>,
    /// `guard_band`
    pub guard_band: Option<Literal>,
    /// `severity`
    pub severity: Option<(RuleSeverity, Span)>,
    /// `because`
    pub because: Option<Text>,
    /// `source`
    pub source: Option<Text>,
    /// `evidence`
    pub evidence: Option<(EvidenceClass, Span)>,
    /// `owner`
    pub owner: Option<Text>,
    /// Clauses that were tried but refused: their absence is not reported again.
    pub refused: Vec<&'static str>,
    /// The whole item.
    pub span: Span,
}

/// What a section of a rule-local test expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Expectation {
    /// The rule holds with at least its guard band.
    Pass,
    /// The rule holds, but by less than its guard band.
    Conditional,
    /// The rule is violated.
    Fail,
    /// The guard does not hold.
    Idle,
}

impl Expectation {
    /// All expectations.
    pub const ALL: [Self; 4] = [Self::Pass, Self::Conditional, Self::Fail, Self::Idle];

    /// Names the expectation as rule files do.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Conditional => "conditional",
            Self::Fail => "fail",
            Self::Idle => "idle",
        }
    }
}

/// The value of a signal in a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TestValue {
    /// A number with unit.
    Literal(Literal),
    /// An enumerator.
    Word(Word),
}

/// `pass { name = value, … }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestSection {
    /// What is expected.
    pub expectation: Expectation,
    /// The recipe.
    pub values: Vec<(Name, TestValue)>,
    /// The whole section.
    pub span: Span,
}

/// `test CODE sections…`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestItem {
    /// The rule under test.
    pub code: Word,
    /// The sections in order.
    pub sections: Vec<TestSection>,
    /// The whole item.
    pub span: Span,
}

/// `attacks CODE because "reason"`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttackSyntax {
    /// What is attacked.
    pub target: Word,
    /// Why it falls.
    pub because: Text,
    /// The whole clause.
    pub span: Span,
}

/// `claim CODE "text" : expr from CODE, CODE attacks CODE because "…"`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimItem {
    /// The code.
    pub code: Word,
    /// One line for people.
    pub title: Text,
    /// What is claimed.
    pub formula: Expr,
    /// What it rests on.
    pub from: Vec<Word>,
    /// What it attacks.
    pub attacks: Vec<AttackSyntax>,
    /// The whole item.
    pub span: Span,
}

/// `evidence CODE "text" : expr source "…" kind derived hash "sha256:…" quote "…"`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceItem {
    /// The code.
    pub code: Word,
    /// One line for people.
    pub title: Text,
    /// What the evidence shows.
    pub formula: Expr,
    /// Where it comes from.
    pub source: Option<Text>,
    /// Its class.
    pub class: Option<(EvidenceClass, Span)>,
    /// Digest of the document it was taken from.
    pub hash: Option<Text>,
    /// The words it was taken from.
    pub quote: Option<Text>,
    /// What it attacks.
    pub attacks: Vec<AttackSyntax>,
    /// The whole item.
    pub span: Span,
}

/// `assume expr` or `assume CODE "text" : expr`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssumeItem {
    /// Code and one line for people, if it has them.
    pub name: Option<(Word, Text)>,
    /// The condition.
    pub condition: Expr,
}

/// `mode step : one of {mixing, coating, …} "text" column "Header"`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModeItem {
    /// The name, without a dot.
    pub name: Word,
    /// The modes.
    pub members: Vec<Word>,
    /// One line for people.
    pub text: Option<Text>,
    /// Header of the table column that carries the mode.
    pub column: Option<Text>,
}

/// `use NAME "version"`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UseItem {
    /// Name of the rule set.
    pub name: Word,
    /// Version of the rule set.
    pub version: Text,
}

/// Which limit of a rule an override means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LimitSelector {
    /// `limit 2 : 30 ppm_mass`, counted from one in the order written.
    Number(usize, Span),
    /// `limit electrolyte.hf <= 30 ppm_mass`
    Signal(Name, Option<super::expression::CompareOperator>),
}

/// `override CODE clauses…`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverrideItem {
    /// The rule.
    pub code: Word,
    /// Which limit; `None` when the rule has only one.
    pub selector: Option<LimitSelector>,
    /// The new limit.
    pub limit: Option<Literal>,
    /// `looser`: the new limit allows more, knowingly.
    pub looser: Option<Span>,
    /// `reason`
    pub reason: Option<Text>,
    /// `owner`
    pub owner: Option<Text>,
    /// `source`
    pub source: Option<Text>,
    /// `evidence`
    pub evidence: Option<(EvidenceClass, Span)>,
    /// Clauses that were tried but refused: their absence is not reported again.
    pub refused: Vec<&'static str>,
    /// The whole item.
    pub span: Span,
}

/// One item of a rule file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// `ruleset …`
    Header(Header),
    /// `signal …`
    Signal(SignalItem),
    /// `let …`
    Let(LetItem),
    /// `mode …`
    Mode(ModeItem),
    /// `assume …`
    Assume(AssumeItem),
    /// `rule …`
    Rule(Box<RuleItem>),
    /// `test …`
    Test(TestItem),
    /// `claim …`
    Claim(ClaimItem),
    /// `evidence …`
    Evidence(EvidenceItem),
    /// `use …`
    Use(UseItem),
    /// `override …`
    Override(Box<OverrideItem>),
}
