//! What web pages of others may not have a browser do.
//!
//! A browser adds the credentials it keeps to whatever a page has it send, and where no keys are needed it needs
//! none. What it cannot be made to send without asking first is no danger, but a bare POST is: it could stop a
//! journey. Browsers say where a request comes from, and whoever is no browser need not say anything.

use axum::extract::Request;
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderName, Method};

use super::problem::{Problem, ProblemKind};

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses a change that a page of another origin has a browser ask for.
pub(super) fn own_page(request: &Request) -> Result<(), Problem> {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let own = match (header(SITE), header(ORIGIN)) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        // Browsers that do not say so, or may not on a connection without TLS.
        (None, Some(origin)) => {
            let host = header(HOST).or_else(|| request.uri().authority().map(|it| it.as_str()));
            let page = origin.split_once("://").map(|(_, page)| page);
            page.zip(host).is_some_and(|(page, host)| page.eq_ignore_ascii_case(host))
        }
        (None, None) => true,
    };
    if own {
        return Ok(());
    }
    let detail = "a web page of another origin may send events, and change nothing";
    Err(Problem::new(ProblemKind::Forbidden, detail))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::extract::Request;

    use super::own_page;

    fn passes(method: &str, headers: &[(&str, &str)]) -> bool {
        let mut request = Request::builder().method(method).uri("/x").header("host", "j.example:1");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        own_page(&request.body(Body::empty()).unwrap()).is_ok()
    }

    #[test]
    fn pages_of_others_look_at_most() {
        assert!(passes("POST", &[]), "no browser");
        assert!(passes("POST", &[("sec-fetch-site", "same-origin"), ("origin", "https://proxy")]));
        assert!(passes("POST", &[("sec-fetch-site", "none")]));
        assert!(passes("POST", &[("origin", "http://j.example:1")]));
        for other in ["https://evil.example", "http://j.example:2", "null", ""] {
            assert!(!passes("POST", &[("origin", other)]), "{other}");
            assert!(passes("GET", &[("origin", other)]), "{other}");
        }
        for site in ["cross-site", "same-site"] {
            assert!(!passes("DELETE", &[("sec-fetch-site", site)]), "{site}");
            assert!(passes("GET", &[("sec-fetch-site", site)]), "{site}");
        }
    }
}
