//! One thread, many operations in flight: a web request and a database query at the same time,
//! over real sockets.
//!
//! The sockets are tokio's, unchanged; they are awaited on the loop.

use std::io;
use std::rc::Rc;

use event_loop::{Error, Exit, Promise, println, run, spawn};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Barrier;

// Neither answers before both were asked: if the first blocked the thread, no answer would come.
async fn serve(answer: &'static str, both: Rc<Barrier>) -> io::Result<u16> {
    let server = TcpListener::bind("127.0.0.1:0").await?;
    let port = server.local_addr()?.port();
    spawn(async move {
        let (mut socket, _) = server.accept().await?;
        let question_bytes = socket.read(&mut [0; 64]).await?;
        assert!(question_bytes > 0);
        both.wait().await;
        socket.write_all(answer.as_bytes()).await
    });
    Ok(port)
}

async fn ask(port: u16, question: &str) -> io::Result<String> {
    println!("sent: {question}");
    let mut socket = TcpStream::connect(("127.0.0.1", port)).await?;
    socket.write_all(question.as_bytes()).await?;
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await?;
    Ok(answer)
}

pub(crate) fn main() -> Exit {
    run(async {
        let both = Rc::new(Barrier::new(2));
        let web = serve("42 users online", Rc::clone(&both)).await?;
        let database = serve("alice", both).await?;
        let requests = [
            spawn(ask(web, "GET /users")),
            spawn(ask(database, "SELECT name")),
        ];
        let answers = Promise::all(requests);
        println!("both are under way, and the thread is free");
        println!("answers: {}", answers.await?.join(", "));
        Ok::<_, Error>(())
    })
}
