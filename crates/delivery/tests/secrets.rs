//! No secret and no personal data in anything that is shown: logs, reasons, statuses, `Debug`.
//!
//! Every message here holds canaries wherever a message can hold something, every receiver repeats what it
//! was told wherever a receiver can say something, and things go wrong in every way there is. Then all that was
//! written is searched for canaries.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::io::Write;
use std::sync::{Arc, Mutex};

use common::http::{Answer, Request, response};
use common::net::Net;
use common::smtp::{Script, Told, serve};
use common::tls::Authority;
use common::{Bench, delivery, job, mail, server, settings};
use journey_bytecode::Method;
use journey_delivery::{
    Guard, Job, Network, QueueSettings, Refusal, Settings, SigningSecret, SigningSecretError,
};
use journey_vm::{HttpMessage, Rendered};
use tracing_subscriber::fmt::MakeWriter;

/// Stands in every secret and in all personal data; `canary` alone is searched for, without regard to case.
const CANARY: &str = "canary";

fn signing_secret() -> String {
    format!("whsec_{}", data_encoding::BASE64.encode(b"canary canary canary canary"))
}

/// All that was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Log;

    fn make_writer(&'a self) -> Log {
        self.clone()
    }
}

fn http(number: u64, url: &str) -> Job {
    let headers =
        [("Authorization", "Bearer canary"), ("X-Token", "canary"), ("X-Bad", "canary\u{1}")];
    // The last header is one that cannot be sent; half of the messages have it.
    let count = if number.is_multiple_of(2) { 2 } else { 3 };
    let headers = headers[..count].iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
    let message = HttpMessage {
        method: Method::Post,
        url: url.to_owned(),
        headers: headers.collect(),
        body: Some("{\"name\":\"canary\"}".to_owned()),
        delivery: delivery(),
    };
    Job { answer: number.is_multiple_of(3), ..job(number, Rendered::Http(message)) }
}

fn letter(number: u64, port: u16, tls: &str, to: &str) -> Job {
    let mut job = mail(number, server("mail.example", port, tls));
    if let Rendered::Mail(message) = &mut job.payload {
        message.server.login = Some(("canary".to_owned(), "canary".to_owned()));
        message.from = "Canary <canary@canary.example>".to_owned();
        message.to = to.to_owned();
        message.subject = CANARY.to_owned();
        message.text = Some(CANARY.to_owned());
        message.html = Some(CANARY.to_owned());
    }
    job
}

/// What a receiver says that repeats all it was told, wherever it can.
fn echo(number: usize, request: &Request) -> Answer {
    let said = format!("canary {} {:?}", request.line, request.headers);
    let said = said.replace(['\r', '\n'], " ");
    let more = format!("Location: http://canary.example/canary\r\nX-Said: {said}\r\n");
    match number % 9 {
        0 => Answer::Close,
        1 => Answer::SayAndClose(format!("canary {said}\r\n\r\n")),
        2 => Answer::Say(format!("HTTP/1.1 503 canary {said}\r\nContent-Length: 0\r\n\r\n")),
        3 => Answer::SayAndClose(format!(
            "HTTP/1.1 200 canary\r\nContent-Length: 99999\r\n\r\n{said}"
        )),
        4 => {
            Answer::SayAndClose(format!("HTTP/1.1 200 canary\r\nContent-Length: 999\r\n\r\n{said}"))
        }
        5 => response(302, &more, &said),
        6 => response(410, &more, &said),
        7 => response(400, &more, &said),
        _ => response(200, &more, &said),
    }
}

fn world() -> Net {
    let net = Net::default();
    net.receiver("echo", echo);
    net.name("mail.example", &["93.184.216.50"]);
    net.name("canary.example", &["127.0.0.1"]);
    let offers = "250-canary\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN";
    let good = [("EHLO", offers), ("AUTH", "235 canary"), ("STARTTLS", "220 canary")];
    let scripts = [
        Script::new(&[("greeting", "554 canary canary@example.com")]),
        Script::new(&[("EHLO", "canary canary")]),
        Script::new(&[("EHLO", offers), ("AUTH", "535 5.7.8 wrong: canary canary")]),
        Script::new(&[("EHLO", offers), ("AUTH", "334 Y2FuYXJ5")]),
        Script::new(&[good.as_slice(), &[("MAIL", "550 canary@canary.example")]].concat()),
        Script::new(&[good.as_slice(), &[("RCPT", "450 canary.1.1 canary")]].concat()),
        Script::new(&[good.as_slice(), &[("content", "554 5.7.1 canary")]].concat()),
        Script::new(&good),
    ];
    for (port, script) in (1..).zip(scripts) {
        net.listen(&format!("93.184.216.50:{port}"), move |stream| {
            let told = Arc::new(Mutex::new(Told::default()));
            tokio::spawn(serve(stream, script.clone(), told, true));
        });
    }
    let acceptor = Authority::new().acceptor("canary.example");
    for address in ["93.184.216.1:443", "93.184.216.50:99"] {
        let acceptor = acceptor.clone();
        net.listen(address, move |stream| {
            let accept = acceptor.accept(stream);
            tokio::spawn(async move { drop(accept.await) });
        });
    }
    net
}

fn jobs() -> Vec<Job> {
    let urls = [
        "http://echo.example/canary?canary=canary",
        "http://canary:canary@echo.example/canary",
        "https://echo.example/canary",
        "http://canary.example/canary",
        "http://canary.invalid/canary",
        "http://127.0.0.1/canary",
        "canary://canary",
        "http://[canary]/",
    ];
    let mut jobs: Vec<Job> = urls.iter().flat_map(|url| (0..18).map(|n| http(n, url))).collect();
    for port in (1..=8).chain([99]) {
        for tls in ["none", "starttls", "implicit", "other"] {
            for to in
                ["Canary <canary@example.com>", "canary, canary@example.com", "cänary@example.com"]
            {
                jobs.push(letter(1, port, tls, to));
            }
        }
    }
    jobs.push(job(1, Rendered::Line("{\"secret\":\"canary\"}".to_owned())));
    jobs.push(Job { key: "canary canary".to_owned(), ..http(2, urls[0]) });
    jobs
}

/// Delivers everything; gives all that was shown on the way, and how many attempts there were.
async fn deliver(log: &Log) -> (String, usize) {
    let signing = vec![SigningSecret::parse(&signing_secret()).unwrap()];
    let queue = QueueSettings { signing, ..QueueSettings::default() };
    let guard = Guard::default();
    let settings = Settings { default: queue, guard, ..settings() };
    let mut shown = format!("{settings:?}");
    let network: Box<dyn Network> = Box::new(world());
    let mut bench = Bench::on(settings, network);
    shown += &format!("{:?}", bench.deliverer);
    let mut attempts = 0;
    for (number, job) in jobs().into_iter().enumerate() {
        shown += &format!("{job:?}");
        if !matches!(job.payload, Rendered::Line(_)) {
            shown += &format!("{:?}", job.payload);
        }
        bench.lines.1.lock().unwrap().replace(std::io::ErrorKind::Other);
        bench.submit(Job { queue: format!("q{number}"), ..job });
        let reported = bench.next().await;
        shown += &format!("{:?} {:?}\n", reported.outcome, bench.deliverer.status());
        attempts += 1;
    }
    bench.deliverer.stop(std::time::Duration::ZERO).await;
    let refused = bench.deliverer.submit(http(1, "http://canary.example")).unwrap_err();
    assert_eq!(refused.why, Refusal::Stopped);
    shown += &format!("{refused:?} {refused}");
    shown += &String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    (shown, attempts)
}

#[tokio::test(start_paused = true)]
async fn no_canary_is_seen_anywhere() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .with_ansi(false)
        .finish();
    let _here = tracing::subscriber::set_default(subscriber);
    let (shown, attempts) = deliver(&log).await;
    let seen = shown.to_ascii_lowercase();
    for canary in [CANARY, "y2fuyxj5", "cänary", "example.com", &signing_secret().to_lowercase()] {
        let place = seen.find(canary);
        let around = place.map(|at| &shown[at.saturating_sub(300)..(at + 60).min(shown.len())]);
        assert_eq!(around, None, "{canary}");
    }
    // The search was not of nothing.
    assert!(attempts > 250, "{attempts}");
    for expected in [
        "to be tried again",
        "failed",
        "delivered",
        "503 Service Unavailable",
        "redirects are not followed",
        "410 Gone",
        "the mail server refused the recipient (450)",
        "cannot log in this user (535)",
        "the certificate is not from an authority",
        "`to` is not one mail address",
        "the receiver's address is not public",
        "`X-Bad` has a name or a value",
        "the idempotency key is not made of",
        "the line could not be written",
        "the answer is longer than 65536 bytes",
    ] {
        assert!(shown.contains(expected), "{expected}");
    }
}

#[test]
fn a_signing_secret_that_is_none_is_not_repeated() {
    let error: SigningSecretError = SigningSecret::parse("canary").unwrap_err();
    assert!(!format!("{error} {error:?}").contains(CANARY));
}
