//! Asks an admin address for `/status` and `/metrics` ten times a second, and says how long the answers took.
//!
//! Arguments: the port, and for how many seconds.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

const PERIOD: Duration = Duration::from_millis(100);

fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let (Some(port), Some(time)) = (args.next(), args.next()) else {
        return Ok(());
    };
    let port: u16 = port.parse().context("a port")?;
    let time = time.trim_end_matches('s').parse().context("seconds")?;
    let time = Duration::from_secs_f64(time);
    let begun = Instant::now();
    let mut times = Vec::new();
    let mut next = PERIOD;
    while next < time {
        sleep(next.saturating_sub(begun.elapsed()));
        for path in ["/status", "/metrics"] {
            times.push(one(port, path)?);
        }
        next += PERIOD;
    }
    times.sort();
    ensure!(!times.is_empty(), "no time to ask");
    let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1e3;
    let (median, p99, longest) = (at(50), at(99), at(100));
    println!(
        "{} answers of the admin address: median {median:.2} ms, p99 {p99:.2} ms, the longest {longest:.2} ms",
        times.len()
    );
    Ok(())
}

fn one(port: u16, path: &str) -> anyhow::Result<Duration> {
    let begun = Instant::now();
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    ensure!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    Ok(begun.elapsed())
}
