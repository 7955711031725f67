//! Small Parquet files, written with the crate itself.

use std::path::Path;
use std::sync::Arc;

use parquet::basic::{Compression, Encoding};
use parquet::data_type::{
    ByteArray, ByteArrayType, DoubleType, FixedLenByteArray, FixedLenByteArrayType, FloatType,
    Int32Type, Int64Type,
};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::parser::parse_message_type;

/// The values of a column that has no nulls.
#[derive(Clone, Debug)]
pub enum Values {
    /// Doubles.
    Doubles(Vec<f64>),
    /// Floats.
    Floats(Vec<f32>),
    /// 32 bits.
    Ints(Vec<i32>),
    /// 64 bits.
    Longs(Vec<i64>),
    /// Byte arrays of any length.
    Bytes(Vec<Vec<u8>>),
    /// Byte arrays of the length the schema says.
    Fixed(Vec<Vec<u8>>),
}

/// One column: its values, and for an optional one which rows have one (1) and which not (0); for
/// a list repetition levels as well.
#[derive(Clone, Debug)]
pub struct Column {
    /// The values that are there.
    pub values: Values,
    /// Definition levels.
    pub levels: Option<Vec<i16>>,
    /// Repetition levels.
    pub repeats: Option<Vec<i16>>,
}

impl From<Values> for Column {
    fn from(values: Values) -> Self {
        Self {
            values,
            levels: None,
            repeats: None,
        }
    }
}

/// The bytes of a file with this schema and these row groups.
pub fn bytes(schema: &str, groups: &[Vec<Column>]) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(schema).expect("a schema"));
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_encoding(Encoding::PLAIN)
        .set_data_page_row_count_limit(200)
        .set_write_batch_size(50)
        .build();
    let mut writer =
        SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).expect("a writer");
    for columns in groups {
        let mut group = writer.next_row_group().expect("a row group");
        for column in columns {
            let mut chunk = group.next_column().expect("a column").expect("in schema");
            write(&mut chunk, column);
            chunk.close().expect("closes");
        }
        group.close().expect("closes");
    }
    writer.into_inner().expect("closes")
}

fn write(chunk: &mut SerializedColumnWriter<'_>, column: &Column) {
    let (levels, repeats) = (column.levels.as_deref(), column.repeats.as_deref());
    let array = |bytes: &Vec<u8>| ByteArray::from(bytes.clone());
    let written = match &column.values {
        Values::Doubles(all) => chunk
            .typed::<DoubleType>()
            .write_batch(all, levels, repeats),
        Values::Floats(all) => chunk.typed::<FloatType>().write_batch(all, levels, repeats),
        Values::Ints(all) => chunk.typed::<Int32Type>().write_batch(all, levels, repeats),
        Values::Longs(all) => chunk.typed::<Int64Type>().write_batch(all, levels, repeats),
        Values::Bytes(all) => {
            let all: Vec<ByteArray> = all.iter().map(array).collect();
            let chunk = chunk.typed::<ByteArrayType>();
            chunk.write_batch(&all, levels, repeats)
        }
        Values::Fixed(all) => {
            let fixed = |bytes| FixedLenByteArray::from(array(bytes));
            let all: Vec<FixedLenByteArray> = all.iter().map(fixed).collect();
            let chunk = chunk.typed::<FixedLenByteArrayType>();
            chunk.write_batch(&all, levels, repeats)
        }
    };
    written.expect("writes");
}

/// A file with one required column of doubles.
pub fn water(values: &[f64]) -> Vec<u8> {
    let column = Values::Doubles(values.to_vec()).into();
    bytes(
        "message lots { required double water[mg/kg]; }",
        &[vec![column]],
    )
}

/// Writes bytes to `lots.parquet` in the folder.
pub fn put(folder: &Path, bytes: &[u8]) {
    std::fs::write(folder.join("lots.parquet"), bytes).expect("a file");
}
