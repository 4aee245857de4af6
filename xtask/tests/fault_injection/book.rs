//! `book` says what is missing, shows the files as they are, and writes nothing with a dead link.

use std::os::unix::fs::symlink;

use crate::workspace::Bench;

/// A workspace with a README and a lesson whose programs are hard to show.
fn bench() -> Bench {
    let bench = Bench::new();
    bench.lesson(
        "odd",
        "",
        "console.log(`<b>{name}</b> & ${1}`);\n",
        "# 1 < 2 & 3\n",
    );
    let rust = "//! Odd: [`item`], and no [`other`].\n//!\n//! It differs.\n\nuse demo::item;\n\n\
                fn main() {\n    let s = r#\"\n# {rust} &amp; </code></pre>\n\"#;\n}\n";
    bench.write("demo/examples/odd.rs", rust);
    bench.write(
        "README.md",
        "# All\n\n[demo](demo/README.md)\n\n## Copy a crate\n\nso\n",
    );
    bench.write(
        "demo/README.md",
        "# demo\n\n## What Node has, what stands here\n\n| Node | here | lesson |\n|---|---|---|\n\
         | `odd()` | [`item`](src/lib.rs) | [`odd`](examples/odd.rs) |\n\n## Differences\n\nnone\n\n\
         ## Run it\n\nso\n\n## Install it\n\nso\n\n## Figures\n\nnone\n\n## Copy it\n\nas you like\n",
    );
    bench.write("xtask/book/notes.md", "# Notes\n");
    bench.write("demo/src/tour.rs", "(\"odd\", \"Odd\";\n");
    bench.write(
        "demo/NODE.md",
        "# demo\n\n| Node | kind | here |\n|---|---|---|\n| `a`, `b` | plain Rust | c |\n",
    );
    bench
}

/// Whether there is an mdBook; otherwise a test is skipped, unless `REQUIRE_PEERS=1`.
fn has_mdbook() -> bool {
    let has = std::process::Command::new("mdbook")
        .arg("--version")
        .output()
        .is_ok();
    let required = std::env::var_os("REQUIRE_PEERS").is_some_and(|value| value == "1");
    assert!(has || !required, "no mdbook is there, and REQUIRE_PEERS=1");
    if !has {
        eprintln!("skipped: no mdbook is there");
    }
    has
}

/// Returns the text of the code block of this class, as a reader sees it.
fn shown(page: &str, class: &str) -> String {
    let (_, rest) = page.split_once(&format!("<code class=\"{class}")).unwrap();
    let (code, _) = rest
        .split_once('>')
        .unwrap()
        .1
        .split_once("</code>")
        .unwrap();
    let mut text = String::new();
    for part in code.split('<') {
        text += if text.is_empty() && !code.starts_with('<') {
            part
        } else {
            part.split_once('>').map_or(part, |(_, rest)| rest)
        };
    }
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&#x27;", "'")
        .replace("&amp;", "&")
}

#[test]
fn without_mdbook_the_command_is_named_that_installs_it() {
    let bench = bench();
    let bin = bench.path("bin");
    std::fs::create_dir(&bin).unwrap();
    symlink("/usr/bin/env", bin.join("env")).unwrap();

    let missing = bench.finish(bench.xtask("book --no-doc").env("PATH", &bin));
    bench.program("bin/mdbook", "echo mdbook v0.4.40");
    let old = bench.finish(bench.xtask("book --no-doc").env("PATH", &bin));

    let install = "`cargo install mdbook --version 0.5.4 --locked` installs it";
    missing.expect(3, &["no mdbook is on the PATH", install]);
    old.expect(
        3,
        &["mdbook v0.4.40 is on the PATH, and this needs 0.5", install],
    );
}

#[test]
fn a_page_shows_the_files_to_the_byte_and_links_the_documentation() {
    if !has_mdbook() {
        return;
    }
    let bench = bench();
    bench.program(
        "cargo",
        r#"if [ "$1" = doc ]; then mkdir -p target/doc/demo target/doc/src/demo; cd target/doc
               echo > demo/fn.item.html; echo > src/demo/lib.rs.html; fi; echo '{}'"#,
    );

    bench
        .run("book --node skip")
        .expect(0, &["target/book/index.html"]);

    let page = bench.read("target/book/demo/odd.html");
    for (class, file) in [
        ("language-js", "odd.mjs"),
        ("language-rs", "odd.rs"),
        ("language-text", "odd.out"),
    ] {
        assert_eq!(
            shown(&page, class),
            bench.read(&format!("demo/examples/{file}")),
            "{page}"
        );
    }
    for text in [
        "href=\"../doc/demo/fn.item.html\"><code>item</code>",
        "href=\"../doc/src/demo/lib.rs.html\"",
        "and no <code>other</code>",
        "<p>It differs.</p>",
        "cargo run -p demo -- tour odd",
    ] {
        assert!(page.contains(text), "no {text} in {page}");
    }
    let features = bench.read("target/book/features.html");
    assert!(features.contains("2 names of Node 24"), "{features}");
    assert!(
        bench
            .read("target/book/index.html")
            .contains("href=\"demo/index.html\"")
    );
    assert!(bench.read("target/book/copy.html").contains("as you like"));
}

#[test]
fn a_dead_link_is_named_and_the_book_from_before_stays() {
    if !has_mdbook() {
        return;
    }
    let bench = bench();
    bench.run("book --no-doc --node skip").expect(0, &[]);
    let before = bench.read("target/book/demo/index.html");
    let readme = bench.read("demo/README.md");
    bench.write(
        "demo/README.md",
        readme.replace("# demo\n", "# demo\n\n[there](#nowhere)\n"),
    );

    let ran = bench.run("book --no-doc --node skip");

    ran.expect(
        1,
        &[
            "demo/index.html: ../demo/index.html#nowhere leads nowhere",
            "not written: 1 dead links",
        ],
    );
    assert_eq!(bench.read("target/book/demo/index.html"), before);
}

#[test]
fn the_notes_lead_to_lessons_and_tools() {
    if !has_mdbook() {
        return;
    }
    let bench = bench();
    let links = "[odd](../../demo/examples/odd.rs), [the tool](../../demo/README.md#run-it)";
    bench.write(
        "xtask/book/notes.md",
        format!("# Notes\n\n| line | here |\n|---|---|\n| `  - so` | {links} |\n"),
    );

    bench.run("book --no-doc --node skip").expect(0, &[]);

    let page = bench.read("target/book/notes.html");
    for text in [
        "<code>  - so</code>",
        "href=\"demo/odd.html\"",
        "href=\"demo/tool.html\"",
    ] {
        assert!(page.contains(text), "no {text} in {page}");
    }
}

#[test]
fn what_a_page_is_made_of_is_named_where_it_is_missing() {
    if !has_mdbook() {
        return;
    }
    let bench = bench();
    bench.write("demo/src/tour.rs", "\n");
    let untitled = bench.run("book --no-doc --node skip");
    std::fs::remove_file(bench.path("demo/NODE.md")).unwrap();
    let missing = bench.run("book --no-doc --node skip");

    untitled.expect(1, &["demo/odd: its tour has no title for it"]);
    missing.expect(1, &["demo/NODE.md`: No such file"]);
    assert!(!bench.path("target/book").exists());
}

#[test]
fn a_folder_that_is_no_book_is_left_alone() {
    if !has_mdbook() {
        return;
    }
    let bench = bench();
    bench.write("mine/letter.txt", "dear\n");
    // Pages of GitHub have this one, whatever made them.
    bench.write("mine/.nojekyll", "");

    bench
        .run("book --no-doc --node skip --out ../mine")
        .expect(2, &["mine is there, and is no book"]);

    assert_eq!(bench.read("mine/letter.txt"), "dear\n");
    bench
        .run("book --no-doc --node skip --out ../yours")
        .expect(0, &["yours/index.html"]);
    bench
        .run("book --no-doc --node skip --out ../yours")
        .expect(0, &["yours/index.html"]);
}

#[test]
fn a_readme_without_a_section_that_a_page_is_made_of_is_named() {
    if !has_mdbook() {
        return;
    }
    let bench = bench();
    let readme = bench
        .read("demo/README.md")
        .replace("## Figures", "## Numbers");
    bench.write("demo/README.md", &readme);

    let ran = bench.run("book --no-doc --node skip");

    ran.expect(1, &["demo/README.md has no section \"## Figures\""]);
    assert!(!bench.path("target/book").exists());
}
