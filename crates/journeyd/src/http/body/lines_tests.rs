use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use bytes::Bytes;
use http_body::Frame;
use tokio::sync::mpsc;

use super::super::{Budget, Intake, guard};
use super::{BodyLines, LINES, PIECE};
use crate::config::{Limits, Size};
use crate::http::problem::ProblemKind;

/// A body whose frames are made when they are asked for, and how many were.
struct Made<F> {
    make: F,
    count: Arc<AtomicUsize>,
}

impl<F: FnMut(usize) -> Option<io::Result<Bytes>> + Unpin> http_body::Body for Made<F> {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let number = self.count.fetch_add(1, Ordering::SeqCst);
        Poll::Ready((self.make)(number).map(|frame| frame.map(Frame::data)))
    }
}

/// A body whose frames come when the test sends them.
struct Fed(mpsc::Receiver<Bytes>);

impl http_body::Body for Fed {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.0.poll_recv(cx).map(|frame| frame.map(|data| Ok(Frame::data(data))))
    }
}

fn of(body: Body, longest: usize) -> BodyLines {
    BodyLines::of(Request::new(body), longest)
}

/// A body that comes in these frames and then ends, or breaks off.
fn frames(frames: &[&'static str], breaks: bool) -> Body {
    let mut frames: Vec<io::Result<Bytes>> =
        frames.iter().map(|frame| Ok(Bytes::from_static(frame.as_bytes()))).collect();
    if breaks {
        frames.push(Err(io::ErrorKind::UnexpectedEof.into()));
    }
    frames.reverse();
    let make = move |_| frames.pop();
    Body::new(Made { make, count: Arc::default() })
}

/// All lines, and why they broke off.
async fn all(mut lines: BodyLines) -> (String, Option<ProblemKind>) {
    let mut text = String::new();
    loop {
        match lines.next().await {
            Ok(Some(piece)) => text.push_str(std::str::from_utf8(&piece).unwrap()),
            Ok(None) => return (text, None),
            Err(problem) => return (text, Some(problem.kind())),
        }
    }
}

#[tokio::test]
async fn lines_are_whole_wherever_frames_are_cut() {
    let text = "one\n\ntwo\r\nthree";
    for size in 1..text.len() {
        let cut: Vec<&str> =
            text.as_bytes().chunks(size).map(|it| std::str::from_utf8(it).unwrap()).collect();
        assert_eq!(all(of(frames(&cut, false), 9)).await, (text.to_owned(), None), "{size}");
    }
    assert_eq!(all(of(frames(&[], false), 9)).await, (String::new(), None));
}

#[tokio::test]
async fn the_line_that_a_body_breaks_off_in_is_no_line() {
    let broken = all(of(frames(&["{\"a\":1}\n{\"b\"", ":2}"], true), 99)).await;
    assert_eq!(broken, ("{\"a\":1}\n".to_owned(), Some(ProblemKind::BadRequest)));
    let broken = all(of(frames(&["{}"], true), 99)).await;
    assert_eq!(broken, (String::new(), Some(ProblemKind::BadRequest)));
}

#[tokio::test]
async fn of_a_line_that_is_too_long_one_byte_more_is_kept() {
    let (text, broken) = all(of(frames(&["123456", "789\nshort\n12345", "6789"], false), 5)).await;
    assert_eq!((text.as_str(), broken), ("123456\nshort\n123456", None));
}

/// Reads a body of `count` frames; says how long the longest piece was, of how many lines, and by how many bytes
/// the reader was ahead of what it had handed out.
async fn sizes(frame: &'static [u8], count: usize) -> (usize, usize, usize) {
    let made = Arc::new(AtomicUsize::new(0));
    let make = move |number| (number < count).then(|| Ok(Bytes::from_static(frame)));
    let mut lines = of(Body::new(Made { make, count: Arc::clone(&made) }), 1 << 20);
    let (mut longest, mut most, mut ahead, mut seen) = (0, 0, 0, 0);
    while let Some(piece) = lines.next().await.unwrap() {
        seen += piece.len();
        longest = longest.max(piece.len());
        most = most.max(piece.iter().filter(|byte| **byte == b'\n').count());
        let came = made.load(Ordering::SeqCst).min(count) * frame.len();
        ahead = ahead.max(came - seen);
    }
    assert_eq!(seen, frame.len() * count, "all of it was handed out");
    (longest, most, ahead)
}

#[tokio::test]
async fn however_long_a_body_is_little_of_it_is_held() {
    // A hundred MiB of usual lines, and a million of empty ones.
    let usual: &[u8] =
        Box::leak(format!("{}\n", "x".repeat(1_023)).repeat(64).into_boxed_str()).as_bytes();
    let (longest, _, ahead) = sizes(usual, 1_600).await;
    assert!(longest <= PIECE + 1_024, "{longest}");
    assert!(ahead <= usual.len(), "{ahead} bytes were read before they were wanted");
    let (longest, most, ahead) = sizes(&[b'\n'; 10_000], 100).await;
    assert!(most <= LINES && longest <= LINES, "{most} lines, {longest} bytes");
    assert!(ahead <= 10_000, "{ahead} bytes were read before they were wanted");
}

#[tokio::test(start_paused = true)]
async fn lines_that_are_there_do_not_wait_for_those_that_may_come() {
    let (send, receive) = mpsc::channel(9);
    let mut lines = of(Body::new(Fed(receive)), 99);
    send.send(Bytes::from_static(b"one\ntw")).await.unwrap();
    assert_eq!(lines.next().await.unwrap().unwrap(), "one\n");
    send.send(Bytes::from_static(b"o\n")).await.unwrap();
    assert_eq!(lines.next().await.unwrap().unwrap(), "two\n");
    drop(send);
    assert_eq!(lines.next().await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn what_the_server_takes_for_the_lines_is_no_time_the_body_takes() {
    let (send, receive) = mpsc::channel(9);
    let limits = Limits::default();
    let request = Request::new(Body::new(Fed(receive)));
    let (request, _) = guard(request, &limits, Size(u64::MAX), &Budget::new(Size::mib(1))).unwrap();
    let mut lines = BodyLines::of(request, 99);
    for _ in 0..10 {
        send.send(Bytes::from_static(b"x\n")).await.unwrap();
        assert_eq!(lines.next().await.unwrap().unwrap(), "x\n");
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
    let begun = tokio::time::Instant::now();
    assert_eq!(lines.next().await.unwrap_err().kind(), ProblemKind::RequestTimeout);
    assert_eq!(begun.elapsed().as_secs(), limits.body_idle_time.0.as_secs());
}

#[tokio::test]
async fn memory_is_taken_for_what_is_held_and_not_for_what_came_by() {
    let budget = Budget::new(Size::mib(1));
    let frame: &[u8] =
        Box::leak(format!("{}\n", "x".repeat(63)).repeat(512).into_boxed_str()).as_bytes();
    let make = move |number| (number < 1_000).then(|| Ok(Bytes::from_static(frame)));
    let body = Body::new(Made { make, count: Arc::default() });
    let mut request = Request::new(body);
    request.extensions_mut().insert(Intake::new(budget));
    let (text, broken) = all(BodyLines::of(request, 99)).await;
    assert_eq!((text.len(), broken), (frame.len() * 1_000, None));
}
