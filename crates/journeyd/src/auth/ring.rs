//! The keys a running server knows.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use super::{ApiKey, Record, Scope, Scopes};
use crate::sync::{read, write};

/// Who makes a request, and what they may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// Id of the key; `dev` where there are none.
    pub id: Arc<str>,
    scopes: Scopes,
}

impl Principal {
    /// Whether they may do this.
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.allow(scope)
    }
}

/// The keys a server takes; they can be replaced while it runs.
#[derive(Debug, Clone)]
pub struct KeyRing(Arc<Keys>);

#[derive(Debug)]
enum Keys {
    /// Whoever asks may do everything: `journeyd dev`, on loopback.
    Open,
    Ring(RwLock<HashMap<String, Record>>),
}

impl KeyRing {
    /// One that lets everybody do everything.
    pub fn open() -> KeyRing {
        KeyRing(Arc::new(Keys::Open))
    }

    /// One with these keys.
    pub fn new(records: Vec<Record>) -> KeyRing {
        let ring = KeyRing(Arc::new(Keys::Ring(RwLock::default())));
        ring.replace(records);
        ring
    }

    /// Whether it lets everybody do everything.
    pub fn is_open(&self) -> bool {
        matches!(*self.0, Keys::Open)
    }

    /// Puts other keys in the place of all. Those that were revoked are valid no longer.
    pub fn replace(&self, records: Vec<Record>) {
        if let Keys::Ring(keys) = &*self.0 {
            let valid = records.into_iter().filter(|record| record.revoked.is_none());
            *write(keys) = valid.map(|record| (record.id.clone(), record)).collect();
        }
    }

    /// Who has this key; nothing if it is none, not known, or revoked.
    pub fn verify(&self, key: &str) -> Option<Principal> {
        match &*self.0 {
            Keys::Open => Some(self.anyone()?),
            Keys::Ring(keys) => {
                let key = ApiKey::parse(key)?;
                let keys = read(keys);
                let record = keys.get(key.id()).filter(|record| record.is_of(&key))?;
                Some(Principal { id: record.id.as_str().into(), scopes: record.scopes })
            }
        }
    }

    /// Who asks without a key: somebody where no keys are needed, otherwise nobody.
    pub fn anyone(&self) -> Option<Principal> {
        self.is_open()
            .then(|| Principal { id: "dev".into(), scopes: [Scope::Admin].into_iter().collect() })
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::KeyRing;
    use crate::auth::{KeyFile, Scope};

    #[test]
    fn a_key_opens_what_its_scopes_say_until_it_is_revoked() {
        let folder = tempfile::tempdir().unwrap();
        let file = KeyFile::in_folder(folder.path());
        let (now, scopes) = (DateTime::UNIX_EPOCH, [Scope::Read].into_iter().collect());
        let key = file.create("reader", scopes, now).unwrap();
        let ring = KeyRing::new(file.read().unwrap());
        let reader = ring.verify(key.expose()).unwrap();
        assert!(reader.may(Scope::Read) && !reader.may(Scope::Write) && !reader.may(Scope::Ingest));
        assert_eq!(ring.verify(file.create("x", scopes, now).unwrap().expose()), None);
        assert_eq!((ring.verify(""), ring.anyone()), (None, None));
        file.revoke(key.id(), now).unwrap();
        ring.replace(file.read().unwrap());
        assert_eq!(ring.verify(key.expose()), None);
    }

    #[test]
    fn an_open_ring_lets_everybody_do_everything() {
        let anyone = KeyRing::open().anyone().unwrap();
        assert!(Scope::ALL.into_iter().all(|scope| anyone.may(scope)));
    }
}
