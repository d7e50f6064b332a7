//! The files of a workspace: they come, change and go. No id is ever that of another file.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use journey_base::FileId;

use super::Workspace;
use crate::db::SourceFile;

/// Why a read of a snapshot gave nothing: the workspace was about to change, or the read was
/// [stopped](super::Stop).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the workspace changed meanwhile, or nobody wants to know any more")]
pub struct Superseded;

/// Reads a snapshot that whoever owns the workspace may change at any moment, and that may be
/// stopped. Other panics than those go on.
pub fn unless_superseded<T>(read: impl FnOnce() -> T) -> Result<T, Superseded> {
    catch_unwind(AssertUnwindSafe(read)).map_err(|payload| {
        match payload.downcast_ref::<salsa::Cancelled>() {
            Some(salsa::Cancelled::PendingWrite | salsa::Cancelled::Local) => Superseded,
            _ => resume_unwind(payload),
        }
    })
}

impl Workspace {
    /// The path of a file.
    pub fn path(&self, file: FileId) -> Option<&str> {
        self.present(file).map(|file| file.path(&self.db))
    }

    /// The text of a file.
    pub fn text(&self, file: FileId) -> Option<Arc<str>> {
        // Whoever only reads texts has to notice, too, that somebody waits to change one.
        salsa::Database::unwind_if_revision_cancelled(&self.db);
        self.present(file).map(|file| file.text(&self.db))
    }

    /// The files there are.
    pub fn files(&self) -> impl Iterator<Item = FileId> + '_ {
        (0..self.files.len() as u32).map(FileId).filter(|file| !self.removed.contains(file))
    }

    /// Takes in a file, closed. One that was there before under this path gets its id back; one
    /// that is there gets the text.
    pub fn add(&mut self, path: &str, text: impl Into<Arc<str>>) -> FileId {
        let text = text.into();
        let known = self.files.iter().position(|file| file.path(&self.db) == path);
        let id = FileId(known.unwrap_or(self.files.len()) as u32);
        match known.and_then(|at| self.files.get(at)).copied() {
            Some(file) if self.removed.contains(&id) => {
                Arc::make_mut(&mut self.removed).remove(&id);
                self.db.restore(file, text);
            }
            Some(file) if self.db.is_open(file) => self.db.set_text(file, text),
            Some(file) => self.db.set_closed_text(file, text),
            None => {
                let file = self.db.add(id, path.into(), text);
                Arc::make_mut(&mut self.files).push(file);
            }
        }
        id
    }

    /// Takes a file out. The ids of the others stay.
    pub fn remove(&mut self, file: FileId) {
        if let Some(source) = self.present(file) {
            self.db.remove(source);
            Arc::make_mut(&mut self.removed).insert(file);
        }
    }

    /// Says that a file will change often from now on.
    pub fn open(&mut self, file: FileId) {
        if let Some(file) = self.present(file) {
            self.db.open(file);
        }
    }

    /// Says that a file will hardly change from now on. Its text stays until it gets another.
    pub fn close(&mut self, file: FileId) {
        if let Some(file) = self.present(file) {
            self.db.close(file);
        }
    }

    /// Replaces the text of a file, which opens it.
    pub fn set_text(&mut self, file: FileId, text: impl Into<Arc<str>>) {
        if let Some(file) = self.present(file) {
            self.db.set_text(file, text.into());
        }
    }

    /// Whether someone said that a file changes often, and nobody that it no longer does.
    pub fn is_open(&self, file: FileId) -> bool {
        self.present(file).is_some_and(|file| self.db.is_open(file))
    }

    pub(super) fn present(&self, file: FileId) -> Option<SourceFile> {
        self.stop.check();
        let source = self.files.get(file.0 as usize).copied();
        source.filter(|_| self.removed.is_empty() || !self.removed.contains(&file))
    }
}
