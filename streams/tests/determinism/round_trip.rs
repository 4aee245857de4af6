//! What we compress others decompress, at every level and at every size where a block may begin or end.

use std::io::{Read, Write};
use std::process::Stdio;

use bytes::Bytes;
use flate2::read::{DeflateDecoder, GzDecoder, ZlibDecoder};
use futures::TryStreamExt;
use streams::{CompressOptions, DecompressOptions, Format, decompress};

use super::chunked::chunked;
use super::peers::peer;
use super::random::random_bytes;
use super::{DEFLATE_FORMATS, is_soak, mixed, options, packed};

const BORDERS: [usize; 11] = [
    0, 1, 2, 32_767, 32_768, 32_769, 131_071, 131_072, 131_073, 262_144, 262_145,
];

/// Decompressed by flate2, of which exactly one stream and nothing after it is expected.
fn unpacked_by_flate2(format: Format, packed: &[u8]) -> Vec<u8> {
    let mut data = Vec::new();
    let mut rest = packed;
    match format {
        Format::Gzip => GzDecoder::new(&mut rest).read_to_end(&mut data),
        Format::Zlib => ZlibDecoder::new(&mut rest).read_to_end(&mut data),
        _ => DeflateDecoder::new(&mut rest).read_to_end(&mut data),
    }
    .unwrap();
    data
}

async fn unpacked(format: Format, packed: &[u8]) -> Vec<u8> {
    let input = chunked(packed, 10_007);
    let (output, report) = decompress(format, input, DecompressOptions::default());
    let chunks: Vec<Bytes> = output.try_collect().await.unwrap();
    assert_eq!(report.members(), 1);
    chunks.concat()
}

async fn comes_back(format: Format, data: &[u8], level: u32) {
    let packed = packed(format, data, 70_000, &options(level, 2)).await;

    let what = format!("{format:?}, level {level}, {} bytes", data.len());
    assert!(
        unpacked_by_flate2(format, &packed) == data,
        "{what}: flate2"
    );
    assert!(unpacked(format, &packed).await == data, "{what}: our own");
}

#[tokio::test]
async fn every_size_at_a_border_comes_back_from_every_level() {
    let data = mixed(300_000);

    for format in DEFLATE_FORMATS {
        for size in BORDERS {
            for level in 0..=9 {
                comes_back(format, &data[..size], level).await;
            }
        }
    }
}

#[tokio::test]
async fn noise_comes_back() {
    let noise = random_bytes(7, if is_soak() { 5_000_000 } else { 1_000_000 });

    for level in [0, 1, 6, 9] {
        comes_back(Format::Gzip, &noise, level).await;
    }
}

#[tokio::test]
async fn noise_of_bytes_whose_fixed_codes_are_long_comes_back() {
    // 9 bits for each of these at level 1: an eighth more than there was.
    let noise: Vec<u8> = random_bytes(13, if is_soak() { 1_000_000 } else { 300_000 })
        .into_iter()
        .map(|byte| 144 + byte % 112)
        .collect();

    for level in 0..=9 {
        comes_back(Format::Gzip, &noise, level).await;
    }
}

#[tokio::test]
async fn repetition_comes_back() {
    let times = if is_soak() { 800_000 } else { 150_000 };
    let zeros = vec![0; 10 * times];
    let phrase = b"again and ".repeat(times);

    for level in [0, 1, 6, 9] {
        comes_back(Format::Gzip, &zeros, level).await;
        comes_back(Format::Zlib, &phrase, level).await;
    }
}

#[tokio::test]
async fn a_match_may_reach_into_the_block_before() {
    // Noise that comes again 32,000 bytes later: only who remembers the block before finds all of it.
    let noise = random_bytes(3, 32_000).repeat(16);

    for format in DEFLATE_FORMATS {
        let packed = packed(format, &noise, usize::MAX, &options(9, 2)).await;

        assert!(packed.len() < 40_000, "{format:?}: {} bytes", packed.len());
        comes_back(format, &noise, 9).await;
    }
}

#[tokio::test]
async fn an_empty_file_is_twenty_bytes() {
    let packed = packed(Format::Gzip, b"", usize::MAX, &options(6, 2)).await;

    assert_eq!(packed.len(), 20);
}

#[tokio::test]
async fn gzip_reads_it() {
    let data = mixed(1_000_000);

    for size in [BORDERS.as_slice(), &[1_000_000]].concat() {
        let Some(mut gzip) = peer("gzip") else { return };
        let packed = packed(Format::Gzip, &data[..size], usize::MAX, &options(6, 2)).await;
        let mut child = gzip
            .arg("-dc")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let writing = std::thread::spawn(move || stdin.write_all(&packed).unwrap());
        let output = child.wait_with_output().unwrap();
        writing.join().unwrap();

        assert!(output.status.success(), "{size} bytes: {}", output.status);
        assert!(output.stdout == data[..size], "{size} bytes");
    }
}

#[tokio::test]
async fn noise_grows_by_no_more_than_its_headers_at_any_level() {
    let noise = random_bytes(7, 1_000_000);

    for level in 0..=9 {
        let options = CompressOptions {
            level,
            ..CompressOptions::default()
        };
        let source = futures::stream::iter([Ok(noise.clone().into())]);
        let packed: Vec<Bytes> = streams::compress(Format::Gzip, source, &options)
            .try_collect()
            .await
            .unwrap();

        let bytes = packed.concat().len();
        assert!(
            bytes < noise.len() + noise.len() / 1000,
            "level {level}: {bytes} bytes"
        );
    }
}
