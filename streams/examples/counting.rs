//! Looking at the bytes that flow by, for a progress bar or a checksum.
//!
//! `inspect_ok` is the `PassThrough`; `ByteCounter` counts with it.

use bytes::Bytes;
use flate2::Crc;
use futures::stream::{self, TryStreamExt};
use streams::{ByteCounter, ByteSink, Error, pipeline};

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    let chunks = (0..16).map(|i| Ok::<_, Error>(Bytes::from(vec![i; 1000])));

    let counter = ByteCounter::new();
    let mut check = Crc::new();
    let watched = counter.watch(stream::iter(chunks)).inspect_ok(|chunk| {
        let bytes = counter.bytes();
        check.update(chunk);
        if bytes.is_multiple_of(4000) {
            println!("{} % after {bytes} bytes", bytes / 160);
        }
    });
    let mut arrived = Vec::new();
    pipeline(watched, ByteSink::new(&mut arrived)).await?;
    let (counted, arrived) = (counter.bytes(), arrived.len());
    println!(
        "counted {counted}, arrived {arrived}, crc32 {:x}",
        check.sum()
    );
    Ok(())
}
