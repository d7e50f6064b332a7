//! A running `journeyd`, and a client that says exactly what a test wants said.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

/// Longer than anything takes on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Of a request that changes what is there, whatever that is.
pub(crate) const ANY: (&str, &str) = ("if-match", "*");

/// The program, with an environment that holds nothing of ours.
pub(crate) fn journeyd() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_journeyd"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("JOURNEYD_") {
            command.env_remove(name);
        }
    }
    command
}

/// What a command said, and how it ended.
pub(crate) struct Said {
    pub(crate) status: ExitStatus,
    pub(crate) out: String,
    pub(crate) err: String,
}

pub(crate) fn run(command: &mut Command) -> Said {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said { status: output.status, out: text(output.stdout), err: text(output.stderr) }
}

/// A server, which is killed when the test is over.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    /// Its first line.
    pub(crate) greeting: String,
    /// What follows.
    out: Option<BufReader<ChildStdout>>,
    pub(crate) folder: TempDir,
}

impl Server {
    /// `journeyd dev` with more arguments.
    pub(crate) fn dev(arguments: &[&str]) -> Server {
        let folder = tempfile::tempdir().unwrap();
        Server::start(folder, &[&["dev"], arguments].concat())
    }

    /// `journeyd`, in a folder of its own, at a free port.
    pub(crate) fn start(folder: TempDir, arguments: &[&str]) -> Server {
        Server::start_by(journeyd(), folder, arguments)
    }

    /// The same by another command, which has to become `journeyd`.
    pub(crate) fn start_by(mut command: Command, folder: TempDir, arguments: &[&str]) -> Server {
        let mut child = command
            .current_dir(folder.path())
            .args(arguments)
            .args(["--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::from(std::fs::File::create(folder.path().join("log")).unwrap()))
            .spawn()
            .unwrap();
        let mut greeting = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut greeting).unwrap();
        let address = greeting.trim().rsplit('/').next().unwrap().parse();
        let Ok(address) = address else {
            let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
            panic!("no address in {greeting:?}: {log}");
        };
        Server { child, address, greeting, out: Some(out), folder }
    }

    /// The next line on its standard output, once there is one.
    pub(crate) fn next_line(&mut self) -> String {
        let mut line = String::new();
        self.out.as_mut().unwrap().read_line(&mut line).unwrap();
        line
    }

    /// What it writes on its standard output from now on, to be read elsewhere.
    pub(crate) fn take_output(&mut self) -> BufReader<ChildStdout> {
        self.out.take().unwrap()
    }

    /// Kills it, and waits until it is gone.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// What it logged so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop, as service managers do.
    pub(crate) fn terminate(&self) {
        let sent = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(sent.success());
    }

    /// How it ended, once it has.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Sends a request and reads its answer.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let mut stream = self.connect();
        let head = head(method, path, headers, body.len());
        stream.write_all(head.as_bytes()).unwrap();
        // A server that has heard enough may not read to the end.
        let _ = stream.write_all(body);
        Answer::read(&mut stream)
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"")
    }

    pub(crate) fn post_json(&self, path: &str, body: &str) -> Answer {
        self.send("POST", path, &[("content-type", "application/json")], body.as_bytes())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The head of a request after which the connection is closed.
pub(crate) fn head(method: &str, path: &str, headers: &[(&str, &str)], length: usize) -> String {
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if length > 0 {
        head.push_str(&format!("content-length: {length}\r\n"));
    }
    head + "\r\n"
}

/// The chunks of a body, put together. It must not break off.
fn whole(mut chunks: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let end = chunks.windows(2).position(|it| it == b"\r\n").unwrap();
        let size = std::str::from_utf8(&chunks[..end]).unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        let (chunk, rest) = chunks[end + 2..].split_at(size);
        if chunk.is_empty() {
            return body;
        }
        body.extend_from_slice(chunk);
        chunks = &rest[2..];
    }
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// Reads an answer to the end of the connection.
    pub(crate) fn read(stream: &mut impl Read) -> Answer {
        let mut bytes = Vec::new();
        // What came before a reset came.
        let _ = stream.read_to_end(&mut bytes);
        let end = bytes.windows(4).position(|it| it == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no head in {:?}", String::from_utf8_lossy(&bytes)));
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers: Vec<(String, String)> = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let mut answer = Answer { status, headers, body: bytes[end + 4..].to_vec() };
        if answer.header("transfer-encoding") == Some("chunked") {
            answer.body = whole(&answer.body);
        }
        answer
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(it, _)| it.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The status and the last part of the type of a problem.
    pub(crate) fn problem(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        let body = self.json();
        assert_eq!(body["status"], self.status);
        for name in ["title", "detail"] {
            assert!(body[name].as_str().is_some_and(|it| !it.is_empty()), "{body}");
        }
        let kind = body["type"].as_str().unwrap().strip_prefix("/problems/").unwrap();
        (self.status, kind.to_owned())
    }
}

/// Makes a key for the server that runs in a folder.
pub(crate) fn create_key(folder: &std::path::Path, scopes: &str) -> String {
    let arguments = ["keys", "create", "--name", "test", "--scope", scopes];
    let said = run(journeyd().current_dir(folder).args(arguments));
    assert!(said.status.success(), "{}", said.err);
    said.out.trim().to_owned()
}

/// A key as the user name of Basic authorization.
pub(crate) fn basic(key: &str) -> String {
    format!("Basic {}", data_encoding::BASE64.encode(format!("{key}:").as_bytes()))
}

/// A server that asks for keys, with journeys that are active.
pub(crate) struct Workspace {
    pub(crate) server: Server,
    pub(crate) admin: String,
    pub(crate) ingest: String,
    pub(crate) reader: String,
}

impl Workspace {
    /// Starts it with this configuration, schema and journeys by name.
    pub(crate) fn serve(config: &str, schema: &str, journeys: &[(&str, &str)]) -> Workspace {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("journeyd.toml"), config).unwrap();
        let [admin, ingest, reader] =
            ["admin", "ingest", "read"].map(|scopes| create_key(folder.path(), scopes));
        let server = Server::start(folder, &["serve"]);
        let workspace = Workspace { server, admin, ingest, reader };
        let files = serde_json::json!({ "files": [{ "path": "schema.journey", "text": schema }] });
        workspace.done("PUT", "/api/v1/schema", &files.to_string());
        for (name, source) in journeys {
            let source = serde_json::json!({ "source": source });
            workspace.done("POST", "/api/v1/journeys", &source.to_string());
            workspace.done("POST", &format!("/api/v1/journeys/{name}/activate"), "");
        }
        workspace
    }

    /// A request of the admin, as JSON. What it changes may have been changed by others.
    pub(crate) fn request(&self, method: &str, path: &str, body: &str) -> Answer {
        let authorization = basic(&self.admin);
        let json = ("content-type", "application/json");
        let headers = [("authorization", &*authorization), json, ANY];
        self.server.send(method, path, &headers, body.as_bytes())
    }

    /// One that succeeds.
    pub(crate) fn done(&self, method: &str, path: &str, body: &str) -> Answer {
        let answer = self.request(method, path, body);
        assert!((200..300).contains(&answer.status), "{}", answer.text());
        answer
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.request("GET", path, "")
    }

    /// Sends events that are all taken.
    pub(crate) fn events(&self, events: &Value) {
        let taken = self.done("POST", "/api/v1/events", &events.to_string()).json();
        assert_eq!(taken["rejected"], 0, "{taken}");
    }

    /// What was logged names no customer: their ids begin with `canary` in tests that ask this.
    pub(crate) fn tells_nobody(&self) {
        let log = self.server.log();
        let told = log.lines().find(|line| line.contains("canary"));
        assert_eq!(told, None, "the log names a customer");
        assert!(log.contains("answered"), "nothing was logged at all");
    }
}

/// Resident memory of a process, in bytes.
pub(crate) fn resident(id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}
