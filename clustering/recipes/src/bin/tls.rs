//! HTTPS by rustls, with HTTP/2 where the client offers it (ALPN).
//!
//! The connections of the cluster are streams of bytes: TLS goes on top, and hyper-util serves what was
//! agreed on. Workers read the certificate when they start, so a reload takes a renewed one.
//!
//! ```sh
//! cargo run --bin tls                             # with a certificate that is made at the start
//! cargo run --bin tls 127.0.0.1:3000 both.pem     # certificate and key
//! curl -k https://127.0.0.1:3000
//! ```

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use std::{env, fs, process};

use clustering::{Cluster, Connection, Worker, is_primary};
use futures::future::ready;
use hyper::body::Incoming;
use hyper::header::{CONNECTION, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let mut args = env::args().skip(1);
    let address = args.next().unwrap_or("127.0.0.1:3000".to_owned());
    if is_primary() {
        // The workers do not speak plain HTTP, by which they would be asked whether they serve.
        let mut cluster = Cluster::builder().listen(address).probe(None);
        if args.next().is_none() {
            let made = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
            let pem = made.cert.pem() + &made.signing_key.serialize_pem();
            cluster = cluster.env("SELF_SIGNED", pem);
        }
        let cluster = cluster.build()?;
        let (pid, address) = (process::id(), cluster.address());
        println!("primary {pid} listens on https://{address}");
        cluster.run().await?;
        return Ok(());
    }
    let worker = Worker::from_env()?;
    let pem = match args.next() {
        Some(file) => fs::read_to_string(file)?,
        None => env::var("SELF_SIGNED")?,
    };
    let chain = CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<_, _>>()?;
    let key = PrivateKeyDer::from_pem_slice(pem.as_bytes())?;
    let mut config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec!["h2".into(), "http/1.1".into()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let draining = worker.draining();
    let mut connections = worker.connections().await?;
    while let Some(connection) = connections.accept().await? {
        let (acceptor, draining) = (acceptor.clone(), draining.clone());
        tokio::spawn(async move {
            if let Ok(stream) = acceptor.accept(connection).await {
                serve(stream, &draining).await;
            }
        });
    }
    Ok(())
}

async fn serve(stream: TlsStream<Connection>, draining: &CancellationToken) {
    let is_draining = draining.clone();
    let answer = service_fn(move |request: Request<Incoming>| {
        let version = request.version();
        let text = format!("Hello by {version:?} from worker {}", process::id());
        let mut response = Response::new(text);
        // HTTP/2 has GOAWAY for it.
        if is_draining.is_cancelled() && version < Version::HTTP_2 {
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(CONNECTION, close);
        }
        ready(Ok::<_, Infallible>(response))
    });
    let http = auto::Builder::new(TokioExecutor::new());
    let mut serving = pin!(http.serve_connection(TokioIo::new(stream), answer));
    let leave = async {
        draining.cancelled().await;
        // A request may be on its way.
        tokio::time::sleep(Duration::from_secs(1)).await;
    };
    tokio::select! {
        _ = serving.as_mut() => return,
        () = leave => serving.as_mut().graceful_shutdown(),
    }
    // What was asked is answered. A client that is gone misses nothing.
    let _ = serving.await;
}
