//! Parquet files: typed columns, block by block. The only door to the crate `parquet`.
//!
//! In: the bytes of a file. Out: its columns in words, and blocks of the columns asked for as
//! [`TypedColumn`]s that run across the ends of row groups. Flat columns of doubles, floats,
//! integers, decimals and UTF-8 text are read; of any other column it is known why not. A file
//! that does not keep what its footer says is damaged, and the column is named; so is one on which
//! the crate gives up in a panic.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use parquet::basic::{Compression, ConvertedType, LogicalType, Type as Physical};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;

use super::typed::{TypedColumn, Values, integer};

/// Digits a decimal may have: those of the integers that hold them.
const DECIMAL_DIGITS_MAX: i32 = 38;

/// An open file.
pub(super) struct ParquetRows {
    file: SerializedFileReader<Bytes>,
    kinds: Vec<Result<Kind, String>>,
    /// Columns that are read.
    wanted: Vec<usize>,
    /// Readers of the wanted columns in the current row group.
    readers: Vec<ColumnReader>,
    /// Row groups opened.
    groups: usize,
    /// Rows of the current row group that are not read.
    left: usize,
    rows_done: u64,
    rows_total: u64,
}

/// How the values of a column are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Double,
    Float,
    Signed,
    Unsigned,
    Decimal { places: usize },
    Text,
}

/// What is wrong with a file.
#[derive(Debug)]
pub(super) enum Problem {
    /// It does not begin as one.
    NoMagic,
    /// The crate could not read it, or gave up.
    Damaged {
        /// Where, if it is known.
        column: Option<usize>,
        /// What the crate said.
        reason: String,
    },
    /// A column has fewer rows than its row group.
    Short {
        /// Which.
        column: usize,
        /// How many rows were found before the end.
        rows: u64,
    },
    /// Bytes that are no text, or no decimal that fits.
    Cell {
        /// In which column.
        column: usize,
        /// In which row, from one.
        row: u64,
        /// What is there.
        what: &'static str,
    },
}

impl Problem {
    /// The file does not begin as a Parquet file.
    pub fn no_magic() -> Self {
        Self::NoMagic
    }

    /// Says what is wrong.
    pub fn message(&self, path: &str) -> String {
        match self {
            Self::NoMagic => format!("`{path}` does not begin with `PAR1`, as Parquet files do"),
            Self::Damaged { reason, .. } => {
                format!("`{path}` is damaged, or no Parquet file: {reason}")
            }
            Self::Short { rows, .. } => {
                format!("`{path}` is damaged: this column ends after row {rows}, others go on")
            }
            Self::Cell { row, what, .. } => format!("`{path}`, row {row}: the cell is {what}"),
        }
    }

    /// Says what to do.
    pub fn help(&self) -> &'static str {
        match self {
            Self::NoMagic | Self::Damaged { .. } | Self::Short { .. } => {
                "export the table again, or take it from where it came from"
            }
            Self::Cell { .. } => "write UTF-8 text, and decimals of at most 38 digits",
        }
    }

    /// Names the column where it is wrong.
    pub fn column(&self) -> Option<usize> {
        match self {
            Self::NoMagic => None,
            Self::Damaged { column, .. } => *column,
            Self::Short { column, .. } | Self::Cell { column, .. } => Some(*column),
        }
    }

    fn damaged(column: Option<usize>, error: &ParquetError) -> Self {
        let reason = match error {
            ParquetError::General(text) | ParquetError::EOF(text) => text.clone(),
            other => other.to_string(),
        };
        Self::Damaged { column, reason }
    }

    fn footer(reason: &str) -> Self {
        Self::Damaged {
            column: None,
            reason: reason.to_owned(),
        }
    }
}

impl ParquetRows {
    /// Reads the footer.
    pub fn open(bytes: Vec<u8>) -> Result<Self, Problem> {
        let bytes = Bytes::from(bytes);
        let file = guarded(None, || {
            SerializedFileReader::new(bytes).map_err(|error| Problem::damaged(None, &error))
        })?;
        let metadata = file.metadata();
        let schema = metadata.file_metadata().schema_descr();
        let mut kinds: Vec<_> = schema.columns().iter().map(|one| kind_of(one)).collect();
        let mut rows_total = 0_u64;
        for group in metadata.row_groups() {
            if group.num_columns() != kinds.len() {
                return Err(Problem::footer("row groups differ in their columns"));
            }
            let rows = u64::try_from(group.num_rows()).ok();
            rows_total = rows
                .and_then(|rows| rows_total.checked_add(rows))
                .ok_or_else(|| Problem::footer("the numbers of rows make no sense"))?;
            for (kind, chunk) in kinds.iter_mut().zip(group.columns()) {
                if let Err(why) = codec(chunk.compression()) {
                    *kind = Err(why);
                }
            }
        }
        let wanted = (0..kinds.len()).filter(|at| kinds[*at].is_ok()).collect();
        Ok(Self {
            file,
            kinds,
            wanted,
            readers: Vec::new(),
            groups: 0,
            left: 0,
            rows_done: 0,
            rows_total,
        })
    }

    /// Returns name and type of each column.
    pub fn schema(&self) -> Vec<(String, String)> {
        let schema = self.file.metadata().file_metadata().schema_descr();
        let columns = schema.columns().iter();
        columns
            .map(|one| (one.path().string(), type_text(one)))
            .collect()
    }

    /// Returns the columns before the first row.
    pub fn columns(&self) -> Vec<TypedColumn> {
        let columns = self.kinds.iter();
        columns
            .map(|kind| TypedColumn {
                values: Values::NotRead,
                missing: Vec::new(),
                refused: kind.as_ref().err().cloned(),
            })
            .collect()
    }

    /// Says which columns will be asked for; before the first block.
    pub fn select(&mut self, wanted: &[usize]) {
        self.wanted = wanted.to_vec();
        self.wanted.sort_unstable();
        self.wanted.dedup();
    }

    /// Returns how many rows have been read, and of how many.
    pub fn progress(&self) -> (u64, u64) {
        (self.rows_done, self.rows_total)
    }

    /// Reads the next rows into the columns and returns how many there are.
    pub fn advance(
        &mut self,
        rows_max: usize,
        columns: &mut [TypedColumn],
    ) -> Result<usize, Problem> {
        for &at in &self.wanted {
            if let Ok(kind) = &self.kinds[at] {
                columns[at].values = none_of(*kind);
                columns[at].missing.clear();
            }
        }
        let mut rows = 0;
        while rows < rows_max {
            if self.left == 0 && !self.next_group()? {
                break;
            }
            let wanted = self.left.min(rows_max - rows);
            if wanted > 0 {
                self.read(wanted, columns)?;
            }
            self.left -= wanted;
            self.rows_done += wanted as u64;
            rows += wanted;
        }
        Ok(rows)
    }

    /// Opens the next row group; `false` at the end.
    fn next_group(&mut self) -> Result<bool, Problem> {
        let metadata = self.file.metadata();
        if self.groups == metadata.num_row_groups() {
            return Ok(false);
        }
        let rows = metadata.row_group(self.groups).num_rows();
        self.left = usize::try_from(rows)
            .map_err(|_| Problem::footer("the numbers of rows make no sense"))?;
        self.readers.clear();
        for &at in &self.wanted {
            let reader = guarded(Some(at), || {
                let group = self.file.get_row_group(self.groups);
                let reader = group.and_then(|group| group.get_column_reader(at));
                reader.map_err(|error| Problem::damaged(Some(at), &error))
            })?;
            self.readers.push(reader);
        }
        self.groups += 1;
        Ok(true)
    }

    fn read(&mut self, rows: usize, columns: &mut [TypedColumn]) -> Result<(), Problem> {
        let done = self.rows_done;
        for (&at, reader) in self.wanted.iter().zip(&mut self.readers) {
            let Ok(kind) = &self.kinds[at] else { continue };
            let mut chunk = Chunk {
                at,
                rows,
                done,
                column: &mut columns[at],
            };
            guarded(Some(at), || chunk.fill(*kind, reader))?;
        }
        Ok(())
    }
}

/// What the crate does, with its panics turned into problems: it trusts some lengths of a file.
fn guarded<T>(
    column: Option<usize>,
    step: impl FnOnce() -> Result<T, Problem>,
) -> Result<T, Problem> {
    let outcome = catch_unwind(AssertUnwindSafe(step));
    outcome.unwrap_or_else(|_| {
        let reason = "its lengths contradict each other".to_owned();
        Err(Problem::Damaged { column, reason })
    })
}

/// Rows of one column of one row group.
struct Chunk<'c> {
    at: usize,
    rows: usize,
    /// Rows before them.
    done: u64,
    column: &'c mut TypedColumn,
}

impl Chunk<'_> {
    fn fill(&mut self, kind: Kind, reader: &mut ColumnReader) -> Result<(), Problem> {
        match reader {
            ColumnReader::DoubleColumnReader(reader) => {
                let read = self.values(reader)?;
                if let Values::Doubles(values) = &mut self.column.values {
                    values.extend(read);
                }
                Ok(())
            }
            ColumnReader::FloatColumnReader(reader) => {
                let read = self.values(reader)?;
                if let Values::Floats(values) = &mut self.column.values {
                    values.extend(read);
                }
                Ok(())
            }
            ColumnReader::Int32ColumnReader(reader) => {
                let unsigned = kind == Kind::Unsigned;
                let read = self.values(reader)?;
                self.scaled(read.into_iter().map(|value| match unsigned {
                    true => i128::from(value.cast_unsigned()),
                    false => i128::from(value),
                }));
                Ok(())
            }
            ColumnReader::Int64ColumnReader(reader) => {
                let unsigned = kind == Kind::Unsigned;
                let read = self.values(reader)?;
                self.scaled(read.into_iter().map(|value| match unsigned {
                    true => i128::from(value.cast_unsigned()),
                    false => i128::from(value),
                }));
                Ok(())
            }
            ColumnReader::ByteArrayColumnReader(reader) => {
                let read = self.values(reader)?;
                self.bytes(kind, &read)
            }
            ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                let read = self.values(reader)?;
                let read: Vec<ByteArray> = read.into_iter().map(ByteArray::from).collect();
                self.bytes(kind, &read)
            }
            // INVARIANT: `kind_of` gives no column of these a kind.
            ColumnReader::BoolColumnReader(_) | ColumnReader::Int96ColumnReader(_) => Ok(()),
        }
    }

    /// Reads one value for each row, any value where there is none, and notes which those are.
    fn values<T: DataType>(
        &mut self,
        reader: &mut ColumnReaderImpl<T>,
    ) -> Result<Vec<T::T>, Problem> {
        let (mut levels, mut present) = (Vec::new(), Vec::new());
        let mut found = 0;
        while found < self.rows {
            let left = self.rows - found;
            let (records, _, _) = reader
                .read_records(left, Some(&mut levels), None, &mut present)
                .map_err(|error| Problem::damaged(Some(self.at), &error))?;
            if records == 0 {
                let rows = self.done + found as u64;
                let column = self.at;
                return Err(Problem::Short { column, rows });
            }
            found += records;
        }
        if present.len() == self.rows {
            if !self.column.missing.is_empty() {
                let all = self.column.missing.len() + self.rows;
                self.column.missing.resize(all, false);
            }
            return Ok(present);
        }
        self.spread(&levels, present)
    }

    /// Puts values where the levels say that there is one.
    fn spread<T: Clone + Default>(
        &mut self,
        levels: &[i16],
        present: Vec<T>,
    ) -> Result<Vec<T>, Problem> {
        let before = self.len();
        self.column.missing.resize(before, false);
        let mut present = present.into_iter();
        let mut all = Vec::with_capacity(self.rows);
        for &level in levels.iter().take(self.rows) {
            let value = if level > 0 { present.next() } else { None };
            self.column.missing.push(value.is_none());
            all.push(value.unwrap_or_default());
        }
        if all.len() == self.rows && present.next().is_none() {
            return Ok(all);
        }
        let reason = "values and levels differ in number".to_owned();
        let column = Some(self.at);
        Err(Problem::Damaged { column, reason })
    }

    /// Rows already in the block.
    fn len(&self) -> usize {
        match &self.column.values {
            Values::NotRead => 0,
            Values::Doubles(values) => values.len(),
            Values::Floats(values) => values.len(),
            Values::Scaled { values, .. } => values.len(),
            Values::Words(words) => words.len(),
        }
    }

    fn scaled(&mut self, read: impl Iterator<Item = i128>) {
        if let Values::Scaled { values, .. } = &mut self.column.values {
            values.extend(read);
        }
    }

    /// Takes bytes as text or as decimals, as the column says.
    fn bytes(&mut self, kind: Kind, read: &[ByteArray]) -> Result<(), Problem> {
        let before = self.len();
        for (row, bytes) in (1..).zip(read) {
            let is_missing = self.column.missing.get(before + row - 1) == Some(&true);
            let bytes = if is_missing { &[] } else { bytes.data() };
            let what = match (&mut self.column.values, kind) {
                (Values::Scaled { values, .. }, Kind::Decimal { .. }) => match integer(bytes) {
                    Some(value) => {
                        values.push(value);
                        continue;
                    }
                    None => "a decimal with too many digits",
                },
                (Values::Words(words), _) => match std::str::from_utf8(bytes) {
                    Ok(word) => {
                        words.push(word.to_owned());
                        continue;
                    }
                    Err(_) => "no UTF-8 text",
                },
                _ => "of another type than its column",
            };
            let (column, row) = (self.at, self.done + row as u64);
            return Err(Problem::Cell { column, row, what });
        }
        Ok(())
    }
}

fn none_of(kind: Kind) -> Values {
    let scaled = |places| Values::Scaled {
        values: Vec::new(),
        places,
    };
    match kind {
        Kind::Double => Values::Doubles(Vec::new()),
        Kind::Float => Values::Floats(Vec::new()),
        Kind::Signed | Kind::Unsigned => scaled(0),
        Kind::Decimal { places } => scaled(places),
        Kind::Text => Values::Words(Vec::new()),
    }
}

/// How a column is meant, or why it cannot be read.
fn kind_of(column: &ColumnDescriptor) -> Result<Kind, String> {
    if column.max_rep_level() > 0 {
        return Err("holds a list in each row".to_owned());
    }
    if column.path().parts().len() > 1 {
        return Err("lies inside a structure".to_owned());
    }
    let other = || Err(format!("is of the type {}", type_text(column)));
    let logical = column.logical_type_ref();
    let converted = column.converted_type();
    let is_plain = logical.is_none() && converted == ConvertedType::NONE;
    if matches!(logical, Some(LogicalType::Decimal(_))) || converted == ConvertedType::DECIMAL {
        let (digits, places) = (column.type_precision(), column.type_scale());
        return match usize::try_from(places) {
            Ok(places) if digits <= DECIMAL_DIGITS_MAX && places <= digits.max(0) as usize => {
                Ok(Kind::Decimal { places })
            }
            _ => Err(format!(
                "is a decimal of {digits} digits, {places} of them after the point"
            )),
        };
    }
    match column.physical_type() {
        Physical::DOUBLE if is_plain => Ok(Kind::Double),
        Physical::FLOAT if is_plain => Ok(Kind::Float),
        Physical::INT32 | Physical::INT64 => match (logical, converted) {
            (None, ConvertedType::NONE) => Ok(Kind::Signed),
            (Some(LogicalType::Integer(integer)), _) if integer.is_signed => Ok(Kind::Signed),
            (Some(LogicalType::Integer(_)), _) => Ok(Kind::Unsigned),
            (None, ConvertedType::INT_8 | ConvertedType::INT_16) => Ok(Kind::Signed),
            (None, ConvertedType::INT_32 | ConvertedType::INT_64) => Ok(Kind::Signed),
            (None, ConvertedType::UINT_8 | ConvertedType::UINT_16) => Ok(Kind::Unsigned),
            (None, ConvertedType::UINT_32 | ConvertedType::UINT_64) => Ok(Kind::Unsigned),
            _ => other(),
        },
        Physical::BYTE_ARRAY => match (logical, converted) {
            (Some(LogicalType::String | LogicalType::Enum), _) => Ok(Kind::Text),
            (None, ConvertedType::NONE | ConvertedType::UTF8 | ConvertedType::ENUM) => {
                Ok(Kind::Text)
            }
            _ => other(),
        },
        _ => other(),
    }
}

/// The type of a column as other tools name it.
fn type_text(column: &ColumnDescriptor) -> String {
    let physical = column.physical_type();
    let converted = column.converted_type();
    let logical = column.logical_type_ref().map(|one| format!("{one:?}"));
    let meant = match &logical {
        Some(_) if converted == ConvertedType::DECIMAL => {
            format!("({}, {})", column.type_precision(), column.type_scale())
        }
        Some(text) => {
            let end = text.find(|c: char| !c.is_alphanumeric());
            format!(" {}", &text[..end.unwrap_or(text.len())])
        }
        None if converted == ConvertedType::NONE => String::new(),
        None => format!(" {converted}"),
    };
    match converted {
        ConvertedType::DECIMAL => format!("DECIMAL{meant}"),
        _ => format!("{physical}{meant}"),
    }
}

/// Refuses what this build does not unpack.
fn codec(compression: Compression) -> Result<(), String> {
    match compression {
        Compression::UNCOMPRESSED | Compression::SNAPPY => Ok(()),
        Compression::ZSTD(_) if cfg!(feature = "parquet-zstd") => Ok(()),
        Compression::ZSTD(_) => Err(
            "is compressed with Zstandard, which builds with `--features parquet-zstd` read"
                .to_owned(),
        ),
        other => {
            let name = other.to_string();
            let end = name.find('(').unwrap_or(name.len());
            Err(format!("is compressed with {}", &name[..end]))
        }
    }
}
