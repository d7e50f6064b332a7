//! Many jobs from many threads to many receivers: each is reported once, and no receiver sees more at once
//! than it should, whatever breaks.

#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::http::{Answer, Receiver, status};
use common::net::Net;
use common::{Bench, again, arrived, in_queue, post, settings};
use journey_delivery::{BoxFuture, BreakerSettings, Network, Outcome, Settings, Stream};

const RECEIVERS: u64 = 4;
const JOBS: u64 = 1_000;

fn patient() -> Settings {
    let mut settings = settings();
    settings.default.at_once = 3;
    settings.default.waiting = usize::MAX;
    settings.default.breaker = BreakerSettings { failures: u32::MAX, ..BreakerSettings::default() };
    settings
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_job_is_reported_once_whichever_thread_submits_it() {
    let mut bench = Bench::new(patient());
    let mut receivers = Vec::new();
    for _ in 0..RECEIVERS {
        // Each fourth request fails, each seventh finds the connection closed.
        let receiver = Receiver::new(|number, _| match number {
            n if n % 4 == 0 => status(503),
            n if n % 7 == 0 => Answer::Close,
            _ => status(200),
        });
        receivers.push(receiver.await);
    }
    std::thread::scope(|scope| {
        for (queue, receiver) in (0..).zip(&receivers) {
            let deliverer = &bench.deliverer;
            scope.spawn(move || {
                for number in 0..JOBS {
                    let job = post(queue * JOBS + number, &receiver.url());
                    deliverer.submit(in_queue(&format!("q{queue}"), job)).unwrap();
                }
            });
        }
    });
    let mut reported: BTreeMap<u64, usize> = BTreeMap::new();
    let mut delivered = 0;
    for _ in 0..RECEIVERS * JOBS {
        let next = bench.next().await;
        *reported.entry(next.id).or_default() += 1;
        delivered += usize::from(matches!(next.outcome, Outcome::Delivered { .. }));
    }
    assert_eq!(reported.len() as u64, RECEIVERS * JOBS);
    assert!(reported.values().all(|times| *times == 1));
    let counted: u64 = bench.deliverer.status().iter().map(|queue| queue.delivered).sum();
    assert_eq!(counted, delivered as u64);
    for queue in bench.deliverer.status() {
        assert_eq!((queue.waiting, queue.running), (0, 0));
        assert_eq!(queue.delivered + queue.again + queue.failed, JOBS);
    }
}

#[tokio::test(start_paused = true)]
async fn a_receiver_never_sees_more_requests_at_once_than_its_queue_makes() {
    let net = Net::default();
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    net.name("crm.example", &["93.184.216.1"]);
    let (at_once, peak) = (Arc::clone(&now), Arc::clone(&most));
    net.listen("93.184.216.1:80", move |mut stream| {
        let (at_once, peak) = (Arc::clone(&at_once), Arc::clone(&peak));
        tokio::spawn(async move {
            use tokio::io::AsyncWriteExt;
            while common::http::read_request(&mut stream).await.is_some() {
                peak.fetch_max(at_once.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                at_once.fetch_sub(1, Ordering::SeqCst);
                let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
                if stream.write_all(answer).await.is_err() {
                    return;
                }
            }
        });
    });
    let mut bench = Bench::on(patient(), Box::new(net.clone()));
    (0..300).for_each(|number| bench.submit(post(number, "http://crm.example/")));
    for _ in 0..300 {
        arrived(bench.next().await.outcome);
    }
    assert_eq!(most.load(Ordering::SeqCst), 3);
    assert_eq!(net.connected().len(), 3, "connections are used again");
}

/// A network with an error in it.
struct Broken;

impl Network for Broken {
    fn lookup<'a>(&'a self, host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        match host {
            "crash.example" => panic!("an error in this program"),
            _ => Box::pin(async { Ok(vec![IpAddr::from([93, 184, 216, 1])]) }),
        }
    }

    fn connect(&self, _: SocketAddr) -> BoxFuture<'_, io::Result<Box<dyn Stream>>> {
        Box::pin(async { Err(io::ErrorKind::ConnectionRefused.into()) })
    }
}

#[tokio::test]
async fn an_error_of_this_program_ends_one_attempt_and_nothing_else() {
    let mut bench = Bench::on(settings(), Box::new(Broken));
    for number in 0..40 {
        let url = if number % 2 == 0 { "http://crash.example/" } else { "http://crm.example/" };
        let queue = format!("q{}", number % 20);
        let (_, reason) = again(bench.outcome(in_queue(&queue, post(number, url))).await);
        match number % 2 {
            0 => assert!(reason.contains("an error of this program"), "{reason}"),
            _ => assert_eq!(reason, "the receiver refuses connections"),
        }
    }
    assert!(bench.deliverer.status().iter().all(|queue| queue.running == 0));
}
