//! The `cellwright` command line.

fn main() {}
