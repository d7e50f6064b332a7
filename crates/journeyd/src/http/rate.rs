//! How many requests a key may make, and the headers that tell it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use tokio::time::{Instant, sleep};

use super::problem::{Problem, ProblemKind};
use crate::auth::Principal;
use crate::config::Limits;
use crate::sync::lock;

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// The window of all policies.
const MINUTE: f64 = 60.0;

/// What a request counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RateClass {
    /// Any request but those with events.
    Requests,
    /// A request with events.
    Ingest,
}

impl RateClass {
    fn name(self) -> &'static str {
        match self {
            RateClass::Requests => "requests",
            RateClass::Ingest => "ingest",
        }
    }
}

/// Counts the requests of each key: a bucket that fills evenly and holds a minute's worth.
#[derive(Debug)]
pub struct Rates {
    requests: u32,
    ingest: u32,
    buckets: Mutex<HashMap<(Arc<str>, RateClass), Bucket>>,
}

#[derive(Debug)]
struct Bucket {
    left: f64,
    at: Instant,
}

/// How a key stands after a request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standing {
    class: RateClass,
    quota: u32,
    left: f64,
}

impl Rates {
    pub(super) fn new(limits: &Limits) -> Rates {
        Rates {
            requests: limits.requests_per_minute,
            ingest: limits.ingest_requests_per_minute,
            buckets: Mutex::default(),
        }
    }

    /// Counts a request; nothing where any number is allowed.
    ///
    /// # Errors
    /// It is one too many.
    pub fn count(
        &self,
        principal: &Principal,
        class: RateClass,
    ) -> Result<Option<Standing>, Problem> {
        self.try_count(principal, class).map_err(|(standing, wait)| {
            let detail = format!("the API key may make {} requests a minute", standing.quota);
            let mut problem = Problem::new(ProblemKind::RateLimited, detail).retry_after(wait);
            for (name, value) in standing.headers() {
                problem = problem.header(name, value);
            }
            problem
        })
    }

    /// Counts a request once it is not one too many any more.
    pub async fn count_patiently(&self, principal: &Principal, class: RateClass) {
        while let Err((_, wait)) = self.try_count(principal, class) {
            sleep(wait).await;
        }
    }

    /// Counts a request, if it is not one too many; otherwise says how long to wait.
    fn try_count(
        &self,
        principal: &Principal,
        class: RateClass,
    ) -> Result<Option<Standing>, (Standing, Duration)> {
        let quota = match class {
            RateClass::Requests => self.requests,
            RateClass::Ingest => self.ingest,
        };
        if quota == 0 {
            return Ok(None);
        }
        let (full, now) = (f64::from(quota), Instant::now());
        let mut buckets = lock(&self.buckets);
        let bucket = buckets
            .entry((Arc::clone(&principal.id), class))
            .or_insert(Bucket { left: full, at: now });
        let since = now.duration_since(bucket.at).as_secs_f64();
        bucket.left = (bucket.left + since * full / MINUTE).min(full);
        bucket.at = now;
        let standing = |left| Standing { class, quota, left };
        if bucket.left < 1.0 {
            let wait = Duration::from_secs_f64((1.0 - bucket.left) * MINUTE / full);
            return Err((standing(bucket.left), wait));
        }
        bucket.left -= 1.0;
        Ok(Some(standing(bucket.left)))
    }
}

impl Standing {
    /// The headers of draft-ietf-httpapi-ratelimit-headers: the policy, and what is left of it.
    fn headers(self) -> Vec<(HeaderName, HeaderValue)> {
        let Standing { class, quota, left } = self;
        let name = class.name();
        let full_in = ((f64::from(quota) - left) * MINUTE / f64::from(quota)).ceil();
        let policy = format!("\"{name}\";q={quota};w=60");
        let limit = format!("\"{name}\";r={};t={full_in}", left.floor());
        [(POLICY, policy), (LIMIT, limit)]
            .into_iter()
            .filter_map(|(name, value)| Some((name, HeaderValue::try_from(value).ok()?)))
            .collect()
    }

    /// Adds the headers to an answer.
    pub fn tell(self, headers: &mut HeaderMap) {
        headers.extend(self.headers());
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::http::HeaderMap;
    use axum::response::IntoResponse;

    use super::{RateClass, Rates};
    use crate::auth::KeyRing;
    use crate::config::Limits;

    #[tokio::test(start_paused = true)]
    async fn a_key_makes_as_many_requests_as_it_may_and_then_waits() {
        let limits = Limits { requests_per_minute: 3, ..Limits::default() };
        let (rates, key) = (Rates::new(&limits), KeyRing::open().anyone().unwrap());
        for left in ["2", "1", "0"] {
            let mut headers = HeaderMap::new();
            rates.count(&key, RateClass::Requests).unwrap().unwrap().tell(&mut headers);
            assert_eq!(headers["ratelimit-policy"], "\"requests\";q=3;w=60");
            let limit = headers["ratelimit"].to_str().unwrap();
            assert!(limit.starts_with(&format!("\"requests\";r={left};t=")), "{limit}");
        }
        let refused = rates.count(&key, RateClass::Requests).unwrap_err().into_response();
        assert_eq!(refused.status(), 429);
        assert_eq!(refused.headers()["retry-after"], "20");
        assert_eq!(refused.headers()["ratelimit"], "\"requests\";r=0;t=60");
        tokio::time::advance(Duration::from_secs(20)).await;
        assert!(rates.count(&key, RateClass::Requests).is_ok());
        assert_eq!(rates.count(&key, RateClass::Ingest).unwrap(), None, "any number is allowed");
    }
    #[tokio::test(start_paused = true)]
    async fn who_is_patient_is_counted_once_there_is_room() {
        let limits = Limits { ingest_requests_per_minute: 2, ..Limits::default() };
        let (rates, key) = (Rates::new(&limits), KeyRing::open().anyone().unwrap());
        let begun = tokio::time::Instant::now();
        for waited in [0, 0, 30, 60] {
            rates.count_patiently(&key, RateClass::Ingest).await;
            assert_eq!(begun.elapsed().as_secs(), waited);
        }
    }
}
