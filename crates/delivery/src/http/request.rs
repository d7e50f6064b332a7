//! A message as a request.

use bytes::Bytes;
use data_encoding::BASE64;
use http_body_util::Full;
use hyper::header::{ACCEPT, AUTHORIZATION, HOST, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use hyper::{Method, Request, Uri};
use journey_bytecode as bc;
use journey_vm::HttpMessage;
use url::Url;

use crate::problem::Problem;
use crate::signing::{SigningSecret, signatures};

/// Headers that belong to the connection. A request that sets them could say one thing to a proxy and
/// another to the receiver behind it.
const OWN_HEADERS: &[&str] = &[
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// What goes onto a message for its way.
pub(crate) struct Envelope<'a> {
    /// The idempotency key.
    pub(crate) key: &'a str,
    /// `User-Agent`.
    pub(crate) agent: &'a str,
    /// What it is signed with.
    pub(crate) signing: &'a [SigningSecret],
    /// The time of day, in milliseconds since 1970.
    pub(crate) now: i64,
    /// Whether the body of the answer is wanted.
    pub(crate) answer: bool,
}

/// Makes the request.
pub(crate) fn build(
    message: &HttpMessage,
    envelope: &Envelope<'_>,
) -> Result<Request<Full<Bytes>>, Problem> {
    let (uri, credentials) = target(&message.url)?;
    let mut headers = given(&message.headers)?;
    if let Some(credentials) = credentials {
        headers.entry(AUTHORIZATION).or_insert(credentials);
    }
    headers.entry(USER_AGENT).or_insert(value("User-Agent", envelope.agent)?);
    if envelope.answer {
        headers.entry(ACCEPT).or_insert(HeaderValue::from_static("application/json"));
    }
    let key = value("Idempotency-Key", envelope.key)?;
    headers.entry("idempotency-key").or_insert(key);
    let body = message.body.clone().unwrap_or_default();
    sign(&mut headers, envelope, body.as_bytes())?;

    let mut request = Request::new(Full::new(Bytes::from(body)));
    *request.method_mut() = method(message.method);
    *request.uri_mut() = uri;
    *request.headers_mut() = headers;
    Ok(request)
}

/// The URL as it is called, and the user and password in it as a header.
///
/// The URL is read as browsers do, so that an address written as one number, in octal or in
/// hexadecimal is seen to be one.
fn target(text: &str) -> Result<(Uri, Option<HeaderValue>), Problem> {
    let mut url = Url::parse(text).map_err(|_| Problem::Url)?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(Problem::Url);
    }
    let credentials = credentials(&url)?;
    url.set_fragment(None);
    url.set_username("").map_err(|()| Problem::Url)?;
    url.set_password(None).map_err(|()| Problem::Url)?;
    Ok((url.as_str().parse().map_err(|_| Problem::Url)?, credentials))
}

/// Addresses a request as a receiver expects it on its own connection: the host in a header, the path as
/// what is asked for.
pub(crate) fn address(request: &mut Request<Full<Bytes>>) -> Result<(), Problem> {
    let uri = request.uri();
    let host = uri.host().ok_or(Problem::Url)?;
    let host = match uri.port_u16() {
        Some(port) => value("Host", &format!("{host}:{port}"))?,
        None => value("Host", host)?,
    };
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let path = path.parse().map_err(|_| Problem::Url)?;
    *request.uri_mut() = path;
    request.headers_mut().insert(HOST, host);
    Ok(())
}

fn credentials(url: &Url) -> Result<Option<HeaderValue>, Problem> {
    if url.username().is_empty() && url.password().is_none() {
        return Ok(None);
    }
    let mut plain = percent_decoded(url.username());
    plain.push(b':');
    plain.extend(percent_decoded(url.password().unwrap_or_default()));
    value("Authorization", &format!("Basic {}", BASE64.encode(&plain))).map(Some)
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        let mut ahead = bytes.clone();
        let digits = (byte == b'%').then(|| (hex(ahead.next()), hex(ahead.next())));
        match digits {
            Some((Some(high), Some(low))) => {
                decoded.push(high * 16 + low);
                bytes = ahead;
            }
            _ => decoded.push(byte),
        }
    }
    decoded
}

fn hex(byte: Option<u8>) -> Option<u8> {
    let digit = char::from(byte?).to_digit(16)?;
    u8::try_from(digit).ok()
}

fn given(headers: &[(String, String)]) -> Result<HeaderMap, Problem> {
    let mut map = HeaderMap::new();
    for (name, text) in headers {
        let bad = || Problem::Header(name.clone());
        let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad())?;
        if OWN_HEADERS.contains(&parsed.as_str()) {
            return Err(Problem::OwnHeader(name.clone()));
        }
        map.append(parsed, value(name, text)?);
    }
    Ok(map)
}

/// A value, which `Debug` does not show.
fn value(name: &str, text: &str) -> Result<HeaderValue, Problem> {
    let value = HeaderValue::from_bytes(text.as_bytes());
    let mut value = value.map_err(|_| Problem::Header(name.to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}

fn sign(headers: &mut HeaderMap, envelope: &Envelope<'_>, body: &[u8]) -> Result<(), Problem> {
    if envelope.signing.is_empty() {
        return Ok(());
    }
    let timestamp = envelope.now.div_euclid(1_000);
    let signed = signatures(envelope.signing, envelope.key, timestamp, body);
    headers.insert("webhook-id", value("webhook-id", envelope.key)?);
    headers.insert("webhook-timestamp", HeaderValue::from(timestamp));
    headers.insert("webhook-signature", value("webhook-signature", &signed)?);
    Ok(())
}

fn method(method: bc::Method) -> Method {
    match method {
        bc::Method::Get => Method::GET,
        bc::Method::Post => Method::POST,
        bc::Method::Put => Method::PUT,
        bc::Method::Patch => Method::PATCH,
        bc::Method::Delete => Method::DELETE,
    }
}

#[cfg(test)]
mod tests {
    use journey_bytecode::{Delivery, Retry};

    use super::*;

    fn message(url: &str, headers: &[(&str, &str)]) -> HttpMessage {
        let headers = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let retry = Retry { times: 0, from: 1, to: 1 };
        let delivery = Delivery { timeout: 1_000, retry, limit: None };
        let (method, url, body) = (bc::Method::Post, url.to_owned(), Some("{}".to_owned()));
        HttpMessage { method, url, headers, body, delivery }
    }

    fn built(url: &str, headers: &[(&str, &str)]) -> Result<Request<Full<Bytes>>, Problem> {
        let envelope = Envelope { key: "k1", agent: "test/1", signing: &[], now: 0, answer: false };
        build(&message(url, headers), &envelope)
    }

    #[test]
    fn addresses_in_disguise_are_written_plainly() {
        for (disguised, plain) in [
            ("http://2130706433/", "127.0.0.1"),
            ("http://0x7f.1/", "127.0.0.1"),
            ("http://0177.0.0.1/", "127.0.0.1"),
            ("http://127.1/", "127.0.0.1"),
            ("http://①②⑦.0.0.1/", "127.0.0.1"),
            ("http://[::ffff:7f00:1]/", "[::ffff:7f00:1]"),
            ("http://user@127.0.0.1\\@example.com/", "127.0.0.1"),
        ] {
            assert_eq!(built(disguised, &[]).unwrap().uri().host(), Some(plain), "{disguised}");
        }
    }

    #[test]
    fn what_is_no_web_address_is_refused() {
        for url in ["", "example.com", "ftp://example.com/", "http://", "file:///etc/passwd"] {
            assert_eq!(built(url, &[]).err(), Some(Problem::Url), "{url}");
        }
    }

    #[test]
    fn user_and_password_in_a_url_become_a_header() {
        let request = built("https://me:p%40ss@example.com/x?y=1#z", &[]).unwrap();
        assert_eq!(request.uri(), "https://example.com/x?y=1");
        assert_eq!(request.headers()["authorization"], "Basic bWU6cEBzcw==");
        let request = built("https://me:p@example.com/", &[("Authorization", "Bearer x")]).unwrap();
        assert_eq!(request.headers()["authorization"], "Bearer x");
    }

    #[test]
    fn headers_of_the_connection_cannot_be_set() {
        for name in ["Host", "Transfer-Encoding", "content-length", "Connection", "TE"] {
            let refused = built("http://example.com/", &[(name, "x")]).err();
            assert_eq!(refused, Some(Problem::OwnHeader(name.to_owned())));
        }
    }

    #[test]
    fn a_header_that_would_break_its_line_is_refused_without_being_shown() {
        let problem = built("http://example.com/", &[("X-Note", "a\r\nX-Evil: 1")]).unwrap_err();
        assert_eq!(problem, Problem::Header("X-Note".to_owned()));
        assert!(!problem.to_string().contains("Evil"));
        let name = built("http://example.com/", &[("X Note", "a")]).unwrap_err();
        assert_eq!(name, Problem::Header("X Note".to_owned()));
    }

    #[test]
    fn values_are_not_shown_by_debug() {
        let headers = [("Authorization", "Bearer s3cret"), ("X-Token", "s3cret")];
        let request = built("http://me:s3cret@example.com/", &headers).unwrap();
        assert!(!format!("{:?} {:?}", request.headers(), request.uri()).contains("s3cret"));
    }
}
