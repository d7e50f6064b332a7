//! Mails handed in to a server of others: aiosmtpd, from PyPI.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use common::tls::Authority;
use common::{Bench, arrived, failed, mail, server, settings};
use journey_delivery::{Guard, Job, Roots, Settings};
use journey_vm::Rendered;
use serde_json::Value;

/// Serves on a port that the system chooses, prints it, then each mail it got, as JSON: whom it is from and
/// to, and what Python's own parser finds in it.
const SERVER: &str = r#"
import asyncio, email, email.policy, json, ssl, sys
from aiosmtpd.smtp import SMTP, AuthResult
class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("unknown"):
            return "550 5.1.1 no such user here: " + address
        envelope.rcpt_tos.append(address)
        return "250 ok"
    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        parts = {p.get_content_type(): p.get_content() for p in mail.walk() if not p.is_multipart()}
        print(json.dumps({
            "from": envelope.mail_from, "to": envelope.rcpt_tos, "parts": parts,
            "headers": {k.lower(): str(v) for k, v in mail.items()},
            "secure": session.ssl is not None, "user": session.auth_data,
        }), flush=True)
        return "250 taken"
def login(server, session, envelope, mechanism, data):
    good = data.login == b"me" and data.password == b"s3cret"
    return AuthResult(success=good, auth_data=data.login.decode())
async def main():
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(sys.argv[1], sys.argv[2])
    make = lambda: SMTP(Handler(), tls_context=tls, require_starttls=True, authenticator=login,
                        auth_required=True, enable_SMTPUTF8=True)
    serving = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0)
    print(serving.sockets[0].getsockname()[1], flush=True)
    await serving.serve_forever()
asyncio.run(main())
"#;

struct Server {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
    port: u16,
}

impl Server {
    fn start(python: &std::path::Path, authority: &Authority, folder: &std::path::Path) -> Server {
        let (key, certificate) = authority.certify_pem("localhost");
        let (certificate_file, key_file) = (folder.join("cert.pem"), folder.join("key.pem"));
        std::fs::write(&certificate_file, certificate).unwrap();
        std::fs::write(&key_file, key).unwrap();
        let mut child = Command::new(python)
            .args(["-W", "ignore", "-c", SERVER])
            .args([certificate_file, key_file])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines.next().expect("it says its port").unwrap().parse().unwrap();
        Server { child, lines, port }
    }

    fn mail(&mut self) -> Value {
        serde_json::from_str(&self.lines.next().unwrap().unwrap()).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn job(number: u64, port: u16, to: &str) -> Job {
    let mut job = mail(number, server("localhost", port, "starttls"));
    if let Rendered::Mail(message) = &mut job.payload {
        message.server.login = Some(("me".to_owned(), "s3cret".to_owned()));
        message.to = to.to_owned();
        message.reply_to = Some("Hilfe <help@shop.example>".to_owned());
        message.subject = "Schön, dass du da bist – ようこそ 🎉".to_owned();
        message.text = Some("Grüße\n.\nEnde".to_owned());
        message.html = Some("<p>Grüße</p>\n".to_owned());
    }
    job
}

#[tokio::test]
async fn a_mail_arrives_as_it_was_written() {
    let Some(python) = common::tools::python("aiosmtpd") else { return };
    let (authority, folder) = (Authority::new(), tempfile::tempdir().unwrap());
    let mut server = Server::start(&python, &authority, folder.path());
    let settings = Settings {
        guard: Guard::allowing(&["localhost"]).unwrap(),
        roots: Roots { system: false, extra: vec![authority.pem.clone()] },
        ..settings()
    };
    let mut bench = Bench::new(settings);
    let to = "Ada Lovelace <ada@example.com>";
    assert_eq!(arrived(bench.outcome(job(1, server.port, to)).await).0, Some(250));
    let mail = server.mail();
    assert_eq!((&mail["secure"], &mail["user"]), (&true.into(), &"me".into()));
    assert_eq!(mail["from"], "hello@shop.example");
    assert_eq!(mail["to"], serde_json::json!(["ada@example.com"]));
    let headers = &mail["headers"];
    assert_eq!(headers["subject"], "Schön, dass du da bist – ようこそ 🎉");
    assert_eq!(headers["from"], "Shop <hello@shop.example>");
    assert_eq!(headers["to"], to);
    assert_eq!(headers["reply-to"], "Hilfe <help@shop.example>");
    assert_eq!(headers["message-id"], format!("<{:032x}@shop.example>", 1));
    assert_eq!(mail["parts"]["text/plain"], "Grüße\r\n.\r\nEnde");
    assert_eq!(mail["parts"]["text/html"], "<p>Grüße</p>\r\n");

    let (status, reason) = failed(bench.outcome(job(2, server.port, "unknown@example.com")).await);
    let expected = "the mail server refused the recipient (550 5.1.1)";
    assert_eq!((status, reason.as_str()), (Some(550), expected));
    // The same session goes on.
    arrived(bench.outcome(job(3, server.port, to)).await);
    assert_eq!(server.mail()["headers"]["message-id"], format!("<{:032x}@shop.example>", 3));
}
