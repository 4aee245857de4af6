//! Prints a port that is free at the moment; or, with a port as its argument, waits until a server listens on it.

use std::net::{TcpListener, TcpStream};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::ensure;

const PATIENCE: Duration = Duration::from_secs(20);

fn main() -> anyhow::Result<()> {
    let Some(port) = std::env::args()
        .nth(1)
        .and_then(|port| port.parse::<u16>().ok())
    else {
        println!("{}", TcpListener::bind("127.0.0.1:0")?.local_addr()?.port());
        return Ok(());
    };
    let begun = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        ensure!(
            begun.elapsed() < PATIENCE,
            "no server listens on port {port}"
        );
        sleep(Duration::from_millis(5));
    }
    Ok(())
}
