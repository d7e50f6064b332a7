use crate::support::{Server, journeyd, run};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");

#[test]
fn openapi_document_is_the_committed_one() {
    let now = run(journeyd().arg("openapi")).out;
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(PATH, &now).unwrap();
    }
    let committed = std::fs::read_to_string(PATH).unwrap_or_default();
    assert!(
        now == committed,
        "the routes have changed: UPDATE_EXPECT=1 cargo test -p journeyd --test server openapi"
    );
}

#[test]
fn openapi_document_is_served() {
    let server = Server::dev(&[]);
    let served = server.get("/openapi.json").json();
    let committed = std::fs::read_to_string(PATH).unwrap();
    let committed: serde_json::Value = serde_json::from_str(&committed).unwrap();
    assert!(served == committed, "it serves another than the committed one");
    assert_eq!(served["openapi"], "3.1.0");
}

#[test]
fn every_operation_of_the_api_says_which_key_it_needs_and_how_it_refuses() {
    let committed = std::fs::read_to_string(PATH).unwrap();
    let document: serde_json::Value = serde_json::from_str(&committed).unwrap();
    let mut names = std::collections::BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if path.starts_with("/api/v1/") {
                assert!(operation["security"].is_array(), "{method} {path}");
                assert!(operation["responses"]["401"].is_object(), "{method} {path}");
            }
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name.to_owned()), "{method} {path}: another is called {name}");
            let summary = operation["summary"].as_str().unwrap_or_default();
            assert!(!summary.is_empty(), "{method} {path} says what it is for");
        }
    }
}

#[test]
fn every_problem_is_documented() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/api.md");
    let document = std::fs::read_to_string(path).unwrap();
    for kind in journeyd::http::ProblemKind::ALL {
        let row = format!("| `{}` | {} |", kind.slug(), kind.status().as_u16());
        assert!(document.contains(&row), "docs/api.md has no row {row}");
    }
}
