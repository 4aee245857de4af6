//! `sd_notify`: a service manager of our own hears when the cluster is ready, reloads, stops, and that it lives.

use std::cell::RefCell;
use std::io::Write;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::client::ask_once;
use crate::support::cluster::{Cluster, Copy, binary, serve, serve_with};
use crate::support::peer::Killed;
use crate::support::process::send;
use crate::support::{DEADLINE, until};
use nix::sys::prctl::set_child_subreaper;
use nix::sys::signal::Signal;
use nix::time::{ClockId, clock_gettime};

/// Hears what a cluster says.
struct Manager {
    socket: UnixDatagram,
    name: String,
    last: RefCell<String>,
    _folder: tempfile::TempDir,
}

impl Manager {
    /// One that listens on a file.
    fn on_file() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let name = path.to_str().unwrap().to_owned();
        Self::new(UnixDatagram::bind(path).unwrap(), name, folder)
    }

    /// One whose name is in no file system.
    fn on_abstract_name() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let name = folder.path().to_str().unwrap();
        let address = SocketAddr::from_abstract_name(name).unwrap();
        let socket = UnixDatagram::bind_addr(&address).unwrap();
        Self::new(socket, format!("@{name}"), folder)
    }

    fn new(socket: UnixDatagram, name: String, folder: tempfile::TempDir) -> Self {
        socket.set_read_timeout(Some(DEADLINE)).unwrap();
        let _folder = folder;
        Self {
            socket,
            name,
            last: RefCell::default(),
            _folder,
        }
    }

    fn tell(&self, mut command: Command) -> Command {
        command.env("NOTIFY_SOCKET", &self.name);
        // Whatever manager this test may have is not to hear of it.
        command.env_remove("WATCHDOG_PID");
        command.env_remove("WATCHDOG_USEC");
        command
    }

    /// The next packet.
    fn hear(&self) -> String {
        let mut buffer = [0; 4096];
        let heard = self.socket.recv(&mut buffer);
        let count =
            heard.unwrap_or_else(|error| panic!("{error}: nothing after {:?}", self.last.borrow()));
        let packet = String::from_utf8(buffer[..count].to_vec()).unwrap();
        self.last.replace(packet.clone());
        packet
    }

    /// All packets up to one that begins like this, which is the last one.
    fn hear_until(&self, start: &str) -> Vec<String> {
        let mut packets = vec![self.hear()];
        while !packets[packets.len() - 1].starts_with(start) {
            packets.push(self.hear());
        }
        packets
    }

    /// Nobody has said anything like this for a while.
    fn hears_nothing_like(&self, start: &str, time: Duration) {
        self.socket.set_read_timeout(Some(time / 10)).unwrap();
        let end = std::time::Instant::now() + time;
        let mut buffer = [0; 4096];
        while std::time::Instant::now() < end {
            let Ok(count) = self.socket.recv(&mut buffer) else {
                continue;
            };
            let packet = std::str::from_utf8(&buffer[..count]).unwrap();
            assert!(!packet.starts_with(start), "{packet}");
        }
        self.socket.set_read_timeout(Some(DEADLINE)).unwrap();
    }
}

fn no_status(mut packets: Vec<String>) -> Vec<String> {
    packets.retain(|packet| !packet.starts_with("STATUS="));
    packets
}

fn monotonic_usec() -> u128 {
    let now = clock_gettime(ClockId::CLOCK_MONOTONIC).unwrap();
    Duration::from(now).as_micros()
}

fn tells_its_life(manager: &Manager) {
    let mut cluster = Cluster::spawn(manager.tell(serve("rr", 3)));

    let begin = manager.hear_until("READY=1");
    assert_eq!(no_status(begin), ["READY=1"]);
    assert_eq!(manager.hear(), "STATUS=3 of 3 workers serve");

    let before = monotonic_usec();
    cluster.signal(Signal::SIGHUP);
    let reload = no_status(manager.hear_until("READY=1"));
    let [reloading, ready] = &reload[..] else {
        panic!("{reload:?}");
    };
    let time = reloading
        .strip_prefix("RELOADING=1\nMONOTONIC_USEC=")
        .unwrap();
    let time: u128 = time.parse().unwrap();
    assert!((before..=monotonic_usec()).contains(&time), "{time}");
    assert_eq!(ready, "READY=1");
    until("it says so on stderr, too", || {
        cluster.count_stderr(": reloaded") == 1
    });

    cluster.signal(Signal::SIGTERM);
    assert_eq!(no_status(manager.hear_until("STOPPING=1")), ["STOPPING=1"]);
    assert_eq!(cluster.wait().code(), Some(0));
    manager.hears_nothing_like("", Duration::from_millis(10));
}

#[test]
fn a_manager_on_a_file_hears_ready_reloading_and_stopping() {
    tells_its_life(&Manager::on_file());
}

#[test]
fn a_manager_on_an_abstract_name_hears_the_same() {
    tells_its_life(&Manager::on_abstract_name());
}

#[test]
fn it_is_ready_only_when_all_workers_are() {
    let manager = Manager::on_file();
    let folder = tempfile::tempdir().unwrap();
    let (pid_file, gate) = (folder.path().join("pid"), folder.path().join("gate"));
    let program = Copy::of(&binary());
    let mut command = manager.tell(serve_with(&program.path(), "rr", 2));
    // Nobody reads what it prints, so that it waits before it starts anybody.
    let (mut reader, mut full) = std::io::pipe().unwrap();
    full.write_all(&[b'\n'; 64 * 1024]).unwrap();
    command.arg("--pid-file").arg(&pid_file);
    command.stdout(full).stderr(Stdio::null());
    let cluster = Killed::start(&mut command);
    drop(command);
    until("it is about to start", || pid_file.exists());

    // The worker of slot 1 waits at the gate.
    program.replace_with_script(&format!(
        "#!/bin/sh\nwhile [ \"$CLUSTER_WORKER_SLOT\" = 1 ] && [ -d '{0}' ] && ! [ -e '{0}/gate' ]; do sleep 0.01; done\nexec '{1}'\n",
        folder.path().display(),
        binary().display()
    ));
    let reading = std::thread::spawn(move || std::io::copy(&mut reader, &mut std::io::sink()));
    manager.hear_until("STATUS=1 of 2 workers serve");
    manager.hears_nothing_like("READY", Duration::from_millis(200));
    std::fs::write(&gate, "").unwrap();

    assert_eq!(no_status(manager.hear_until("READY=1")), ["READY=1"]);
    drop(cluster);
    reading.join().unwrap().unwrap();
}

#[test]
fn a_reload_that_fails_is_over_too() {
    let manager = Manager::on_file();
    let program = Copy::of(&binary());
    let mut cluster = Cluster::spawn(manager.tell(serve_with(&program.path(), "rr", 1)));
    manager.hear_until("READY=1");

    program.replace_with_script("#!/bin/sh\nexit 1\n");
    cluster.signal(Signal::SIGHUP);

    let said = no_status(manager.hear_until("READY=1"));
    assert!(said[0].starts_with("RELOADING=1\n"), "{said:?}");
    assert_eq!(said.len(), 2, "{said:?}");
    cluster.signal(Signal::SIGTERM);
    assert_eq!(cluster.wait().code(), Some(0));
}

#[test]
fn a_lame_duck_says_at_once_that_it_stops() {
    let manager = Manager::on_file();
    let mut command = serve("rr", 1);
    command.args(["--lame-duck", "60s"]);
    let cluster = Cluster::start(manager.tell(command), 1);
    manager.hear_until("READY=1");

    cluster.signal(Signal::SIGTERM);

    manager.hear_until("STOPPING=1");
    assert_eq!(ask_once(cluster.address(), "/").unwrap().status, 200);
}

#[test]
fn it_feeds_the_watchdog_while_a_worker_serves_and_else_lets_it_starve() {
    let manager = Manager::on_file();
    let program = Copy::of(&binary());
    let mut command = serve_with(&program.path(), "rr", 1);
    command.args(["--start-timeout", "300ms"]);
    let mut command = manager.tell(command);
    command.env("WATCHDOG_USEC", "200000");
    let mut cluster = Cluster::start(command, 1);
    for _ in 0..4 {
        manager.hear_until("WATCHDOG=1");
    }

    program.replace_with_script("#!/bin/sh\nexec sleep 20\n");
    send(cluster.workers()[0], Signal::SIGKILL);
    manager.hear_until("STATUS=0 of 1 workers serve");
    manager.hears_nothing_like("WATCHDOG", Duration::from_millis(600));
    program.replace(&binary());

    manager.hear_until("WATCHDOG=1");
    cluster.look();
}

#[test]
fn the_manager_hears_which_primary_comes_after_an_upgrade() {
    set_child_subreaper(true).unwrap();
    let manager = Manager::on_file();
    let mut cluster = Cluster::start(manager.tell(serve("rr", 1)), 1);
    manager.hear_until("READY=1");
    cluster.look();

    cluster.signal(Signal::SIGUSR2);

    let packets = manager.hear_until("MAINPID=");
    until("it is told", || cluster.count_stderr("replaced by") == 1);
    assert_eq!(packets.last(), Some(&format!("MAINPID={}", cluster.pid())));
    assert!(!packets.iter().any(|packet| packet == "STOPPING=1"));
    cluster.signal(Signal::SIGTERM);
    manager.hear_until("STOPPING=1");
    assert_eq!(cluster.wait().code(), Some(0));
}

#[test]
fn a_watchdog_that_is_meant_for_another_process_is_not_fed() {
    let manager = Manager::on_file();
    let mut command = manager.tell(serve("rr", 1));
    command
        .env("WATCHDOG_USEC", "20000")
        .env("WATCHDOG_PID", "1");
    let _cluster = Cluster::start(command, 1);

    let said = manager.hear_until("READY=1");

    assert_eq!(no_status(said), ["READY=1"]);
    manager.hears_nothing_like("WATCHDOG", Duration::from_millis(200));
}

#[test]
fn a_manager_that_is_busy_misses_nothing() {
    let manager = Manager::on_file();
    let filler = UnixDatagram::unbound().unwrap();
    filler.set_nonblocking(true).unwrap();
    // Until no packet fits any more.
    let fills = |filler: &UnixDatagram| filler.send_to(b"X_OTHER=1", &manager.name).is_ok();
    while fills(&filler) {}
    let mut cluster = Cluster::start(manager.tell(serve("rr", 1)), 1);
    // It has had the time to say so, and more: these go the same way.
    cluster.signal(Signal::SIGUSR1);
    until("it has said how it is", || cluster.count_stderr("{\"") == 1);

    let said = manager.hear_until("READY=1");

    assert_eq!(said.last().unwrap(), "READY=1");
    cluster.look();
}

#[test]
fn a_manager_that_goes_away_is_not_missed() {
    let manager = Manager::on_file();
    let mut cluster = Cluster::start(manager.tell(serve("rr", 1)), 1);
    drop(manager);

    cluster.reload();

    assert_eq!(ask_once(cluster.address(), "/").unwrap().status, 200);
    cluster.signal(Signal::SIGTERM);
    assert_eq!(cluster.wait().code(), Some(0));
}

#[test]
fn a_manager_that_cannot_be_is_named_once_and_the_cluster_serves() {
    for name in [
        "/".repeat(200),
        "@".to_owned() + &"x".repeat(200),
        String::new(),
    ] {
        let mut command = serve("rr", 1);
        command.env("NOTIFY_SOCKET", &name);

        let mut cluster = Cluster::start(command, 1);

        let complains = usize::from(!name.is_empty());
        until("it has said so", || {
            cluster.count_stderr("NOTIFY_SOCKET") == complains
        });
        cluster.signal(Signal::SIGTERM);
        assert_eq!(cluster.wait().code(), Some(0));
    }
}
