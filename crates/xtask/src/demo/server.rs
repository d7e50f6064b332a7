//! The example on a running server: its events come in over HTTP, and its numbers are those of the simulation.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use flate2::read::GzDecoder;
use serde_json::Value;

use super::{EXAMPLE, OUT, say};
use crate::Failure;

/// How many events a request brings.
const TOGETHER: usize = 1_000;
/// How long timers that are due may take to fire.
const PATIENCE: Duration = Duration::from_secs(60);
/// How many letters are shown.
const SHOWN: usize = 3;

/// Runs it.
pub(super) fn run(root: &Path, program: &str) -> Result<(), Failure> {
    let arguments =
        ["dev", EXAMPLE, "--clock", "events", "--set", "log.level=warn", "--listen", "127.0.0.1:0"];
    println!("   $ journeyd {}\n", arguments.join(" "));
    let server = Server::start(root, program, &arguments)?;
    println!("   {}", server.greeting.trim());
    for profile in lines(&root.join(EXAMPLE).join("data/profiles.ndjson.gz"))? {
        let profile: Value = serde_json::from_str(&profile)?;
        let path = format!("/api/v1/customers/{}", text(&profile, "customer_id"));
        server.ask("PATCH", &path, &member(&profile, "traits").to_string())?;
    }
    let events = lines(&root.join(EXAMPLE).join("data/events.ndjson.gz"))?;
    let begun = Instant::now();
    for batch in events.chunks(TOGETHER) {
        server.ask("POST", "/api/v1/events", &batch.join("\n"))?;
    }
    let time = begun.elapsed().as_secs_f64();
    println!("   {} events taken in {time:.1} s, each of them on disk when answered", events.len());
    for letter in server.letters.iter().take(SHOWN) {
        println!("   {}", letter.trim());
    }
    println!("   …");
    let summary = std::fs::read_to_string(root.join(OUT).join("summary.json"))?;
    let summary: Value = serde_json::from_str(&summary)?;
    let journeys = member(&summary, "journeys").as_object().ok_or("there is no summary")?;
    for (name, simulated) in journeys {
        funnel(&server, name, simulated)?;
    }
    println!("\n   Tile by tile the numbers of the simulation.");
    server.stop()
}

/// Prints what a journey's tiles counted, once that is what was simulated.
fn funnel(server: &Server, name: &str, simulated: &Value) -> Result<(), Failure> {
    let path = format!("/api/v1/journeys/{name}/analytics");
    let begun = Instant::now();
    let version = loop {
        let version = server.ask("GET", &path, "")?;
        let version = version.pointer("/versions/0").cloned().unwrap_or_default();
        let same = tiles(&version).all(|tile| {
            let simulated = member(member(simulated, "tiles"), text(tile, "id"));
            ["entered", "inside", "passed"]
                .iter()
                .all(|it| member(tile, it) == member(simulated, it))
        });
        if same && member(&version, "entered") == member(simulated, "memberships") {
            break version;
        }
        if begun.elapsed() > PATIENCE {
            return Err(format!("{name} is not as it was simulated: {version}").into());
        }
        std::thread::sleep(Duration::from_millis(100));
    };
    println!("\n   $ curl …{path}\n");
    let (entered, inside) = (member(&version, "entered"), member(&version, "inside"));
    println!("   {name}: {entered} entered, {inside} inside");
    println!("   {:<36} {:>8} {:>8} {:>8}", "tile", "entered", "inside", "passed");
    for tile in tiles(&version) {
        let count = |figure: &str| member(tile, figure).as_u64().unwrap_or_default();
        let (entered, inside, passed) = (count("entered"), count("inside"), count("passed"));
        println!("   {:<36} {entered:>8} {inside:>8} {passed:>8}", text(tile, "id"));
    }
    Ok(())
}

fn tiles(version: &Value) -> impl Iterator<Item = &Value> {
    member(version, "tiles").as_array().into_iter().flatten()
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    member(value, name).as_str().unwrap_or_default()
}

fn member<'v>(value: &'v Value, name: &str) -> &'v Value {
    value.get(name).unwrap_or(&Value::Null)
}

fn lines(path: &Path) -> Result<Vec<String>, Failure> {
    let file = std::fs::File::open(path)?;
    Ok(BufReader::new(GzDecoder::new(file)).lines().collect::<Result<_, _>>()?)
}

/// A running server, which ends with this.
struct Server {
    child: Child,
    greeting: String,
    address: String,
    /// Lines of `log` destinations.
    letters: Receiver<String>,
}

impl Server {
    fn start(root: &Path, program: &str, arguments: &[&str]) -> Result<Server, Failure> {
        let mut command = Command::new(root.join(program));
        command.current_dir(root).args(arguments).stdout(Stdio::piped());
        let mut child =
            command.spawn().map_err(|error| format!("cannot run {program}: {error}"))?;
        let mut out = BufReader::new(child.stdout.take().ok_or("the server has no output")?);
        let mut greeting = String::new();
        out.read_line(&mut greeting)?;
        let address = greeting.trim().rsplit('/').next().unwrap_or_default().to_owned();
        Ok(Server { child, greeting, address, letters: read_on(out) })
    }

    /// Sends a request and gives the answer, which has to be a good one.
    fn ask(&self, method: &str, path: &str, body: &str) -> Result<Value, Failure> {
        let media =
            if path.ends_with("events") { "application/x-ndjson" } else { "application/json" };
        let mut stream = TcpStream::connect(&self.address)?;
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
             content-type: {media}\r\ncontent-length: {length}\r\n\r\n{body}"
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").ok_or("the server gave no answer")?;
        if !head.starts_with("HTTP/1.1 2") {
            return Err(format!("{method} {path}: {answer}").into());
        }
        Ok(serde_json::from_str(body)?)
    }

    /// Asks it to stop, and waits until it has.
    fn stop(mut self) -> Result<(), Failure> {
        crate::shell::output(Path::new("."), "kill", &[&self.child.id().to_string()])?;
        let status = self.child.wait()?;
        if !status.success() {
            return Err(format!("the server ended with {status}").into());
        }
        say("The server was asked to stop, and did.");
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads on in the background, so that the server is never kept waiting.
fn read_on(out: BufReader<ChildStdout>) -> Receiver<String> {
    let (send, lines) = channel();
    std::thread::spawn(move || {
        for line in out.lines().map_while(Result::ok) {
            // Nobody need listen.
            let _ = send.send(line);
        }
    });
    lines
}
