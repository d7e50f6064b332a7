//! Files that change on the disk.

use std::path::{Path, PathBuf};

use journey_workspace::directory::{Scan, stamp};
use journey_workspace::load::CONFIG_FILE;

use crate::FileAccess;
use crate::root::{Root, RootId};
use crate::state::State;
use crate::uris::Key;

impl State {
    /// Looks again at files that may have changed.
    pub(crate) fn touched(&mut self, paths: Vec<PathBuf>) {
        if self.access == FileAccess::None {
            return;
        }
        let (mut homes, mut settle) = (false, false);
        for path in paths {
            let counts = self.counts_touched(&path);
            if path.file_name().is_some_and(|name| name == CONFIG_FILE) {
                homes |= self.config_touched(&path);
            } else if path.extension().is_some_and(|it| it == "journey") && !path.is_dir() {
                self.journey_touched(&path);
            } else if !counts {
                // Any file may belong or not by now, those that editors show as well.
                let ignores = path.file_name().is_some_and(|name| name == ".gitignore");
                settle |= ignores;
                if ignores || self.may_be_folder(&path) {
                    self.rescan(|directory| {
                        directory.starts_with(&path) || path.starts_with(directory)
                    });
                }
            }
        }
        if homes {
            self.rescan(|_| true);
            for folder in self.folders.keys().cloned().collect::<Vec<_>>() {
                self.search(folder);
            }
        }
        if homes || settle {
            self.settle();
        }
    }

    /// Whether this is a folder, or was one: of what is gone, its name or what was in it says so.
    fn may_be_folder(&self, path: &Path) -> bool {
        if path.exists() {
            return path.is_dir();
        }
        let beneath = |root: &Root| {
            let mut keys = root.table.iter().filter_map(|(_, entry)| entry.key.path());
            keys.any(|file| file.starts_with(path))
        };
        path.extension().is_none() || self.roots.values().any(beneath)
    }

    /// Whether there are other workspaces now.
    fn config_touched(&mut self, path: &Path) -> bool {
        if self.documents.contains_key(&Key::Path(path.to_owned())) {
            return false;
        }
        let before = self.configured_by(path).map(|root| root.table.config.is_some());
        self.reread_config(path);
        before != Some(stamp(path).is_some())
    }

    fn journey_touched(&mut self, path: &Path) {
        let key = Key::Path(path.to_owned());
        let outgoing = self.outgoing.clone();
        let Some(root) = self.around(path) else { return };
        let Some(directory) = root.directory().map(Path::to_owned) else { return };
        let known = root.table.find(&key).and_then(|file| root.table.get(file));
        match known.map(|entry| (entry.version.is_some(), entry.stamp)) {
            // What an editor shows is what counts.
            Some((true, _)) => {}
            Some((false, before)) => {
                if stamp(path).is_none() || stamp(path) != before {
                    root.read(&directory, path, &outgoing);
                }
            }
            None => root.rescan = true,
        }
    }

    /// The loaded workspace in whose directory a file is.
    fn around(&mut self, path: &Path) -> Option<&mut Root> {
        let roots = self.roots.values_mut().filter(|root| root.loaded);
        let around = roots.filter(|root| root.directory().is_some_and(|it| path.starts_with(it)));
        around.max_by_key(|root| root.directory().map(|it| it.components().count()))
    }

    fn rescan(&mut self, concerns: impl Fn(&Path) -> bool) {
        for root in self.roots.values_mut() {
            root.rescan |= root.directory().is_some_and(&concerns);
        }
    }

    /// Takes what was found in a directory.
    pub(crate) fn scanned(&mut self, id: RootId, scan: Scan) {
        let Some(root) = self.roots.get_mut(&id) else { return };
        root.scanning = false;
        let first = !root.loaded;
        root.take_scan(scan, &self.client, &self.outgoing);
        if let Some(shown) = &root.shown {
            shown.report(format!("checking {} files", root.table.iter().count()));
        }
        if first {
            let own = self.documents.values().filter(|open| open.root == Some(id));
            for open in own {
                root.show(&open.document);
            }
        }
        // A configuration that an editor shows counts for more than that of the disk.
        let config = root.directory().map(|directory| directory.join(CONFIG_FILE));
        let shown = config.and_then(|path| {
            let text = self.documents.get(&Key::Path(path.clone()))?.document.text.clone();
            Some((path, text))
        });
        if let Some((path, text)) = shown {
            self.show_config(&path, &text);
        }
    }
}
