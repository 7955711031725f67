//! Choices: dictionary names whose value is a word, not a number.
//!
//! In: a name such as `electrolyte.salt`. Out: the closed list of words. Rules compare choices
//! with enumerators; recipes set them without unit, tolerance and spread.

/// A name with its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Dotted name.
    pub name: &'static str,
    /// What it can be.
    pub words: &'static [&'static str],
    /// One line for people.
    pub text: &'static str,
    /// The word that holds where a recipe says none; most choices have none and must be made.
    pub default: Option<&'static str>,
}

/// All choices.
const CHOICES: &[Choice] = &[
    Choice {
        name: "anode.active_material",
        words: &["graphite", "graphite_silicon", "hard_carbon"],
        text: "active material of the anode",
        default: None,
    },
    Choice {
        name: "calendering.binder",
        words: &["PVDF", "SBR"],
        text: "binder the rolls must not soften",
        default: None,
    },
    Choice {
        name: "can.material",
        words: &["aluminium", "steel", "pouch"],
        text: "housing that the electrolyte touches",
        default: None,
    },
    Choice {
        name: "cathode.active_material",
        words: &["NMC111", "NMC532", "NMC622", "NMC811", "LFP"],
        text: "active material of the cathode",
        default: None,
    },
    Choice {
        name: "coating.flow_control",
        words: &["loading", "fixed_pump"],
        text: "what holds the slurry flow: the loading gauge or a fixed pump",
        default: None,
    },
    Choice {
        name: "coating.vacuum_box",
        words: &["none", "fitted"],
        text: "whether a vacuum box holds the bead from before the die",
        default: None,
    },
    Choice {
        name: "coating.wet_sides",
        words: &["one", "both"],
        text: "sides of the web that are wet in the dryer",
        default: Some("one"),
    },
    Choice {
        name: "electrolyte.salt",
        words: &["LiPF6", "LiFSI", "LiTFSI"],
        text: "conducting salt",
        default: None,
    },
    Choice {
        name: "slurry.electrode",
        words: &["cathode", "anode"],
        text: "electrode the slurry is for",
        default: None,
    },
    Choice {
        name: "slurry.solvent",
        words: &["NMP", "water"],
        text: "liquid of the slurry",
        default: None,
    },
];

/// Returns the choice of a name.
#[must_use]
pub fn choice_named(name: &str) -> Option<&'static Choice> {
    CHOICES.iter().find(|choice| choice.name == name)
}

/// Returns all choices in alphabetical order.
#[must_use]
pub fn choices() -> &'static [Choice] {
    CHOICES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_sorted_and_have_words() {
        assert!(CHOICES.windows(2).all(|pair| pair[0].name < pair[1].name));
        assert!(CHOICES.iter().all(|choice| choice.words.len() > 1));
        let known = |choice: &Choice| choice.default.is_none_or(|d| choice.words.contains(&d));
        assert!(CHOICES.iter().all(known));
    }
}
