//! Any iterator is a source, of objects too, and it is released when nobody wants more.
//!
//! Twin: `golden/02-sources.mjs`. Node's generator needs a `finally`; here leaving means dropping.

use std::cell::Cell;
use std::io::Write;

use futures::stream::{self, StreamExt, TryStreamExt};

/// Counts how often a source was released.
struct Released<'a>(&'a Cell<u32>);

impl Drop for Released<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

/// Prints what several sources yield and when they are released.
pub async fn sources(out: &mut dyn Write) -> anyhow::Result<()> {
    let released = Cell::new(0);
    let naturals = || {
        let guard = Released(&released);
        stream::iter(1..).inspect(move |_| _ = &guard)
    };

    let even = naturals().filter(|n| std::future::ready(n % 2 == 0));
    let squares: Vec<String> = even.map(|n| (n * n).to_string()).take(3).collect().await;
    writeln!(
        out,
        "even squares: {}, released {}",
        squares.join(" "),
        released.get()
    )?;

    let mut seen = Vec::new();
    let mut source = naturals();
    while let Some(n) = source.next().await {
        seen.push(n.to_string());
        if n == 4 {
            break;
        }
    }
    drop(source);
    writeln!(
        out,
        "left at: {}, released {}",
        seen.join(" "),
        released.get()
    )?;

    let people = || stream::iter([("Ada", 1815), ("Grace", 1906), ("Edsger", 1930)]);
    let first = people()
        .filter(|(_, born)| std::future::ready(*born > 1900))
        .boxed()
        .next()
        .await;
    writeln!(
        out,
        "first of the century: {}",
        first.map_or("nobody", |(name, _)| name)
    )?;
    writeln!(
        out,
        "sum of years: {}",
        people()
            .fold(0, |sum, (_, born)| async move { sum + born })
            .await
    )?;
    let letters: String = people()
        .flat_map(|(name, _)| stream::iter(name.chars().take(2)))
        .collect()
        .await;
    writeln!(out, "letters: {letters}")?;

    // What came before an error has been delivered.
    let mut failing = stream::iter([Ok("one"), Ok("two"), Err("no more"), Ok("never")]);
    let mut got = Vec::new();
    let error = loop {
        match failing.try_next().await {
            Ok(Some(item)) => got.push(item),
            Ok(None) => break "none",
            Err(error) => break error,
        }
    };
    writeln!(out, "then an error: {}, {error}", got.join(" "))?;
    Ok(())
}
