//! The main loop: the one place that changes anything.
//!
//! It owns the workspaces and the open documents, and is told what happens in the order in which
//! it happens. Whatever takes time is done on other threads, from snapshots; a change waits until
//! the snapshots of its workspace are gone, which is no longer than a query takes.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};

use journey_ide::Counts;
use journey_workspace::watch::Changes;
use tower_lsp_server::ls_types::MessageType;

use crate::client::Client;
use crate::documents::Document;
use crate::events::Event;
use crate::kept::Kept;
use crate::outgoing::Outgoing;
use crate::pool::Pool;
use crate::reads::Read;
use crate::root::{Root, RootId};
use crate::uris::Key;
use crate::{FileAccess, Options};

/// Questions are answered on so many threads.
const READERS: usize = 2;

/// Files are read, and workspaces checked, on so many.
const WORKERS: usize = 2;

/// A document and where it belongs.
pub(crate) struct Open {
    pub(crate) document: Document,
    /// Its workspace; nothing while that is being looked for, and of a configuration.
    pub(crate) root: Option<RootId>,
}

/// All there is.
pub(crate) struct State {
    pub(crate) client: Arc<Client>,
    pub(crate) access: FileAccess,
    pub(crate) outgoing: Outgoing,
    pub(crate) events: Sender<Event>,
    pub(crate) kept: Arc<Kept>,
    pub(crate) readers: Pool,
    pub(crate) workers: Pool,
    /// Readers with nothing to do.
    pub(crate) idle: usize,
    pub(crate) documents: HashMap<Key, Open>,
    pub(crate) roots: BTreeMap<RootId, Root>,
    pub(crate) next_root: u32,
    /// Questions for which no thread was free so far, or whose workspace is being read.
    pub(crate) waiting: VecDeque<Read>,
    /// The folders of the client, and the directories of workspaces in them once that is known.
    pub(crate) folders: BTreeMap<PathBuf, Option<Vec<PathBuf>>>,
    pub(crate) watcher: Option<Changes>,
    pub(crate) ready: bool,
    /// The file of counts that the client's settings name.
    pub(crate) configured: Option<String>,
    /// Counts that come from whoever runs the server.
    pub(crate) live: Option<Arc<Counts>>,
}

impl State {
    pub(crate) fn new(
        options: &Options,
        client: Client,
        outgoing: Outgoing,
        events: Sender<Event>,
        kept: Arc<Kept>,
    ) -> std::io::Result<State> {
        Ok(State {
            client: Arc::new(client),
            access: options.files,
            outgoing,
            events,
            kept,
            readers: Pool::new("journey-read", READERS)?,
            workers: Pool::new("journey-check", WORKERS)?,
            idle: READERS,
            documents: HashMap::new(),
            roots: BTreeMap::new(),
            next_root: 0,
            waiting: VecDeque::new(),
            folders: BTreeMap::new(),
            watcher: None,
            ready: false,
            configured: None,
            live: None,
        })
    }

    /// Takes what happens until the connection is closed.
    pub(crate) fn run(mut self, events: &Receiver<Event>) {
        while let Ok(event) = events.recv() {
            let mut next = Some(event);
            // All that happened so far, so that nothing is begun that is void already.
            while let Some(event) = next.take() {
                if matches!(event, Event::Ended) {
                    return;
                }
                self.contained(|state| state.handle(event));
                next = events.try_recv().ok();
            }
            self.contained(State::schedule);
        }
    }

    /// Does something, and goes on whatever happens in it.
    fn contained(&mut self, work: impl FnOnce(&mut State)) {
        if catch_unwind(AssertUnwindSafe(|| work(self))).is_err() {
            let text = "a mistake of the language server, not yours; please report it";
            self.outgoing.log(MessageType::ERROR, text);
        }
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Introduced(client) => self.introduced(*client),
            Event::Ready => self.ready(),
            Event::Opened(item) => self.opened(Document::new(*item)),
            Event::Changed(params) => self.changed(*params),
            Event::Closed(uri) => self.closed(&Key::of(&uri)),
            Event::Folders(change) => self.folders_changed(&change),
            Event::Touched(paths) => self.touched(paths),
            Event::Asked(read) => self.asked(*read),
            Event::ReadEnded(again) => self.read_ended(again.map(|read| *read)),
            Event::Searched { folder, directories } => self.searched(&folder, directories),
            Event::Scanned(root, scan) => self.scanned(root, *scan),
            Event::Swept { root, whole, elsewhere } => self.swept(root, whole, elsewhere),
            Event::Settings(said) => self.settings_changed(&said),
            Event::Setting(setting) => self.configured(setting),
            Event::Counted(root, read) => self.counted(root, *read),
            Event::Live(counts) => self.counted_live(counts),
            Event::Ended => {}
        }
    }

    fn introduced(&mut self, client: Client) {
        for folder in &client.folders {
            self.folders.insert(folder.clone(), None);
        }
        self.client = Arc::new(client);
    }

    /// The client can be spoken to.
    pub(crate) fn ready(&mut self) {
        if std::mem::replace(&mut self.ready, true) || self.access == FileAccess::None {
            return;
        }
        if let Some(error) = &self.client.no_stats {
            self.outgoing.log(MessageType::WARNING, error.to_string());
        }
        if self.client.configures {
            self.outgoing.ask_for_setting(self.events.clone());
        }
        if self.client.watches {
            self.outgoing.watch();
            self.outgoing.watch_counts(self.stats());
        } else {
            self.watch();
        }
        for folder in self.folders.keys().cloned().collect::<Vec<_>>() {
            self.search(folder);
        }
    }

    /// Watches the files itself, for a client that does not.
    fn watch(&mut self) {
        let events = self.events.clone();
        let told = move |paths| {
            // The main loop is gone when the connection is closed.
            let _ = events.send(Event::Touched(paths));
        };
        match Changes::new(told) {
            Ok(watcher) => self.watcher = Some(watcher),
            Err(error) => {
                let text = format!("{error}: what other programs write is not seen");
                self.outgoing.log(MessageType::WARNING, text);
            }
        }
    }
}
