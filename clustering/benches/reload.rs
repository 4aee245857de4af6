//! What becomes of requests while a server is reloaded twenty times, loses workers, is given a bad version and is ended. Prints how many were sent and answered.
//!
//! Arguments: `reload/NAME.sh` without the `.sh`. A short form runs where nothing is timed. With `WRITE=1`, the server's row in the README is written, with what became of the others.

#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../tests/cluster/support/client.rs"]
mod client;

#[path = "reload/load.rs"]
mod load;
#[path = "reload/peer.rs"]
mod peer;
#[path = "reload/picture.rs"]
mod picture;

use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};
use std::{env, fs};

use anyhow::{Context, ensure};

use load::{CLIENTS, Kind, Load, uploads};
use peer::{Server, wait_until};

/// How long clients ask between two reloads, at most.
const PAUSE: Duration = Duration::from_secs(4);
/// How long a worker lives until it is killed: granian takes one that dies within 5.5 s for a crash loop, and ends.
const BETWEEN_KILLS: Duration = Duration::from_secs(6);
/// How long clients ask before something happens.
const SETTLED: Duration = Duration::from_millis(500);
/// All that `cargo xtask bench` allows for one contender, but for what comes after the reloads.
const RELOADS: Duration = Duration::from_secs(150);

fn main() -> anyhow::Result<()> {
    let Some(name) = env::args().nth(1).filter(|arg| arg != "--bench") else {
        return Ok(());
    };
    let is_ours = ["clustering", "axum"].contains(&&*name);
    // In CI, where others are not there.
    if env::var("SMOKE").is_ok_and(|smoke| !smoke.is_empty())
        && !["clustering", "node"].contains(&&*name)
    {
        return Ok(());
    }
    let is_short = env::var("OUT").is_ok_and(|out| out != "/dev/null");
    let times = |long: u32, short: u32| if is_short { short } else { long };

    let mut row = Vec::new();
    let server = Server::start(&name)?;
    let loads = Kind::ALL.map(|kind| Load::start(server.address, &[kind], &server.seen));
    let begun = Instant::now();
    let (mut asked, mut reloads) = (0, 0);
    while asked < times(20, 2) && begun.elapsed() < RELOADS {
        let enough = loads.iter().map(Load::sent).sum::<u64>() + u64::from(times(10_000, 500));
        wait_until(PAUSE, || {
            loads.iter().map(Load::sent).sum::<u64>() >= enough
        });
        asked += 1;
        reloads += u32::from(server.reload()?);
    }
    for (kind, load) in Kind::ALL.into_iter().zip(loads) {
        row.push((kind.name(), load.stop()));
    }

    let load = Load::start(server.address, &Kind::ALL, &server.seen);
    let (mut kills, mut is_whole) = (0, true);
    while is_whole && kills < times(5, 1) {
        sleep(if is_short { SETTLED } else { BETWEEN_KILLS });
        is_whole = server.kill_a_worker();
        kills += 1;
    }
    row.push(("kill -9", load.stop()));
    drop(server);

    let server = Server::start(&name)?;
    row.push(("uploads", uploads(server.address, times(60, 5))));
    let load = Load::start(server.address, &Kind::ALL, &server.seen);
    sleep(SETTLED);
    row.push(("end", server.end(load)?));

    let server = Server::start(&name)?;
    let load = Load::start(server.address, &Kind::ALL, &server.seen);
    server.call("break")?;
    server.call("reload")?;
    sleep(Duration::from_secs(times(5, 1).into()));
    row.push(("bad version", load.stop()));

    ensure!(
        !is_ours || kills == times(5, 1) && is_whole,
        "not whole after kill {kills}"
    );
    for (name, tally) in row.iter().filter(|_| is_ours) {
        // With a killed worker goes what it has in hand: at most a request of each client.
        let most = if *name == "kill -9" { kills } else { 0 } * CLIENTS;
        ensure!(tally.lost() <= most.into(), "{name}: {tally}");
    }
    ensure!(
        !is_ours || reloads == times(20, 2),
        "only {reloads} reloads were done"
    );
    for (name, tally) in &row {
        eprintln!("{name}: {tally}");
        println!(
            "{name}, sent {}\n{name}, answered {}",
            tally.sent, tally.answered
        );
    }
    if env::var_os("WRITE").is_some() && !is_short {
        let mut cells: Vec<_> = row.iter().map(|(_, tally)| tally.to_string()).collect();
        if reloads < 20 {
            cells[0] += &format!("; {asked} reloads asked, {reloads} done");
        }
        if !is_whole {
            cells[Kind::ALL.len()] += &format!("; not whole after kill {kills}");
        }
        write_row(&server.version()?, &cells.join(" | "))?;
    }
    Ok(())
}

/// Puts the row of a server into the table of the README, in place of the one that it had, and draws the picture of all.
fn write_row(name: &str, cells: &str) -> anyhow::Result<()> {
    let file = Path::new(&env::var("BENCHES")?).with_file_name("README.md");
    let readme = fs::read_to_string(&file)?;
    let end = readme
        .find("<!-- /reload -->")
        .context("no place for the table")?;
    let start = readme[..end]
        .find("<!-- reload -->")
        .context("no place for the table")?;
    // A row is known by its name without the version.
    let key = |line: &str| {
        let name = line.split(" |").next().unwrap_or_default();
        name.replace(|letter: char| letter.is_ascii_digit() || letter == '.', "")
    };
    let row = format!("| {name} | {cells} |");
    let mut rows: Vec<_> = readme[start..end].lines().collect();
    match rows.iter().position(|line| key(line) == key(&row)) {
        Some(index) => rows[index] = &row,
        None => rows.push(&row),
    }
    fs::write(
        file.with_file_name("benches/reload.svg"),
        picture::draw(&rows),
    )?;
    let (before, rows, after) = (&readme[..start], rows.join("\n"), &readme[end..]);
    Ok(fs::write(file, format!("{before}{rows}\n{after}"))?)
}
