//! One workspace: its database, and its files as editors and the disk have them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use journey_base::FileId;
use journey_ide::Counts;
use journey_sema::{Config, Workspace};
use journey_workspace::directory::{self, Found, Scan, Stamp, within};
use journey_workspace::load::{CONFIG_FILE, Damage, MAX_SOURCE, SourceText};
use tower_lsp_server::ls_types::PublishDiagnosticsParams;

use crate::client::Client;
use crate::documents::Document;
use crate::findings;
use crate::ledger::Ledger;
use crate::outgoing::{Outgoing, Shown};
use crate::table::{ConfigFile, Entry, Table};
use crate::uris::{Key, uri_of};
use crate::view::View;

/// Which workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct RootId(pub(crate) u32);

/// What makes files belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Home {
    /// They lie in this directory.
    Directory(PathBuf),
    /// Nothing: it is one document.
    Alone(Key),
    /// One editor shows them.
    Connection,
}

/// A workspace.
pub(crate) struct Root {
    pub(crate) home: Home,
    pub(crate) workspace: Workspace,
    pub(crate) table: Arc<Table>,
    pub(crate) ledger: Arc<Mutex<Ledger>>,
    /// Whether it was read.
    pub(crate) loaded: bool,
    /// Whether it is being read.
    pub(crate) scanning: bool,
    /// Whether it has to be read again then.
    pub(crate) rescan: bool,
    /// Whether there may be something new to say.
    pub(crate) dirty: bool,
    /// Whether it is being said.
    pub(crate) sweeping: bool,
    /// Whether everything was checked once.
    pub(crate) warm: bool,
    /// What was counted in its journeys.
    pub(crate) counts: Arc<Counts>,
    /// Whether counts are being read.
    pub(crate) counting: bool,
    /// Whether they have to be read again then.
    pub(crate) recount: bool,
    /// Whether it was said that there is no file of them.
    pub(crate) countless: bool,
    /// What was edited since all was said.
    pub(crate) edited: Vec<FileId>,
    /// What shows that it is being loaded.
    pub(crate) shown: Option<Shown>,
}

impl Root {
    pub(crate) fn new(home: Home) -> Root {
        let loaded = !matches!(home, Home::Directory(_));
        let workspace = Workspace::new(default_config(&home), Vec::<(String, String)>::new());
        Root {
            home,
            workspace,
            table: Arc::default(),
            ledger: Arc::default(),
            loaded,
            scanning: false,
            rescan: !loaded,
            dirty: false,
            sweeping: false,
            // One document is checked as fast alone.
            warm: loaded,
            counts: Arc::default(),
            counting: false,
            recount: true,
            countless: false,
            edited: Vec::new(),
            shown: None,
        }
    }

    pub(crate) fn directory(&self) -> Option<&Path> {
        match &self.home {
            Home::Directory(path) => Some(path),
            Home::Alone(_) | Home::Connection => None,
        }
    }

    pub(crate) fn view(&self, client: &Arc<Client>, file: FileId) -> View {
        View::new(self, client, file)
    }

    /// How a file is called within the workspace.
    fn name(&self, key: &Key) -> String {
        match (self.directory(), key.path()) {
            (Some(directory), Some(path)) => within(directory, path),
            _ => key.shown(),
        }
    }

    /// The database is changed first: whoever reads it is done then, and so with the table.
    fn table(&mut self) -> &mut Table {
        Arc::make_mut(&mut self.table)
    }

    /// Takes the text of a document that an editor shows.
    pub(crate) fn show(&mut self, document: &Document) -> FileId {
        let key = Key::of(&document.uri);
        let length = document.text.len() as u64;
        let damage = (length > MAX_SOURCE).then_some(Damage::TooLong(length));
        let text = if damage.is_some() { Arc::from("") } else { document.text.clone() };
        let known = self.table.find(&key);
        let file = match known {
            Some(file) => file,
            None => self.workspace.add(&self.name(&key), ""),
        };
        self.workspace.set_text(file, text);
        let stamp = known.and_then(|file| self.table.get(file)).and_then(|entry| entry.stamp);
        let (uri, version) = (document.uri.clone(), Some(document.version));
        self.table().put(file, Entry { key, uri, version, damage, stamp });
        self.touched(file);
        file
    }

    /// Takes the text of the disk in place of that of an editor; without one the file is gone.
    pub(crate) fn hide(&mut self, key: &Key, outgoing: &Outgoing) {
        let Some(file) = self.table.find(key) else { return };
        let path = key.path().map(Path::to_owned);
        match (self.directory().map(Path::to_owned), path) {
            (Some(directory), Some(path)) if directory::takes_in(&directory, &path) => {
                self.workspace.close(file);
                self.read(&directory, &path, outgoing);
            }
            _ => self.drop_file(file, outgoing),
        }
    }

    /// Reads a file from the disk that no editor shows, or lets it go.
    pub(crate) fn read(&mut self, directory: &Path, path: &Path, outgoing: &Outgoing) {
        let key = Key::Path(path.to_owned());
        match directory::stamp(path) {
            Some(stamp) => self.take(path, Some(stamp), directory::read(directory, path)),
            None => {
                if let Some(file) = self.table.find(&key) {
                    self.drop_file(file, outgoing);
                }
            }
        }
    }

    fn take(&mut self, path: &Path, stamp: Option<Stamp>, source: SourceText) {
        let key = Key::Path(path.to_owned());
        let Some(uri) = uri_of(path) else { return };
        let file = self.workspace.add(&self.name(&key), source.text);
        let entry = Entry { key, uri, version: None, damage: source.damage, stamp };
        self.table().put(file, entry);
        self.dirty = true;
    }

    fn drop_file(&mut self, file: FileId, outgoing: &Outgoing) {
        self.workspace.remove(file);
        let entry = self.table().remove(file);
        self.edited.retain(|it| *it != file);
        self.dirty = true;
        let mut ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        if ledger.forget(file)
            && let Some(entry) = entry
        {
            outgoing.findings(PublishDiagnosticsParams::new(entry.uri, Vec::new(), None));
        }
    }

    fn touched(&mut self, file: FileId) {
        self.dirty = true;
        self.edited.retain(|it| *it != file);
        self.edited.insert(0, file);
    }

    /// Takes what is in its directory. What editors show is theirs.
    pub(crate) fn take_scan(&mut self, scan: Scan, client: &Client, outgoing: &Outgoing) {
        let Some(directory) = self.directory().map(Path::to_owned) else { return };
        self.set_config(&directory, scan.config, client, outgoing);
        if !self.loaded {
            self.loaded = true;
            self.dirty = true;
            self.take_all(scan.files);
            return;
        }
        let known: Vec<(FileId, Key)> = {
            let closed = self.table.iter().filter(|(_, entry)| entry.version.is_none());
            closed.map(|(file, entry)| (file, entry.key.clone())).collect()
        };
        let there: std::collections::HashSet<&Path> =
            scan.files.iter().map(|found| found.path.as_path()).collect();
        for (file, key) in known {
            if key.path().is_none_or(|path| !there.contains(path)) {
                self.drop_file(file, outgoing);
            }
        }
        for found in scan.files {
            let known = self.table.find(&Key::Path(found.path.clone()));
            let shown =
                known.and_then(|it| self.table.get(it)).is_some_and(|it| it.version.is_some());
            match (known, found.source) {
                (Some(file), _) if shown => {
                    if let Some(entry) = self.table().get_mut(file) {
                        entry.stamp = found.stamp;
                    }
                }
                (_, Some(source)) => self.take(&found.path, found.stamp, source),
                // Unchanged.
                (_, None) => {}
            }
        }
    }

    /// The first time: all files at once.
    fn take_all(&mut self, found: Vec<Found>) {
        let mut table = Table::default();
        table.config = self.table.config.clone();
        let mut files = Vec::new();
        for found in found {
            let (Some(uri), Some(source)) = (uri_of(&found.path), found.source) else { continue };
            let entry = Entry {
                key: Key::Path(found.path),
                uri,
                version: None,
                damage: source.damage,
                stamp: found.stamp,
            };
            table.put(FileId(files.len() as u32), entry);
            files.push((source.path, source.text));
        }
        self.workspace = Workspace::new(self.workspace.config().clone(), files);
        self.table = Arc::new(table);
    }

    /// Reads the configuration from a text, or the defaults where there is none.
    pub(crate) fn set_config(
        &mut self,
        directory: &Path,
        source: Option<SourceText>,
        client: &Client,
        outgoing: &Outgoing,
    ) {
        let mut config = default_config(&self.home);
        let mut found = Vec::new();
        let there = source.is_some();
        if let Some(source) = source {
            match (source.damage, findings::config(client, &source.text)) {
                (Some(damage), _) => found.push(findings::unreadable(client, &damage)),
                (None, Ok(read)) => config = read,
                (None, Err(wrong)) => found = wrong,
            }
        }
        if config != *self.workspace.config() {
            self.workspace.set_config(config);
            self.dirty = true;
        }
        let Some(uri) = uri_of(&directory.join(CONFIG_FILE)) else { return };
        let before = self.table.config.as_ref().map(|it| it.findings.clone()).unwrap_or_default();
        if *before != found && !client.pulls {
            outgoing.findings(PublishDiagnosticsParams::new(uri.clone(), found.clone(), None));
        }
        if *before != found && client.pulls {
            outgoing.ask_again();
        }
        self.table().config = there.then(|| ConfigFile { uri, findings: Arc::new(found) });
    }

    /// Takes back all that was said.
    pub(crate) fn forget(&mut self, outgoing: &Outgoing) {
        // A change, though of nothing, ends the reads that might say something afterwards.
        self.workspace.set_config(self.workspace.config().clone());
        let mut ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        let told = self.table.iter().filter(|(file, _)| ledger.forget(*file));
        let mut gone: Vec<_> = told.map(|(_, entry)| entry.uri.clone()).collect();
        let config = self.table.config.as_ref().filter(|config| !config.findings.is_empty());
        gone.extend(config.map(|config| config.uri.clone()));
        for uri in gone {
            outgoing.findings(PublishDiagnosticsParams::new(uri, Vec::new(), None));
        }
    }

    /// How files were found, for who reads them again.
    pub(crate) fn stamps(&self) -> std::collections::HashMap<PathBuf, Stamp> {
        let of = |entry: &Entry| Some((entry.key.path()?.to_owned(), entry.stamp?));
        let closed = self.table.iter().filter(|(_, entry)| entry.version.is_none());
        closed.filter_map(|(_, entry)| of(entry)).collect()
    }
}

/// What holds where nothing is said: the name is that of the directory.
fn default_config(home: &Home) -> Config {
    let name = match home {
        Home::Directory(path) => path.file_name(),
        Home::Alone(key) => key.path().and_then(Path::parent).and_then(Path::file_name),
        Home::Connection => None,
    };
    let name = name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Config { name, ..Config::default() }
}
