//! When jobs leave: bulkheads, limits, breakers, rests, room. On a network in memory, with tokio's
//! clock paused, so that minutes pass at once and to the millisecond.

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use common::http::{Answer, response, status};
use common::net::Net;
use common::{Bench, again, arrived, failed, in_queue, job, limited, post, settings, with};
use journey_delivery::{BreakerSettings, Circuit, Job, Outcome, QueueSettings, Refusal, Settings};
use journey_vm::Rendered;
use tokio::time::Instant;

const SECOND: Duration = Duration::from_secs(1);

fn with_queue(change: impl FnOnce(&mut QueueSettings)) -> Settings {
    let mut settings = settings();
    change(&mut settings.default);
    settings
}

fn bench(net: &Net, settings: Settings) -> Bench {
    Bench::on(settings, Box::new(net.clone()))
}

fn to(name: &str, number: u64) -> Job {
    in_queue(name, post(number, &format!("http://{name}.example/")))
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_hangs_delays_nobody_else_and_holds_no_more_than_its_share() {
    let net = Net::default();
    let hanging = net.receiver("hanging", |_, _| Answer::Hang);
    net.receiver("well", |_, _| status(200));
    let mut bench = bench(&net, with_queue(|queue| queue.at_once = 4));
    let begun = Instant::now();
    (0..100).for_each(|number| bench.submit(to("hanging", number)));
    (1_000..1_200).for_each(|number| bench.submit(to("well", number)));
    for _ in 0..200 {
        let reported = bench.next().await;
        assert!(reported.id >= 1_000);
        assert_eq!(arrived(reported.outcome).0, Some(200));
    }
    assert_eq!(begun.elapsed(), Duration::ZERO, "not a moment was lost");
    assert_eq!(hanging.lock().unwrap().connections, 4);
    let status = bench.status("hanging");
    assert_eq!((status.running, status.waiting), (4, 96));
}

#[tokio::test(start_paused = true)]
async fn no_stretch_of_time_sees_more_messages_than_their_limit_and_others_pass_by() {
    let net = Net::default();
    net.receiver("crm", |_, _| status(200));
    let mut bench = bench(&net, settings());
    let begun = Instant::now();
    (0..10).for_each(|number| bench.submit(limited(to("crm", number), 3, 1_000)));
    (10..20).for_each(|number| bench.submit(to("crm", number)));
    let mut departures = Vec::new();
    for _ in 0..20 {
        let reported = bench.next().await;
        let at = (reported.at - begun).as_millis();
        match reported.id < 10 {
            true => departures.push(at),
            false => assert_eq!(at, 0, "it has no limit"),
        }
    }
    let expected = [0, 0, 0, 1_000, 1_000, 1_000, 2_000, 2_000, 2_000, 3_000];
    // tokio's timers are exact to a millisecond.
    assert!(departures.iter().zip(expected).all(|(at, due)| (due..due + 9).contains(at)));
}

#[tokio::test(start_paused = true)]
async fn messages_with_one_limit_leave_in_the_order_they_came() {
    let net = Net::default();
    net.receiver("crm", |_, _| status(200));
    let mut bench = bench(&net, with_queue(|queue| queue.at_once = 1));
    (0..50).for_each(|number| bench.submit(limited(to("crm", number), 20, 1_000)));
    for number in 0..50 {
        assert_eq!(bench.next().await.id, number);
    }
}

#[tokio::test(start_paused = true)]
async fn after_failures_in_a_row_jobs_wait_until_a_probe_is_answered() {
    let net = Net::default();
    let well = Arc::new(AtomicBool::new(false));
    let is_well = Arc::clone(&well);
    let seen = net.receiver("crm", move |_, _| {
        status(if is_well.load(Ordering::Relaxed) { 200 } else { 503 })
    });
    let breaker = BreakerSettings { failures: 3, pause: 10 * SECOND, longest: 40 * SECOND };
    let mut bench = bench(
        &net,
        with_queue(|queue| {
            queue.at_once = 1;
            queue.breaker = breaker;
        }),
    );
    let begun = Instant::now();
    (0..10).for_each(|number| bench.submit(to("crm", number)));
    // Three open it; then one probe after 10 s, one 20 s later, one 40 s later, one 40 s later.
    let mut failures = Vec::new();
    for _ in 0..7 {
        let reported = bench.next().await;
        failures.push((reported.at - begun).as_secs());
        assert_eq!(again(reported.outcome).0, Some(503));
    }
    assert_eq!(failures, [0, 0, 0, 10, 30, 70, 110]);
    assert_eq!(bench.status("crm").circuit, Circuit::Open);
    assert_eq!(bench.status("crm").waiting, 3, "they wait, they do not fail");

    well.store(true, Ordering::Relaxed);
    for _ in 0..3 {
        let reported = bench.next().await;
        assert_eq!((reported.at - begun).as_secs(), 150);
        assert_eq!(arrived(reported.outcome).0, Some(200));
    }
    assert_eq!(bench.status("crm").circuit, Circuit::Closed);
    assert_eq!(seen.lock().unwrap().requests.len(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_breaker_lets_one_probe_through_at_a_time() {
    let net = Net::default();
    let seen = net.receiver("crm", |number, _| match number {
        0 => status(500),
        _ => Answer::Hang,
    });
    let breaker = BreakerSettings { failures: 1, pause: SECOND, longest: SECOND };
    let mut bench = bench(&net, with_queue(|queue| queue.breaker = breaker));
    bench.submit(to("crm", 0));
    again(bench.next().await.outcome);
    (1..10).for_each(|number| bench.submit(to("crm", number)));
    tokio::time::sleep(3 * SECOND).await;
    assert_eq!(bench.status("crm").circuit, Circuit::Probing);
    assert_eq!(seen.lock().unwrap().requests.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn refusals_of_messages_do_not_open_a_breaker() {
    let net = Net::default();
    net.receiver("crm", |_, _| status(422));
    let mut bench = bench(&net, settings());
    for number in 0..30 {
        assert_eq!(failed(bench.outcome(to("crm", number)).await).0, Some(422));
    }
    assert_eq!(bench.status("crm").circuit, Circuit::Closed);
}

#[tokio::test(start_paused = true)]
async fn an_operator_can_have_a_receiver_called_at_once() {
    let net = Net::default();
    net.receiver("crm", |number, _| status(if number == 0 { 500 } else { 200 }));
    let breaker = BreakerSettings { failures: 1, pause: 60 * SECOND, longest: 60 * SECOND };
    let mut bench = bench(&net, with_queue(|queue| queue.breaker = breaker));
    again(bench.outcome(to("crm", 0)).await);
    bench.submit(to("crm", 1));
    let begun = Instant::now();
    assert!(bench.deliverer.enable("crm"));
    assert_eq!(arrived(bench.next().await.outcome).0, Some(200));
    assert_eq!(begun.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn when_a_receiver_asks_all_callers_to_wait_its_whole_queue_rests() {
    let net = Net::default();
    net.receiver("crm", |number, _| match number {
        0 => response(429, "Retry-After: 20\r\n", ""),
        1 => response(503, "Retry-After: 7200\r\n", ""),
        _ => status(200),
    });
    let mut bench = bench(&net, with_queue(|queue| queue.at_once = 1));
    let begun = Instant::now();
    (0..3).for_each(|number| bench.submit(to("crm", number)));
    let mut seen = Vec::new();
    for _ in 0..3 {
        let reported = bench.next().await;
        let asked = match reported.outcome {
            Outcome::Again { after, .. } => after.as_secs(),
            _ => 0,
        };
        seen.push(((reported.at - begun).as_secs(), asked));
    }
    // The message waits as long as it was asked to, up to an hour; the others a minute at most.
    assert_eq!(seen, [(0, 20), (20, 3_600), (80, 0)]);
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_refuses_jobs_and_says_when_there_is_room() {
    let net = Net::default();
    let open = Arc::new(AtomicBool::new(false));
    let is_open = Arc::clone(&open);
    net.receiver("crm", move |_, _| match is_open.load(Ordering::Relaxed) {
        true => status(200),
        false => Answer::Hang,
    });
    let mut bench = bench(
        &net,
        with_queue(|queue| {
            queue.at_once = 1;
            queue.waiting = 8;
        }),
    );
    bench.submit(to("crm", 0));
    tokio::time::sleep(SECOND).await;
    (1..9).for_each(|number| bench.submit(to("crm", number)));
    let refused = bench.deliverer.submit(to("crm", 9)).unwrap_err();
    assert_eq!((refused.why, refused.job.id.number), (Refusal::Full, 9));
    assert_eq!(refused.to_string(), "the queue is full");
    open.store(true, Ordering::Relaxed);
    assert_eq!(bench.room().await, "crm");
    assert!(bench.status("crm").waiting <= 4);
    bench.submit(*refused.job);
    while bench.next().await.id != 9 {}
}

#[tokio::test(start_paused = true)]
async fn what_is_no_longer_wanted_does_not_leave() {
    let net = Net::default();
    let seen = net.receiver("crm", |_, _| status(200));
    let mut bench = bench(&net, settings());
    bench.reporter.unwanted.lock().unwrap().push(1);
    (0..3).for_each(|number| bench.submit(to("crm", number)));
    let mut ids = [bench.next().await.id, bench.next().await.id];
    ids.sort_unstable();
    assert_eq!(ids, [0, 2]);
    assert!(bench.is_quiet(SECOND).await);
    assert_eq!(seen.lock().unwrap().requests.len(), 2);
    assert_eq!(bench.status("crm").running, 0);
}

#[tokio::test(start_paused = true)]
async fn a_message_may_take_no_longer_than_its_timeout_wherever_it_hangs() {
    let net = Net::default();
    net.receiver("crm", |_, _| Answer::Hang);
    // A receiver that takes the connection and then never says a word of TLS.
    net.name("silent.example", &["93.184.216.99"]);
    net.listen("93.184.216.99:443", |stream| {
        tokio::spawn(async move {
            let _stream = stream;
            std::future::pending::<()>().await;
        });
    });
    let mut bench = bench(&net, settings());
    for (url, timeout, expected) in [
        ("http://crm.example/", 700, "no complete answer within the timeout"),
        ("https://silent.example/", 700, "no complete answer within the timeout"),
        ("https://silent.example/", 60_000, "no connection to the receiver in time"),
    ] {
        let begun = Instant::now();
        let job = with(post(1, url), |delivery| delivery.timeout = timeout);
        let (_, reason) = again(bench.outcome(job).await);
        assert_eq!(reason, expected);
        let most = Duration::from_millis(timeout as u64).min(10 * SECOND);
        assert!(begun.elapsed() < most + Duration::from_millis(5), "{:?}", begun.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_receiver_took_arrived_even_if_its_answer_has_no_end() {
    let net = Net::default();
    net.receiver("crm", |_, _| {
        Answer::Stall("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{".to_owned())
    });
    let mut bench = bench(&net, settings());
    // Its timeout is over before anyone gives up on the body.
    let job = with(to("crm", 1), |delivery| delivery.timeout = 20);
    assert_eq!(arrived(bench.outcome(job).await).0, Some(200));
}

#[tokio::test(start_paused = true)]
async fn lines_go_to_the_sink_in_order_and_a_sink_that_fails_is_tried_again() {
    let mut bench = bench(&Net::default(), settings());
    let line = |number| job(number, Rendered::Line(format!("{{\"n\":{number}}}")));
    for number in 0..3 {
        assert_eq!(arrived(bench.outcome(line(number)).await), (None, None));
    }
    let lines = bench.lines.0.lock().unwrap().clone();
    assert_eq!(lines[1], format!("crm {:032x} {{\"n\":1}}", 1));
    *bench.lines.1.lock().unwrap() = Some(std::io::ErrorKind::StorageFull);
    let (_, reason) = again(bench.outcome(line(3)).await);
    assert_eq!(reason, "the line could not be written: no storage space");
}

#[tokio::test(start_paused = true)]
async fn a_stop_waits_for_what_is_under_way_and_reports_nothing_of_what_waited() {
    let net = Net::default();
    net.receiver("slow", |_, _| Answer::Drip("HTTP/1.1 200 X\r\nContent-Length: 0\r\n\r\n".into()));
    net.receiver("hanging", |_, _| Answer::Hang);
    let mut bench = bench(&net, with_queue(|queue| queue.at_once = 1));
    for number in 0..3 {
        bench.submit(to("slow", number));
        bench.submit(to("hanging", 10 + number));
    }
    tokio::time::sleep(SECOND).await;
    let begun = Instant::now();
    bench.deliverer.stop(3 * SECOND).await;
    assert_eq!(begun.elapsed().as_secs(), 3);
    let reported = bench.next().await;
    assert_eq!((reported.id, arrived(reported.outcome).0), (0, Some(200)));
    assert!(bench.is_quiet(60 * SECOND).await, "what was not done is not reported");
    let refused = bench.deliverer.submit(to("slow", 99)).unwrap_err();
    assert_eq!(refused.why, Refusal::Stopped);
}
