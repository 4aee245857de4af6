//! A plain web server: files by their path, nothing else.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

pub struct Server {
    /// Without a slash at the end.
    pub base: String,
    refused: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Serves the files of a folder until the process ends.
    pub fn start(folder: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let refused = Arc::new(Mutex::new(Vec::new()));
        let (folder, answers) = (folder.to_owned(), Arc::clone(&refused));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (folder, refused) = (folder.clone(), Arc::clone(&answers));
                // A browser that leaves early is no failure.
                std::thread::spawn(move || drop(answer(&stream, &folder, &refused)));
            }
        });
        Self { base, refused }
    }

    /// What was asked for and is not there.
    pub fn refused(&self) -> Vec<String> {
        self.refused.lock().unwrap().clone()
    }
}

fn answer(
    mut stream: &TcpStream,
    folder: &Path,
    refused: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut head = BufReader::new(stream).lines();
    let request = head.next().unwrap_or_else(|| Ok(String::new()))?;
    head.map_while(Result::ok).find(String::is_empty);
    let path = request.split(' ').nth(1).unwrap_or("/");
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let file: PathBuf = folder.join(path.trim_start_matches('/'));
    let kind = match file.extension().and_then(|end| end.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let (status, body) = match std::fs::read(&file) {
        Ok(body) => ("200 OK", body),
        Err(_) => {
            refused.lock().unwrap().push(path.to_owned());
            ("404 Not Found", Vec::new())
        }
    };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    )?;
    stream.write_all(&body)
}
