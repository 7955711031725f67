//! A small generator of numbers: splitmix64 (G. Steele, D. Lea, C. Flood, OOPSLA 2014).
//!
//! In: a seed. Out: the same numbers on every machine and with every version of any library.

/// The generator.
pub struct Dice(u64);

impl Dice {
    /// Starts from a seed and the number of a stream.
    pub fn new(seed: u64, stream: u64) -> Self {
        Self(seed ^ stream.wrapping_mul(0xD134_2543_DE82_EF95))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from zero to below the count.
    pub fn below(&mut self, count: usize) -> usize {
        let count = u64::try_from(count).expect("64 bits");
        usize::try_from(self.next() % count).expect("below the count")
    }

    /// A whole number between two ends, both included.
    pub fn within(&mut self, low: i64, high: i64) -> i64 {
        let count = usize::try_from(high - low + 1).expect("a range");
        low + i64::try_from(self.below(count)).expect("small")
    }

    /// Whether something happens that happens so often in a hundred.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of some.
    pub fn pick<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        (!all.is_empty()).then(|| all[self.below(all.len())])
    }
}
