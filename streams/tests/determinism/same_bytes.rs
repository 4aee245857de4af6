//! One output for every number of threads, every chunking and every run.

use streams::Format;

use super::{DEFLATE_FORMATS, is_soak, mixed, options, packed};

const THREADS: [usize; 4] = [1, 2, 3, 16];

/// `SOAK=1` runs more often, with more.
fn runs() -> usize {
    if is_soak() { 20 } else { 2 }
}

/// More blocks than there are cores.
fn several_blocks() -> Vec<u8> {
    mixed(if is_soak() { 2_500_000 } else { 700_000 })
}

#[tokio::test]
async fn threads_do_not_show() {
    let data = several_blocks();

    for format in DEFLATE_FORMATS {
        let expected = packed(format, &data, usize::MAX, &options(6, 1)).await;
        for threads in THREADS {
            for run in 0..runs() {
                let found = packed(format, &data, usize::MAX, &options(6, threads)).await;

                assert!(
                    found == expected,
                    "{format:?}, {threads} threads, run {run}"
                );
            }
        }
    }
}

#[tokio::test]
async fn threads_do_not_show_at_any_level() {
    let data = mixed(600_000);

    for level in 0..=9 {
        let one = packed(Format::Gzip, &data, 10_000, &options(level, 1)).await;
        let many = packed(Format::Gzip, &data, 10_000, &options(level, 16)).await;

        assert!(one == many, "level {level}");
    }
}

#[tokio::test]
async fn chunks_do_not_show() {
    let data = several_blocks();

    for format in DEFLATE_FORMATS {
        let whole = packed(format, &data, usize::MAX, &options(6, 2)).await;
        for chunk_bytes in [4095, 131_071, 131_072, 131_073, 600_000] {
            let found = packed(format, &data, chunk_bytes, &options(6, 2)).await;

            assert!(found == whole, "{format:?}, chunks of {chunk_bytes}");
        }
    }
}

#[tokio::test]
async fn single_bytes_do_not_show() {
    let data = mixed(140_000);

    // The formats differ in what stands around the blocks: one shows how they are cut.
    for format in &DEFLATE_FORMATS[..if is_soak() { 3 } else { 1 }] {
        let whole = packed(*format, &data, usize::MAX, &options(6, 2)).await;
        let bytewise = packed(*format, &data, 1, &options(6, 3)).await;

        assert!(bytewise == whole, "{format:?}");
    }
}

#[tokio::test]
async fn what_was_compressed_before_does_not_show() {
    let data = mixed(500_000);
    let expected = packed(Format::Gzip, &data, usize::MAX, &options(6, 2)).await;

    for level in [1, 9, 6] {
        packed(Format::Gzip, &mixed(400_000), 999, &options(level, 2)).await;
        let found = packed(Format::Gzip, &data, usize::MAX, &options(6, 2)).await;

        assert!(found == expected, "after level {level}");
    }
}
