//! Logs: one line an event, on standard error.

use std::io::IsTerminal;

use tracing_subscriber::filter::{LevelFilter, Targets};
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

/// Libraries that tell more than anybody asks for: each query of the checker.
const CHATTY: [&str; 2] = ["salsa", "journey_sema"];

/// The levels as they were asked for; of chatty libraries only warnings, unless they were asked for by name.
fn quiet(wanted: &Targets) -> Targets {
    let least = wanted.default_level().unwrap_or(LevelFilter::OFF).min(LevelFilter::WARN);
    let chatty = CHATTY.map(|name| (name, least));
    let named = wanted.iter().map(|(name, level)| (name.to_owned(), level));
    let all = Targets::new().with_targets(chatty).with_targets(named);
    all.with_default(wanted.default_level().unwrap_or(LevelFilter::OFF))
}

/// Starts to log, for the whole process.
///
/// # Errors
/// The level is none, or someone logs already.
pub fn start(settings: &Log) -> Result<(), LogError> {
    let level = || LogError::Level(settings.level.clone());
    let filter = quiet(&settings.level.parse().map_err(|_| level())?);
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match settings.format {
        LogFormat::Text => fmt::layer()
            .with_writer(std::io::stderr)
            .with_ansi(std::io::stderr().is_terminal())
            .with_target(false)
            .boxed(),
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

#[cfg(test)]
mod tests {
    use super::{Targets, quiet};
    use tracing::Level;

    #[test]
    fn queries_of_the_checker_are_told_only_to_who_asks_for_them_by_name() {
        let tells = |wanted: &str, target: &str, level: Level| {
            quiet(&wanted.parse::<Targets>().unwrap()).would_enable(target, &level)
        };
        assert!(tells("debug", "journeyd::runtime", Level::DEBUG));
        assert!(!tells("debug", "salsa::function", Level::INFO));
        assert!(tells("info", "journey_sema", Level::WARN));
        assert!(tells("info,salsa=debug", "salsa", Level::DEBUG));
        assert!(!tells("off", "salsa", Level::WARN));
    }
}
