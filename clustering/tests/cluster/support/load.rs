//! Clients that count exactly: each request that was sent is answered rightly, or is a failure of a known kind.
//!
//! Clients for benchmarks reconnect in silence when a server closes without an answer, and so hide what is looked for here.
//!
//! Connections come from a range of source addresses, and whoever asks for one answer reads to the end, so that the server is the first
//! to close: `TIME_WAIT` is its own then, and no port of ours stays taken.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::client::{Answer, Connection, Failure};
use super::soak;

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
                // Clients without a pause leave the other tests no processor.
                thread::sleep(soak(Duration::ZERO, Duration::from_millis(2)));
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
