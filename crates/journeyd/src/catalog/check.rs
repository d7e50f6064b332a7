//! Checking a source against what is live.

use super::{Catalog, texts};
use crate::http::SourceError;

/// Checks sources against the live schema.
pub trait Checker: Send + Sync {
    /// What is found in a source: errors and warnings, by place. Nothing is kept.
    fn check(&self, source: String) -> Vec<SourceError>;
}

/// A source takes the place of what is live under the name of its journey. One that is not one journey is
/// checked as one more file.
impl Checker for Catalog {
    fn check(&self, source: String) -> Vec<SourceError> {
        let name = texts::name_of(&source).unwrap_or_else(|_| "source".to_owned());
        let file = super::compile::path_of(&name);
        let mut findings = self.inner().check(&self.runtime, &name, &source);
        // What is wrong elsewhere because of it is its fault, too, and is not asked for here.
        findings.retain(|finding| finding.file == file);
        findings
    }
}
