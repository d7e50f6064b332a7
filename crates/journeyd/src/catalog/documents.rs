//! What people have written, as the store keeps it: the schema, and each journey in all its versions.

use journey_engine::form::{ReadError, decode, encode};
use journey_engine::keys;
use journey_engine::store::{Batch, Store, StoreError};
use serde::{Deserialize, Serialize};

const SCHEMA: &str = "schema";
const JOURNEY: &str = "journey";

/// The declarations that are no journeys.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SchemaDocument {
    /// Files: path and text.
    pub files: Vec<(String, String)>,
    /// The text of `journey.toml`.
    pub config: String,
    /// Counts changes.
    pub revision: u64,
}

/// A journey in all its versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JourneyDocument {
    /// Its name, which is its id.
    pub name: String,
    /// Its versions, from the first. The last may be a draft.
    pub versions: Vec<VersionDocument>,
    /// Counts changes.
    pub revision: u64,
}

/// One version of a journey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionDocument {
    /// From 1.
    pub number: u32,
    /// Its text.
    pub source: String,
    /// When it was made, in milliseconds since 1970.
    pub created_at: i64,
    /// When it was activated; a draft never was.
    pub activated_at: Option<i64>,
}

impl JourneyDocument {
    /// The version that is being written.
    pub fn draft(&self) -> Option<&VersionDocument> {
        self.versions.last().filter(|version| version.activated_at.is_none())
    }

    /// The version that was activated last.
    pub fn current(&self) -> Option<&VersionDocument> {
        self.versions.iter().rev().find(|version| version.activated_at.is_some())
    }

    /// A version by its number.
    pub fn version(&self, number: u32) -> Option<&VersionDocument> {
        self.versions.iter().find(|version| version.number == number)
    }
}

/// Reads the schema; an empty one where there is none yet.
pub(super) fn read_schema(store: &dyn Store) -> Result<SchemaDocument, ReadError> {
    match store.get(&keys::control(SCHEMA, &[]))? {
        Some(bytes) => Ok(decode("schema", &bytes)?),
        None => Ok(SchemaDocument::default()),
    }
}

/// Reads all journeys, by name.
pub(super) fn read_journeys(store: &dyn Store) -> Result<Vec<JourneyDocument>, ReadError> {
    let all = keys::controls(JOURNEY);
    let stored = store.scan(&all.start, &all.end, usize::MAX)?;
    let documents = stored.iter().map(|(_, bytes)| Ok(decode("journey", bytes)?));
    documents.collect()
}

/// Has the schema written with a batch.
pub(super) fn put_schema(batch: &mut Batch, document: &SchemaDocument) {
    batch.put(&keys::control(SCHEMA, &[]), &encode(document));
}

/// Has a journey written with a batch.
pub(super) fn put_journey(batch: &mut Batch, document: &JourneyDocument) {
    batch.put(&keys::control(JOURNEY, document.name.as_bytes()), &encode(document));
}

/// Writes a journey.
pub(super) fn write_journey(
    store: &dyn Store,
    document: &JourneyDocument,
) -> Result<(), StoreError> {
    let mut batch = Batch::new();
    put_journey(&mut batch, document);
    durably(store, &batch)
}

/// Takes a journey away.
pub(super) fn delete_journey(store: &dyn Store, name: &str) -> Result<(), StoreError> {
    let mut batch = Batch::new();
    batch.delete(&keys::control(JOURNEY, name.as_bytes()));
    durably(store, &batch)
}

fn durably(store: &dyn Store, batch: &Batch) -> Result<(), StoreError> {
    store.append(batch)?;
    store.sync().map(drop)
}
