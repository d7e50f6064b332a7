//! Entering by hand, seeing who is where, and taking out.

use std::io::Write;

use serde_json::{Value, json};

use super::receiver::{by_events, create, event, get, items, post, set_up, until};
use super::support::{Answer, Server, head};

const SCHEMA: &str = "customer { plan: text? }
event signed_up { source: text }
event tick {}
audience vips
destination crm log { action note(text: text) }
";

const GIFT: &str = "journey gift (reason: text, points: int = 5) {
  entry manual
  send crm.note(text: \"{reason}: {points}\")
  rest: wait 1h
  exit done
}
";

const WELCOME: &str = "journey welcome {
  entry event signed_up as it where it.source == \"web\"
  first: wait 1h
  second: wait 1d
  exit done
}
";

const GIFTS: &str = "/api/v1/journeys/gift/members";
const WELCOMED: &str = "/api/v1/journeys/welcome/members";

fn server() -> Server {
    let server = Server::dev(&[]);
    set_up(&server, SCHEMA, &[GIFT, WELCOME]);
    server
}

fn send(server: &Server, path: &str, media: &str, body: &str) -> Answer {
    server.send("POST", path, &[("content-type", media)], body.as_bytes())
}

/// Sends a list and gives what became of it.
fn list(server: &Server, path: &str, media: &str, body: &str) -> Value {
    let answer = send(server, path, media, body);
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// All items of a list, page by page.
fn whole(server: &Server, path: &str) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = get(server, &format!("{path}?limit=200{cursor}"));
        all.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

#[test]
fn a_list_of_ten_thousand_enters_but_for_three_bad_rows_and_is_there_after_a_kill() {
    let data = tempfile::tempdir().unwrap();
    let start = || Server::dev(&["--data", data.path().to_str().unwrap()]);
    let server = start();
    set_up(&server, SCHEMA, &[GIFT]);
    let mut csv = "customer_id,reason,points,colour\n".to_owned();
    for number in 0..10_000 {
        csv.push_str(&match number {
            17 => "c17,birthday,many,red\n".to_owned(),
            4_000 => ",birthday,3,red\n".to_owned(),
            9_999 => "c9999,,3,red\n".to_owned(),
            number => format!("c{number},birthday,{},red\n", number % 50),
        });
    }
    let report = list(&server, GIFTS, "text/csv", &csv);
    drop(server);

    assert_eq!((&report["rows"], &report["entered"]), (&json!(10_000), &json!(9_997)), "{report}");
    assert_eq!((&report["rejected"], &report["refused"]), (&json!(3), &json!(0)));
    assert_eq!(report["ignored"], json!(["colour"]));
    let errors = json!([
        { "line": 19, "field": "points", "code": "mismatch",
          "message": "column `points` is \"many\": an int is wanted" },
        { "line": 4_002, "field": "customer_id", "code": "missing",
          "message": "the field `customer_id` is missing" },
        { "line": 10_001, "field": "reason", "code": "missing",
          "message": "column `reason` is missing: a text is wanted" },
    ]);
    assert_eq!(report["errors"], errors);

    let server = start();
    let counts = &get(&server, "/api/v1/journeys/gift")["counts"];
    assert_eq!((&counts["entered"], &counts["inside"]), (&json!(9_997), &json!(9_997)));
    let mut members: Vec<String> = whole(&server, GIFTS)
        .iter()
        .map(|member| member["customer"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(members.len(), 9_997);
    members.sort();
    members.dedup();
    assert_eq!(members.len(), 9_997, "each once");
}

#[test]
fn a_list_as_lines_tells_each_row_that_does_not_enter() {
    let server = server();
    let lines = concat!(
        r#"{"customer_id":"ann","payload":{"reason":"birthday"}}"#,
        "\n",
        r#"{"customer_id":"ann","payload":{"reason":"birthday"}}"#,
        "\n",
        r#"{"customer_id":"bob","payload":{"reason":"birthday","points":"x"}}"#,
        "\n\n",
        "nonsense\n",
    );
    let report = list(&server, GIFTS, "application/x-ndjson", lines);
    let of = |name: &str| report[name].as_u64().unwrap();
    assert_eq!(
        [of("rows"), of("entered"), of("rejected"), of("refused")],
        [4, 1, 2, 1],
        "{report}"
    );
    let errors = report["errors"].as_array().unwrap();
    let told: Vec<(u64, &str)> = errors
        .iter()
        .map(|it| (it["line"].as_u64().unwrap(), it["code"].as_str().unwrap()))
        .collect();
    assert_eq!(told, [(2, "inside"), (3, "mismatch"), (5, "not_json")]);
    assert_eq!(errors[0]["customer"], "ann");
    assert_eq!(errors[1]["field"], "payload.points");
}

#[test]
fn one_customer_enters_with_a_payload_that_is_checked() {
    let server = server();
    let enter = |body: &str| send(&server, GIFTS, "application/json", body);
    let entered = enter(r#"{"customer_id":"ann","payload":{"reason":"birthday","points":3}}"#);
    let expected = json!({ "customer": "ann", "result": "entered", "memberships": 1 });
    assert_eq!((entered.status, entered.json()), (200, expected));
    let member = &items(&server, GIFTS)[0];
    assert_eq!(
        (&member["tile"], &member["state"]),
        (&json!("rest"), &json!("waiting")),
        "{member}"
    );
    assert!(member["waits_until"].as_str() > member["arrived_at"].as_str(), "{member}");

    let inside = enter(r#"{"customer_id":"ann","payload":{"reason":"again"}}"#);
    assert_eq!(inside.problem(), (409, "conflict".to_owned()));
    assert_eq!(inside.json()["code"], "inside");
    let wrong = enter(r#"{"customer_id":"bob","payload":{"points":"x","reasn":"birthday"}}"#);
    assert_eq!(wrong.problem(), (422, "invalid-body".to_owned()));
    let invalid = &wrong.json()["invalid"];
    let fields: Vec<&str> =
        invalid.as_array().unwrap().iter().map(|it| it["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["payload.points", "payload.reasn", "payload.reason"], "{invalid}");
    for (body, said) in [
        ("", "empty"),
        ("[]", "text/csv"),
        (r#"{"payload":{"reason":"x"}}"#, "customer_id"),
        (r#"{"customer_id":"","payload":{"reason":"x"}}"#, "not empty"),
    ] {
        let refused = enter(body);
        assert_eq!(refused.problem().0, 422, "{body}: {}", refused.text());
        assert!(refused.json()["detail"].as_str().unwrap().contains(said), "{}", refused.text());
    }
    assert_eq!(whole(&server, GIFTS).len(), 1, "nobody else entered");
}

#[test]
fn a_journey_of_an_event_is_entered_with_the_properties_of_that_event() {
    let server = server();
    let enter = |source: &str| {
        let body = json!({ "customer_id": "ann", "payload": { "source": source } });
        send(&server, WELCOMED, "application/json", &body.to_string())
    };
    let refused = enter("shop");
    assert_eq!((refused.problem().0, &refused.json()["code"]), (409, &json!("condition")));
    assert_eq!(enter("web").json()["result"], "entered");
}

#[test]
fn a_list_that_cannot_be_read_is_refused_as_a_whole_with_what_to_do() {
    let server = server();
    for (media, body, status, said) in [
        ("text/csv", "customer_id,points\nann,3\n", 422, "there is no column `reason`"),
        ("text/csv", "id\nann\n", 422, "there is no column `customer_id`"),
        ("text/csv", " \n", 422, "the list is empty"),
        ("application/x-ndjson", "", 422, "the list is empty"),
        ("text/plain", "ann", 415, "text/csv"),
    ] {
        let refused = send(&server, GIFTS, media, body);
        assert_eq!(refused.problem().0, status, "{}", refused.text());
        let detail = refused.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(said), "{detail}");
    }
    let long = "ann,x\n".repeat(100_002);
    let long = send(&server, GIFTS, "text/csv", &format!("customer_id,reason\n{long}"));
    assert_eq!(long.problem(), (413, "body-too-large".to_owned()));
    assert_eq!(items(&server, GIFTS), Vec::<Value>::new());
}

#[test]
fn nobody_enters_a_journey_that_does_not_run() {
    let server = Server::dev(&[]);
    set_up(&server, SCHEMA, &[]);
    create(&server, GIFT);
    let body = r#"{"customer_id":"ann","payload":{"reason":"x"}}"#;
    let refused = |said: &str| {
        for (media, body) in [("application/json", body), ("text/csv", "customer_id,reason\na,b\n")]
        {
            let refused = send(&server, GIFTS, media, body);
            assert_eq!(refused.problem().0, 409, "{}", refused.text());
            let detail = refused.json()["detail"].as_str().unwrap().to_owned();
            assert!(detail.contains(said), "{detail}");
        }
    };
    assert_eq!(items(&server, GIFTS), Vec::<Value>::new());
    refused("activate it first");
    post(&server, "/api/v1/journeys/gift/activate");
    post(&server, "/api/v1/journeys/gift/pause");
    refused("resume it first");
    post(&server, "/api/v1/journeys/gift/complete");
    refused("takes nobody any more");
    let nothing = send(&server, "/api/v1/journeys/nothing/members", "application/json", body);
    assert_eq!(nothing.problem().0, 404);
}

#[test]
fn a_list_with_an_idempotency_key_is_done_once() {
    let server = server();
    let key = ("idempotency-key", "list-1");
    let headers = [("content-type", "text/csv"), key];
    let body = b"customer_id,reason\nann,x\nbob,y\n";
    let first = server.send("POST", GIFTS, &headers, body);
    assert_eq!(first.json()["entered"], 2);
    let second = server.send("POST", GIFTS, &headers, body);
    assert_eq!(second.header("idempotency-replayed"), Some("true"));
    assert_eq!(second.json(), first.json());
    let other = server.send("POST", GIFTS, &headers, b"customer_id,reason\neve,x\n");
    assert_eq!(other.problem(), (422, "idempotency-key-reused".to_owned()));
}

#[test]
fn a_list_that_a_kill_cut_off_is_sent_again_and_enters_nobody_twice() {
    let data = tempfile::tempdir().unwrap();
    let start = || Server::dev(&["--data", data.path().to_str().unwrap()]);
    let server = start();
    let often = "journey often {\n  entry manual\n  reenter always\n  exit done\n}\n";
    set_up(&server, SCHEMA, &[often]);
    let path = "/api/v1/journeys/often/members";
    let rows: String = (0..30_000).map(|number| format!("c{number}\n")).collect();
    let list = format!("customer_id\n{rows}");
    let headers = [("content-type", "text/csv"), ("idempotency-key", "night-1")];
    let mut stream = server.connect();
    let request = head("POST", path, &headers, list.len()) + &list;
    stream.write_all(request.as_bytes()).unwrap();
    let entered = |server: &Server| {
        get(server, "/api/v1/journeys/often")["counts"]["entered"].as_u64().unwrap()
    };
    until("some have entered", || Some(()).filter(|()| entered(&server) > 0));
    drop(server);

    let server = start();
    let before = entered(&server);
    let again = server.send("POST", path, &headers, list.as_bytes());
    // On a slow machine all of it may have been answered before the kill.
    if again.header("idempotency-replayed").is_none() {
        let again = again.json();
        let of = |name: &str| again[name].as_u64().unwrap();
        assert_eq!((of("repeated"), of("entered")), (before, 30_000 - before), "{again}");
    }
    assert_eq!(entered(&server), 30_000);
}

#[test]
fn members_are_found_by_tile_and_state_and_taken_out_by_hand() {
    let server = by_events(tempfile::tempdir().unwrap(), SCHEMA, &[WELCOME]);
    event(&server, "early", "tick", "09:00:00");
    let enter = |customer: &str| {
        let body = json!({ "customer_id": customer, "payload": { "source": "web" } });
        assert_eq!(send(&server, WELCOMED, "application/json", &body.to_string()).status, 200);
    };
    enter("ann");
    enter("a/b");
    event(&server, "ann", "tick", "10:00:00");
    event(&server, "a/b", "tick", "10:00:00");
    enter("bob");
    let at = |tile: &str| -> Vec<String> {
        let members = items(&server, &format!("{WELCOMED}?tile={tile}"));
        let mut names: Vec<String> =
            members.iter().map(|it| it["customer"].as_str().unwrap().to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!((at("first"), at("second")), (vec!["bob".into()], vec!["a/b".into(), "ann".into()]));
    let unknown = server.get(&format!("{WELCOMED}?tile=third"));
    assert_eq!(unknown.problem(), (400, "invalid-parameter".to_owned()));
    assert!(unknown.text().contains("first, second"), "{}", unknown.text());
    assert_eq!(server.get(&format!("{WELCOMED}?state=odd")).problem().0, 400);
    assert_eq!(server.get("/api/v1/journeys/nothing/members").problem().0, 404);

    post(&server, "/api/v1/journeys/welcome/pause");
    assert_eq!(items(&server, &format!("{WELCOMED}?state=paused")).len(), 3, "at once");
    assert_eq!(items(&server, &format!("{WELCOMED}?state=waiting")).len(), 0);
    let delete =
        |customer: &str| server.send("DELETE", &format!("{WELCOMED}/{customer}"), &[], b"");
    assert_eq!(delete("ann").status, 204);
    assert_eq!(delete("a%2Fb").status, 204);
    assert_eq!(delete("ann").problem(), (404, "not-found".to_owned()));
    assert_eq!(delete("stranger").problem().0, 404);
    assert_eq!(server.get("/api/v1/customers/stranger").problem().0, 404, "nobody is made known");
    let counts = &get(&server, "/api/v1/journeys/welcome")["counts"];
    assert_eq!((&counts["removed"], &counts["inside"]), (&json!(2), &json!(1)));
}

#[test]
fn a_pause_longer_than_a_wait_puts_its_end_off() {
    let server = by_events(tempfile::tempdir().unwrap(), SCHEMA, &[WELCOME]);
    event(&server, "ann", "tick", "08:59:00");
    let body = r#"{"customer_id":"ann","payload":{"source":"web"}}"#;
    assert_eq!(send(&server, WELCOMED, "application/json", body).status, 200);
    event(&server, "ann", "tick", "09:09:00");
    post(&server, "/api/v1/journeys/welcome/pause");
    event(&server, "ann", "tick", "15:00:00");
    let tile = || items(&server, WELCOMED)[0]["tile"].clone();
    assert_eq!(tile(), "first", "it stands still");
    post(&server, "/api/v1/journeys/welcome/resume");
    event(&server, "ann", "tick", "15:49:59");
    assert_eq!(tile(), "first", "ten minutes were waited before, fifty are left");
    event(&server, "ann", "tick", "15:50:00");
    assert_eq!(tile(), "second");
}

#[test]
fn a_new_version_leaves_members_to_the_old_one_or_takes_them_along() {
    let server = by_events(tempfile::tempdir().unwrap(), SCHEMA, &[WELCOME]);
    event(&server, "ann", "tick", "09:00:00");
    let enter = |customer: &str| {
        let body = json!({ "customer_id": customer, "payload": { "source": "web" } });
        assert_eq!(send(&server, WELCOMED, "application/json", &body.to_string()).status, 200);
    };
    let change = |source: &str| {
        let draft = server.send("POST", "/api/v1/journeys/welcome/draft", &[], b"");
        let tag = draft.header("etag").unwrap().to_owned();
        let headers = [("content-type", "application/json"), ("if-match", tag.as_str())];
        let body = json!({ "source": source }).to_string();
        let put = server.send("PUT", "/api/v1/journeys/welcome", &headers, body.as_bytes());
        assert_eq!(put.status, 200, "{}", put.text());
    };
    let member = |customer: &str, fits: &dyn Fn(&Value) -> bool| {
        until(customer, || {
            let members = items(&server, WELCOMED);
            members.into_iter().find(|it| it["customer"] == customer && fits(it))
        })
    };
    enter("ann");
    change(&WELCOME.replace("wait 1h", "wait 3h"));
    post(&server, "/api/v1/journeys/welcome/activate?in_flight=pin");
    enter("bob");
    assert_eq!(member("ann", &|_| true)["version"], 1, "pinned");
    assert_eq!(member("bob", &|_| true)["version"], 2);
    event(&server, "ann", "tick", "10:00:00");
    event(&server, "bob", "tick", "10:00:00");
    assert_eq!(member("ann", &|_| true)["tile"], "second", "by its own version");
    assert_eq!(member("bob", &|_| true)["tile"], "first");

    change(&WELCOME.replace("first: wait 1h", "begin: wait 3h").replace("1d", "2d"));
    let planned = post(&server, "/api/v1/journeys/welcome/activate?in_flight=migrate&plan=true");
    assert_eq!((&planned["from"], &planned["to"]), (&json!(2), &json!(3)), "{planned}");
    let first = planned["tiles"].as_array().unwrap().iter().find(|it| it["tile"] == "first");
    let fate = ["members", "fate", "to"].map(|name| first.unwrap()[name].clone());
    assert_eq!(fate, [json!(1), json!("map"), json!("begin")], "{planned}");
    assert_eq!(member("bob", &|_| true)["version"], 2, "a plan changes nothing");
    post(&server, "/api/v1/journeys/welcome/activate?in_flight=migrate");
    let bob = member("bob", &|it| it["version"] == 3);
    assert_eq!((&bob["tile"], &bob["membership"]), (&json!("begin"), &json!(1)));
    assert_eq!(bob["waits_until"], "2026-01-05T12:00:00.000Z", "the time it has waited counts");
    assert_eq!(member("ann", &|_| true)["version"], 1, "pinned still");
}

#[test]
fn who_is_in_an_audience_enters_a_journey_that_includes_them_at_a_bounded_rate() {
    let server = Server::dev(&["--set", "engine.release_rate=2000", "--set", "engine.shards=2"]);
    set_up(&server, SCHEMA, &[]);
    let ids: String = (0..3_000).map(|number| format!("vip{number}\n")).collect();
    let csv = format!("customer_id\n{ids}");
    list(&server, "/api/v1/audiences/vips/members", "text/csv", &csv);
    let lounge =
        "journey lounge {\n  entry audience vips including existing\n  wait 1h\n  exit done\n}\n";
    create(&server, lounge);
    let activated = post(&server, "/api/v1/journeys/lounge/activate");
    let progress = &activated["catching_up"];
    assert!(progress["looked_at"].as_u64().unwrap() < 3_000, "{activated}");
    let journey = until("all have been looked at", || {
        let journey = get(&server, "/api/v1/journeys/lounge");
        Some(journey).filter(|it| it.get("catching_up").is_none())
    });
    assert_eq!(journey["counts"]["inside"], 3_000);
    assert_eq!(whole(&server, "/api/v1/journeys/lounge/members").len(), 3_000);
    server.send("PUT", "/api/v1/audiences/vips/members/late", &[], b"");
    let counts = &get(&server, "/api/v1/journeys/lounge")["counts"];
    assert_eq!(counts["entered"], 3_001, "and who joins later enters, too");
}
