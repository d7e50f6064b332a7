//! What is wrong in a file.

use journey_base::{Diagnostic, FileId};
use journey_sema::Workspace;

/// What was found in a file, by place and code.
pub fn diagnostics(workspace: &Workspace, file: FileId) -> Vec<Diagnostic> {
    workspace.diagnostics_of(file)
}
