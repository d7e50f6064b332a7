//! Applying safe fixes to the files they are about.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use journey_base::{Applicability, Diagnostic, Edit, FileId, LineEnds};

use crate::compile::Compiled;
use crate::files::{self, WriteError};
use crate::load::Sources;

/// Fixes make room for others: an import that becomes unused, a name that can now be resolved.
const MAX_ROUNDS: usize = 10;

/// What came of fixing a workspace.
#[derive(Debug, Default)]
pub struct Fixed {
    /// How many fixes were applied.
    pub fixes: usize,
    /// Files that were written, as shown.
    pub files: Vec<String>,
}

/// Why a fix was not written.
#[derive(Debug, thiserror::Error)]
pub enum FixError {
    /// Somebody else is working on it.
    #[error("{path}: changed meanwhile; nothing was written to it, run again")]
    Changed {
        /// The file.
        path: String,
    },
    /// It cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Applies all safe fixes, again and again until there is none left, and writes the files that
/// changed. `check` checks sources, which it does after each round; `sources` is what was read and
/// becomes what is there now.
pub fn fix(
    sources: &mut Sources,
    check: impl Fn(&Sources) -> Compiled,
) -> Result<(Fixed, Compiled), FixError> {
    let before: Vec<Arc<str>> = sources.files.iter().map(|file| file.text.clone()).collect();
    let mut fixed = Fixed::default();
    let mut compiled = check(sources);
    for _ in 0..MAX_ROUNDS {
        let applied = round(sources, &compiled.diagnostics);
        if applied == 0 {
            break;
        }
        fixed.fixes += applied;
        compiled = check(sources);
    }
    for (file, before) in sources.files.iter().zip(before) {
        if file.text != before {
            write(&file.path, &before, &file.text)?;
            fixed.files.push(file.path.clone());
        }
    }
    Ok((fixed, compiled))
}

/// One pass over all findings; gives how many fixes were applied. Of two that touch each other the
/// later has to wait for the next round.
fn round(sources: &mut Sources, diagnostics: &[Diagnostic]) -> usize {
    let mut edits: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
    let mut applied = 0;
    for finding in diagnostics {
        let safe = finding.fixes.iter().find(|it| it.applicability == Applicability::Safe);
        let Some(fix) = safe.filter(|fix| !fix.edits.is_empty()) else { continue };
        let known = |edit: &Edit| {
            let file = sources.files.get(edit.file.0 as usize);
            file.is_some_and(|file| file.damage.is_none())
        };
        let free = |edit: &Edit| {
            edits.get(&edit.file).is_none_or(|taken| taken.iter().all(|it| apart(it, edit)))
        };
        if fix.edits.iter().all(|edit| known(edit) && free(edit)) {
            applied += 1;
            fix.edits.iter().for_each(|edit| edits.entry(edit.file).or_default().push(edit));
        }
    }
    for (file, mut edits) in edits {
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.range));
        if let Some(file) = sources.files.get_mut(file.0 as usize) {
            let (mut text, ends) = (file.text.to_string(), LineEnds::of(&file.text));
            for edit in edits {
                text.replace_range(std::ops::Range::from(edit.range), &ends.put(&edit.text));
            }
            file.text = text.into();
        }
    }
    applied
}

/// Whether two edits of a file leave each other alone: they do not even touch.
fn apart(a: &Edit, b: &Edit) -> bool {
    a.range.end < b.range.start || b.range.end < a.range.start
}

/// Writes a file anew, unless it is not what it was any more.
pub(crate) fn write(path: &str, before: &str, after: &str) -> Result<(), FixError> {
    let path = Path::new(path);
    // An editor may have saved the file since it was read.
    if std::fs::read(path).is_ok_and(|now| now != before.as_bytes()) {
        return Err(FixError::Changed { path: path.display().to_string() });
    }
    Ok(files::replace(path, after.as_bytes())?)
}
