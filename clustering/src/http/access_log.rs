//! A record of each request and what became of it: for a log, or for numbers of one's own. Node has none; programs use `morgan`.

use std::fmt;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use hyper::{Method, Request, StatusCode, Uri, Version};
use pin_project_lite::pin_project;

/// What is called with each record.
pub type AccessLog = Arc<dyn Fn(&Access) + Send + Sync>;

/// A request and its answer. `Display` has it as a line: the client, the request, the status, the bytes of the answer's body, the milliseconds until the last of
/// them, and the outcome.
pub struct Access {
    /// The client, unless it is on a Unix socket.
    pub peer: Option<SocketAddr>,
    /// What was asked.
    pub request: (Method, Uri, Version),
    /// What was answered, if anything was.
    pub status: Option<StatusCode>,
    /// How much of the answer's body was given to the connection.
    pub bytes: u64,
    /// What became of it.
    pub outcome: AccessOutcome,
    /// When it was asked.
    pub asked: Instant,
    is_whole: bool,
    log: AccessLog,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessOutcome {
    /// The service has answered.
    Answered,
    /// The server has answered in its place: a limit, or what no service should see.
    Refused,
    /// The service has failed, and the server has answered 500.
    Failed,
    /// The answer is not whole: the client has left, or the worker had no more time.
    Cut,
}

impl fmt::Display for Access {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let peer = self.peer.map_or("-".to_owned(), |peer| peer.to_string());
        let (method, uri, version) = &self.request;
        // Quoted as Rust does: a quote in a path is no end.
        let request = format!("{method} {uri} {version:?}");
        let status = self.status.map_or(0, |status| status.as_u16());
        let (bytes, took) = (self.bytes, self.asked.elapsed().as_secs_f64() * 1e3);
        let outcome = format!("{:?}", self.outcome).to_lowercase();
        write!(
            out,
            "{peer} {request:?} {status:03} {bytes} {took:.1} {outcome}"
        )
    }
}

impl Access {
    /// Begins with a request. The record is complete when this is dropped.
    pub(super) fn new<B>(log: AccessLog, peer: Option<SocketAddr>, request: &Request<B>) -> Self {
        let (method, uri) = (request.method().clone(), request.uri().clone());
        Self {
            peer,
            request: (method, uri, request.version()),
            status: None,
            bytes: 0,
            outcome: AccessOutcome::Cut,
            asked: Instant::now(),
            is_whole: false,
            log,
        }
    }
}

impl Drop for Access {
    fn drop(&mut self) {
        // The body of an answer to HEAD is never asked for.
        if !self.is_whole && self.request.0 != Method::HEAD {
            self.outcome = AccessOutcome::Cut;
        }
        (self.log.clone())(self);
    }
}

pin_project! {
    /// A body that is counted.
    pub struct Counted<B> {
        #[pin]
        body: B,
        access: Option<Access>,
    }
}

impl<B: HttpBody> Counted<B> {
    /// Counts the body of the answer to `access`, if there is one.
    pub fn new(body: B, mut access: Option<Access>) -> Self {
        if let Some(access) = &mut access {
            access.is_whole = body.is_end_stream();
        }
        Self { body, access }
    }
}

impl<B: HttpBody<Data = Bytes>> HttpBody for Counted<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let mut this = self.project();
        let frame = ready!(this.body.as_mut().poll_frame(context));
        if let Some(access) = this.access {
            let data = frame
                .as_ref()
                .and_then(|frame| frame.as_ref().ok()?.data_ref());
            access.bytes += data.map_or(0, Bytes::len) as u64;
            access.is_whole = frame.is_none() || this.body.is_end_stream();
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
