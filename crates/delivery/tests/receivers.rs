//! What becomes of requests to receivers that behave, and to those that do not. On real sockets.

mod common;

use std::time::{Duration, Instant};

use common::http::{Answer, Receiver, closed_port, resetting, response, status};
use common::{Bench, RETRY, again, arrived, failed, post, settings, with};
use journey_delivery::{Circuit, Job, Outcome};

async fn one(answer: Answer) -> (Receiver, Bench) {
    let receiver = Receiver::new(move |_, _| answer.clone()).await;
    (receiver, Bench::new(settings()))
}

fn impatient(job: Job) -> Job {
    with(job, |delivery| delivery.timeout = 300)
}

fn wanting(job: Job) -> Job {
    Job { answer: true, ..job }
}

#[tokio::test]
async fn a_request_arrives_as_it_was_rendered_with_its_key() {
    let (receiver, mut bench) = one(response(202, "", "ignored")).await;
    let outcome = bench.outcome(post(1, &receiver.url())).await;
    assert_eq!(arrived(outcome), (Some(202), None));
    let request = receiver.requests().remove(0);
    assert_eq!(request.line, "POST /in HTTP/1.1");
    assert_eq!(request.body, b"{\"hello\":1}");
    assert_eq!(request.headers["content-type"], "application/json");
    assert_eq!(request.headers["idempotency-key"], format!("{:032x}", 1));
    assert!(request.headers["user-agent"].starts_with("journeyd/"));
    assert!(!request.headers.contains_key("webhook-signature"), "it has no secret to sign with");
}

#[tokio::test]
async fn an_answer_that_is_wanted_comes_back() {
    let (receiver, mut bench) = one(response(200, "", "{\"score\":7}")).await;
    let outcome = bench.outcome(wanting(post(1, &receiver.url()))).await;
    assert_eq!(arrived(outcome), (Some(200), Some(b"{\"score\":7}".to_vec())));
    let (receiver, mut bench) = one(status(204)).await;
    let outcome = bench.outcome(wanting(post(1, &receiver.url()))).await;
    assert_eq!(arrived(outcome), (Some(204), Some(Vec::new())));
}

#[tokio::test]
async fn overload_and_errors_of_the_receiver_are_tried_again_and_refusals_are_not() {
    let statuses = [500, 502, 503, 504, 429, 408, 425, 400, 401, 403, 404, 422];
    let receiver = Receiver::new(move |number, _| status(statuses[number])).await;
    let mut bench = Bench::new(settings());
    for status in statuses {
        // Each in a queue of its own: this is not about the breaker.
        let mut job = post(1, &receiver.url());
        job.queue = status.to_string();
        let outcome = bench.outcome(job).await;
        let (shown, reason) = match status {
            408 | 425 | 429 | 500.. => again(outcome),
            _ => failed(outcome),
        };
        assert_eq!(shown, Some(status));
        assert!(reason.starts_with(&status.to_string()), "{reason}");
    }
}

#[tokio::test]
async fn a_redirect_is_a_failure_and_is_not_followed() {
    let elsewhere = Receiver::new(|_, _| status(200)).await;
    for status in [301, 302, 303, 307, 308] {
        let location = format!("Location: {}\r\n", elsewhere.url());
        let (receiver, mut bench) = one(response(status, &location, "")).await;
        let (shown, reason) = failed(bench.outcome(post(1, &receiver.url())).await);
        assert_eq!(shown, Some(status));
        assert!(reason.contains("redirects are not followed"), "{reason}");
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn a_receiver_that_hangs_is_left_after_the_timeout() {
    let (receiver, mut bench) = one(Answer::Hang).await;
    let begun = Instant::now();
    let (status, reason) = again(bench.outcome(impatient(post(1, &receiver.url()))).await);
    assert_eq!((status, reason.as_str()), (None, "no complete answer within the timeout"));
    assert!(begun.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn an_answer_that_drips_is_left_after_the_timeout() {
    let drip = Answer::Drip(format!("HTTP/1.1 200 OK\r\nX: {}\r\n", "y".repeat(1_000)));
    let (receiver, mut bench) = one(drip).await;
    let (_, reason) = again(bench.outcome(impatient(post(1, &receiver.url()))).await);
    assert_eq!(reason, "no complete answer within the timeout");

    let stall = Answer::Stall("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{".to_owned());
    let (receiver, mut bench) = one(stall.clone()).await;
    let (_, reason) = again(bench.outcome(wanting(impatient(post(1, &receiver.url())))).await);
    assert_eq!(reason, "no complete answer within the timeout");

    // Where the body is not wanted, its receiver took the message.
    let (receiver, mut bench) = one(stall).await;
    assert_eq!(arrived(bench.outcome(post(1, &receiver.url())).await), (Some(200), None));
}

#[tokio::test]
async fn connections_that_are_refused_reset_or_closed_are_tried_again() {
    let mut bench = Bench::new(settings());
    let url = |port: u16| format!("http://127.0.0.1:{port}/");
    let (_, reason) = again(bench.outcome(post(1, &url(closed_port().await))).await);
    assert_eq!(reason, "the receiver refuses connections");
    let (_, reason) = again(bench.outcome(post(1, &url(resetting().await))).await);
    assert_eq!(reason, "the connection was closed before the answer was complete");
    let (receiver, mut bench) = one(Answer::Close).await;
    let (_, reason) = again(bench.outcome(post(1, &receiver.url())).await);
    assert_eq!(reason, "the connection was closed before the answer was complete");
    let half = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"half\":".to_owned();
    let (receiver, mut bench) = one(Answer::SayAndClose(half)).await;
    let (_, reason) = again(bench.outcome(wanting(post(1, &receiver.url()))).await);
    assert_eq!(reason, "the connection was closed before the answer was complete");
}

#[tokio::test]
async fn a_body_without_end_is_cut() {
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000)).into_bytes();
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_owned();
    let (receiver, mut bench) = one(Answer::Endless(head, chunk)).await;
    let outcome = bench.outcome(post(1, &receiver.url())).await;
    assert_eq!(arrived(outcome), (Some(200), None), "the receiver took the message");
    let (_, reason) = failed(bench.outcome(wanting(post(2, &receiver.url()))).await);
    assert_eq!(reason, "the answer is longer than 65536 bytes");
    // What is in flight in the sockets' buffers is all that was read in vain.
    assert!(receiver.seen.lock().unwrap().bytes_sent < 64 << 20);
}

#[tokio::test]
async fn an_answer_of_just_the_longest_length_is_read() {
    for (length, fits) in [(65_536, true), (65_537, false)] {
        let (receiver, mut bench) = one(response(200, "", &"x".repeat(length))).await;
        let outcome = bench.outcome(wanting(post(1, &receiver.url()))).await;
        match fits {
            true => assert_eq!(arrived(outcome).1.unwrap().len(), length),
            false => assert!(failed(outcome).1.contains("longer than")),
        }
    }
}

#[tokio::test]
async fn a_head_without_end_and_what_is_not_http_are_tried_again() {
    let more = format!("X-More: {}\r\n", "y".repeat(1_000)).into_bytes();
    let (receiver, mut bench) = one(Answer::Endless("HTTP/1.1 200 OK\r\n".to_owned(), more)).await;
    let (_, reason) = again(bench.outcome(post(1, &receiver.url())).await);
    assert_eq!(reason, "what was answered is not HTTP, or its head is too long");
    let (receiver, mut bench) = one(Answer::SayAndClose("SSH-2.0-OpenSSH\r\n".to_owned())).await;
    let (_, reason) = again(bench.outcome(post(1, &receiver.url())).await);
    assert_eq!(reason, "what was answered is not HTTP, or its head is too long");
}

#[tokio::test]
async fn pauses_lie_between_the_first_and_the_longest_and_the_last_attempt_fails() {
    let (receiver, mut bench) = one(status(400 + 25)).await;
    for attempt in 1..=RETRY.times + 1 {
        let job = Job { attempt, ..post(1, &receiver.url()) };
        match bench.outcome(job).await {
            Outcome::Again { after, .. } => {
                assert!(attempt <= RETRY.times);
                let ceiling = Duration::from_millis(1_000 << attempt);
                assert!(after >= Duration::from_secs(1) && after <= ceiling, "{after:?}");
            }
            outcome => {
                assert_eq!(attempt, RETRY.times + 1);
                assert_eq!(failed(outcome).0, Some(425));
            }
        }
    }
}

#[tokio::test]
async fn retry_after_lengthens_a_pause_up_to_a_cap() {
    for (asked, expected) in [
        ("120", Some(120)),
        ("Wed, 21 Oct 2015 07:32:00 GMT", Some(240)),
        ("999999", Some(3_600)),
        ("0", None),
        ("Wed, 21 Oct 2015 07:00:00 GMT", None),
        ("soon", None),
    ] {
        let headers = format!("Retry-After: {asked}\r\n");
        let (receiver, mut bench) = one(response(503, &headers, "")).await;
        let Outcome::Again { after, .. } = bench.outcome(post(1, &receiver.url())).await else {
            panic!("{asked}: not tried again")
        };
        match expected {
            Some(seconds) => assert_eq!(after, Duration::from_secs(seconds), "{asked}"),
            // The pause is drawn as if nothing had been asked.
            None => assert!(after <= Duration::from_secs(2), "{asked}: {after:?}"),
        }
    }
}

#[tokio::test]
async fn a_receiver_that_is_gone_fails_the_message_and_is_left_alone_until_enabled() {
    let receiver = Receiver::new(|number, _| status(if number == 0 { 410 } else { 200 })).await;
    let mut bench = Bench::new(settings());
    let (shown, reason) = failed(bench.outcome(post(1, &receiver.url())).await);
    assert_eq!(shown, Some(410));
    assert!(reason.starts_with("410 Gone"), "{reason}");
    assert_eq!(bench.status("crm").circuit, Circuit::Disabled);

    bench.submit(post(2, &receiver.url()));
    assert!(bench.is_quiet(Duration::from_millis(100)).await);
    assert_eq!((bench.status("crm").waiting, receiver.requests().len()), (1, 1));

    assert!(bench.deliverer.enable("crm"));
    assert!(!bench.deliverer.enable("unknown"));
    let reported = bench.next().await;
    assert_eq!((reported.id, arrived(reported.outcome).0), (2, Some(200)));
}

#[tokio::test]
async fn a_connection_serves_many_requests() {
    let (receiver, mut bench) = one(response(500, "", "an explanation of some length")).await;
    for number in 0..4 {
        again(bench.outcome(post(number, &receiver.url())).await);
    }
    assert_eq!((receiver.requests().len(), receiver.connections()), (4, 1));
}

#[tokio::test]
async fn a_connection_that_the_receiver_closed_meanwhile_is_no_failure() {
    let closing = Answer::SayAndClose("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_owned());
    let (receiver, mut bench) = one(closing).await;
    for number in 0..5 {
        assert_eq!(arrived(bench.outcome(post(number, &receiver.url())).await).0, Some(200));
    }
    assert_eq!(receiver.connections(), 5);
}
