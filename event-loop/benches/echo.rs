//! Round trips over a loopback socket: how many, in two hundreds; with `tokio`, on plain tokio.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

fn main() -> anyhow::Result<()> {
    let count = std::env::args().filter_map(|arg| arg.parse().ok()).next();
    let count = count.unwrap_or(1) * 200;
    let rate = if std::env::args().any(|arg| arg == "tokio") {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_all().build()?.block_on(echo(count))?
    } else {
        let rate = Rc::new(Cell::new(0.0));
        let result = Rc::clone(&rate);
        let main = async move {
            result.set(echo(count).await?);
            Ok::<_, std::io::Error>(())
        };
        event_loop::run(main).into_result()?;
        rate.get()
    };
    println!("round trips {rate:.0}");
    Ok(())
}

async fn echo(count: u32) -> std::io::Result<f64> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server = async {
        let (mut stream, _) = listener.accept().await?;
        let mut chunk = [0; 64];
        loop {
            let read = stream.read(&mut chunk).await?;
            if read == 0 {
                return Ok(());
            }
            stream.write_all(&chunk[..read]).await?;
        }
    };
    let client = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let mut chunk = [0; 64];
        let began = Instant::now();
        for _ in 0..count {
            stream.write_all(&[b'x'; 64]).await?;
            stream.read_exact(&mut chunk).await?;
        }
        Ok::<_, std::io::Error>(f64::from(count) / began.elapsed().as_secs_f64())
    };
    let (served, rate) = futures::join!(server, client);
    served.and(rate)
}
