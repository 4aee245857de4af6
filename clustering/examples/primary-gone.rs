//! Kill the primary, and its workers go with it.
//!
//! In Node a worker that computes does not hear of it and goes on; here the kernel ends it.

use std::convert::Infallible;
use std::env;
use std::future::ready;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use anyhow::Context;
use clustering::{Cluster, Event, Exit, Worker, is_primary};
use futures::StreamExt;
use hyper::Response;
use hyper::service::service_fn;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    if !is_primary() {
        let answer = |_| ready(Ok::<_, Infallible>(Response::new(String::new())));
        Ok(Worker::from_env()?.serve(service_fn(answer)).await?)
    } else if env::args().any(|arg| arg == "primary") {
        let cluster = Cluster::builder()
            .listen("127.0.0.1:0")
            .workers(2)
            .build()?;
        let listening = cluster.on(Event::listening);
        let lesson = async {
            println!("workers that listen: {}", listening.take(2).count().await);
            std::future::pending::<()>().await;
        };
        Ok(cluster.run_until(lesson).await?)
    } else {
        let mut primary = Command::new(env::current_exe()?);
        let mut primary = primary.arg("primary").stdout(Stdio::piped()).spawn()?;
        // The workers have the same stdout: it ends with the last one of them.
        let mut stdout = BufReader::new(primary.stdout.take().context("a pipe")?);
        let mut line = String::new();
        stdout.read_line(&mut line)?;
        println!("the primary says: {}", line.trim());
        primary.kill()?;
        println!("the primary: {}", Exit::from(primary.wait()?));
        stdout.read_to_string(&mut line)?;
        println!("its workers: gone too");
        Ok(())
    }
}
