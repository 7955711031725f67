//! The rules of dimensions and kinds: what may be compared, added and multiplied.
//!
//! In: the types and shapes of two operands. Out: the type of the result, or a diagnostic that
//! names both sides. Kinds survive `+ − min max abs`, comparison and multiplication by a plain
//! number; `×` and `÷` of kinds give a plain dimension. Literals adapt where they cannot be
//! misread: 0 and 1 to a share, `K` to an absolute temperature, `degC` to frost and dew point.

use crate::diagnostic::Diagnostic;
use crate::quantity::{Dimension, Kind, QuantityType, units_of};
use crate::rational::Rational;
use crate::rule_language::codes;
use crate::rule_language::expression::{Function, NumExpr};
use crate::span::Span;

/// What the text of a number allows beyond its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Not a literal.
    Computed,
    /// 0 or 1 without unit.
    ZeroOrOne,
    /// Another number without unit.
    Bare,
    /// A literal with unit.
    WithUnit,
}

/// A number with its type.
#[derive(Clone, Debug)]
pub(super) struct Number {
    pub expr: NumExpr,
    pub quantity_type: QuantityType,
    pub shape: Shape,
}

impl Number {
    fn span(&self) -> Span {
        self.expr.span
    }

    fn is_difference_literal(&self) -> bool {
        self.shape == Shape::WithUnit
            && self.quantity_type == QuantityType::plain(Dimension::TEMPERATURE)
    }

    fn is_scale_literal(&self) -> bool {
        self.shape == Shape::WithUnit && self.quantity_type.kind == Kind::AbsoluteTemperature
    }

    fn is_bare(&self) -> bool {
        matches!(self.shape, Shape::ZeroOrOne | Shape::Bare)
    }

    fn is_point(&self) -> bool {
        self.quantity_type.kind.is_temperature_point()
    }
}

/// Tells the shape of a literal.
pub(super) fn literal_shape(value: &Rational, has_unit: bool) -> Shape {
    if has_unit {
        Shape::WithUnit
    } else if value.is_zero() || *value == Rational::one() {
        Shape::ZeroOrOne
    } else {
        Shape::Bare
    }
}

/// Puts the article before the description of a type.
pub(super) fn with_article(quantity_type: QuantityType) -> String {
    let described = quantity_type.describe();
    if described.starts_with("a ") {
        described
    } else if described.starts_with(['a', 'e', 'i', 'o', 'u']) {
        format!("an {described}")
    } else {
        format!("a {described}")
    }
}

/// Returns the common type of two numbers that stand side by side, without arithmetic.
pub(super) fn common(a: &Number, b: &Number) -> Option<QuantityType> {
    if a.quantity_type == b.quantity_type {
        return Some(a.quantity_type);
    }
    adopts(a, b.quantity_type).or_else(|| adopts(b, a.quantity_type))
}

/// Returns `wanted` if the number can be read as one.
pub(super) fn adopts(number: &Number, wanted: QuantityType) -> Option<QuantityType> {
    let fits = number.quantity_type == wanted
        || (number.shape == Shape::ZeroOrOne && wanted.kind.is_fraction())
        || (wanted.kind.is_temperature_point()
            && (number.is_difference_literal() || number.is_scale_literal()));
    fits.then_some(wanted)
}

/// Explains why two numbers cannot be compared.
pub(super) fn cannot_compare(left: &Number, right: &Number) -> Diagnostic {
    let (a, b) = (left.quantity_type, right.quantity_type);
    if let Some(diagnostic) = bare(left, right).or_else(|| percent(left, right)) {
        return diagnostic;
    }
    if let Some(diagnostic) = scale_as_difference(left, right) {
        return diagnostic;
    }
    Diagnostic::error(
        codes::COMPARE,
        right.span(),
        format!(
            "cannot compare {} with {}",
            with_article(a),
            with_article(b)
        ),
    )
    .label(b.describe())
    .also(left.span(), a.describe())
}

/// The help for two kinds that do not fit, when no name is near.
pub(super) fn help_for(left: QuantityType, right: QuantityType) -> String {
    if left.dimension != right.dimension {
        return format!("{} is written in {}", left.describe(), units_of(left));
    }
    match (left.kind, right.kind) {
        (Kind::Plain, special) | (special, Kind::Plain)
            if special != Kind::Plain && !special.is_temperature_point() =>
        {
            "say what the computed side is with `let name : kind = …`".to_owned()
        }
        (Kind::Plain, _) | (_, Kind::Plain) => {
            "one side is a difference, the other a point on the temperature scale".to_owned()
        }
        _ => format!(
            "{} and {} are different things although their units look alike",
            left.describe(),
            right.describe()
        ),
    }
}

fn bare(left: &Number, right: &Number) -> Option<Diagnostic> {
    let (number, other) = match (left.is_bare(), right.is_bare()) {
        (true, false) => (left, right),
        (false, true) => (right, left),
        _ => return None,
    };
    let described = other.quantity_type.describe();
    Some(
        Diagnostic::error(
            codes::BARE,
            number.span(),
            format!(
                "this number has no unit, but the other side is {}",
                with_article(other.quantity_type)
            ),
        )
        .label("a plain number")
        .also(other.span(), described)
        .help(format!("write a unit: {}", units_of(other.quantity_type))),
    )
}

/// `%` beside a share of something.
fn percent(left: &Number, right: &Number) -> Option<Diagnostic> {
    let is_percent = |number: &Number| {
        number.shape == Shape::WithUnit && number.quantity_type == QuantityType::NUMBER
    };
    let (number, other) = if is_percent(left) {
        (left, right)
    } else if is_percent(right) {
        (right, left)
    } else {
        return None;
    };
    other.quantity_type.kind.is_fraction().then(|| {
        Diagnostic::error(
            codes::BARE,
            number.span(),
            format!(
                "`%` does not say of what, but the other side is {}",
                with_article(other.quantity_type)
            ),
        )
        .label("a plain number")
        .also(other.span(), other.quantity_type.describe())
        .help(format!("write a unit: {}", units_of(other.quantity_type)))
    })
}

fn scale_as_difference(left: &Number, right: &Number) -> Option<Diagnostic> {
    let difference = QuantityType::plain(Dimension::TEMPERATURE);
    let (literal, other) = if left.is_scale_literal() && right.quantity_type == difference {
        (left, right)
    } else if right.is_scale_literal() && left.quantity_type == difference {
        (right, left)
    } else {
        return None;
    };
    Some(
        Diagnostic::error(
            codes::DEGC,
            literal.span(),
            "`degC` is a point on a scale, but a temperature difference is needed",
        )
        .label("a point on the scale")
        .also(other.span(), "temperature difference")
        .help("write the difference in `K`"),
    )
}

/// Returns the type of a sum or difference.
pub(super) fn sum_type(
    left: &Number,
    right: &Number,
    subtract: bool,
) -> Result<QuantityType, Box<Diagnostic>> {
    let difference = QuantityType::plain(Dimension::TEMPERATURE);
    let (a, b) = (left.quantity_type, right.quantity_type);
    match (left.is_point(), right.is_point()) {
        (true, true) if subtract => {
            if a == b || adopts(left, b).is_some() || adopts(right, a).is_some() {
                return Ok(difference);
            }
        }
        (true, false) if b == difference => return Ok(a),
        (false, true) if a == difference && !subtract => return Ok(b),
        (false, false) => {
            if let Some(common) = common(left, right) {
                return Ok(common);
            }
        }
        (true, true | false) | (false, true) => {}
    }
    Err(Box::new(cannot_add(left, right, subtract)))
}

fn cannot_add(left: &Number, right: &Number, subtract: bool) -> Diagnostic {
    let (a, b) = (left.quantity_type, right.quantity_type);
    let both_points = left.is_point() && right.is_point();
    if both_points && !subtract && (left.is_scale_literal() || right.is_scale_literal()) {
        let literal = if right.is_scale_literal() {
            right
        } else {
            left
        };
        return Diagnostic::error(
            codes::DEGC,
            literal.span(),
            "`degC` is a point on a scale and cannot be added to a temperature",
        )
        .help("write the difference in `K`");
    }
    if let Some(diagnostic) = bare(left, right) {
        return diagnostic;
    }
    let message = if subtract {
        format!(
            "cannot subtract {} from {}",
            with_article(b),
            with_article(a)
        )
    } else {
        format!("cannot add {} to {}", with_article(b), with_article(a))
    };
    let diagnostic = Diagnostic::error(codes::ADD, right.span(), message)
        .label(b.describe())
        .also(left.span(), a.describe());
    if both_points && !subtract {
        diagnostic.help("for a mean write `a + (b - a) / 2`")
    } else {
        diagnostic.help(help_for(a, b))
    }
}

/// Returns the type of a product or quotient.
pub(super) fn product_type(
    left: &Number,
    right: &Number,
    divide: bool,
) -> Result<QuantityType, Box<Diagnostic>> {
    for side in [left, right] {
        if side.is_scale_literal() {
            let diagnostic = Diagnostic::error(
                codes::DEGC,
                side.span(),
                "`degC` is a point on a scale and cannot be a factor",
            );
            return Err(Box::new(
                diagnostic.help("write the absolute temperature in `K`"),
            ));
        }
    }
    let (a, b) = (left.quantity_type, right.quantity_type);
    if b == QuantityType::NUMBER {
        return Ok(a);
    }
    if a == QuantityType::NUMBER && !divide {
        return Ok(b);
    }
    let dimension = if divide {
        a.dimension.per(b.dimension)
    } else {
        a.dimension.times(b.dimension)
    };
    dimension
        .map(QuantityType::plain)
        .ok_or_else(|| Box::new(exponents_too_large(left.span().to(right.span()))))
}

/// Returns the type of `exp`, `ln` or `sqrt` of a number.
pub(super) fn function_type(
    function: Function,
    inner: &Number,
) -> Result<QuantityType, Box<Diagnostic>> {
    let found = inner.quantity_type;
    let root = match function {
        Function::Sqrt => found.dimension.root(),
        Function::Exp | Function::Ln => (found == QuantityType::NUMBER).then_some(found.dimension),
    };
    if let Some(dimension) = root {
        return Ok(QuantityType::plain(dimension));
    }
    let (needed, help) = match function {
        Function::Sqrt => (
            "units with even powers only",
            "write the root of a product or a quotient, such as `sqrt(x * x)` or `sqrt(x / y)`"
                .to_owned(),
        ),
        Function::Exp | Function::Ln => (
            "a plain number",
            format!(
                "divide by a reference: `{}(x / (1 {}))`",
                function.name(),
                units_of(found)
                    .split(',')
                    .next()
                    .unwrap_or("")
                    .trim()
                    .trim_matches('`')
            ),
        ),
    };
    Err(Box::new(
        Diagnostic::error(
            codes::FUNCTION_ARGUMENT,
            inner.span(),
            format!(
                "`{}` takes {needed}, found {}",
                function.name(),
                with_article(found)
            ),
        )
        .label(format!("{} in {}", found.describe(), found.dimension))
        .help(help),
    ))
}

/// Explains that the exponents of the base units leave their range.
pub(super) fn exponents_too_large(span: Span) -> Diagnostic {
    Diagnostic::error(
        codes::POWER,
        span,
        "the exponents of the units become too large",
    )
    .help("check the powers in this expression")
}
