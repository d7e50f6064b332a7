//! Requests that are signed, by the rules of Standard Webhooks.

use data_encoding::BASE64;
use ring::hmac;

use super::receiver::{Receiver, WELL, by_events, event, header};

const SCHEMA: &str = "event signed_up {}
destination crm {
  setting base_url: text
  action note(text: text) {
    post \"{base_url}/notes\"
    body { text: text }
  }
}
";
const NOW: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NEXT: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

/// The signature that a secret gives a request.
fn signature(secret: &str, request: &str) -> String {
    let key = BASE64.decode(secret.strip_prefix("whsec_").unwrap().as_bytes()).unwrap();
    let body = request.split_once("\r\n\r\n").unwrap().1;
    let (id, time) = (header(request, "webhook-id"), header(request, "webhook-timestamp"));
    let tag = hmac::sign(
        &hmac::Key::new(hmac::HMAC_SHA256, &key),
        format!("{id}.{time}.{body}").as_bytes(),
    );
    format!("v1,{}", BASE64.encode(tag.as_ref()))
}

#[test]
fn requests_of_destinations_and_webhooks_are_signed_with_each_secret_that_is_set() {
    let receiver = Receiver::new(WELL);
    let folder = tempfile::tempdir().unwrap();
    let secret = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, format!("{text}\n")).unwrap();
        format!("{{ file = {:?} }}", path)
    };
    let (now, next) = (secret("now", NOW), secret("next", NEXT));
    let host = receiver.address;
    let settings = format!(
        "[destinations.crm]\nsettings = {{ base_url = \"http://{host}\" }}\n\
         signing = {{ a = {now}, b = {next} }}\n\
         [destinations.\"{host}\".signing]\na = {next}\n"
    );
    std::fs::write(folder.path().join("journeyd.toml"), settings).unwrap();
    let sends = "journey sends { entry event signed_up  send crm.note(text: \"hi\")  exit done }";
    let calls = format!(
        "journey calls {{\n  entry event signed_up\n  webhook post \"http://{host}/hook\" {{\n    \
         body {{ a: 1 }}\n    ok {{ exit told }}\n    failed {{ exit untold }}\n  }}\n  exit done\n}}"
    );
    let server = by_events(folder, SCHEMA, &[sends, &calls]);
    event(&server, "ann", "signed_up", "09:00:00");
    let mut seen = [receiver.request(), receiver.request()];
    seen.sort_by_key(|request| request.starts_with("POST /notes"));
    let [called, sent] = &seen;
    let both = format!("{} {}", signature(NOW, sent), signature(NEXT, sent));
    assert_eq!(header(sent, "webhook-signature"), both);
    assert_eq!(header(sent, "webhook-id"), header(sent, "idempotency-key"));
    assert_eq!(header(called, "webhook-signature"), signature(NEXT, called));
}

#[test]
fn what_nothing_can_be_signed_with_is_told_at_the_start_and_not_shown() {
    for (text, told) in [("canary", "begins with `whsec_`"), ("whsec_Y2FuYXJ5", "24 to 64 bytes")] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("secret"), text).unwrap();
        let settings = "[destinations.crm.signing]\na = { file = \"secret\" }\n";
        std::fs::write(folder.path().join("journeyd.toml"), settings).unwrap();
        let mut command = super::support::journeyd();
        command.current_dir(folder.path()).args(["dev", "--listen", "127.0.0.1:0"]);
        let said = super::support::run(&mut command);
        assert_eq!(said.status.code(), Some(2), "{}", said.err);
        assert!(said.err.contains(told) && said.err.contains("`a`"), "{}", said.err);
        assert!(!said.err.contains(text), "{}", said.err);
    }
}
