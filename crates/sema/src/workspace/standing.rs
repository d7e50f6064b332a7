//! What may stand in some place, for those who propose names.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Workspace;
use crate::journey::find_webhook;
use crate::names::NameKind;
use crate::table::{self, Name};
use crate::{Field, Type, audiences, constants};

/// So many definitions are followed to see whether they come back to where they began.
const MAX_FOLLOWED: usize = 1_000;

impl Workspace {
    /// The type of a constant; nothing for one that is not there or has a mistake in it.
    pub fn constant_type(&self, name: &str) -> Option<Type> {
        let name = Name::new(&self.db, NameKind::Constant, Arc::<str>::from(name));
        constants::constant(&self.db, name)?.map(|value| value.ty.clone())
    }

    /// Whether an audience has a definition: then nobody can be put into it.
    pub fn is_computed(&self, audience: &str) -> bool {
        let name = Name::new(&self.db, NameKind::Audience, Arc::<str>::from(audience));
        audiences::is_defined(&self.db, name)
    }

    /// Whether the definition of `from` speaks of `to`, itself or by what it speaks of: then it
    /// cannot stand in that of `to`. Of audiences and constants.
    pub fn leads_to(&self, kind: NameKind, from: &str, to: &str) -> bool {
        let mut seen: BTreeSet<Arc<str>> = BTreeSet::new();
        let mut open: Vec<Arc<str>> = vec![from.into()];
        while let Some(name) = open.pop() {
            if *name == *to {
                return true;
            }
            if seen.len() < MAX_FOLLOWED && seen.insert(name.clone()) {
                open.extend(self.spoken_of(kind, &name));
            }
        }
        false
    }

    /// What the body of a labelled webhook of a journey consists of, if it is made of parts.
    pub fn webhook_body(&self, journey: &str, label: &str) -> Vec<Field> {
        let journey = self.journey(journey);
        let webhook = journey.as_ref().and_then(|it| find_webhook(&it.body, label));
        let body = webhook.and_then(|webhook| webhook.request.body.as_ref());
        match body.map(|body| body.ty.required()) {
            Some(Type::Record(fields)) => fields.to_vec(),
            _ => Vec::new(),
        }
    }

    /// The names of the same kind in a definition.
    fn spoken_of(&self, kind: NameKind, name: &Arc<str>) -> Vec<Arc<str>> {
        let Some(site) = table::declaring(&self.db, kind, name) else { return Vec::new() };
        match kind {
            NameKind::Constant => constants::let_names(&self.db, site.item).clone(),
            NameKind::Audience => {
                let uses = &audiences::check_audience(&self.db, site.item).uses;
                let audiences = uses.iter().filter(|(of, _)| *of == kind);
                audiences.map(|(_, name)| name.clone()).collect()
            }
            _ => Vec::new(),
        }
    }
}
