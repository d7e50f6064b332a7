//! What was said of each file, so that nothing is said twice.

use std::collections::HashMap;
use std::sync::Arc;

use journey_base::{Diagnostic, FileId};
use tower_lsp_server::ls_types as lsp;

use crate::findings;
use crate::view::View;

/// What was said last of a file.
#[derive(Debug)]
struct Told {
    /// What it was made of.
    source: Arc<[Diagnostic]>,
    /// Of which version of the document.
    version: Option<i32>,
    findings: Vec<lsp::Diagnostic>,
}

/// What was said of the files of a workspace. Files about which nothing was found, and which no
/// editor shows, are not in it.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    told: HashMap<FileId, Told>,
}

/// Something to be said of a file.
pub(crate) struct News {
    pub(crate) findings: Vec<lsp::Diagnostic>,
    /// Whether it is not what was said before, of an earlier version maybe.
    pub(crate) differs: bool,
}

impl Ledger {
    /// What is to be said of a file now, if anything. It counts as said.
    pub(crate) fn news(&mut self, view: &View, file: FileId) -> Option<News> {
        let entry = view.table.get(file)?;
        let source = view.workspace.findings_of(file);
        let told = self.told.get(&file);
        let damaged = entry.damage.is_some();
        // Editors throw away what was said of another version than they show.
        let read =
            entry.version.is_none() || told.is_some_and(|told| told.version == entry.version);
        if read && !damaged {
            match told {
                None if source.is_empty() => return None,
                Some(told) if Arc::ptr_eq(&told.source, &source) && stays(&source, file) => {
                    return None;
                }
                _ => {}
            }
        }
        let findings = findings::of_file(view, file);
        let differs = match told {
            Some(told) => told.findings != findings,
            None => !findings.is_empty(),
        };
        let version = entry.version;
        if findings.is_empty() && version.is_none() {
            self.told.remove(&file);
        } else {
            self.told.insert(file, Told { source, version, findings: findings.clone() });
        }
        (differs || !read).then_some(News { findings, differs })
    }

    /// Forgets a file. Whether there is anything to be taken back.
    pub(crate) fn forget(&mut self, file: FileId) -> bool {
        self.told.remove(&file).is_some_and(|told| !told.findings.is_empty())
    }
}

/// Whether findings that are the same are at the same lines, too: they speak of no other file.
fn stays(findings: &[Diagnostic], file: FileId) -> bool {
    findings.iter().flat_map(|it| &it.secondary).all(|label| label.file == file)
}
