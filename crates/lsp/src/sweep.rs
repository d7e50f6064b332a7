//! Saying all there is to say of a workspace: first of what was edited, then of the rest.

use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};

use journey_base::FileId;
use tower_lsp_server::ls_types::PublishDiagnosticsParams;

use crate::events::Event;
use crate::ledger::Ledger;
use crate::outgoing::Outgoing;
use crate::pool::{Ended, contained};
use crate::root::RootId;
use crate::view::View;

/// A walk over all files of a workspace. It ends where the workspace changes.
pub(crate) struct Sweep {
    pub(crate) root: RootId,
    pub(crate) view: View,
    /// What was edited: that is waited for.
    pub(crate) edited: Vec<FileId>,
    /// What else editors show.
    pub(crate) shown: Vec<FileId>,
    /// Whether nothing was checked so far: then all cores do it.
    pub(crate) cold: bool,
    pub(crate) ledger: Arc<Mutex<Ledger>>,
    pub(crate) outgoing: Outgoing,
}

impl Sweep {
    /// Says it, and then that it did.
    pub(crate) fn run(self, back: &Sender<Event>) {
        let mut elsewhere = false;
        let ended = contained(|| self.all(&mut elsewhere));
        let root = self.root;
        drop(self);
        // One that panicked would do so again.
        let whole = !matches!(ended, Ended::Superseded);
        let _ = back.send(Event::Swept { root, whole, elsewhere });
    }

    fn all(&self, elsewhere: &mut bool) {
        for file in &self.edited {
            self.tell(*file);
        }
        for file in &self.shown {
            *elsewhere |= self.tell(*file);
        }
        if self.cold {
            self.view.workspace.check_all();
        }
        for (file, _) in self.view.table.iter() {
            if !self.edited.contains(&file) && !self.shown.contains(&file) {
                *elsewhere |= self.tell(file);
            }
        }
    }

    /// Says what is new of a file. Whether anything is.
    fn tell(&self, file: FileId) -> bool {
        // What a panic left behind is a list of what was said, and right.
        let mut ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(news) = ledger.news(&self.view, file) else { return false };
        // While this snapshot is held nothing newer can have been said.
        if let Some(entry) = self.view.table.get(file).filter(|_| !self.view.client.pulls) {
            let (uri, version) = (entry.uri.clone(), entry.version);
            self.outgoing.findings(PublishDiagnosticsParams::new(uri, news.findings, version));
        }
        news.differs
    }
}
