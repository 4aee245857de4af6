//! Two clusters on two addresses, as on two machines, behind the proxies that `deploy/` is for: what happens to one of them is not noticed.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::admin;
use crate::support::client::{Connection, ask_once};
use crate::support::cluster::{Cluster, binary};
use crate::support::load::{Kind, Load, Tally};
use crate::support::peer;
use crate::support::peer::{Killed, free_port};
use crate::support::process;
use crate::support::{soak, until};
use nix::sys::signal::Signal;

/// Two machines: the same ports on 127.0.0.2 and 127.0.0.3.
struct Machines {
    port: u16,
    admin: u16,
    clusters: Vec<Cluster>,
}

impl Machines {
    fn start(args: &[&str]) -> Self {
        let mut machines = Self {
            port: free_port(),
            admin: free_port(),
            clusters: Vec::new(),
        };
        for host in [2, 3] {
            let cluster = machines.start_one(host, args);
            machines.clusters.push(cluster);
        }
        machines
    }

    fn start_one(&self, host: u8, args: &[&str]) -> Cluster {
        let mut command = Command::new(binary());
        command.args(["serve", "-w", "2"]).args(args);
        command.args(["--listen", &format!("127.0.0.{host}:{}", self.port)]);
        command.args(["--admin", &format!("127.0.0.{host}:{}", self.admin)]);
        Cluster::start(command, 2)
    }

    /// What stands in `deploy/`, for these machines and a proxy on this port.
    fn config(&self, name: &str, proxy: u16) -> String {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy");
        let mut text = fs::read_to_string(folder.join(name)).unwrap();
        for (theirs, ours) in [
            ("10.0.0.2:3000", format!("127.0.0.2:{}", self.port)),
            ("10.0.0.3:3000", format!("127.0.0.3:{}", self.port)),
            ("8080", proxy.to_string()),
        ] {
            assert_eq!(text.matches(theirs).count(), 1, "{theirs} in {name}");
            text = text.replace(theirs, &ours);
        }
        text.replace("port 9100", &format!("port {}", self.admin))
    }
}

/// A proxy that runs, and where.
struct Proxy {
    address: SocketAddr,
    _process: Killed,
    _folder: tempfile::TempDir,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    Nginx,
    Haproxy,
}

impl Proxy {
    fn start(which: Which, machines: &Machines) -> Option<Self> {
        let port = free_port();
        let folder = tempfile::tempdir().unwrap();
        let mut command = match which {
            Which::Nginx => nginx(machines, port, folder.path())?,
            Which::Haproxy => haproxy(machines, port, folder.path())?,
        };
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let _process = Killed::start(&mut command);
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        until("the proxy answers", || {
            ask_once(address, "/").is_ok_and(|answer| answer.status == 200)
        });
        Some(Self {
            address,
            _process,
            _folder: folder,
        })
    }
}

fn nginx(machines: &Machines, port: u16, folder: &Path) -> Option<Command> {
    let program = peer::need("nginx")?;
    fs::write(
        folder.join("site.conf"),
        machines.config("nginx.conf", port),
    )
    .unwrap();
    let path = folder.display();
    let mut main = format!(
        "daemon off; master_process off; pid {path}/pid; error_log {path}/errors; events {{ worker_connections 1024; }}\n\
         http {{ access_log off; include {path}/site.conf;\n"
    );
    for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"] {
        main += &format!("{kind}_temp_path {path}/{kind};\n");
    }
    fs::write(folder.join("nginx.conf"), main + "}\n").unwrap();
    let mut command = Command::new(program);
    command.args(["-e", "stderr", "-p"]).arg(folder);
    command.args(["-c", "nginx.conf"]).stderr(Stdio::null());
    Some(command)
}

fn haproxy(machines: &Machines, port: u16, folder: &Path) -> Option<Command> {
    let program = peer::need("haproxy")?;
    let config = folder.join("haproxy.cfg");
    fs::write(&config, machines.config("haproxy.cfg", port)).unwrap();
    let mut command = Command::new(program);
    command.args(["-db", "-q", "-f"]).arg(config);
    command.stderr(Stdio::null());
    Some(command)
}

/// Does the same behind each proxy, both at once: the tests mostly wait for the checks of the proxies.
fn behind_each_proxy(run: impl Fn(Which) + Sync) {
    thread::scope(|scope| {
        for which in [Which::Nginx, Which::Haproxy] {
            let run = &run;
            scope.spawn(move || run(which));
        }
    });
}

/// Half of the clients keep their connections, the other half has a new one for each request.
struct Clients(Vec<Load>);

impl Clients {
    fn start(to: SocketAddr) -> Self {
        let kinds = [Kind::KeepAlive, Kind::OneShot];
        Self(kinds.map(|kind| Load::start(to, kind, soak(8, 2))).into())
    }

    /// Lets each half get so many answers more.
    fn more(&self, requests: u64) {
        for load in &self.0 {
            let enough = load.right() + requests;
            until("answers come", || load.right() > enough);
        }
    }

    fn stop(self) -> Tally {
        let mut all = Tally::default();
        self.0.into_iter().for_each(|load| all.add(load.stop()));
        all
    }
}

/// Kills one whole machine, and starts it again.
fn one_is_killed(which: Which) {
    let mut machines = Machines::start(&[]);
    let Some(proxy) = Proxy::start(which, &machines) else {
        return;
    };
    let clients = Clients::start(proxy.address);
    clients.more(100);

    for round in 0..soak(10, 1) {
        let victim = round % 2;
        let host = u8::try_from(2 + victim).unwrap();
        machines.clusters[victim].kill_primary();
        clients.more(soak(1000, 200));
        machines.clusters[victim] = machines.start_one(host, &[]);
        let back = machines.clusters[victim].address();
        until("it has work again", || requests_of(&machines, victim) > 0);
        assert_eq!(back.port(), machines.port);
        clients.more(soak(1000, 100));
    }

    let tally = clients.stop();
    println!("{which:?}, one killed: {tally}");
    tally.assert_nothing_failed();
}

/// What a machine has answered, as it says itself.
fn requests_of(machines: &Machines, machine: usize) -> u64 {
    let admin = admin::admin_of(&machines.clusters[machine]);
    admin::status(admin)["requests"].as_u64().unwrap()
}

#[test]
fn no_get_fails_when_one_of_two_machines_is_killed() {
    behind_each_proxy(one_is_killed);
}

fn both_are_reloaded(which: Which) {
    let mut machines = Machines::start(&["--idle-grace", "300ms"]);
    let Some(proxy) = Proxy::start(which, &machines) else {
        return;
    };
    let clients = Clients::start(proxy.address);
    clients.more(100);

    for _ in 0..soak(10, 1) {
        for machine in 0..2 {
            machines.clusters[machine].reload();
            clients.more(soak(500, 50));
        }
    }

    let tally = clients.stop();
    println!("{which:?}, both reloaded: {tally}");
    tally.assert_nothing_failed();
}

#[test]
fn no_request_fails_when_both_are_reloaded_in_turn() {
    behind_each_proxy(both_are_reloaded);
}

/// One machine after the other is stopped and started again, as for a new kernel. Requests of which it is not known whether they can be sent
/// twice must not fail either.
fn both_are_stopped(which: Which, lame_duck: Duration) {
    let time = format!("{}ms", lame_duck.as_millis());
    let args = ["--lame-duck", &time, "--idle-grace", "300ms"];
    let mut machines = Machines::start(&args);
    let Some(proxy) = Proxy::start(which, &machines) else {
        return;
    };
    let clients = Clients::start(proxy.address);
    let mut posts = 0;
    let mut post = || {
        let mut connection = Connection::open(proxy.address).unwrap();
        let request =
            "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi";
        connection.send(request).unwrap();
        let answer = connection.answer().unwrap();
        assert_eq!(answer.status, 200, "POST number {posts}: {answer:?}");
        posts += 1;
    };

    for machine in 0..2 {
        clients.more(50);
        machines.clusters[machine].signal(Signal::SIGTERM);
        let begun = Instant::now();
        let pid = machines.clusters[machine].pid();
        until("it is gone", || {
            post();
            process::children_of(pid).is_empty()
        });
        assert!(begun.elapsed() > lame_duck);
        assert_eq!(machines.clusters[machine].wait().code(), Some(0));
        for _ in 0..20 {
            post();
        }
        let host = u8::try_from(2 + machine).unwrap();
        machines.clusters[machine] = machines.start_one(host, &args);
        until("it has work again", || {
            post();
            requests_of(&machines, machine) > 0
        });
    }

    let tally = clients.stop();
    println!("{which:?}, both stopped in turn: {tally}, {posts} POSTs");
    tally.assert_nothing_failed();
}

#[test]
fn no_request_fails_when_both_are_stopped_in_turn() {
    behind_each_proxy(|which| {
        let lame_duck = match which {
            // It does not ask, but sends a request that is refused to the other one.
            Which::Nginx => Duration::ZERO,
            // Two checks that fail, 500 ms apart.
            Which::Haproxy => Duration::from_secs(2),
        };
        both_are_stopped(which, lame_duck);
    });
}

/// Uploads that are refused unread are answered, and cost no other client anything.
fn uploads_are_refused(which: Which) {
    let machines = Machines::start(&["--max-body", "64K"]);
    let Some(proxy) = Proxy::start(which, &machines) else {
        return;
    };
    let clients = Clients::start(proxy.address);
    clients.more(100);
    let body = vec![b'x'; 900_000];
    let head = format!(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );

    for number in 0..soak(200, 60) {
        let mut connection = Connection::open(proxy.address).unwrap().patient();
        connection.send(&head).unwrap();
        // A proxy may answer, and close, before it has all of it.
        let _ = connection.send(&body);
        let answer = connection.answer();

        let status = answer.map(|answer| answer.status);
        assert_eq!(status, Ok(413), "upload number {number}");
    }

    let tally = clients.stop();
    println!("{which:?}, uploads refused: {tally}");
    tally.assert_nothing_failed();
}

#[test]
fn uploads_that_are_refused_cost_no_other_client_anything() {
    behind_each_proxy(uploads_are_refused);
}
