//! One thread, many operations in flight: a web request and a database query at the same time, over real sockets.
//!
//! Twin: `golden/02-in-flight.mjs`. The sockets are tokio's, unchanged; they are awaited on our loop.

use std::rc::Rc;

use anyhow::Context;
use event_loop::spawn;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Barrier;

use crate::console::say;

/// Prints what was sent, what the thread does meanwhile, and both answers.
pub fn in_flight() -> anyhow::Result<()> {
    event_loop::run(main()).into_result()?;
    Ok(())
}

async fn main() -> anyhow::Result<()> {
    // Neither answers before both have been asked: if the first blocked the thread, nothing would ever come.
    let both_asked = Rc::new(Barrier::new(2));
    let web = TcpListener::bind("127.0.0.1:0").await?;
    let database = TcpListener::bind("127.0.0.1:0").await?;
    let request = request(web.local_addr()?.port());
    let query = query(database.local_addr()?.port());
    spawn(serve_page(web, Rc::clone(&both_asked)));
    spawn(serve_table(database, both_asked));

    let (request, query) = (spawn(request), spawn(query));
    say!("both are under way, and the thread is free");
    say!("answers: {}, {}", request.await?, query.await?);
    Ok(())
}

async fn request(port: u16) -> anyhow::Result<String> {
    say!("request: sent");
    let head = "GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    let response = ask(port, head).await?;
    let (_, body) = response.split_once("\r\n\r\n").context("no head")?;
    Ok(body.to_owned())
}

async fn query(port: u16) -> anyhow::Result<String> {
    say!("query: sent");
    ask(port, "SELECT name FROM users").await
}

async fn ask(port: u16, what: &str) -> anyhow::Result<String> {
    let mut socket = TcpStream::connect(("127.0.0.1", port)).await?;
    socket.write_all(what.as_bytes()).await?;
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await?;
    Ok(answer)
}

async fn serve_page(web: TcpListener, both_asked: Rc<Barrier>) -> anyhow::Result<()> {
    let (mut socket, _) = web.accept().await?;
    read_some(&mut socket).await?;
    both_asked.wait().await;
    let page = "HTTP/1.1 200 OK\r\ncontent-length: 15\r\nconnection: close\r\n\r\n42 users online";
    Ok(socket.write_all(page.as_bytes()).await?)
}

async fn serve_table(database: TcpListener, both_asked: Rc<Barrier>) -> anyhow::Result<()> {
    let (mut socket, _) = database.accept().await?;
    let query = read_some(&mut socket).await?;
    both_asked.wait().await;
    let known = query.contains("SELECT name");
    let answer = if known { "alice" } else { "no such table" };
    Ok(socket.write_all(answer.as_bytes()).await?)
}

async fn read_some(socket: &mut TcpStream) -> anyhow::Result<String> {
    let mut room = [0; 1024];
    let length = socket.read(&mut room).await?;
    Ok(String::from_utf8_lossy(&room[..length]).into_owned())
}
