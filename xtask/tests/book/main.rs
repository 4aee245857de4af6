//! The book of this workspace in a real browser: each page opens from a file and from a web server, without a complaint
//! and without a request to another site, no link is dead, and what it shows equals the files.

mod browser;
mod server;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use browser::Browser;
use serde_json::Value;
use server::Server;

/// What a page tells of itself: its anchors, its links, what its programs and its output say, whether it is too wide, and what is
/// cut at its edge; a table of figures has many columns and may be moved.
const LOOK: &str = "({
    ids: [...document.querySelectorAll('[id]')].map((one) => one.id),
    links: [...document.links].map((one) => one.href).concat([...document.images].map((one) => one.src)),
    broken: [...document.images].filter((one) => one.naturalWidth === 0).length,
    programs: [...document.querySelectorAll('.side pre code')].map((one) => one.textContent),
    output: document.querySelector('code.language-text')?.textContent,
    buttons: [...document.querySelectorAll('.switch button')].map((one) => one.textContent),
    cut: [...document.querySelectorAll('pre > code, .table-wrapper')].filter((one) => one.scrollWidth > one.clientWidth + 1 && !one.querySelector('th:nth-child(5)')).map((one) => one.textContent.slice(0, 200)),
    wide: document.documentElement.scrollWidth > innerWidth,
})";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Makes the book, or says why not; `REQUIRE_PEERS=1` makes that a failure.
fn make(site: &Path) -> Option<()> {
    let mut xtask = Command::new(env!("CARGO_BIN_EXE_xtask"));
    xtask.args(["book", "--no-doc", "--out"]).arg(site);
    let output = xtask.current_dir(root()).output().unwrap();
    if output.status.code() == Some(3) {
        let required = std::env::var_os("REQUIRE_PEERS").is_some_and(|value| value == "1");
        assert!(!required, "no mdbook is there, and REQUIRE_PEERS=1");
        eprintln!("skipped: {}", String::from_utf8_lossy(&output.stderr));
        return None;
    }
    assert!(output.status.success(), "{output:?}");
    Some(())
}

/// The pages of the site, without those that a lesson's recording has for itself.
fn pages(site: &Path, folder: &str) -> Vec<String> {
    let mut pages = Vec::new();
    for entry in fs::read_dir(site.join(folder)).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let path = format!("{folder}{name}");
        if site.join(&path).is_dir() && name != "pictures" {
            pages.extend(pages_of(site, &path));
        } else if name.ends_with(".html") && name != "toc.html" {
            pages.push(path);
        }
    }
    pages.sort();
    pages
}

fn pages_of(site: &Path, folder: &str) -> Vec<String> {
    pages(site, &format!("{folder}/"))
}

/// Opens all pages below `base` and returns what each tells, by its path.
fn visit(
    browser: &mut Browser,
    base: &str,
    pages: &[String],
    width: u32,
) -> BTreeMap<String, Value> {
    let mut told = BTreeMap::new();
    for page in pages {
        browser.open(&format!("{base}/{page}"), (width, 900));
        let look = browser.eval(LOOK);
        assert_eq!(browser.complaints(base), [""; 0], "{page}");
        assert_eq!(look["wide"], false, "{page} is wider than {width}");
        let none = serde_json::json!([]);
        assert_eq!(look["cut"], none, "{page} is cut at {width}");
        assert_eq!(
            look["broken"], 0,
            "{page} has a picture that cannot be shown"
        );
        told.insert(page.clone(), look);
    }
    told
}

/// Each recorded run is drawn, and nothing is blocked.
fn expect_drawn_runs(browser: &mut Browser, base: &str, site: &Path) {
    let folder = site.join("event-loop/pictures");
    let files = fs::read_dir(folder).unwrap();
    let names = files.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let pages: Vec<_> = names.filter(|name| name.ends_with(".html")).collect();
    assert!(!pages.is_empty());
    for page in pages {
        browser.open(&format!("{base}/event-loop/pictures/{page}"), (1400, 900));
        let steps = browser.eval("Number(document.body.innerText.match(/1 \\/ (\\d+)/)?.[1] ?? 0)");
        assert_eq!(browser.complaints(base), [""; 0], "{page}");
        assert!(steps.as_u64() > Some(1), "{page} has {steps} steps");
    }
}

/// The files of the lesson that a page is about, if it is one.
fn lesson(page: &str) -> Option<[String; 3]> {
    let (folder, name) = page.strip_suffix(".html")?.split_once('/')?;
    let file = |end| {
        root()
            .join(folder)
            .join("examples")
            .join(name)
            .with_extension(end)
    };
    let read = |end| fs::read_to_string(file(end)).ok();
    Some([read("mjs")?, read("rs")?, read("out")?])
}

fn expect_equal_to_the_files(told: &BTreeMap<String, Value>) {
    let mut lessons = 0;
    for (page, look) in told {
        let Some([node, rust, output]) = lesson(page) else {
            continue;
        };
        assert_eq!(look["programs"], serde_json::json!([node, rust]), "{page}");
        assert_eq!(look["output"], output, "{page}");
        assert_eq!(
            look["buttons"],
            serde_json::json!(["Node", "both", "Rust"]),
            "{page}"
        );
        lessons += 1;
    }
    let programs = [
        "event-loop",
        "streams",
        "buffers",
        "child-process",
        "clustering",
    ];
    let programs = programs.map(|name| fs::read_dir(root().join(name).join("examples")).unwrap());
    let files = programs
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path());
    let all = files.filter(|file: &PathBuf| file.extension().is_some_and(|end| end == "out"));
    assert_eq!(lessons, all.count(), "each lesson has a page");
}

fn expect_no_dead_link(told: &BTreeMap<String, Value>, base: &str, site: &Path) {
    let strings = |list: &Value| -> BTreeSet<String> {
        let list = list.as_array().unwrap().iter();
        list.map(|one| one.as_str().unwrap().to_owned()).collect()
    };
    for (page, look) in told {
        for link in strings(&look["links"]) {
            let Some(path) = link.strip_prefix(&format!("{base}/")) else {
                assert!(link.starts_with("https://"), "{page}: {link}");
                continue;
            };
            let (path, place) = path.split_once('#').unwrap_or((path, ""));
            assert!(site.join(path).is_file(), "{page}: {link}");
            let known = told.get(path).map(|look| strings(&look["ids"]));
            let is_there = place.is_empty() || known.is_none_or(|ids| ids.contains(place));
            assert!(is_there, "{page}: {link}");
        }
    }
}

#[test]
fn every_page_opens_and_says_what_the_files_say() {
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path().join("site");
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let Some(()) = make(&site) else {
        return;
    };
    let pages = pages(&site, "");

    let from_files = format!("file://{}", site.display());
    let told = visit(&mut browser, &from_files, &pages, 390);
    expect_equal_to_the_files(&told);
    expect_no_dead_link(&told, &from_files, &site);
    let server = Server::start(&site);
    let told = visit(&mut browser, &server.base, &pages, 1400);
    expect_equal_to_the_files(&told);
    expect_no_dead_link(&told, &server.base, &site);

    for base in [from_files, server.base.clone()] {
        expect_drawn_runs(&mut browser, &base, &site);
        search_finds(&mut browser, &base);
        the_switch_stays_as_it_was_left(&mut browser, &base);
        the_filter_leaves_what_has_the_words(&mut browser, &base);
    }
    assert_eq!(server.refused(), [""; 0]);
}

fn search_finds(browser: &mut Browser, base: &str) {
    for (words, page) in [
        ("backpressure", "streams/backpressure"),
        ("nextTick", "event-loop/"),
        ("readInt8", "buffers/node"),
        ("isBuffer", "buffers/node"),
        ("schedulingPolicy", "clustering/"),
        ("execFileSync", "child-process/"),
        ("child_process.exec", "child-process/"),
        ("fs.readFile", "streams/node"),
        ("process.nextTick()", "event-loop/"),
        ("zlib.createGzip", "streams/node"),
        ("Buffer.alloc", "buffers/"),
        ("cluster.fork", "clustering/"),
        ("events.once", "event-loop/node"),
        ("run a shell command", "child-process/exec"),
        ("read a file line by line", "streams/lines"),
        ("restart workers without downtime", "clustering/reload"),
        (
            "wait for several promises",
            "event-loop/promise-combinators",
        ),
        (
            "kill a child process after a timeout",
            "child-process/exec-limits",
        ),
    ] {
        browser.open(&format!("{base}/index.html"), (1400, 900));

        browser.key("s");
        browser.until("document.activeElement.id === 'mdbook-searchbar'");
        browser.call("Input.insertText", &serde_json::json!({ "text": words }));

        browser.until(&format!(
            "[...document.querySelectorAll('#mdbook-searchresults li a')].slice(0, 8).some((one) => one.href.includes('{page}'))",
        ));
    }
    assert_eq!(browser.complaints(base), [""; 0]);
}

fn the_switch_stays_as_it_was_left(browser: &mut Browser, base: &str) {
    let shown = "[...document.querySelectorAll('.side')].filter((one) => one.offsetWidth > 0).map((one) => one.ariaLabel).join()";
    browser.open(&format!("{base}/streams/lines.html"), (1400, 900));
    assert_eq!(browser.eval(shown), "Node,Rust");

    browser.eval("document.querySelectorAll('.switch button')[2].click()");
    assert_eq!(browser.eval(shown), "Rust");
    browser.open(&format!("{base}/buffers/hello.html"), (1400, 900));

    assert_eq!(browser.eval(shown), "Rust");
    browser.eval("document.querySelectorAll('.switch button')[1].click()");
    assert_eq!(browser.eval(shown), "Node,Rust");
}

fn the_filter_leaves_what_has_the_words(browser: &mut Browser, base: &str) {
    let rows = "[...document.querySelectorAll('.features tbody tr')].filter((one) => one.offsetHeight > 0).length";
    browser.open(&format!("{base}/features.html"), (1400, 900));
    let all = browser.eval(rows).as_u64().unwrap();

    browser.eval("document.querySelector('input.filter').focus()");
    browser.call(
        "Input.insertText",
        &serde_json::json!({ "text": "allocunsafe" }),
    );
    let left = browser.eval(rows).as_u64().unwrap();

    assert!(all > 300 && (1..5).contains(&left), "{left} of {all}");
}
