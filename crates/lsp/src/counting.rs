//! What was counted in journeys: from whoever runs the server, or from a file in the workspace.
//!
//! The setting `journey.stats` names the file, relative to the directory of a workspace; it comes
//! with the introduction of the client, or from its configuration, which counts for more. Nothing
//! outside the workspace is read, whichever way it is named.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::Sender;

use journey_ide::Counts;
use journey_workspace::directory::{ReadError, read_text};
use serde_json::Value;
use tokio::sync::watch;
use tower_lsp_server::ls_types::MessageType;

use crate::FileAccess;
use crate::events::Event;
use crate::root::{Root, RootId};
use crate::state::State;

/// Longer than this no file of counts is read, in bytes: tiles take a hundred each.
const MAX_COUNTS: u64 = 32 << 20;

/// Counts of journeys that run, for servers that show them: whoever has them puts them in, and every
/// connection with these [`Options`](crate::Options) shows them in place of those of a file.
#[derive(Debug, Clone)]
pub struct LiveCounts(Arc<watch::Sender<Arc<Counts>>>);

impl LiveCounts {
    /// Begins with these.
    pub fn new(counts: Counts) -> LiveCounts {
        LiveCounts(Arc::new(watch::Sender::new(Arc::new(counts))))
    }

    /// From now on it is these. Whoever looks sees them without asking, where its editor can.
    pub fn set(&self, counts: Counts) {
        self.0.send_if_modified(|now| {
            let differs = **now != counts;
            if differs {
                *now = Arc::new(counts);
            }
            differs
        });
    }

    /// What they are now, and where it comes out when they are others.
    pub(crate) fn follow(&self) -> (Arc<Counts>, watch::Receiver<Arc<Counts>>) {
        let mut news = self.0.subscribe();
        let now = news.borrow_and_update().clone();
        (now, news)
    }
}

/// Tells the main loop of counts until there are no more.
pub(crate) async fn tell(mut news: watch::Receiver<Arc<Counts>>, events: Sender<Event>) {
    while news.changed().await.is_ok() {
        let now = news.borrow_and_update().clone();
        if events.send(Event::Live(now)).is_err() {
            return;
        }
    }
}

/// What came of reading a file of counts.
pub(crate) type Read = Result<Counts, CountsError>;

/// Why there are no counts.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CountsError {
    /// It cannot be read.
    #[error("{path}: {error}")]
    Unreadable { path: String, error: ReadError },
    /// It says something else.
    #[error(
        "{path}: not the summary of a simulation: {error}; `journeyc simulate --out` writes one"
    )]
    NoSummary { path: String, error: serde_json::Error },
    /// It is not for us to read.
    #[error(
        "journey.stats: `{setting}` leads out of the workspace {workspace}; give a path within it"
    )]
    Outside { setting: String, workspace: String },
    /// It names no file from the directory on.
    #[error(
        "journey.stats: `{setting}` is not the path of a file relative to the folder with the \
         journey.toml, {workspace}; `out/summary.json` would be one"
    )]
    NotRelative { setting: String, workspace: String },
    /// It is not there.
    #[error(
        "journey.stats: there is no file `{setting}` in the workspace {workspace}; \
         `journeyc simulate --out` writes one"
    )]
    Missing { setting: String, workspace: String },
}

/// A setting that is no path at all.
#[derive(Debug, Clone, thiserror::Error)]
#[error(
    "journey.stats: {0} is no text; give the path of a file relative to the folder with the \
     journey.toml"
)]
pub(crate) struct NoText(Value);

/// The file that a setting names in a directory; nothing where it is outside, or no file.
pub(crate) fn place(directory: &Path, setting: &str) -> Option<PathBuf> {
    let mut place = directory.to_owned();
    for part in Path::new(setting).components() {
        match part {
            Component::Normal(name) => place.push(name),
            Component::CurDir => {}
            // What is above the directory is outside, even on the way back in.
            Component::ParentDir if place != directory => {
                place.pop();
            }
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    (place != directory).then_some(place)
}

/// Whether a setting that names no file here would not lead out of the directory all the same.
fn stays_inside(directory: &Path, setting: &str) -> bool {
    let path = Path::new(setting);
    let plain = |part| !matches!(part, Component::ParentDir);
    match path.is_absolute() {
        true => path.starts_with(directory) && path.components().all(plain),
        // With a name at the end it is a file.
        false => place(directory, &format!("{setting}/x")).is_some(),
    }
}

fn read(directory: &Path, setting: &str) -> Read {
    let said = || (setting.to_owned(), directory.display().to_string());
    let outside = || {
        let (setting, workspace) = said();
        CountsError::Outside { setting, workspace }
    };
    let misplaced = || match stays_inside(directory, setting) {
        true => {
            let (setting, workspace) = said();
            CountsError::NotRelative { setting, workspace }
        }
        false => outside(),
    };
    let path = place(directory, setting).ok_or_else(misplaced)?;
    let shown = || path.display().to_string();
    let text = match read_text(directory, &path, MAX_COUNTS) {
        Ok(Some(text)) => text,
        Ok(None) => {
            let (setting, workspace) = said();
            return Err(CountsError::Missing { setting, workspace });
        }
        Err(ReadError::Outside) => return Err(outside()),
        Err(error) => return Err(CountsError::Unreadable { path: shown(), error }),
    };
    match serde_json::from_str(&text) {
        Ok(counts) => Ok(counts),
        Err(error) => Err(CountsError::NoSummary { path: shown(), error }),
    }
}

/// The setting in what a client says of itself: `{ "stats": … }`, or `journey.stats` as an editor's
/// settings have it. One that is empty is none.
pub(crate) fn setting(said: &Value) -> Option<String> {
    let found = SETTINGS.iter().find_map(|path| said.pointer(path)?.as_str());
    found.map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned)
}

/// Where the setting may stand.
const SETTINGS: [&str; 3] = ["/stats", "/journey/stats", "/journey.stats"];

/// What stands in place of the setting and is none.
pub(crate) fn no_setting(said: &Value) -> Option<NoText> {
    let mut found = SETTINGS.iter().filter_map(|path| said.pointer(path));
    let wrong = found.find(|it| !it.is_null() && !it.is_string())?;
    Some(NoText(wrong.clone()))
}

impl State {
    /// Takes what an editor tells of its settings. Many tell only that they are others now.
    pub(crate) fn settings_changed(&mut self, said: &Value) {
        let ours = ["/journey", "/stats", "/journey.stats"];
        if ours.iter().any(|path| said.pointer(path).is_some()) {
            if let Some(error) = no_setting(said) {
                self.outgoing.log(MessageType::WARNING, error.to_string());
            }
            self.configured(setting(said));
        } else if self.client.configures {
            self.outgoing.ask_for_setting(self.events.clone());
        }
    }

    pub(crate) fn configured(&mut self, setting: Option<String>) {
        if self.configured != setting {
            self.configured = setting;
            for root in self.roots.values_mut() {
                (root.recount, root.countless) = (true, false);
            }
            self.watch_counts();
            if self.ready && self.client.watches {
                self.outgoing.watch_counts(self.stats());
            }
        }
    }

    /// The file of counts, as it is set.
    pub(crate) fn stats(&self) -> Option<&str> {
        self.configured.as_deref().or(self.client.stats.as_deref())
    }

    /// Sees to it that changes of the files are noticed where the client does not tell.
    pub(crate) fn watch_counts(&self) {
        let (Some(watcher), Some(setting)) = (&self.watcher, self.stats()) else { return };
        let directories = self.roots.values().filter_map(Root::directory);
        watcher.also(directories.filter_map(|it| place(it, setting)).collect());
    }

    /// Whether this is a file of counts. Where it is, or a folder that may hold one, that is read
    /// again.
    pub(crate) fn counts_touched(&mut self, path: &Path) -> bool {
        let Some(setting) = self.stats().map(str::to_owned) else { return false };
        let mut is_file = false;
        for root in self.roots.values_mut() {
            let Some(file) = root.directory().and_then(|it| place(it, &setting)) else { continue };
            root.recount |= file.starts_with(path);
            is_file |= file == path;
        }
        is_file
    }

    /// Begins to read counts where they may be others now.
    pub(crate) fn count(&mut self) {
        if self.access == FileAccess::None || self.live.is_some() {
            return;
        }
        let setting = self.stats().map(str::to_owned);
        let mut differ = false;
        for (id, root) in &mut self.roots {
            if !root.loaded || !root.recount || root.counting {
                continue;
            }
            root.recount = false;
            let directory = root.directory().map(Path::to_owned);
            let Some((setting, directory)) = setting.clone().zip(directory) else {
                differ |= !std::mem::take(&mut root.counts).journeys.is_empty();
                continue;
            };
            root.counting = true;
            let (id, events) = (*id, self.events.clone());
            self.workers.run(move || {
                // The main loop is gone when the connection is closed.
                let _ = events.send(Event::Counted(id, Box::new(read(&directory, &setting))));
            });
        }
        if differ {
            self.counts_differ();
        }
    }

    /// Takes what was read.
    pub(crate) fn counted(&mut self, id: RootId, read: Read) {
        let Some(root) = self.roots.get_mut(&id) else { return };
        root.counting = false;
        if self.live.is_some() {
            return;
        }
        let missing = matches!(read, Err(CountsError::Missing { .. }));
        // It may be a while until somebody counts: that there is nothing is said once.
        let said = std::mem::replace(&mut root.countless, missing) && missing;
        let counts = read.unwrap_or_else(|error| {
            let level = if missing { MessageType::INFO } else { MessageType::WARNING };
            if !said {
                self.outgoing.log(level, error.to_string());
            }
            Counts::default()
        });
        if *root.counts != counts {
            root.counts = Arc::new(counts);
            self.counts_differ();
        }
    }

    /// Takes counts of what runs.
    pub(crate) fn counted_live(&mut self, counts: Arc<Counts>) {
        self.roots.values_mut().for_each(|root| root.counts = counts.clone());
        self.live = Some(counts);
        self.counts_differ();
    }

    fn counts_differ(&self) {
        if self.client.refreshes_lenses {
            self.outgoing.ask_for_lenses_again();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::{place, setting};

    #[test]
    fn a_file_of_counts_lies_in_the_workspace() {
        let place = |setting| place(Path::new("/shop"), setting);
        assert_eq!(place("out/summary.json"), Some("/shop/out/summary.json".into()));
        assert_eq!(place("./a/../summary.json"), Some("/shop/summary.json".into()));
        for outside in ["", ".", "..", "../shop/a.json", "a/../../a.json", "/shop/a.json"] {
            assert_eq!(place(outside), None, "{outside}");
        }
    }

    #[test]
    fn editors_write_the_setting_as_they_like() {
        for said in [
            json!({ "stats": " a.json " }),
            json!({ "journey": { "stats": "a.json" } }),
            json!({ "journey.stats": "a.json" }),
        ] {
            assert_eq!(setting(&said).as_deref(), Some("a.json"), "{said}");
        }
        for none in [json!(null), json!({ "stats": "" }), json!({ "stats": 7 }), json!([])] {
            assert_eq!(setting(&none), None, "{none}");
        }
    }
}
