//! Looking at the bytes that flow by, for a progress bar or a checksum.
//!
//! `inspect_ok` is the `PassThrough`.

use bytes::Bytes;
use flate2::Crc;
use futures::stream::{self, TryStreamExt};
use streams::{ByteSink, Error, pipeline};

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    let chunks = (0..16).map(|i| Ok::<_, Error>(Bytes::from(vec![i; 1000])));

    let mut bytes = 0;
    let mut check = Crc::new();
    let watched = stream::iter(chunks).inspect_ok(|chunk| {
        bytes += chunk.len();
        check.update(chunk);
        if bytes.is_multiple_of(4000) {
            println!("{} % after {bytes} bytes", bytes / 160);
        }
    });
    let mut arrived = Vec::new();
    pipeline(watched, ByteSink::new(&mut arrived)).await?;
    println!(
        "counted {bytes}, arrived {}, crc32 {:x}",
        arrived.len(),
        check.sum()
    );
    Ok(())
}
