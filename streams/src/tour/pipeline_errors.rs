//! pipeline: an error anywhere stops everything, releases everything, and is reported once.
//!
//! Twin: `golden/10-pipeline-errors.mjs`. What Node destroys is dropped here; a guard in each stage tells.

use std::cell::Cell;
use std::collections::VecDeque;
use std::io::Write;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::sink::{self, Sink};
use futures::stream::{self, StreamExt};
use streams::byte_queue;
use streams::{Error, Through, Transform, pipeline};

/// What is seen of a pipeline from outside.
#[derive(Default)]
struct Seen {
    generator_released: Cell<bool>,
    destroyed: Cell<u32>,
    got: Cell<u32>,
    ended: Cell<bool>,
}

/// Prints how a pipeline ends that breaks at each of its stages, and one whose sink goes away.
pub async fn pipeline_errors(out: &mut dyn Write) -> anyhow::Result<()> {
    for label in ["no error", "source", "middle", "flush", "sink"] {
        let seen = Seen::default();
        let numbers = Numbers { seen: &seen };
        let source = stream::iter(1..=10).map(move |n| numbers.next(n, label));
        let middle = Middle {
            break_at: label,
            seen: &seen,
        };
        let sink = Counting {
            break_at: label,
            seen: &seen,
        };

        let result = pipeline(source.through(middle), sink)
            .await
            .err()
            .unwrap_or("ok");
        write!(
            out,
            "{label}: {result}; generator released {}; ",
            seen.generator_released.get()
        )?;
        write!(
            out,
            "all destroyed {}; sink ended {}",
            seen.destroyed.get() == 3,
            seen.ended.get()
        )?;
        let got = if label == "no error" {
            format!("; got {}", seen.got.get())
        } else {
            String::new()
        };
        writeln!(out, "{got}")?;
    }

    let seen = Seen::default();
    let numbers = Numbers { seen: &seen };
    let endless = stream::repeat(0).map(move |n| {
        numbers
            .next(n, "")
            .map(|_| vec![0; 16].into())
            .map_err(|_| Error::Cancelled)
    });
    let (producer, consumer) = byte_queue(16);
    let quitter = sink::unfold(producer, |producer, chunk| async move {
        producer.send(chunk).await.map(|()| producer)
    });
    let quit = async { drop(consumer) };
    let result = match futures::join!(pipeline(endless, quitter), quit).0 {
        Err(Error::PrematureClose) => "premature close",
        Err(_) => "another error",
        Ok(()) => "ok",
    };
    writeln!(
        out,
        "quitter: {result}; source destroyed {}",
        seen.generator_released.get()
    )?;
    Ok(())
}

struct Numbers<'a> {
    seen: &'a Seen,
}

impl Numbers<'_> {
    fn next(&self, n: u8, break_at: &str) -> Result<u8, &'static str> {
        if break_at == "source" && n == 4 {
            Err("source broke")
        } else {
            Ok(n)
        }
    }
}

impl Drop for Numbers<'_> {
    fn drop(&mut self) {
        self.seen.generator_released.set(true);
        self.seen.destroyed.update(|destroyed| destroyed + 1);
    }
}

struct Middle<'a> {
    break_at: &'static str,
    seen: &'a Seen,
}

impl Transform for Middle<'_> {
    type Input = u8;
    type Output = u8;
    type Error = &'static str;

    fn transform(&mut self, n: u8, out: &mut VecDeque<u8>) -> Result<(), &'static str> {
        if self.break_at == "middle" && n == 4 {
            return Err("middle broke");
        }
        out.push_back(n);
        Ok(())
    }

    fn flush(&mut self, _: &mut VecDeque<u8>) -> Result<(), &'static str> {
        if self.break_at == "flush" {
            Err("flush broke")
        } else {
            Ok(())
        }
    }
}

impl Drop for Middle<'_> {
    fn drop(&mut self) {
        self.seen.destroyed.update(|destroyed| destroyed + 1);
    }
}

struct Counting<'a> {
    break_at: &'static str,
    seen: &'a Seen,
}

impl Sink<u8> for Counting<'_> {
    type Error = &'static str;

    fn poll_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
        Poll::Ready(Ok(()))
    }

    fn start_send(self: Pin<&mut Self>, n: u8) -> Result<(), &'static str> {
        self.seen.got.update(|got| got + 1);
        if self.break_at == "sink" && n == 4 {
            Err("sink broke")
        } else {
            Ok(())
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
        self.seen.ended.set(true);
        Poll::Ready(Ok(()))
    }
}

impl Drop for Counting<'_> {
    fn drop(&mut self) {
        self.seen.destroyed.update(|destroyed| destroyed + 1);
    }
}
