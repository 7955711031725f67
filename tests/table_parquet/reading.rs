//! What is read, what is missing, what is refused.

use cellwright::document::{InMemory, Intake};
use cellwright::table::{Blocks, TableFormat};

use crate::files::{Column, Values, bytes, put, water};
use crate::{WATER, check, folder, said};

/// Rules that read every kind of column, with limits that rows lie exactly on.
const RULES: &str = "
signal lot.double  : mass_fraction in 0 .. 1000 ppm_mass column \"double [mg/kg]\"
signal lot.float   : mass_fraction in 0 .. 1000 ppm_mass column \"float [mg/kg]\"
signal lot.int     : number column \"int\"
signal lot.long    : number column \"long\"
signal lot.byte    : number column \"byte\"
signal lot.small   : number column \"small\"
signal lot.medium  : number column \"medium\"
signal lot.large   : number column \"large\"
signal lot.fixed   : number column \"fixed\"
signal lot.written : number column \"written\"
signal lot.salt    : one of {LiPF6, LiFSI, LiTFSI} column \"salt\"
rule D1 \"d\" when lot.salt in {LiFSI, LiTFSI} require lot.double <= 0.3 ppm_mass guard_band 0.1 ppm_mass
  severity critical because \"b\" source \"s\" evidence specified
rule F1 \"f\" require lot.float < 0.1 ppm_mass severity major because \"b\" source \"s\" evidence specified
rule I1 \"i\" require lot.int + lot.long >= -3 severity major because \"b\" source \"s\" evidence specified
rule I2 \"u\" require lot.byte <= 4294967290 severity major because \"b\" source \"s\" evidence specified
rule S1 \"s\" require lot.small <= 1.5 severity major because \"b\" source \"s\" evidence specified
rule M1 \"m\" require lot.medium <= 123456789012.345678 severity major because \"b\" source \"s\" evidence specified
rule L1 \"l\" require lot.large + lot.fixed <= 2.5 severity major because \"b\" source \"s\" evidence specified
rule W1 \"w\" require lot.written <= 7.5 severity major because \"b\" source \"s\" evidence specified
";

const SCHEMA: &str = "message lots {
    required double double[mg/kg]; required float float[mg/kg]; required int32 int;
    optional int64 long; required int32 byte (UINT_32); required int32 small (DECIMAL(9, 1));
    required int64 medium (DECIMAL(18, 6)); required binary large (DECIMAL(30, 2));
    required fixed_len_byte_array(20) fixed (DECIMAL(38, 20)); required binary written;
    required binary salt (UTF8); required double unused; }";

/// One row: everything follows from its number.
struct Row {
    double: f64,
    float: f32,
    int: i32,
    long: i64,
    byte: u32,
    small: i32,
    medium: i64,
    large: i128,
    fixed: i128,
    written: String,
    salt: &'static str,
}

fn row(n: i32) -> Row {
    Row {
        double: f64::from(n % 7) / 10.0 + if n % 11 == 0 { 1e-17 } else { 0.0 },
        float: [0.1, 0.05, 0.099_999_994, 3.25][n as usize % 4],
        int: n % 9 - 4,
        long: if n % 50 == 0 {
            i64::MAX
        } else {
            i64::from(n % 3) - 1
        },
        byte: u32::MAX - (n as u32 % 8),
        small: n % 31 - 10,
        medium: 123_456_789_012_345_678 + i64::from(n % 3) - 1,
        large: i128::from(n % 5 - 2) * 50,
        fixed: i128::from(n % 4) * 75_000_000_000_000_000_000 + i128::from(n % 2),
        written: format!("{}.{}", n % 9, n % 10),
        salt: ["LiPF6", "LiFSI", "LiTFSI"][n as usize % 3],
    }
}

fn group(rows: &[Row]) -> Vec<Column> {
    let fixed = |row: &Row| {
        let sign = if row.fixed < 0 { 0xff } else { 0 };
        [&[sign; 4], &row.fixed.to_be_bytes()[..]].concat()
    };
    let large = |row: &Row| {
        let all = row.large.to_be_bytes();
        all[14..].to_vec()
    };
    let long = Column {
        values: Values::Longs(rows.iter().map(|row| row.long).collect()),
        levels: Some(vec![1; rows.len()]),
        repeats: None,
    };
    let ints = |of: fn(&Row) -> i32| Values::Ints(rows.iter().map(of).collect()).into();
    let text = |of: fn(&Row) -> &str| {
        let all = rows.iter().map(|row| of(row).as_bytes().to_vec());
        Values::Bytes(all.collect()).into()
    };
    vec![
        Values::Doubles(rows.iter().map(|row| row.double).collect()).into(),
        Values::Floats(rows.iter().map(|row| row.float).collect()).into(),
        ints(|row| row.int),
        long,
        ints(|row| row.byte.cast_signed()),
        ints(|row| row.small),
        Values::Longs(rows.iter().map(|row| row.medium).collect()).into(),
        Values::Bytes(rows.iter().map(large).collect()).into(),
        Values::Fixed(rows.iter().map(fixed).collect()).into(),
        text(|row| &row.written),
        text(|row| row.salt),
        Values::Doubles(vec![f64::NAN; rows.len()]).into(),
    ]
}

/// `value` with a point before its last `places` digits, by string alone.
fn point(value: i128, places: usize) -> String {
    let digits = format!("{:0>1$}", value.abs(), places + 1);
    let (whole, rest) = digits.split_at(digits.len() - places);
    format!("{}{whole}.{rest}", if value < 0 { "-" } else { "" })
}

fn csv(rows: &[Row]) -> String {
    let mut text = "double [mg/kg],float [mg/kg],int,long,byte,small,medium,large,fixed,written,\
        salt,unused\n"
        .to_owned();
    for row in rows {
        text.push_str(&format!(
            "{},{},{},{},{},{},{},{},{},{},{},NaN\n",
            row.double,
            row.float,
            row.int,
            row.long,
            row.byte,
            point(row.small.into(), 1),
            point(row.medium.into(), 6),
            point(row.large, 2),
            point(row.fixed, 20),
            row.written,
            row.salt
        ));
    }
    text
}

#[test]
fn a_parquet_file_gets_the_answer_of_its_csv() {
    let folder = folder("same_answer", RULES);
    let rows: Vec<Row> = (0..1500).map(row).collect();
    let cuts = [&rows[..700], &rows[700..701], &rows[701..701], &rows[701..]];
    put(&folder, &bytes(SCHEMA, &cuts.map(group)));
    std::fs::write(folder.join("lots.csv"), csv(&rows)).expect("a file");
    for format in ["text", "json"] {
        let (parquet, stderr, exit) = check(&folder, "lots.parquet", &["--format", format]);
        let (text, _, text_exit) = check(&folder, "lots.csv", &["--format", format]);
        assert_eq!(exit, Some(1), "{stderr}");
        assert_eq!(exit, text_exit);
        assert!(
            parquet.contains("1500") || parquet.contains("1 500"),
            "{parquet}"
        );
        assert_eq!(parquet.replace("lots.parquet", "lots.csv"), text);
    }
    // Every rule has rows that pass and rows that fail, so that the comparison says something.
    let (text, _, _) = check(&folder, "lots.parquet", &[]);
    for code in ["D1", "F1", "I1", "I2", "S1", "M1", "L1", "W1"] {
        let line = text
            .lines()
            .find(|line| line.trim_start().starts_with(code));
        let line = line.expect("a line per rule");
        assert!(line.contains(" fail") && line.contains(" pass"), "{line}");
    }
}

#[test]
fn what_is_a_parquet_file_is_read_as_one_whatever_its_name() {
    let folder = folder("by_magic", WATER);
    put(&folder, &water(&[1.0, 2.0]));
    std::fs::copy(folder.join("lots.parquet"), folder.join("lots.dat")).expect("a copy");
    let (answer, _, exit) = check(&folder, "lots.dat", &[]);
    assert!(answer.contains("2 pass") && exit == Some(0), "{answer}");
}

#[test]
fn a_null_leaves_its_rules_undecided_and_no_others() {
    let rules = format!(
        "{WATER}signal lot.salt : one of {{LiPF6, LiFSI}} column \"salt\"\n\
         rule S1 \"salt\" require lot.salt == LiPF6 severity minor because \"b\" source \"s\" \
         evidence specified\n"
    );
    let folder = folder("nulls", &rules);
    let schema = "message lots { optional double water[mg/kg]; optional binary salt (UTF8); }";
    let word = |text: &str| text.as_bytes().to_vec();
    let water = Column {
        values: Values::Doubles(vec![5.0, 10.0]),
        levels: Some(vec![1, 0, 0, 1]),
        repeats: None,
    };
    let salt = Column {
        values: Values::Bytes(vec![word("LiPF6"), word("LiPF6"), word("LiPF6")]),
        levels: Some(vec![1, 1, 0, 1]),
        repeats: None,
    };
    put(&folder, &bytes(schema, &[vec![water, salt]]));
    insta::assert_snapshot!(said(&folder, "lots.parquet", &[]));
}

/// A file with one optional column of this type and no value in its one row.
fn odd(column: &str, values: Values) -> Vec<u8> {
    let column_of = Column {
        values,
        levels: Some(vec![0]),
        repeats: column.contains("repeated").then(|| vec![0]),
    };
    bytes(&format!("message lots {{ {column} }}"), &[vec![column_of]])
}

#[test]
fn what_cannot_be_read_is_said_with_its_place() {
    let word = |bytes: &[u8]| Values::Bytes(vec![bytes.to_vec()]).into();
    let of_text = |bytes: &[u8]| {
        let schema = "message lots { required binary water[mg/kg] (UTF8); }";
        self::bytes(schema, &[vec![word(bytes)]])
    };
    let whole = water(&[1.0, 2.0, 3.0]);
    let time = "optional int64 water[mg/kg] (TIMESTAMP(MICROS, true));";
    let cases = [
        ("truncated", whole[..whole.len() - 9].to_vec()),
        ("no_magic", b"water [mg/kg]\n1\n".to_vec()),
        ("timestamp", odd(time, Values::Longs(Vec::new()))),
        (
            "list",
            odd("repeated double water[mg/kg];", Values::Doubles(Vec::new())),
        ),
        (
            "nested",
            odd(
                "optional group lot { required double water[mg/kg]; }",
                Values::Doubles(Vec::new()),
            ),
        ),
        (
            "unit",
            odd("optional double water[kg];", Values::Doubles(Vec::new())),
        ),
        (
            "unknown",
            odd(
                "optional double waters[mg/kg];",
                Values::Doubles(Vec::new()),
            ),
        ),
        ("not_finite", water(&[1.0, f64::INFINITY, f64::NAN])),
        ("not_a_number", of_text(b"wet")),
        ("not_utf8", of_text(b"\xb5")),
    ];
    let shown = cases.map(|(name, bytes)| {
        let folder = folder(name, &WATER.replace("\"water [mg/kg]\"", &place(name)));
        put(&folder, &bytes);
        format!("## {name}\n{}", said(&folder, "lots.parquet", &[]))
    });
    insta::assert_snapshot!(shown.join("\n"));
}

/// The header that the rules ask for.
fn place(case: &str) -> String {
    match case {
        "nested" => "\"lot.water\"".to_owned(),
        _ => "\"water [mg/kg]\"".to_owned(),
    }
}

#[test]
fn a_delimiter_is_refused() {
    let folder = folder("delimiter", WATER);
    put(&folder, &water(&[1.0]));
    insta::assert_snapshot!(said(&folder, "lots.parquet", &["--delimiter", ";"]));
}

/// Reads everything; `Err` holds what the user would see.
fn read(bytes: Vec<u8>) -> Result<u64, String> {
    let files = InMemory::new().with("lots.parquet", bytes);
    let mut intake = Intake::new(&files);
    let rendered = |intake: &Intake<'_>| intake.report.diagnostics().render(&intake.sources, false);
    let Some(mut blocks) = Blocks::open(&mut intake, "lots.parquet", &TableFormat::default())
    else {
        return Err(rendered(&intake));
    };
    let mut rows = 0;
    loop {
        match blocks.advance(&intake.sources, 512) {
            Ok(0) => return Ok(rows),
            Ok(read) => rows += read as u64,
            Err(found) => {
                found.into_iter().for_each(|one| intake.report.push(one));
                return Err(rendered(&intake));
            }
        }
    }
}

#[test]
fn a_damaged_byte_is_an_error_or_another_value_but_never_a_panic() {
    let rows: Vec<Row> = (0..40).map(row).collect();
    let whole = bytes(SCHEMA, &[group(&rows[..30]), group(&rows[30..])]);
    assert_eq!(read(whole.clone()), Ok(40));
    let (mut refused, mut read_on, mut given_up) = (0, 0, Vec::new());
    for at in 0..whole.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut damaged = whole.clone();
            damaged[at] ^= flip;
            match read(damaged.clone()) {
                Ok(_) => read_on += 1,
                Err(text) => {
                    assert!(text.contains("error[CW-"), "{text}");
                    refused += 1;
                    if text.contains("contradict each other") {
                        given_up.push(damaged);
                    }
                }
            }
        }
        assert!(read(whole[..at].to_vec()).is_err(), "cut at {at}");
    }
    assert!(
        refused > read_on / 10,
        "{refused} refused, {read_on} read on"
    );
    // Where the crate panics, the user sees our sentence alone.
    let folder = folder("given_up", RULES);
    let shown: Vec<String> = given_up
        .iter()
        .step_by(1 + given_up.len() / 8)
        .map(|damaged| {
            put(&folder, damaged);
            said(&folder, "lots.parquet", &[])
        })
        .collect();
    assert!(
        shown
            .iter()
            .any(|one| one.contains("contradict each other"))
    );
    assert!(
        shown.iter().all(|one| !one.contains("panicked")),
        "{shown:?}"
    );
}
