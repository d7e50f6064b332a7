//! Receivers that fail, and what is seen of it.

use serde_json::{Value, json};

use super::receiver::{
    BUSY, Manner, Receiver, WELL, calling, event, get, header, items, post, until, until_items,
};
use super::support::Server;

const SCHEMA: &str = "customer { email: text? @pii }
event signed_up {}
event tick {}
destination crm {
  setting base_url: text
  action note(to: text @pii, text: text) {
    post \"{base_url}/notes\"
    body { to: to, text: text }
    timeout 1s
    retry 2 times from 10s to 10s
  }
}
";

const WELCOME: &str = "journey welcome {
  entry event signed_up
  told: send crm.note(to: customer.email ?? \"nobody\", text: \"hi\") {
    delivered { exit told }
    failed { exit untold }
  }
  exit done
}
";

const ERRORS: &str = "/api/v1/journeys/welcome/errors";

fn counts(server: &Server) -> Value {
    get(server, "/api/v1/journeys/welcome")["counts"].clone()
}

/// The only error, once it is in this state after so many attempts. A message that is given up while the list
/// is read may be seen in both states.
fn error(server: &Server, state: &str, attempts: u32) -> Value {
    let what = format!("{state} after {attempts}");
    let found = until_items(server, ERRORS, &what, |items| match items {
        [it] => it["state"] == state && it["message"]["attempts"] == attempts,
        _ => false,
    });
    found[0].clone()
}

#[test]
fn retries_are_seen_with_their_reason_until_a_message_is_given_up_and_a_retry_brings_it() {
    let receiver = Receiver::new(BUSY);
    let server = calling(&receiver, SCHEMA, &[WELCOME]);
    let email = br#"{"email":"ann@example.com"}"#;
    server.send("PATCH", "/api/v1/customers/ann", super::receiver::JSON, email);
    event(&server, "ann", "signed_up", "09:00:00");
    let first = receiver.request();
    assert!(first.contains("ann@example.com"), "{first}");
    let key = header(&first, "idempotency-key").to_owned();

    let retrying = error(&server, "retrying", 1);
    assert_eq!(retrying["reason"], "503 Service Unavailable");
    assert_eq!((&retrying["customer"], &retrying["tile"]), (&json!("ann"), &json!("told")));
    let message = &retrying["message"];
    assert_eq!(message["what"], "crm.note");
    assert_eq!(message["arguments"], json!({ "text": "hi", "to": "[personal data]" }));
    assert_eq!((&message["last_status"], &message["key"]), (&json!(503), &json!(key)));
    assert_eq!(message["next_attempt_at"], "2026-01-05T09:00:10.000Z");
    assert_eq!(message["receiver"], json!({ "name": "crm", "standing": "called" }));
    assert!(!retrying.to_string().contains("secret-of-the-receiver"), "{retrying}");
    assert_eq!(counts(&server)["inside"], 1, "the member waits for what becomes of it");

    event(&server, "bob", "tick", "09:00:09.999");
    assert!(receiver.got_nothing_more(), "no attempt comes early");
    event(&server, "bob", "tick", "09:00:10");
    assert_eq!(header(&receiver.request(), "idempotency-key"), key);
    assert_eq!(error(&server, "retrying", 2)["message"]["last_status"], 503);
    event(&server, "bob", "tick", "09:00:20");
    receiver.request();
    let given_up = error(&server, "undelivered", 3);
    assert_eq!(given_up["since"], "2026-01-05T09:00:20.000Z");
    assert_eq!(given_up["message"].get("next_attempt_at"), None);
    assert_eq!(counts(&server)["exited"], 1, "the member took the way for `failed`");

    let retry = format!("{ERRORS}/{}/retry", given_up["id"].as_str().unwrap());
    assert_eq!(post(&server, &retry)["result"], "queued");
    receiver.request();
    let again = error(&server, "undelivered", 4);
    receiver.behaves(WELL);
    let retry = format!("{ERRORS}/{}/retry", again["id"].as_str().unwrap());
    assert_eq!(post(&server, &retry)["result"], "queued");
    assert_eq!(header(&receiver.request(), "idempotency-key"), key, "one message, one key");
    until_items(&server, ERRORS, "delivered", <[Value]>::is_empty);
    assert_eq!(server.send("POST", &retry, &[], b"").problem(), (404, "not-found".to_owned()));
}

#[test]
fn a_retry_comes_at_once_and_a_drop_ends_the_retries() {
    let receiver = Receiver::new(BUSY);
    let server = calling(&receiver, SCHEMA, &[WELCOME]);
    event(&server, "ann", "signed_up", "09:00:00");
    receiver.request();
    let retrying = error(&server, "retrying", 1);
    let id = retrying["id"].as_str().unwrap();
    assert_eq!(post(&server, &format!("{ERRORS}/{id}/retry"))["result"], "queued");
    receiver.request();
    error(&server, "retrying", 2);
    let drop = format!("{ERRORS}/{id}/drop");
    assert_eq!(post(&server, &drop)["result"], "dropped");
    assert_eq!(items(&server, ERRORS), Vec::<Value>::new());
    let counts = counts(&server);
    assert_eq!((&counts["inside"], &counts["exited"]), (&json!(0), &json!(1)), "`failed`");
    event(&server, "ann", "tick", "10:00:00");
    assert_eq!(server.send("POST", &drop, &[], b"").problem().0, 404);
    assert!(receiver.got_nothing_more());
}

#[test]
fn each_way_to_fail_is_told_for_what_it_is() {
    let moved = Manner::Answers(302, "location: http://127.0.0.1:9/", "");
    for (manner, state, reason) in [
        (Manner::Hangs, "retrying", "no complete answer within the timeout"),
        (Manner::Resets, "retrying", "the connection was closed before the answer was complete"),
        (moved, "undelivered", "302 Found: redirects are not followed, call the address itself"),
        (Manner::Answers(404, "x: y", ""), "undelivered", "404 Not Found"),
    ] {
        let receiver = Receiver::new(manner);
        let server = calling(&receiver, SCHEMA, &[WELCOME]);
        event(&server, "ann", "signed_up", "09:00:00");
        assert_eq!(error(&server, state, 1)["reason"], reason);
    }
}

#[test]
fn a_receiver_that_refuses_connections_or_is_not_allowed_is_told() {
    let nobody = Receiver::new(WELL);
    let mut gone = Receiver::new(WELL);
    // A port that was free a moment ago.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    gone.address = listener.local_addr().unwrap();
    drop(listener);
    let server = calling(&gone, SCHEMA, &[WELCOME]);
    event(&server, "ann", "signed_up", "09:00:00");
    assert_eq!(error(&server, "retrying", 1)["reason"], "the receiver refuses connections");

    let folder = tempfile::tempdir().unwrap();
    let settings = format!(
        "[delivery]\nallow = [\"10.0.0.0/8\"]\n[engine]\nclock = \"events\"\n\
         [destinations.crm.settings]\nbase_url = \"http://{}\"\n",
        nobody.address
    );
    std::fs::write(folder.path().join("journeyd.toml"), settings).unwrap();
    let server = Server::start(folder, &["dev"]);
    super::receiver::set_up(&server, SCHEMA, &[WELCOME]);
    event(&server, "ann", "signed_up", "09:00:00");
    let denied = error(&server, "undelivered", 1);
    assert!(denied["reason"].as_str().unwrap().contains("not public"), "{denied}");
    assert!(nobody.got_nothing_more());
}

#[test]
fn an_endless_answer_is_cut_off_where_it_is_wanted_and_not_waited_for_where_it_is_not() {
    let receiver = Receiver::new(Manner::Endless);
    let url = format!("http://{}/score", receiver.address);
    let ask = |name: &str, wanted: &str| {
        format!(
            "journey {name} {{\n  entry event signed_up\n  webhook post \"{url}\" {{\n    \
             timeout 5s\n    retry 1 times from 10s to 10s\n    {wanted}\n    \
             failed {{ exit failed }}\n  }}\n  exit done\n}}\n"
        )
    };
    let (typed, any) =
        (ask("typed", "ok as it: { score: int } { exit known }"), ask("any", "ok { exit told }"));
    let server = calling(&receiver, SCHEMA, &[&typed, &any]);
    event(&server, "ann", "signed_up", "09:00:00");
    let errors = "/api/v1/journeys/typed/errors";
    let found = until_items(&server, errors, "given up", |items| !items.is_empty());
    assert_eq!(found[0]["reason"], "the answer is longer than 65536 bytes", "{found:?}");
    let host = receiver.address.to_string();
    assert_eq!(found[0]["message"]["what"], format!("POST {host}"));
    let any = until("any", || {
        let journey = get(&server, "/api/v1/journeys/any");
        Some(journey).filter(|it| it["counts"]["exited"] == 1)
    });
    assert_eq!(any["counts"]["inside"], 0);
    assert_eq!(items(&server, "/api/v1/journeys/any/errors"), Vec::<Value>::new());
}

#[test]
fn a_receiver_that_is_gone_is_called_again_once_somebody_retries() {
    let receiver = Receiver::new(Manner::Answers(410, "x: y", ""));
    let server = calling(&receiver, SCHEMA, &[WELCOME]);
    event(&server, "ann", "signed_up", "09:00:00");
    receiver.request();
    let gone = error(&server, "undelivered", 1);
    assert_eq!(gone["message"]["receiver"], json!({ "name": "crm", "standing": "gone" }));
    event(&server, "bob", "signed_up", "09:00:01");
    let path = format!("{ERRORS}?state=waiting");
    let waiting = until_items(&server, &path, "bob waits", |items| !items.is_empty());
    assert_eq!(
        (&waiting[0]["customer"], &waiting[0]["message"]["attempts"]),
        (&json!("bob"), &json!(0))
    );
    assert!(receiver.got_nothing_more());

    event(&server, "eve", "signed_up", "09:00:02");
    until_items(&server, &path, "eve waits", |items| items.len() == 2);
    assert_eq!(server.send("DELETE", "/api/v1/customers/eve", &[], b"").status, 204);

    receiver.behaves(WELL);
    let retry = format!("{ERRORS}/{}/retry", gone["id"].as_str().unwrap());
    assert_eq!(post(&server, &retry)["result"], "queued");
    let keys = [receiver.request(), receiver.request()]
        .map(|it| header(&it, "idempotency-key").to_owned());
    assert_ne!(keys[0], keys[1], "ann's message and bob's");
    until_items(&server, ERRORS, "delivered", <[Value]>::is_empty);
    assert!(receiver.got_nothing_more(), "eve was forgotten while her message waited");
    until("both told", || Some(()).filter(|()| counts(&server)["exited"] == 2));
}

#[test]
fn after_a_night_without_its_receiver_all_messages_are_tried_again_together() {
    let receiver = Receiver::new(Manner::Answers(400, "x: y", ""));
    let server = calling(&receiver, SCHEMA, &[WELCOME]);
    for number in 0..7 {
        event(&server, &format!("c{number}"), "signed_up", "09:00:00");
    }
    until_items(&server, ERRORS, "all were given up", |items| {
        items.iter().filter(|it| it["state"] == "undelivered").count() == 7
    });
    (0..7).for_each(|_| drop(receiver.request()));
    receiver.behaves(WELL);
    let unsaid = server.send("POST", &format!("{ERRORS}/retry"), &[], b"");
    assert_eq!(unsaid.problem(), (400, "invalid-parameter".to_owned()));
    let retry = format!("{ERRORS}/retry?state=undelivered&limit=4");
    let first = post(&server, &retry);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = post(&server, &format!("{retry}&cursor={cursor}"));
    assert_eq!((&first["settled"], &second["settled"]), (&json!(4), &json!(3)));
    assert_eq!(second.get("next_cursor"), None);
    let mut keys: Vec<String> =
        (0..7).map(|_| header(&receiver.request(), "idempotency-key").to_owned()).collect();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 7);
    until_items(&server, ERRORS, "delivered", <[Value]>::is_empty);
    let dropped = post(&server, &format!("{ERRORS}/drop?state=undelivered"));
    assert_eq!(dropped, json!({ "settled": 0, "faulted": 0 }));
}

#[test]
fn a_receiver_that_is_gone_stays_so_after_a_restart_until_somebody_enables_it() {
    let receiver = Receiver::new(Manner::Answers(410, "x: y", ""));
    let data = tempfile::tempdir().unwrap();
    let start = || {
        let folder = tempfile::tempdir().unwrap();
        let base = format!("http://{}", receiver.address);
        let settings = format!("[destinations.crm.settings]\nbase_url = \"{base}\"\n");
        std::fs::write(folder.path().join("journeyd.toml"), settings).unwrap();
        let data = data.path().to_str().unwrap();
        Server::start(folder, &["dev", "--set", "engine.clock=events", "--data", data])
    };
    let standing = |server: &Server| items(server, "/api/v1/receivers");
    let mut server = start();
    super::receiver::set_up(&server, SCHEMA, &[WELCOME]);
    assert_eq!(standing(&server), Vec::<Value>::new(), "nobody was called");
    event(&server, "ann", "signed_up", "09:00:00");
    receiver.request();
    error(&server, "undelivered", 1);
    let gone = standing(&server);
    assert_eq!(
        (gone.len(), &gone[0]["name"], &gone[0]["standing"]),
        (1, &json!("crm"), &json!("gone"))
    );
    assert_eq!(gone[0]["gone_since"], "2026-01-05T09:00:00.000Z");
    assert_eq!((&gone[0]["failed"], &gone[0]["last_failure"]["status"]), (&json!(1), &json!(410)));
    server.terminate();
    assert_eq!(server.wait().code(), Some(0));

    let server = start();
    assert_eq!(standing(&server)[0]["standing"], "gone", "nothing was sent yet");
    event(&server, "bob", "signed_up", "09:00:01");
    let waiting = format!("{ERRORS}?state=waiting");
    until_items(&server, &waiting, "bob waits", |items| items.len() == 1);
    until_items(&server, "/api/v1/receivers", "it is in the queue", |items| {
        items[0]["waiting"] == 1
    });
    assert!(receiver.got_nothing_more());
    let metrics = server.get("/metrics").text();
    for line in
        ["journeyd_receivers{standing=\"gone\"} 1", "journeyd_receivers{standing=\"called\"} 0"]
    {
        assert!(metrics.lines().any(|it| it == line), "{line} is not in {metrics}");
    }

    receiver.behaves(WELL);
    let nobody = server.send("POST", "/api/v1/receivers/nobody/enable", &[], b"");
    assert_eq!(nobody.problem(), (404, "not-found".to_owned()));
    let enabled = post(&server, "/api/v1/receivers/crm/enable");
    assert_eq!((&enabled["name"], &enabled["standing"]), (&json!("crm"), &json!("called")));
    assert_eq!(enabled.get("gone_since"), None);
    receiver.request();
    until_items(&server, &waiting, "bob has it", <[Value]>::is_empty);
    drop(server);
    let server = start();
    // A message whose arrival was not written down yet may come twice.
    let called = standing(&server).iter().all(|it| it["standing"] == "called");
    assert!(called, "and that is remembered after a kill, too");
}

#[test]
fn when_a_receiver_is_left_alone_can_be_set_for_all_and_for_one() {
    for (settings, standing) in [
        ("[destinations.crm.breaker]\nfailures = 1\n", "left_alone"),
        ("[delivery.breaker]\nfailures = 1\npause = \"1h\"\nlongest = \"2h\"\n", "left_alone"),
        ("[delivery.breaker]\nfailures = 1\n[destinations.crm.breaker]\nfailures = 2\n", "called"),
    ] {
        let receiver = Receiver::new(BUSY);
        let folder = tempfile::tempdir().unwrap();
        let base =
            format!("[destinations.crm.settings]\nbase_url = \"http://{}\"\n", receiver.address);
        std::fs::write(folder.path().join("journeyd.toml"), base + settings).unwrap();
        let server = super::receiver::by_events(folder, SCHEMA, &[WELCOME]);
        event(&server, "ann", "signed_up", "09:00:00");
        let retrying = error(&server, "retrying", 1);
        assert_eq!(retrying["message"]["receiver"]["standing"], standing, "{settings}");
        assert_eq!(items(&server, "/api/v1/receivers")[0]["standing"], standing, "{settings}");
    }
}
