//! Which workspaces there are, and to which of them a document belongs.
//!
//! As for `journeyc check`: a directory with a `journey.toml` is a workspace, so is a folder
//! without one, and a document in neither is one by itself. Links are not followed: a document
//! behind one that leads out of its workspace is by itself, too, and nothing beside it is read.

use std::path::{Path, PathBuf};

use journey_workspace::directory::{self, home_of, leads_out, takes_in};
use journey_workspace::load::CONFIG_FILE;
use tower_lsp_server::ls_types::{MessageType, WorkspaceFoldersChangeEvent};

use crate::FileAccess;
use crate::events::Event;
use crate::root::{Home, Root, RootId};
use crate::state::State;
use crate::uris::{Key, path_of};

impl State {
    /// Looks for workspaces in a folder.
    pub(crate) fn search(&mut self, folder: PathBuf) {
        if is_everything(&folder) {
            // All that anybody has ever written on this machine is no workspace.
            self.folders.insert(folder, Some(Vec::new()));
            return;
        }
        self.folders.insert(folder.clone(), None);
        let events = self.events.clone();
        self.workers.run(move || {
            let directories = directory::directories(&folder);
            let _ = events.send(Event::Searched { folder, directories });
        });
    }

    pub(crate) fn searched(&mut self, folder: &Path, directories: Vec<PathBuf>) {
        // It may have been closed meanwhile.
        let Some(found) = self.folders.get_mut(folder) else { return };
        *found = Some(directories.clone());
        for directory in directories {
            self.root(Home::Directory(directory));
        }
        self.settle();
    }

    pub(crate) fn folders_changed(&mut self, change: &WorkspaceFoldersChangeEvent) {
        for removed in change.removed.iter().filter_map(|it| path_of(&it.uri)) {
            self.folders.remove(&removed);
        }
        for added in change.added.iter().filter_map(|it| path_of(&it.uri)) {
            if self.access == FileAccess::Disk {
                self.search(added);
            }
        }
        self.settle();
    }

    /// Puts every document where it belongs by now, and lets go of workspaces that nobody needs.
    pub(crate) fn settle(&mut self) {
        for key in self.documents.keys().cloned().collect::<Vec<_>>() {
            self.place(&key);
        }
        let wanted: Vec<PathBuf> = self.folders.values().flatten().flatten().cloned().collect();
        let used = |id: &RootId| self.documents.values().any(|open| open.root == Some(*id));
        let folder = |root: &Root| {
            root.directory().is_some_and(|path| wanted.iter().any(|wanted| wanted == path))
        };
        let idle = self.roots.iter().filter(|(id, root)| !used(id) && !folder(root));
        for id in idle.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.let_go(id);
        }
    }

    fn let_go(&mut self, id: RootId) {
        let Some(mut root) = self.roots.remove(&id) else { return };
        root.forget(&self.outgoing);
        if let (Some(watcher), Some(directory)) = (&mut self.watcher, root.directory()) {
            watcher.remove(directory);
        }
    }

    /// Puts a document where it belongs.
    pub(crate) fn place(&mut self, key: &Key) {
        let home = self.home(key);
        let Some(open) = self.documents.get(key) else { return };
        let before = open.root;
        let document = open.document.clone();
        if let Some(path) = config_path(key) {
            self.show_config(&path, &document.text);
            return;
        }
        let Some(home) = home else { return };
        let root = self.root(home);
        if before == Some(root) {
            return;
        }
        if let Some(root) = before.and_then(|id| self.roots.get_mut(&id)) {
            root.hide(key, &self.outgoing);
        }
        if let Some(open) = self.documents.get_mut(key) {
            open.root = Some(root);
        }
        // What is not loaded yet takes it when it is.
        if let Some(root) = self.roots.get_mut(&root).filter(|root| root.loaded) {
            root.show(&document);
        }
    }

    /// Where a document belongs; nothing while that is not known.
    fn home(&self, key: &Key) -> Option<Home> {
        if self.access == FileAccess::None {
            return Some(Home::Connection);
        }
        let alone = Some(Home::Alone(key.clone()));
        let Key::Path(path) = key else { return alone };
        // A link on the way to it may lead out of a folder, and what is there is not ours.
        if self.folders.keys().any(|folder| path.starts_with(folder) && leads_out(folder, path)) {
            return alone;
        }
        let around = self.folders.iter().filter(|(folder, _)| path.starts_with(folder));
        let configured = path.parent().and_then(home_of);
        let outer = configured.as_deref().and_then(Path::parent).and_then(home_of);
        if outer.is_some_and(|outer| leads_out(&outer, path)) {
            return alone;
        }
        let known = around.clone().filter_map(|(_, found)| found.as_ref()).flatten();
        let known = known.filter(|directory| path.starts_with(directory));
        let innermost = known.cloned().chain(configured).max_by_key(|it| it.components().count());
        match innermost {
            Some(directory) if takes_in(&directory, path) => Some(Home::Directory(directory)),
            Some(_) => alone,
            None if around.clone().any(|(_, found)| found.is_none()) => None,
            None => alone,
        }
    }

    /// The workspace of a home.
    pub(crate) fn root(&mut self, home: Home) -> RootId {
        if let Some((id, _)) = self.roots.iter().find(|(_, root)| root.home == home) {
            return *id;
        }
        let id = RootId(self.next_root);
        self.next_root += 1;
        let mut root = Root::new(home);
        if let Some(directory) = root.directory() {
            let shown = directory.file_name().map(|name| name.to_string_lossy().into_owned());
            let title = format!("Reading {}", shown.unwrap_or_default());
            if let Some(watcher) = &mut self.watcher
                && let Err(error) = watcher.add(directory)
            {
                self.outgoing
                    .log(MessageType::WARNING, format!("{}: {error}", directory.display()));
            }
            if self.client.progress {
                root.shown = Some(self.outgoing.progress(&title));
            }
        }
        if let Some(live) = &self.live {
            root.counts = live.clone();
        }
        self.roots.insert(id, root);
        self.watch_counts();
        id
    }

    /// The workspace whose configuration this is.
    pub(crate) fn configured_by(&mut self, config: &Path) -> Option<&mut Root> {
        let directory = config.parent()?;
        self.roots.values_mut().find(|root| root.directory() == Some(directory))
    }
}

/// The path of a configuration.
pub(crate) fn config_path(key: &Key) -> Option<PathBuf> {
    let path = key.path()?;
    path.file_name().is_some_and(|name| name == CONFIG_FILE).then(|| path.to_owned())
}

/// Whether a folder is the whole machine, or all that somebody has on it: some editors open it
/// where they know of no other.
fn is_everything(folder: &Path) -> bool {
    folder.parent().is_none() || std::env::home_dir().is_some_and(|home| home == folder)
}
