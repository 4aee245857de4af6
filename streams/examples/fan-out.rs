//! One source, two destinations: the slowest sets the pace, and nothing is lost.
//!
//! As with two `pipe()`s. `Tee::independent` goes on when one of the destinations fails.

use std::cell::{Cell, RefCell};

use futures::{sink, stream};
use streams::{Error, Tee, pipeline};
use tokio::task::yield_now;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    let taken = [const { RefCell::new(Vec::new()) }; 2];
    let [fast, slow] = &taken;
    let lead = Cell::new(0);

    let sinks = taken.each_ref().map(|own| {
        let lead = &lead;
        Box::pin(sink::unfold((), move |(), n: u32| async move {
            if std::ptr::eq(own, slow) {
                yield_now().await;
            }
            own.borrow_mut().push(n.to_string());
            lead.set(lead.get().max(fast.borrow().len() - slow.borrow().len()));
            Ok::<_, Error>(())
        }))
    });
    pipeline(stream::iter((1..=5).map(Ok::<_, Error>)), Tee::new(sinks)).await?;

    println!("fast: {}", fast.borrow().join(" "));
    println!("slow: {}", slow.borrow().join(" "));
    println!("the fast one was never more than {} ahead", lead.get());
    Ok(())
}
