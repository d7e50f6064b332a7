//! Logs: one line an event, on standard error.

use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};
use tracing_subscriber::{Layer, Registry, fmt};

use crate::config::{Log, LogFormat};

/// Why nothing can be logged.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The level is none.
    #[error(
        "`log.level`: `{0}` is no level: write error, warn, info, debug, trace or off, or levels by module as in info,journeyd::http=debug"
    )]
    Level(String),
    /// Someone logs already.
    #[error(transparent)]
    Init(#[from] TryInitError),
}

/// Starts to log, for the whole process.
///
/// # Errors
/// The level is none, or someone logs already.
pub fn start(settings: &Log) -> Result<(), LogError> {
    let level = || LogError::Level(settings.level.clone());
    let filter: Targets = settings.level.parse().map_err(|_| level())?;
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match settings.format {
        LogFormat::Text => fmt::layer().with_writer(std::io::stderr).with_target(false).boxed(),
        LogFormat::Json => fmt::layer()
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .with_writer(std::io::stderr)
            .boxed(),
    };
    tracing_subscriber::registry().with(lines.with_filter(filter)).try_init()?;
    Ok(())
}
