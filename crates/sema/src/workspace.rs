//! The workspace, for those who have the files: the command line, an editor's server, tests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use journey_base::{Diagnostic, FileId};
use rayon::prelude::*;

use crate::db::{Database, SourceFile, in_order};
use crate::destinations::{DestinationInfo, check_destination};
use crate::diagnostics::{FileReport, contained, file_report};
use crate::items::{Item, ItemKind, items};
use crate::names::NameKind;
use crate::schema::{Checked, CheckedTest, Schema};
use crate::table::{self, Name};
use crate::{Config, audiences, declarations, journey, policies, tests_decl};

/// Stack of a checking thread, in bytes. What the parser admits nests 128 levels deep, each of
/// which takes a few calls.
const STACK: usize = 16 << 20;

/// A workspace: its files and all that is known about them. What was computed is kept, and only
/// what an edit touches is computed again.
#[derive(Clone)]
pub struct Workspace {
    db: Database,
    config: Arc<Config>,
    /// By id. Those that were removed stay, without a text, so that no id is given twice.
    files: Arc<Vec<SourceFile>>,
    removed: Arc<BTreeSet<FileId>>,
    /// What ends the reads of this snapshot.
    stop: Stop,
}

impl Workspace {
    /// A workspace of files, each with its path and text. The order given is that of [`FileId`]s.
    pub fn new(config: Config, files: Vec<(String, impl Into<Arc<str>>)>) -> Workspace {
        Workspace::watched(config, files, None)
    }

    /// The same, with someone to tell what is computed.
    pub(crate) fn watched(
        config: Config,
        files: Vec<(String, impl Into<Arc<str>>)>,
        watch: Option<Box<dyn Fn(salsa::Event) + Send + Sync + 'static>>,
    ) -> Workspace {
        let files = files.into_iter().map(|(path, text)| (Arc::from(path), text.into()));
        let (db, files) = Database::new(config.clone(), files, watch);
        let (removed, stop) = (Arc::default(), Stop::default());
        Workspace { db, config: config.into(), files: files.into(), removed, stop }
    }

    /// Replaces the configuration.
    pub fn set_config(&mut self, config: Config) {
        self.config = config.clone().into();
        self.db.set_config(config);
    }

    /// Everything that was found, by file, place and code.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        self.reports().into_iter().flat_map(|report| report.diagnostics.to_vec()).collect()
    }

    /// What was found in one file, by place and code.
    pub fn diagnostics_of(&self, file: FileId) -> Vec<Diagnostic> {
        self.findings_of(file).to_vec()
    }

    /// The same, as it is remembered: while nothing it depends on changes, the same allocation.
    pub fn findings_of(&self, file: FileId) -> Arc<[Diagnostic]> {
        let file = self.present(file);
        file.map(|file| file_report(&self.db, file).diagnostics).unwrap_or_default()
    }

    /// Checks everything on all cores, so that what is asked for next is known.
    pub fn check_all(&self) {
        let _ = self.reports();
    }

    /// The workspace, ready to be compiled; nothing if there is any error.
    pub fn checked(&self) -> Option<Checked> {
        if self.reports().iter().any(|report| report.failed) {
            return None;
        }
        self.checked_with(self.journeys()?, self.tests()?)
    }

    /// These journeys and tests with what all of them share; nothing if there is an error in that.
    fn checked_with(
        &self,
        journeys: Vec<Arc<crate::thir::Journey>>,
        tests: Vec<CheckedTest>,
    ) -> Option<Checked> {
        Some(Checked {
            name: self.config.name.as_str().into(),
            timezone: self.config.timezone.as_str().into(),
            schema: self.schema(),
            policies: self.policies()?,
            requests: self.destinations().flat_map(|it| it.requests.clone()).collect(),
            audiences: self.audiences()?,
            journeys,
            tests,
        })
    }

    /// Checks all files, on all cores. The files do not wait for one another but where they need
    /// the same thing, and the result does not depend on who is first.
    fn reports(&self) -> Vec<FileReport> {
        self.on_all_cores(&self.files, |db, file| file_report(db, file))
    }

    /// Does something for each of some files, on all cores.
    fn on_all_cores<T: Send>(
        &self,
        files: &[SourceFile],
        work: impl Fn(&Database, SourceFile) -> T + Send + Sync,
    ) -> Vec<T> {
        let stop = &self.stop;
        let work = |db: &Database, file: SourceFile| {
            stop.check();
            work(db, file)
        };
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(rayon::current_num_threads().min(files.len()))
            .stack_size(STACK)
            .build();
        match pool {
            Ok(pool) if files.len() > 1 => {
                let (db, all) = (self.db.clone(), &self.files);
                pool.install(move || {
                    // Every check needs the names of all files: one thread would have to parse
                    // them all, and the others wait for it.
                    let parse = |db: &mut Database, file: &SourceFile| {
                        stop.check();
                        let _ = contained(|| items(db, *file).len());
                    };
                    all.par_iter().for_each_with(db.clone(), parse);
                    files.par_iter().map_with(db, |db, file| work(db, *file)).collect()
                })
            }
            _ => files.iter().map(|file| work(&self.db, *file)).collect(),
        }
    }

    fn schema(&self) -> Schema {
        let db = &self.db;
        let names = |kind| table::all(db, kind).into_iter().map(|(name, _)| name);
        let event = |name| {
            let name = Name::new(db, NameKind::Event, name);
            declarations::event_type(db, name).map(|info| info.ty.clone())
        };
        let action = |name| {
            let name = Name::new(db, NameKind::Action, name);
            declarations::action_type(db, name).map(|action| (*action).clone())
        };
        Schema {
            traits: names(NameKind::Trait)
                .filter_map(|name| declarations::trait_field(db, &name))
                .collect(),
            events: names(NameKind::Event).filter_map(event).collect(),
            destinations: self.destinations().map(|info| info.ty.clone()).collect(),
            actions: names(NameKind::Action).filter_map(action).collect(),
        }
    }

    fn policies(&self) -> Option<Vec<Arc<crate::thir::Policy>>> {
        let db = &self.db;
        let all = table::all(db, NameKind::Policy).into_iter();
        all.map(|(_, site)| policies::check_policy(db, site.item).value.clone()).collect()
    }

    /// All destinations, by name.
    fn destinations(&self) -> impl Iterator<Item = Arc<DestinationInfo>> {
        let db = &self.db;
        let sites = table::all(db, NameKind::Destination).into_iter();
        sites.filter_map(|(_, site)| check_destination(db, site.item).value.clone())
    }

    fn audiences(&self) -> Option<Vec<Arc<crate::thir::Audience>>> {
        let db = &self.db;
        let sites: BTreeMap<_, _> = table::all(db, NameKind::Audience).into_iter().collect();
        let order = &audiences::audience_order(db).names;
        let value = |name| audiences::check_audience(db, sites.get(name)?.item).value.clone();
        order.iter().map(value).collect()
    }

    fn journeys(&self) -> Option<Vec<Arc<crate::thir::Journey>>> {
        let db = &self.db;
        let all = table::all(db, NameKind::Journey).into_iter();
        all.map(|(_, site)| journey::check_journey(db, site.item).value.clone()).collect()
    }

    fn tests(&self) -> Option<Vec<CheckedTest>> {
        let db = &self.db;
        let mut files: Vec<SourceFile> = self.files.to_vec();
        files.sort_by(|a, b| in_order(db, *a, *b));
        let items = files.iter().flat_map(|file| items(db, *file));
        let tests = items.filter(|item| item.kind(db) == ItemKind::Test);
        tests.map(|item| self.checked_test(*item)).collect()
    }

    /// A test and where it stands; nothing if there is an error in it.
    fn checked_test(&self, item: Item<'_>) -> Option<CheckedTest> {
        let db = &self.db;
        let test = tests_decl::check_test(db, item).value.clone()?;
        Some(CheckedTest { file: item.file(db).id(db), offset: item.offset(db), test })
    }
}

mod bodies;
mod declared;
mod files;
mod names;
mod part;
mod standing;
mod stop;

#[cfg(test)]
mod tests;

pub use declared::Declaration;
pub use files::{Superseded, unless_superseded};
pub use names::JourneyOutline;
pub use stop::Stop;
