//! SARIF 2.1.0 (OASIS), as code scanning services read it.

use std::io::{self, Write};

use journey_base::{Applicability, Code, Diagnostic, FileId, Fix, Severity, TextRange};
use serde_json::{Value, json};

use super::{Files, fingerprint, notes};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

pub(super) fn render(
    files: &Files,
    diagnostics: &[Diagnostic],
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut codes: Vec<Code> = diagnostics.iter().map(|finding| finding.code).collect();
    codes.sort();
    codes.dedup();
    let fingerprints = fingerprint::fingerprints(files, diagnostics);
    let results = diagnostics.iter().zip(fingerprints);
    let results: Vec<Value> =
        results.map(|(finding, print)| result(files, finding, &codes, &print)).collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "journeyc",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": codes.iter().map(|code| rule(*code)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn rule(code: Code) -> Value {
    let mut rule = json!({
        "id": code.to_string(),
        "shortDescription": { "text": code.title() },
        "help": { "text": format!("`journeyc explain {code}` shows an example and its repair.") },
        "defaultConfiguration": { "level": level(code.severity()) },
    });
    if !code.lint().is_empty()
        && let Some(rule) = rule.as_object_mut()
    {
        rule.insert("name".to_owned(), json!(code.lint()));
    }
    rule
}

fn result(files: &Files, finding: &Diagnostic, codes: &[Code], fingerprint: &str) -> Value {
    let text = [vec![finding.message.clone()], notes(finding)].concat().join("\n");
    let mut location = location(files, finding.primary.file, finding.primary.range);
    message(&mut location, &finding.primary.text);
    let related = finding.secondary.iter().zip(1..).map(|(label, id)| {
        let mut related = self::location(files, label.file, label.range);
        message(&mut related, &label.text);
        if let Some(related) = related.as_object_mut() {
            related.insert("id".to_owned(), json!(id));
        }
        related
    });
    json!({
        "ruleId": finding.code.to_string(),
        "ruleIndex": codes.binary_search(&finding.code).unwrap_or_default(),
        "level": level(finding.severity),
        "message": { "text": text },
        "locations": [location],
        "relatedLocations": related.collect::<Vec<_>>(),
        "partialFingerprints": { "journeyFinding/v1": fingerprint },
        "fixes": finding.fixes.iter().map(|it| fix(files, it)).collect::<Vec<_>>(),
    })
}

fn location(files: &Files, file: FileId, range: TextRange) -> Value {
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(files.path(file)) },
        "region": region(files, file, range),
    }})
}

fn message(location: &mut Value, text: &str) {
    if !text.is_empty()
        && let Some(location) = location.as_object_mut()
    {
        location.insert("message".to_owned(), json!({ "text": text }));
    }
}

fn region(files: &Files, file: FileId, range: TextRange) -> Value {
    let (start, end) = (files.place(file, range.start), files.place(file, range.end));
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "byteOffset": range.start,
        "byteLength": range.len(),
    })
}

/// A change for each file that the fix touches.
fn fix(files: &Files, fix: &Fix) -> Value {
    let mut touched: Vec<FileId> = fix.edits.iter().map(|edit| edit.file).collect();
    touched.sort();
    touched.dedup();
    let change = |file: &FileId| {
        let edits = fix.edits.iter().filter(|edit| edit.file == *file);
        let replacements = edits.map(|edit| {
            json!({
                "deletedRegion": region(files, edit.file, edit.range),
                "insertedContent": { "text": edit.text },
            })
        });
        json!({
            "artifactLocation": { "uri": uri(files.path(*file)) },
            "replacements": replacements.collect::<Vec<_>>(),
        })
    };
    let sure = match fix.applicability {
        Applicability::Safe => "",
        Applicability::Unsafe => " (a guess)",
    };
    json!({
        "description": { "text": format!("{}{sure}", fix.title) },
        "artifactChanges": touched.iter().map(change).collect::<Vec<_>>(),
    })
}

/// The path as a URI reference (RFC 3986): what is neither unreserved nor a slash in percent form.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.replace('\\', "/").bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}
