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

use std::{env, fs, process, sync::Arc};

use clustering::{Cluster, Worker, is_primary, serve_connection};
use futures::future::ready;
use hyper::body::Incoming;
use hyper::{Request, Response, Version, header::CONNECTION, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};

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
    let (draining, closing) = (worker.draining(), worker.closing());
    let mut connections = worker.connections().await?;
    while let Some(connection) = connections.accept().await? {
        let (acceptor, closing, draining) = (acceptor.clone(), closing.clone(), draining.clone());
        tokio::spawn(async move {
            let stream = acceptor.accept(connection).await?;
            let service = service_fn(move |request: Request<Incoming>| {
                let (version, pid) = (request.version(), process::id());
                let mut response = Response::builder();
                // HTTP/2 has GOAWAY for it.
                if draining.is_cancelled() && version < Version::HTTP_2 {
                    response = response.header(CONNECTION, "close");
                }
                ready(response.body(format!("Hello by {version:?} from worker {pid}")))
            });
            let http = auto::Builder::new(TokioExecutor::new());
            let http = http.serve_connection(TokioIo::new(stream), service);
            serve_connection(http, &closing, auto::Connection::graceful_shutdown).await
        });
    }
    Ok(())
}
