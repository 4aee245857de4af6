//! A pipeline that is given up releases its source, its sink and what it waits for.
//!
//! Twin: `golden/12-abort.mjs`. An `AbortSignal` is any future here: a channel, a timer, Ctrl-C.

use std::cell::{Cell, RefCell};
use std::future::{pending, ready};
use std::io::Write;

use futures::channel::oneshot;
use futures::{FutureExt, sink, stream};
use streams::{Error, pipeline_until};

/// Sets its cell when it is dropped.
struct Released<'a>(&'a Cell<bool>);

impl Drop for Released<'_> {
    fn drop(&mut self) {
        self.0.set(true);
    }
}

/// Prints what a pipeline has taken when it was stopped, and what was released.
pub async fn abort(out: &mut dyn Write) -> anyhow::Result<()> {
    let (source_released, sink_destroyed) = (Cell::new(false), Cell::new(false));
    let taken = RefCell::new(Vec::new());
    let (stop, stopped) = oneshot::channel();

    let source = Released(&source_released);
    let endless = stream::iter((1..).map(move |n| {
        let _held = &source;
        Ok(n)
    }));
    let sink = sink::unfold(
        (Released(&sink_destroyed), Some(stop)),
        |(held, mut stop), n: u32| {
            taken.borrow_mut().push(n.to_string());
            async move {
                if n == 3 {
                    stop.take().map(|stop| stop.send(()));
                    pending::<()>().await; // the pipeline is stuck here
                }
                Ok::<_, Error>((held, stop))
            }
        },
    );
    let result = pipeline_until(endless, sink, stopped.map(drop)).await;
    writeln!(
        out,
        "aborted: {}, taken {}",
        matches!(result, Err(Error::Cancelled)),
        taken.borrow().join(" ")
    )?;
    writeln!(
        out,
        "source released {}, sink destroyed {}",
        source_released.get(),
        sink_destroyed.get()
    )?;

    // A signal that has already come: nothing is taken at all.
    let late = Cell::new(0);
    let collect = sink::unfold((), |(), _: u32| {
        late.set(late.get() + 1);
        ready(Ok::<_, Error>(()))
    });
    let result = pipeline_until(stream::iter([1, 2, 3].map(Ok)), collect, ready(())).await;
    writeln!(
        out,
        "aborted before: {}, taken {}",
        matches!(result, Err(Error::Cancelled)),
        late.get()
    )?;
    Ok(())
}
