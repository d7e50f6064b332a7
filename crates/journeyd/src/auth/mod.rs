//! API keys: who may do what.
//!
//! A key is `jd_` with its id, a secret and a checksum. It is shown once; what is kept is a hash of
//! it. Keys stand in a file of their own in the data folder, so that `journeyd keys` works
//! beside a running server and before the first start.

mod file;
mod key;
mod ring;
mod scope;

pub use file::{KeyFile, KeyFileError, Record};
pub use key::ApiKey;
pub use ring::{KeyRing, Principal};
pub use scope::{Scope, Scopes, UnknownScope};
