//! The form of a key: `jd_ID_SECRETCHECK`.
//!
//! `jd_` tells scanners of leaked secrets what it is; the id names it where it must not be shown;
//! the secret is 256 random bits; the checksum tells a mistyped key from a revoked one without
//! asking anyone.

use crate::secret::Secret;

const PREFIX: &str = "jd_";
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ID: usize = 8;
const SECRET: usize = 43;
const CHECK: usize = 6;

/// A key in full, as whoever uses it has it.
#[derive(Debug, Clone)]
pub struct ApiKey {
    id: String,
    text: Secret,
}

impl ApiKey {
    /// A new key.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn generate() -> Result<ApiKey, getrandom::Error> {
        let body = format!("{PREFIX}{}_{}", random(ID)?, random(SECRET)?);
        let text = format!("{body}{}", check(&body));
        let id = text.get(PREFIX.len()..PREFIX.len() + ID).unwrap_or_default().to_owned();
        Ok(ApiKey { id, text: Secret::new(text) })
    }

    /// Reads a key; nothing if it has not the form of one or its checksum is wrong.
    pub fn parse(text: &str) -> Option<ApiKey> {
        let rest = text.strip_prefix(PREFIX)?;
        let (id, secret) = rest.split_once('_')?;
        let formed = id.len() == ID
            && secret.len() == SECRET + CHECK
            && rest.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric());
        let (body, sum) = text.split_at_checked(text.len().checked_sub(CHECK)?)?;
        (formed && sum == check(body))
            .then(|| ApiKey { id: id.to_owned(), text: Secret::new(text) })
    }

    /// Its name, which is no secret.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The key itself, to be shown once.
    pub fn expose(&self) -> &str {
        self.text.expose()
    }

    /// What is kept of it. The secret is random and long, so that one fast hash is enough.
    pub fn hash(&self) -> blake3::Hash {
        blake3::Hash::from_bytes(blake3::derive_key(
            "journeyd 2025 hash of an API key",
            self.expose().as_bytes(),
        ))
    }
}

/// So many random digits, each as likely as any other.
fn random(count: usize) -> Result<String, getrandom::Error> {
    let mut digits = String::with_capacity(count);
    while digits.len() < count {
        let mut bytes = [0; 64];
        getrandom::fill(&mut bytes)?;
        // 248 is four times 62: the bytes above would make the first digits likelier.
        let fair = bytes.iter().filter(|byte| **byte < 248);
        digits.extend(fair.filter_map(|byte| digit(usize::from(*byte))).take(count - digits.len()));
    }
    Ok(digits)
}

fn digit(value: usize) -> Option<char> {
    DIGITS.get(value % DIGITS.len()).copied().map(char::from)
}

fn check(body: &str) -> String {
    let mut left = crc32fast::hash(body.as_bytes()) as usize;
    let mut digits = Vec::with_capacity(CHECK);
    for _ in 0..CHECK {
        digits.extend(digit(left));
        left /= DIGITS.len();
    }
    digits.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::ApiKey;

    #[test]
    fn a_key_is_read_back_and_any_slip_is_seen() {
        let key = ApiKey::generate().unwrap();
        let text = key.expose();
        assert_eq!(text.len(), 3 + 8 + 1 + 43 + 6);
        let again = ApiKey::parse(text).unwrap();
        assert_eq!((again.id(), again.hash()), (key.id(), key.hash()));
        for at in 3..text.len() {
            let mut slipped = text.as_bytes().to_vec();
            slipped[at] = if slipped[at] == b'x' { b'y' } else { b'x' };
            assert!(ApiKey::parse(&String::from_utf8(slipped).unwrap()).is_none(), "at {at}");
        }
        assert!(ApiKey::parse(&text[..text.len() - 1]).is_none());
        assert!(ApiKey::parse("jd_é").is_none());
    }

    #[test]
    fn keys_differ_and_do_not_print() {
        let (one, two) = (ApiKey::generate().unwrap(), ApiKey::generate().unwrap());
        assert_ne!(one.expose(), two.expose());
        assert!(!format!("{one:?}").contains(one.expose()));
    }
}
