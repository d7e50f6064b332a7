//! Where messages arrive: when which did.

use std::net::SocketAddr;
use std::time::SystemTime;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    arrivals: UnboundedReceiver<(usize, SystemTime)>,
}

impl Receiver {
    pub(crate) async fn start() -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, arrivals) = unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, tell.clone()));
            }
        });
        Receiver { address, arrivals }
    }

    /// The next message's number, and when it came.
    pub(crate) async fn next(&mut self) -> (usize, SystemTime) {
        self.arrivals.recv().await.unwrap()
    }
}

/// Takes `{"n":…}` again and again.
async fn serve(mut stream: TcpStream, tell: UnboundedSender<(usize, SystemTime)>) {
    let _ = stream.set_nodelay(true);
    let mut buffer = Vec::new();
    loop {
        while let Some(end) = buffer.iter().position(|it| *it == b'}') {
            let text = String::from_utf8_lossy(&buffer[..end]).into_owned();
            let number = text.rsplit("\"n\":").next().unwrap().trim().parse().unwrap();
            let _ = tell.send((number, SystemTime::now()));
            buffer.drain(..=end);
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
            if stream.write_all(answer).await.is_err() {
                return;
            }
        }
        if !matches!(stream.read_buf(&mut buffer).await, Ok(1..)) {
            return;
        }
    }
}
