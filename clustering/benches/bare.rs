//! As little as tokio can do for an answer: what HTTP and the cluster cost is the distance to this.
//!
//! Answers whatever ends with an empty line, on as many threads as others have workers, each with every second connection.

use std::net::TcpListener;
use std::thread;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, LocalOptions};
use tokio::sync::mpsc;

const WORKERS: usize = 2;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 23\r\ndate: Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\nHandled by worker 12345";

fn main() -> anyhow::Result<()> {
    if std::env::args().any(|arg| arg == "--bench") {
        return Ok(());
    }
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("listening on http://{}", listener.local_addr()?);
    let workers: Vec<_> = (0..WORKERS).map(|_| worker()).collect();
    for turn in (0..WORKERS).cycle() {
        let (stream, _) = listener.accept()?;
        stream.set_nonblocking(true)?;
        stream.set_nodelay(true)?;
        workers[turn].send(stream)?;
    }
    Ok(())
}

fn worker() -> mpsc::UnboundedSender<std::net::TcpStream> {
    let (give, mut take) = mpsc::unbounded_channel();
    thread::spawn(move || -> std::io::Result<()> {
        let runtime = Builder::new_current_thread()
            .enable_io()
            .build_local(LocalOptions::default())?;
        runtime.block_on(async {
            while let Some(stream) = take.recv().await {
                tokio::task::spawn_local(answer(TcpStream::from_std(stream)?));
            }
            Ok(())
        })
    });
    give
}

async fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    let mut buffer = [0; 4096];
    let mut filled = 0;
    loop {
        let bytes = stream.read(&mut buffer[filled..]).await?;
        if bytes == 0 {
            return Ok(());
        }
        filled += bytes;
        if buffer[..filled].ends_with(b"\r\n\r\n") {
            stream.write_all(ANSWER).await?;
            filled = 0;
        }
    }
}
