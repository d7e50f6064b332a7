//! What the server says without being asked, in the order in which it says it.

use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tower_lsp_server::Client;
use tower_lsp_server::ls_types::notification::{Progress, PublishDiagnostics};
use tower_lsp_server::ls_types::{
    DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern, MessageType,
    ProgressParams, ProgressParamsValue, ProgressToken, PublishDiagnosticsParams, Registration,
    WorkDoneProgress, WorkDoneProgressBegin, WorkDoneProgressEnd, WorkDoneProgressReport,
};

/// Something to be said.
#[derive(Debug)]
enum Message {
    Findings(PublishDiagnosticsParams),
    Log(MessageType, String),
    AskAgain,
    AskForLensesAgain,
    Watch,
    Progress(ProgressToken, UnboundedReceiver<WorkDoneProgress>),
}

/// Where to say it. Saying never waits.
#[derive(Debug, Clone)]
pub(crate) struct Outgoing {
    messages: UnboundedSender<Message>,
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
        (Outgoing { messages }, Messages(receiver))
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

fn watching() -> Registration {
    let watcher = |pattern: &str| FileSystemWatcher {
        glob_pattern: GlobPattern::String(pattern.to_owned()),
        kind: None,
    };
    let patterns = ["**/*.journey", "**/journey.toml", "**/.gitignore"];
    let options = DidChangeWatchedFilesRegistrationOptions {
        watchers: patterns.into_iter().map(watcher).collect(),
    };
    Registration {
        id: "journey/files".to_owned(),
        method: "workspace/didChangeWatchedFiles".to_owned(),
        register_options: serde_json::to_value(options).ok(),
    }
}
