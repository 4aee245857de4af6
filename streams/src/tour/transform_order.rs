//! Transform: order is kept through a chain, through a flush, and with several items in flight.
//!
//! Twin: `golden/07-transform-order.mjs`. `map` with `concurrency` is `.map(..).buffered(n)`.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::io::Write;

use futures::channel::oneshot;
use futures::stream::{self, StreamExt, TryStreamExt};
use streams::{Through, Transform};

/// Two items in, one out; an odd one is kept for the flush.
#[derive(Default)]
struct Pairs {
    held: Option<String>,
}

impl Transform for Pairs {
    type Input = String;
    type Output = String;
    type Error = Infallible;

    fn transform(&mut self, item: String, out: &mut VecDeque<String>) -> Result<(), Infallible> {
        match self.held.take() {
            None => self.held = Some(item),
            Some(held) => out.push_back(format!("{held}+{item}")),
        }
        Ok(())
    }

    fn flush(&mut self, out: &mut VecDeque<String>) -> Result<(), Infallible> {
        out.extend(self.held.take().map(|held| format!("{held} alone")));
        Ok(())
    }
}

/// Work that ends when it is told to, so that the order of ending can be chosen.
#[derive(Default)]
struct Desk {
    running: BTreeMap<u32, oneshot::Sender<()>>,
    peak: usize,
    ended: Vec<String>,
}

impl Desk {
    fn start(&mut self, n: u32) -> oneshot::Receiver<()> {
        let (finish, finished) = oneshot::channel();
        self.running.insert(n, finish);
        self.peak = self.peak.max(self.running.len());
        let order: &[u32] = match n {
            3 => &[3, 2, 1],
            6 => &[5, 6, 4],
            _ => &[],
        };
        for n in order {
            self.ended.push(n.to_string());
            self.running.remove(n).map(|finish| finish.send(()));
        }
        finished
    }
}

/// Prints the outcome of a chain, of work in flight, and of an empty source.
pub async fn transform_order(out: &mut dyn Write) -> anyhow::Result<()> {
    let words = stream::iter(["one", "two", "three", "four", "five"].map(Ok::<_, Infallible>));
    let upper = words.map_ok(str::to_uppercase);
    let chain: Vec<String> = upper.through(Pairs::default()).try_collect().await?;
    writeln!(out, "chain: {}", chain.join(", "))?;

    // Three in flight: the first one finishes last, its result still comes first.
    let desk = RefCell::new(Desk::default());
    let work = |n: u32| {
        let finished = desk.borrow_mut().start(n);
        async move { finished.await.map(|()| (n * n).to_string()) }
    };
    let squares: Vec<String> = stream::iter(1..=6)
        .map(work)
        .buffered(3)
        .try_collect()
        .await?;
    let desk = desk.into_inner();
    writeln!(
        out,
        "squares: {}, peak in flight {}",
        squares.join(" "),
        desk.peak
    )?;
    writeln!(out, "ended: {}", desk.ended.join(" "))?;

    // An empty source still runs flush, and nothing else.
    let nothing = stream::empty::<Result<String, Infallible>>();
    let seen: Vec<String> = nothing.through(LastWord).try_collect().await?;
    writeln!(out, "empty source: {}", seen.concat())?;
    Ok(())
}

struct LastWord;

impl Transform for LastWord {
    type Input = String;
    type Output = String;
    type Error = Infallible;

    fn transform(&mut self, _: String, _: &mut VecDeque<String>) -> Result<(), Infallible> {
        unreachable!("the source is empty")
    }

    fn flush(&mut self, out: &mut VecDeque<String>) -> Result<(), Infallible> {
        out.push_back("flushed".to_owned());
        Ok(())
    }
}
