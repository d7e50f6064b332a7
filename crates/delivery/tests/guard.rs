//! Which addresses are connected to, whatever a URL or a name says.

mod common;

use common::http::{Receiver, status};
use common::net::Net;
use common::{Bench, again, arrived, failed, mail, post, server, settings};
use journey_delivery::{Guard, Settings, SystemNetwork};

const DENIED: &str =
    "the receiver's address is not public: add it to the addresses that are allowed";

fn strict() -> Settings {
    Settings { guard: Guard::default(), ..settings() }
}

#[tokio::test]
async fn addresses_inside_are_not_called_however_they_are_written() {
    let inside = Receiver::new(|_, _| status(200)).await;
    let port = inside.port;
    let mut bench = Bench::on(strict(), Box::new(SystemNetwork));
    for host in [
        "127.0.0.1",
        "127.0.0.2",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "0",
        "0.0.0.0",
        "localhost",
        "LOCALHOST",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:7f00:0001]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "me:secret@127.0.0.1",
        "example.com@127.0.0.1",
        "１２７.0.0.1",
    ] {
        for scheme in ["http", "https"] {
            let outcome = bench.outcome(post(1, &format!("{scheme}://{host}:{port}/"))).await;
            assert_eq!(failed(outcome), (None, DENIED.to_owned()), "{scheme}://{host}");
        }
    }
    assert_eq!(inside.connections(), 0);
}

#[tokio::test]
async fn networks_inside_are_not_called() {
    let net = Net::default();
    let mut bench = Bench::on(strict(), Box::new(net.clone()));
    for host in [
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[ff02::1]",
        "[2002:a00:1::]",
    ] {
        let (_, reason) = failed(bench.outcome(post(1, &format!("http://{host}/"))).await);
        assert_eq!(reason, DENIED, "{host}");
    }
    assert_eq!(net.connected(), [""; 0]);
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_called() {
    let net = Net::default();
    net.name("inside.example", &["10.0.0.5", "::ffff:192.168.0.1", "fd00::1"]);
    let mut bench = Bench::on(strict(), Box::new(net.clone()));
    let (_, reason) = failed(bench.outcome(post(1, "http://inside.example/")).await);
    assert_eq!(reason, DENIED);
    assert_eq!(net.connected(), [""; 0]);
    // Of several addresses, those that are public are.
    net.receiver("mixed", |_, _| status(200));
    net.name("mixed.example", &["127.0.0.1", "93.184.216.1"]);
    assert_eq!(arrived(bench.outcome(post(1, "http://mixed.example/")).await).0, Some(200));
    assert_eq!(net.connected(), ["93.184.216.1:80"]);
}

#[tokio::test]
async fn a_name_that_changes_its_address_after_it_was_looked_at_gains_nothing() {
    let net = Net::default();
    let outside = net.receiver("rebinding", |_, _| status(500));
    net.listen("127.0.0.1:80", |_| panic!("nobody may come here"));
    net.name_changing("rebinding.example", &[&["93.184.216.1"], &["127.0.0.1"]]);
    let mut bench = Bench::on(strict(), Box::new(net.clone()));
    again(bench.outcome(post(1, "http://rebinding.example/")).await);
    assert_eq!(net.looked_up().len(), 1, "it is looked up once, and connected to what was found");
    assert_eq!(net.connected(), ["93.184.216.1:80"]);
    // The connection is kept; when it is gone, the name is looked up anew, and refused.
    let mut bench = Bench::on(strict(), Box::new(net.clone()));
    assert_eq!(failed(bench.outcome(post(2, "http://rebinding.example/")).await).1, DENIED);
    assert_eq!(outside.lock().unwrap().connections, 1);
}

#[tokio::test]
async fn what_the_configuration_allows_is_called() {
    let inside = Receiver::new(|_, _| status(200)).await;
    for allowed in ["127.0.0.1", "127.0.0.0/8"] {
        let guard = Guard::allowing(&[allowed]).unwrap();
        let mut bench = Bench::new(Settings { guard, ..settings() });
        assert_eq!(arrived(bench.outcome(post(1, &inside.url())).await).0, Some(200));
        let mapped = format!("http://[::ffff:127.0.0.1]:{}/", inside.port);
        assert_eq!(arrived(bench.outcome(post(1, &mapped)).await).0, Some(200));
    }
    let net = Net::default();
    net.receiver("crm", |_, _| status(200));
    net.name("crm.internal", &["10.1.2.3"]);
    net.name("other.internal", &["10.1.2.3"]);
    let guard = Guard::allowing(&["crm.internal"]).unwrap();
    let mut bench = Bench::on(Settings { guard, ..settings() }, Box::new(net.clone()));
    // It is called, at the address it has; that nobody is there is another matter.
    let (_, reason) = again(bench.outcome(post(1, "http://crm.internal/")).await);
    assert_eq!(reason, "the receiver refuses connections");
    assert_eq!(net.connected(), ["10.1.2.3:80"]);
    assert_eq!(failed(bench.outcome(post(1, "http://other.internal/")).await).1, DENIED);
}

#[tokio::test]
async fn mail_servers_inside_are_not_called_either() {
    let inside = Receiver::new(|_, _| status(200)).await;
    let mut bench = Bench::on(strict(), Box::new(SystemNetwork));
    for host in ["127.0.0.1", "localhost", "127.1", "0x7f.1", "::1", "[::1]", "::ffff:127.0.0.1"] {
        for tls in ["starttls", "implicit", "none"] {
            let outcome = bench.outcome(mail(1, server(host, inside.port, tls))).await;
            assert_eq!(failed(outcome).1, DENIED, "{host} {tls}");
        }
    }
    assert_eq!(inside.connections(), 0);
}

#[tokio::test]
async fn a_name_without_an_address_is_tried_again() {
    let mut bench = Bench::on(strict(), Box::new(Net::default()));
    let (_, reason) = again(bench.outcome(post(1, "http://nowhere.example/")).await);
    assert_eq!(reason, "the receiver's name has no address");
}

#[tokio::test]
async fn what_is_no_web_address_fails_at_once_and_is_not_shown() {
    let mut bench = Bench::on(strict(), Box::new(Net::default()));
    for url in ["file:///etc/passwd", "gopher://s3cret/", "s3cret", "http://[s3cret]/"] {
        let (_, reason) = failed(bench.outcome(post(1, url)).await);
        assert_eq!(reason, "the URL cannot be called");
    }
}
