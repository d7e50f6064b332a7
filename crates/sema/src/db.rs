//! The database: what is given from outside, and the memory of what was computed from it.
//!
//! Files that an editor has open change with every keystroke, the others hardly ever. They are
//! kept in two lists of different durability, so that a keystroke does not even look at what
//! depends on closed files alone. Nearly everything asks for names, though, and any name might
//! stand in an open file; so the names that do are given from outside as well, with a durability
//! between the two. Only what speaks of one of them depends on the text of open files.

use std::cmp::Ordering;
use std::path::Path;
use std::sync::Arc;

use journey_base::{Code, FileId};
use journey_time::Tz;
use salsa::{Durability, Setter};

use crate::diagnostics::contained;
use crate::names::OpenNames;
use crate::{Config, table};

/// What queries need of a database.
#[salsa::db]
pub(crate) trait Db: salsa::Database {}

/// A file of the workspace.
#[salsa::input(debug)]
pub(crate) struct SourceFile {
    /// What the workspace calls it. It stays when others come and go.
    #[returns(copy)]
    pub(crate) id: FileId,
    /// Its path. The first of several declarations of a name is that in the first file by path,
    /// whenever the files came.
    #[returns(deref)]
    pub(crate) path: Arc<str>,
    /// Its text.
    #[returns(clone)]
    pub(crate) text: Arc<str>,
}

/// The workspace as a whole.
#[salsa::input(singleton, debug)]
pub(crate) struct Project {
    /// Files no editor has open.
    pub(crate) closed: Vec<SourceFile>,
    /// Files an editor has open.
    pub(crate) open: Vec<SourceFile>,
    /// The names that those declare.
    pub(crate) open_names: Arc<OpenNames>,
    /// What `journey.toml` says.
    pub(crate) config: Config,
}

/// The memory.
#[salsa::db]
#[derive(Clone)]
pub(crate) struct Database {
    storage: salsa::Storage<Self>,
}

#[salsa::db]
impl salsa::Database for Database {}

#[salsa::db]
impl Db for Database {}

impl Database {
    /// A database with all files closed. `watch` is told what is computed; tests look at it.
    pub(crate) fn new(
        config: Config,
        texts: impl IntoIterator<Item = (Arc<str>, Arc<str>)>,
        watch: Option<Box<dyn Fn(salsa::Event) + Send + Sync + 'static>>,
    ) -> (Database, Vec<SourceFile>) {
        let db = Database { storage: salsa::Storage::new(watch) };
        let files: Vec<SourceFile> =
            (0..).zip(texts).map(|(id, (path, text))| db.source(FileId(id), path, text)).collect();
        let mut closed = files.clone();
        closed.sort_by(|a, b| in_order(&db, *a, *b));
        let _ = Project::builder(closed, Vec::new(), Arc::default(), config)
            .closed_durability(Durability::HIGH)
            .open_durability(Durability::LOW)
            .open_names_durability(Durability::MEDIUM)
            .config_durability(Durability::HIGH)
            .new(&db);
        (db, files)
    }

    fn source(&self, id: FileId, path: Arc<str>, text: Arc<str>) -> SourceFile {
        SourceFile::builder(id, path, text).durability(Durability::HIGH).new(self)
    }

    /// Takes in a file, closed.
    pub(crate) fn add(&mut self, id: FileId, path: Arc<str>, text: Arc<str>) -> SourceFile {
        let file = self.source(id, path, text);
        self.put_among_closed(file);
        file
    }

    /// Takes back a file that had been removed, closed.
    pub(crate) fn restore(&mut self, file: SourceFile, text: Arc<str>) {
        self.set_closed_text(file, text);
        self.put_among_closed(file);
    }

    /// Takes a file out. What is left of it, for the case that it comes back, is its name.
    pub(crate) fn remove(&mut self, file: SourceFile) {
        let project = Project::get(self);
        if !self.take_from_open(file) {
            let closed = project.closed(self).iter().copied();
            let closed = closed.filter(|other| *other != file).collect();
            project.set_closed(self).with_durability(Durability::HIGH).to(closed);
        }
        self.set_closed_text(file, Arc::from(""));
    }

    /// Takes a file from the open ones back to the closed ones.
    pub(crate) fn close(&mut self, file: SourceFile) {
        if self.take_from_open(file) {
            let text = file.text(self);
            self.set_closed_text(file, text);
            self.put_among_closed(file);
        }
    }

    /// Gives a closed file another text.
    pub(crate) fn set_closed_text(&mut self, file: SourceFile, text: Arc<str>) {
        file.set_text(self).with_durability(Durability::HIGH).to(text);
    }

    pub(crate) fn is_open(&self, file: SourceFile) -> bool {
        Project::get(self).open(self).contains(&file)
    }

    fn put_among_closed(&mut self, file: SourceFile) {
        let project = Project::get(self);
        let mut closed = project.closed(self).clone();
        let at = closed.partition_point(|other| in_order(self, *other, file) == Ordering::Less);
        closed.insert(at, file);
        project.set_closed(self).with_durability(Durability::HIGH).to(closed);
    }

    fn take_from_open(&mut self, file: SourceFile) -> bool {
        let project = Project::get(self);
        let was_open = self.is_open(file);
        if was_open {
            let open = project.open(self).iter().copied().filter(|other| *other != file).collect();
            project.set_open(self).with_durability(Durability::LOW).to(open);
            self.note_open_names();
        }
        was_open
    }

    /// Takes a file from the closed ones to the open ones. What depends on it is looked at again
    /// once; from then on only what an edit touches.
    pub(crate) fn open(&mut self, file: SourceFile) {
        let project = Project::get(self);
        if project.open(self).contains(&file) {
            return;
        }
        let closed = project.closed(self).iter().copied().filter(|other| *other != file).collect();
        project.set_closed(self).with_durability(Durability::HIGH).to(closed);
        let mut open = project.open(self).clone();
        open.push(file);
        project.set_open(self).with_durability(Durability::LOW).to(open);
        let text = file.text(self);
        file.set_text(self).with_durability(Durability::LOW).to(text);
        self.note_open_names();
    }

    /// Gives a file another text. From then on it counts as open.
    pub(crate) fn set_text(&mut self, file: SourceFile, text: Arc<str>) {
        self.open(file);
        file.set_text(self).with_durability(Durability::LOW).to(text);
        self.note_open_names();
    }

    /// Gives the names of open files anew where they changed. Where the parser fails on one, the
    /// names of before stay, and what asks for one of them will meet the same failure and say so.
    fn note_open_names(&mut self) {
        let project = Project::get(self);
        let names = contained(|| table::open_names(self).clone()).ok();
        if let Some(names) = names.filter(|names| names != project.open_names(self)) {
            project.set_open_names(self).with_durability(Durability::MEDIUM).to(names);
        }
    }

    /// Replaces the configuration.
    pub(crate) fn set_config(&mut self, config: Config) {
        Project::get(self).set_config(self).with_durability(Durability::HIGH).to(config);
    }
}

/// The order of files: that in which a walk through their folders meets them.
pub(crate) fn in_order(db: &dyn Db, a: SourceFile, b: SourceFile) -> Ordering {
    let path = |file: SourceFile| Path::new(file.path(db)).components();
    path(a).cmp(path(b)).then_with(|| a.id(db).cmp(&b.id(db)))
}

/// The time zone in which local times are read.
#[salsa::tracked(returns(copy))]
pub(crate) fn workspace_zone(db: &dyn Db) -> Tz {
    // The configuration was checked when it was read.
    journey_time::find(&Project::get(db).config(db).timezone).unwrap_or(Tz::UTC)
}

/// Whether the workspace wants the findings of a code.
#[salsa::tracked(returns(copy))]
fn wanted(db: &dyn Db) -> bool {
    Project::get(db).config(db).severity(Code::OVERLAPPING_ARMS).is_some()
}

/// Whether the workspace wants the findings of a lint that takes a while.
pub(crate) fn wants(db: &dyn Db, code: Code) -> bool {
    code != Code::OVERLAPPING_ARMS || wanted(db)
}
