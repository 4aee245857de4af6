//! Rules for `Cargo.toml`: each can be read alone, and all say the same.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::{Finding, Tree, line_of, odd_ones};

/// The same in every crate; whoever raises one raises all.
const FIELDS: [(&str, &str); 4] = [
    ("license", "\"MIT-0\""),
    ("edition", "\"2024\""),
    ("rust-version", "\"1.89\""),
    ("publish", "false"),
];

/// What a manifest takes from elsewhere, a copy lacks.
pub fn stands_alone(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (folder, manifest) in &tree.manifests {
        let file = format!("{folder}/Cargo.toml");
        let mut add = |words: &[&str], what: &str, fix: &str| {
            findings.push(Finding::new(
                &file,
                line_of(tree.text(&file), words),
                what,
                fix,
            ));
        };
        for table in ["workspace", "profile", "patch", "replace"] {
            if manifest.contains_key(table) {
                let what = format!("[{table}] works in the root of a workspace only");
                add(
                    &[&format!("[{table}")],
                    &what,
                    "move it to the root manifest or remove it",
                );
            }
        }
        walk(&[], manifest, &mut |path, value| {
            let [.., owner, key] = path else { return };
            let words = [*owner, *key];
            let is_dependency = path.iter().any(|part| part.ends_with("dependencies"));
            match value {
                Value::Boolean(true) if *key == "workspace" => {
                    add(
                        &words,
                        "`workspace = true` takes the value from elsewhere",
                        "write the value out",
                    );
                }
                Value::String(_) if is_dependency && matches!(*key, "path" | "git") => {
                    let what = format!("`{owner}` is a {key} dependency, which a copy would lack");
                    add(
                        &words,
                        &what,
                        "name a published version, or copy the lines that are needed",
                    );
                }
                Value::String(_) if path == ["package", "workspace"] => {
                    let what = "`workspace` names a root that a copy would lack";
                    add(
                        &["workspace"],
                        what,
                        "remove it: cargo looks upwards by itself",
                    );
                }
                Value::String(text) if text.split('/').any(|part| part == "..") => {
                    let what = format!("{text} is above the crate's folder");
                    add(&[text], &what, "put the file into the crate");
                }
                _ => {}
            }
        });
    }
    findings
}

/// Calls `visit` with each value below a table and the keys that lead to it.
fn walk<'a>(path: &[&'a str], table: &'a Table, visit: &mut dyn FnMut(&[&'a str], &'a Value)) {
    for (key, value) in table {
        let path = [path, &[key.as_str()]].concat();
        let inner = value.as_array().map_or(&[][..], Vec::as_slice);
        for value in inner.iter().chain([value]) {
            visit(&path, value);
            if let Value::Table(table) = value {
                walk(&path, table, visit);
            }
        }
    }
}

/// The licence is what lets people copy; the others make all crates build alike.
pub fn fields(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (folder, manifest) in &tree.manifests {
        let file = format!("{folder}/Cargo.toml");
        for (name, wanted) in FIELDS {
            let found = manifest
                .get("package")
                .and_then(|package| package.get(name));
            let found = serde_json::to_string(&found).unwrap_or_default();
            if found != wanted {
                let line = line_of(tree.text(&file), &[name]);
                let what = format!("`{name}` is {found}");
                findings.push(Finding::new(
                    &file,
                    line,
                    what,
                    format!("write `{name} = {wanted}`"),
                ));
            }
        }
    }
    findings
}

/// One version of a dependency is compiled, and one is known to work.
pub fn one_requirement(tree: &Tree) -> Vec<Finding> {
    let mut first: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
    let mut findings = Vec::new();
    for (folder, manifest) in &tree.manifests {
        let file = format!("{folder}/Cargo.toml");
        walk(&[], manifest, &mut |path, value| {
            let [.., table, name] = path else { return };
            let version = value.as_str().or_else(|| value.get("version")?.as_str());
            let Some(version) = version.filter(|_| table.ends_with("dependencies")) else {
                return;
            };
            let (known, by) = *first.entry(name).or_insert((version, folder));
            if known != version {
                let line = line_of(tree.text(&file), &[version, name]);
                let what =
                    format!("`{name}` is \"{version}\" here and \"{known}\" in {by}/Cargo.toml");
                findings.push(Finding::new(
                    &file,
                    line,
                    what,
                    "write the same requirement in both",
                ));
            }
        });
    }
    findings
}

/// Every crate is held to the same lints, and a copier sees which.
pub fn one_lints_table(tree: &Tree) -> Vec<Finding> {
    let tables = tree.manifests.iter();
    let tables: Vec<_> = tables
        .map(|(folder, manifest)| (format!("{folder}/Cargo.toml"), manifest.get("lints")))
        .collect();
    let odd = odd_ones(&tables).into_iter();
    odd.map(|(file, fix)| {
        let line = line_of(tree.text(file), &["[lints"]);
        Finding::new(
            file,
            line,
            "its lints are not those of the other crates",
            fix,
        )
    })
    .collect()
}

/// Each crate is built, and built once.
pub fn members_once(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let members = tree.members("members");
    for (list, but) in [("members", ""), ("default-members", "xtask")] {
        let named = tree.members(list);
        for member in members.iter().filter(|member| *member != but) {
            let count = named.iter().filter(|one| *one == member).count();
            if count != 1 {
                let line = line_of(tree.text("Cargo.toml"), &[list]);
                let what = format!("`{list}` names {member} {count} times");
                findings.push(Finding::new(
                    "Cargo.toml",
                    line,
                    what,
                    "name each crate once",
                ));
            }
        }
    }
    findings
}

/// The licence is in each crate, so that it comes along.
pub fn licence(tree: &Tree) -> Vec<Finding> {
    let lacking = tree
        .moved_topics()
        .filter(|topic| tree.text(&format!("{topic}/LICENSE")) != tree.text("LICENSE"));
    let finding = |topic| {
        Finding::new(
            &format!("{topic}/LICENSE"),
            1,
            "it is not the licence of the root",
            "copy it",
        )
    };
    lacking.map(finding).collect()
}
