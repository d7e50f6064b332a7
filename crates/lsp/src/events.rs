//! What the main loop is told.

use std::path::PathBuf;
use std::sync::Arc;

use journey_ide::Counts;
use journey_workspace::directory::Scan;
use serde_json::Value;
use tower_lsp_server::ls_types::{
    DidChangeTextDocumentParams, TextDocumentItem, Uri, WorkspaceFoldersChangeEvent,
};

use crate::client::Client;
use crate::counting;
use crate::reads::Read;
use crate::root::RootId;

/// Something that happened.
pub(crate) enum Event {
    /// The client said who it is.
    Introduced(Box<Client>),
    /// It has read our answer to that, and can be spoken to.
    Ready,
    /// An editor shows a document from now on.
    Opened(Box<TextDocumentItem>),
    /// It changed it.
    Changed(Box<DidChangeTextDocumentParams>),
    /// It shows it no longer.
    Closed(Uri),
    /// Other folders are open.
    Folders(Box<WorkspaceFoldersChangeEvent>),
    /// Files may have changed on the disk.
    Touched(Vec<PathBuf>),
    /// A question.
    Asked(Box<Read>),
    /// A thread is free again; with a question that has to be asked again.
    ReadEnded(Option<Box<Read>>),
    /// A folder was looked through for workspaces.
    Searched {
        /// The folder.
        folder: PathBuf,
        /// The directories of those that were found.
        directories: Vec<PathBuf>,
    },
    /// A directory was read.
    Scanned(RootId, Box<Scan>),
    /// All that there is to say about a workspace was said, or something changed before it was.
    Swept {
        /// Of this workspace.
        root: RootId,
        /// Whether it was all.
        whole: bool,
        /// Whether other files than the edited ones have other findings.
        elsewhere: bool,
    },
    /// An editor's settings are others now.
    Settings(Box<Value>),
    /// What it answered when it was asked which file of counts is set.
    Setting(Option<String>),
    /// A file of counts was read.
    Counted(RootId, Box<counting::Read>),
    /// Whoever runs the server has other counts.
    Live(Arc<Counts>),
    /// The connection is closed.
    Ended,
}
