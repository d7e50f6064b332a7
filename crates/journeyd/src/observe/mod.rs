//! What is told about the process: logs, metrics, whether it is ready, and which trace a request is part of.
//!
//! Nothing here holds personal data. A log line names the route of a request, not its path, since
//! paths hold ids of customers; events, traits and bodies are never written.

pub mod log;
pub mod metrics;
mod process;
mod readiness;
mod stopping;
mod store;
mod trace;

pub use metrics::Metrics;
pub use readiness::{Part, Readiness, Report};
pub use stopping::{Stop, Stopping};
pub use store::StoreMetrics;
pub(crate) use trace::TRACEPARENT;
pub use trace::TraceContext;
