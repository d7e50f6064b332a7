//! `journeyd dev` and `journeyd serve`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::{Failure, Settings, environment};
use crate::auth::{KeyFile, KeyRing};
use crate::catalog::WorkspaceFiles;
use crate::config::{Config, ConfigError, Secrets};
use crate::dev::Watched;
use crate::runtime::ClockKind;
use crate::server::{self, Setup};

/// Stack of a thread, in bytes: checking a source takes a few calls for each level it nests.
const STACK: usize = 16 << 20;

#[derive(Debug, Args)]
pub(super) struct Dev {
    /// The folder of a workspace: its journeys run
    workspace: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    flags: Flags,
}

#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    flags: Flags,
}

#[derive(Debug, Args)]
struct Flags {
    /// The address to listen at; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// A file to write the bound address into
    #[arg(long, value_name = "FILE")]
    address_file: Option<PathBuf>,
    /// Whose clock: the machine's, or that of the events, for event logs that are streamed in
    #[arg(long, value_enum)]
    clock: Option<ClockKind>,
}

impl Flags {
    fn settings(&self) -> Vec<(&'static str, String, &'static str)> {
        let listen = self.listen.map(|it| ("server.listen", it.to_string(), "--listen"));
        let file = self
            .address_file
            .as_ref()
            .map(|it| ("server.address_file", it.to_string_lossy().into_owned(), "--address-file"));
        let clock = self.clock.map(|kind| ("engine.clock", kind.name().to_owned(), "--clock"));
        listen.into_iter().chain(file).chain(clock).collect()
    }
}

impl Dev {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        // What is not kept on purpose goes with the process.
        let temporary = tempfile::Builder::new().prefix("journeyd-").tempdir()?;
        let mut defaults = Config::default();
        defaults.data.directory = temporary.path().to_owned();
        defaults.limits.requests_per_minute = 0;
        // Receivers to try journeys with run on this machine, too.
        defaults.delivery.allow = ["127.0.0.0/8", "::1"].map(str::to_owned).to_vec();
        let config = self.settings.load(defaults, self.flags.settings())?.config;
        if !config.server.listen.ip().is_loopback() {
            let detail = format!(
                "`journeyd dev` needs no keys and so listens on loopback only, not at {}: `journeyd serve` listens anywhere",
                config.server.listen
            );
            return Err(ConfigError::Unfit(detail).into());
        }
        let watched = self.workspace.as_deref().map(Watched::open).transpose()?;
        let (watched, workspace) = watched.unzip();
        start(config, (KeyRing::open(), None), workspace.unwrap_or_default(), watched)
    }
}

impl Serve {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let config = self.settings.load(Config::default(), self.flags.settings())?.config;
        let server = &config.server;
        if !server.listen.ip().is_loopback() && !server.tls.wanted() && !server.plain_text {
            let detail = format!(
                "keys would cross the network in the clear at {}: set `server.tls.certificate` and `server.tls.key`, or `server.plain_text = true` behind a proxy that has TLS",
                server.listen
            );
            return Err(ConfigError::Unfit(detail).into());
        }
        let file = KeyFile::in_folder(&config.data.directory);
        let keys = file.read()?;
        if keys.iter().all(|key| key.revoked.is_some()) {
            let detail = format!(
                "there is no valid API key in {}: make one with `journeyd keys create --name ops --scope admin`",
                file.path().display()
            );
            return Err(ConfigError::Unfit(detail).into());
        }
        start(config, (KeyRing::new(keys), Some(file)), WorkspaceFiles::default(), None)
    }
}

fn start(
    config: Config,
    (keys, key_file): (KeyRing, Option<KeyFile>),
    workspace: WorkspaceFiles,
    watched: Option<Watched>,
) -> Result<ExitCode, Failure> {
    crate::observe::log::start(&config.log)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(STACK)
        .build()?;
    let secrets = Secrets::new(&config, &environment());
    let setup = Setup { config, keys, key_file, workspace, watched, secrets };
    let ended = runtime.block_on(server::run(setup));
    // Whoever still runs has had its time.
    runtime.shutdown_background();
    ended?;
    Ok(ExitCode::SUCCESS)
}
