//! The memory that a worker has for itself after 6,400 requests on 64 connections. Prints the MiB of the larger one.
//!
//! Arguments: the command of the cluster.

#[path = "support/mod.rs"]
mod support;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;

use anyhow::{Context, ensure};

fn main() -> anyhow::Result<()> {
    let args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let command: Vec<_> = args.collect();
    if command.is_empty() {
        return Ok(());
    }
    let (running, _, mut lines) = support::run(&command)?;
    let address = lines.find_map(|line| Some(line.split_once("http://")?.1.to_owned()));
    let address: SocketAddr = address.context("it says where it listens")?.parse()?;
    // All connections at once, so that each worker has its share.
    let mut clients = Vec::new();
    for _ in 0..64 {
        clients.push(TcpStream::connect(address)?);
    }
    for round in 0..100 {
        for client in &mut clients {
            let last = if round == 99 {
                "Connection: close\r\n"
            } else {
                ""
            };
            client
                .write_all(format!("GET / HTTP/1.1\r\nHost: localhost\r\n{last}\r\n").as_bytes())?;
        }
        for client in &mut clients {
            let mut some = [0; 1024];
            ensure!(client.read(&mut some)? > 0, "an answer");
        }
    }
    let pid = running.0.id();
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"))?;
    let mut most = 0;
    for worker in children.split_whitespace() {
        let map = std::fs::read_to_string(Path::new("/proc").join(worker).join("smaps_rollup"))?;
        let private = map.lines().filter(|line| line.starts_with("Private_"));
        let kib = private.filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
        most = most.max(kib.sum());
    }
    ensure!(most > 0, "no workers");
    println!("MiB of the larger worker {:.2}", most as f64 / 1024.0);
    Ok(())
}
