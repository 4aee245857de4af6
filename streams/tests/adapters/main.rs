//! Text in chunks, of which comes out what would come out of the whole, wherever the chunks end; and one source for several sinks.

#[path = "../support/random.rs"]
mod random;
#[path = "../pipeline/scene.rs"]
mod scene;

mod closing;
mod lines;
mod tee;
mod utf8;

use bytes::Bytes;
use futures::{FutureExt, StreamExt, stream};
use streams::{Error, Through, Transform};

/// All that comes out of `stage` when `pieces` go in, and the error at the end.
fn through<T>(stage: T, pieces: &[&[u8]]) -> (Vec<T::Output>, Option<Error>)
where
    T: Transform<Input = Bytes, Error = Error>,
{
    let pieces: Vec<_> = pieces
        .iter()
        .map(|piece| Ok::<_, Error>(Bytes::copy_from_slice(piece)))
        .collect();
    let outcomes = stream::iter(pieces).through(stage).collect::<Vec<_>>();
    let (mut items, mut error) = (Vec::new(), None);
    for outcome in outcomes.now_or_never().unwrap() {
        match outcome {
            Ok(item) => items.push(item),
            Err(trouble) => error = Some(trouble),
        }
    }
    (items, error)
}

/// How often noise is tried; `SOAK=1` tries more.
fn seeds() -> u64 {
    match std::env::var_os("SOAK") {
        Some(value) if value == "1" => 40,
        _ => 5,
    }
}

/// `bytes` cut into pieces of every size, and in two and three at every place (the middle piece may be empty).
fn every_chunking(bytes: &[u8]) -> Vec<Vec<&[u8]>> {
    let sizes = (1..=bytes.len().max(1)).map(|size| bytes.chunks(size).collect());
    let splits = (0..=bytes.len()).flat_map(|first| {
        (first..=bytes.len())
            .map(move |second| vec![&bytes[..first], &bytes[first..second], &bytes[second..]])
    });
    sizes.chain(splits).collect()
}
