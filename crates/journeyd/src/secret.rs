//! Texts that must not be seen: keys, tokens, passwords.

use std::fmt;

/// A secret. It can be used where it is asked for by [`Secret::expose`], and nowhere else: it
/// prints as three stars, cannot be serialised, and compares with nothing.
#[derive(Clone)]
pub struct Secret(Box<str>);

impl Secret {
    /// Wraps a text as soon as it is known.
    pub fn new(text: impl Into<Box<str>>) -> Secret {
        Secret(text.into())
    }

    /// The text itself. Whoever calls this hands it to what needs it, and writes it nowhere.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn a_secret_is_not_printed() {
        let secret = Secret::new("canary");
        assert_eq!(format!("{secret} {secret:?} {:?}", Some(&secret)), "*** *** Some(***)");
        assert_eq!(secret.expose(), "canary");
    }
}
