//! Signatures, checked by hand and by the libraries of Standard Webhooks.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use common::http::{Receiver, Request, status};
use common::{Bench, NOW, again, arrived, in_queue, post, settings};
use data_encoding::BASE64;
use journey_delivery::{Job, QueueSettings, Settings, SigningSecret};
use sha2::{Digest, Sha256};

const OLD: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NEW: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDazkF8K4hfjM=";

fn signing(secrets: &[&str]) -> QueueSettings {
    let signing = secrets.iter().map(|secret| SigningSecret::parse(secret).unwrap()).collect();
    QueueSettings { signing, ..QueueSettings::default() }
}

async fn signed(secrets: &[&str]) -> Request {
    let receiver = Receiver::new(|_, _| status(200)).await;
    let mut bench = Bench::new(Settings { default: signing(secrets), ..settings() });
    arrived(bench.outcome(post(1, &receiver.url())).await);
    receiver.requests().remove(0)
}

/// HMAC by its definition (RFC 2104).
fn hmac(secret: &str, message: &[u8]) -> String {
    let key = BASE64.decode(secret.trim_start_matches("whsec_").as_bytes()).unwrap();
    let mut block = [0; 64];
    block[..key.len()].copy_from_slice(&key);
    let inner = Sha256::new().chain_update(block.map(|b| b ^ 0x36)).chain_update(message);
    let outer = Sha256::new().chain_update(block.map(|b| b ^ 0x5c)).chain_update(inner.finalize());
    BASE64.encode(&outer.finalize())
}

fn signed_content(request: &Request) -> Vec<u8> {
    let header = |name: &str| request.headers[name].as_bytes();
    [header("webhook-id"), b".", header("webhook-timestamp"), b".", &request.body].concat()
}

#[tokio::test]
async fn a_request_is_signed_with_each_secret() {
    let request = signed(&[NEW, OLD]).await;
    assert_eq!(request.headers["webhook-id"], format!("{:032x}", 1));
    assert_eq!(request.headers["webhook-id"], request.headers["idempotency-key"]);
    assert_eq!(request.headers["webhook-timestamp"], (NOW / 1_000).to_string());
    let content = signed_content(&request);
    let expected = format!("v1,{} v1,{}", hmac(NEW, &content), hmac(OLD, &content));
    assert_eq!(request.headers["webhook-signature"], expected);
}

#[tokio::test]
async fn another_attempt_has_the_same_id_and_its_own_time() {
    let receiver = Receiver::new(|_, _| status(500)).await;
    let mut bench = Bench::new(Settings { default: signing(&[NEW]), ..settings() });
    for attempt in [1, 2] {
        bench
            .clock
            .0
            .store(NOW + i64::from(attempt) * 60_000, std::sync::atomic::Ordering::Relaxed);
        again(bench.outcome(Job { attempt, ..post(1, &receiver.url()) }).await);
    }
    let requests = receiver.requests();
    let ids: Vec<&String> = requests.iter().map(|it| &it.headers["webhook-id"]).collect();
    assert_eq!(ids[0], ids[1]);
    let times: Vec<i64> =
        requests.iter().map(|it| it.headers["webhook-timestamp"].parse().unwrap()).collect();
    assert_eq!(times, [NOW / 1_000 + 60, NOW / 1_000 + 120]);
}

#[tokio::test]
async fn each_queue_signs_with_its_own_secrets() {
    let receiver = Receiver::new(|_, _| status(200)).await;
    let queues = BTreeMap::from([("mine".to_owned(), signing(&[NEW]))]);
    let mut bench = Bench::new(Settings { queues, ..settings() });
    arrived(bench.outcome(in_queue("mine", post(1, &receiver.url()))).await);
    arrived(bench.outcome(in_queue("other", post(2, &receiver.url()))).await);
    let signed: Vec<bool> =
        receiver.requests().iter().map(|it| it.headers.contains_key("webhook-signature")).collect();
    assert_eq!(signed, [true, false]);
}

/// A script that checks a request, read as JSON, with a library, and prints what became of it: with the
/// right secret, with a wrong one, and with a body that was altered.
const PYTHON: &str = r#"
import json, sys
from standardwebhooks import Webhook, WebhookVerificationError
given = json.load(sys.stdin)
def check(secret, body):
    try:
        Webhook(secret).verify(body, given["headers"])
        return "good"
    except WebhookVerificationError:
        return "bad"
print(check(given["secret"], given["body"]), check(given["wrong"], given["body"]),
      check(given["secret"], given["body"] + " "))
"#;

const NODE: &str = r#"
const { Webhook } = require("standardwebhooks");
const given = JSON.parse(require("fs").readFileSync(0, "utf8"));
const check = (secret, body) => {
  try { new Webhook(secret).verify(body, given.headers); return "good"; } catch { return "bad"; }
};
console.log(check(given.secret, given.body), check(given.wrong, given.body),
            check(given.secret, given.body + " "));
"#;

async fn library(name: &str, mut command: Command) {
    let receiver = Receiver::new(|_, _| status(200)).await;
    let mut bench = Bench::new(Settings { default: signing(&[NEW, OLD]), ..settings() });
    // The libraries compare with the machine's clock.
    let now = journey_delivery::Clock::now(&journey_delivery::SystemClock);
    bench.clock.0.store(now, std::sync::atomic::Ordering::Relaxed);
    arrived(bench.outcome(post(1, &receiver.url())).await);
    let request = receiver.requests().remove(0);
    for secret in [NEW, OLD] {
        let given = serde_json::json!({
            "headers": request.headers,
            "body": String::from_utf8(request.body.clone()).unwrap(),
            "secret": secret,
            "wrong": format!("whsec_{}", BASE64.encode(&[7; 32])),
        });
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        serde_json::to_writer(child.stdin.take().unwrap(), &given).unwrap();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(said.trim(), "good bad bad", "{name}");
    }
}

#[tokio::test]
async fn the_library_for_python_accepts_the_signature() {
    let Some(tool) = common::tools::python("standardwebhooks") else { return };
    let mut command = Command::new(tool);
    command.args(["-c", PYTHON]);
    library("Python's standardwebhooks", command).await;
}

#[tokio::test]
async fn the_library_for_node_accepts_the_signature() {
    let Some(modules) = common::tools::node("standardwebhooks") else { return };
    let mut command = Command::new("node");
    command.args(["-e", NODE]).env("NODE_PATH", modules);
    library("npm's standardwebhooks", command).await;
}
