//! What is begun next: reading directories, answering questions, saying what was found.

use journey_base::FileId;
use journey_workspace::directory;
use tower_lsp_server::jsonrpc::Error;

use crate::FileAccess;
use crate::events::Event;
use crate::reads::{Read, Subject, content_modified};
use crate::root::RootId;
use crate::state::State;
use crate::sweep::Sweep;
use crate::view::View;

/// Whether a question can be answered.
enum Answerable {
    Now(Vec<View>),
    Later,
    Never(Error),
}

impl State {
    /// Begins what there is to do.
    pub(crate) fn schedule(&mut self) {
        self.scan();
        self.answer();
        self.sweep();
    }

    fn scan(&mut self) {
        for (id, root) in &mut self.roots {
            let Some(directory) = root.directory().map(std::path::Path::to_owned) else { continue };
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
        if let Subject::Document(key) = &read.subject {
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
        let Subject::Document(key) = &read.subject else {
            let searching = self.folders.values().any(Option::is_none);
            let searching = searching && self.ready && self.access == FileAccess::Disk;
            if searching || self.roots.values().any(|root| !root.loaded) {
                return Answerable::Later;
            }
            let roots = self.roots.values();
            return Answerable::Now(roots.map(|it| it.view(&self.client, FileId(0))).collect());
        };
        let open = self.documents.get(key);
        if read.version != open.map(|open| open.document.version) {
            return Answerable::Never(content_modified());
        }
        let root = match open {
            Some(open) => match open.root.and_then(|id| self.roots.get(&id)) {
                Some(root) => Some(root),
                None if crate::homes::config_path(key).is_some() => None,
                None => return Answerable::Later,
            },
            None => self.roots.values().find(|root| root.table.find(key).is_some()),
        };
        let Some(root) = root else {
            let text = format!("{} is not open, and in no workspace", key.shown());
            return Answerable::Never(Error::invalid_params(text));
        };
        if !root.loaded {
            return Answerable::Later;
        }
        match root.table.find(key) {
            Some(file) => Answerable::Now(vec![root.view(&self.client, file)]),
            None => Answerable::Never(Error::invalid_params(format!("{} is gone", key.shown()))),
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
                view: root.view(&self.client, FileId(0)),
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
