//! What the server says without being asked, in the order in which it says it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::Sender;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tower_lsp_server::Client;
use tower_lsp_server::ls_types::notification::{Progress, PublishDiagnostics};
use tower_lsp_server::ls_types::{
    ConfigurationItem, DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern,
    MessageType, ProgressParams, ProgressParamsValue, ProgressToken, PublishDiagnosticsParams,
    Registration, Unregistration, WorkDoneProgress, WorkDoneProgressBegin, WorkDoneProgressEnd,
    WorkDoneProgressReport,
};

use crate::counting;
use crate::events::Event;

/// Something to be said.
enum Message {
    Findings(PublishDiagnosticsParams),
    Log(MessageType, String),
    AskAgain,
    AskForLensesAgain,
    Watch,
    WatchCounts(u32, Option<String>),
    AskForSetting(Sender<Event>),
    Progress(ProgressToken, UnboundedReceiver<WorkDoneProgress>),
}

/// Where to say it. Saying never waits.
#[derive(Debug, Clone)]
pub(crate) struct Outgoing {
    messages: UnboundedSender<Message>,
    /// How often it was said where counts are.
    watches: Arc<AtomicU32>,
}

/// Where it comes out.
pub(crate) struct Messages(UnboundedReceiver<Message>);

/// Long work that is shown. It ends when this is dropped.
pub(crate) struct Shown(UnboundedSender<WorkDoneProgress>);

/// Numbers for what is shown, unique in this process.
static NEXT: AtomicU32 = AtomicU32::new(0);

impl Outgoing {
    pub(crate) fn new() -> (Outgoing, Messages) {
        let (messages, receiver) = unbounded_channel();
        (Outgoing { messages, watches: Arc::default() }, Messages(receiver))
    }

    fn say(&self, message: Message) {
        // Nobody listens any more when the connection is closed.
        let _ = self.messages.send(message);
    }

    pub(crate) fn findings(&self, findings: PublishDiagnosticsParams) {
        self.say(Message::Findings(findings));
    }

    pub(crate) fn log(&self, level: MessageType, text: impl Into<String>) {
        self.say(Message::Log(level, text.into()));
    }

    /// Findings may be others now: a client that asks for them shall do so again.
    pub(crate) fn ask_again(&self) {
        self.say(Message::AskAgain);
    }

    /// So may what is shown above declarations.
    pub(crate) fn ask_for_lenses_again(&self) {
        self.say(Message::AskForLensesAgain);
    }

    /// The client shall tell when files change.
    pub(crate) fn watch(&self) {
        self.say(Message::Watch);
    }

    /// It shall tell when a file of counts changes, wherever in a workspace; of no other one.
    pub(crate) fn watch_counts(&self, file: Option<&str>) {
        let times = self.watches.fetch_add(1, Ordering::Relaxed);
        self.say(Message::WatchCounts(times, file.map(str::to_owned)));
    }

    /// It shall say which file of counts is set; the main loop is told.
    pub(crate) fn ask_for_setting(&self, events: Sender<Event>) {
        self.say(Message::AskForSetting(events));
    }

    /// Shows that something takes its time.
    pub(crate) fn progress(&self, title: &str) -> Shown {
        let (steps, receiver) = unbounded_channel();
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let begin = WorkDoneProgressBegin { title: title.to_owned(), ..Default::default() };
        let _ = steps.send(WorkDoneProgress::Begin(begin));
        self.say(Message::Progress(ProgressToken::String(format!("journey/{number}")), receiver));
        Shown(steps)
    }
}

impl Shown {
    pub(crate) fn report(&self, message: String) {
        let report = WorkDoneProgressReport { message: Some(message), ..Default::default() };
        let _ = self.0.send(WorkDoneProgress::Report(report));
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        let _ = self.0.send(WorkDoneProgress::End(WorkDoneProgressEnd::default()));
    }
}

impl Messages {
    /// Says everything to a client. What it has to answer is not waited for.
    pub(crate) async fn say_to(mut self, client: Client) {
        while let Some(message) = self.0.recv().await {
            let client = client.clone();
            match message {
                Message::Findings(findings) => {
                    client.send_notification::<PublishDiagnostics>(findings).await;
                }
                Message::Log(level, text) => client.log_message(level, text).await,
                Message::AskAgain => {
                    tokio::spawn(async move { client.workspace_diagnostic_refresh().await });
                }
                Message::AskForLensesAgain => {
                    tokio::spawn(async move { client.code_lens_refresh().await });
                }
                Message::Watch => {
                    tokio::spawn(async move { client.register_capability(vec![watching()]).await });
                }
                Message::WatchCounts(times, file) => {
                    tokio::spawn(watch_counts(client, times, file));
                }
                Message::AskForSetting(events) => {
                    tokio::spawn(ask_for_setting(client, events));
                }
                Message::Progress(token, steps) => {
                    tokio::spawn(show(client, token, steps));
                }
            }
        }
    }
}

async fn show(
    client: Client,
    token: ProgressToken,
    mut steps: UnboundedReceiver<WorkDoneProgress>,
) {
    if client.create_work_done_progress(token.clone()).await.is_err() {
        return;
    }
    while let Some(step) = steps.recv().await {
        let value = ProgressParamsValue::WorkDone(step);
        let step = ProgressParams { token: token.clone(), value };
        client.send_notification::<Progress>(step).await;
    }
}

/// What the protocol calls being told of changed files.
const WATCHED_FILES: &str = "workspace/didChangeWatchedFiles";

fn watching() -> Registration {
    registration("journey/files".to_owned(), &["**/*.journey", "**/journey.toml", "**/.gitignore"])
}

fn registration(id: String, patterns: &[&str]) -> Registration {
    let watcher = |pattern: &&str| FileSystemWatcher {
        glob_pattern: GlobPattern::String((*pattern).to_owned()),
        kind: None,
    };
    let options = DidChangeWatchedFilesRegistrationOptions {
        watchers: patterns.iter().map(watcher).collect(),
    };
    let register_options = serde_json::to_value(options).ok();
    Registration { id, method: WATCHED_FILES.to_owned(), register_options }
}

/// Each time has a name of its own: in which order the answers come does not matter.
async fn watch_counts(client: Client, times: u32, file: Option<String>) {
    let id = |times: u32| format!("journey/counts/{times}");
    let name = file.as_deref().and_then(|file| file.rsplit('/').next());
    if let Some(name) = name {
        // A name in which the sign for any letter stands is told by its place later.
        let plain = !name.contains(['*', '?', '[', ']', '{', '}', '!', '\\']);
        let pattern = if plain { format!("**/{name}") } else { "**/*".to_owned() };
        let _ = client.register_capability(vec![registration(id(times), &[&pattern])]).await;
    }
    if let Some(before) = times.checked_sub(1) {
        let before = Unregistration { id: id(before), method: WATCHED_FILES.to_owned() };
        let _ = client.unregister_capability(vec![before]).await;
    }
}

async fn ask_for_setting(client: Client, events: Sender<Event>) {
    // Some clients know sections by their first word alone.
    let item = ConfigurationItem { scope_uri: None, section: Some("journey".to_owned()) };
    if let Ok(values) = client.configuration(vec![item]).await
        && let Some(value) = values.first()
    {
        if let Some(error) = counting::no_setting(value) {
            client.log_message(MessageType::WARNING, error.to_string()).await;
        }
        let setting = counting::setting(value);
        // The main loop is gone when the connection is closed.
        let _ = events.send(Event::Setting(setting));
    }
}
