//! BPX files: the shipped cell, both versions of the format, and every way a file can be wrong.
//!
//! Method: the shipped file is changed in one place per case, so that each message is caused by
//! exactly one mistake.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Write as _;
use std::process::{Command, Stdio};

use cellwright::model::bpx::{Bpx, BpxError, Formed, ModelKind, after_formation};
use serde_json::{Value, json};

mod common;

fn shipped() -> Value {
    let text = include_str!("../models/cells/nmc111-graphite-12.5Ah.bpx.json");
    serde_json::from_str(text).expect("the shipped cell is JSON")
}

fn parse(document: &Value) -> Result<Bpx, BpxError> {
    Bpx::parse(&document.to_string())
}

#[test]
fn shipped_cell_reads() {
    let bpx = parse(&shipped()).unwrap();
    assert_eq!((bpx.version_major, bpx.model), (0, ModelKind::Dfn));
    assert_eq!(bpx.cell.electrode_pairs, 34.0);
    assert_eq!(bpx.initial.electrolyte_concentration_mol_m3, Some(1000.0));
    assert!((bpx.negative.active_fraction() - 0.686_010_213).abs() < 1e-9);
    let charged = bpx
        .positive
        .open_circuit_potential_v
        .value(bpx.positive.stoichiometry_range.0)
        - bpx
            .negative
            .open_circuit_potential_v
            .value(bpx.negative.stoichiometry_range.1);
    // The stoichiometry limits are rounded: the file itself gives 4.201 761 V, not 4.2.
    assert!(
        (charged - 4.201_761).abs() < 1e-6,
        "the formed cell is full at {charged} V"
    );
}

/// Every field without which the model in the header cannot run.
const NEEDED: [(&str, &[&str]); 4] = [
    (
        "Cell",
        &[
            "Electrode area [m2]",
            "Nominal cell capacity [A.h]",
            "Lower voltage cut-off [V]",
            "Upper voltage cut-off [V]",
            "Number of electrode pairs connected in parallel to make a cell",
        ],
    ),
    (
        "Electrolyte",
        &[
            "Cation transference number",
            "Conductivity [S.m-1]",
            "Diffusivity [m2.s-1]",
        ],
    ),
    (
        "Negative electrode",
        &[
            "Particle radius [m]",
            "Thickness [m]",
            "Diffusivity [m2.s-1]",
            "OCP [V]",
            "Surface area per unit volume [m-1]",
            "Maximum concentration [mol.m-3]",
            "Minimum stoichiometry",
            "Maximum stoichiometry",
            "Reaction rate constant [mol.m-2.s-1]",
            "Conductivity [S.m-1]",
            "Porosity",
            "Transport efficiency",
        ],
    ),
    (
        "Separator",
        &["Thickness [m]", "Porosity", "Transport efficiency"],
    ),
];

#[test]
fn each_missing_field_is_named_with_path_and_model() {
    for (section, fields) in NEEDED {
        for field in fields {
            let mut document = shipped();
            let object = document["Parameterisation"][section]
                .as_object_mut()
                .unwrap();
            assert!(
                object.remove(*field).is_some(),
                "{section}/{field} is in the file"
            );
            let error = parse(&document).expect_err(field);
            let BpxError::Missing {
                path,
                field: found,
                needed_by,
                ..
            } = &error
            else {
                panic!("{section}/{field}: {error}");
            };
            assert_eq!(
                (path.as_str(), found.as_str()),
                (&*format!("Parameterisation/{section}"), *field)
            );
            let text = error.to_string();
            assert!(
                text.contains(&needed_by.to_string()) && text.contains(field),
                "{text}"
            );
        }
    }
}

#[test]
fn each_missing_section_is_named() {
    for section in [
        "Cell",
        "Electrolyte",
        "Negative electrode",
        "Positive electrode",
        "Separator",
    ] {
        let mut document = shipped();
        document["Parameterisation"]
            .as_object_mut()
            .unwrap()
            .remove(section);
        let error = parse(&document).expect_err(section);
        assert!(
            matches!(&error, BpxError::Missing { field, .. } if field == section),
            "{error}"
        );
    }
}

#[test]
fn single_particle_file_needs_no_electrolyte() {
    let mut document = shipped();
    document["Header"]["Model"] = json!("SPM");
    let body = document["Parameterisation"].as_object_mut().unwrap();
    body.remove("Electrolyte");
    body.remove("Separator");
    for electrode in ["Negative electrode", "Positive electrode"] {
        let object = body[electrode].as_object_mut().unwrap();
        for field in ["Porosity", "Transport efficiency", "Conductivity [S.m-1]"] {
            object.remove(field);
        }
    }
    let bpx = parse(&document).unwrap();
    assert!(bpx.electrolyte.is_none() && bpx.negative.porous.is_none());
}

#[test]
fn version_1_keeps_the_start_in_state() {
    let mut document = shipped();
    document["Header"]["BPX"] = json!("1.1.0");
    let cell = document["Parameterisation"]["Cell"]
        .as_object_mut()
        .unwrap();
    for field in [
        "Ambient temperature [K]",
        "Initial temperature [K]",
        "Thermal conductivity [W.m-1.K-1]",
    ] {
        cell.remove(field);
    }
    let electrolyte = document["Parameterisation"]["Electrolyte"]
        .as_object_mut()
        .unwrap();
    electrolyte.remove("Initial concentration [mol.m-3]");
    document["State"] = json!({
        "Initial conditions": {
            "Initial temperature [K]": 300.0,
            "Initial electrolyte concentration [mol.m-3]": 1100,
            "Initial state-of-charge": 0.5,
        },
        "Thermal environment": { "Ambient temperature [K]": 301.0 },
    });
    let initial = parse(&document).unwrap().initial;
    assert_eq!(initial.temperature_k, Some(300.0));
    assert_eq!(initial.electrolyte_concentration_mol_m3, Some(1100.0));
    assert_eq!(initial.ambient_temperature_k, Some(301.0));
    assert_eq!(initial.state_of_charge, Some(0.5));
}

/// One change per line: section, field, new value, what the message must contain.
const MISTAKES: &str = r#"
Header | BPX | "2.0.0" | BPX version `2.0.0` is not known
Header | BPX | "latest" | BPX version `latest` is not known
Header | Model | "P2D" | model `P2D` in `Header` is not known
Negative electrode | OCV [V] | 0.1 | has no field `OCV [V]`; did you mean `OCP [V]`?
Negative electrode | Porosity | "25 %" | must be a number, this is the text `25 %`
Negative electrode | Porosity | 1.2 | is 1.2; expected a fraction between 0 and 1
Negative electrode | Thickness [m] | -5e-5 | expected a number above 0
Negative electrode | Maximum stoichiometry | 0.001 | above the minimum stoichiometry
Negative electrode | Surface area per unit volume [m-1] | 9e5 | less than the whole volume
Negative electrode | OCP [V] | "0.1 + exq(x)" | at character 7: `exq` is neither
Negative electrode | OCP [V] | {"x": [0, 0.5, 0.5], "y": [1, 2, 3]} | point 3
Negative electrode | OCP [V] | {"x": [0, 1], "y": [1]} | 2 `x` and 1 `y`
Negative electrode | Particle | {"Primary": {}} | a blend of active materials
"#;

#[test]
fn each_mistake_has_its_message() {
    let mut lines = 0;
    for line in MISTAKES.lines().filter(|l| !l.is_empty()) {
        let parts: Vec<&str> = line.split(" | ").collect();
        let mut document = shipped();
        let section = match parts[0] {
            "Header" => &mut document["Header"],
            name => &mut document["Parameterisation"][name],
        };
        section[parts[1]] = serde_json::from_str(parts[2]).unwrap();
        let text = parse(&document).expect_err(line).to_string();
        assert!(text.contains(parts[3]), "{line}: {text}");
        lines += 1;
    }
    assert_eq!(lines, 13);
    assert!(matches!(
        Bpx::parse("{"),
        Err(BpxError::Json { line: 1, .. })
    ));
    assert!(
        Bpx::parse("[]")
            .unwrap_err()
            .to_string()
            .contains("an object with `Header`")
    );
}

#[test]
fn misspelt_field_is_recognised_in_the_missing_one() {
    let mut document = shipped();
    let cell = document["Parameterisation"]["Cell"]
        .as_object_mut()
        .unwrap();
    let area = cell.remove("Electrode area [m2]").unwrap();
    cell.insert("Electrode aera [m2]".to_owned(), area);
    let text = parse(&document).unwrap_err().to_string();
    assert!(
        text.contains("`Electrode area [m2]`") && text.contains("`Electrode aera [m2]`"),
        "{text}"
    );
}

/// The example files of the BPX source package: three are read, two name what is not modelled.
#[test]
fn every_example_file_is_read_or_says_what_is_not_modelled() {
    for (text, field, feature) in [
        (
            include_str!("model_bpx/nmc_pouch_cell_BPX_blended_electrode.json"),
            "Particle",
            "a blend of active materials",
        ),
        (
            include_str!("model_bpx/nmc_pouch_cell_BPX_user-defined_hysteresis.json"),
            "Negative electrode delithiation OCP [V]",
            "open-circuit potential with hysteresis",
        ),
    ] {
        let refused = Bpx::parse(text).expect_err(field);
        let BpxError::Unsupported {
            field: found,
            feature: why,
            ..
        } = &refused
        else {
            panic!("{refused}");
        };
        assert_eq!((found.as_str(), *why), (field, feature));
    }
    let Some(folder) = common::shared("data/bpx") else {
        common::skip("every_example_file_is_read", "the BPX examples are missing");
        return;
    };
    for (file, model, capacity) in [
        ("nmc_pouch_cell_BPX.json", ModelKind::Dfn, 12.5),
        ("nmc_pouch_cell_BPX_SPM.json", ModelKind::Spm, 12.5),
        ("lfp_18650_cell_BPX.json", ModelKind::Dfn, 2.0),
    ] {
        let text = std::fs::read_to_string(folder.join(file)).expect(file);
        let bpx = Bpx::parse(&text).expect(file);
        assert_eq!((bpx.model, bpx.cell.nominal_capacity_ah), (model, capacity));
        assert_eq!(bpx.not_modelled, [] as [&str; 0], "{file}");
    }
}

fn formed() -> Formed {
    let interphase = [
        ("formation.sei_initial_thickness", 2e-8),
        ("formation.sei_diffusivity", 4e-19),
    ];
    Formed {
        lithium_lost_share: 0.08,
        thickness_m: (5.5e-5, 5.2e-5),
        temperature_k: 298.15,
        interphase: interphase
            .map(|(name, value)| (name.to_owned(), value))
            .into(),
    }
}

/// A file of version 0 comes back as 1.1 with what formation did to the cell.
#[test]
fn a_formed_cell_is_written_as_version_1_and_read_back() {
    let written = after_formation(&shipped().to_string(), &formed()).unwrap();
    let read = Bpx::parse(&written.to_string()).unwrap();
    let old = parse(&shipped()).unwrap();
    assert_eq!((read.version_major, old.version_major), (1, 0));
    assert_eq!(read.interphase, formed().interphase);
    assert_eq!(read.initial.lithium_lost_share, Some(0.08));
    assert_eq!(read.initial.temperature_k, Some(298.15));
    assert_eq!(
        read.initial.electrolyte_concentration_mol_m3,
        old.initial.electrolyte_concentration_mol_m3
    );
    assert_eq!(read.negative.thickness_m, 5.5e-5);
    assert_eq!(read.not_modelled, ["State/Degradation"]);
    let same = Bpx {
        version_major: old.version_major,
        initial: old.initial,
        interphase: old.interphase.clone(),
        not_modelled: Vec::new(),
        negative: old.negative.clone(),
        positive: old.positive.clone(),
        ..read
    };
    assert_eq!(same, old);
}

/// The reference implementation accepts what is written.
#[test]
fn the_reference_implementation_accepts_a_formed_cell() {
    let written = after_formation(&shipped().to_string(), &formed()).unwrap();
    let program = "import json, sys\n\
                   try:\n    import bpx\n\
                   except ImportError:\n    sys.exit(9)\n\
                   cell = bpx.BPX.model_validate(json.load(sys.stdin))\n\
                   print(cell.state.degradation.lli)\n";
    let child = Command::new("python3")
        .args(["-c", program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        common::skip("the_reference_implementation", "python3 is missing");
        return;
    };
    let mut input = child.stdin.take().expect("piped");
    // A program that ends before it has read everything says why in its exit code.
    let _ = input.write_all(written.to_string().as_bytes());
    drop(input);
    let output = child.wait_with_output().expect("python3 ran");
    if output.status.code() == Some(9) {
        let reason = "the Python package bpx is missing";
        common::skip("the_reference_implementation_accepts_a_formed_cell", reason);
        return;
    }
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "0.08");
}
