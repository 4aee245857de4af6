//! Clients that count exactly: each request was answered, was handed back unread, or is lost. Nothing is sent again in silence.

use std::error::Error;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use futures::{SinkExt, StreamExt};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::{TrySendError, http1, http2};
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::{WebSocketStream, client_async};

/// What takes longer is lost.
const LATE: Duration = Duration::from_secs(20);

/// Clients that keep their connections; as many open one for each request, where the protocol has that.
pub const CLIENTS: usize = 4;

/// What is spoken.
#[derive(Clone)]
pub enum Kind {
    Http,
    Axum,
    WebSocket,
    Tcp,
    Https(Arc<ClientConfig>),
    Http2(Arc<ClientConfig>),
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Http => "HTTP",
            Self::Axum => "axum",
            Self::WebSocket => "WebSocket",
            Self::Tcp => "TCP",
            Self::Https(_) => "HTTP/1.1 over TLS",
            Self::Http2(_) => "HTTP/2 over TLS",
        })
    }
}

/// A connection, and how it is asked.
enum Connection {
    Http(http1::SendRequest<Full<Bytes>>),
    Http2(http2::SendRequest<Full<Bytes>>),
    WebSocket(Box<WebSocketStream<TcpStream>>),
    Tcp(BufStream<TcpStream>),
}

/// What became of a request.
enum Outcome {
    Answered,
    /// It was answered, and the server has said that it leaves.
    AnsweredAtLast,
    /// The server has said that it leaves, and does not answer any more.
    HandedBack,
    /// The client has seen that the connection is closed before it sent anything.
    NotSent,
}

impl Connection {
    async fn open(kind: &Kind, address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        match kind {
            Kind::Http | Kind::Axum => {
                let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
                tokio::spawn(connection);
                Ok(Self::Http(sender))
            }
            Kind::WebSocket => {
                let (socket, _) = client_async(format!("ws://{address}/"), stream).await?;
                Ok(Self::WebSocket(Box::new(socket)))
            }
            Kind::Tcp => Ok(Self::Tcp(BufStream::new(stream))),
            Kind::Https(config) | Kind::Http2(config) => {
                let connector = TlsConnector::from(config.clone());
                let stream = connector.connect("localhost".try_into()?, stream).await?;
                let protocol = stream.get_ref().1.alpn_protocol().map(<[u8]>::to_vec);
                let stream = TokioIo::new(stream);
                if matches!(kind, Kind::Http2(_)) {
                    ensure!(protocol.as_deref() == Some(b"h2"), "{protocol:?}");
                    let (sender, connection) =
                        http2::handshake(TokioExecutor::new(), stream).await?;
                    tokio::spawn(connection);
                    return Ok(Self::Http2(sender));
                }
                let (sender, connection) = http1::handshake(stream).await?;
                tokio::spawn(connection);
                Ok(Self::Http(sender))
            }
        }
    }

    /// Asks once, on a connection that is kept after it or is not.
    async fn ask(&mut self, kind: &Kind, is_kept: bool) -> anyhow::Result<Outcome> {
        match self {
            Self::Http(sender) => {
                if sender.ready().await.is_err() {
                    return Ok(Outcome::NotSent);
                }
                check(sender.try_send_request(request(kind, is_kept)?).await).await
            }
            Self::Http2(sender) => {
                if sender.ready().await.is_err() {
                    return Ok(Outcome::NotSent);
                }
                check(sender.try_send_request(request(kind, true)?).await).await
            }
            Self::WebSocket(socket) => {
                socket.send(Message::text("hello")).await?;
                match socket.next().await.context("the connection is cut")?? {
                    Message::Text(text) if text == "hello" => Ok(Outcome::Answered),
                    Message::Close(Some(frame)) => {
                        let is_goodbye = frame.code == CloseCode::Away && frame.reason == "goodbye";
                        ensure!(is_goodbye, "{frame:?}");
                        Ok(Outcome::HandedBack)
                    }
                    other => bail!("{other:?}"),
                }
            }
            Self::Tcp(stream) => {
                stream.write_all(b"hello\n").await?;
                stream.flush().await?;
                if !is_kept {
                    stream.shutdown().await?;
                    let mut text = String::new();
                    stream.read_to_string(&mut text).await?;
                    ensure!(text.replace("goodbye\n", "") == "hello\n", "{text:?}");
                    return Ok(Outcome::Answered);
                }
                let (mut line, mut outcome) = (String::new(), Outcome::Answered);
                stream.read_line(&mut line).await?;
                if line == "goodbye\n" {
                    outcome = Outcome::AnsweredAtLast;
                    line.clear();
                    stream.read_line(&mut line).await?;
                }
                ensure!(line == "hello\n", "{line:?}");
                Ok(outcome)
            }
        }
    }
}

fn request(kind: &Kind, is_kept: bool) -> anyhow::Result<Request<Full<Bytes>>> {
    // HTTP/2 takes the host from here.
    let mut request = Request::builder().uri("https://localhost/");
    let mut body = "";
    if !matches!(kind, Kind::Http2(_)) {
        request = Request::builder().uri("/").header("host", "localhost");
    }
    if matches!(kind, Kind::Axum) {
        request = request
            .method("POST")
            .uri("/notes")
            .header("content-type", "application/json");
        body = r#"{"text":"buy milk"}"#;
    }
    if !is_kept {
        request = request.header("connection", "close");
    }
    Ok(request.body(body.into())?)
}

async fn check(
    sent: Result<Response<Incoming>, TrySendError<Request<Full<Bytes>>>>,
) -> anyhow::Result<Outcome> {
    let response = match sent {
        Ok(response) => response,
        Err(mut error) => match error.take_message() {
            Some(_) => return Ok(Outcome::NotSent),
            None if is_go_away(error.error()) => return Ok(Outcome::HandedBack),
            None => return Err(error.into_error().into()),
        },
    };
    let status = response.status();
    let closes = response
        .headers()
        .get("connection")
        .is_some_and(|value| value == "close");
    let body = response.into_body().collect().await?.to_bytes();
    let text = String::from_utf8_lossy(&body);
    ensure!(status == 200 && text.contains("worker"), "{status} {text}");
    Ok(if closes {
        Outcome::AnsweredAtLast
    } else {
        Outcome::Answered
    })
}

/// Returns whether a request came after the server's GOAWAY, so that it was not looked at (RFC 9113, 6.8).
fn is_go_away(error: &hyper::Error) -> bool {
    let cause = error
        .source()
        .and_then(|cause| cause.downcast_ref::<h2::Error>());
    cause.is_some_and(|cause| cause.is_go_away() && cause.reason() == Some(h2::Reason::NO_ERROR))
}

/// Clients that ask one request after the other.
pub struct Load {
    stop: Arc<AtomicBool>,
    answered: Arc<AtomicUsize>,
    clients: JoinSet<Tally>,
}

impl Load {
    /// Starts to ask.
    pub fn start(kind: &Kind, address: SocketAddr) -> Self {
        let (stop, answered) = (Arc::new(AtomicBool::new(false)), Arc::default());
        let mut clients = JoinSet::new();
        let has_short_ones = !matches!(kind, Kind::WebSocket | Kind::Http2(_));
        for is_kept in [true, false]
            .into_iter()
            .filter(|is_kept| *is_kept || has_short_ones)
        {
            for _ in 0..CLIENTS {
                let (stop, answered) = (Arc::clone(&stop), Arc::clone(&answered));
                clients.spawn(client(kind.clone(), address, is_kept, stop, answered));
            }
        }
        Self {
            stop,
            answered,
            clients,
        }
    }

    /// Returns how many requests were answered so far.
    pub fn answered(&self) -> usize {
        self.answered.load(Ordering::Relaxed)
    }

    /// Lets each client end its request, and adds up.
    pub async fn stop(self) -> Tally {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = Tally::default();
        for tally in self.clients.join_all().await {
            all.sent += tally.sent;
            all.answered += tally.answered;
            all.handed_back += tally.handed_back;
            all.goodbyes += tally.goodbyes;
            all.lost.extend(tally.lost);
        }
        all
    }
}

async fn client(
    kind: Kind,
    address: SocketAddr,
    is_kept: bool,
    stop: Arc<AtomicBool>,
    answered: Arc<AtomicUsize>,
) -> Tally {
    let (mut tally, mut kept) = (Tally::default(), None);
    while !stop.load(Ordering::Relaxed) {
        let asked = timeout(LATE, async {
            let mut connection = match kept.take() {
                Some(connection) => connection,
                None => Connection::open(&kind, address).await?,
            };
            let outcome = connection.ask(&kind, is_kept).await?;
            anyhow::Ok((outcome, connection))
        });
        tally.sent += 1;
        match asked.await.map_err(anyhow::Error::from).flatten() {
            Ok((Outcome::NotSent, _)) => tally.sent -= 1,
            Ok((Outcome::HandedBack, _)) => {
                tally.handed_back += 1;
                tally.goodbyes += 1;
            }
            Ok((outcome, connection)) => {
                tally.answered += 1;
                answered.fetch_add(1, Ordering::Relaxed);
                match outcome {
                    Outcome::AnsweredAtLast if is_kept => tally.goodbyes += 1,
                    _ if is_kept => kept = Some(connection),
                    _ => {}
                }
            }
            Err(error) => {
                tally.lost.push(format!("{error:#}"));
                // A server that is down is not asked as fast as possible.
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
        // Clients without a pause leave the other tests no processor.
        tokio::time::sleep(Duration::from_micros(500)).await;
    }
    tally
}

/// What became of all requests.
#[derive(Debug, Default)]
pub struct Tally {
    pub sent: usize,
    pub answered: usize,
    /// Sent, but the server had said that it answers no more, before it read them.
    pub handed_back: usize,
    /// Connections that ended with the server's goodbye: a close frame, a line, `Connection: close`.
    pub goodbyes: usize,
    /// What happened to the others.
    pub lost: Vec<String>,
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            sent,
            answered,
            handed_back,
            goodbyes,
            lost,
        } = self;
        let count = lost.len();
        write!(
            out,
            "{sent} sent, {answered} answered, {handed_back} handed back, {count} lost; {goodbyes} goodbyes"
        )?;
        lost.iter()
            .take(3)
            .try_for_each(|why| write!(out, "; for example {why}"))
    }
}

/// An answer without an end.
pub struct Events {
    body: Incoming,
    first: String,
}

impl Events {
    /// Asks for events, and waits for the first one.
    pub async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let Connection::Http(mut sender) = Connection::open(&Kind::Http, address).await? else {
            bail!("no HTTP");
        };
        let request = Request::builder()
            .uri("/events")
            .header("host", "localhost");
        let mut body = sender
            .send_request(request.body("".into())?)
            .await?
            .into_body();
        let first = body.frame().await.context("the stream ends")??;
        let first = first.into_data().unwrap_or_default();
        Ok(Self {
            body,
            first: String::from_utf8(first.to_vec())?,
        })
    }

    /// Returns the worker that it comes from.
    pub fn worker(&self) -> Option<u32> {
        self.first.trim().rsplit(' ').next()?.parse().ok()
    }

    /// Returns all that comes until the end.
    pub async fn rest(self) -> anyhow::Result<String> {
        let rest = timeout(LATE, self.body.collect()).await??.to_bytes();
        Ok(String::from_utf8(rest.to_vec())?)
    }
}
