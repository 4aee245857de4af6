//! Closing in stages, RFC 9112 section 9.6: an answer that is given before its request was read arrives all the same.
//!
//! A socket that is closed with bytes unread resets the connection, and the reset overtakes the answer: the client sees a broken pipe, and a proxy in
//! front takes the server for dead. So first we say that we send no more, then we read until the client has noticed, within limits.

use std::net::Shutdown;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use socket2::SockRef;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::tracker::ConnectionState;

/// How long a client may go on sending, how long it may pause, and how much it may send; nginx has the same times.
const TOTAL: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_secs(5);
const BYTES: usize = 64 << 20;

/// Ends what we send. Where the client may still be sending, a task reads until it stops; meanwhile the connection counts as open.
pub fn close(mut stream: TcpStream, state: Arc<ConnectionState>) {
    // The client may be gone already.
    let _ = SockRef::from(&stream).shutdown(Shutdown::Write);
    let mut some = [0; 512];
    // One that has sent more than was read may go on, whatever the service knows.
    let is_sending =
        state.may_be_sending.load(Relaxed) || matches!(stream.try_read(&mut some), Ok(1..));
    if let Ok(runtime) = Handle::try_current()
        && is_sending
    {
        runtime.spawn(async move {
            // Late or not, it is closed then.
            let _ = timeout(TOTAL, discard(&mut stream)).await;
            drop(state);
        });
    }
}

async fn discard(stream: &mut TcpStream) {
    let mut buffer = vec![0; 64 * 1024];
    let mut bytes = 0;
    while bytes < BYTES
        && let Ok(Ok(read @ 1..)) = timeout(PAUSE, stream.read(&mut buffer)).await
    {
        bytes += read;
    }
}
