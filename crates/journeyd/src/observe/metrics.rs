//! Metrics, by the names Prometheus wants: what, in which unit.
//!
//! Each part of the server has a struct of its own metrics, made by [`Metrics::register`]; names
//! are given without `journeyd_`, and counters without `_total`. Labels have few values: routes,
//! outcomes, names of journeys; never customers.

use std::fmt;
use std::sync::{Arc, RwLock};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::process::Process;
use crate::sync::{read, write};

/// All metrics of the process.
#[derive(Debug, Clone)]
pub struct Metrics {
    registry: Arc<RwLock<Registry>>,
    /// Those of the HTTP frame.
    pub http: HttpMetrics,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(Process));
        let http = HttpMetrics::register(registry.sub_registry_with_prefix("journeyd"));
        Metrics { registry: Arc::new(RwLock::new(registry)), http }
    }
}

impl Metrics {
    /// Registers the metrics of a part.
    pub fn register<T>(&self, part: impl FnOnce(&mut Registry) -> T) -> T {
        part(write(&self.registry).sub_registry_with_prefix("journeyd"))
    }

    /// Has a part asked whenever the metrics are.
    pub fn collect(&self, part: Box<dyn Collector>) {
        write(&self.registry).register_collector(part);
    }

    /// All of them, in the OpenMetrics text form.
    ///
    /// # Errors
    /// A metric cannot be written.
    pub fn render(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &read(&self.registry))?;
        Ok(text)
    }
}

/// Metrics of the HTTP frame.
#[derive(Debug, Clone)]
pub struct HttpMetrics {
    /// Requests that were answered.
    pub requests: Family<RequestLabels, Counter>,
    /// How long it took until an answer began.
    pub seconds: Family<RouteLabels, Histogram, fn() -> Histogram>,
    /// Requests being answered.
    pub in_flight: Gauge,
    /// Connections that are open.
    pub connections: Gauge,
    /// Connections that were closed by the server for what they did or failed to do.
    pub closed: Family<ClosedLabels, Counter>,
}

/// What a request was.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct RequestLabels {
    /// The method; `other` if it is none of the usual.
    pub method: &'static str,
    /// The route with names of its parameters; `none` if there is no such route.
    pub route: String,
    /// The status of the answer.
    pub status: u16,
}

/// Which route a request went.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct RouteLabels {
    /// The route with names of its parameters; `none` if there is no such route.
    pub route: String,
}

/// Why a connection was closed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ClosedLabels {
    /// `head_time`, `idle_time`, `handshake` or `protocol`.
    pub reason: &'static str,
}

/// Seconds that tell a quick answer from one that waited for a disk, and both from trouble.
const SECONDS: [f64; 12] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

impl HttpMetrics {
    fn register(registry: &mut Registry) -> HttpMetrics {
        let metrics = HttpMetrics {
            requests: Family::default(),
            seconds: Family::new_with_constructor(|| Histogram::new(SECONDS)),
            in_flight: Gauge::default(),
            connections: Gauge::default(),
            closed: Family::default(),
        };
        let all = &metrics;
        registry.register("http_requests", "Requests that were answered", all.requests.clone());
        registry.register(
            "http_request_seconds",
            "Seconds until an answer began",
            all.seconds.clone(),
        );
        registry.register(
            "http_requests_in_flight",
            "Requests being answered",
            all.in_flight.clone(),
        );
        registry.register("http_connections", "Connections that are open", all.connections.clone());
        registry.register(
            "http_connections_closed",
            "Connections the server closed, by reason",
            all.closed.clone(),
        );
        metrics
    }
}
