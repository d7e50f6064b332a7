//! Documents that are opened, changed and closed.

use std::path::Path;
use std::sync::Arc;

use journey_workspace::directory;
use journey_workspace::load::SourceText;
use tower_lsp_server::ls_types::{DidChangeTextDocumentParams, MessageType};

use crate::documents::Document;
use crate::homes::config_path;
use crate::state::{Open, State};
use crate::uris::Key;

impl State {
    pub(crate) fn opened(&mut self, document: Document) {
        // Who opens documents can be spoken to.
        self.ready();
        let key = Key::of(&document.uri);
        let root = self.documents.get(&key).and_then(|open| open.root);
        self.documents.insert(key.clone(), Open { document, root });
        self.place(&key);
        self.show(&key);
    }

    pub(crate) fn changed(&mut self, params: DidChangeTextDocumentParams) {
        let key = Key::of(&params.text_document.uri);
        let Some(open) = self.documents.get_mut(&key) else {
            let text = format!("{} was changed and is not open", key.shown());
            self.outgoing.log(MessageType::WARNING, text);
            return;
        };
        let version = params.text_document.version;
        let changed = open.document.change(version, params.content_changes, self.client.encoding);
        if let Err(error) = changed {
            let text = format!("{}: {error}", key.shown());
            self.outgoing.log(MessageType::WARNING, text);
            return;
        }
        match config_path(&key) {
            Some(path) => {
                let text = open.document.text.clone();
                self.show_config(&path, &text);
            }
            None => self.show(&key),
        }
    }

    /// Gives the text of a document to its workspace.
    fn show(&mut self, key: &Key) {
        let Some(open) = self.documents.get(key) else { return };
        let root = open.root.and_then(|id| self.roots.get_mut(&id));
        // What is not loaded yet takes it when it is.
        if let Some(root) = root.filter(|root| root.loaded) {
            root.show(&open.document);
        }
    }

    pub(crate) fn closed(&mut self, key: &Key) {
        let Some(open) = self.documents.remove(key) else { return };
        self.kept.forget(key);
        if let Some(path) = config_path(key) {
            self.reread_config(&path);
        }
        let root = open.root.and_then(|id| self.roots.get_mut(&id));
        if let Some(root) = root.filter(|root| root.loaded) {
            root.hide(key, &self.outgoing);
        }
        self.settle();
    }

    /// Takes the configuration that an editor shows.
    pub(crate) fn show_config(&mut self, path: &Path, text: &Arc<str>) {
        let (client, outgoing) = (self.client.clone(), self.outgoing.clone());
        let source = SourceText { path: String::new(), text: text.clone(), damage: None };
        self.set_config(path, Some(source), &client, &outgoing);
    }

    /// Takes the configuration of the disk.
    pub(crate) fn reread_config(&mut self, path: &Path) {
        if self.access == crate::FileAccess::None {
            return;
        }
        let (client, outgoing) = (self.client.clone(), self.outgoing.clone());
        let source = path.parent().and_then(directory::config);
        self.set_config(path, source, &client, &outgoing);
    }

    fn set_config(
        &mut self,
        path: &Path,
        source: Option<SourceText>,
        client: &crate::client::Client,
        outgoing: &crate::outgoing::Outgoing,
    ) {
        let Some(directory) = path.parent() else { return };
        if let Some(root) = self.configured_by(path).filter(|root| root.loaded) {
            root.set_config(directory, source, client, outgoing);
        }
    }
}
