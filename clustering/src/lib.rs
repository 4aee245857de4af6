//! Node's `cluster`, in Rust's own form: one port, a worker for each core, and no request lost in a reload or a crash.
//!
//! | Node | here |
//! |---|---|
//! | `cluster.isPrimary` | [`is_primary`] |
//! | `cluster.setupPrimary`, `cluster.fork` | [`Cluster::builder`], [`Cluster::run`], [`Handle::fork`] |
//! | `cluster.on('exit')` and its like | [`Cluster::events`], [`Event`] |
//! | `worker.send`, `worker.kill`, `worker.disconnect` | [`WorkerHandle`] |
//! | `process.send`, `process.on('message')` | [`ToPrimary`], [`FromPrimary`] |
//! | `http.createServer(f).listen(port)` in a worker | [`Worker::serve`] |
//! | `cluster.schedulingPolicy` | [`Scheduling`] |
//! | (none) | [`Handle::reload`], [`Handle::scale`], [`Handle::stats`] |
//!
//! Read first: `supervisor.rs`, `dispatch.rs`, `primary.rs`, `worker/run.rs`, `connection.rs`.
//!
//! A program is its own workers: it is started once, and starts itself again for each.
//!
//! ```no_run
//! use std::convert::Infallible;
//!
//! use bytes::Bytes;
//! use clustering::{Cluster, Event, Worker, is_primary};
//! use futures::StreamExt;
//! use http_body_util::Full;
//! use hyper::{Response, service::service_fn};
//!
//! fn main() -> Result<(), clustering::Error> {
//!     if !is_primary() {
//!         let words = format!("Handled by worker {}", std::process::id());
//!         let hello = move |_| {
//!             let answer = Response::new(Full::new(Bytes::from(words.clone())));
//!             async { Ok::<_, Infallible>(answer) }
//!         };
//!         return Worker::from_env()?.serve(service_fn(hello));
//!     }
//!     let cluster = Cluster::builder().listen("127.0.0.1:3000").build()?;
//!     let mut events = cluster.events();
//!     let telling = async {
//!         while let Some(event) = events.next().await {
//!             match event {
//!                 Event::Listening { worker, .. } => println!("Worker {} started", worker.pid),
//!                 Event::Exit { worker, .. } => println!("Worker {} died", worker.pid),
//!                 _ => {}
//!             }
//!         }
//!     };
//!     let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
//!     let runtime = runtime.expect("the system has room for an event loop");
//!     runtime.block_on(async { tokio::join!(cluster.run(), telling).0 })?;
//!     Ok(())
//! }
//! ```

mod supervisor;
pub use supervisor::{BackOff, Outcome};

mod dispatch;

mod scheduling;
pub use scheduling::Scheduling;

mod placement;

mod builder;
pub use builder::Builder;

mod cluster;
pub use cluster::{Cluster, Ended};

mod handle;
pub use handle::{Handle, WorkerHandle};

mod event;
pub use event::{Event, Exit, WorkerId, WorkerInfo};

mod stats;
pub use stats::{Stats, Totals, WorkerStats};

mod primary;

pub mod admin;

mod notify;
pub use notify::notify;

mod attend;

mod signals;

mod replace;

mod listeners;

mod acceptor;

mod control;

mod message;
pub use message::{Counters, Settings};

mod worker;
pub use worker::{BoxError, FromPrimary, ToPrimary, Worker, is_primary};

mod hall;

mod connection;

mod body;
pub use body::{Body, BodyError};

mod error;
pub use error::Error;

mod os;

pub use nix::sys::signal::Signal;
