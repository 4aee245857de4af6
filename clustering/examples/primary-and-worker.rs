//! One program, started again for each worker: which one is this, and what was it given?
//!
//! Node's `fork(env)` is a builder's `env` here, the same for all workers.

use std::os::unix::process::parent_id;
use std::{env, process};

use clustering::{Cluster, Event, Worker, is_primary};
use futures::StreamExt;
use hyper::service::service_fn;
use hyper::{Request, Response};
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    let given = env::var("GIVEN").unwrap_or("nothing".into());
    if is_primary() {
        println!("primary: isPrimary={} given={given}", is_primary());
        let cluster = Cluster::builder()
            .listen("127.0.0.1:0")
            .workers(2)
            .env("GIVEN", "a colour")
            .build()?;
        let hellos = cluster.on(Event::message).take(2).collect::<Vec<_>>();
        let mut hellos = cluster.run_until(hellos).await?;
        hellos.sort_by_key(|(worker, _)| worker.id);
        for (worker, hello) in hellos {
            let (id, pid) = (&hello["id"], process::id());
            println!(
                "worker {id}: isPrimary={} given={}",
                hello["isPrimary"], hello["given"]
            );
            println!("  worker.id is the same: {}", *id == worker.id.0);
            println!("  a child of the primary: {}", hello["parent"] == pid);
            println!("  a process of its own: {}", worker.pid != pid);
        }
        Ok(())
    } else {
        let (worker, parent) = (Worker::from_env()?, parent_id());
        let (id, is_primary) = (worker.id().0, is_primary());
        let hello = json!({ "id": id, "isPrimary": is_primary, "given": given, "parent": parent });
        worker.sender().send(&hello).await?;
        let service = service_fn(async |_: Request<_>| anyhow::Ok(Response::<String>::default()));
        Ok(worker.serve(service).await?)
    }
}
