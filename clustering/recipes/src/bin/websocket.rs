//! A WebSocket that sends back what comes, and closes with a goodbye when its worker drains.
//!
//! The close frame has the code 1001, *going away*. A message that the client has no answer to by then
//! was not looked at: it is sent again on the next connection, which a new worker has.
//!
//! ```sh
//! cargo run --bin websocket
//! websocat ws://127.0.0.1:3000     # sends what one types; with curl one only hears:
//! curl -iN 127.0.0.1:3000 -H 'Connection: Upgrade' -H 'Upgrade: websocket' \
//!     -H 'Sec-WebSocket-Version: 13' -H 'Sec-WebSocket-Key: aGVsbG8gd29ya2VycyEhIQ=='
//! kill -HUP PRIMARY                # the connection is closed with a goodbye
//! ```

use std::env::args;
use std::process;

use axum::Router;
use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use axum::routing::any;
use clustering::{Cluster, Worker, is_primary};
use hyper_util::service::TowerToHyperService;
use tokio_util::sync::CancellationToken;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    if is_primary() {
        let address = args().nth(1).unwrap_or("127.0.0.1:3000".into());
        let cluster = Cluster::builder().listen(address).build()?;
        let (pid, address) = (process::id(), cluster.address());
        println!("primary {pid} listens on ws://{address}");
        cluster.run().await?;
        return Ok(());
    }
    let worker = Worker::from_env()?;
    let app = Router::new()
        .route("/", any(upgrade))
        .with_state(worker.draining());
    Ok(worker.serve(TowerToHyperService::new(app)).await?)
}

async fn upgrade(State(draining): State<CancellationToken>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(|socket| converse(socket, draining))
}

async fn converse(mut socket: WebSocket, draining: CancellationToken) {
    loop {
        tokio::select! {
            message = socket.recv() => match message {
                Some(Ok(Message::Text(text))) => {
                    if socket.send(Message::Text(text)).await.is_err() {
                        return;
                    }
                }
                Some(Ok(_)) => {} // Pings are answered by the library.
                Some(Err(_)) | None => return,
            },
            () = draining.cancelled() => break,
        }
    }
    let (code, reason) = (close_code::AWAY, "goodbye".into());
    let goodbye = Message::Close(Some(CloseFrame { code, reason }));
    if socket.send(goodbye).await.is_ok() {
        // Until the client has closed as well.
        while let Some(Ok(_)) = socket.recv().await {}
    }
}
