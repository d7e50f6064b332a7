//! Lists are read a page at a time while they change: what is there all the time is on one page, once.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::receiver::{create, get, post, set_up};
use super::support::{ANY, Server};

const SCHEMA: &str = "event signed_up {}\nevent ping {}\naudience readers \"Readers\"\n";
const JOURNEY: &str =
    "journey stay {\n  entry event signed_up  reenter always\n  wait 90d\n  exit done\n}\n";
/// What is there from the beginning; every third goes away meanwhile.
const COUNT: usize = 24;

fn server() -> Server {
    let server = Server::dev(&["--set", "engine.shards=3"]);
    set_up(&server, SCHEMA, &[JOURNEY]);
    server
}

fn goes_away(number: usize) -> bool {
    number % 3 == 1
}

/// Reads a list to its end; `meanwhile` happens after each page but the last, whose number it is told. How often each
/// was seen, by `name`.
fn walk(
    server: &Server,
    list: &str,
    name: &str,
    mut meanwhile: impl FnMut(usize),
) -> BTreeMap<String, usize> {
    let (mut seen, mut cursor, mut pages) = (BTreeMap::new(), String::new(), 0);
    loop {
        let page = get(server, &format!("{list}?limit=5{cursor}"));
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 5);
        for item in items {
            let name = item[name].as_str().map_or_else(|| item[name].to_string(), str::to_owned);
            *seen.entry(name).or_default() += 1;
        }
        let Some(next) = page["next_cursor"].as_str() else { return seen };
        cursor = format!("&cursor={next}");
        meanwhile(pages);
        pages += 1;
        assert!(pages < 100, "the list does not end");
    }
}

/// What was there all the time was seen once, and nothing twice.
fn check(seen: &BTreeMap<String, usize>, name: impl Fn(usize) -> String) {
    for number in (0..COUNT).filter(|number| !goes_away(*number)) {
        assert_eq!(seen.get(&name(number)), Some(&1), "{}: {seen:?}", name(number));
    }
    assert!(seen.values().all(|count| *count == 1), "{seen:?}");
}

/// Which go away after a page: those of a sixth, from both ends.
fn going(page: usize) -> impl Iterator<Item = usize> {
    (0..COUNT).filter(move |number| goes_away(*number) && number % 4 == page % 4)
}

fn done(server: &Server, method: &str, path: &str) {
    let answer = server.send(method, path, &[ANY], b"");
    assert!([200, 204, 404].contains(&answer.status), "{method} {path}: {}", answer.text());
}

#[test]
fn journeys() {
    let server = Server::dev(&[]);
    set_up(&server, SCHEMA, &[]);
    let name = |number: usize| format!("j{number:02}");
    let draft = |name: &str| create(&server, &JOURNEY.replace("stay", name));
    (0..COUNT).for_each(|number| drop(draft(&name(number))));
    let seen = walk(&server, "/api/v1/journeys", "id", |page| {
        draft(&format!("a{page}"));
        draft(&format!("z{page}"));
        going(page)
            .for_each(|it| done(&server, "DELETE", &format!("/api/v1/journeys/{}", name(it))));
    });
    check(&seen, name);
}

#[test]
fn members_of_a_journey() {
    let server = server();
    let name = |number: usize| format!("m{number:02}");
    let enter = |customer: &str| {
        let body = json!({ "customer_id": customer }).to_string();
        let entered = server.post_json("/api/v1/journeys/stay/members", &body);
        assert!(entered.status < 300, "{}", entered.text());
    };
    (0..COUNT).for_each(|number| enter(&name(number)));
    let list = "/api/v1/journeys/stay/members";
    let seen = walk(&server, list, "customer", |page| {
        // They begin with all letters, so they come in before and behind what was listed.
        ["a", "m1", "z"].iter().for_each(|letter| enter(&format!("{letter}-new-{page}")));
        going(page).for_each(|it| done(&server, "DELETE", &format!("{list}/{}", name(it))));
    });
    check(&seen, name);
}

#[test]
fn members_of_an_audience() {
    let server = server();
    let list = "/api/v1/audiences/readers/members";
    let name = |number: usize| format!("m{number:02}");
    let put = |name: &str| done(&server, "PUT", &format!("{list}/{name}"));
    (0..COUNT).for_each(|number| put(&name(number)));
    let seen = walk(&server, list, "customer", |page| {
        ["a", "m1", "z"].iter().for_each(|letter| put(&format!("{letter}-new-{page}")));
        going(page).for_each(|it| done(&server, "DELETE", &format!("{list}/{}", name(it))));
    });
    check(&seen, name);
}

#[test]
fn rejected_events() {
    let server = server();
    let send = |customer: &str| {
        let body = json!({ "customer_id": customer, "event": "undeclared" }).to_string();
        assert_eq!(server.post_json("/api/v1/events", &body).json()["rejected"], 1);
    };
    let name = |number: usize| format!("m{number:02}");
    (0..COUNT).for_each(|number| send(&name(number)));
    let seen = walk(&server, "/api/v1/rejected-events", "customer", |page| {
        (0..3).for_each(|it| send(&format!("new-{page}-{it}")));
        // A customer who is erased takes its events along.
        going(page)
            .for_each(|it| done(&server, "DELETE", &format!("/api/v1/customers/{}", name(it))));
    });
    check(&seen, name);
    assert!(!seen.keys().any(|name| name.starts_with("new")), "what came later is newer: {seen:?}");
}

#[test]
fn the_timeline_of_a_customer() {
    let server = server();
    let send = |count: usize| {
        let event = json!({ "customer_id": "ann", "event": "signed_up" });
        let taken =
            server.post_json("/api/v1/events", &Value::from(vec![event; count]).to_string());
        assert_eq!(taken.json()["accepted"], count);
    };
    send(COUNT);
    let list = "/api/v1/customers/ann/timeline";
    let ids = |items: &Value| -> Vec<String> {
        items["items"].as_array().unwrap().iter().map(|it| it["id"].to_string()).collect()
    };
    let before = ids(&get(&server, &format!("{list}?limit=200")));
    assert!(before.len() >= COUNT, "{before:?}");
    let seen = walk(&server, list, "id", |_| send(3));
    let seen: Vec<(String, usize)> = seen.into_iter().collect();
    let unquoted = before.iter().map(|id| id.trim_matches('"').to_owned());
    let mut expected: Vec<(String, usize)> = unquoted.map(|id| (id, 1)).collect();
    expected.sort();
    assert_eq!(seen, expected, "all that had happened, once, and nothing that happened since");
}

#[test]
fn errors_of_a_journey() {
    let server = Server::dev(&["--set", "engine.shards=3"]);
    let schema = "customer { parts: int = 0 }\nevent signed_up {}\n";
    // Nothing can be divided by their number of parts.
    let journey = "journey stay {\n  entry event signed_up\n  \
        big: branch { when 10 / customer.parts > 2 { exit more } }\n  exit done\n}\n";
    set_up(&server, schema, &[journey]);
    let name = |number: usize| format!("m{number:02}");
    let enter = |customer: &str| {
        let body = json!({ "customer_id": customer, "event": "signed_up" }).to_string();
        assert_eq!(server.post_json("/api/v1/events", &body).json()["accepted"], 1);
    };
    (0..COUNT).for_each(|number| enter(&name(number)));
    let list = "/api/v1/journeys/stay/errors";
    let all = get(&server, &format!("{list}?limit=200"));
    let id = |number: usize| {
        let items = all["items"].as_array().unwrap();
        let found = items.iter().find(|it| it["customer"] == name(number));
        found.unwrap_or_else(|| panic!("{all}"))["id"].as_str().unwrap().to_owned()
    };
    let seen = walk(&server, list, "customer", |page| {
        ["a", "m1", "z"].iter().for_each(|letter| enter(&format!("{letter}-new-{page}")));
        going(page).for_each(|it| drop(post(&server, &format!("{list}/{}/drop", id(it)))));
    });
    check(&seen, name);
}
