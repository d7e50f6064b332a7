//! Requests that somebody else makes up from the OpenAPI document.

use std::process::Command;

use crate::support::Server;
use crate::tools;

/// What is looked at in every answer. Whether data that fits the schema is taken, and other data is
/// refused, is not: much of what a route takes depends on what is declared in the workspace.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance";

#[test]
fn requests_made_up_from_the_document_are_answered_as_it_says() {
    let Some(python) = tools::python("schemathesis") else { return };
    let recipes = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/recipes");
    let server = Server::dev(&[recipes]);
    let output = Command::new(python.with_file_name("schemathesis"))
        .current_dir(server.folder.path())
        .args(["run", &format!("http://{}/openapi.json", server.address)])
        .args(["--checks", CHECKS, "--continue-on-failure", "--no-color"])
        .args(["--phases", "examples,coverage,fuzzing", "--max-examples", "20", "--seed", "1"])
        // What comes for as long as one listens.
        .args(["--exclude-path-regex", "/live$"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("Test cases:"), "{said}");
    assert_eq!(server.get("/livez").status, 200);
}
