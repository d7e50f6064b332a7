//! A workspace as it is at one moment, for those who read it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use journey_base::{Edit, FileId, TextRange};
use journey_ide::{Counts, FilePosition, FileRange};
use journey_sema::Workspace;
use tower_lsp_server::ls_types::{
    DocumentChanges, Location, OneOf, OptionalVersionedTextDocumentIdentifier, Position, Range,
    TextDocumentEdit, TextEdit, Uri, WorkspaceEdit,
};

use crate::client::Client;
use crate::position::Lines;
use crate::root::Root;
use crate::table::Table;

/// The file of a view that is about none.
pub(crate) const NO_FILE: FileId = FileId(u32::MAX);

/// A snapshot. While there is one the workspace does not change: whoever wants to change it waits
/// until it is dropped, and its next query does not return.
pub(crate) struct View {
    // Dropped before the workspace: who waits for that one is to have the table for itself.
    pub(crate) table: Arc<Table>,
    pub(crate) client: Arc<Client>,
    /// What was counted in journeys.
    pub(crate) counts: Arc<Counts>,
    /// The document that was asked about; [`NO_FILE`] where that is none.
    pub(crate) file: FileId,
    lines: RefCell<HashMap<FileId, Arc<Lines>>>,
    pub(crate) workspace: Workspace,
}

impl View {
    pub(crate) fn new(root: &Root, client: &Arc<Client>, file: FileId) -> View {
        View {
            table: root.table.clone(),
            client: client.clone(),
            counts: root.counts.clone(),
            file,
            lines: RefCell::default(),
            workspace: root.workspace.clone(),
        }
    }

    /// The lines of a file.
    pub(crate) fn lines(&self, file: FileId) -> Option<Arc<Lines>> {
        if let Some(lines) = self.lines.borrow().get(&file) {
            return Some(lines.clone());
        }
        let lines = Arc::new(Lines::new(self.workspace.text(file)?, self.client.encoding));
        self.lines.borrow_mut().insert(file, lines.clone());
        Some(lines)
    }

    /// The place that was asked about.
    pub(crate) fn at(&self, position: Position) -> FilePosition {
        let offset = self.lines(self.file).map_or(0, |lines| lines.offset(position));
        FilePosition { file: self.file, offset }
    }

    /// The stretch that was asked about.
    pub(crate) fn within(&self, range: Range) -> FileRange {
        let range = self.lines(self.file).map(|lines| lines.text_range(range));
        FileRange { file: self.file, range: range.unwrap_or_default() }
    }

    /// A place in the document that was asked about.
    pub(crate) fn position(&self, offset: u32) -> Position {
        self.lines(self.file).map(|lines| lines.position(offset)).unwrap_or_default()
    }

    /// A stretch of the document that was asked about.
    pub(crate) fn range(&self, range: TextRange) -> Range {
        self.range_in(FileRange { file: self.file, range })
    }

    pub(crate) fn range_in(&self, place: FileRange) -> Range {
        self.lines(place.file).map(|lines| lines.range(place.range)).unwrap_or_default()
    }

    pub(crate) fn uri(&self, file: FileId) -> Option<Uri> {
        self.table.get(file).map(|entry| entry.uri.clone())
    }

    pub(crate) fn location(&self, place: FileRange) -> Option<Location> {
        Some(Location { uri: self.uri(place.file)?, range: self.range_in(place) })
    }

    /// Edits of one file.
    pub(crate) fn text_edits(&self, edits: &[Edit]) -> Vec<TextEdit> {
        let edit = |edit: &Edit| TextEdit {
            range: self.range_in(FileRange { file: edit.file, range: edit.range }),
            new_text: edit.text.clone(),
        };
        edits.iter().map(edit).collect()
    }

    /// Edits of any files, in the form that the client understands.
    pub(crate) fn workspace_edit(&self, edits: &[Edit]) -> WorkspaceEdit {
        let mut by_file: Vec<(FileId, Vec<Edit>)> = Vec::new();
        for edit in edits {
            match by_file.iter_mut().find(|(file, _)| *file == edit.file) {
                Some((_, all)) => all.push(edit.clone()),
                None => by_file.push((edit.file, vec![edit.clone()])),
            }
        }
        let of_file = |(file, edits): (FileId, Vec<Edit>)| {
            let entry = self.table.get(file)?;
            Some((entry.uri.clone(), entry.version, self.text_edits(&edits)))
        };
        let files = by_file.into_iter().filter_map(of_file);
        if !self.client.versioned_edits {
            let changes = files.map(|(uri, _, edits)| (uri, edits)).collect();
            return WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() };
        }
        let changes = files.map(|(uri, version, edits)| TextDocumentEdit {
            text_document: OptionalVersionedTextDocumentIdentifier { uri, version },
            edits: edits.into_iter().map(OneOf::Left).collect(),
        });
        let changes = DocumentChanges::Edits(changes.collect());
        WorkspaceEdit { document_changes: Some(changes), ..WorkspaceEdit::default() }
    }
}
