//! The page at `/`.

use serde_json::json;

use super::support::{Server, Workspace, basic};

const SCHEMA: &str = "customer { plan: text? }\nevent signed_up {}\n";
const JOURNEY: &str =
    "journey secret_plans {\n  entry event signed_up\n  patience: wait 1d\n  exit done\n}\n";

#[test]
fn it_shows_journeys_with_their_states_and_counts_and_names_no_customer() {
    let workspace = Workspace::serve("", SCHEMA, &[("secret_plans", JOURNEY)]);
    let draft = json!({ "source": "journey other { entry event signed_up exit done }" });
    workspace.done("POST", "/api/v1/journeys", &draft.to_string());
    let guests =
        (0..1_234).map(|it| json!({ "customer_id": format!("canary-{it}"), "event": "signed_up" }));
    workspace.events(&guests.collect());
    workspace.request("POST", "/api/v1/events", r#"{"customer_id":"canary-x","event":"canary"}"#);

    let answer = workspace.done("GET", "/", "");
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    let page = answer.text();
    for shown in ["secret_plans", "other", "active", "draft", "1\u{202f}234", "ready"] {
        assert!(page.contains(shown), "{shown} is not in {page}");
    }
    assert!(!page.contains("canary"), "{page}");
}

#[test]
fn it_holds_all_it_needs_and_may_do_nothing_else() {
    let server = Server::dev(&[]);
    let answer = server.get("/");
    assert_eq!(answer.status, 200);
    let page = answer.text();
    assert!(page.contains("There are none yet"));
    for outside in ["http:", "https:", "src=", "url(", "@import", "style=\"", "onclick"] {
        assert!(!page.contains(outside), "{outside}");
    }
    let policy = answer.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
}

#[test]
fn without_a_key_that_may_read_it_tells_nothing() {
    let workspace = Workspace::serve("", SCHEMA, &[("secret_plans", JOURNEY)]);
    let ask = |key: Option<&str>| {
        let authorization = key.map(basic);
        let headers = authorization.as_ref().map(|it| ("authorization", it.as_str()));
        workspace.server.send("GET", "/", headers.as_slice(), b"")
    };
    let nobody = ask(None);
    assert_eq!(nobody.problem().0, 401);
    let ways: Vec<&str> = nobody
        .headers
        .iter()
        .filter(|(name, _)| name == "www-authenticate")
        .map(|(_, way)| way.as_str())
        .collect();
    assert!(
        ways.iter().any(|way| way.starts_with("Basic")),
        "a browser asks for the key: {ways:?}"
    );
    assert_eq!(ask(Some("nonsense")).problem().0, 401);
    assert_eq!(ask(Some(&workspace.ingest)).problem().0, 403);
    for refused in [nobody, ask(Some(&workspace.ingest))] {
        assert!(!refused.text().contains("secret_plans"));
    }
    assert!(ask(Some(&workspace.reader)).text().contains("secret_plans"));
}
