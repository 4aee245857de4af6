//! HTTP/1.1 in a worker: `http.createServer(f).listen(port)`, by hyper.

mod access_log;
mod request_body;
mod server;

use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;
use hyper::body::Body as HttpBody;
use hyper::service::Service;
use hyper::{Request, Response};
use tokio::runtime::Builder;
use tokio::task::{LocalSet, spawn_local};

pub use access_log::{Access, AccessLog, AccessOutcome};
pub use request_body::{Body, BodyError};
pub(crate) use server::Server;
pub use server::{BoxError, ConnectionInfo, serve_connection};

use crate::{Error, Worker};

impl Worker {
    /// Calls `log` with a record of each request when its answer has been given out, refused or lost; not of what is no HTTP, which hyper refuses.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # fn lesson() -> Result<(), clustering::Error> {
    /// let worker = clustering::Worker::from_env()?;
    /// let worker = worker.access_log(|access| eprintln!("{access}"));
    /// # Ok(()) }
    /// ```
    pub fn access_log(mut self, log: impl Fn(&Access) + Send + Sync + 'static) -> Self {
        self.access_log = Some(Arc::new(log));
        self
    }

    /// Answers requests until the primary wants no more of it; then all that had begun is answered, and the process should end.
    ///
    /// It can be awaited in any runtime of tokio, and answers on the thread that awaits it: services need not be `Send`, and may
    /// spawn what should run on others. A panic in a service costs the connection on which it happened. Upgrades work, by
    /// [`hyper::upgrade::on`]. A [`ConnectionInfo`] is in the extensions of each request.
    ///
    /// # Errors
    ///
    /// [`Error::Orphaned`] if the primary is gone, [`Error::Protocol`] if it is of another version.
    pub async fn serve<S, B>(self, service: S) -> Result<(), Error>
    where
        S: Service<Request<Body>, Response = Response<B>, Error: Into<BoxError>> + 'static,
        B: HttpBody<Data = Bytes, Error: Into<BoxError>> + 'static,
    {
        let access_log = self.access_log.clone();
        let serving = async {
            let mut connections = self.connections().await?;
            let settings = connections.settings().clone();
            let server = Rc::new(Server::new(settings, service, access_log));
            while let Some(connection) = connections.accept().await? {
                let server = server.clone();
                spawn_local(async move { server.serve(connection).await });
            }
            Ok(())
        };
        // Connections are tasks of this thread, whatever the runtime.
        LocalSet::new().run_until(serving).await
    }

    /// As [`Worker::serve`], in a runtime of its own.
    ///
    /// # Errors
    ///
    /// As [`Worker::serve`], and [`Error::InRuntime`] where that should be awaited.
    pub fn serve_blocking<S, B>(self, service: S) -> Result<(), Error>
    where
        S: Service<Request<Body>, Response = Response<B>, Error: Into<BoxError>> + 'static,
        B: HttpBody<Data = Bytes, Error: Into<BoxError>> + 'static,
    {
        if tokio::runtime::Handle::try_current().is_ok() {
            return Err(Error::InRuntime);
        }
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(Error::io("start the event loop"))?;
        runtime.block_on(self.serve(service))
    }
}
