//! What the lessons share: a cluster whose workers are this program again, and the wait for what its workers do.

use std::future::Future;
use std::num::NonZeroUsize;
use std::pin::pin;

use anyhow::Context;
use clustering::{Builder, Cluster, Event, Exit, Scheduling, WorkerInfo};
use futures::stream::{Stream, StreamExt};

/// So many workers that play this role of `stage/roles.rs`, on a free port. Node: `setupPrimary({ exec, args })`.
pub fn workers(role: &str, count: usize) -> anyhow::Result<Builder> {
    let count = NonZeroUsize::new(count).context("at least one worker")?;
    Ok(Cluster::builder()
        .exec(std::env::current_exe()?)
        .args(["worker", role])
        .workers(count)
        .listen("127.0.0.1:0")
        // Whatever CLUSTER_SCHED_POLICY says.
        .scheduling(Scheduling::RoundRobin)
        .signals(false))
}

/// Runs the cluster until the lesson is over, then lets it finish. Whatever fails, no worker is left.
pub async fn during<T>(
    cluster: Cluster,
    lesson: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<T> {
    let handle = cluster.handle();
    let (mut running, mut lesson) = (pin!(cluster.run()), pin!(lesson));
    let learned = tokio::select! {
        ended = &mut running => {
            ended?;
            return lesson.await;
        }
        learned = &mut lesson => learned?,
    };
    handle.shutdown();
    running.await?;
    Ok(learned)
}

/// The next so many workers that listen, by their number. Node: `once(cluster, 'listening')`.
pub async fn listening(
    events: &mut (impl Stream<Item = Event> + Unpin),
    count: usize,
) -> anyhow::Result<Vec<WorkerInfo>> {
    let mut workers = Vec::new();
    while workers.len() < count {
        if let Event::Listening { worker, .. } = events.next().await.context("an event")? {
            workers.push(worker);
        }
    }
    workers.sort_by_key(|worker| worker.id);
    Ok(workers)
}

/// Who ends next, how, and whether that was our will. Node: `once(cluster, 'exit')`.
pub async fn exited(
    events: &mut (impl Stream<Item = Event> + Unpin),
) -> anyhow::Result<(WorkerInfo, String, bool)> {
    loop {
        if let Event::Exit {
            worker,
            exit,
            voluntary,
        } = events.next().await.context("an event")?
        {
            return Ok((worker, in_words(exit), voluntary));
        }
    }
}

/// The two arguments of Node's `exit`, one of which is `null`.
pub fn in_words(exit: Exit) -> String {
    match exit {
        Exit::Code(code) => format!("code {code}, signal null"),
        Exit::Signal(signal) => format!("code null, signal {signal}"),
    }
}
