//! Diagnostic codes of documents: `CW-01xx`, each with a title and an explanation.
//!
//! In: nothing. Out: the constants the readers use and the table that `explain` prints. A code
//! is never reused with another meaning.

/// A file named by the user or by a document does not exist.
pub const NOT_FOUND: &str = "CW-0101";
/// The file system refused to give a file.
pub const UNREADABLE: &str = "CW-0102";
/// A document is larger than the limit.
pub const TOO_LARGE: &str = "CW-0103";
/// A document is not UTF-8.
pub const NOT_TEXT: &str = "CW-0104";
/// A document is not TOML.
pub const SYNTAX: &str = "CW-0105";
/// A key stands twice in one table.
pub const DUPLICATE_KEY: &str = "CW-0106";
/// The schema line is missing or names another schema.
pub const SCHEMA: &str = "CW-0107";
/// A key that the document does not have.
pub const UNKNOWN_KEY: &str = "CW-0108";
/// A key that must be there is absent.
pub const MISSING_KEY: &str = "CW-0109";
/// A value of another type than expected.
pub const WRONG_TYPE: &str = "CW-0110";
/// A text that is not a number with a unit.
pub const NOT_A_QUANTITY: &str = "CW-0111";
/// A number without unit where one is needed.
pub const MISSING_UNIT: &str = "CW-0112";
/// A quantity of another dimension or kind.
pub const WRONG_DIMENSION: &str = "CW-0113";
/// An infinite or undefined number.
pub const NOT_FINITE: &str = "CW-0114";
/// A comma inside a number where none was declared.
pub const DECIMAL_COMMA: &str = "CW-0115";
/// `ppm` or `ppb` without saying of what.
pub const FRACTION_WITHOUT_BASIS: &str = "CW-0116";
/// A unit nobody knows.
pub const UNKNOWN_UNIT: &str = "CW-0117";
/// `degC` used for a temperature difference.
pub const DEGREE_DIFFERENCE: &str = "CW-0118";
/// A quantity name that the dictionary does not have.
pub const UNKNOWN_NAME: &str = "CW-0119";
/// A quantity in a place where its role does not fit.
pub const WRONG_ROLE: &str = "CW-0120";
/// A word outside a closed list.
pub const UNKNOWN_WORD: &str = "CW-0121";
/// A text that is no tolerance.
pub const TOLERANCE: &str = "CW-0122";
/// A spread that is malformed or does not fit its value.
pub const SPREAD: &str = "CW-0123";
/// A text that is no range, or a range upside down.
pub const RANGE: &str = "CW-0124";
/// A number outside the range that makes sense.
pub const OUT_OF_RANGE: &str = "CW-0125";
/// Zones that are not numbered 1, 2, 3, ….
pub const ZONE_NUMBERS: &str = "CW-0126";
/// A change without scope or end.
pub const TRIAL_WITHOUT_SCOPE: &str = "CW-0127";
/// A change of something the recipe does not have.
pub const CHANGE_OF_NOTHING: &str = "CW-0128";
/// An observation that says too little or too much.
pub const OBSERVATION: &str = "CW-0129";
/// A cell of a table that cannot be used.
pub const BAD_CELL: &str = "CW-0130";
/// A table that is not rectangular or has no such column.
pub const TABLE: &str = "CW-0131";
/// A table whose delimiter or decimal sign is ambiguous.
pub const AMBIGUOUS_TABLE: &str = "CW-0132";
/// A model value outside the range it is valid in.
pub const OUTSIDE_VALID: &str = "CW-0133";
/// A model lacks a parameter.
pub const MISSING_PARAMETER: &str = "CW-0134";
/// A law that cannot be computed yet.
pub const LAW_NOT_YET: &str = "CW-0135";
/// Two documents that set the same parameter.
pub const SET_TWICE: &str = "CW-0136";
/// A formation step that makes no sense.
pub const PROTOCOL_STEP: &str = "CW-0137";
/// An import map that does not fit its table.
pub const IMPORT_MAP: &str = "CW-0138";
/// A historian's text where a number was expected.
pub const NO_VALUE: &str = "CW-0139";
/// A Parquet file that cannot be read, wholly or in a column.
pub const PARQUET: &str = "CW-0140";
/// Points of a replaced outcome that make no table.
pub const REPLACED_TABLE: &str = "CW-0141";
/// A formula of a replaced outcome that cannot be used.
pub const REPLACED_EXPRESSION: &str = "CW-0142";

/// Code, title, explanation.
pub type Explanation = (&'static str, &'static str, &'static str);

/// All codes of documents, for `explain`.
pub const CODES: &[Explanation] = &[
    (
        NOT_FOUND,
        "a file does not exist",
        "Paths in a document are relative to that document; paths on the command line are \
         relative to the current folder. Check the spelling and the folder.",
    ),
    (
        UNREADABLE,
        "a file cannot be read",
        "The file exists, but the file system refused to give it: often missing permission or a \
         broken disk. Nothing was computed.",
    ),
    (
        TOO_LARGE,
        "a document is too large",
        "Documents are limited to 64 MiB, because a larger one is almost always the wrong file; \
         the table of `check --table` to 1 GiB. Split a table, or aggregate it first.",
    ),
    (
        NOT_TEXT,
        "a document is not UTF-8 text",
        "Spreadsheets on Windows often save CSV as Latin-1 or UTF-16; then µ and ° are other \
         bytes. Save the file as UTF-8.",
    ),
    (
        SYNTAX,
        "a document is not TOML",
        "The place shown is where the text stops to be TOML. Common reasons are a missing quote \
         and a missing closing bracket. See https://toml.io.",
    ),
    (
        DUPLICATE_KEY,
        "a key is set twice",
        "Two values for one key would make the result depend on which one is read last. Keep \
         one.",
    ),
    (
        SCHEMA,
        "the schema line is missing or another one",
        "Every document begins with a line such as `schema = \"cellwright/recipe/1\"`, so that \
         a file is never read as something it is not, and so that old files stay readable when \
         a format changes.",
    ),
    (
        UNKNOWN_KEY,
        "a key is unknown",
        "Unknown keys are errors: a silently ignored `tolerence` would be judged without \
         tolerance.",
    ),
    (
        MISSING_KEY,
        "a key is missing",
        "A key that has no safe default is absent. Nothing physical is ever filled in by the \
         program.",
    ),
    (
        WRONG_TYPE,
        "a value has another type than expected",
        "For instance a table where a string is expected, or an empty text.",
    ),
    (
        NOT_A_QUANTITY,
        "a text is not a quantity",
        "A quantity is a number, a space and a unit: `25 m/min`, `-40 degC`, `0.35`.",
    ),
    (
        MISSING_UNIT,
        "a number has no unit",
        "Only plain numbers go without a unit. A fraction needs one too (`percent_mass`, \
         `ppm_volume`, …), because it must say of what.",
    ),
    (
        WRONG_DIMENSION,
        "a quantity has another dimension or kind",
        "The dictionary says what each name measures. Fractions by mass, volume and amount are \
         different kinds, and so are normal and actual volume flow, and frost and dew point.",
    ),
    (
        NOT_FINITE,
        "a number is not finite",
        "Infinity and `NaN` are results of failed computations or of export errors, never \
         settings or measurements.",
    ),
    (
        DECIMAL_COMMA,
        "a number has a comma",
        "`1,5` is one and a half in one country and fifteen with a lost point in another. In \
         TOML write a point; for tables declare `decimal = \",\"`, or \
         `--decimal comma` for `check --table`.",
    ),
    (
        FRACTION_WITHOUT_BASIS,
        "`ppm` does not say of what",
        "Parts per million by mass, by volume and by amount differ by factors. Write \
         `ppm_mass`, `ppm_volume` or `ppm_mole`.",
    ),
    (
        UNKNOWN_UNIT,
        "a unit is unknown",
        "Units are the tokens of the reference page, joined without spaces by `*` and `/`, with \
         `^` for powers: `g/m^2`, `W/m^2/K`.",
    ),
    (
        DEGREE_DIFFERENCE,
        "`degC` is used for a difference",
        "`degC` is a point on a scale: 2 degC is 275.15 K. A tolerance or a spread of two \
         degrees is `2 K`.",
    ),
    (
        UNKNOWN_NAME,
        "a quantity name is unknown",
        "Recipes, models, rules and simulation share one dictionary of names. The nearest name \
         is shown.",
    ),
    (
        WRONG_ROLE,
        "a quantity stands where its role does not fit",
        "A recipe sets setpoints, materials and disturbances; a model sets parameters; outcomes \
         are computed, they can be observed and limited but not set.",
    ),
    (
        UNKNOWN_WORD,
        "a word is none of those possible here",
        "The message lists what is possible.",
    ),
    (
        TOLERANCE,
        "a text is not a tolerance",
        "A tolerance is hard: the rules are proved for everything inside it. Write `± 0.3 %` \
         (of the value), `± 2 mm`, `+ 1 / - 2 mm`, or `{ minus = \"2 mm\", plus = \"1 mm\" }`.",
    ),
    (
        SPREAD,
        "a spread is malformed or does not fit",
        "A spread says how a value varies from sample to sample. It must have a width, contain \
         the value it belongs to, and still do so after a change.",
    ),
    (
        RANGE,
        "a text is not a range",
        "Write `22 .. 27 m/min`: lower bound, two dots, upper bound with the unit that covers \
         both.",
    ),
    (
        OUT_OF_RANGE,
        "a number lies outside its sensible range",
        "The message says the range.",
    ),
    (
        ZONE_NUMBERS,
        "zones are not numbered without gap",
        "Dryer zones are `drying.zone[1]`, `drying.zone[2]`, … in the direction of the web; the \
         number of zones is the highest number, so none may be missing.",
    ),
    (
        TRIAL_WITHOUT_SCOPE,
        "a change has neither scope nor end",
        "A trial without end is a release nobody signed. Say how much (`scope = \"3 reels of \
         1200 m\"`) or until when (`until = \"2027-01-31\"`).",
    ),
    (
        CHANGE_OF_NOTHING,
        "a change sets what the recipe does not have",
        "A change replaces values of the recipe; to add a parameter, edit the recipe.",
    ),
    (
        OBSERVATION,
        "an observation is incomplete or contradictory",
        "An observation needs a subject (`this-line`, `sister-line` or `literature`), a source, \
         and either a summary or a file with a column.",
    ),
    (
        BAD_CELL,
        "a cell of a table cannot be used",
        "Row and column are shown. Cells are never skipped: remove the row on purpose, or \
         declare how the cell is to be read.",
    ),
    (
        TABLE,
        "a table has another shape than expected",
        "Every row needs as many cells as the header, header names must be unique, and the \
         columns asked for must exist.",
    ),
    (
        AMBIGUOUS_TABLE,
        "delimiter or decimal sign can be read in two ways",
        "`1;2,5` and `1,2;5` cannot be told apart by looking. Declare `delimiter` and `decimal`.",
    ),
    (
        OUTSIDE_VALID,
        "a model value lies outside its valid range",
        "Each model parameter says where its source holds. Change the value, or find a source \
         that covers it.",
    ),
    (
        MISSING_PARAMETER,
        "the model lacks a parameter",
        "A part of the simulation needs a number that neither recipe nor model gives. It is \
         never invented: measure it, cite it, or adopt a named prior with `adopt = […]`.",
    ),
    (
        LAW_NOT_YET,
        "a law cannot be computed yet",
        "The list of laws is closed. This one is reserved but not implemented in this version: \
         not yet.",
    ),
    (
        SET_TWICE,
        "two documents set one parameter",
        "A value must have one source. Remove it from the model or do not adopt the prior.",
    ),
    (
        PROTOCOL_STEP,
        "a formation step makes no sense",
        "`Rest for 1 hour`, `Charge at C/20 until 4.2 V`, `Hold at 4.2 V until C/50`; or as a \
         table: `rest` needs a duration, `cc` a current and a stop (`until_voltage`, \
         `until_capacity` or `duration`), `cv` a voltage and a stop (`until_current` or \
         `duration`). Any number may be the name of a setpoint of the recipe.",
    ),
    (
        IMPORT_MAP,
        "an import map does not fit its table",
        "The map says which column or row is which quantity; the message names what it could \
         not find.",
    ),
    (
        NO_VALUE,
        "a historian's text stands where a number is expected",
        "Historians write `Bad`, `I/O Timeout` or `Over Range` where there was no measurement. \
         That is a quality code, not a number, and nothing is put in its place.",
    ),
    (
        PARQUET,
        "a Parquet file cannot be read",
        "Parquet is read by builds with the feature `parquet` only. Read are flat columns of \
         doubles, floats, integers, decimals of up to 38 digits and UTF-8 text, uncompressed or \
         compressed with Snappy (with Zstandard by builds with `parquet-zstd`). The message says \
         what the file has instead, or where it is damaged.",
    ),
    (
        REPLACED_TABLE,
        "measured points make no table",
        "An outcome of a stage can be given by measured points over one or two variables. A point \
         is a list: the variables, then the outcome, each with its unit. Over one variable there \
         are two points or more, over two variables one for every pair of their values. Between \
         the points the table is linear; `outside` says whether a sample beyond them is an error \
         or goes on with a flag.",
    ),
    (
        REPLACED_EXPRESSION,
        "a formula for an outcome cannot be used",
        "An outcome of a stage can be given by an expression of the rule language. It reads inputs \
         and outcomes made before it by their dictionary names, and its unit has to be that of the \
         outcome. `valid` states for what it reads the range in which it holds, and `outside` what \
         happens beyond.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_consecutive_and_explained() {
        for (at, (code, title, explanation)) in CODES.iter().enumerate() {
            assert_eq!(*code, format!("CW-{:04}", 101 + at));
            assert!(!title.is_empty() && explanation.ends_with('.'), "{code}");
        }
    }
}
