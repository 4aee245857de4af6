//! An axum `Router` in each worker: state, a POST with JSON, and the address of the client.
//!
//! `TowerToHyperService` makes a service of hyper of any service of tower. State belongs to one
//! worker: what all of them share belongs in a database, or goes by messages to the primary.
//!
//! ```sh
//! cargo run --bin axum
//! curl 127.0.0.1:3000
//! curl 127.0.0.1:3000/notes --json '{"text":"buy milk"}'
//! kill -HUP PRIMARY     # a reload, while the line above is repeated: each is answered
//! ```

use std::env::args;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use clustering::{Cluster, ConnectionInfo, Worker, is_primary};
use hyper_util::service::TowerToHyperService;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Note {
    text: String,
}

#[derive(Serialize)]
struct Added {
    bytes: usize,
    notes: usize,
    worker: u32,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    if is_primary() {
        let address = args().nth(1).unwrap_or("127.0.0.1:3000".into());
        let cluster = Cluster::builder().listen(address).build()?;
        let (pid, address) = (process::id(), cluster.address());
        println!("primary {pid} listens on http://{address}");
        cluster.run().await?;
        return Ok(());
    }
    let worker = Worker::from_env()?;
    let app = Router::new()
        .route("/", get(hello))
        .route("/slow", get(slow))
        .route("/notes", post(add))
        .with_state(Arc::new(AtomicUsize::new(0)));
    Ok(worker.serve(TowerToHyperService::new(app)).await?)
}

/// The first request comes from the primary, and has no address.
async fn hello(client: Option<Extension<ConnectionInfo>>) -> String {
    let client = client.map_or("the primary".to_owned(), |info| info.peer.to_string());
    format!("Hello {client} from worker {}", process::id())
}

/// A reload waits for this answer.
async fn slow() -> String {
    tokio::time::sleep(Duration::from_millis(300)).await;
    format!("Hello at last from worker {}", process::id())
}

async fn add(State(notes): State<Arc<AtomicUsize>>, Json(note): Json<Note>) -> Json<Added> {
    Json(Added {
        bytes: note.text.len(),
        notes: notes.fetch_add(1, Ordering::Relaxed) + 1,
        worker: process::id(),
    })
}
