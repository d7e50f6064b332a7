//! The process: what is started, in which order, and how it ends.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use journey_engine::store::Store;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::auth::{KeyFile, KeyFileError, KeyRing};
use crate::catalog::WorkspaceFiles;
use crate::config::{Config, Limits, Secrets};
use crate::dev::Watched;
use crate::engine::{Engine, EngineError};
use crate::http::{
    AppState, Listener, Parts, Responses, Services, StoredResponses, TlsError, TlsFiles,
};
use crate::instance::{InstanceError, server_key};
use crate::observe::{Metrics, Readiness, Stop, StoreMetrics};
use crate::runtime::{JourneyMetrics, ReceiverMetrics, Receivers};

/// How often files that may change are looked at: keys, certificates.
const LOOK: Duration = Duration::from_secs(1);

/// What a server is started with.
pub struct Setup {
    /// What is set.
    pub config: Config,
    /// Who may do what.
    pub keys: KeyRing,
    /// Where the keys come from, if they may change.
    pub key_file: Option<KeyFile>,
    /// The workspace to run.
    pub workspace: WorkspaceFiles,
    /// The same, if it is loaded again whenever it changes.
    pub watched: Option<Watched>,
    /// Settings and secrets of destinations.
    pub secrets: Secrets,
}

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// It cannot listen there.
    #[error("cannot listen at {address}: {source}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// TLS cannot be had.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The data folder cannot be used.
    #[error(transparent)]
    Instance(#[from] InstanceError),
    /// What is kept cannot be used, or does not run.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Something cannot be written or asked of the system.
    #[error("{what}: {source}")]
    Io {
        /// What.
        what: String,
        /// Why.
        source: io::Error,
    },
}

/// Serves until it is asked to stop.
///
/// # Errors
/// It could not start.
pub async fn run(setup: Setup) -> Result<(), ServeError> {
    let config = Arc::new(setup.config);
    let signals = Signals::new().map_err(io_error("signals"))?;
    let tls = TlsFiles::load(&config.server.tls)?;
    let listener = bind(config.server.listen, tls.clone()).await?;
    let data = &config.data.directory;
    crate::instance::make_folder(data).map_err(io_error(&data.display().to_string()))?;
    let connections = crate::descriptors::connections(config.limits.connections);
    let limits = Limits { connections, ..config.limits.clone() };
    let (stop, readiness, metrics) = (Stop::default(), Readiness::default(), Metrics::default());
    let mut engine = Engine::start(&config, &setup.workspace, setup.secrets)?;
    crate::control::listen(&config.data.directory, &engine.store);
    if let Some(watched) = setup.watched {
        watched.start(Arc::clone(&engine.catalog)).map_err(io_error("a thread"))?;
    }
    measure(&metrics, &engine);
    let services = Services {
        checker: Arc::clone(&engine.catalog) as Arc<dyn crate::catalog::Checker>,
        catalog: Arc::clone(&engine.catalog),
        runtime: Arc::clone(&engine.runtime),
        schemas: Arc::default(),
        upkeep: Arc::clone(&engine.upkeep),
        receivers: Arc::clone(&engine.receivers) as Arc<dyn Receivers>,
    };
    let responses = Arc::new(StoredResponses::new(Arc::clone(&engine.store) as Arc<dyn Store>));
    let state = AppState::new(Parts {
        config: Arc::clone(&config),
        keys: setup.keys.clone(),
        server_key: server_key(&config.data.directory)?,
        responses: Arc::clone(&responses) as Arc<dyn Responses>,
        metrics: metrics.clone(),
        readiness: readiness.clone(),
        stopping: stop.listener(),
        services,
    });
    let forgetting = tokio::spawn(forget_answers(responses));
    let watched = tokio::spawn(watch(setup.keys, setup.key_file, tls.clone()));
    announce(&config, listener.address().map_err(io_error("the bound address"))?, tls.is_some())?;
    // Not before, so that the address is the first that is written.
    engine.begin();

    let router = crate::http::router(state);
    let serving =
        listener.serve(router, &limits, metrics.http, stop.listener(), config.stop.drain.0);
    let ending = end(signals, &readiness, &stop, config.stop.delay.0);
    let (given_up, ()) = tokio::join!(serving, ending);
    watched.abort();
    forgetting.abort();
    engine.stop().await;
    if given_up > 0 {
        tracing::warn!(connections = given_up, "requests did not end in time and were given up");
    }
    tracing::info!("stopped");
    Ok(())
}

async fn bind(address: SocketAddr, tls: Option<TlsFiles>) -> Result<Listener, ServeError> {
    let bound = Listener::bind(address, tls).await;
    bound.map_err(|source| ServeError::Listen { address, source })
}

fn io_error(what: &str) -> impl FnOnce(io::Error) -> ServeError {
    let what = what.to_owned();
    move |source| ServeError::Io { what, source }
}

/// Says where the server listens: the first line on the standard output, and the file if one is
/// named. Whoever started it may send requests from then on.
fn announce(config: &Config, address: SocketAddr, tls: bool) -> Result<(), ServeError> {
    let file = &config.server.address_file;
    if !file.as_os_str().is_empty() {
        crate::instance::replace(file, format!("{address}\n").as_bytes())
            .map_err(io_error(&file.display().to_string()))?;
    }
    let scheme = if tls { "https" } else { "http" };
    let mut out = io::stdout().lock();
    let told = writeln!(out, "journeyd listens at {scheme}://{address}").and_then(|()| out.flush());
    // Nobody need read it.
    if let Err(error) = told {
        tracing::debug!(%error, "the address is not told");
    }
    Ok(())
}

/// The signals that end the process.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> io::Result<Signals> {
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Waits for a signal and has the server stop; a second signal does not wait for what runs.
async fn end(mut signals: Signals, readiness: &Readiness, stop: &Stop, delay: Duration) {
    signals.next().await;
    tracing::info!("stopping; a second signal does not wait for requests that run");
    readiness.stop();
    tokio::select! {
        () = tokio::time::sleep(delay) => {}
        () = signals.next() => {}
    }
    stop.stop();
    tokio::spawn(async move {
        signals.next().await;
        tracing::warn!("stopped without waiting");
        std::process::exit(130);
    });
}

/// Has everything measured that the engine measures.
fn measure(metrics: &Metrics, engine: &Engine) {
    metrics.register(|registry| engine.runtime.measures.register(registry));
    metrics.collect(Box::new(JourneyMetrics(Arc::clone(&engine.runtime))));
    let receivers = Arc::clone(&engine.receivers) as Arc<dyn Receivers>;
    metrics.collect(Box::new(ReceiverMetrics(receivers)));
    metrics.collect(Box::new(StoreMetrics(Arc::clone(&engine.store))));
}

/// Forgets answers to requests that are too old, now and once an hour.
async fn forget_answers(responses: Arc<StoredResponses>) {
    let mut ticks = tokio::time::interval(Duration::from_secs(3_600));
    loop {
        ticks.tick().await;
        let responses = Arc::clone(&responses);
        let forgotten = tokio::task::spawn_blocking(move || responses.forget_old()).await;
        if let Ok(Err(error)) = forgotten {
            tracing::error!(%error, "old answers are not forgotten");
        }
    }
}

/// Takes over keys and certificates that change while the server runs.
async fn watch(keys: KeyRing, file: Option<KeyFile>, tls: Option<TlsFiles>) {
    let mut ticks = tokio::time::interval(LOOK);
    let mut seen = file.as_ref().and_then(|file| changed(file.path()));
    loop {
        ticks.tick().await;
        if let Some(file) = &file {
            let now = changed(file.path());
            if now != seen {
                seen = now;
                renew(&keys, file.read(), file.path());
            }
        }
        match tls.as_ref().map(TlsFiles::renew) {
            Some(Ok(true)) => tracing::info!("the certificate was read again"),
            Some(Err(error)) => tracing::error!(%error, "the certificate stays as it was"),
            Some(Ok(false)) | None => {}
        }
    }
}

fn renew(keys: &KeyRing, read: Result<Vec<crate::auth::Record>, KeyFileError>, path: &Path) {
    match read {
        Ok(records) => {
            tracing::info!(file = %path.display(), "keys were read again");
            keys.replace(records);
        }
        Err(error) => tracing::error!(%error, "keys stay as they were"),
    }
}

/// When a file was last written, and its length: two writes may fall into one tick of its clock.
fn changed(path: &Path) -> Option<(std::time::SystemTime, u64)> {
    let metadata = path.metadata().ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}
