//! `journeyc lsp`

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use journey_lsp::{Ended, Options, serve};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};

use super::CommandError;

/// Exit code 0: the editor said goodbye before it went. 1: it just went. 2: could not serve.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Serve the standard input and output: what happens anyway, for editors that ask for it
    #[arg(long)]
    stdio: bool,
    /// Listen for editors instead, at a PORT or ADDRESS (`127.0.0.1:9257`) of this machine; port 0 is
    /// one that is free, which is printed
    #[arg(long, value_name = "PORT|ADDRESS", conflicts_with = "stdio", value_parser = socket)]
    socket: Option<SocketAddr>,
    /// Where the pages about codes are, for links in findings (`https://…/errors/`)
    #[arg(long, value_name = "URL")]
    pages: Option<String>,
    /// The editor's process; the server ends with its connection anyway
    #[arg(long = "clientProcessId", value_name = "ID", hide = true)]
    client_process_id: Option<u32>,
}

fn socket(text: &str) -> Result<SocketAddr, String> {
    if let Ok(port) = text.parse() {
        return Ok(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port));
    }
    let address: SocketAddr =
        text.parse().map_err(|_| "give a port, or an address like 127.0.0.1:9257".to_owned())?;
    // Whoever reaches it can read the workspaces of this machine.
    if address.ip().is_loopback() {
        Ok(address)
    } else {
        Err("it has no passwords, so it listens on this machine alone: 127.0.0.1 or ::1".to_owned())
    }
}

pub(super) fn run(args: &Args) -> Result<ExitCode, CommandError> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let options = Options { pages: args.pages.clone(), ..Options::default() };
    if let Some(address) = args.socket {
        return listen(&runtime, &options, address);
    }
    let ended = runtime.block_on(serve(options, tokio::io::stdin(), tokio::io::stdout()));
    // A read of the standard input that is under way does not end with the editor.
    runtime.shutdown_background();
    Ok(ExitCode::from(u8::from(ended == Ended::Abruptly)))
}

async fn one(options: Options, stream: TcpStream) -> io::Result<Ended> {
    stream.set_nodelay(true)?;
    let (input, output) = stream.into_split();
    Ok(serve(options, input, output).await)
}

/// Serves whoever calls, each for itself, until it is stopped.
fn listen(
    runtime: &Runtime,
    options: &Options,
    address: SocketAddr,
) -> Result<ExitCode, CommandError> {
    runtime.block_on(async {
        let listener = TcpListener::bind(address).await.map_err(|error| taken(address, &error))?;
        eprintln!("listening on {}", listener.local_addr()?);
        loop {
            // One that is gone before it was served, or more than the system has room for: those
            // that are served are served on.
            let (stream, _) = match listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    eprintln!("error: a connection was not taken: {error}");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            };
            let options = options.clone();
            tokio::spawn(async move {
                if let Err(error) = one(options, stream).await {
                    eprintln!("error: {error}");
                }
            });
        }
    })
}

/// Where there is no room for a connection there is none a moment later either.
const PAUSE: Duration = Duration::from_millis(100);

fn taken(address: SocketAddr, error: &io::Error) -> CommandError {
    match error.kind() {
        io::ErrorKind::AddrInUse => format!(
            "{address}: another program listens there already; give another port: `--socket 0` takes \
             one that is free, and says which"
        ),
        _ => format!("{address}: cannot be listened at: {error}"),
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::socket;

    #[test]
    fn only_this_machine_can_call() {
        assert_eq!(socket("9257").unwrap().to_string(), "127.0.0.1:9257");
        assert_eq!(socket("[::1]:0").unwrap().to_string(), "[::1]:0");
        for open in ["0.0.0.0:9257", "[::]:9257", "192.168.0.1:1"] {
            assert!(socket(open).unwrap_err().contains("this machine alone"), "{open}");
        }
        assert!(socket("here").unwrap_err().contains("127.0.0.1:9257"));
    }
}
