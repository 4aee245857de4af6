//! Node's `cluster`, in Rust's own form: one port, a worker for each core, and no request lost in a reload.
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
//! Read first: `supervisor.rs`, `primary.rs`, `primary/balancer.rs`, `worker/connections.rs`, `worker/connection.rs`.
//!
//! A program is its own workers: it is started once, and starts itself again for each.
//!
//! ```
//! use std::{convert::Infallible, future::ready, process};
//!
//! use clustering::{Cluster, Event, Worker, client, is_primary};
//! use futures::StreamExt;
//! use hyper::{Response, service::service_fn};
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     if is_primary() {
//!         let cluster = Cluster::builder().listen("127.0.0.1:0").workers(2).build()?;
//!         let (address, listening) = (cluster.address(), cluster.on(Event::listening));
//!         let answer = async {
//!             listening.take(2).count().await;
//!             client::get(address, "/").await
//!         };
//!         assert!(cluster.run_until(answer).await??.starts_with("Handled by worker "));
//!     } else {
//!         let answer = || Response::new(format!("Handled by worker {}", process::id()));
//!         let service = service_fn(move |_| ready(Ok::<_, Infallible>(answer())));
//!         Worker::from_env()?.serve(service).await?;
//!     }
//!     Ok(())
//! }
//! ```

mod cluster;
pub use cluster::{Cluster, Ended};

mod builder;
pub use builder::Builder;

mod scheduling;
pub use scheduling::Scheduling;

mod handle;
pub use handle::{Handle, WorkerHandle};

mod event;
pub use event::{Event, Exit, WorkerId, WorkerInfo};

mod stats;
pub use stats::{Stats, Totals, WorkerState, WorkerStats};

mod supervisor;
pub use supervisor::{BackOff, ShutdownReason};

mod primary;
pub use primary::listener::Address;
pub use primary::upgrade::{is_upgrade, listen};

mod ipc;
pub use ipc::protocol::{Counters, Settings};

mod worker;
pub use worker::{Connection, Connections, FromPrimary, ToPrimary, Worker, is_primary};

pub mod client;

#[cfg(feature = "http")]
mod http;
#[cfg(feature = "http")]
pub use http::{
    Access, AccessOutcome, Body, BodyError, BoxError, ConnectionInfo, serve_connection,
};

#[cfg(feature = "ops")]
mod ops;
#[cfg(feature = "ops")]
pub use ops::{admin, notify};

mod error;
pub use error::Error;

mod sys;

pub use nix::sys::signal::Signal;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(doctest)]
#[doc = include_str!("../NODE.md")]
struct Node;
