//! Findings in the protocol's terms.

use std::str::FromStr;
use std::sync::Arc;

use journey_base::{Code, Diagnostic, FileId, Severity};
use journey_ide::FileRange;
use journey_sema::{Config, ConfigError};
use journey_workspace::compile::damage_finding;
use serde_json::json;
use tower_lsp_server::ls_types::{
    self as lsp, CodeDescription, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag,
    NumberOrString, Uri,
};

use crate::client::Client;
use crate::position::Lines;
use crate::view::View;

/// Who found it.
const SOURCE: &str = "journey";

/// What was found in a file. One that is damaged has one finding: what its remains would give rise
/// to says nothing more.
pub(crate) fn of_file(view: &View, file: FileId) -> Vec<lsp::Diagnostic> {
    let damage = view.table.get(file).and_then(|entry| entry.damage.as_ref());
    match damage {
        Some(damage) => vec![finding(view, &damage_finding(file, damage))],
        None => all(view, &view.workspace.findings_of(file)),
    }
}

/// The same findings in the protocol's terms.
pub(crate) fn all(view: &View, findings: &[Diagnostic]) -> Vec<lsp::Diagnostic> {
    findings.iter().map(|it| finding(view, it)).collect()
}

pub(crate) fn finding(view: &View, found: &Diagnostic) -> lsp::Diagnostic {
    let place = |label: &journey_base::Label| FileRange { file: label.file, range: label.range };
    let related = found.secondary.iter().filter_map(|label| {
        Some(DiagnosticRelatedInformation {
            location: view.location(place(label))?,
            message: label.text.clone(),
        })
    });
    let related: Vec<_> = related.collect();
    let fixes = found.fixes.iter().map(|fix| {
        json!({
            "title": fix.title,
            "safe": fix.applicability == journey_base::Applicability::Safe,
            "edit": view.workspace_edit(&fix.edits),
        })
    });
    let fixes: Vec<_> = fixes.collect();
    lsp::Diagnostic {
        range: view.range_in(place(&found.primary)),
        severity: Some(severity(found.severity)),
        code: Some(NumberOrString::String(found.code.to_string())),
        code_description: page(&view.client, found.code),
        source: Some(SOURCE.to_owned()),
        message: message(&found.message, &found.notes),
        related_information: (view.client.related && !related.is_empty()).then_some(related),
        tags: tag(found.code).map(|tag| vec![tag]),
        data: (!fixes.is_empty()).then(|| json!({ "fixes": fixes })),
    }
}

fn severity(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
    }
}

/// What is wrong, and below it what to do.
fn message(what: &str, notes: &[String]) -> String {
    std::iter::once(what).chain(notes.iter().map(String::as_str)).collect::<Vec<_>>().join("\n")
}

fn tag(code: Code) -> Option<DiagnosticTag> {
    match code {
        Code::UNUSED | Code::UNREACHABLE | Code::UNUSED_ALLOW => Some(DiagnosticTag::UNNECESSARY),
        Code::DEPRECATED => Some(DiagnosticTag::DEPRECATED),
        _ => None,
    }
}

fn page(client: &Client, code: Code) -> Option<CodeDescription> {
    let href = Uri::from_str(&format!("{}{code}.md", client.pages.as_ref()?)).ok()?;
    Some(CodeDescription { href })
}

/// The configuration that a text says, or what is wrong with it.
pub(crate) fn config(client: &Client, text: &Arc<str>) -> Result<Config, Vec<lsp::Diagnostic>> {
    let lines = Lines::new(text.clone(), client.encoding);
    let finding = |error: ConfigError| lsp::Diagnostic {
        range: lines.range(error.range),
        severity: Some(DiagnosticSeverity::ERROR),
        code: Some(NumberOrString::String(Code::BAD_CONFIG.to_string())),
        code_description: page(client, Code::BAD_CONFIG),
        source: Some(SOURCE.to_owned()),
        message: message(&error.message, error.help.as_slice()),
        ..lsp::Diagnostic::default()
    };
    Config::parse(text).map_err(|errors| errors.into_iter().map(finding).collect())
}

/// The finding about a configuration that cannot be read.
pub(crate) fn unreadable(
    client: &Client,
    damage: &journey_workspace::load::Damage,
) -> lsp::Diagnostic {
    let found = damage_finding(FileId(0), damage);
    lsp::Diagnostic {
        severity: Some(DiagnosticSeverity::ERROR),
        code: Some(NumberOrString::String(found.code.to_string())),
        code_description: page(client, found.code),
        source: Some(SOURCE.to_owned()),
        message: message(&found.message, &found.notes),
        ..lsp::Diagnostic::default()
    }
}
