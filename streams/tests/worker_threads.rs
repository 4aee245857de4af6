//! The threads that compress end with their stream. This file has one test, so that all threads of its process are its own.

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt, stream};
use streams::{CompressOptions, Error, Format, compress};

const THREADS: usize = 5;

fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").unwrap().count()
}

/// Waits until there are `expected` threads: one that was joined may still be listed for a moment.
#[track_caller]
fn expect_threads(expected: usize) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while threads() != expected {
        let late = std::time::Instant::now() > deadline;
        assert!(!late, "{} threads, not {expected}", threads());
        std::thread::yield_now();
    }
}

fn endless() -> BoxStream<'static, Result<Bytes, Error>> {
    stream::repeat_with(|| Ok(vec![b'x'; 100_000].into())).boxed()
}

#[test]
fn the_threads_end_with_their_stream() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let options = CompressOptions {
        threads: THREADS.try_into().unwrap(),
        ..CompressOptions::default()
    };
    let before = threads();
    let start = |input| {
        let stream = compress(Format::Gzip, input, &options);
        expect_threads(before + THREADS);
        stream
    };

    // Dropped before it was polled.
    drop(start(endless()));
    expect_threads(before);

    // Dropped while blocks are in flight.
    let mut stream = start(endless());
    for _ in 0..10 {
        runtime.block_on(stream.next()).unwrap().unwrap();
    }
    drop(stream);
    expect_threads(before);

    // Taken to the end.
    let mut stream = start(endless().take(20).boxed());
    while let Some(chunk) = runtime.block_on(stream.next()) {
        chunk.unwrap();
    }
    drop(stream);
    expect_threads(before);

    // Ended by an error of the source.
    let failing = endless()
        .take(20)
        .chain(stream::iter([Err(Error::Truncated)]));
    let mut stream = start(failing.boxed());
    while let Some(Ok(_)) = runtime.block_on(stream.next()) {}
    drop(stream);
    expect_threads(before);
}
