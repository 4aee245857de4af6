//! `indexOf`, `lastIndexOf` and `includes` with the `end` that Node has since 24.21, and so no recorded call has.

use buffers::Pattern::{Bytes, Units};

/// Bytes, what to look for, whether in units, offset, end; and what Node 24.21 and 26.10 returned from first and last.
const NODE: [(&str, &str, bool, i64, i64, i64, i64); 48] = [
    ("b", "aaa", false, -9, 2, -1, -1),
    ("", "", false, 9, -6, 0, 0),
    ("aabb", "baa", true, 9, 3, -1, -1),
    ("bbbbbbbbb", "", false, 1, 0, 0, 0),
    ("bbaab", "aaa", false, -3, 16, -1, -1),
    ("aaabbbaaaa", "aa", true, -5, 16, 6, 0),
    ("aaabbb", "a", false, -1, 14, -1, 2),
    ("", "aaa", false, -11, -4, -1, -1),
    ("bbbbbbbbaa", "", true, 7, 2, 2, 2),
    ("baabbaa", "", false, 7, -2, 0, 0),
    ("aaaa", "", false, -3, 14, 1, 1),
    ("aaab", "aaa", true, -15, 4, 0, -1),
    ("abbbbbbbbb", "b", false, 7, 4, -1, 3),
    ("aaaa", "", false, 10, 13, 4, 4),
    ("aaaaaaaa", "", true, 13, -3, 0, 0),
    ("bbbbbaaaaaa", "aa", false, -2, 9, -1, 7),
    ("bbaaaaaaa", "", false, 10, 9, 9, 9),
    ("aaaaaba", "", true, -9, -6, 0, 0),
    ("bbbbbaa", "", false, 3, 1, 1, 1),
    ("aaaabba", "aa", false, 1, 16, 1, 1),
    ("ba", "", true, 13, 6, 2, 2),
    ("bbbaabbbbbb", "b", false, 0, -5, -1, -1),
    ("aaaaa", "", false, 3, -2, 0, 0),
    ("bbbbbaab", "aa", true, 5, 15, -1, -1),
    ("bbaaaaabb", "", false, -7, -2, 0, 0),
    ("aaaa", "aa", false, -10, 3, 0, -1),
    ("bbbbbbbaa", "bba", true, 1, 0, -1, -1),
    ("aaabbb", "b", false, 2, 9, 3, -1),
    ("bbb", "aaa", false, -11, 2, -1, -1),
    ("aaaa", "baa", true, -5, 2, -1, -1),
    ("", "", false, -11, -6, 0, 0),
    ("aabbbbaa", "aa", false, -11, 12, 0, -1),
    ("bbaaaa", "", true, 1, -6, 0, 0),
    ("bbb", "aa", false, 3, 8, -1, -1),
    ("b", "bab", false, -8, -1, -1, -1),
    ("bbaaa", "", true, -3, 10, 2, 2),
    ("", "", false, 1, -3, 0, 0),
    ("baa", "aa", false, 9, 12, -1, 1),
    ("bbaaaabaaa", "aa", true, 7, 0, -1, -1),
    ("aaaaabbbbb", "aab", false, 0, 7, 3, -1),
    ("aaabbbbba", "ab", false, -2, 15, -1, 2),
    ("", "", true, -13, 17, 0, 0),
    ("baabaaa", "aa", false, -4, -1, -1, -1),
    ("bbbaa", "", false, -7, -2, 0, 0),
    ("baa", "", true, -5, 1, 0, 0),
    ("bbbbb", "aaa", false, -7, 8, -1, -1),
    ("abbbabaaab", "bbb", false, 12, 5, -1, 1),
    ("bbbaaaaaaaa", "aa", true, 8, 11, 8, 8),
];

#[test]
fn an_end_cuts_what_is_searched_as_in_node() {
    for (bytes, needle, in_units, offset, end, first, last) in NODE {
        let needle = match in_units {
            true => Units(needle.as_bytes()),
            false => Bytes(needle.as_bytes()),
        };
        let place = |found: Option<usize>| found.map_or(-1, |place| place as i64);
        let bytes = bytes.as_bytes();

        let ours = (
            place(buffers::index_of_until(bytes, needle, offset, end)),
            place(buffers::last_index_of_until(bytes, needle, offset, end)),
        );
        let case = format!("{bytes:?} {needle:?} from {offset} to {end}");
        assert_eq!(ours, (first, last), "{case}");
        let included = buffers::includes_until(bytes, needle, offset, end);
        assert_eq!(included, first >= 0, "{case}");
    }
}

#[test]
fn units_are_found_at_even_positions_among_many_hits_at_odd_ones() {
    let odd_hits = "x".to_owned() + &"ab".repeat(200);
    let odd_hits = odd_hits.as_bytes();
    for (needle, text) in [
        ("abab", [odd_hits, b"y"].concat()),
        ("abab", [odd_hits, b"yabab", odd_hits, b"z"].concat()),
        ("ab", [odd_hits, b"yabab", odd_hits, b"zz"].concat()),
        ("bx", [odd_hits, odd_hits].concat()),
        ("bx", [b"bx", odd_hits, odd_hits, b"x"].concat()),
    ] {
        let starts = || {
            (0..text.len())
                .step_by(2)
                .filter(|&start| text[start..].starts_with(needle.as_bytes()))
        };
        let (first, last) = (starts().next(), starts().next_back());
        let units = Units(needle.as_bytes());

        assert_eq!(buffers::index_of(&text, units, 0), first, "{needle}");
        assert_eq!(buffers::last_index_of(&text, units, None), last, "{needle}");
    }
}
