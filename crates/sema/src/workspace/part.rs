//! A workspace of which a part is wrong, as it is while somebody works on it.

use std::collections::HashSet;

use journey_base::{Code, FileId, Severity};

use super::Workspace;
use crate::index::build::item_at;
use crate::items::{Item, ItemKind, items};
use crate::names::NameKind;
use crate::schema::Checked;
use crate::{journey, table};

impl Workspace {
    /// The same as [`Workspace::checked`], without the journeys and tests in which there is an error.
    /// Nothing where one is in what all of them share. Lints that are denied do not count: what
    /// they find can run.
    pub fn checked_in_part(&self) -> Option<Checked> {
        let db = &self.db;
        let broken = self.broken()?;
        let journeys = table::all(db, NameKind::Journey).into_iter();
        let journeys = journeys.filter(|(_, site)| !broken.contains(&site.item));
        let tests = self.files.iter().flat_map(|file| items(db, *file));
        let tests = tests.filter(|it| it.kind(db) == ItemKind::Test && !broken.contains(it));
        let journeys = journeys
            .filter_map(|(_, site)| journey::check_journey(db, site.item).value.clone())
            .collect();
        let tests = tests.filter_map(|item| self.checked_test(*item)).collect();
        self.checked_with(journeys, tests)
    }

    /// Where the test around a place begins.
    pub fn test_at(&self, file: FileId, offset: u32) -> Option<u32> {
        let item = item_at(&self.db, self.present(file)?, offset)?;
        (item.kind(&self.db) == ItemKind::Test).then(|| item.offset(&self.db))
    }

    /// The journeys and tests in which there is an error; nothing where there is one elsewhere.
    fn broken(&self) -> Option<HashSet<Item<'_>>> {
        let db = &self.db;
        let alone = |item: &Item<'_>| matches!(item.kind(db), ItemKind::Journey | ItemKind::Test);
        let mut broken = HashSet::new();
        for (file, report) in self.files.iter().zip(self.reports()) {
            if !report.failed {
                continue;
            }
            let mistaken = items(db, *file).iter().filter(|item| item.broken(db));
            broken.extend(mistaken.copied());
            let errors = report.diagnostics.iter();
            for error in errors.filter(|it| it.code.severity() == Severity::Error) {
                let item = item_at(db, *file, error.primary.range.start);
                // What the parser found between declarations is in none of them, and what it may
                // have hidden is missed where it is used.
                let parsed = error.code < Code::BAD_LITERAL;
                match item {
                    _ if error.code == Code::TOO_MANY => return None,
                    Some(item) => broken.extend([item]),
                    None if parsed => {}
                    None => return None,
                }
            }
        }
        broken.iter().all(alone).then_some(broken)
    }
}
