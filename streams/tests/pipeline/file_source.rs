//! Files as chunks: ranges of every kind, chunks of every size, and files that change meanwhile.

use std::fs;
use std::ops::{Bound, RangeBounds};

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use streams::{Error, file};
use tempfile::NamedTempFile;

const DIGITS: &[u8] = b"0123456789";

fn digits() -> NamedTempFile {
    let digits = NamedTempFile::new().unwrap();
    fs::write(&digits, DIGITS).unwrap();
    digits
}

async fn read(range: impl RangeBounds<u64>) -> Vec<u8> {
    let digits = digits();
    let chunks = file(&digits).range(range).chunks();
    let chunks: Vec<Bytes> = chunks.try_collect().await.unwrap();
    chunks.concat()
}

#[tokio::test]
async fn every_kind_of_range_reads_what_a_slice_would_show() {
    assert_eq!(read(..).await, DIGITS);
    assert_eq!(read(3..).await, b"3456789");
    assert_eq!(read(..3).await, b"012");
    assert_eq!(read(..=3).await, b"0123");
    assert_eq!(read(2..5).await, b"234");
    assert_eq!(read(2..=5).await, b"2345");
    let excluded = (Bound::Excluded(2), Bound::Excluded(5));
    assert_eq!(read(excluded).await, b"34");
    assert_eq!(
        read((Bound::Excluded(2), Bound::Unbounded)).await,
        b"3456789"
    );
}

#[tokio::test]
async fn an_empty_range_is_an_empty_stream() {
    for at in [0, 5, 10, 11] {
        assert_eq!(read(at..at).await, b"", "{at}..{at}");
    }
    assert_eq!(read(..0).await, b"");
}

#[tokio::test]
#[expect(clippy::reversed_empty_ranges, reason = "that is what is tried here")]
async fn a_range_that_ends_before_it_starts_is_an_empty_stream() {
    assert_eq!(read(5..2).await, b"");
    assert_eq!(read(5..=3).await, b"");
    assert_eq!(read(5..=4).await, b"");
}

#[tokio::test]
async fn what_lies_past_the_end_is_left_out() {
    assert_eq!(read(8..1_000).await, b"89");
    assert_eq!(read(10..).await, b"");
    assert_eq!(read(11..).await, b"");
    assert_eq!(read(1 << 40..).await, b"");
    assert_eq!(read(9..=u64::MAX).await, b"9");
    assert_eq!(read(..=u64::MAX).await, DIGITS);
}

#[tokio::test]
async fn an_offset_that_no_file_has_is_past_the_end_too() {
    assert_eq!(read(u64::MAX..).await, b"");
    assert_eq!(read(1 << 63..).await, b"");
    assert_eq!(
        read((Bound::Excluded(u64::MAX), Bound::Unbounded)).await,
        b""
    );
}

#[tokio::test]
async fn chunks_have_their_size_but_for_the_last() {
    let digits = digits();

    for chunk_bytes in 1..=12 {
        let chunks = file(&digits).chunk_bytes(chunk_bytes.try_into().unwrap());
        let chunks: Vec<Bytes> = chunks.chunks().try_collect().await.unwrap();

        let expected: Vec<_> = DIGITS.chunks(chunk_bytes).collect();
        assert_eq!(chunks, expected);
    }
}

#[tokio::test]
async fn the_last_chunk_of_a_range_ends_with_the_range() {
    let digits = digits();
    let source = file(&digits)
        .range(1..=5)
        .chunk_bytes(3.try_into().unwrap());

    let chunks: Vec<Bytes> = source.chunks().try_collect().await.unwrap();

    assert_eq!(chunks, ["123", "45"]);
}

#[tokio::test]
async fn an_empty_file_is_an_empty_stream() {
    let empty = NamedTempFile::new().unwrap();

    let chunks: Vec<Bytes> = file(&empty).chunks().try_collect().await.unwrap();

    assert!(chunks.is_empty());
}

#[tokio::test]
async fn a_file_that_shrinks_while_it_is_read_ends_early() {
    let shrinking = NamedTempFile::new().unwrap();
    fs::write(&shrinking, vec![b'x'; 1_000_000]).unwrap();
    let mut chunks = Box::pin(
        file(&shrinking)
            .chunk_bytes(1_000.try_into().unwrap())
            .chunks(),
    );
    assert_eq!(chunks.next().await.unwrap().unwrap().len(), 1_000);

    shrinking.as_file().set_len(0).unwrap();
    let mut rest = 0;
    while let Some(chunk) = chunks.next().await {
        rest += chunk.unwrap().len();
    }

    assert!(rest < 999_000, "{rest} bytes after there were none");
}

#[tokio::test]
async fn a_missing_file_is_one_error_and_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let missing = file(folder.path().join("missing"));

    let items: Vec<_> = missing.chunks().collect().await;

    assert_eq!(items.len(), 1);
    let not_found =
        matches!(&items[0], Err(Error::Io(error)) if error.kind() == std::io::ErrorKind::NotFound);
    assert!(not_found, "{items:?}");
}

#[tokio::test]
async fn a_folder_is_one_error_and_the_end() {
    let folder = tempfile::tempdir().unwrap();

    let items: Vec<_> = file(&folder).chunks().collect().await;

    assert_eq!(items.len(), 1);
    assert!(matches!(items[0], Err(Error::Io(_))), "{items:?}");
}

#[tokio::test]
async fn nothing_is_opened_before_the_first_chunk_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("later");
    let mut chunks = Box::pin(file(&path).chunks());

    fs::write(&path, "written later").unwrap();

    assert_eq!(chunks.next().await.unwrap().unwrap(), "written later");
}
