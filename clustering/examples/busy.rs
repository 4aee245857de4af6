//! More than one core: while one worker computes, and hears nothing, the other one answers.
//!
//! A worker that computes for longer than `heartbeat_timeout` is taken for hung, and replaced.

use std::time::Duration;
use std::{env, fs, process};

use clustering::{Body, Cluster, Event, Settings, Worker, client, is_primary};
use futures::StreamExt;
use hyper::service::service_fn;
use hyper::{Request, Response};

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    if is_primary() {
        let enough = env::temp_dir().join(format!("enough-{}", process::id()));
        let settings = Settings {
            heartbeat_timeout: Duration::from_secs(60),
            ..Settings::default()
        };
        let cluster = Cluster::builder()
            .listen("127.0.0.1:0")
            .workers(2)
            .settings(settings)
            .env("ENOUGH", &enough)
            .build()?;
        let (address, listening) = (cluster.address(), cluster.on(Event::listening));
        let mut messages = cluster.on(Event::message);
        let lesson = async {
            listening.take(2).count().await;
            let computing = tokio::spawn(client::get(address, "/compute"));
            messages.next().await;
            println!(
                "one computes; the other one answers: {}",
                client::get(address, "/").await?
            );
            fs::write(&enough, "")?;
            println!("then the first one answers: {}", computing.await??);
            anyhow::Ok(fs::remove_file(&enough)?)
        };
        cluster.run_until(lesson).await?
    } else {
        let worker = Worker::from_env()?;
        let sender = worker.sender();
        let answer = move |request: Request<Body>| {
            let sender = sender.clone();
            async move {
                if request.uri().path() != "/compute" {
                    return anyhow::Ok(Response::new("at once".to_owned()));
                }
                sender.send(&"begun").await?;
                // The message leaves before the loop begins.
                tokio::task::yield_now().await;
                while !fs::exists(env::var("ENOUGH")?)? {}
                Ok(Response::new("computed".to_owned()))
            }
        };
        Ok(worker.serve(service_fn(answer)).await?)
    }
}
