//! Reproducibility: how well the model meets observed cells.
//!
//! In: the combined delta of all compared quantities. Out: its R as a component. This is an
//! adapter: the arithmetic lives in [`crate::delta`], where the scale, the null level, and the
//! assumptions are explained.

use super::{Component, ComponentError, ComponentName};
use crate::delta::combine::Reproduction;
use crate::delta::observed::Subject;

/// Returns the reproducibility component.
///
/// # Errors
/// [`ComponentError`] when the combined value is out of range, which a [`Reproduction`] made by
/// [`crate::delta::combine::combine`] is not.
pub fn reproducibility(reproduction: &Reproduction) -> Result<Component, ComponentError> {
    let mut reasons = vec![format!("weakest quantity: {}", reproduction.weakest)];
    if reproduction.insufficient {
        reasons.push("too few or an unknown number of cells: no lower end can be given".to_owned());
    }
    if !reproduction.subjects.contains(&Subject::ThisLine) {
        let names: Vec<&str> = reproduction
            .subjects
            .iter()
            .map(|subject| subject.as_str())
            .collect();
        reasons.push(format!(
            "no cells of this line, only {}",
            names.join(" and ")
        ));
    }
    Component::new(
        ComponentName::Reproducibility,
        reproduction.reproducibility,
        reproduction.standard_error,
        reasons,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn combined_value_is_carried_over_with_its_weak_points() {
        let component = reproducibility(&Reproduction {
            reproducibility: 0.8,
            delta: 0.2,
            standard_error: Some(0.05),
            weakest: "cell.capacity".to_owned(),
            subjects: vec![Subject::Literature],
            insufficient: false,
        })
        .unwrap();
        assert_eq!(
            (component.value(), component.standard_error()),
            (0.8, Some(0.05))
        );
        assert_eq!(
            component.reasons()[1],
            "no cells of this line, only literature"
        );
    }
}
