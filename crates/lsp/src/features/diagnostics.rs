//! Findings, for clients that ask for them.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use journey_base::FileId;
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::*;

use crate::findings;
use crate::view::{NO_FILE, View};

/// What was found in a document or a configuration, or that it is what the client knows.
pub(crate) fn of_document(
    view: &View,
    params: &DocumentDiagnosticParams,
) -> Result<DocumentDiagnosticReportResult> {
    let items = items(view, (view.file != NO_FILE).then_some(view.file));
    Ok(document(items, params.previous_result_id.as_deref()))
}

/// The findings of one document, none where there is no such document.
pub(crate) fn document(
    items: Vec<Diagnostic>,
    before: Option<&str>,
) -> DocumentDiagnosticReportResult {
    let result_id = name_of(&items);
    let report = if before == Some(&result_id) {
        let unchanged_document_diagnostic_report = UnchangedDocumentDiagnosticReport { result_id };
        DocumentDiagnosticReport::Unchanged(RelatedUnchangedDocumentDiagnosticReport {
            related_documents: None,
            unchanged_document_diagnostic_report,
        })
    } else {
        let result_id = Some(result_id);
        DocumentDiagnosticReport::Full(RelatedFullDocumentDiagnosticReport {
            related_documents: None,
            full_document_diagnostic_report: FullDocumentDiagnosticReport { result_id, items },
        })
    };
    report.into()
}

/// What was found everywhere. Files about which there is nothing to say, and was not, are left
/// out.
pub(crate) fn of_all(
    views: &[View],
    params: &WorkspaceDiagnosticParams,
) -> Result<WorkspaceDiagnosticReportResult> {
    let known = params.previous_result_ids.iter();
    let mut known: HashMap<&Uri, &str> = known.map(|it| (&it.uri, it.value.as_str())).collect();
    let mut reports = Vec::new();
    for view in views {
        let files = view.table.iter().map(|(file, entry)| (Some(file), &entry.uri, entry.version));
        let config = view.table.config.as_ref().map(|config| (None, &config.uri, None));
        for (file, uri, version) in files.chain(config) {
            let items = items(view, file);
            let before = known.remove(uri);
            if items.is_empty() && before.is_none() {
                continue;
            }
            reports.push(report(uri.clone(), version, items, before));
        }
    }
    // What is gone has no findings any more.
    reports.extend(known.into_keys().map(|uri| report(uri.clone(), None, Vec::new(), None)));
    Ok(WorkspaceDiagnosticReport { items: reports }.into())
}

fn items(view: &View, file: Option<FileId>) -> Vec<Diagnostic> {
    match file {
        Some(file) => findings::of_file(view, file),
        None => view.table.config.as_ref().map(|it| it.findings.to_vec()).unwrap_or_default(),
    }
}

fn report(
    uri: Uri,
    version: Option<i32>,
    items: Vec<Diagnostic>,
    before: Option<&str>,
) -> WorkspaceDocumentDiagnosticReport {
    let (result_id, version) = (name_of(&items), version.map(i64::from));
    if before == Some(&result_id) {
        let unchanged_document_diagnostic_report = UnchangedDocumentDiagnosticReport { result_id };
        return WorkspaceDocumentDiagnosticReport::Unchanged(
            WorkspaceUnchangedDocumentDiagnosticReport {
                uri,
                version,
                unchanged_document_diagnostic_report,
            },
        );
    }
    let result_id = Some(result_id);
    WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
        uri,
        version,
        full_document_diagnostic_report: FullDocumentDiagnosticReport { result_id, items },
    })
}

/// The same findings have the same name, for as long as the server runs.
fn name_of(findings: &[Diagnostic]) -> String {
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(findings).unwrap_or_default().hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
