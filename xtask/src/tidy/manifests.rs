//! Rules for `Cargo.toml`: each can be read alone, and all say the same.

use std::collections::BTreeMap;

use toml::Value;

use super::{Findings, Tree, deviations, line_of};
use crate::cases::dependencies;

/// The same in every crate: to raise one, raise all.
const FIELDS: [(&str, &str); 4] = [
    ("license", "\"MIT-0\""),
    ("edition", "\"2024\""),
    ("rust-version", "\"1.89\""),
    ("publish", "false"),
];

/// Refuses what a manifest takes from elsewhere, and a copy lacks.
pub fn self_contained(tree: &Tree, found: &mut Findings) {
    let mut files = tree.below("", "/Cargo.toml");
    files.retain(|(file, _)| file.matches('/').count() == 1);
    let what = "[$1] works in the root of a workspace only";
    let fix = "move it to the root manifest or remove it";
    let tables = r"(?m)^\[(workspace|profile|patch|replace)\b";
    found.lines(&files, tables, what, fix);
    let what = "`workspace = true` takes the value from elsewhere";
    let pattern = r"(?m)^[^#\n]*\bworkspace\s*=\s*true\b";
    found.lines(&files, pattern, what, "write the value out");
    let what = "`workspace` names a root that a copy would lack";
    let fix = "remove it: cargo looks upwards by itself";
    found.lines(&files, r#"(?m)^[^#\n]*\bworkspace\s*=\s*["']"#, what, fix);
    let pattern = r#"(?m)^[^#\n]*["']((?:[^"'\n]*/)?\.\.(?:/[^"'\n]*)?)["']"#;
    let what = "$1 is above the crate's folder";
    found.lines(&files, pattern, what, "put the file into the crate");
    for (folder, manifest) in &tree.manifests {
        let file = format!("{folder}/Cargo.toml");
        for (name, wanted) in dependencies(manifest) {
            for key in ["path", "git"] {
                if wanted.get(key).is_none() {
                    continue;
                }
                let line = line_of(tree.text(&file), &[name, key]);
                let what = format!("`{name}` is a {key} dependency, which a copy would lack");
                let fix = "name a published version, or copy the lines that are needed";
                found.add(&file, line, what, fix);
            }
        }
    }
}

/// Compares fields: the licence is what lets people copy; the others make all crates build alike.
pub fn fields(tree: &Tree, found: &mut Findings) {
    for (folder, manifest) in &tree.manifests {
        let file = format!("{folder}/Cargo.toml");
        for (name, wanted) in FIELDS {
            let package = manifest.get("package");
            let value = package.and_then(|package| package.get(name));
            let value = value.map_or("missing".to_owned(), Value::to_string);
            if value != wanted {
                let line = line_of(tree.text(&file), &[name]);
                let fix = format!("write `{name} = {wanted}`");
                found.add(&file, line, format!("`{name}` is {value}"), fix);
            }
        }
    }
}

/// Compares requirements: one version of a dependency is compiled, and one is known to work.
pub fn requirements(tree: &Tree, found: &mut Findings) {
    let mut first: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
    for (folder, manifest) in &tree.manifests {
        let file = format!("{folder}/Cargo.toml");
        for (name, wanted) in dependencies(manifest) {
            let version = wanted.as_str().or_else(|| wanted.get("version")?.as_str());
            let Some(version) = version else { continue };
            let (known, by) = *first.entry(name).or_insert((version, folder));
            if known != version {
                let line = line_of(tree.text(&file), &[version, name]);
                let what =
                    format!("`{name}` is \"{version}\" here and \"{known}\" in {by}/Cargo.toml");
                found.add(&file, line, what, "write the same requirement in both");
            }
        }
    }
}

/// Compares lints: every crate is held to the same ones, and a copier sees which.
pub fn lints(tree: &Tree, found: &mut Findings) {
    let mut tables = Vec::new();
    for (folder, manifest) in &tree.manifests {
        tables.push((format!("{folder}/Cargo.toml"), manifest.get("lints")));
    }
    for (file, fix) in deviations(&tables) {
        let line = line_of(tree.text(file), &["[lints"]);
        let what = "its lints are not those of the other crates";
        found.add(file, line, what, fix);
    }
}

/// Looks that each crate is built, and built once.
pub fn members(tree: &Tree, found: &mut Findings) {
    let all = &tree.workspace.members;
    let built = &tree.workspace.default_members;
    for (list, named, but) in [("members", all, ""), ("default-members", built, "xtask")] {
        for member in all {
            let count = named.iter().filter(|one| *one == member).count();
            if count != 1 && member != but {
                let line = line_of(tree.text("Cargo.toml"), &[list]);
                let what = format!("`{list}` names {member} {count} times");
                found.add("Cargo.toml", line, what, "name each crate once");
            }
        }
    }
}
