//! What makes a finding the same one after lines above it came or went.

use std::collections::HashMap;

use journey_base::Diagnostic;

use super::Files;

/// A name for each finding, in their order: a hash of its file, code and message and of the line it
/// stands on, and, where several share those, of which one it is. 32 hexadecimal digits.
pub(super) fn fingerprints(files: &Files, diagnostics: &[Diagnostic]) -> Vec<String> {
    let mut seen: HashMap<blake3::Hash, u32> = HashMap::new();
    let hashes = diagnostics.iter().map(|finding| {
        let mut hasher = blake3::Hasher::new();
        let code = finding.code.to_string();
        let line = files.line(&finding.primary).trim();
        for part in [files.path(finding.primary.file), &code, &finding.message, line] {
            hasher.update(part.as_bytes());
            hasher.update(&[0]);
        }
        let count = seen.entry(hasher.finalize()).or_default();
        *count += 1;
        hasher.update(&count.to_le_bytes());
        hasher.finalize().to_hex().chars().take(32).collect()
    });
    hashes.collect()
}
