//! A pipeline in which one place fails or hangs, and every part counts as long as it exists.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use futures::sink::Sink;
use futures::stream::{self, Stream, StreamExt};
use streams::{Through, Transform};

/// Where something may happen. It is also the error that happens there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Source,
    Transform,
    Flush,
    SinkReady,
    SinkStart,
    SinkFlush,
    SinkClose,
}

/// What a part does when it is asked.
#[derive(Debug, Clone, Copy, Default)]
pub struct Script {
    pub fails_at: Option<Place>,
    pub also_fails_at: Option<Place>,
    pub hangs_at: Option<Place>,
}

impl Script {
    fn poll(self, place: Place) -> Poll<Result<(), Place>> {
        if self.hangs_at == Some(place) {
            Poll::Pending
        } else if self.fails_at == Some(place) || self.also_fails_at == Some(place) {
            Poll::Ready(Err(place))
        } else {
            Poll::Ready(Ok(()))
        }
    }

    fn ask(self, place: Place) -> Result<(), Place> {
        match self.poll(place) {
            Poll::Ready(answer) => answer,
            Poll::Pending => panic!("{place:?} cannot wait"),
        }
    }
}

/// What is looked at from outside: how many parts there still are, and what the sink was asked.
#[derive(Debug, Default)]
pub struct Scene {
    parts: Arc<()>,
    asked: Arc<Mutex<Vec<Place>>>,
    delivered: Arc<Mutex<usize>>,
}

impl Scene {
    /// How many sources, stages, sinks and items exist.
    pub fn parts(&self) -> usize {
        Arc::strong_count(&self.parts) - 1
    }

    /// What the sink was asked to do, in order.
    pub fn asked(&self) -> Vec<Place> {
        self.asked.lock().unwrap().clone()
    }

    /// How many items the sink has got.
    pub fn delivered(&self) -> usize {
        *self.delivered.lock().unwrap()
    }

    /// Two items, then what the script says, then another three. Behind it a stage that keeps one item back.
    pub fn source(&self, script: Script) -> impl Stream<Item = Result<Item, Place>> + use<> {
        let part = Arc::clone(&self.parts);
        let items = stream::iter(0..5).then(move |number| {
            let part = Arc::clone(&part);
            async move {
                if number == 2 {
                    futures::future::poll_fn(|_| script.poll(Place::Source)).await?;
                }
                Ok(Item(part))
            }
        });
        items.through(OneBehind {
            _part: Arc::clone(&self.parts),
            kept: None,
            script,
        })
    }

    pub fn sink(&self, script: Script) -> RecordingSink {
        RecordingSink {
            _part: Arc::clone(&self.parts),
            items: Vec::new(),
            asked: Arc::clone(&self.asked),
            delivered: Arc::clone(&self.delivered),
            script,
        }
    }
}

#[derive(Debug, Clone)]
pub struct Item(#[expect(dead_code, reason = "it only has to exist")] Arc<()>);

/// Passes each item on when the next one comes, and the last one at the end.
struct OneBehind {
    _part: Arc<()>,
    kept: Option<Item>,
    script: Script,
}

impl Transform for OneBehind {
    type Input = Item;
    type Output = Item;
    type Error = Place;

    async fn transform(&mut self, item: Item, out: &mut VecDeque<Item>) -> Result<(), Place> {
        out.extend(self.kept.replace(item));
        self.script.ask(Place::Transform)
    }

    async fn flush(&mut self, out: &mut VecDeque<Item>) -> Result<(), Place> {
        out.extend(self.kept.take());
        self.script.ask(Place::Flush)
    }
}

/// Keeps what it gets and writes down what it is asked.
pub struct RecordingSink {
    _part: Arc<()>,
    items: Vec<Item>,
    asked: Arc<Mutex<Vec<Place>>>,
    delivered: Arc<Mutex<usize>>,
    script: Script,
}

impl RecordingSink {
    fn poll(&self, place: Place) -> Poll<Result<(), Place>> {
        self.asked.lock().unwrap().push(place);
        // The first item is always let in, so that there is one to let go of.
        if place == Place::SinkReady && self.items.is_empty() {
            return Poll::Ready(Ok(()));
        }
        self.script.poll(place)
    }
}

impl Sink<Item> for RecordingSink {
    type Error = Place;

    fn poll_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Place>> {
        self.poll(Place::SinkReady)
    }

    fn start_send(mut self: Pin<&mut Self>, item: Item) -> Result<(), Place> {
        self.asked.lock().unwrap().push(Place::SinkStart);
        self.script.ask(Place::SinkStart)?;
        self.items.push(item);
        *self.delivered.lock().unwrap() += 1;
        Ok(())
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Place>> {
        self.poll(Place::SinkFlush)
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Place>> {
        self.poll(Place::SinkClose)
    }
}
