//! One connection of a worker: HTTP/1.1 by hyper, within limits, and with an end that loses nothing.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use bytes::Bytes;
use http_body_util::{Either, Full};
use hyper::body::{Body as HttpBody, Incoming};
use hyper::header::{CONNECTION, EXPECT, HOST, HeaderValue};
use hyper::http::uri::Authority;
use hyper::server::conn::http1::{self, UpgradeableConnection};
use hyper::service::{Service, service_fn};
use hyper::{Method, Request, Response, StatusCode, Version};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio_util::sync::CancellationToken;

use super::access_log::{Access, AccessLog, AccessOutcome, Counted};
use super::request_body::Body;
use crate::Connection;
use crate::ipc::protocol::Settings;
use crate::worker::ConnectionState;

/// Any error of a service.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Both ends of the connection on which a request came, in its extensions. Node: `req.socket.remoteAddress`.
///
/// The first request to a worker, by which the primary sees that it answers, has none, nor have those on a Unix socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionInfo {
    /// The address of the client, or of the proxy in front.
    pub peer: SocketAddr,
    /// The address that it has connected to.
    pub local: SocketAddr,
}

/// Serves connections.
pub struct Server<S> {
    settings: Settings,
    http: http1::Builder,
    service: S,
    access_log: Option<AccessLog>,
}

/// What is known of a connection while it is served.
struct Exchange {
    state: Arc<ConnectionState>,
    info: Option<ConnectionInfo>,
}

impl Exchange {
    /// Notes that the client may be sending what is not going to be read.
    fn leave_unread(&self) {
        self.state.may_be_sending.store(true, Relaxed);
    }
}

impl<S, B> Server<S>
where
    S: Service<Request<Body>, Response = Response<B>, Error: Into<BoxError>>,
    B: HttpBody<Data = Bytes, Error: Into<BoxError>> + 'static,
{
    /// Returns a server for this service.
    pub fn new(settings: Settings, service: S, access_log: Option<AccessLog>) -> Self {
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(settings.head_timeout)
            .max_buf_size(settings.head_bytes.max(8192))
            .half_close(false)
            // One piece for head and body: most answers are short, and a call with two pieces costs more than the copy.
            .writev(false);
        Self {
            settings,
            http,
            service,
            access_log,
        }
    }

    /// Answers requests on the connection until either side closes it. One that is upgraded counts as open until the service drops it.
    pub async fn serve(&self, connection: Connection) {
        let info = match (connection.peer_addr(), connection.local_addr()) {
            (Ok(peer), Ok(local)) => Some(ConnectionInfo { peer, local }),
            _ => None,
        };
        let exchange = Exchange {
            state: connection.state().clone(),
            info,
        };
        // Boxed, since hyper gives up its socket only if it may move what it waits for.
        let answer = service_fn(|request| {
            // Not in the future, which hyper drops unpolled when the client has left already.
            let access = self.record(&request, &exchange);
            Box::pin(self.answer(request, access, &exchange))
        });
        let http = self.http.serve_connection(TokioIo::new(connection), answer);
        let closing = &exchange.state.tracker.closing;
        let shut_down = UpgradeableConnection::graceful_shutdown;
        let outcome = serve_connection(http.with_upgrades(), closing, shut_down).await;
        // A client that sent nothing for too long is not sending.
        if outcome.is_err_and(|error| !error.is_timeout()) {
            exchange.leave_unread();
        }
    }

    fn record(&self, request: &Request<Incoming>, exchange: &Exchange) -> Option<Access> {
        let log = self.access_log.clone();
        let log = log.filter(|_| !exchange.state.is_probe)?;
        let peer = exchange.info.map(|info| info.peer);
        Some(Access::new(log, peer, request))
    }

    async fn answer(
        &self,
        request: Request<Incoming>,
        mut access: Option<Access>,
        exchange: &Exchange,
    ) -> Result<Response<Counted<Either<B, Full<Bytes>>>>, BoxError> {
        let (mut response, outcome) = match self.refusal(&request) {
            Some(status) => {
                if !request.body().is_end_stream() {
                    exchange.leave_unread();
                }
                (refuse(status), AccessOutcome::Refused)
            }
            None => self.call_service(request, exchange).await,
        };
        exchange.state.count_request();
        if exchange.state.tracker.draining.is_cancelled() {
            close(&mut response);
        }
        if let Some(access) = &mut access {
            access.status = Some(response.status());
            access.outcome = outcome;
        }
        Ok(response.map(|body| Counted::new(body, access)))
    }

    async fn call_service(
        &self,
        request: Request<Incoming>,
        exchange: &Exchange,
    ) -> (Response<Either<B, Full<Bytes>>>, AccessOutcome) {
        let (mut head, incoming) = request.into_parts();
        let is_expected_to_ask = head.headers.contains_key(EXPECT);
        if let Some(info) = exchange.info {
            head.extensions.insert(info);
        }
        let (body, watch) = Body::new(incoming, &self.settings);
        let answered = self.service.call(Request::from_parts(head, body)).await;
        let (mut response, outcome) = match (watch.failure(), answered) {
            (Some(failure), _) => (refuse(failure.status()), AccessOutcome::Refused),
            (None, Ok(response)) => (response.map(Either::Left), AccessOutcome::Answered),
            (None, Err(error)) => {
                exchange.state.count_failure(error.into().to_string());
                let response = refuse(StatusCode::INTERNAL_SERVER_ERROR);
                (response, AccessOutcome::Failed)
            }
        };
        if !watch.finish(is_expected_to_ask).await {
            exchange.leave_unread();
            close(&mut response);
        }
        (response, outcome)
    }

    /// Returns the status for what no service should have to look at; hyper has refused all that is no HTTP at all.
    fn refusal(&self, request: &Request<Incoming>) -> Option<StatusCode> {
        // RFC 9112, 3.2: exactly one, from HTTP/1.1 on, and it is the name of a host.
        let mut hosts = request.headers().get_all(HOST).iter();
        let is_valid = match (hosts.next(), hosts.next()) {
            (Some(host), None) => is_host(host),
            (None, _) => request.version() < Version::HTTP_11,
            (Some(_), Some(_)) => false,
        };
        // 3.2.4: `*` is for OPTIONS alone.
        let is_asterisk = request.uri().path() == "*" && request.method() != Method::OPTIONS;
        if !is_valid || is_asterisk {
            return Some(StatusCode::BAD_REQUEST);
        }
        // An answer with 200 would promise a tunnel.
        if request.method() == Method::CONNECT {
            return Some(StatusCode::NOT_IMPLEMENTED);
        }
        let announced = request.body().size_hint().lower();
        (announced > self.settings.body_bytes).then_some(StatusCode::PAYLOAD_TOO_LARGE)
    }
}

/// Serves HTTP of any version on any stream, as TLS on top of a [`Connection`], until either side closes it: `http` is what hyper makes of the stream and a
/// service. When `closing` is cancelled it is told to `shut_down`, by its own `graceful_shutdown`: an answer that has begun is finished, and so is a
/// request that has arrived.
///
/// # Examples
///
/// ```
/// # use std::convert::Infallible;
/// # use clustering::serve_connection;
/// # use hyper::{Response, server::conn::http1, service::service_fn};
/// # use hyper_util::rt::TokioIo;
/// # use tokio_util::sync::CancellationToken;
/// async fn serve(stream: tokio::io::DuplexStream, closing: &CancellationToken) {
///     let service = service_fn(async |_| Ok::<_, Infallible>(Response::new(String::new())));
///     let http = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
///     let served = serve_connection(http, closing, http1::Connection::graceful_shutdown).await;
///     // A client that is gone misses nothing.
///     let _ = served;
/// }
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// # let (client, stream) = tokio::io::duplex(100);
/// # let closing = CancellationToken::new();
/// # closing.cancel();
/// # serve(stream, &closing).await;
/// # drop(client);
/// # });
/// # Ok::<(), std::io::Error>(())
/// ```
pub async fn serve_connection<C: Future>(
    http: C,
    closing: &CancellationToken,
    shut_down: impl FnOnce(Pin<&mut C>),
) -> C::Output {
    let mut http = pin!(http);
    let mut is_closing = pin!(async {
        closing.cancelled().await;
        // Once around the event loop: after a pause of this process it tells of timers before it has heard of sockets.
        tokio::task::yield_now().await;
    });
    // A request that has arrived comes first: told to close, hyper would not look whether there is one.
    tokio::select! {
        biased;
        outcome = &mut http => return outcome,
        () = &mut is_closing => shut_down(http.as_mut()),
    }
    http.await
}

/// RFC 9110, 7.2: `uri-host [":" port]`, or nothing.
fn is_host(value: &HeaderValue) -> bool {
    let bytes = value.as_bytes();
    bytes.is_empty() || (!bytes.contains(&b'@') && Authority::try_from(bytes).is_ok())
}

/// Returns an answer after which the connection is closed, since it is not known what comes next on it.
fn refuse<B>(status: StatusCode) -> Response<Either<B, Full<Bytes>>> {
    let text = format!("{status}\n");
    let mut response = Response::new(Either::Right(Full::from(text)));
    *response.status_mut() = status;
    close(&mut response);
    response
}

fn close<B>(response: &mut Response<B>) {
    // A connection that is upgraded has other ends.
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(CONNECTION, close);
    }
}
