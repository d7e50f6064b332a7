//! A small client, over a stream in memory. It knows nothing of the server's types: what it sends
//! and gets is JSON.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value
)]

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::time::Duration;

use journey_lsp::{Ended, Options, serve};
use serde_json::{Value, json};
use tokio::io::{
    AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream, ReadHalf, WriteHalf,
};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

/// Longer than this nothing takes; a test that waits as long has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// A client and the server it talks to.
pub(crate) struct Client {
    runtime: Runtime,
    input: BufReader<ReadHalf<DuplexStream>>,
    output: Option<WriteHalf<DuplexStream>>,
    server: Option<JoinHandle<Ended>>,
    next: i64,
    /// What came while something else was waited for.
    unread: VecDeque<Value>,
    /// The findings of each document, as they were told last.
    pub(crate) findings: BTreeMap<String, Vec<Value>>,
    /// How often findings were told of each document.
    pub(crate) told: BTreeMap<String, usize>,
    /// The version of a document of which findings were told last.
    pub(crate) versions: BTreeMap<String, i64>,
    /// Answers requests of the server, as most clients do.
    pub(crate) answers: bool,
    pub(crate) capabilities: Value,
}

impl Client {
    /// A connection on which nothing was said yet.
    pub(crate) fn silent(options: Options) -> Client {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(2).enable_all().build().unwrap();
        let (here, there) = tokio::io::duplex(1 << 16);
        let (read, write) = tokio::io::split(there);
        let server = runtime.spawn(serve(options, read, write));
        let (input, output) = tokio::io::split(here);
        Client {
            runtime,
            input: BufReader::new(input),
            output: Some(output),
            server: Some(server),
            next: 1,
            unread: VecDeque::new(),
            findings: BTreeMap::new(),
            told: BTreeMap::new(),
            versions: BTreeMap::new(),
            answers: true,
            capabilities: Value::Null,
        }
    }

    /// A client with these folders and capabilities, introduced.
    pub(crate) fn new(folders: &[&Path], capabilities: Value) -> Client {
        Client::with(Options { panics: true, ..Options::default() }, folders, capabilities)
    }

    pub(crate) fn with(options: Options, folders: &[&Path], capabilities: Value) -> Client {
        let mut client = Client::silent(options);
        let folders: Vec<Value> =
            folders.iter().map(|path| json!({ "uri": uri(path), "name": "f" })).collect();
        let params =
            json!({ "processId": null, "capabilities": capabilities, "workspaceFolders": folders });
        let answer = client.ask("initialize", params).expect("it introduces itself");
        client.capabilities = answer["capabilities"].clone();
        client.tell("initialized", json!({}));
        client
    }

    pub(crate) fn write_raw(&mut self, bytes: &[u8]) {
        let output = self.output.as_mut().expect("it is not closed");
        self.runtime.block_on(async {
            output.write_all(bytes).await.unwrap();
            output.flush().await.unwrap();
        });
    }

    pub(crate) fn send(&mut self, message: &Value) {
        let text = message.to_string();
        self.write_raw(format!("Content-Length: {}\r\n\r\n{text}", text.len()).as_bytes());
    }

    pub(crate) fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Sends a request and does not wait for its answer.
    pub(crate) fn begin(&mut self, method: &str, params: Value) -> i64 {
        let id = self.next;
        self.next += 1;
        let mut message = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        if message["params"].is_null() {
            message.as_object_mut().unwrap().remove("params");
        }
        self.send(&message);
        id
    }

    /// Waits for the answer to a request.
    pub(crate) fn answer(&mut self, id: i64) -> Result<Value, Value> {
        let is_answer = |it: &Value| it["id"] == json!(id) && it.get("method").is_none();
        let answer = self.wait(is_answer);
        match answer.get("error") {
            Some(error) => Err(error.clone()),
            None => Ok(answer["result"].clone()),
        }
    }

    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        let id = self.begin(method, params);
        self.answer(id)
    }

    /// Waits for a message.
    pub(crate) fn wait(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.unread.iter().position(&wanted) {
            return self.unread.remove(at).unwrap();
        }
        loop {
            let message = self.read().expect("the server goes on");
            if wanted(&message) {
                return message;
            }
            self.unread.push_back(message);
        }
    }

    /// Whether such a message came while something else was waited for.
    pub(crate) fn came(&self, wanted: impl Fn(&Value) -> bool) -> bool {
        self.unread.iter().any(wanted)
    }

    /// The next message; nothing when the server has closed the connection.
    pub(crate) fn read(&mut self) -> Option<Value> {
        let message = self.runtime.block_on(async {
            tokio::time::timeout(PATIENCE, read_message(&mut self.input)).await
        });
        let message =
            message.unwrap_or_else(|_| panic!("nothing comes any more: {:#?}", self.unread))?;
        if message["method"] == "textDocument/publishDiagnostics" {
            let params = &message["params"];
            let uri = params["uri"].as_str().unwrap().to_owned();
            let findings = params["diagnostics"].as_array().unwrap().clone();
            *self.told.entry(uri.clone()).or_default() += 1;
            match params["version"].as_i64() {
                Some(version) => self.versions.insert(uri.clone(), version),
                None => self.versions.remove(&uri),
            };
            self.findings.insert(uri, findings);
        }
        if self.answers && message.get("method").is_some() && message.get("id").is_some() {
            self.send(&json!({ "jsonrpc": "2.0", "id": message["id"], "result": null }));
        }
        Some(message)
    }

    /// Reads a message, for whoever will wait for it.
    fn keep(&mut self) {
        let message = self.read().expect("the server goes on");
        self.unread.push_back(message);
    }

    pub(crate) fn open(&mut self, uri: &str, version: i64, text: &str) {
        let document =
            json!({ "uri": uri, "languageId": "journey", "version": version, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    pub(crate) fn change(&mut self, uri: &str, version: i64, changes: Value) {
        let document = json!({ "uri": uri, "version": version });
        self.tell(
            "textDocument/didChange",
            json!({ "textDocument": document, "contentChanges": changes }),
        );
    }

    pub(crate) fn close(&mut self, uri: &str) {
        self.tell("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    }

    /// Waits until the findings of a version of a document are told.
    pub(crate) fn findings_at(&mut self, uri: &str, version: i64) -> Vec<Value> {
        while self.versions.get(uri) != Some(&version) {
            self.keep();
        }
        self.findings[uri].clone()
    }

    /// Waits until what was told of all documents is as wanted.
    pub(crate) fn until(&mut self, wanted: impl Fn(&BTreeMap<String, Vec<Value>>) -> bool) {
        while !wanted(&self.findings) {
            self.keep();
        }
    }

    /// Hangs up, and waits until the server has noticed.
    pub(crate) fn ended(&mut self) -> Ended {
        if let Some(mut output) = self.output.take() {
            self.runtime.block_on(async { output.shutdown().await.unwrap() });
        }
        let server = self.server.take().expect("it ends once");
        self.runtime
            .block_on(async { tokio::time::timeout(PATIENCE, server).await.unwrap().unwrap() })
    }

    /// Says goodbye as one should.
    pub(crate) fn goodbye(mut self) {
        self.ask("shutdown", Value::Null).unwrap();
        self.send(&json!({ "jsonrpc": "2.0", "method": "exit" }));
        assert_eq!(self.ended(), Ended::Orderly);
    }
}

async fn read_message(input: &mut BufReader<ReadHalf<DuplexStream>>) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if input.read_line(&mut line).await.unwrap() == 0 {
            return None;
        }
        match line.trim().split_once(": ") {
            Some((_, value)) => length = value.parse().unwrap(),
            None => break,
        }
    }
    let mut body = vec![0; length];
    input.read_exact(&mut body).await.unwrap();
    Some(serde_json::from_slice(&body).unwrap())
}

/// The URI of a file.
pub(crate) fn uri(path: &Path) -> String {
    format!("file://{}", path.to_str().unwrap().replace(' ', "%20"))
}

/// Code and message of a finding.
pub(crate) fn said(finding: &Value) -> String {
    format!("{} {}", finding["code"].as_str().unwrap(), finding["message"].as_str().unwrap())
}

/// A range as the protocol has it.
pub(crate) fn range(from: [u32; 2], to: [u32; 2]) -> Value {
    let at = |[line, character]: [u32; 2]| json!({ "line": line, "character": character });
    json!({ "start": at(from), "end": at(to) })
}

/// A folder with files.
pub(crate) fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}
