//! The files of a workspace, as editors know them.

use std::collections::HashMap;
use std::sync::Arc;

use journey_base::FileId;
use journey_workspace::directory::Stamp;
use journey_workspace::load::Damage;
use tower_lsp_server::ls_types::{Diagnostic, Uri};

use crate::uris::Key;

/// A file of a workspace.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) key: Key,
    pub(crate) uri: Uri,
    /// The version that its editor gave it; nothing while none has it open.
    pub(crate) version: Option<i32>,
    /// Why it cannot be taken as it is.
    pub(crate) damage: Option<Damage>,
    /// How it was found on the disk; nothing if it is in an editor alone.
    pub(crate) stamp: Option<Stamp>,
}

/// The configuration, as it was read.
#[derive(Debug, Clone)]
pub(crate) struct ConfigFile {
    pub(crate) uri: Uri,
    /// What is wrong with it.
    pub(crate) findings: Arc<Vec<Diagnostic>>,
}

/// All files of a workspace.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    entries: Vec<Option<Entry>>,
    by_key: HashMap<Key, FileId>,
    pub(crate) config: Option<ConfigFile>,
}

impl Table {
    pub(crate) fn find(&self, key: &Key) -> Option<FileId> {
        self.by_key.get(key).copied()
    }

    pub(crate) fn get(&self, file: FileId) -> Option<&Entry> {
        self.entries.get(file.0 as usize)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, file: FileId) -> Option<&mut Entry> {
        self.entries.get_mut(file.0 as usize)?.as_mut()
    }

    /// Puts a file in its place, or in place of what was known of it.
    pub(crate) fn put(&mut self, file: FileId, entry: Entry) {
        let at = file.0 as usize;
        if self.entries.len() <= at {
            self.entries.resize(at + 1, None);
        }
        self.by_key.insert(entry.key.clone(), file);
        if let Some(place) = self.entries.get_mut(at) {
            *place = Some(entry);
        }
    }

    pub(crate) fn remove(&mut self, file: FileId) -> Option<Entry> {
        let entry = self.entries.get_mut(file.0 as usize)?.take()?;
        self.by_key.remove(&entry.key);
        Some(entry)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (FileId, &Entry)> {
        (0..).map(FileId).zip(&self.entries).filter_map(|(id, it)| Some((id, it.as_ref()?)))
    }
}
