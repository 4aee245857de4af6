//! A chunk that shows a few bytes does not hold a large buffer: a high-water mark counts what is shown.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use futures::{Stream, StreamExt, TryStreamExt, stream};
use streams::{CompressOptions, DecompressOptions, Error, Format, compress, decompress, file};

/// Counts the bytes that are allocated in this process.
struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);

#[expect(unsafe_code, reason = "an allocator that counts")]
// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HELD.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the pointer came from `alloc`, so from the system's.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The tests of this process count the same bytes, so one runs at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// How many bytes all chunks of `source` hold, and how many they show.
fn run(source: impl Stream<Item = Result<Bytes, Error>>) -> (usize, usize) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let chunks: Vec<Bytes> = runtime.block_on(source.try_collect()).unwrap();
    let shown = chunks.iter().map(Bytes::len).sum();
    let before = HELD.load(Ordering::Relaxed);
    drop(chunks);
    (before.saturating_sub(HELD.load(Ordering::Relaxed)), shown)
}

/// Twice what is shown, and what the vector holds and threads of the pool that end just then.
#[track_caller]
fn expect_little((held, shown): (usize, usize)) {
    const ELSEWHERE: usize = 1 << 20;
    eprintln!("{held} bytes held, {shown} shown");
    assert!(
        held <= 2 * shown + ELSEWHERE,
        "{held} bytes held, {shown} shown"
    );
}

fn zeros(mebibytes: usize) -> impl Stream<Item = Result<Bytes, Error>> + Send + 'static {
    let mebibyte = Bytes::from(vec![0; 1 << 20]);
    stream::iter(vec![mebibyte; mebibytes]).map(Ok)
}

#[test]
fn what_is_compressed_to_little_takes_little() {
    let _guard = ONE_AT_A_TIME.lock();
    let is_soak = std::env::var_os("SOAK").is_some_and(|value| value == "1");
    let zeros = zeros(if is_soak { 512 } else { 64 });

    expect_little(run(compress(
        Format::Gzip,
        zeros,
        &CompressOptions::default(),
    )));
}

#[test]
fn what_is_decompressed_in_small_pieces_takes_little() {
    let _guard = ONE_AT_A_TIME.lock();
    let text: Vec<u8> = (0..100_000).flat_map(|n: u32| n.to_le_bytes()).collect();
    let source = stream::iter([Ok(text.into())]);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let packed = compress(Format::Gzip, source, &CompressOptions::default());
    let packed: Vec<Bytes> = runtime.block_on(packed.try_collect()).unwrap();
    let pieces: Vec<_> = packed
        .concat()
        .chunks(100)
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect();

    let (plain, _) = decompress(
        Format::Gzip,
        stream::iter(pieces),
        DecompressOptions::default(),
    );

    expect_little(run(plain));
}

#[test]
fn small_files_take_little() {
    let _guard = ONE_AT_A_TIME.lock();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("small");
    std::fs::write(&path, "small").unwrap();

    let many = stream::iter(0..200).map(move |_| file(&path).chunks());

    expect_little(run(many.flatten()));
}
