//! A worker for each core, which is what a cluster has unless it is told otherwise.
//!
//! `num_cpus` counts the cores that this process may use, as `os.availableParallelism()` does.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::future::ready;
use std::process;

use clustering::{Cluster, Event, Worker, is_primary};
use futures::StreamExt;
use hyper::Response;
use hyper::service::service_fn;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    if is_primary() {
        let num_cpus = num_cpus::get();
        let cluster = Cluster::builder().listen("127.0.0.1:0").build()?;
        let workers = cluster.on(Event::listening).take(num_cpus);
        let workers = workers.map(|worker| worker.pid);
        let pids: BTreeSet<_> = cluster.run_until(workers.collect()).await?;
        println!("at least one core: {}", num_cpus >= 1);
        println!("a process for each core: {}", pids.len() == num_cpus);
        println!("the primary is another: {}", !pids.contains(&process::id()));
        Ok(())
    } else {
        let answer = |_| ready(Ok::<_, Infallible>(Response::new(String::new())));
        Ok(Worker::from_env()?.serve(service_fn(answer)).await?)
    }
}
