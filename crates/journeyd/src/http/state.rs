//! What all requests share.

use std::ops::Deref;
use std::sync::Arc;

use axum::http::Extensions;
use tokio::sync::Semaphore;

use super::body::Budget;
use super::extract::CursorKey;
use super::idempotency::{Idempotency, Responses};
use super::live::Live;
use super::problem::{Problem, ProblemKind};
use super::rate::Rates;
use crate::auth::{KeyRing, Principal, Scope};
use crate::catalog::{Catalog, Checker};
use crate::config::Config;
use crate::observe::{Metrics, Readiness, Stopping};
use crate::runtime::{Receivers, Runtime, Schemas};
use crate::upkeep::Upkeep;

/// What all requests share: handlers take it as `State<AppState>`.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

/// What stands behind the routes. A resource adds what its routes need as a field here, an
/// `Arc<dyn …>` of a trait that its own part of the server implements.
#[derive(Clone)]
pub struct Services {
    /// Checks sources against the live schema.
    pub checker: Arc<dyn Checker>,
    /// What runs.
    pub catalog: Arc<Catalog>,
    /// How it runs.
    pub runtime: Arc<Runtime>,
    /// How events and values come in, by what is live.
    pub schemas: Arc<Schemas>,
    /// What is done to the store in the background.
    pub upkeep: Arc<Upkeep>,
    /// Who is called.
    pub receivers: Arc<dyn Receivers>,
}

/// What an [`AppState`] leads to.
pub struct Shared {
    /// What is set.
    pub config: Arc<Config>,
    /// Who may do what.
    pub keys: KeyRing,
    /// Seals cursors of lists.
    pub cursors: CursorKey,
    /// Requests that were answered before.
    pub idempotency: Idempotency,
    /// How many requests each key may make.
    pub rates: Rates,
    /// What is counted.
    pub metrics: Metrics,
    /// Whether requests should come here.
    pub readiness: Readiness,
    /// Whether the server stops.
    pub stopping: Stopping,
    /// What stands behind the routes.
    pub services: Services,
    pub(crate) budget: Budget,
    pub(crate) requests: Semaphore,
    /// Who watches journeys.
    pub(super) live: Live,
}

/// What an [`AppState`] is made of.
pub struct Parts {
    /// What is set.
    pub config: Arc<Config>,
    /// Who may do what.
    pub keys: KeyRing,
    /// The server's own secret, the same after a restart.
    pub server_key: [u8; 32],
    /// Where answers to requests with an idempotency key are kept.
    pub responses: Arc<dyn Responses>,
    /// What is counted.
    pub metrics: Metrics,
    /// Whether requests should come here.
    pub readiness: Readiness,
    /// Whether the server stops.
    pub stopping: Stopping,
    /// What stands behind the routes.
    pub services: Services,
}

impl AppState {
    /// Puts it together.
    pub fn new(parts: Parts) -> AppState {
        let limits = &parts.config.limits;
        AppState(Arc::new(Shared {
            cursors: CursorKey::of(&parts.server_key),
            idempotency: Idempotency::new(parts.responses, limits.idempotency_time.0),
            rates: Rates::new(limits),
            budget: Budget::new(limits.bodies_in_memory),
            requests: Semaphore::new(limits.requests.clamp(1, Semaphore::MAX_PERMITS)),
            live: Live::new(limits.live_listeners),
            config: parts.config,
            keys: parts.keys,
            metrics: parts.metrics,
            readiness: parts.readiness,
            stopping: parts.stopping,
            services: parts.services,
        }))
    }

    /// The one that the frame put beside a request.
    pub(crate) fn of(extensions: &Extensions) -> Result<AppState, Problem> {
        let state = extensions.get::<AppState>().cloned();
        state.ok_or_else(|| Problem::internal("a request came past the frame"))
    }

    /// Who has a key that came elsewhere than in the header, as in the body of a browser's event.
    ///
    /// # Errors
    /// The key is not valid (401) or lacks the scope (403).
    pub fn authorize(&self, key: &str, scope: Scope) -> Result<Principal, Problem> {
        let principal = self.keys.verify(key).ok_or_else(|| {
            Problem::new(ProblemKind::Unauthenticated, "the API key is not valid, or was revoked")
        })?;
        permit(&principal, scope)?;
        Ok(principal)
    }
}

/// Whether someone may do this.
pub(crate) fn permit(principal: &Principal, scope: Scope) -> Result<(), Problem> {
    if principal.may(scope) {
        return Ok(());
    }
    let name = scope.name();
    let detail = format!("the API key lacks the scope `{name}`");
    Err(Problem::new(ProblemKind::Forbidden, detail))
}

impl Deref for AppState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}
