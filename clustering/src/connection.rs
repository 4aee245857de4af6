//! One connection of a worker: HTTP/1.1 by hyper, within limits, and with an end that loses nothing.

use std::future::{Future, poll_fn};
use std::os::fd::OwnedFd;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{Either, Full};
use hyper::body::{Body as HttpBody, Incoming};
use hyper::header::{CONNECTION, HOST, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper::{Method, Request, Response, StatusCode, Version};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::body::{Body, BodyError};
use crate::hall::{Guest, Hall, Phase};
use crate::message::Settings;
use crate::worker::BoxError;

/// Serves connections.
pub struct Server<S> {
    hall: Rc<Hall>,
    settings: Settings,
    http: http1::Builder,
    service: S,
}

/// How long a client that is told of its mistake may go on sending before the connection is cut. A reset would reach it before our words do.
const LAST_WORDS: Duration = Duration::from_secs(1);

impl<S, B> Server<S>
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Error: Into<BoxError>,
    B: HttpBody<Data = Bytes> + 'static,
    B::Error: Into<BoxError>,
{
    /// A server for this service.
    pub fn new(hall: Rc<Hall>, settings: Settings, service: S) -> Self {
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(settings.head_timeout)
            .max_buf_size(settings.head_bytes.max(8192))
            .half_close(false)
            // One piece for head and body: most answers are short, and a call with two pieces costs more than the copy.
            .writev(false);
        Self {
            hall,
            settings,
            http,
            service,
        }
    }

    /// Answers what comes on `socket` until one of the two has enough.
    pub async fn serve(&self, socket: OwnedFd, guest: Guest) {
        let Ok(stream) = TcpStream::from_std(socket.into()) else {
            return;
        };
        // Boxed, since hyper lends the socket out again only if it may move what it waits for.
        let answer = service_fn(|request| Box::pin(self.answer(request, &guest)));
        let mut connection = self.http.serve_connection(TokioIo::new(stream), answer);
        let mut closing = pin!(self.hall.closing());
        let mut told = false;
        let outcome = poll_fn(|context| {
            // A request that has arrived comes first: told to close, hyper would not look whether there is one.
            let outcome = connection.poll_without_shutdown(context);
            if outcome.is_ready() || told || closing.as_mut().poll(context).is_pending() {
                return outcome;
            }
            told = true;
            Pin::new(&mut connection).graceful_shutdown();
            connection.poll_without_shutdown(context)
        });
        let outcome = outcome.await;
        let mut stream = connection.into_parts().io.into_inner();
        // The client may be gone already.
        let _ = stream.shutdown().await;
        if outcome.is_err() {
            let _ = timeout(LAST_WORDS, discard(&mut stream)).await;
        }
    }

    async fn answer(
        &self,
        request: Request<Incoming>,
        guest: &Guest,
    ) -> Result<Response<Either<B, Full<Bytes>>>, BoxError> {
        let mut response = match self.refusal(&request) {
            Some(status) => refuse(status),
            None => self.ask_service(request).await?,
        };
        guest.count_request();
        if self.hall.phase() > Phase::Open {
            close(&mut response);
        }
        Ok(response)
    }

    async fn ask_service(
        &self,
        request: Request<Incoming>,
    ) -> Result<Response<Either<B, Full<Bytes>>>, BoxError> {
        let (head, incoming) = request.into_parts();
        let (body, broken) = Body::new(incoming, &self.settings);
        let answered = self.service.call(Request::from_parts(head, body)).await;
        if let Some(error) = broken.get() {
            return Ok(refuse(match error {
                BodyError::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
                BodyError::TooSlow => StatusCode::REQUEST_TIMEOUT,
                BodyError::Broken => StatusCode::BAD_REQUEST,
            }));
        }
        match answered {
            Ok(response) => Ok(response.map(Either::Left)),
            Err(_) => Ok(refuse(StatusCode::INTERNAL_SERVER_ERROR)),
        }
    }

    /// The status for what no service should have to look at; hyper has refused all that is no HTTP at all.
    fn refusal(&self, request: &Request<Incoming>) -> Option<StatusCode> {
        // RFC 9112, 3.2: exactly one, from HTTP/1.1 on.
        let hosts = request.headers().get_all(HOST).iter().count();
        if hosts > 1 || (hosts == 0 && request.version() == Version::HTTP_11) {
            return Some(StatusCode::BAD_REQUEST);
        }
        // A tunnel is what nobody here can offer, and an answer to this with 200 would promise.
        if request.method() == Method::CONNECT {
            return Some(StatusCode::METHOD_NOT_ALLOWED);
        }
        let announced = request.body().size_hint().lower();
        (announced > self.settings.body_bytes).then_some(StatusCode::PAYLOAD_TOO_LARGE)
    }
}

/// An answer after which the connection is closed, since nobody can know what comes next on it.
fn refuse<B>(status: StatusCode) -> Response<Either<B, Full<Bytes>>> {
    let text = format!("{status}\n");
    let mut response = Response::new(Either::Right(Full::from(text)));
    *response.status_mut() = status;
    close(&mut response);
    response
}

fn close<B>(response: &mut Response<B>) {
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(CONNECTION, close);
}

/// Reads until the client has enough.
async fn discard(stream: &mut TcpStream) {
    let mut nowhere = vec![0; 16 * 1024];
    while let Ok(1..) = stream.read(&mut nowhere).await {}
}
