//! A stage with eyes: looking at what flows by, for a progress bar or a checksum.
//!
//! Twin: `golden/16-counting.mjs`. `inspect` is the `PassThrough`; for bytes alone there is [`streams::ByteCounter`].

use std::cell::RefCell;
use std::io::Write;

use bytes::Bytes;
use flate2::Crc;
use futures::stream::{self, TryStreamExt};
use streams::{ByteCounter, ByteSink, Error, pipeline};

/// Prints each quarter when it has gone by, and the check value at the end.
pub async fn counting(out: &mut dyn Write) -> anyhow::Result<()> {
    let total = 1_000_000;
    let chunks = (0..16).map(|i| Ok::<_, Error>(Bytes::from(vec![i; total / 16])));

    let (meter, crc, shown) = (
        ByteCounter::new(),
        RefCell::new(Crc::new()),
        RefCell::new((25, out)),
    );
    let watched = meter
        .watch(stream::iter(chunks))
        .inspect_ok(|chunk| crc.borrow_mut().update(chunk));
    let reported = watched.and_then(async |chunk| {
        let (next, out) = &mut *shown.borrow_mut();
        while meter.bytes() * 100 >= *next * total as u64 {
            writeln!(out, "{next} % after {} bytes", meter.bytes())?;
            *next += 25;
        }
        Ok(chunk)
    });
    let mut arrived = Vec::new();
    pipeline(reported, ByteSink::new(&mut arrived)).await?;

    let (_, out) = shown.into_inner();
    writeln!(
        out,
        "counted {}, arrived {}, crc32 {:08x}",
        meter.bytes(),
        arrived.len(),
        crc.borrow().sum()
    )?;
    Ok(())
}
