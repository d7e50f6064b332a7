//! A connection that sends requests and reads their answers, with little of its own.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Connection {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Connection { stream, buffer: Vec::new() }
    }

    /// Sends events, one or an array, until the server has room for them.
    pub(crate) async fn events(&mut self, body: &str) {
        loop {
            match self.ask("POST", "/api/v1/events", body).await {
                (200, answer) => {
                    assert!(answer.contains("\"rejected\":0"), "{answer}");
                    return;
                }
                (429 | 503, _) => tokio::task::yield_now().await,
                (status, answer) => panic!("{status}: {answer}"),
            }
        }
    }

    pub(crate) async fn ask(&mut self, method: &str, path: &str, body: &str) -> (u16, String) {
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n\r\n{body}"
        );
        self.stream.write_all(request.as_bytes()).await.unwrap();
        let head = loop {
            if let Some(end) = self.buffer.windows(4).position(|it| it == b"\r\n\r\n") {
                break end + 4;
            }
            self.read().await;
        };
        let text = std::str::from_utf8(&self.buffer[..head]).unwrap();
        let status = text[9..12].parse().unwrap();
        let field = text.lines().find_map(|line| line.strip_prefix("content-length: "));
        let whole = head + field.unwrap().trim().parse::<usize>().unwrap();
        while self.buffer.len() < whole {
            self.read().await;
        }
        let answer = String::from_utf8(self.buffer[head..whole].to_vec()).unwrap();
        self.buffer.drain(..whole);
        (status, answer)
    }

    async fn read(&mut self) {
        let read = self.stream.read_buf(&mut self.buffer).await.unwrap();
        assert!(read > 0, "the server closed the connection");
    }
}
