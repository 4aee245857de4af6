//! The form that is compared does not change when it is made twice, or `bless` would never come to rest.

#[path = "../../src/cases/rules.rs"]
mod rules;

use self::rules::{Order, Pattern, Redaction, Rules};
use regex_lite::Regex;

const TEXTS: [&[u8]; 6] = [
    b"",
    b"\n",
    b"b pid 7\na pid 8\nb pid 7\n",
    b"no newline",
    b"\xff pid 1\n",
    b"pid [PID:3] pid 4\n\n",
];

fn regex(text: &str) -> Pattern {
    Pattern(Regex::new(text).unwrap())
}

#[test]
fn normalising_twice_is_normalising_once() {
    for pattern in ["pid (\\d+)", "(.*)", "(pid.*)", "(\\S+)"] {
        for by_key in [false, true] {
            let redactions = vec![Redaction {
                name: "PID".to_owned(),
                pattern: regex(pattern),
            }];
            let order = if by_key { Order::ByKey } else { Order::Exact };
            let rules = Rules {
                order,
                key: Some(regex("^(.)")),
                redactions,
            };
            for text in TEXTS {
                let once = rules.normalise(text).into_owned();

                assert_eq!(
                    rules.normalise(&once),
                    once,
                    "{pattern} {}",
                    text.escape_ascii()
                );
            }
        }
    }
}

#[test]
fn without_rules_not_a_byte_is_touched() {
    for text in TEXTS {
        assert_eq!(&*Rules::default().normalise(text), text);
    }
}

#[test]
fn a_missing_newline_stays_missing_in_any_order() {
    let rules = Rules {
        order: Order::Any,
        ..Rules::default()
    };

    assert_eq!(&*rules.normalise(b"b\na"), b"a\nb");
    assert_eq!(&*rules.normalise(b"b\na\n"), b"a\nb\n");
}
