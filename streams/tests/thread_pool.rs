//! All streams share a few threads, which start when one is polled. This file has one test, so that all
//! threads of its process are its own.
#![cfg(target_os = "linux")]

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt, stream};
use streams::{CompressOptions, DecompressOptions, Error, Format, compress, decompress};

fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").unwrap().count()
}

fn endless() -> BoxStream<'static, Result<Bytes, Error>> {
    stream::repeat_with(|| Ok(vec![b'x'; 100_000].into())).boxed()
}

#[test]
fn there_are_no_more_threads_than_cores_and_none_before_they_are_needed() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let cores = num_cpus::get();
    let before = threads();
    let options = CompressOptions {
        threads: 64.try_into().unwrap(),
        ..CompressOptions::default()
    };

    let mut packing: Vec<_> = (0..100)
        .map(|_| compress(Format::Gzip, endless(), &options))
        .collect();
    let mut unpacking: Vec<_> = (0..100)
        .map(|_| {
            let packed = compress(Format::Gzip, endless(), &options);
            decompress(Format::Gzip, packed, DecompressOptions::default()).0
        })
        .collect();
    assert_eq!(threads(), before, "not polled yet");

    for stream in packing.iter_mut().chain(&mut unpacking) {
        runtime.block_on(stream.next()).unwrap().unwrap();
        assert!(threads() <= before + cores, "{} threads", threads());
    }
}
