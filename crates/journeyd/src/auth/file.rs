//! The file of keys.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{ApiKey, Scopes};

/// Its form. A server that does not know the form refuses it.
const VERSION: u32 = 1;

/// What is kept of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The key's own name for itself, a part of it.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub scopes: Scopes,
    /// Hash of the whole key, in hexadecimal.
    hash: String,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// When it was revoked, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<DateTime<Utc>>,
}

impl Record {
    /// Whether this is the record of `key`. The comparison takes the same time wherever they differ.
    pub fn is_of(&self, key: &ApiKey) -> bool {
        blake3::Hash::from_hex(&self.hash).is_ok_and(|hash| hash == key.hash())
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    keys: Vec<Record>,
}

/// Why the file of keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// It cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is damaged, or of another version.
    #[error("{}: {message}", path.display())]
    Form {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// No key has this id.
    #[error("there is no key `{0}`: `journeyd keys list` shows those there are")]
    Unknown(String),
    /// The system gives no random bytes.
    #[error("no random bytes: {0}")]
    Random(#[from] getrandom::Error),
}

/// The file of keys, `keys.json` in the data folder.
#[derive(Debug, Clone)]
pub struct KeyFile {
    path: PathBuf,
}

impl KeyFile {
    /// The one in a data folder, whether it is there yet or not.
    pub fn in_folder(data: &Path) -> KeyFile {
        KeyFile { path: data.join("keys.json") }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All keys, revoked ones too, in the order they were made. None if there is no file.
    ///
    /// # Errors
    /// The file cannot be read, or is damaged.
    pub fn read(&self) -> Result<Vec<Record>, KeyFileError> {
        let text = match fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(self.io(source)),
        };
        let form = |message: String| KeyFileError::Form { path: self.path.clone(), message };
        let document: Document =
            serde_json::from_slice(&text).map_err(|error| form(error.to_string()))?;
        if document.version != VERSION {
            return Err(form(format!("version {} is not known here", document.version)));
        }
        Ok(document.keys)
    }

    /// Makes a key. It is durable when this returns.
    ///
    /// # Errors
    /// The file cannot be read or written, or there are no random bytes.
    pub fn create(
        &self,
        name: &str,
        scopes: Scopes,
        now: DateTime<Utc>,
    ) -> Result<ApiKey, KeyFileError> {
        let key = ApiKey::generate()?;
        let record = Record {
            id: key.id().to_owned(),
            name: name.to_owned(),
            scopes,
            hash: key.hash().to_hex().to_string(),
            created: now,
            revoked: None,
        };
        self.change(|keys| {
            keys.push(record);
            Ok(())
        })?;
        Ok(key)
    }

    /// Revokes a key. Doing so again changes nothing.
    ///
    /// # Errors
    /// There is no such key, or the file cannot be read or written.
    pub fn revoke(&self, id: &str, now: DateTime<Utc>) -> Result<(), KeyFileError> {
        self.change(|keys| {
            let record = keys.iter_mut().find(|record| record.id == id);
            let record = record.ok_or_else(|| KeyFileError::Unknown(id.to_owned()))?;
            record.revoked.get_or_insert(now);
            Ok(())
        })
    }

    /// Replaces the file by a changed one, while nobody else does.
    fn change(
        &self,
        change: impl FnOnce(&mut Vec<Record>) -> Result<(), KeyFileError>,
    ) -> Result<(), KeyFileError> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        crate::instance::make_folder(folder).map_err(|source| self.io(source))?;
        let lock = File::create(self.path.with_extension("lock")).map_err(|e| self.io(e))?;
        lock.lock().map_err(|source| self.io(source))?;
        let mut keys = self.read()?;
        change(&mut keys)?;
        let document = Document { version: VERSION, keys };
        let form = |error: serde_json::Error| KeyFileError::Form {
            path: self.path.clone(),
            message: error.to_string(),
        };
        let text = serde_json::to_vec_pretty(&document).map_err(form)?;
        crate::instance::replace(&self.path, &text).map_err(|source| self.io(source))
    }

    fn io(&self, source: io::Error) -> KeyFileError {
        KeyFileError::Io { path: self.path.clone(), source }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::{KeyFile, KeyFileError};
    use crate::auth::{Scope, Scopes};

    #[test]
    fn keys_are_made_listed_and_revoked_and_never_kept() {
        let folder = tempfile::tempdir().unwrap();
        let keys = KeyFile::in_folder(&folder.path().join("data"));
        assert!(keys.read().unwrap().is_empty());
        let scopes: Scopes = [Scope::Read, Scope::Ingest].into_iter().collect();
        let now = DateTime::UNIX_EPOCH;
        let key = keys.create("shop", scopes, now).unwrap();
        let text = std::fs::read_to_string(keys.path()).unwrap();
        assert!(!text.contains(key.expose()));
        let record = &keys.read().unwrap()[0];
        assert!(record.is_of(&key));
        assert_eq!((record.name.as_str(), record.scopes, record.revoked), ("shop", scopes, None));
        keys.revoke(key.id(), now).unwrap();
        assert_eq!(keys.read().unwrap()[0].revoked, Some(now));
        assert!(matches!(keys.revoke("nobody", now), Err(KeyFileError::Unknown(_))));
    }

    #[test]
    fn a_damaged_file_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let keys = KeyFile::in_folder(folder.path());
        std::fs::write(keys.path(), "{\"version\": 9, \"keys\": []}").unwrap();
        let complaint = keys.read().unwrap_err().to_string();
        assert!(complaint.contains("keys.json: version 9"), "{complaint}");
        std::fs::write(keys.path(), "{").unwrap();
        assert!(keys.create("x", Scopes::default(), DateTime::UNIX_EPOCH).is_err());
    }
}
