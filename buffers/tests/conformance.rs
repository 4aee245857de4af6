//! Replays what Node answered: the calls in `tests/vectors.jsonl`, or in the file that `BUFFERS_VECTORS` names.
//!
//! `tests/vectors.mjs` records them. Skipped and counted is a number that no type of the call
//! has, and a difference that the README lists; `tests/vectors.mjs` tags both.

mod replay;

use std::collections::BTreeMap;
use std::path::Path;
use std::{env, fs};

use replay::{Case, Outcome};

/// Differences that the README lists: Node looks at the low byte of a character that is no digit.
const QUIRKS: [&str; 1] = ["quirk:lowbyte"];

#[test]
fn every_recorded_call_gets_nodes_answer() {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors.jsonl");
    let file = env::var_os("BUFFERS_VECTORS").map_or(own, Into::into);
    let lines =
        fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let (mut passed, mut failed, mut skipped) = (0, 0, BTreeMap::<String, usize>::new());

    for line in lines.lines().filter(|line| !line.is_empty()) {
        let case = Case::parse(line);
        let has = |tag: &&&str| case.tags.iter().any(|other| other == **tag);
        let (tag, ours, node) = match replay::run(&case) {
            Outcome::Same => {
                passed += 1;
                continue;
            }
            Outcome::Unencodable(what) => (["type-range"].iter().find(has), what, String::new()),
            Outcome::Differs { ours, node } => (QUIRKS.iter().find(has), ours, node),
        };
        if let Some(tag) = tag {
            *skipped.entry(tag.to_string()).or_default() += 1;
        } else {
            failed += 1;
            println!("{}: {}\n  ours {ours}\n  node {node}", case.id, case.op);
        }
    }

    let all_skipped: usize = skipped.values().sum();
    println!("skipped: {skipped:?}");
    println!("{passed} passed, {failed} failed, {all_skipped} skipped");
    assert_eq!(failed, 0, "of the calls in {}", file.display());
    assert!(passed > 0, "no calls in {}", file.display());
}
