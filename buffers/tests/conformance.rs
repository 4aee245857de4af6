//! Replays what Node answered: the calls in `tests/vectors.jsonl`, or in the file that `BUFFERS_VECTORS` names.
//!
//! `tests/vectors.mjs` records them. Skipped is only what Rust's types cannot say, by the tags below, each counted.

mod replay;

use std::collections::BTreeMap;
use std::path::Path;
use std::{env, fs};

use replay::{Case, Outcome};

/// What may be left out: a fractional or negative offset, a value of another type, half a surrogate pair in the input, a quirk.
fn skippable(op: &str, tag: &str) -> bool {
    // That one is ours to answer.
    let ours = (op, tag) == ("transcode", "quirk:ucs2-odd");
    let types = ["js-only", "neg-error", "type-range", "lone-surrogate"];
    !ours && (types.contains(&tag) || tag.starts_with("quirk:"))
}

#[test]
fn every_recorded_call_gets_nodes_answer() {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors.jsonl");
    let file = env::var_os("BUFFERS_VECTORS").map_or(own, Into::into);
    let lines =
        fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let (mut passed, mut failed, mut skipped) = (0, 0, BTreeMap::<String, usize>::new());

    for line in lines.lines().filter(|line| !line.is_empty()) {
        let case = Case::parse(line);
        let tag = case.tags.iter().find(|tag| skippable(&case.op, tag));
        match replay::run(&case) {
            Outcome::Same => passed += 1,
            // A case that could be left out and is right anyway has been counted above.
            _ if tag.is_some() => {
                *skipped.entry(tag.cloned().unwrap_or_default()).or_default() += 1;
            }
            Outcome::Differs { ours, node } => {
                failed += 1;
                println!("{}: {}\n  ours {ours}\n  node {node}", case.id, case.op);
            }
        }
    }

    let all_skipped: usize = skipped.values().sum();
    println!("skipped by tag: {skipped:?}");
    println!("{passed} passed, {failed} failed, {all_skipped} skipped");
    assert_eq!(failed, 0, "of the calls in {}", file.display());
    assert!(passed > 0, "no calls in {}", file.display());
}
