//! The schema of what is at work, as the reading of events and values needs it.

use std::sync::{Arc, PoisonError, RwLock};

use journey_engine::deploy::Deployment;
use journey_intake::Schema;

/// Remembers the schema of the last deployment.
#[derive(Debug, Default)]
pub struct Schemas(RwLock<Option<(u32, Arc<Schema>)>>);

impl Schemas {
    /// The schema of a deployment.
    pub fn of(&self, deployment: &Deployment) -> Arc<Schema> {
        if let Some((number, schema)) = &*self.0.read().unwrap_or_else(PoisonError::into_inner)
            && *number == deployment.number
        {
            return Arc::clone(schema);
        }
        let schema = Arc::new(Schema::new(deployment.set.program()));
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *known = Some((deployment.number, Arc::clone(&schema)));
        schema
    }
}
