//! Journeys that call any number of hosts: what is kept of them is bounded.

mod common;

use std::time::Duration;

use common::http::{Answer, status};
use common::net::Net;
use common::{Bench, again, arrived, in_queue, limited, post, settings};
use journey_delivery::{BreakerSettings, Circuit, Job, Refusal, Settings};

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
async fn hosts_that_do_not_exist_take_no_more_room_than_there_is() {
    let net = Net::default();
    let mut bench = bench(&net, |settings| settings.most_queues = 100);
    for number in 0..1_000 {
        again(bench.outcome(to(&format!("made-up-{number}"), number)).await);
        assert!(queues(&bench) <= 100, "{}", queues(&bench));
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
async fn where_all_are_busy_others_are_refused_until_one_is_not() {
    let net = Net::default();
    for name in ["a", "b"] {
        net.receiver(name, |_, _| Answer::Hang);
    }
    net.receiver("c", |_, _| status(200));
    let mut bench = bench(&net, |settings| settings.most_queues = 2);
    bench.submit(to("a", 1));
    bench.submit(to("b", 2));
    let refused = bench.deliverer.submit(to("c", 3)).unwrap_err();
    assert_eq!((refused.why, refused.job.id.number), (Refusal::Crowded, 3));
    assert_eq!(refused.to_string(), "there are too many receivers at once");
    again(bench.next().await.outcome);
    again(bench.next().await.outcome);
    assert_eq!(arrived(bench.outcome(*refused.job).await).0, Some(200));
}

#[tokio::test(start_paused = true)]
async fn a_limit_is_kept_also_where_there_is_no_room() {
    let net = Net::default();
    for name in ["crm", "other"] {
        net.receiver(name, |_, _| status(200));
    }
    let mut bench = bench(&net, |settings| settings.most_queues = 1);
    arrived(bench.outcome(limited(to("crm", 1), 1, 60_000)).await);
    let refused = bench.deliverer.submit(to("other", 2)).unwrap_err();
    assert_eq!(refused.why, Refusal::Crowded, "what left within the minute is not forgotten");
    tokio::time::sleep(61 * SECOND).await;
    arrived(bench.outcome(*refused.job).await);
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
