//! Every format that was compiled in, there and back.

use bytes::Bytes;
use futures::{TryStreamExt, stream};
use streams::{CompressOptions, DecompressOptions, Error, Format, compress, decompress};

fn text() -> Vec<u8> {
    (0..50_000)
        .flat_map(|i| format!("line {i} of a text that repeats itself\n").into_bytes())
        .collect()
}

fn source(bytes: &[u8]) -> impl futures::Stream<Item = Result<Bytes, Error>> + Send + 'static {
    let chunks: Vec<_> = bytes
        .chunks(10_000)
        .map(|chunk| Ok(Bytes::copy_from_slice(chunk)))
        .collect();
    stream::iter(chunks)
}

async fn pack(format: Format, bytes: &[u8]) -> Vec<u8> {
    let chunks: Vec<Bytes> = compress(format, source(bytes), &CompressOptions::default())
        .try_collect()
        .await
        .unwrap();
    chunks.concat()
}

async fn unpack(format: Format, bytes: &[u8], max_output: Option<u64>) -> Result<Vec<u8>, Error> {
    let (output, _) = decompress(format, source(bytes), DecompressOptions { max_output });
    let chunks: Vec<Bytes> = output.try_collect().await?;
    Ok(chunks.concat())
}

#[tokio::test]
async fn what_is_compressed_comes_back() {
    let text = text();

    for &format in Format::ALL {
        let packed = pack(format, &text).await;

        assert!(
            packed.len() * 5 < text.len(),
            "{}: {} bytes",
            format.name(),
            packed.len()
        );
        assert_eq!(
            unpack(format, &packed, None).await.unwrap(),
            text,
            "{}",
            format.name()
        );
    }
}

#[tokio::test]
async fn what_is_cut_short_is_refused() {
    let text = text();

    for &format in Format::ALL {
        let packed = pack(format, &text).await;
        let result = unpack(format, &packed[..packed.len() - 1], None).await;

        assert!(
            matches!(result, Err(Error::Truncated)),
            "{}: {:?}",
            format.name(),
            result.map(|bytes| bytes.len())
        );
    }
}

#[tokio::test]
async fn the_limit_on_the_output_is_kept() {
    let text = text();

    for &format in Format::ALL {
        let packed = pack(format, &text).await;
        let enough = unpack(format, &packed, Some(text.len() as u64)).await;
        let too_little = unpack(format, &packed, Some(text.len() as u64 - 1)).await;

        assert!(enough.is_ok(), "{}: {:?}", format.name(), enough.err());
        assert!(
            matches!(too_little, Err(Error::OutputLimit { .. })),
            "{}",
            format.name()
        );
    }
}

#[test]
fn a_name_tells_its_format() {
    for &format in Format::ALL {
        let name = format!("folder.d/name.{}", format.suffix());

        assert_eq!(
            Format::of_path(name.as_ref()),
            Some((format, "folder.d/name".into()))
        );
    }
}
