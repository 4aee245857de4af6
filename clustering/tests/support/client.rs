//! A client for HTTP/1.1 that counts exactly: each request that was sent is answered rightly, or is a failure of a known kind.
//!
//! Nothing is sent again. Clients for benchmarks reconnect in silence when a server closes without an answer, and so hide what is looked for here.
//!
//! Connections come from a range of source addresses, and whoever asks for one answer reads to the end, so that the server is the first
//! to close: `TIME_WAIT` is its own then, and no port of ours stays taken.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};

/// An answer that takes longer has failed.
pub const LATE: Duration = Duration::from_secs(2);

/// How a request failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Nobody listens.
    Refused,
    /// The connection was reset.
    Reset,
    /// The connection was closed without a byte of an answer.
    Empty,
    /// An answer came, but not this one.
    Wrong(String),
    /// No answer within [`LATE`].
    Late,
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::ConnectionRefused => Self::Refused,
            ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::ConnectionAborted => {
                Self::Reset
            }
            ErrorKind::WouldBlock | ErrorKind::TimedOut => Self::Late,
            _ => Self::Wrong(error.to_string()),
        }
    }
}

/// An answer as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// It says `Connection: close`.
    pub closes: bool,
    pub body: Vec<u8>,
}

impl Answer {
    /// Which worker gave it: its body ends with `worker PID`.
    pub fn worker(&self) -> Option<u32> {
        let text = std::str::from_utf8(&self.body).ok()?;
        let (_, pid) = text.rsplit_once("worker ")?;
        pid.parse().ok()
    }
}

/// One connection.
pub struct Connection {
    pub stream: TcpStream,
    /// What has come, but belongs to the next answer.
    rest: Vec<u8>,
    /// How long to wait for an answer.
    pub patience: Duration,
}

impl Connection {
    /// A connection from 127.0.0.1, or `::1`.
    pub fn open(to: SocketAddr) -> Result<Self, Failure> {
        Self::open_from(1, to)
    }

    /// A connection from 127.0.0.`host`.
    pub fn open_from(host: u8, to: SocketAddr) -> Result<Self, Failure> {
        let socket = Socket::new(Domain::for_address(to), Type::STREAM, None)?;
        if to.is_ipv4() {
            let from = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, 0, 0, host)), 0);
            socket.bind(&from.into())?;
        }
        socket.connect_timeout(&to.into(), LATE)?;
        socket.set_tcp_nodelay(true)?;
        Ok(Self {
            stream: socket.into(),
            rest: Vec::new(),
            patience: LATE,
        })
    }

    /// Waits longer than usual.
    pub fn patient(mut self) -> Self {
        self.patience = Duration::from_secs(20);
        self
    }

    /// Sends bytes.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> Result<(), Failure> {
        self.stream.set_write_timeout(Some(self.patience))?;
        Ok(self.stream.write_all(bytes.as_ref())?)
    }

    /// Asks for a path.
    pub fn get(&mut self, path: &str) -> Result<(), Failure> {
        self.send(request(path))
    }

    /// Asks for a path, and waits for the answer.
    pub fn ask(&mut self, path: &str) -> Result<Answer, Failure> {
        self.get(path)?;
        self.answer()
    }

    /// The next answer, whole.
    pub fn answer(&mut self) -> Result<Answer, Failure> {
        let until = Instant::now() + self.patience;
        let head = loop {
            if let Some(end) = find(&self.rest, b"\r\n\r\n") {
                break self.rest.drain(..end + 4).collect::<Vec<u8>>();
            }
            self.more(until)?;
        };
        let head = String::from_utf8_lossy(&head).to_ascii_lowercase();
        let wrong = || Failure::Wrong(head.clone());
        let status = head.strip_prefix("http/1.").ok_or_else(wrong)?;
        let status = status.get(2..5).ok_or_else(wrong)?;
        let field = |name: &str| {
            let mut lines = head.lines();
            lines.find_map(|line| Some(line.strip_prefix(name)?.trim().to_owned()))
        };
        let length = field("content-length:").map_or(Ok(0), |length| length.parse());
        let length: usize = length.map_err(|_| wrong())?;
        while self.rest.len() < length {
            self.more(until)?;
        }
        Ok(Answer {
            status: status.parse().map_err(|_| wrong())?,
            closes: field("connection:").is_some_and(|value| value == "close"),
            body: self.rest.drain(..length).collect(),
        })
    }

    /// Waits until the other end closes, and has sent nothing more.
    pub fn end(&mut self) -> Result<(), Failure> {
        let until = Instant::now() + self.patience;
        match self.more(until) {
            Err(Failure::Empty) => Ok(()),
            Err(failure) => Err(failure),
            Ok(()) => Err(Failure::Wrong("more than one answer".to_owned())),
        }
    }

    fn more(&mut self, until: Instant) -> Result<(), Failure> {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Failure::Late);
        }
        self.stream.set_read_timeout(Some(left))?;
        let mut buffer = [0; 16 * 1024];
        match self.stream.read(&mut buffer)? {
            0 if self.rest.is_empty() => Err(Failure::Empty),
            0 => Err(Failure::Wrong("half an answer".to_owned())),
            count => {
                self.rest.extend_from_slice(&buffer[..count]);
                Ok(())
            }
        }
    }
}

/// A request for a path, on a connection that stays.
pub fn request(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

/// A new connection for one request.
pub fn ask_once(to: SocketAddr, path: &str) -> Result<Answer, Failure> {
    Connection::open(to)?.ask(path)
}

/// How connections are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// For as many requests as the server lets them.
    KeepAlive,
    /// For one request, after which the server closes.
    OneShot,
}

/// Clients that ask one request after the other, each on a thread.
pub struct Load {
    stop: Arc<AtomicBool>,
    right: Arc<AtomicU64>,
    clients: Vec<JoinHandle<Tally>>,
}

impl Load {
    /// So many clients ask for `/` until they are stopped.
    pub fn start(to: SocketAddr, kind: Kind, clients: usize) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let right = Arc::new(AtomicU64::new(0));
        let client = |number| {
            let (stop, right) = (stop.clone(), right.clone());
            // 127.0.0.2 to 127.0.0.251.
            let host = u8::try_from(2 + number % 250).expect("at most 251");
            let run = move || client(host, to, kind, &stop, &right);
            thread::Builder::new()
                .stack_size(128 * 1024)
                .spawn(run)
                .unwrap()
        };
        let clients = (0..clients).map(client).collect();
        Self {
            stop,
            right,
            clients,
        }
    }

    /// How many right answers there are so far.
    pub fn right(&self) -> u64 {
        self.right.load(Ordering::Relaxed)
    }

    /// Lets each client end its request, and adds up.
    pub fn stop(mut self) -> Tally {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = Tally::default();
        for client in self.clients.drain(..) {
            all.add(client.join().unwrap());
        }
        all
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for client in self.clients.drain(..) {
            // Whatever it says, the test has failed already.
            let _ = client.join();
        }
    }
}

fn client(host: u8, to: SocketAddr, kind: Kind, stop: &AtomicBool, right: &AtomicU64) -> Tally {
    let mut tally = Tally::default();
    let mut kept = None;
    while !stop.load(Ordering::Relaxed) {
        let begun = Instant::now();
        tally.sent += 1;
        let answer = match kind {
            Kind::KeepAlive => on_kept_connection(&mut kept, host, to, &mut tally),
            Kind::OneShot => on_own_connection(host, to, &mut tally),
        };
        tally.longest = tally.longest.max(begun.elapsed());
        match answer.and_then(|answer| check(&answer)) {
            Ok(worker) => {
                *tally.by_worker.entry(worker).or_default() += 1;
                tally.right += 1;
                right.fetch_add(1, Ordering::Relaxed);
            }
            Err(failure) => {
                kept = None;
                tally.failed(failure);
                // A server that is down is not to be asked as fast as we can.
                thread::sleep(Duration::from_millis(1));
            }
        }
    }
    tally
}

fn on_kept_connection(
    kept: &mut Option<Connection>,
    host: u8,
    to: SocketAddr,
    tally: &mut Tally,
) -> Result<Answer, Failure> {
    let mut connection = match kept.take() {
        Some(connection) => connection,
        None => {
            tally.connections += 1;
            Connection::open_from(host, to)?
        }
    };
    let answer = connection.ask("/")?;
    if answer.closes {
        connection.end()?;
    } else {
        *kept = Some(connection);
    }
    Ok(answer)
}

fn on_own_connection(host: u8, to: SocketAddr, tally: &mut Tally) -> Result<Answer, Failure> {
    tally.connections += 1;
    let mut connection = Connection::open_from(host, to)?;
    connection.send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let answer = connection.answer()?;
    connection.end()?;
    Ok(answer)
}

fn check(answer: &Answer) -> Result<u32, Failure> {
    let worker = answer.worker().filter(|_| answer.status == 200);
    worker.ok_or_else(|| Failure::Wrong(format!("{answer:?}")))
}

/// What became of all requests.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub sent: u64,
    pub right: u64,
    pub refused: u64,
    pub reset: u64,
    pub empty: u64,
    pub wrong: u64,
    pub late: u64,
    pub connections: u64,
    pub longest: Duration,
    /// Right answers by the worker that gave them.
    pub by_worker: BTreeMap<u32, u64>,
    /// What a wrong answer looked like.
    pub example: Option<String>,
}

impl Tally {
    /// All requests that were not answered rightly.
    pub fn failures(&self) -> u64 {
        self.refused + self.reset + self.empty + self.wrong + self.late
    }

    /// Fails the test unless each request was answered rightly.
    #[track_caller]
    pub fn assert_nothing_failed(&self) {
        assert!(self.failures() == 0 && self.sent == self.right, "{self}");
        assert!(self.right > 0, "nothing was asked");
    }

    fn failed(&mut self, failure: Failure) {
        *match failure {
            Failure::Refused => &mut self.refused,
            Failure::Reset => &mut self.reset,
            Failure::Empty => &mut self.empty,
            Failure::Late => &mut self.late,
            Failure::Wrong(what) => {
                self.example.get_or_insert(what);
                &mut self.wrong
            }
        } += 1;
    }

    pub fn add(&mut self, other: Self) {
        self.sent += other.sent;
        self.right += other.right;
        self.refused += other.refused;
        self.reset += other.reset;
        self.empty += other.empty;
        self.wrong += other.wrong;
        self.late += other.late;
        self.connections += other.connections;
        self.longest = self.longest.max(other.longest);
        for (worker, count) in other.by_worker {
            *self.by_worker.entry(worker).or_default() += count;
        }
        self.example = self.example.take().or(other.example);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            sent,
            right,
            refused,
            reset,
            empty,
            wrong,
            late,
            connections,
            longest,
            ..
        } = self;
        write!(
            out,
            "{sent} sent on {connections} connections, {right} right, {refused} refused, {reset} reset, {empty} empty, {wrong} wrong, \
             {late} late, the longest took {longest:?}"
        )?;
        match &self.example {
            Some(example) => write!(out, "; for example {example}"),
            None => Ok(()),
        }
    }
}
