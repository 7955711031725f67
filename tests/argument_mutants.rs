//! A slice of the benchmark of arguments: planted faults are found where they are.
//!
//! Goal: every operator of `benches/argument.rs` keeps its recall, no false alarm. Method: the
//! generator, the operators and the second method of the benchmark on a few arguments.

#[path = "../benches/argument/curved.rs"]
mod curved;
#[path = "../benches/argument/curved_score.rs"]
mod curved_score;
#[path = "../benches/argument/dice.rs"]
mod dice;
#[path = "../benches/argument/model.rs"]
mod model;
#[path = "../benches/argument/mutants.rs"]
mod mutants;
#[path = "../benches/argument/score.rs"]
mod score;
#[path = "../benches/argument/sound.rs"]
mod sound;
#[path = "../benches/argument/truth.rs"]
mod truth;
#[path = "../benches/argument/written.rs"]
mod written;

use mutants::Operator;
use score::{Layer, run};

#[test]
fn planted_faults_are_found_where_they_are() {
    let mut table = run(7, Layer::Formulas, 0..4);
    table.add(&run(7, Layer::Formulas, 4..8));
    let text = table.markdown();
    assert!(table.is_perfect(), "{text}");
    for operator in Operator::ALL {
        let row = table.rows.get(&operator).copied().unwrap_or_default();
        assert!(row.mutants - row.equivalent >= 4, "{operator:?}\n{text}");
    }
}

#[test]
fn they_are_found_in_the_text_of_a_rule_file() {
    let table = run(11, Layer::Text, 0..2);
    let text = table.markdown();
    assert!(table.is_perfect(), "{text}");
    assert!(table.rows.len() + 2 >= Operator::ALL.len(), "{text}");
}

#[test]
fn they_are_found_among_products_and_functions() {
    let mut table = curved_score::run(3, 0..1);
    table.add(&curved_score::run(3, 1..2));
    let text = table.markdown();
    assert!(table.has_no_false_alarm(), "{text}");
    for (slip, row) in &table.rows {
        assert_eq!(
            row.located,
            row.mutants - row.equivalent,
            "{slip:?}\n{text}"
        );
    }
    assert!(table.rows.len() > 10, "{text}");
}
