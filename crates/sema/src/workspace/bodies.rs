//! Checked bodies, one at a time, for those who can do with what the others lack.

use std::sync::Arc;

use super::Workspace;
use crate::names::NameKind;
use crate::table::{self, Name};
use crate::{journey, thir};

impl Workspace {
    /// A journey without mistakes; nothing if it has any, whatever is wrong elsewhere.
    pub fn journey(&self, name: &str) -> Option<Arc<thir::Journey>> {
        let name = Name::new(&self.db, NameKind::Journey, Arc::<str>::from(name));
        let site = table::lookup(&self.db, name).first()?;
        journey::check_journey(&self.db, site.item).value.clone()
    }
}
