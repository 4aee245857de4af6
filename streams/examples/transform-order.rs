//! Transform: order is kept, through a chain, through a flush, and with several items in flight.
//!
//! `map` with `concurrency` is `.map(..).buffered(n)`.

use std::collections::VecDeque;
use std::convert::Infallible;

use futures::stream::{self, StreamExt, TryStreamExt};
use streams::{Error, Through, Transform};
use tokio::sync::watch;

#[derive(Default)]
struct Pairs(Option<String>); // two items in, one out; an odd one is kept for the flush

impl Transform for Pairs {
    type Input = String;
    type Output = String;
    type Error = Infallible;

    async fn transform(
        &mut self,
        item: String,
        out: &mut VecDeque<String>,
    ) -> Result<(), Infallible> {
        match self.0.take() {
            None => self.0 = Some(item),
            Some(held) => out.push_back(format!("{held}+{item}")),
        }
        Ok(())
    }

    async fn flush(&mut self, out: &mut VecDeque<String>) -> Result<(), Infallible> {
        let held = self.0.take().map(|held| format!("{held} alone"));
        out.push_back(held.unwrap_or("none left".into()));
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    let upper = stream::iter(["one", "two", "three"])
        .map(str::to_uppercase)
        .map(Ok::<_, Error>);
    let chain: Vec<_> = upper.through(Pairs::default()).try_collect().await?;
    println!("chain: {}", chain.join(", "));
    let empty: Vec<_> = stream::empty::<Result<_, Error>>()
        .through(Pairs::default())
        .try_collect()
        .await?;
    println!("empty: {}", empty.join(", "));

    // Three in flight: the first one finishes last, its result still comes first.
    let (ended, _) = watch::channel(4);
    let square = async |n: u32| {
        println!("start {n}");
        _ = ended.subscribe().wait_for(|last| *last == n + 1).await;
        println!("end {n}");
        ended.send_replace(n);
        (n * n).to_string()
    };
    let squares: Vec<_> = stream::iter(1..=3).map(square).buffered(3).collect().await;
    println!("squares: {}", squares.join(" "));
    Ok(())
}
