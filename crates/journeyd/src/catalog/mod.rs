//! What runs: the sources, drafts and versions of the workspace, and their compiling and activation.

mod check;
mod files;

pub use check::{Checker, WorkspaceChecker};
pub use files::{FilesError, WorkspaceFiles};
