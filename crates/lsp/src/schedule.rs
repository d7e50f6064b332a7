//! What is begun next: reading directories, answering questions, saying what was found.

use std::path::Path;

use journey_workspace::directory;
use tower_lsp_server::jsonrpc::Error;

use crate::FileAccess;
use crate::events::Event;
use crate::homes::config_path;
use crate::reads::{Read, Subject, content_modified};
use crate::root::RootId;
use crate::state::State;
use crate::sweep::Sweep;
use crate::uris::Key;
use crate::view::{NO_FILE, View};

/// Whether a question can be answered.
enum Answerable {
    Now(Vec<View>),
    Later,
    Never(Error),
    /// There is no such document, so that there is nothing to say of it.
    Nothing,
}

impl State {
    /// Begins what there is to do.
    pub(crate) fn schedule(&mut self) {
        self.scan();
        self.count();
        self.answer();
        self.sweep();
    }

    fn scan(&mut self) {
        for (id, root) in &mut self.roots {
            let Some(directory) = root.directory().map(Path::to_owned) else { continue };
            if !root.rescan || root.scanning {
                continue;
            }
            (root.rescan, root.scanning) = (false, true);
            let (id, known, events) = (*id, root.stamps(), self.events.clone());
            self.workers.run(move || {
                let scan = directory::scan(&directory, |path| known.get(path).copied());
                let _ = events.send(Event::Scanned(id, Box::new(scan)));
            });
        }
    }

    pub(crate) fn asked(&mut self, mut read: Read) {
        if let Subject::Document(key) | Subject::Findings(key) = &read.subject {
            read.version = self.documents.get(key).map(|open| open.document.version);
        }
        self.waiting.push_back(read);
    }

    pub(crate) fn read_ended(&mut self, again: Option<Read>) {
        self.idle += 1;
        if let Some(read) = again {
            self.waiting.push_front(read);
        }
    }

    fn answer(&mut self) {
        let mut later = std::collections::VecDeque::new();
        while self.idle > 0
            && let Some(read) = self.waiting.pop_front()
        {
            if read.is_abandoned() {
                continue;
            }
            match self.answerable(&read) {
                Answerable::Later => later.push_back(read),
                Answerable::Never(error) => read.refuse(error),
                Answerable::Nothing => read.pass(),
                Answerable::Now(views) => {
                    self.idle -= 1;
                    let events = self.events.clone();
                    self.readers.run(move || read.run(views, &events));
                }
            }
        }
        later.append(&mut self.waiting);
        self.waiting = later;
    }

    fn answerable(&self, read: &Read) -> Answerable {
        if read.is_hopeless() {
            return Answerable::Never(content_modified());
        }
        match &read.subject {
            Subject::All if self.reading() => Answerable::Later,
            Subject::All => {
                let roots = self.roots.values();
                Answerable::Now(roots.map(|root| root.view(&self.client, NO_FILE)).collect())
            }
            Subject::Document(key) | Subject::Findings(key) => {
                if read.version != self.documents.get(key).map(|open| open.document.version) {
                    return Answerable::Never(content_modified());
                }
                match config_path(key) {
                    None => self.about_document(key),
                    Some(path) if matches!(read.subject, Subject::Findings(_)) => {
                        self.about_config(&path)
                    }
                    // Nobody knows more of a configuration than what is wrong with it.
                    Some(_) => Answerable::Nothing,
                }
            }
        }
    }

    /// Whether there may be more than is known so far.
    fn reading(&self) -> bool {
        let searching = self.folders.values().any(Option::is_none);
        let searching = searching && self.ready && self.access == FileAccess::Disk;
        searching || self.roots.values().any(|root| !root.loaded)
    }

    fn about_document(&self, key: &Key) -> Answerable {
        let root = match self.documents.get(key) {
            Some(open) => match open.root.and_then(|id| self.roots.get(&id)) {
                Some(root) => Some(root),
                None => return Answerable::Later,
            },
            None => self.roots.values().find(|root| root.table.find(key).is_some()),
        };
        match root {
            Some(root) if !root.loaded => Answerable::Later,
            Some(root) => match root.table.find(key) {
                Some(file) => Answerable::Now(vec![root.view(&self.client, file)]),
                None => Answerable::Nothing,
            },
            None if self.reading() => Answerable::Later,
            None => Answerable::Nothing,
        }
    }

    fn about_config(&self, path: &Path) -> Answerable {
        let mut roots = self.roots.values();
        match roots.find(|root| root.directory().is_some() && root.directory() == path.parent()) {
            Some(root) if root.loaded => Answerable::Now(vec![root.view(&self.client, NO_FILE)]),
            Some(_) => Answerable::Later,
            None if self.reading() => Answerable::Later,
            None => Answerable::Nothing,
        }
    }

    fn sweep(&mut self) {
        for (id, root) in &mut self.roots {
            if !root.loaded || !root.dirty || root.sweeping {
                continue;
            }
            (root.dirty, root.sweeping) = (false, true);
            let shown = root.table.iter().filter(|(_, entry)| entry.version.is_some());
            let shown = shown.map(|(file, _)| file).filter(|file| !root.edited.contains(file));
            let sweep = Sweep {
                root: *id,
                view: root.view(&self.client, NO_FILE),
                edited: root.edited.clone(),
                shown: shown.collect(),
                cold: !root.warm,
                ledger: root.ledger.clone(),
                outgoing: self.outgoing.clone(),
            };
            let events = self.events.clone();
            self.workers.run(move || sweep.run(&events));
        }
    }

    pub(crate) fn swept(&mut self, id: RootId, whole: bool, elsewhere: bool) {
        let Some(root) = self.roots.get_mut(&id) else { return };
        root.sweeping = false;
        root.dirty |= !whole;
        if whole && !root.dirty {
            root.edited.clear();
            root.shown = None;
            let first = !std::mem::replace(&mut root.warm, true);
            if self.client.pulls && (elsewhere || first) {
                self.outgoing.ask_again();
            }
        }
        if elsewhere && self.client.refreshes_lenses {
            self.outgoing.ask_for_lenses_again();
        }
    }
}
