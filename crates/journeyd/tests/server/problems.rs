use crate::support::Server;

#[test]
fn whatever_is_refused_is_a_problem() {
    let server = Server::dev(&[]);
    let problem = |kind: &str, status| (status, kind.to_owned());
    assert_eq!(server.get("/nowhere").problem(), problem("not-found", 404));
    let other = server.send("DELETE", "/api/v1/check", &[], b"");
    assert_eq!(other.problem(), problem("method-not-allowed", 405));
    assert_eq!(other.header("allow"), Some("POST"));
    let check = |media: &str, body: &[u8]| {
        server.send("POST", "/api/v1/check", &[("content-type", media)], body).problem()
    };
    assert_eq!(check("text/plain", b"journey"), problem("unsupported-media-type", 415));
    assert_eq!(check("application/json", b"{"), problem("invalid-json", 400));
    assert_eq!(check("application/json", b"{\"text\":1}"), problem("invalid-body", 422));
    assert_eq!(check("text/x-journey", b"\xff"), problem("bad-request", 400));
    let brotli = [("content-type", "application/json"), ("content-encoding", "br")];
    let brotli = server.send("POST", "/api/v1/check", &brotli, b"{}");
    assert_eq!(brotli.problem(), problem("unsupported-encoding", 415));
    assert_eq!(brotli.header("accept-encoding"), Some("gzip, deflate"));
}

#[test]
fn each_problem_has_a_page_where_its_type_leads() {
    let server = Server::dev(&[]);
    let kind = server.get("/nowhere").json()["type"].as_str().unwrap().to_owned();
    let page = server.get(&kind);
    assert_eq!(page.status, 200);
    assert!(page.text().starts_with("404: "), "{}", page.text());
    assert_eq!(server.get("/problems/none").problem().0, 404);
}

#[test]
fn a_source_is_checked_against_the_workspace_and_not_kept() {
    let workspace = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/grocery");
    let server = Server::dev(&[workspace]);
    let source = "journey draft {\n  entry event no_such_event\n\n  exit done\n}\n";
    let as_json =
        server.post_json("/api/v1/check", &serde_json::json!({ "source": source }).to_string());
    assert_eq!(as_json.status, 200);
    let found = as_json.json();
    let first = &found["diagnostics"][0];
    assert_eq!((found["errors"].as_u64(), first["line"].as_u64()), (Some(1), Some(2)), "{found}");
    assert_eq!(first["span"]["start"]["column"], first["column"]);
    assert!(first["code"].as_str().is_some_and(|code| code.starts_with('J')));
    let media = [("content-type", "text/x-journey; charset=utf-8")];
    let as_text = server.send("POST", "/api/v1/check", &media, source.as_bytes());
    assert_eq!(as_text.json(), found);
    assert_eq!(as_text.header("x-request-id").map(str::len), Some(32));
}

#[test]
fn the_server_tells_how_it_is() {
    let server = Server::dev(&["--set", "server.open_metrics=true"]);
    assert_eq!(server.get("/livez").text(), "live\n");
    let ready = server.get("/readyz");
    assert_eq!((ready.status, ready.json()["ready"].as_bool()), (200, Some(true)));
    let metrics = server.get("/metrics").text();
    for name in [
        "journeyd_http_requests_total{",
        "process_resident_memory_bytes ",
        // Those of the requests before may be about to close.
        "journeyd_http_connections ",
    ] {
        assert!(metrics.contains(name), "{name} is not in\n{metrics}");
    }
    assert!(metrics.ends_with("# EOF\n"));
}
