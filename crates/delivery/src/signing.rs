//! Signatures of outgoing requests, by the rules of Standard Webhooks.
//!
//! What is signed is `id.timestamp.body`, where the id is the idempotency key and the timestamp that of
//! the attempt, in seconds. A receiver checks both and the time, so that nobody can alter a request
//! or play an old one again.

use std::fmt;

use data_encoding::BASE64;
use ring::hmac;

/// A secret that requests are signed with. Nothing shows it.
#[derive(Clone)]
pub struct SigningSecret {
    key: hmac::Key,
}

/// Why a text is not such a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SigningSecretError {
    /// It does not begin as one.
    #[error("a signing secret begins with `whsec_`")]
    Prefix,
    /// It is not Base64.
    #[error("what stands behind `whsec_` in a signing secret is Base64")]
    Encoding,
    /// It is too short or too long.
    #[error("a signing secret has from 24 to 64 bytes behind `whsec_`, in Base64")]
    Length,
}

impl SigningSecret {
    /// Reads a secret: `whsec_` and 24 to 64 bytes in Base64.
    pub fn parse(text: &str) -> Result<SigningSecret, SigningSecretError> {
        let encoded = text.trim().strip_prefix("whsec_").ok_or(SigningSecretError::Prefix)?;
        let bytes = BASE64.decode(encoded.as_bytes()).map_err(|_| SigningSecretError::Encoding)?;
        if !(24..=64).contains(&bytes.len()) {
            return Err(SigningSecretError::Length);
        }
        Ok(SigningSecret { key: hmac::Key::new(hmac::HMAC_SHA256, &bytes) })
    }

    fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(id.as_bytes());
        context.update(format!(".{timestamp}.").as_bytes());
        context.update(body);
        format!("v1,{}", BASE64.encode(context.sign().as_ref()))
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret")
    }
}

/// The value of `webhook-signature`: one signature for each secret, so that a receiver can be given a
/// new one before the old one is taken away.
pub(crate) fn signatures(
    secrets: &[SigningSecret],
    id: &str,
    timestamp: i64,
    body: &[u8],
) -> String {
    let all: Vec<String> = secrets.iter().map(|s| s.sign(id, timestamp, body)).collect();
    all.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification_is_signed_as_there() {
        let secret = SigningSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let (id, timestamp) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330);
        let signed = signatures(&[secret], id, timestamp, br#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_text_that_is_no_secret_is_refused_without_showing_it() {
        let cases = [
            ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", SigningSecretError::Prefix),
            ("whsec_???", SigningSecretError::Encoding),
            ("whsec_MfKQ9r8GKYqr", SigningSecretError::Length),
        ];
        for (text, expected) in cases {
            let error = SigningSecret::parse(text).unwrap_err();
            assert_eq!(error, expected);
            assert!(!error.to_string().contains("MfKQ"));
        }
        let secret = SigningSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        assert_eq!(format!("{secret:?}"), "SigningSecret");
    }
}
