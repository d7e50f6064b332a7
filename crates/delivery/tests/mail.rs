//! Mails, and servers that take them or do not.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use common::net::Net;
use common::smtp::{Script, Told, serve};
use common::tls::Authority;
use common::{Bench, again, arrived, failed, mail, server, settings, with};
use journey_delivery::{Circuit, Job, QueueSettings, Roots, Settings};
use journey_vm::{MailMessage, Rendered};
use tokio::io::AsyncWriteExt;
use tokio_rustls::TlsAcceptor;

const PORT: &str = "93.184.216.50:587";

/// A server without TLS.
fn plain(net: &Net, script: Script) -> Arc<Mutex<Told>> {
    net.name("mail.example", &["93.184.216.50"]);
    let told = Arc::new(Mutex::new(Told::default()));
    let log = Arc::clone(&told);
    net.listen(PORT, move |stream| {
        tokio::spawn(serve(stream, script.clone(), Arc::clone(&log), true));
    });
    told
}

/// A server that can be asked for STARTTLS, or that is secured from the beginning.
fn secured(net: &Net, script: Script, acceptor: TlsAcceptor, implicit: bool) -> Arc<Mutex<Told>> {
    net.name("mail.example", &["93.184.216.50"]);
    let told = Arc::new(Mutex::new(Told::default()));
    let log = Arc::clone(&told);
    net.listen(PORT, move |stream| {
        let (script, log, acceptor) = (script.clone(), Arc::clone(&log), acceptor.clone());
        tokio::spawn(async move {
            let stream = match implicit {
                true => Some(stream),
                false => serve(stream, script.clone(), Arc::clone(&log), true).await,
            };
            let Some(stream) = stream else { return };
            let Ok(stream) = acceptor.accept(stream).await else { return };
            log.lock().unwrap().lines.push("(secured)".to_owned());
            serve(stream, script, log, implicit).await;
        });
    });
    told
}

fn bench(net: &Net) -> Bench {
    Bench::on(settings(), Box::new(net.clone()))
}

fn to_plain(number: u64) -> Job {
    mail(number, server("mail.example", 587, "none"))
}

fn changed(mut job: Job, change: impl Fn(&mut MailMessage)) -> Job {
    if let Rendered::Mail(message) = &mut job.payload {
        change(message);
    }
    job
}

/// Sessions, and mails.
fn counts(told: &Mutex<Told>) -> (usize, usize) {
    let told = told.lock().unwrap();
    (told.sessions, told.mails.len())
}

fn lines(told: &Mutex<Told>) -> Vec<String> {
    told.lock().unwrap().lines.clone()
}

#[tokio::test(start_paused = true)]
async fn a_mail_is_handed_in() {
    let net = Net::default();
    let told = plain(&net, Script::default());
    let mut bench = bench(&net);
    assert_eq!(arrived(bench.outcome(to_plain(1)).await), (Some(250), None));
    assert_eq!(
        lines(&told),
        ["EHLO [127.0.0.1]", "MAIL FROM:<hello@shop.example>", "RCPT TO:<ada@example.com>", "DATA",]
    );
    let mail = told.lock().unwrap().mails.remove(0);
    let id = format!("Message-ID: <{:032x}@shop.example>\n", 1);
    assert!(mail.contains(&id), "{mail}");
    assert!(mail.contains("Date: Wed, 21 Oct 2015 07:27:00 +0000\n"), "{mail}");
    assert!(mail.ends_with("\nGood to have you.\n"), "{mail}");
}

#[tokio::test(start_paused = true)]
async fn one_session_takes_many_mails_and_a_lost_one_is_replaced() {
    let net = Net::default();
    let told = plain(&net, Script::new(&[("NOOP", "421 too long idle")]));
    let mut first = bench(&net);
    for number in 0..3 {
        arrived(first.outcome(to_plain(number)).await);
    }
    // The server closed the session each time; nothing was lost by that.
    assert_eq!(counts(&told), (3, 3));

    let net = Net::default();
    let told = plain(&net, Script::default());
    let mut second = bench(&net);
    for number in 0..3 {
        arrived(second.outcome(to_plain(number)).await);
    }
    assert_eq!(counts(&told), (1, 3));
    // It rests for half a minute, then it is closed with a farewell.
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(lines(&told).last().unwrap(), "QUIT");
    arrived(second.outcome(to_plain(4)).await);
    assert_eq!(told.lock().unwrap().sessions, 2);
}

#[tokio::test(start_paused = true)]
async fn what_a_server_refuses_for_now_is_tried_again_and_for_good_fails() {
    for (told, reply, status, reason) in [
        ("MAIL", "451 4.7.1 try later", 451, "the sender (451 4.7.1)"),
        ("RCPT", "450 4.2.0 greylisted", 450, "the recipient (450 4.2.0)"),
        ("RCPT", "550 5.1.1 <ada@example.com>: unknown", 550, "the recipient (550 5.1.1)"),
        ("RCPT", "550 ada@example.com unknown", 550, "the recipient (550)"),
        ("DATA", "554 no", 554, "the mail (554)"),
        ("content", "452 4.3.1 full", 452, "the mail (452 4.3.1)"),
        ("content", "550-5.7.1 spam\r\n550 5.7.1 go away", 550, "the mail (550 5.7.1)"),
    ] {
        let net = Net::default();
        let log = plain(&net, Script::new(&[(told, reply)]));
        let mut bench = bench(&net);
        for number in 0..2 {
            let outcome = bench.outcome(to_plain(number)).await;
            let (shown, why) = if status < 500 { again(outcome) } else { failed(outcome) };
            let expected = format!("the mail server refused {reason}");
            assert_eq!((shown, why), (Some(status), expected), "{told} {reply}");
        }
        assert_eq!(log.lock().unwrap().sessions, 1, "the session goes on: {told} {reply}");
        assert_eq!(bench.status("crm").circuit, Circuit::Closed);
    }
}

#[tokio::test(start_paused = true)]
async fn what_keeps_a_session_from_beginning_is_put_right_while_mails_wait() {
    let login = |job| changed(job, |mail| mail.server.login = Some(("me".into(), "s3cret".into())));
    let auth = "250-mail.example\r\n250 AUTH PLAIN LOGIN";
    for (script, status, reason) in [
        (vec![("greeting", "554 go away")], Some(554), "the mail server takes no mail now (554)"),
        (vec![("EHLO", "421 busy")], Some(421), "the mail server takes no mail now (421)"),
        (
            vec![("EHLO", auth), ("AUTH", "535 5.7.8 wrong password s3cret for me")],
            Some(535),
            "the mail server cannot log in this user (535)",
        ),
        (vec![], None, "the mail server cannot log in this user"),
    ] {
        let net = Net::default();
        plain(&net, Script::new(&script));
        let mut bench = bench(&net);
        for number in 0..5 {
            let seen = again(bench.outcome(login(to_plain(number))).await);
            assert_eq!(seen, (status, reason.to_owned()));
        }
        assert_eq!(bench.status("crm").circuit, Circuit::Open);
    }
}

#[tokio::test(start_paused = true)]
async fn a_user_is_logged_in_and_has_sessions_of_its_own() {
    let net = Net::default();
    let script = Script::new(&[("EHLO", "250-x\r\n250 AUTH PLAIN"), ("AUTH", "235 welcome")]);
    let told = plain(&net, script);
    let mut bench = bench(&net);
    let login = |number, user: &str| {
        changed(to_plain(number), |mail| mail.server.login = Some((user.into(), "s3cret".into())))
    };
    for (number, user) in [(1, "me"), (2, "me"), (3, "you")] {
        arrived(bench.outcome(login(number, user)).await);
    }
    assert_eq!(told.lock().unwrap().sessions, 2);
    let encoded = data_encoding::BASE64.encode(b"\0me\0s3cret");
    assert!(lines(&told).contains(&format!("AUTH PLAIN {encoded}")));
}

#[tokio::test]
async fn a_session_is_secured_by_starttls_or_from_the_beginning() {
    let authority = Authority::new();
    for (tls, implicit) in [("starttls", false), ("implicit", true)] {
        let net = Net::default();
        let script = Script::new(&[
            ("EHLO", "250-x\r\n250-STARTTLS\r\n250 AUTH PLAIN"),
            ("STARTTLS", "220 go"),
            ("AUTH", "235 ok"),
        ]);
        let told = secured(&net, script, authority.acceptor("mail.example"), implicit);
        let roots = Roots { system: false, extra: vec![authority.pem.clone()] };
        let mail_name = Some("journeys.shop.example".to_owned());
        let mut bench =
            Bench::on(Settings { roots, mail_name, ..settings() }, Box::new(net.clone()));
        let job = changed(mail(1, server("mail.example", 587, tls)), |mail| {
            mail.server.login = Some(("me".into(), "s3cret".into()));
        });
        assert_eq!(arrived(bench.outcome(job).await).0, Some(250), "{tls}");
        let said = lines(&told);
        let behind = said.iter().position(|line| line == "(secured)").unwrap();
        let in_the_clear: &[&str] = match implicit {
            true => &[],
            false => &["EHLO journeys.shop.example", "STARTTLS"],
        };
        assert_eq!(said[..behind], *in_the_clear);
        assert_eq!(said[behind + 1], "EHLO journeys.shop.example");
        assert_eq!(told.lock().unwrap().mails.len(), 1);
    }
}

#[tokio::test]
async fn nothing_is_said_in_the_clear_where_it_is_to_be_secured() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let offers = ("EHLO", "250-x\r\n250 STARTTLS");
    for (script, acceptor, reason) in [
        (vec![], authority.acceptor("mail.example"), "the mail server offers no STARTTLS"),
        (
            vec![offers, ("STARTTLS", "454 not now")],
            authority.acceptor("mail.example"),
            "the mail server takes no mail now (454)",
        ),
        (
            vec![offers, ("STARTTLS", "220 go\r\n250 injected")],
            authority.acceptor("mail.example"),
            "the mail server does not speak SMTP as it should",
        ),
        (
            vec![offers, ("STARTTLS", "220 go")],
            stranger.acceptor("mail.example"),
            "no secure connection (TLS): the certificate is not from an authority that is trusted here",
        ),
        (
            vec![offers, ("STARTTLS", "220 go")],
            authority.acceptor("other.example"),
            "no secure connection (TLS): the certificate is for another name",
        ),
    ] {
        let net = Net::default();
        let told = secured(&net, Script::new(&script), acceptor, false);
        let roots = Roots { system: false, extra: vec![authority.pem.clone()] };
        let mut bench = Bench::on(Settings { roots, ..settings() }, Box::new(net.clone()));
        let job = mail(1, server("mail.example", 587, "starttls"));
        assert_eq!(again(bench.outcome(job).await).1, reason);
        let said = lines(&told);
        assert!(!said.iter().any(|line| line.starts_with("MAIL") || line.starts_with("AUTH")));
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_hangs_breaks_off_or_never_ends_its_reply_is_left() {
    let hang: fn(tokio::io::DuplexStream) = |stream| {
        tokio::spawn(async move {
            let _stream = stream;
            std::future::pending::<()>().await;
        });
    };
    let close: fn(tokio::io::DuplexStream) = drop;
    let endless: fn(tokio::io::DuplexStream) = |mut stream| {
        tokio::spawn(async move { while stream.write_all(&[b'2'; 4_096]).await.is_ok() {} });
    };
    let odd: fn(tokio::io::DuplexStream) = |mut stream| {
        tokio::spawn(async move {
            let _ = stream.write_all(b"SSH-2.0-OpenSSH_9\r\n").await;
            std::future::pending::<()>().await;
        });
    };
    for tls in ["none", "starttls"] {
        for (accept, reason) in [
            (hang, "no complete answer within the timeout"),
            (close, "the connection was closed before the answer was complete"),
            (endless, "the mail server does not speak SMTP as it should"),
            (odd, "the mail server does not speak SMTP as it should"),
        ] {
            let net = Net::default();
            net.name("mail.example", &["93.184.216.50"]);
            net.listen(PORT, accept);
            let job = with(mail(1, server("mail.example", 587, tls)), |it| it.timeout = 2_000);
            assert_eq!(again(bench(&net).outcome(job).await).1, reason, "{tls}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn addresses_beyond_ascii_need_a_server_that_takes_them() {
    let unicode = |number| changed(to_plain(number), |mail| mail.to = "jürgen@example.com".into());
    let net = Net::default();
    plain(&net, Script::default());
    let (_, reason) = failed(bench(&net).outcome(unicode(1)).await);
    assert_eq!(reason, "the mail server takes no address or header beyond ASCII");

    let net = Net::default();
    let told = plain(&net, Script::new(&[("EHLO", "250-x\r\n250-8BITMIME\r\n250 SMTPUTF8")]));
    arrived(bench(&net).outcome(unicode(1)).await);
    assert!(lines(&told).contains(&"RCPT TO:<jürgen@example.com>".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn no_value_ends_the_mail_or_says_a_command() {
    let net = Net::default();
    let told = plain(&net, Script::default());
    let mut bench = bench(&net);
    let text = "first\r\n.\r\nMAIL FROM:<eve@evil.example>\r\n.hidden";
    let job = changed(to_plain(1), |mail| {
        mail.text = Some(text.to_owned());
        mail.subject = "Hi\r\nBcc: eve@evil.example".to_owned();
    });
    arrived(bench.outcome(job).await);
    let told = told.lock().unwrap();
    assert_eq!((told.mails.len(), told.lines.len()), (1, 4), "{:?}", told.lines);
    let (head, body) = told.mails[0].split_once("\n\n").unwrap();
    assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
    // As it is on the wire, with dots at the beginning of lines doubled.
    assert_eq!(body, "first\n..\nMAIL FROM:<eve@evil.example>\n..hidden\n");
}

#[tokio::test(start_paused = true)]
async fn a_mail_that_cannot_be_written_fails_at_once() {
    type Change = fn(&mut MailMessage);
    let cases: [(Change, &str); 4] = [
        (
            |mail| mail.to = "ada@example.com, eve@evil.example".into(),
            "`to` is not one mail address",
        ),
        (|mail| mail.from = "nobody".into(), "`from` is not one mail address"),
        (|mail| mail.text = None, "the mail has neither text nor HTML"),
        (
            |mail| mail.server.tls = "ssl".into(),
            "the setting `tls` is neither `starttls`, `implicit` nor `none`",
        ),
    ];
    for (change, reason) in cases {
        let mut bench = Bench::on(
            Settings { default: QueueSettings::default(), ..settings() },
            Box::new(Net::default()),
        );
        assert_eq!(failed(bench.outcome(changed(to_plain(1), change)).await).1, reason);
    }
}
