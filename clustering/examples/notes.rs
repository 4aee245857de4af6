//! The example of the course notes: workers that share a port, and what is said of each.
//!
//! PIDs differ from run to run. Shown is 0 for the primary's, and for a worker's its number.
//! `clustering` without arguments is the same on port 3000, with the PIDs.

use std::collections::HashMap;
use std::convert::Infallible;
use std::future::ready;
use std::process;

use clustering::client::Connection;
use clustering::{Cluster, Event, Signal, Worker, is_primary};
use futures::StreamExt;
use hyper::Response;
use hyper::service::service_fn;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    if is_primary() {
        let cluster = Cluster::builder()
            .listen("127.0.0.1:0")
            .workers(2)
            .build()?;
        let (address, handle) = (cluster.address(), cluster.handle());
        let (listening, mut exits) = (cluster.on(Event::listening), cluster.on(Event::exit));
        let lesson = async {
            let mut workers: Vec<_> = listening.take(2).collect().await;
            workers.sort_by_key(|worker| worker.id);
            let mut numbers = HashMap::from([(process::id(), 0)]);
            numbers.extend(workers.iter().map(|worker| (worker.pid, worker.id.0)));
            println!("Primary PID: {}", numbers[&process::id()]);
            for worker in &workers {
                println!("Worker {} started", numbers[&worker.pid]);
            }

            let (mut connections, mut answers) = (Vec::new(), Vec::new());
            for _ in 0..2 {
                let mut connection = Connection::open(address).await?;
                answers.push(numbers[&connection.get("/").await?.parse()?]);
                connections.push(connection);
            }
            answers.sort();
            for worker in answers {
                println!("Handled by worker {worker}");
            }

            handle.worker(workers[0].id).kill(Signal::SIGKILL);
            if let Some((worker, ..)) = exits.next().await {
                println!("Worker {} died", numbers[&worker.pid]);
            }
            anyhow::Ok(())
        };
        cluster.run_until(lesson).await?
    } else {
        let pid = || Response::new(process::id().to_string());
        let service = service_fn(move |_| ready(Ok::<_, Infallible>(pid())));
        Ok(Worker::from_env()?.serve(service).await?)
    }
}
