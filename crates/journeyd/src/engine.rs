//! The parts that run, put together: store, runtime, catalogue, delivery.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use journey_delivery::{
    BreakerSettings, Deliverer, Guard, GuardError, Parts, QueueSettings, SigningSecret, StartError,
    SystemClock, SystemNetwork,
};
use journey_engine::form::ReadError;
use journey_engine::store::{EmbeddedStore, Options as StoreOptions, Store, StoreError};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::catalog::{Catalog, CatalogError, WorkspaceFiles};
use crate::config::{Breaker, Config, SecretError, Secrets};
use crate::copies;
use crate::lines::{Lines, Look};
use crate::outside::Given;
use crate::runtime::dispatch::{Desktop, Dispatch};
use crate::runtime::{self, Called, Clock, Gone, Runtime};
use crate::upkeep::{self, Upkeep};

/// How long delivery has for what is under way when the process ends.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why the parts do not run.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The store is in use, damaged, or cannot be made.
    #[error("the store: {0}")]
    Store(#[from] StoreError),
    /// What is in it cannot be read.
    #[error("the store: {0}")]
    Read(#[from] ReadError),
    /// The threads do not start.
    #[error(transparent)]
    Runtime(#[from] runtime::StartError),
    /// What was erased cannot be made to leave the disk.
    #[error("the store: {0}")]
    Upkeep(#[from] upkeep::StartError),
    /// The workspace does not run.
    #[error("the workspace: {0}")]
    Workspace(#[from] CatalogError),
    /// Delivery does not start.
    #[error("delivery: {0}")]
    Delivery(#[from] StartError),
    /// What is allowed cannot be read.
    #[error("delivery: {0}")]
    Guard(#[from] GuardError),
    /// What requests are signed with cannot be had.
    #[error("{0}")]
    Signing(#[from] SecretError),
    /// The system gives no random number.
    #[error("the system gives no random number: {0}")]
    Random(getrandom::Error),
}

/// See the [module](self).
pub struct Engine {
    /// What runs.
    pub catalog: Arc<Catalog>,
    /// How it runs.
    pub runtime: Arc<Runtime>,
    /// Where everything is kept.
    pub store: Arc<EmbeddedStore>,
    /// What is done to the store in the background.
    pub upkeep: Arc<Upkeep>,
    /// What leaves.
    pub deliverer: Arc<Deliverer>,
    /// Who is called.
    pub receivers: Arc<Called>,
    begin: Option<oneshot::Sender<()>>,
    tasks: Vec<JoinHandle<()>>,
}

impl Engine {
    /// Opens the store and starts everything on it.
    pub fn start(
        config: &Config,
        workspace: &WorkspaceFiles,
        secrets: Secrets,
    ) -> Result<Engine, EngineError> {
        let store = open_store(&config.data.directory)?;
        let clock = Arc::new(Clock::new(config.engine.clock, runtime::BEGINNING));
        let options = runtime::Options {
            shards: shards(&*store, config.engine.shards)?,
            release_rate: config.engine.release_rate,
            ..runtime::Options::default()
        };
        let shared = Arc::clone(&store) as Arc<dyn Store>;
        let (runtime, messages) = Runtime::start(shared, clock, &options)?;
        let upkeep = Upkeep::start(Arc::clone(&store), config.data.erase_within.0)?;
        let catalog = Arc::new(Catalog::open(Arc::clone(&runtime))?);
        if !workspace.sources.is_empty() {
            let changed = catalog.load(workspace)?;
            tracing::info!(?changed, "the workspace runs");
        }
        let (default, queues) = queues(config, secrets.signing()?);
        let outside = Arc::new(Given(secrets));
        if let Some(deployment) = runtime.history().deployment() {
            for gap in outside.gaps(deployment.set.program()) {
                tracing::warn!("messages will fail: {gap}");
            }
        }
        let gone = Arc::new(Gone::open(Arc::clone(&store) as Arc<dyn Store>)?);
        let (desktop, outcomes) = Desktop::new(Arc::clone(&runtime), Arc::clone(&gone));
        let guard = Guard::allowing(&config.delivery.allow)?;
        let mail_name = Some(config.delivery.mail_name.clone()).filter(|name| !name.is_empty());
        let settings =
            journey_delivery::Settings { guard, queues, default, mail_name, ..Default::default() };
        let parts = Parts {
            clock: Arc::new(SystemClock),
            seed: getrandom::u64().map_err(EngineError::Random)?,
            network: Box::new(SystemNetwork),
            sink: Arc::new(Lines::new(Look::of_stdout(), std::io::stdout())),
            report: Arc::clone(&desktop) as Arc<dyn journey_delivery::Report>,
        };
        let deliverer = Arc::new(Deliverer::start(settings, parts)?);
        let receivers = Arc::new(Called { deliverer: Arc::clone(&deliverer), gone });
        let dispatch = Arc::new(Dispatch {
            runtime: Arc::clone(&runtime),
            deliverer: Arc::clone(&deliverer),
            outside,
            desktop,
        });
        let listening = tokio::spawn(Arc::clone(&dispatch).listen(outcomes));
        let (begin, begun) = oneshot::channel();
        let sending = tokio::spawn(async move {
            if begun.await.is_err() {
                return;
            }
            if let Err(error) = dispatch.run(messages).await {
                runtime::fail(&error);
            }
        });
        let tasks = vec![sending, listening];
        let begin = Some(begin);
        Ok(Engine { catalog, runtime, store, upkeep, deliverer, receivers, begin, tasks })
    }

    /// Lets messages leave: those first that were left from before.
    pub fn begin(&mut self) {
        if let Some(begin) = self.begin.take() {
            // Who would hear of it has ended the process.
            let _ = begin.send(());
        }
    }

    /// Does what was taken, lets attempts end that are under way, and stops.
    pub async fn stop(self) {
        self.deliverer.stop(PATIENCE).await;
        let runtime = Arc::clone(&self.runtime);
        let _ = tokio::task::spawn_blocking(move || runtime.stop()).await;
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

/// How queues work: any, and those of destinations and hosts that something is set for.
fn queues(
    config: &Config,
    mut signing: BTreeMap<String, Vec<SigningSecret>>,
) -> (QueueSettings, BTreeMap<String, QueueSettings>) {
    let general = config.delivery.breaker;
    let settings = |breaker: Breaker, signing| QueueSettings {
        breaker: BreakerSettings {
            failures: breaker.failures,
            pause: breaker.pause.0,
            longest: breaker.longest.0,
        },
        signing,
        ..QueueSettings::default()
    };
    let own = config.destinations.iter().map(|(name, it)| {
        let signing = signing.remove(name).unwrap_or_default();
        (name.clone(), settings(it.breaker.over(general), signing))
    });
    (settings(general, Vec::new()), own.collect())
}

fn open_store(data: &Path) -> Result<Arc<EmbeddedStore>, EngineError> {
    let id = getrandom::u64().map_err(EngineError::Random)?;
    let (store, recovery) = EmbeddedStore::open(&data.join(copies::STORE), StoreOptions::new(id))?;
    match &recovery.cut {
        // It was never acknowledged, and still somebody should know.
        Some(cut) => tracing::warn!(?cut, "the end of the log was torn, and is cut"),
        None => tracing::debug!(?recovery, "the store is open"),
    }
    Ok(Arc::new(store))
}

/// How many shards the store has; a new one gets as many as are asked for, or as there are cores.
fn shards(store: &dyn Store, wanted: u16) -> Result<u16, EngineError> {
    use journey_engine::{form, keys, store::Batch};
    let key = keys::control("shards", &[]);
    if let Some(bytes) = store.get(&key)? {
        return Ok(form::decode("number of shards", &bytes).map_err(ReadError::from)?);
    }
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get().min(64) as u16);
    let shards = if wanted == 0 { cores } else { wanted };
    let mut batch = Batch::new();
    batch.put(&key, &form::encode(&shards));
    store.append(&batch)?;
    store.sync()?;
    Ok(shards)
}
