//! What operations need to know, on an address of its own: whether it lives, whether it is ready, what it does. Nothing here changes anything.
//!
//! | path | answer |
//! |---|---|
//! | `/livez` | 200 while the primary answers |
//! | `/readyz` | 200 while a worker serves, 503 otherwise and on the way out |
//! | `/metrics` | Prometheus' text |
//! | `/status` | [`Stats`] as JSON |
//! | `/` | a page that shows the workers as they live |
//!
//! It belongs on the loopback interface: who can reach it can read it.

mod metrics;

use std::convert::Infallible;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{FuturesUnordered, StreamExt};
use http_body_util::Full;
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};

use crate::http::Server;
use crate::ipc::acceptor::{Accepted, Acceptor};
use crate::ipc::protocol::Settings;
use crate::stats::Stats;
use crate::worker::ConnectionTracker;
use crate::{Body, Connection, Error, Handle};

/// As many may look at once.
const MOST_CONNECTIONS: u64 = 64;

/// A client that does not finish its question makes room this soon: a service manager may decide by `/livez` whether we live.
const HEAD_TIMEOUT: Duration = Duration::from_secs(3);

const TEXT: &str = "text/plain; charset=utf-8";
const METRICS: &str = "text/plain; version=0.0.4; charset=utf-8";
const JSON: &str = "application/json";
const PAGE: &str = "text/html; charset=utf-8";

/// The page may load nothing from elsewhere, and asks only us.
const POLICY: &str = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'";

/// Answers questions about the cluster, as long as the future is polled: join it with [`crate::Cluster::run`].
///
/// In an upgrade the old primary answers until the workers of the new one serve, and from then on the new one does.
///
/// # Errors
///
/// [`Error::Io`] if the listener cannot be waited for.
pub async fn serve(listener: TcpListener, handle: Handle) -> Result<Infallible, Error> {
    // Until then the primary that this one replaces answers.
    handle.turn.began.cancelled().await;
    let watch = Error::io("watch the admin listener");
    let mut acceptor = Acceptor::default();
    acceptor.push(listener.into()).map_err(watch)?;
    let tracker = Arc::new(ConnectionTracker::default());
    let service = service_fn(|request| answer(request, &handle));
    let settings = Settings {
        head_timeout: HEAD_TIMEOUT,
        ..Settings::default()
    };
    let server = Server::new(settings, service, None);
    let mut connections = FuturesUnordered::new();
    loop {
        tokio::select! {
            accepted = acceptor.accept(), if tracker.open() < MOST_CONNECTIONS => {
                if let Accepted::Connection(socket) = accepted
                    && let Ok(connection) = Connection::new(socket, tracker.track())
                {
                    connections.push(server.serve(connection));
                }
            }
            () = handle.turn.ended.cancelled(), if !tracker.draining.is_cancelled() => {
                // A connection that is open already gets one more answer.
                acceptor.stop();
                tracker.draining.cancel();
            }
            () = tracker.connection_closed() => {}
            Some(()) = connections.next() => {}
        }
    }
}

async fn answer(
    request: Request<Body>,
    handle: &Handle,
) -> Result<Response<Full<Bytes>>, Infallible> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut refusal = page(StatusCode::METHOD_NOT_ALLOWED, TEXT, "look, do not touch\n");
        let allowed = HeaderValue::from_static("GET, HEAD");
        refusal.headers_mut().insert(ALLOW, allowed);
        return Ok(refusal);
    }
    // A cluster that has ended is one on its way out.
    let stats = handle.stats().await.unwrap_or_else(|_| Stats {
        ending: true,
        ..Stats::default()
    });
    Ok(match request.uri().path() {
        "/livez" => page(StatusCode::OK, TEXT, "alive\n"),
        // The primary that has replaced this one is ready.
        "/readyz" if stats.is_ready() || handle.turn.ended.is_cancelled() => {
            page(StatusCode::OK, TEXT, "ready\n")
        }
        "/readyz" => page(StatusCode::SERVICE_UNAVAILABLE, TEXT, "not ready\n"),
        "/metrics" => page(StatusCode::OK, METRICS, metrics::text(&stats)),
        "/status" => page(StatusCode::OK, JSON, stats.to_json()),
        "/" => page(StatusCode::OK, PAGE, include_str!("admin/page.html")),
        _ => page(StatusCode::NOT_FOUND, TEXT, "no such page\n"),
    })
}

fn page(status: StatusCode, kind: &'static str, text: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(text.into()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}
