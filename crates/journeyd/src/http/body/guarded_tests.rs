use std::io::Write;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use tokio::sync::mpsc;

use super::super::{Budget, Encoding, Intake, Pace, read_all};
use super::Guarded;
use crate::config::Size;
use crate::http::problem::ProblemKind;

/// A body whose frames come when the test sends them.
struct Fed(mpsc::Receiver<Bytes>);

impl http_body::Body for Fed {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
        self.0.poll_recv(cx).map(|next| next.map(|data| Ok(http_body::Frame::data(data))))
    }
}

fn guarded(inner: Body, encoding: Option<Encoding>, most: Size, all: Size) -> (Body, Intake) {
    let intake = Intake::new(Budget::new(all));
    let pace = Pace::new(Duration::from_secs(10), Size(100));
    (Body::new(Guarded::new(inner, encoding, most, pace, intake.clone())), intake)
}

async fn read(inner: Body, encoding: Option<Encoding>, most: Size) -> Result<Bytes, ProblemKind> {
    let (body, intake) = guarded(inner, encoding, most, Size::mib(64));
    read_all(body, Some(&intake)).await.map_err(|problem| problem.kind())
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn what_is_compressed_is_read_inflated() {
    let text = b"a customer's journey ".repeat(5_000);
    let most = Size(text.len() as u64);
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
    zlib.write_all(&text).unwrap();
    let deflated = zlib.finish().unwrap();
    let whole = |bytes: Vec<u8>, encoding| read(Body::from(bytes), Some(encoding), most);
    assert_eq!(whole(gzip(&text), Encoding::Gzip).await.unwrap(), text);
    assert_eq!(whole(deflated, Encoding::Deflate).await.unwrap(), text);
    assert_eq!(whole(Vec::new(), Encoding::Gzip).await.unwrap(), "");
    let twice = [gzip(b"one "), gzip(b"two")].concat();
    assert_eq!(whole(twice, Encoding::Gzip).await.unwrap(), "one two");
}

#[tokio::test]
async fn what_is_not_what_it_says_is_refused() {
    let cut = gzip(&b"cut short".repeat(100));
    let cut = cut[..cut.len() - 5].to_vec();
    let mut damaged = gzip(b"damaged");
    *damaged.last_mut().unwrap() ^= 1;
    for bytes in [b"plain text".to_vec(), cut, damaged] {
        let read = read(Body::from(bytes), Some(Encoding::Gzip), Size::mib(1)).await;
        assert_eq!(read.unwrap_err(), ProblemKind::CorruptBody);
    }
}

#[tokio::test]
async fn a_bomb_is_refused_by_what_it_inflates_to() {
    let bomb = gzip(&vec![0; 32 << 20]);
    assert!(bomb.len() < 64 << 10, "small on the wire: {}", bomb.len());
    let read = read(Body::from(bomb), Some(Encoding::Gzip), Size::mib(1)).await;
    assert_eq!(read.unwrap_err(), ProblemKind::BodyTooLarge);
}

#[tokio::test]
async fn a_body_may_be_as_large_as_allowed_and_no_larger() {
    assert!(read(Body::from(vec![0; 1024]), None, Size::kib(1)).await.is_ok());
    let read = read(Body::from(vec![0; 1025]), None, Size::kib(1)).await;
    assert_eq!(read.unwrap_err(), ProblemKind::BodyTooLarge);
}

#[tokio::test]
async fn bodies_share_what_memory_there_is_and_give_it_back() {
    let all = Budget::new(Size::kib(8));
    let body = || Body::from(vec![0; 6 << 10]);
    let first = Intake::new(all.clone());
    assert!(read_all(body(), Some(&first)).await.is_ok());
    let second = Intake::new(all.clone());
    let refused = read_all(body(), Some(&second)).await.unwrap_err();
    assert_eq!(refused.kind(), ProblemKind::Overloaded);
    drop((first, second));
    assert!(read_all(body(), Some(&Intake::new(all))).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_body_that_stands_still_is_given_up() {
    let (send, receive) = mpsc::channel(1);
    send.send(Bytes::from_static(b"{")).await.unwrap();
    let begun = tokio::time::Instant::now();
    let read = read(Body::new(Fed(receive)), None, Size::kib(1)).await;
    assert_eq!(read.unwrap_err(), ProblemKind::RequestTimeout);
    assert_eq!(begun.elapsed().as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_drips_is_given_up_and_one_that_flows_is_not() {
    for (bytes, lasts) in [(1, false), (1_000, true)] {
        let (send, receive) = mpsc::channel(1);
        tokio::spawn(async move {
            for _ in 0..20 {
                tokio::time::sleep(Duration::from_secs(5)).await;
                if send.send(Bytes::from(vec![b' '; bytes])).await.is_err() {
                    return;
                }
            }
        });
        let read = read(Body::new(Fed(receive)), None, Size::kib(64)).await;
        assert_eq!(read.is_ok(), lasts, "{bytes} bytes every 5 seconds");
    }
}
