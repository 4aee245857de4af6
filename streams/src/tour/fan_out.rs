//! One source, two destinations: the slowest sets the pace, and nothing is lost.
//!
//! Twin: `golden/15-fan-out.mjs`.

use std::cell::{Cell, RefCell};
use std::future::ready;
use std::io::Write;
use std::pin::Pin;

use futures::sink::{self, Sink};
use futures::stream;
use streams::{Error, Tee, pipeline};

/// Prints what a fast and a slow destination got, and how far they were ever apart.
pub async fn fan_out(out: &mut dyn Write) -> anyhow::Result<()> {
    let (fast, slow) = (RefCell::new(Vec::new()), RefCell::new(Vec::new()));
    let lead = Cell::new(0);

    let quick = sink::unfold((), |(), n: u32| {
        fast.borrow_mut().push(n.to_string());
        lead.set(lead.get().max(fast.borrow().len() - slow.borrow().len()));
        ready(Ok::<_, Error>(()))
    });
    let careful = sink::unfold((), async |(), n: u32| {
        tokio::task::yield_now().await; // everybody else goes first
        slow.borrow_mut().push(n.to_string());
        Ok::<_, Error>(())
    });
    let sinks: [Pin<Box<dyn Sink<u32, Error = Error> + '_>>; 2] =
        [Box::pin(quick), Box::pin(careful)];
    pipeline(stream::iter((1..=5).map(Ok::<_, Error>)), Tee::new(sinks)).await?;

    writeln!(out, "fast: {}", fast.borrow().join(" "))?;
    writeln!(out, "slow: {}", slow.borrow().join(" "))?;
    writeln!(out, "the fast one was never more than {} ahead", lead.get())?;
    Ok(())
}
