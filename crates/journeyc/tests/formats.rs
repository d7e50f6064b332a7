//! What `journeyc check` writes for other programs.

#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

mod support;

use serde_json::Value;
use support::{Workspace, journeyc};

/// Errors with fixes and with places in two files, a warning, a finding behind other characters.
fn workspace() -> Workspace {
    Workspace::new(&[
        ("schema.journey", "customer { email: text? }\nevent signed_up {}\nevent idle {}\n"),
        (
            "sub dir/ä.journey",
            "/* é */ event signed_up {}\njourney j {\n  entry event signed_upp\n  wait customer.emial\n  exit done\n}\n",
        ),
    ])
}

fn check(workspace: &Workspace, format: &str) -> String {
    let run = journeyc(workspace.path(), &["check", "--format", format]);
    assert_eq!(run.code, 1, "{run:?}");
    run.stdout
}

fn validate(schema: &str, document: &str) {
    let schema: Value = serde_json::from_str(schema).unwrap();
    let document: Value = serde_json::from_str(document).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

#[test]
fn json_is_as_its_published_schema_says() {
    validate(include_str!("../../../docs/check.schema.json"), &check(&workspace(), "json"));
}

#[test]
fn sarif_is_valid_and_names_places_fixes_and_rules() {
    let text = check(&workspace(), "sarif");
    // The official schema has a bracket that only lenient dialects of patterns take for itself.
    let schema = include_str!("../../../tests/formats/sarif-2.1.0.schema.json");
    let (lax, strict) = ("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}\\\\]?$");
    assert!(schema.contains(lax));
    validate(&schema.replace(lax, strict), &text);
    let log: Value = serde_json::from_str(&text).unwrap();
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    for result in results {
        let rule = &rules[result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
    }
    let unknown = results
        .iter()
        .find(|it| it["message"]["text"].as_str().unwrap().contains("signed_upp"))
        .unwrap();
    let place = &unknown["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "sub%20dir/%C3%A4.journey");
    assert_eq!(place["region"]["startLine"], 3);
    let change = &unknown["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(change["insertedContent"]["text"], "signed_up");
}

#[test]
fn a_finding_keeps_its_fingerprint_when_lines_come_and_go() {
    let prints = |workspace: &Workspace| -> Vec<String> {
        let report: Value = serde_json::from_str(&check(workspace, "gitlab")).unwrap();
        let issues = report.as_array().unwrap().iter();
        issues.map(|issue| issue["fingerprint"].as_str().unwrap().to_owned()).collect()
    };
    let twice = "journey a { entry manual wait customer.nix\n wait customer.nix\n exit done }\n";
    let workspace = Workspace::new(&[("a.journey", twice)]);
    let before = prints(&workspace);
    workspace.write("a.journey", format!("// new\n\n{twice}").as_bytes());
    assert_eq!(prints(&workspace), before);
    let distinct: std::collections::BTreeSet<_> = before.iter().collect();
    assert_eq!(distinct.len(), before.len());
}

#[test]
fn github_annotations_stay_on_one_line_whatever_is_in_them() {
    let text = check(&workspace(), "github");
    assert!(text.lines().all(|line| line.starts_with("::")), "{text}");
    let line = text.lines().find(|line| line.contains("signed_upp")).unwrap();
    assert!(
        line.starts_with(
            "::error file=sub dir/ä.journey,line=3,endLine=3,col=15,endColumn=25,title=J0101::"
        ),
        "{line}"
    );
    let comma = Workspace::new(&[("a,b:c%.journey", "event x { a: txt }\n")]);
    let text = check(&comma, "github");
    assert!(text.contains("file=a%2Cb%3Ac%25.journey,"), "{text}");
}

#[test]
fn gitlab_issues_have_path_line_and_severity() {
    let report: Value = serde_json::from_str(&check(&workspace(), "gitlab")).unwrap();
    let issue = report
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["description"].as_str().unwrap().contains("signed_upp"))
        .unwrap();
    assert_eq!(issue["check_name"], "J0101");
    assert_eq!(issue["severity"], "major");
    assert_eq!(issue["location"]["path"], "sub dir/ä.journey");
    assert_eq!(issue["location"]["lines"]["begin"], 3);
}

#[test]
fn junit_has_a_case_for_each_file_that_fails_where_there_are_errors() {
    let text = check(&workspace(), "junit");
    assert!(text.contains(r#"tests="2" failures="1""#), "{text}");
    assert_eq!(text.matches("<testcase ").count(), 2);
    assert_eq!(text.matches("<failure ").count(), 1);
    // The warning about `idle` fails nothing.
    assert!(text.contains("schema.journey:3:7: warning[J0603]") || text.contains("/>"), "{text}");
}
