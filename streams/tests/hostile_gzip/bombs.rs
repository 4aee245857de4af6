//! A little that unfolds into a lot: it comes out in small chunks, and a limit stops it.

use futures::StreamExt;
use streams::{ByteStream, DecompressOptions, Error, Format, decompress};

use super::chunked::chunked;
use super::member::Member;

const MEBIBYTE: usize = 1024 * 1024;
const LARGEST_CHUNK: usize = 128 * 1024;

fn one_member() -> Vec<u8> {
    Member::of(&vec![0; 64 * MEBIBYTE]).bytes()
}

fn sixty_four_members() -> Vec<u8> {
    Member::of(&vec![0; MEBIBYTE]).bytes().repeat(64)
}

fn unfolding(bomb: &[u8], max_output: Option<u64>) -> ByteStream {
    let options = DecompressOptions { max_output };
    decompress(Format::Gzip, chunked(bomb, 4096), options).0
}

/// How many bytes came out, and the error at the end.
async fn taken(mut stream: ByteStream) -> (u64, Option<Error>) {
    let mut bytes = 0;
    while let Some(chunk) = stream.next().await {
        match chunk {
            Ok(chunk) => {
                assert!(chunk.len() <= LARGEST_CHUNK, "{} bytes", chunk.len());
                bytes += chunk.len() as u64;
            }
            Err(error) => return (bytes, Some(error)),
        }
    }
    (bytes, None)
}

#[tokio::test]
async fn a_bomb_comes_out_in_small_chunks() {
    for bomb in [one_member(), sixty_four_members()] {
        assert!(bomb.len() < 128 * 1024);

        let (bytes, error) = taken(unfolding(&bomb, None)).await;

        assert_eq!(bytes, 64 * MEBIBYTE as u64);
        assert!(error.is_none(), "{error:?}");
    }
}

#[tokio::test]
async fn only_what_is_asked_for_is_unfolded() {
    let mut stream = unfolding(&one_member(), None);

    let first = stream.next().await.unwrap().unwrap();
    drop(stream);

    assert!(first.len() <= LARGEST_CHUNK);
}

#[tokio::test]
async fn the_limit_counts_over_all_members() {
    for limit in [0, 1, MEBIBYTE as u64 + 1, 64 * MEBIBYTE as u64 - 1] {
        for bomb in [one_member(), sixty_four_members()] {
            let (bytes, error) = taken(unfolding(&bomb, Some(limit))).await;

            assert_eq!(bytes, limit);
            let refused = matches!(error, Some(Error::OutputLimit { limit: l }) if l == limit);
            assert!(refused, "limit {limit}: {error:?}");
        }
    }
}

#[tokio::test]
async fn exactly_the_limit_is_allowed() {
    let all = 64 * MEBIBYTE as u64;

    let (bytes, error) = taken(unfolding(&sixty_four_members(), Some(all))).await;

    assert_eq!(bytes, all);
    assert!(error.is_none(), "{error:?}");
}

#[tokio::test]
async fn the_limit_is_the_same_for_every_chunking() {
    let file = Member::of(b"ten bytes.").bytes().repeat(3);

    for chunk_bytes in [1, 2, 3, 7, usize::MAX] {
        let options = DecompressOptions {
            max_output: Some(25),
        };
        let (stream, _) = decompress(Format::Gzip, chunked(&file, chunk_bytes), options);
        let (bytes, error) = taken(stream).await;

        assert_eq!(bytes, 25, "chunks of {chunk_bytes}");
        assert!(matches!(error, Some(Error::OutputLimit { limit: 25 })));
    }
}
