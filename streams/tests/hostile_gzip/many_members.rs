//! Much of little: thousands of members, of empty blocks, of borders between buffers. Each takes time linear in its size.

use streams::Format;
use streams::Trailing;

use super::member::Member;
use super::{Verdict, decoded_with_room, many, verdict};

#[test]
fn thousands_of_tiny_members_are_one_file() {
    let members = many(20_000);
    let file = Member::of(b"tiny").bytes().repeat(members);

    let verdict = verdict(&file);

    let text = b"tiny".repeat(members);
    assert!(verdict == Verdict::whole(&text, members as u64, Trailing::Nothing));
}

#[test]
fn thousands_of_empty_members_are_an_empty_file() {
    let members = many(50_000);
    let file = Member::of(b"").bytes().repeat(members);

    let verdict = verdict(&file);

    assert_eq!(
        verdict,
        Verdict::whole(b"", members as u64, Trailing::Nothing)
    );
}

#[test]
fn thousands_of_empty_stored_blocks_are_nothing() {
    const EMPTY_STORED: [u8; 5] = [0, 0, 0, 0xff, 0xff];
    let mut member = Member::of(b"");
    member.body.splice(0..0, EMPTY_STORED.repeat(many(200_000)));

    let verdict = verdict(&member.bytes());

    assert_eq!(verdict, Verdict::whole(b"", 1, Trailing::Nothing));
}

#[test]
fn members_that_end_where_the_output_buffer_ends_are_joined() {
    let exactly = vec![b'x'; 128 * 1024];
    let file = Member::of(&exactly).bytes().repeat(3);

    let verdict = verdict(&file);

    assert!(verdict == Verdict::whole(&exactly.repeat(3), 3, Trailing::Nothing));
}

#[test]
fn room_for_a_few_bytes_at_a_time_changes_nothing() {
    let members = ["one", "", "two, two, two, two, two, two", "", "", "3"];
    let file: Vec<u8> = members
        .iter()
        .flat_map(|text| Member::of(text.as_bytes()).bytes())
        .collect();
    let expected = Verdict::whole(members.concat().as_bytes(), 6, Trailing::Nothing);

    for room_bytes in [1, 2, 3, 7] {
        for chunk_bytes in [1, 2, 3, 7, usize::MAX] {
            let verdict = decoded_with_room(Format::Gzip, &file, chunk_bytes, room_bytes);

            assert_eq!(verdict, expected, "room {room_bytes}, chunks {chunk_bytes}");
        }
    }
}
