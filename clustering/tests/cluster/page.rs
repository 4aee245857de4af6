//! The page of the admin address in a real browser: it shows the workers as they live, and a reload as it happens.

use crate::support::admin::{admin_of, serve_with_admin};
use crate::support::browser::Browser;
use crate::support::client::Connection;
use crate::support::cluster::Cluster;
use crate::support::load::{Kind, Load};
use crate::support::process::send;
use crate::support::until;
use nix::sys::signal::Signal;
use serde_json::{Value, json};

const DESK: (u32, u32) = (1400, 900);

/// The cells of a column, from top to bottom.
fn column(browser: &mut Browser, name: &str) -> Vec<String> {
    let cells = browser.eval(&format!(
        "[...document.querySelectorAll('#rows td[data-name={}]')].map((cell) => cell.innerText)",
        json!(name)
    ));
    serde_json::from_value(cells).unwrap()
}

/// What stands under a word above the table.
fn total(browser: &mut Browser, name: &str) -> String {
    let value = browser.eval(&format!(
        "[...document.querySelectorAll('#totals dt')].find((one) => one.innerText === {}).nextElementSibling.innerText",
        json!(name)
    ));
    value.as_str().unwrap().to_owned()
}

fn shows(name: &str, value: &str) -> String {
    format!(
        "[...document.querySelectorAll('#totals dt')].find((one) => one.innerText === {})?.nextElementSibling.innerText === {}",
        json!(name),
        json!(value)
    )
}

fn tells(words: &str) -> String {
    format!(
        "document.getElementById('story').innerText.includes({})",
        json!(words)
    )
}

#[test]
fn it_shows_each_worker_and_complains_of_nothing_on_any_screen() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let cluster = Cluster::start(serve_with_admin(3), 3);
    let url = format!("http://{}/", admin_of(&cluster));

    for screen in [DESK, (800, 900), (360, 740)] {
        browser.open(&url, screen);

        let pids: Vec<_> = column(&mut browser, "pid");
        let mut workers: Vec<_> = cluster.workers().iter().map(u32::to_string).collect();
        workers.sort();
        let mut shown = pids.clone();
        shown.sort();
        assert_eq!(shown, workers, "{screen:?}");
        assert_eq!(column(&mut browser, "slot"), ["0", "1", "2"]);
        assert_eq!(column(&mut browser, "state"), ["ready"; 3]);
        assert_eq!(total(&mut browser, "workers"), "3 of 3");
        let too_wide = browser.eval("document.documentElement.scrollWidth > innerWidth");
        assert_eq!(too_wide, false, "{screen:?}");
        assert_eq!(browser.complaints(), [""; 0], "{screen:?}");
    }
}

#[test]
fn connections_and_requests_are_counted_while_one_watches() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let cluster = Cluster::start(serve_with_admin(2), 2);
    browser.open(&format!("http://{}/", admin_of(&cluster)), DESK);
    assert_eq!(total(&mut browser, "requests"), "0");

    let mut idle = Connection::open(cluster.address()).unwrap();
    let _another = Connection::open(cluster.address()).unwrap();
    for _ in 0..7 {
        idle.ask("/").unwrap();
    }

    browser.until(&shows("requests", "7"));
    browser.until(&shows("open connections", "2"));
    assert_eq!(
        column(&mut browser, "requests").concat().replace('0', ""),
        "7"
    );
}

#[test]
fn a_reload_can_be_watched_under_load_from_the_first_new_worker_to_the_last_old_one() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let mut command = serve_with_admin(2);
    command.args(["--idle-grace", "300ms"]);
    let mut cluster = Cluster::start(command, 2);
    browser.open(&format!("http://{}/", admin_of(&cluster)), DESK);
    let load = Load::start(cluster.address(), Kind::KeepAlive, 4);
    let old = column(&mut browser, "pid");

    cluster.signal(Signal::SIGHUP);
    browser.until(&shows("reloads", "1"));
    load.stop().assert_nothing_failed();

    browser.until(&tells("reloaded: all workers are new ones"));
    until("it has settled", || {
        cluster.look();
        column(&mut browser, "pid").len() == 2
    });
    let new = column(&mut browser, "pid");
    assert!(old.iter().all(|pid| !new.contains(pid)), "{old:?} {new:?}");
    for id in [1, 2] {
        browser.until(&tells(&format!("worker {id} in slot {} is gone", id - 1)));
    }
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn a_worker_that_is_killed_and_its_successor_are_told_of() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let cluster = Cluster::start(serve_with_admin(2), 2);
    browser.open(&format!("http://{}/", admin_of(&cluster)), DESK);

    send(cluster.workers()[0], Signal::SIGKILL);

    browser.until(&shows("restarts", "1"));
    browser.until(&tells("worker 3 (pid "));
    browser.until(&tells("is gone"));
}

#[test]
fn a_cluster_that_is_gone_is_said_to_be_and_what_it_said_last_stays() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let mut cluster = Cluster::start(serve_with_admin(2), 2);
    browser.open(&format!("http://{}/", admin_of(&cluster)), DESK);
    let lost = "!document.getElementById('lost').hidden";
    assert_eq!(browser.eval(lost), false);

    cluster.signal(Signal::SIGTERM);
    cluster.wait();

    browser.until(lost);
    assert_eq!(column(&mut browser, "slot").len(), 2);
}

#[test]
fn it_follows_the_light_and_the_wish_for_rest_and_names_what_it_shows() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let cluster = Cluster::start(serve_with_admin(2), 2);
    let url = format!("http://{}/", admin_of(&cluster));
    let emulate = |browser: &mut Browser, name: &str, value: &str| {
        let media = json!({ "features": [{ "name": name, "value": value }] });
        browser.call("Emulation.setEmulatedMedia", &media);
    };
    browser.open(&url, DESK);
    let colours = "(() => { const style = getComputedStyle(document.body); return [style.color, style.backgroundColor]; })()";
    let light = browser.eval(colours);

    emulate(&mut browser, "prefers-color-scheme", "dark");
    let dark = browser.eval(colours);
    emulate(&mut browser, "prefers-reduced-motion", "reduce");
    let moves = browser.eval(
        "[...document.querySelectorAll('*')].some((one) => { const style = getComputedStyle(one); \
         return style.animationName !== 'none' || style.transitionDuration !== '0s'; })",
    );

    assert_ne!(light, dark);
    assert_eq!(moves, false);
    let nameless = "[...document.querySelectorAll('th')].filter((one) => one.scope !== 'col' || !one.innerText).length";
    assert_eq!(browser.eval(nameless), 0);
    assert_eq!(
        browser.eval("document.querySelector('[role=log]').ariaLabel"),
        "What happened"
    );
    assert_ne!(browser.eval("document.title"), Value::Null);
}
