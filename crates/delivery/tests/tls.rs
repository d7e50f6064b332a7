//! Requests over TLS: whose certificates are trusted.

mod common;

use std::sync::{Arc, Mutex};

use common::http::{Behave, Seen, serve, status};
use common::net::Net;
use common::tls::Authority;
use common::{Bench, again, arrived, post, settings};
use journey_delivery::{Deliverer, Parts, Roots, RootsError, Settings, StartError};
use tokio_rustls::TlsAcceptor;

fn secure(net: &Net, acceptor: TlsAcceptor) {
    net.name("crm.example", &["93.184.216.7"]);
    net.listen("93.184.216.7:443", move |stream| {
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            let Ok(stream) = acceptor.accept(stream).await else { return };
            let behave: Behave = Arc::new(|_, _| status(200));
            serve(stream, behave, Arc::new(Mutex::new(Seen::default()))).await;
        });
    });
}

fn trusting(authority: &Authority) -> Settings {
    let roots = Roots { system: false, extra: vec![authority.pem.clone()] };
    Settings { roots, ..settings() }
}

#[tokio::test]
async fn a_receiver_with_a_certificate_of_a_trusted_authority_is_called() {
    let (net, authority) = (Net::default(), Authority::new());
    secure(&net, authority.acceptor("crm.example"));
    let mut bench = Bench::on(trusting(&authority), Box::new(net));
    for number in 0..3 {
        let outcome = bench.outcome(post(number, "https://crm.example/in")).await;
        assert_eq!(arrived(outcome).0, Some(200));
    }
}

#[tokio::test]
async fn other_certificates_are_refused_with_what_is_wrong() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    for (acceptor, wrong) in [
        (
            stranger.acceptor("crm.example"),
            "the certificate is not from an authority that is trusted here",
        ),
        (authority.acceptor("other.example"), "the certificate is for another name"),
        (
            authority.expired_acceptor("crm.example"),
            "the certificate has expired, or is not valid yet",
        ),
    ] {
        let net = Net::default();
        secure(&net, acceptor);
        let mut bench = Bench::on(trusting(&authority), Box::new(net));
        let (_, reason) = again(bench.outcome(post(1, "https://crm.example/in")).await);
        assert_eq!(reason, format!("no secure connection (TLS): {wrong}"));
    }
}

#[tokio::test]
async fn a_receiver_that_does_not_speak_tls_is_no_secure_connection() {
    let net = Net::default();
    net.name("crm.example", &["93.184.216.7"]);
    net.listen("93.184.216.7:443", |stream| {
        tokio::spawn(async move {
            let behave: Behave = Arc::new(|_, _| status(200));
            use tokio::io::AsyncWriteExt;
            let mut stream = stream;
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
            serve(stream, behave, Arc::new(Mutex::new(Seen::default()))).await;
        });
    });
    let mut bench = Bench::on(trusting(&Authority::new()), Box::new(net));
    let (_, reason) = again(bench.outcome(post(1, "https://crm.example/in")).await);
    let expected = "no secure connection (TLS): the receiver does not speak TLS as it should";
    assert_eq!(reason, expected);
}

#[tokio::test]
async fn what_is_no_certificate_is_said_at_the_start() {
    let good = Authority::new().pem;
    for bad in ["", "not a certificate", "-----BEGIN CERTIFICATE-----\n!!!\n"] {
        let roots = Roots { system: false, extra: vec![good.clone(), bad.to_owned()] };
        let bench = Bench::new(settings());
        let parts = Parts {
            clock: bench.clock.clone(),
            seed: 1,
            network: Box::new(Net::default()),
            sink: bench.lines.clone(),
            report: bench.reporter.clone(),
        };
        let error = Deliverer::start(Settings { roots, ..settings() }, parts).unwrap_err();
        assert_eq!(error, StartError::Roots(RootsError::Pem(2)));
        assert!(error.to_string().contains("certificate authority 2"), "{error}");
    }
}
