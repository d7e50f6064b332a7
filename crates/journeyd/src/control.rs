//! What commands on the same machine ask of a running server, by a socket in its data folder.
//!
//! Only the owner of the folder can open it, so it needs no key. A request is a line of JSON, and so is the answer.

use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use journey_engine::store::EmbeddedStore;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixListener;

use crate::copies;

/// The name of the socket in the data folder.
const NAME: &str = "control";

/// The longest request, in bytes.
const LONGEST: u64 = 64 * 1024;

/// What is asked.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Request {
    /// Copy the store into this folder.
    Backup(PathBuf),
}

/// What came of it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Answer {
    /// It is done: the number of the last batch that is in the copy.
    Done(u64),
    /// It is not.
    Refused(String),
}

/// Why a server was not asked, or did not do it.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// Nobody listens.
    #[error("{}: no server runs on this data: {source}; a folder that no server runs on can be copied as it is", path.display())]
    Nobody {
        /// The socket.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The server went away.
    #[error("the server gave no answer: {0}")]
    Silent(io::Error),
    /// The server says why not.
    #[error("{0}")]
    Refused(String),
}

/// Has the server that runs on this data make a backup.
///
/// # Errors
/// There is none, or it could not.
pub fn backup(data: &Path, to: &Path) -> Result<u64, AskError> {
    let path = data.join(NAME);
    let stream = UnixStream::connect(&path);
    let mut stream = stream.map_err(|source| AskError::Nobody { path, source })?;
    let silent = |error: serde_json::Error| AskError::Silent(error.into());
    let request = serde_json::to_string(&Request::Backup(to.to_owned())).map_err(silent)?;
    stream.write_all(format!("{request}\n").as_bytes()).map_err(AskError::Silent)?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).map_err(AskError::Silent)?;
    match serde_json::from_str(&line).map_err(silent)? {
        Answer::Done(through) => Ok(through),
        Answer::Refused(why) => Err(AskError::Refused(why)),
    }
}

/// Listens for commands, for as long as the process runs. Where there can be no socket the server runs without.
pub fn listen(data: &Path, store: &Arc<EmbeddedStore>) {
    let listener = match bind(&data.join(NAME)) {
        Ok(listener) => listener,
        Err(error) => {
            tracing::warn!(%error, "there is no control socket: `journeyd backup` will not reach this server");
            return;
        }
    };
    let (data, store) = (data.to_owned(), Arc::clone(store));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (data, store) = (data.clone(), Arc::clone(&store));
            tokio::spawn(async move {
                if let Err(error) = serve(stream, data, store).await {
                    tracing::warn!(%error, "a command was not answered");
                }
            });
        }
    });
}

/// Makes the socket under another name first, so that it is never open to others.
fn bind(path: &Path) -> io::Result<UnixListener> {
    let new = path.with_added_extension("new");
    let _ = std::fs::remove_file(&new);
    let listener = UnixListener::bind(&new)?;
    std::fs::set_permissions(&new, std::fs::Permissions::from_mode(0o600))?;
    // One that a process has left which was killed goes.
    std::fs::rename(&new, path)?;
    Ok(listener)
}

async fn serve(
    stream: tokio::net::UnixStream,
    data: PathBuf,
    store: Arc<EmbeddedStore>,
) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    tokio::io::BufReader::new(read.take(LONGEST)).read_line(&mut line).await?;
    let answer = match serde_json::from_str(&line) {
        Ok(Request::Backup(to)) => {
            let copied = tokio::task::spawn_blocking(move || copies::backup(&data, &store, &to));
            match copied.await.map_err(io::Error::other)? {
                Ok(through) => Answer::Done(through.0),
                Err(error) => Answer::Refused(error.to_string()),
            }
        }
        Err(error) => Answer::Refused(format!("the server does not know this command: {error}")),
    };
    write.write_all(format!("{}\n", serde_json::to_string(&answer)?).as_bytes()).await
}
