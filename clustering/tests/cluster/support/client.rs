//! One connection of a client for HTTP/1.1 that tells apart how a request can fail. Nothing is sent again.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
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
    /// No answer within the connection's patience.
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
        Self::open_within(LATE, host, to)
    }

    /// As `open_from`; it and each answer may take this long.
    pub fn open_within(patience: Duration, host: u8, to: SocketAddr) -> Result<Self, Failure> {
        let socket = Socket::new(Domain::for_address(to), Type::STREAM, None)?;
        if to.is_ipv4() {
            let from = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, 0, 0, host)), 0);
            socket.bind(&from.into())?;
        }
        socket.connect_timeout(&to.into(), patience)?;
        socket.set_tcp_nodelay(true)?;
        Ok(Self {
            stream: socket.into(),
            rest: Vec::new(),
            patience,
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
        match self.stream.read(&mut buffer) {
            // A read with a timeout is not begun again after a signal whose handler wants that: see signal(7).
            Err(error) if error.kind() == ErrorKind::Interrupted => self.more(until),
            Err(error) => Err(error.into()),
            Ok(0) if self.rest.is_empty() => Err(Failure::Empty),
            Ok(0) => Err(Failure::Wrong("half an answer".to_owned())),
            Ok(count) => {
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
