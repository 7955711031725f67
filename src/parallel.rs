//! The only door to threads: work over fixed chunks, collected in order.
//!
//! In: a number of items, a number of threads, and a function of one chunk of item indices. Out:
//! one result per chunk in chunk order. Chunks are 512 items whatever the number of threads, so
//! a caller that sums chunk results in order gets the same bits on 1 and on 64 threads. A chunk
//! that panics becomes a typed error naming the chunk; the other chunks still finish.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rayon::iter::{IntoParallelIterator, ParallelIterator};

/// Items per chunk; part of the result's definition, never tuned at run time.
pub const CHUNK_ITEMS: u64 = 512;

/// The most threads accepted; more is a typing error, not a machine.
pub const THREADS_MAX: usize = 1024;

/// Stack of a thread. A kernel over eight lanes is one function; in a development build, where
/// nothing shares a slot, its frame alone exceeds the 2 MiB that threads have by default. Pages
/// that are never touched cost nothing.
const STACK_BYTES: usize = 64 << 20;

/// Why parallel work gave no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParallelError {
    /// The thread count is zero or beyond [`THREADS_MAX`].
    ThreadCount {
        /// The count asked for.
        threads: usize,
    },
    /// The operating system did not start the threads.
    PoolNotStarted {
        /// The count asked for.
        threads: usize,
        /// What the thread library said.
        reason: String,
    },
    /// A chunk panicked; of several, the lowest is named.
    ChunkPanicked {
        /// Index of the chunk.
        chunk: u64,
        /// Index of the first item in the chunk.
        first_item: u64,
        /// The panic message, when it was text.
        message: String,
    },
}

impl fmt::Display for ParallelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ThreadCount { threads } => {
                write!(
                    f,
                    "cannot work on {threads} threads: expected 1 to {THREADS_MAX}"
                )
            }
            Self::PoolNotStarted { threads, reason } => {
                write!(f, "cannot start {threads} threads: {reason}; try fewer")
            }
            Self::ChunkPanicked {
                chunk,
                first_item,
                message,
            } => {
                write!(
                    f,
                    "chunk {chunk} (from item {first_item}) stopped: {message}"
                )
            }
        }
    }
}

impl Error for ParallelError {}

/// Applies `work` to every chunk of `0..items` on `threads` threads of a private pool.
///
/// `progress` is called after each chunk with the number of items in it, from any thread and in
/// any order; it must not influence results.
///
/// # Errors
/// [`ParallelError`] for an unusable thread count, threads that do not start, or a panicking
/// chunk.
pub fn map_chunks<T, F>(
    items: u64,
    threads: usize,
    progress: &(dyn Fn(u64) + Sync),
    work: F,
) -> Result<Vec<T>, ParallelError>
where
    T: Send,
    F: Fn(Range<u64>) -> T + Sync,
{
    if threads == 0 || threads > THREADS_MAX {
        return Err(ParallelError::ThreadCount { threads });
    }
    let guarded = |chunk: u64| {
        let first_item = chunk * CHUNK_ITEMS;
        let range = first_item..items.min(first_item + CHUNK_ITEMS);
        let length = range.end - range.start;
        // A panicking chunk yields no value at all, so nothing half-built can be observed.
        let result = catch_unwind(AssertUnwindSafe(|| work(range)));
        progress(length);
        result.map_err(|payload| ParallelError::ChunkPanicked {
            chunk,
            first_item,
            message: panic_message(payload.as_ref()),
        })
    };
    // Always on the pool, whose threads have the stack that kernels need.
    on_pool(items.div_ceil(CHUNK_ITEMS), threads, guarded)
}

/// Does `0..count` pieces of work on a private pool and collects in their order.
fn on_pool<T, F>(count: u64, threads: usize, guarded: F) -> Result<Vec<T>, ParallelError>
where
    T: Send,
    F: Fn(u64) -> Result<T, ParallelError> + Sync + Send,
{
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .stack_size(STACK_BYTES)
        .build()
        .map_err(|error| ParallelError::PoolNotStarted {
            threads,
            reason: error.to_string(),
        })?;
    let results: Vec<Result<T, ParallelError>> =
        pool.install(|| (0..count).into_par_iter().map(guarded).collect());
    // Collecting stops at the first error in order, which makes the named piece the same on every
    // thread count.
    results.into_iter().collect()
}

/// Applies `work` to every item of `0..items` on at most `threads` threads of a private pool: for
/// few and large pieces of work whose number is part of the question, not of the machine.
///
/// # Errors
/// As [`map_chunks`]; a panic names the item as chunk.
pub fn map_items<T, F>(items: u64, threads: usize, work: F) -> Result<Vec<T>, ParallelError>
where
    T: Send,
    F: Fn(u64) -> T + Sync,
{
    if threads == 0 || threads > THREADS_MAX {
        return Err(ParallelError::ThreadCount { threads });
    }
    let guarded = |item: u64| {
        let result = catch_unwind(AssertUnwindSafe(|| work(item)));
        result.map_err(|payload| ParallelError::ChunkPanicked {
            chunk: item,
            first_item: item,
            message: panic_message(payload.as_ref()),
        })
    };
    if threads == 1 || items <= 1 {
        return (0..items).map(guarded).collect();
    }
    on_pool(items, threads, guarded)
}

/// Returns the text of a panic payload.
fn panic_message(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "panic without a message".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[test]
    fn chunks_come_back_in_order_on_any_thread_count() {
        let items = 3 * CHUNK_ITEMS + 5;
        let run = |threads| {
            map_chunks(items, threads, &|_| {}, |range| {
                range.fold(0.0_f64, |sum, item| sum + 1.0 / (1.0 + item as f64))
            })
            .unwrap()
        };
        let single = run(1);
        assert_eq!(single.len(), 4);
        assert_eq!(single, run(2));
        assert_eq!(single, run(7));
    }

    #[test]
    fn every_item_is_reported_once() {
        let done = AtomicU64::new(0);
        let count = |items| {
            done.fetch_add(items, Ordering::Relaxed);
        };
        let ranges = map_chunks(10_000, 3, &count, |range| range).unwrap();
        assert_eq!(done.load(Ordering::Relaxed), 10_000);
        assert_eq!(
            ranges.into_iter().flatten().collect::<Vec<_>>(),
            (0..10_000).collect::<Vec<_>>()
        );
    }

    #[test]
    fn lowest_panicking_chunk_is_named() {
        for threads in [1, 4] {
            let error = map_chunks(5 * CHUNK_ITEMS, threads, &|_| {}, |range| {
                let chunk = range.start / CHUNK_ITEMS;
                assert!(chunk < 2, "bad state in {chunk}");
            })
            .unwrap_err();
            assert_eq!(
                error,
                ParallelError::ChunkPanicked {
                    chunk: 2,
                    first_item: 2 * CHUNK_ITEMS,
                    message: "bad state in 2".to_owned()
                }
            );
        }
    }

    #[test]
    fn no_items_is_an_empty_answer_and_no_threads_an_error() {
        assert_eq!(map_chunks(0, 2, &|_| {}, |range| range), Ok(Vec::new()));
        let error = map_chunks(1, 0, &|_| {}, |range| range).unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot work on 0 threads: expected 1 to 1024"
        );
    }
}
