use std::time::{Duration, Instant};

use data_encoding::BASE64;

use crate::support::{PATIENCE, Said, Server, journeyd, run};

fn keys(server: &Server, arguments: &[&str]) -> Said {
    run(journeyd().current_dir(server.folder.path()).arg("keys").args(arguments))
}

fn create(folder: &std::path::Path, scopes: &str) -> String {
    let arguments = ["keys", "create", "--name", "test", "--scope", scopes];
    let said = run(journeyd().current_dir(folder).args(arguments));
    assert!(said.status.success(), "{}", said.err);
    said.out.trim().to_owned()
}

fn serving() -> (Server, String) {
    let folder = tempfile::tempdir().unwrap();
    let admin = create(folder.path(), "admin");
    (Server::start(folder, &["serve"]), admin)
}

const SOURCE: (&str, &[u8]) = ("text/x-journey", b"");

fn check(server: &Server, authorization: &str) -> u16 {
    let headers = [("content-type", SOURCE.0), ("authorization", authorization)];
    server.send("POST", "/api/v1/check", &headers, SOURCE.1).status
}

#[test]
fn a_server_without_keys_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    let said = run(journeyd().current_dir(folder.path()).arg("serve"));
    assert_eq!(said.status.code(), Some(2));
    assert!(said.err.contains("journeyd keys create"), "{}", said.err);
}

#[test]
fn off_loopback_a_server_needs_tls_or_to_be_told() {
    let folder = tempfile::tempdir().unwrap();
    create(folder.path(), "admin");
    let listen = ["--listen", "0.0.0.0:0"];
    let said = run(journeyd().current_dir(folder.path()).arg("serve").args(listen));
    assert_eq!(said.status.code(), Some(2));
    assert!(said.err.contains("server.plain_text"), "{}", said.err);
    let said = run(journeyd().current_dir(folder.path()).arg("dev").args(listen));
    assert_eq!(said.status.code(), Some(2));
    assert!(said.err.contains("loopback only"), "{}", said.err);
}

#[test]
fn a_request_needs_a_key_with_the_scope() {
    let (server, admin) = serving();
    let reader = create(server.folder.path(), "read");
    let ingest = create(server.folder.path(), "ingest");
    assert_eq!(check(&server, &format!("Bearer {admin}")), 200);
    let basic = |user: &str| format!("Basic {}", BASE64.encode(format!("{user}:").as_bytes()));
    assert_eq!(check(&server, &basic(&admin)), 200);
    until(|| check(&server, &format!("bearer {reader}")) == 200, "new keys are heard of");

    let forbidden = [("content-type", SOURCE.0), ("authorization", &format!("Bearer {ingest}"))];
    let answer = server.send("POST", "/api/v1/check", &forbidden, SOURCE.1);
    assert_eq!(answer.problem(), (403, "forbidden".to_owned()));
    assert!(answer.text().contains("`read`"));

    let none = server.send("POST", "/api/v1/check", &[("content-type", SOURCE.0)], SOURCE.1);
    assert_eq!(none.problem(), (401, "unauthenticated".to_owned()));
    let ways: Vec<_> = none.headers.iter().filter(|(name, _)| name == "www-authenticate").collect();
    assert_eq!(ways.len(), 2, "{ways:?}");
    for wrong in ["Bearer", "Bearer x", "Digest x", "Basic ???", &basic("nobody")] {
        assert_eq!(check(&server, wrong), 401, "{wrong}");
    }
    assert_eq!(server.get("/metrics").problem().0, 401);
    let with_key = [("authorization", format!("Bearer {reader}"))];
    let with_key = with_key.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(server.send("GET", "/metrics", &with_key, b"").status, 200);
    assert_eq!(server.get("/livez").status, 200);
}

#[test]
fn a_key_is_revoked_while_the_server_runs() {
    let (server, admin) = serving();
    let key = format!("Bearer {admin}");
    assert_eq!(check(&server, &key), 200);
    let id = admin.get(3..11).unwrap();
    assert!(keys(&server, &["revoke", id]).status.success());
    until(|| check(&server, &key) == 401, "the revocation is heard of");
    let listed = keys(&server, &["list"]).out;
    assert!(listed.contains(id) && listed.contains("revoked"), "{listed}");
    assert_eq!(keys(&server, &["revoke", "nobody00"]).status.code(), Some(2));
}

#[test]
fn a_key_is_seen_nowhere_but_where_it_was_made() {
    let (server, admin) = serving();
    check(&server, &format!("Bearer {admin}"));
    check(&server, &format!("Bearer {}", admin.replace("jd_", "jd-")));
    let mut seen = server.log();
    for name in ["keys.json", "server.key"] {
        let path = server.folder.path().join("journeyd-data").join(name);
        seen.push_str(&std::fs::read_to_string(path).unwrap());
    }
    let secret = admin.rsplit('_').next().unwrap();
    assert!(!seen.contains(secret));
    assert!(seen.contains(admin.get(3..11).unwrap()), "only its id");
}

#[test]
fn keys_have_limits_that_answers_tell() {
    let folder = tempfile::tempdir().unwrap();
    let admin = create(folder.path(), "admin");
    let server = Server::start(folder, &["serve", "--set", "limits.requests_per_minute=2"]);
    let bearer = format!("Bearer {admin}");
    let headers = [("content-type", SOURCE.0), ("authorization", bearer.as_str())];
    let ask = || server.send("POST", "/api/v1/check", &headers, SOURCE.1);
    let first = ask();
    assert_eq!(first.header("ratelimit-policy"), Some("\"requests\";q=2;w=60"));
    assert!(first.header("ratelimit").is_some_and(|it| it.starts_with("\"requests\";r=1;")));
    ask();
    let refused = ask();
    assert_eq!(refused.problem(), (429, "rate-limited".to_owned()));
    assert!(refused.header("retry-after").unwrap().parse::<u64>().unwrap() <= 30);
}

/// Asks until it is so.
fn until(is: impl Fn() -> bool, what: &str) {
    let begun = Instant::now();
    while !is() {
        assert!(begun.elapsed() < PATIENCE, "{what}: not in {PATIENCE:?}");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}
