//! `--pid-file`: who wants to send a signal finds the primary's number, as long as there is one.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::support::cluster;
use crate::support::cluster::{Cluster, binary, run, serve};
use crate::support::process;
use crate::support::until;
use nix::sys::signal::Signal;

fn start(file: &Path) -> Cluster {
    let mut command = serve("rr", 1);
    command.arg("--pid-file").arg(file);
    Cluster::start(command, 1)
}

#[test]
fn it_holds_the_number_for_everybody_and_is_gone_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cluster.pid");

    let mut cluster = start(&file);

    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        format!("{}\n", cluster.pid())
    );
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o644
    );
    cluster.reload();
    assert!(file.exists(), "a reload leaves it");
    cluster.signal(Signal::SIGTERM);
    assert_eq!(cluster.wait().code(), Some(0));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn one_that_a_killed_primary_has_left_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cluster.pid");
    let mut first = start(&file);
    first.kill_primary();
    assert!(file.exists());

    let second = start(&file);

    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        format!("{}\n", second.pid())
    );
}

#[test]
fn one_that_belongs_to_another_process_by_now_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cluster.pid");
    let mut cluster = start(&file);
    fs::write(&file, "1\n").unwrap();

    cluster.signal(Signal::SIGTERM);
    assert_eq!(cluster.wait().code(), Some(0));

    assert_eq!(fs::read_to_string(&file).unwrap(), "1\n");
}

#[test]
fn one_that_belongs_to_a_cluster_which_runs_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cluster.pid");
    let first = start(&file);

    let name = file.to_str().unwrap();
    let args = ["serve", "-l", "127.0.0.1:0", "-w", "1", "--pid-file", name];
    let (status, stdout, stderr) = run(binary(), &args);

    assert_eq!((status, &*stdout), (Some(1), ""));
    let said = format!("{name} belongs to process {}", first.pid());
    assert!(stderr.contains(&said), "{stderr}");
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        format!("{}\n", first.pid())
    );
}

#[test]
fn one_that_cannot_be_written_is_an_error_before_anything_starts() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("nowhere/cluster.pid");

    let path = file.to_str().unwrap();
    let (code, out, err) = run(
        binary(),
        &["serve", "-l", "127.0.0.1:0", "--pid-file", path],
    );

    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(
        err.starts_with(&format!("clustering: cannot write {path}: ")),
        "{err}"
    );
    assert_eq!(err.lines().count(), 1, "{err}");
}

#[test]
fn it_is_gone_also_when_the_cluster_gives_up() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cluster.pid");
    let program = cluster::Copy::of(&binary());
    let mut command = cluster::serve_with(&program.path(), "rr", 1);
    command.arg("--pid-file").arg(&file).arg("--no-respawn");
    let mut cluster = Cluster::start(command, 1);
    assert!(file.exists());

    for worker in cluster.workers() {
        process::send(worker, Signal::SIGKILL);
    }

    cluster.wait();
    until("it is gone", || !file.exists());
}

#[test]
fn a_folder_in_its_place_is_named_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();

    let (code, out, err) = run(
        binary(),
        &["serve", "-l", "127.0.0.1:0", "--pid-file", path],
    );

    assert_eq!((code, out.as_str()), (Some(1), ""));
    let said = format!("clustering: cannot write {path}: Is a directory");
    assert_eq!(err, said);
}
