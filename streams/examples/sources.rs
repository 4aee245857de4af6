//! Any iterator is a source, of objects too, and is released when the reader leaves.
//!
//! Node's generator needs a `finally` for that. Here leaving is dropping.

use std::future::ready;

use futures::stream::{self, Stream, StreamExt, TryStreamExt};

struct Released;

impl Drop for Released {
    fn drop(&mut self) {
        println!("released");
    }
}

fn naturals() -> impl Stream<Item = u32> {
    let guard = Released;
    stream::iter(1..).inspect(move |_| _ = &guard)
}

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() {
    let even = naturals().filter(|n| ready(n % 2 == 0));
    let squares: Vec<_> = even.map(|n| (n * n).to_string()).take(3).collect().await;
    println!("even squares: {}", squares.join(" "));

    let mut source = naturals();
    while let Some(n @ ..4) = source.next().await {
        println!("number {n}");
    }
    drop(source);

    let people = stream::iter([("Ada", 1815), ("Grace", 1906)]);
    let initials = people.clone().map(|(name, _)| &name[..2]);
    println!("letters: {}", initials.collect::<String>().await);
    println!(
        "sum: {}",
        people
            .clone()
            .fold(0, |sum, (_, born)| ready(sum + born))
            .await
    );
    let modern = people.filter(|(_, born)| ready(*born > 1900)).next().await;
    println!("first after 1900: {}", modern.unwrap_or_default().0);

    // Items before an error are delivered.
    let mut failing = stream::iter([Ok("one"), Err("no more")]);
    let error = loop {
        match failing.try_next().await {
            Ok(item) => println!("item {}", item.unwrap_or_default()),
            Err(error) => break error,
        }
    };
    println!("error: {error}");
}
