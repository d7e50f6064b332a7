//! A receiver of HTTP requests, of which each test says how it behaves.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;

/// A request as it came in.
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub line: String,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

/// What a receiver does with a request.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Says this, and keeps the connection.
    Say(String),
    /// Says this, and closes the connection.
    SayAndClose(String),
    /// Says nothing, and keeps the connection.
    Hang,
    /// Says this, and then nothing.
    Stall(String),
    /// Says this, then the same again, until nobody listens.
    Endless(String, Vec<u8>),
    /// Says this byte by byte.
    Drip(String),
    /// Closes the connection.
    Close,
}

/// A response with a status, further headers and a body.
pub fn response(status: u16, headers: &str, body: &str) -> Answer {
    let length = body.len();
    Answer::Say(format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n{headers}\r\n{body}"))
}

pub fn status(status: u16) -> Answer {
    response(status, "", "")
}

/// What a receiver has seen.
#[derive(Debug, Default)]
pub struct Seen {
    pub requests: Vec<Request>,
    pub connections: usize,
    pub bytes_sent: usize,
}

pub type Behave = Arc<dyn Fn(usize, &Request) -> Answer + Send + Sync>;

/// A receiver on loopback.
pub struct Receiver {
    pub port: u16,
    pub seen: Arc<Mutex<Seen>>,
}

impl Receiver {
    /// `behave` gets the number of the request, from 0, and the request.
    pub async fn new(
        behave: impl Fn(usize, &Request) -> Answer + Send + Sync + 'static,
    ) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (seen, behave): (_, Behave) = (Arc::new(Mutex::new(Seen::default())), Arc::new(behave));
        let (log, behave) = (Arc::clone(&seen), behave);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                log.lock().unwrap().connections += 1;
                tokio::spawn(serve(stream, Arc::clone(&behave), Arc::clone(&log)));
            }
        });
        Receiver { port, seen }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/in", self.port)
    }

    pub fn requests(&self) -> Vec<Request> {
        self.seen.lock().unwrap().requests.clone()
    }

    pub fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }
}

/// A receiver that resets each connection as soon as it has a request.
pub async fn resetting() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 16]).await;
            // Unread bytes make the system send a reset.
            drop(stream);
        }
    });
    port
}

/// A port on loopback that nobody listens on.
pub async fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}

/// Answers the requests of one connection.
pub async fn serve<S>(mut stream: S, behave: Behave, seen: Arc<Mutex<Seen>>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    while let Some(request) = read_request(&mut stream).await {
        let number = {
            let mut seen = seen.lock().unwrap();
            seen.requests.push(request.clone());
            seen.requests.len() - 1
        };
        let on = answer(&mut stream, behave(number, &request), &seen).await;
        if !on {
            return;
        }
    }
}

async fn answer<S>(stream: &mut S, answer: Answer, seen: &Mutex<Seen>) -> bool
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    match answer {
        Answer::Say(text) => stream.write_all(text.as_bytes()).await.is_ok(),
        Answer::SayAndClose(text) => {
            let _ = stream.write_all(text.as_bytes()).await;
            let _ = stream.shutdown().await;
            false
        }
        Answer::Close => false,
        Answer::Hang => until_closed(stream).await,
        Answer::Stall(text) => {
            stream.write_all(text.as_bytes()).await.is_ok() && until_closed(stream).await
        }
        Answer::Endless(head, more) => {
            let mut piece = head.into_bytes();
            while stream.write_all(&piece).await.is_ok() {
                seen.lock().unwrap().bytes_sent += piece.len();
                piece.clone_from(&more);
            }
            false
        }
        Answer::Drip(text) => {
            for byte in text.bytes() {
                if stream.write_all(&[byte]).await.is_err() {
                    return false;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            true
        }
    }
}

/// Waits until the other side closes the connection.
async fn until_closed<S: AsyncRead + Unpin>(stream: &mut S) -> bool {
    while let Ok(1..) = stream.read(&mut [0; 1024]).await {}
    false
}

/// The next request of a connection.
pub async fn read_request<S: AsyncRead + Unpin>(stream: &mut S) -> Option<Request> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    let mut lines = head.trim_end().split("\r\n");
    let line = lines.next()?.to_owned();
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Request { line, headers, body })
}
