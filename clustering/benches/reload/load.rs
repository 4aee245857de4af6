//! Clients that count exactly: each request was answered, or failed in a way that has a name. Nothing is sent twice.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle, sleep};
use std::time::Duration;

use crate::client::{self, Answer, Connection, Failure};

/// What takes longer is late.
const LATE: Duration = Duration::from_secs(5);
/// Clients of each kind.
const OF_EACH: u8 = 4;
/// Clients of all kinds.
pub const CLIENTS: u32 = OF_EACH as u32 * Kind::ALL.len() as u32;
/// 2 MB, of which each server takes 1 MiB.
const UPLOAD: usize = 2_000_000;

/// How a client asks.
#[derive(Clone, Copy)]
pub enum Kind {
    KeepAlive,
    OneEach,
    Post,
    Slow,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::KeepAlive, Self::OneEach, Self::Post, Self::Slow];

    pub fn request(self) -> String {
        let text = format!("{{\"text\":\"{}\"}}", "x".repeat(10_000));
        match self {
            Self::KeepAlive => client::request("/"),
            Self::OneEach => {
                "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".to_owned()
            }
            Self::Post => post(text.len()) + &text,
            Self::Slow => client::request("/slow"),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::KeepAlive => "keep-alive",
            Self::OneEach => "one connection each",
            Self::Post => "POST",
            Self::Slow => "300 ms",
        }
    }
}

fn post(length: usize) -> String {
    format!(
        "POST /notes HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    )
}

/// What became of requests.
#[derive(Default)]
pub struct Tally {
    pub sent: u64,
    pub answered: u64,
    /// How the others failed.
    failed: BTreeMap<&'static str, u64>,
}

impl Tally {
    pub fn lost(&self) -> u64 {
        self.sent - self.answered
    }

    fn count<T>(&mut self, outcome: &Result<T, Failure>) {
        self.sent += 1;
        let way = match outcome {
            Ok(_) => {
                self.answered += 1;
                return;
            }
            Err(Failure::Refused) => "refused",
            Err(Failure::Reset) => "reset",
            Err(Failure::Empty) => "empty",
            Err(Failure::Late) => "late",
            Err(Failure::Wrong(what)) => {
                eprintln!("wrong: {what}");
                "wrong"
            }
        };
        *self.failed.entry(way).or_default() += 1;
    }

    pub fn add(&mut self, other: &Self) {
        self.sent += other.sent;
        self.answered += other.answered;
        for (way, count) in &other.failed {
            *self.failed.entry(way).or_default() += count;
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} of {}", self.lost(), self.sent)?;
        for (index, (way, count)) in self.failed.iter().enumerate() {
            let before = if index == 0 { ":" } else { "," };
            write!(out, "{before} {count} {way}")?;
        }
        Ok(())
    }
}

/// The workers that have answered.
pub type Seen = Arc<Mutex<BTreeSet<u32>>>;

/// What the clients do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    Asking,
    /// The server was told to end: a connection that is refused is the end, and no loss.
    Ending,
    Over,
}

/// Clients that ask one request after the other, each on a thread.
pub struct Load {
    phase: Arc<Mutex<Phase>>,
    sent: Arc<AtomicU64>,
    clients: Vec<JoinHandle<Tally>>,
}

impl Load {
    pub fn start(to: SocketAddr, kinds: &[Kind], seen: &Seen) -> Self {
        let (phase, sent) = (Arc::new(Mutex::new(Phase::Asking)), Arc::default());
        let client = |(kind, host)| {
            let (phase, sent, seen) = (phase.clone(), Arc::clone(&sent), seen.clone());
            thread::spawn(move || ask_until_told(host, to, kind, &phase, &sent, &seen))
        };
        let kinds = kinds
            .iter()
            .flat_map(|kind| (0..OF_EACH).map(|number| (*kind, 2 + number)));
        let clients = kinds.map(client).collect();
        Self {
            phase,
            sent,
            clients,
        }
    }

    pub fn sent(&self) -> u64 {
        self.sent.load(Relaxed)
    }

    pub fn tell(&self, phase: Phase) {
        *lock(&self.phase) = phase;
    }

    pub fn stop(self) -> Tally {
        self.tell(Phase::Over);
        let mut all = Tally::default();
        for client in self.clients {
            all.add(&client.join().expect("clients do not panic"));
        }
        all
    }
}

fn ask_until_told(
    host: u8,
    to: SocketAddr,
    kind: Kind,
    phase: &Mutex<Phase>,
    sent: &AtomicU64,
    seen: &Seen,
) -> Tally {
    let (mut tally, mut kept, request) = (Tally::default(), None, kind.request());
    loop {
        if *lock(phase) == Phase::Over {
            return tally;
        }
        let answer = ask(&mut kept, host, to, &request);
        if *lock(phase) != Phase::Asking && answer == Err(Failure::Refused) {
            return tally;
        }
        sent.fetch_add(1, Relaxed);
        tally.count(&answer);
        lock(seen).extend(answer.ok().as_ref().and_then(worker));
        // No server is driven at its limit, where it would be late.
        sleep(Duration::from_millis(1));
    }
}

/// Asks once, and keeps the connection if the server does.
pub fn ask(
    kept: &mut Option<Connection>,
    host: u8,
    to: SocketAddr,
    request: &str,
) -> Result<Answer, Failure> {
    // A client may know that its connection was closed; then it has not asked on it.
    let mut connection = match kept.take().filter(is_open) {
        Some(connection) => connection,
        None => Connection::open_within(LATE, host, to)?,
    };
    connection.send(request)?;
    let answer = connection.answer()?;
    if answer.status != 200 {
        return Err(Failure::Wrong(format!("{answer:?}")));
    }
    if !answer.closes && !request.contains("Connection: close") {
        *kept = Some(connection);
    }
    Ok(answer)
}

fn is_open(connection: &Connection) -> bool {
    let stream = &connection.stream;
    let peeked = stream
        .set_nonblocking(true)
        .and_then(|()| stream.peek(&mut [0]));
    let is_blocking = stream.set_nonblocking(false).is_ok();
    is_blocking && peeked.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
}

pub fn worker(answer: &Answer) -> Option<u32> {
    let text = std::str::from_utf8(&answer.body).ok()?;
    let (_, number) = text.rsplit_once("worker")?;
    number
        .trim_matches(|letter: char| !letter.is_ascii_digit())
        .parse()
        .ok()
}

/// Uploads a body that is too long, so often; 413 is the right answer.
pub fn uploads(to: SocketAddr, count: u32) -> Tally {
    let mut tally = Tally::default();
    let body = "x".repeat(UPLOAD);
    for _ in 0..count {
        let upload = || {
            let mut connection = Connection::open_within(LATE, 1, to)?;
            // A client that cannot send it all looks for an answer too.
            let sent = connection.send(post(UPLOAD) + &body);
            match connection.answer() {
                Ok(answer) if answer.status == 413 => Ok(()),
                Ok(answer) => Err(Failure::Wrong(format!("{answer:?}"))),
                Err(failure) => Err(sent.err().unwrap_or(failure)),
            }
        };
        tally.count(&upload());
    }
    tally
}

pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
