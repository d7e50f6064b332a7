//! Journeys that call many hosts: what is kept of them is bounded, and none is in another's way.

mod common;

use std::time::Duration;

use common::http::{Answer, status};
use common::net::Net;
use common::{Bench, again, arrived, in_queue, limited, post, settings};
use journey_delivery::{BreakerSettings, Circuit, Job, Settings};

const SECOND: Duration = Duration::from_secs(1);

fn to(name: &str, number: u64) -> Job {
    in_queue(name, post(number, &format!("http://{name}.example/")))
}

/// A host of a customer, where a receiver is that is well.
fn well(net: &Net, number: u64) -> Job {
    let name = format!("customer-{number}");
    // The first receiver of the network.
    net.name(&format!("{name}.example"), &["93.184.216.1"]);
    to(&name, number)
}

fn bench(net: &Net, change: impl FnOnce(&mut Settings)) -> Bench {
    let mut settings = settings();
    change(&mut settings);
    Bench::on(settings, Box::new(net.clone()))
}

fn queues(bench: &Bench) -> usize {
    bench.deliverer.status().len()
}

#[tokio::test(start_paused = true)]
async fn receivers_that_got_what_they_should_are_forgotten() {
    let net = Net::default();
    net.receiver("well", |_, _| status(200));
    let mut bench = bench(&net, |_| {});
    for number in 0..500 {
        assert_eq!(arrived(bench.outcome(well(&net, number)).await).0, Some(200));
        assert!(queues(&bench) <= 64, "{}", queues(&bench));
    }
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_fails_is_left_alone_whoever_else_is_called() {
    let net = Net::default();
    net.receiver("well", |_, _| status(200));
    net.receiver("crm", |_, _| status(500));
    let breaker = BreakerSettings { failures: 2, pause: 10 * SECOND, longest: 60 * SECOND };
    let mut bench = bench(&net, |settings| settings.default.breaker = breaker);
    for number in 0..2 {
        again(bench.outcome(to("crm", number)).await);
    }
    for number in 10..300 {
        arrived(bench.outcome(well(&net, number)).await);
    }
    assert_eq!(bench.status("crm").circuit, Circuit::Open);
    // When nobody has wanted to call it for as long as it would be left alone at most, that is old news.
    tokio::time::sleep(61 * SECOND).await;
    for number in 300..400 {
        arrived(bench.outcome(well(&net, number)).await);
    }
    assert!(bench.deliverer.status().iter().all(|status| status.queue != "crm"));
}

#[tokio::test(start_paused = true)]
async fn a_limit_is_kept_whoever_else_is_called() {
    let net = Net::default();
    net.receiver("well", |_, _| status(200));
    net.receiver("crm", |_, _| status(200));
    let mut bench = bench(&net, |_| {});
    arrived(bench.outcome(limited(to("crm", 1), 1, 60_000)).await);
    for number in 10..200 {
        arrived(bench.outcome(well(&net, number)).await);
    }
    bench.submit(limited(to("crm", 2), 1, 60_000));
    assert!(bench.is_quiet(50 * SECOND).await, "what left within the minute is not forgotten");
    arrived(bench.next().await.outcome);
}

#[tokio::test(start_paused = true)]
async fn receivers_that_hang_or_are_gone_keep_nobody_from_being_called() {
    let net = Net::default();
    net.receiver("well", |_, _| status(200));
    net.receiver("gone", |_, _| status(410));
    net.receiver("slow", |_, _| Answer::Hang);
    let mut bench = bench(&net, |_| {});
    for number in 0..200 {
        let name = format!("gone-{number}");
        net.name(&format!("{name}.example"), &["93.184.216.2"]);
        bench.outcome(to(&name, number)).await;
        bench.submit(to(&name, 1_000 + number));
    }
    for number in 0..200 {
        let name = format!("slow-{number}");
        net.name(&format!("{name}.example"), &["93.184.216.3"]);
        bench.submit(to(&name, 2_000 + number));
    }
    assert_eq!(arrived(bench.outcome(well(&net, 3_000)).await).0, Some(200));
}

#[tokio::test(start_paused = true)]
async fn jobs_that_wait_are_bounded_in_all_queues_together_and_each_gets_its_share() {
    let net = Net::default();
    let bench = bench(&net, |settings| settings.most_waiting = 40);
    let taken = |name: &str| {
        (0..100).take_while(|number| bench.deliverer.submit(to(name, *number)).is_ok()).count()
    };
    // Before any of them could begin.
    assert_eq!((taken("a"), taken("b"), taken("c")), (40, 16, 16));
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_is_gone_stays_so_when_its_queue_was_forgotten() {
    let net = Net::default();
    net.receiver("well", |_, _| status(200));
    net.receiver("crm", |number, _| status(if number == 0 { 410 } else { 200 }));
    let mut bench = bench(&net, |_| {});
    bench.outcome(to("crm", 0)).await;
    assert_eq!(*bench.reporter.gone.lock().unwrap(), ["crm"]);
    for number in 10..200 {
        arrived(bench.outcome(well(&net, number)).await);
    }
    assert!(bench.deliverer.status().iter().all(|status| status.queue != "crm"), "forgotten");
    bench.submit(to("crm", 1));
    assert!(bench.is_quiet(3_600 * SECOND).await);
    assert_eq!(bench.status("crm").circuit, Circuit::Disabled);
    bench.reporter.gone.lock().unwrap().clear();
    assert!(bench.deliverer.enable("crm"));
    assert_eq!(arrived(bench.next().await.outcome).0, Some(200));
}
