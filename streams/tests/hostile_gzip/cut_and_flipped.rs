//! Every prefix of a file, and every file that differs from it in one bit.

use streams::Format;
use streams::Trailing;

use super::member::Member;
use super::{CHUNKINGS, End, Verdict, decoded, verdict};

const FIRST: &[u8] = b"first, first, first and foremost";
const SECOND: &[u8] = b"and second, and seconded";

const NAME: u8 = 3;

#[test]
fn every_prefix_of_two_members_has_its_one_verdict() {
    let first = Member::of(FIRST).with_field(NAME, b"first\0").bytes();
    let file = [first.clone(), Member::of(SECOND).bytes()].concat();
    let text = [FIRST, SECOND].concat();

    for cut in 0..=file.len() {
        let verdict = verdict(&file[..cut]);

        if cut == first.len() {
            assert_eq!(verdict, Verdict::whole(FIRST, 1, Trailing::Nothing));
        } else if cut == first.len() + 1 {
            assert_eq!(verdict, Verdict::whole(FIRST, 1, Trailing::Garbage));
        } else if cut == file.len() {
            assert_eq!(verdict, Verdict::whole(&text, 2, Trailing::Nothing));
        } else {
            assert_eq!(verdict.end, End::Truncated, "{cut} bytes");
            assert!(text.starts_with(&verdict.output), "{cut} bytes");
            assert!(cut < first.len() || verdict.output.starts_with(FIRST));
        }
    }
}

#[test]
fn no_flipped_bit_yields_wrong_data() {
    let file = Member::of(FIRST).with_field(NAME, b"first\0").bytes();

    for position in 0..file.len() {
        for bit in 0..8 {
            let mut flipped = file.clone();
            flipped[position] ^= 1 << bit;
            let verdict = verdict(&flipped);

            if matches!(verdict.end, End::Whole { .. }) {
                assert_eq!(verdict.output, FIRST, "bit {bit} of byte {position}");
            }
        }
    }
}

#[test]
fn a_bit_flipped_in_time_effort_system_or_name_does_no_harm() {
    let file = Member::of(FIRST).with_field(NAME, b"first\0").bytes();

    for position in 4..15 {
        for bit in 0..8 {
            let mut flipped = file.clone();
            flipped[position] ^= 1 << bit;
            let verdict = verdict(&flipped);

            let expected = Verdict::whole(FIRST, 1, Trailing::Nothing);
            assert_eq!(verdict, expected, "bit {bit} of byte {position}");
        }
    }
}

#[test]
fn no_byte_of_a_larger_file_can_be_changed_unnoticed() {
    let text: Vec<u8> = (0_u32..1_000)
        .flat_map(|i| format!("{} ", i.wrapping_mul(2_654_435_761)).into_bytes())
        .collect();
    let file = Member::of(&text).bytes();

    // All chunkings have their turn; `SOAK=1` tries every byte.
    let is_soak = std::env::var_os("SOAK").is_some_and(|value| value == "1");
    for position in (10..file.len()).step_by(if is_soak { 1 } else { 13 }) {
        let mut changed = file.clone();
        changed[position] ^= 0xff;
        let chunk_bytes = CHUNKINGS[position % CHUNKINGS.len()];
        let verdict = decoded(Format::Gzip, &changed, chunk_bytes);

        let accepted = matches!(verdict.end, End::Whole { .. });
        assert!(!accepted, "byte {position}, chunks of {chunk_bytes}");
    }
}
