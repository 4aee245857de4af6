//! A stream may be polled again after its end or its error, as `select!` in a loop does: it is over, and says so.

use bytes::Bytes;
use futures::stream::{self, Stream, StreamExt};
use streams::{CompressOptions, DecompressOptions, Error, Format, Lines, Through};
use streams::{compress, decompress};

type Items = Vec<Result<Bytes, Error>>;

fn source(items: Items) -> impl Stream<Item = Result<Bytes, Error>> + Send + 'static {
    stream::iter(items)
}

/// Takes all of a stream, then asks three times more.
async fn expect_over(what: &str, stream: impl Stream<Item = Result<Bytes, Error>>) {
    let mut stream = Box::pin(stream);
    let mut failed = false;
    while let Some(item) = stream.next().await {
        assert!(!failed, "{what}: an item after the error");
        failed = item.is_err();
    }
    for _ in 0..3 {
        assert!(stream.next().await.is_none(), "{what}");
    }
}

#[tokio::test]
async fn every_stream_is_over_after_its_end() {
    for &format in Format::ALL {
        let packed = || {
            compress(
                format,
                source(vec![Ok("text".into())]),
                &CompressOptions::default(),
            )
        };
        let plain = decompress(format, packed(), DecompressOptions::default()).0;

        expect_over("compress", packed()).await;
        expect_over("decompress", plain).await;
    }
    expect_over(
        "through",
        source(vec![Ok("a\nb".into())]).through(Lines::new()),
    )
    .await;
    expect_over("file", streams::file("Cargo.toml").chunks()).await;
}

#[tokio::test]
async fn every_stream_is_over_after_an_error() {
    let failing = || {
        source(vec![
            Ok("text".into()),
            Err(Error::Cancelled),
            Ok("more".into()),
        ])
    };
    for &format in Format::ALL {
        let damaged = source(vec![Ok(vec![0x55; 1000].into()), Ok("more".into())]);

        expect_over(
            "compress",
            compress(format, failing(), &CompressOptions::default()),
        )
        .await;
        expect_over(
            "decompress",
            decompress(format, failing(), DecompressOptions::default()).0,
        )
        .await;
        expect_over(
            "damaged",
            decompress(format, damaged, DecompressOptions::default()).0,
        )
        .await;
    }
    expect_over("through", failing().through(Lines::new())).await;
    expect_over("file", streams::file("no such file").chunks()).await;
}

#[tokio::test]
async fn a_limit_ends_the_stream_of_every_format() {
    for &format in Format::ALL {
        let zeros = source(vec![Ok(vec![0; 1_000_000].into())]);
        let packed = compress(format, zeros, &CompressOptions::default());
        let limited = DecompressOptions {
            max_output: Some(300_000),
        };

        expect_over("limit", decompress(format, packed, limited).0).await;
    }
}
