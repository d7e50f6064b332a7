//! Carrying messages to the handlers and back.
//!
//! Every message is handed to its handler, and the handler begun, before the next one is looked
//! at: what handlers do first, they do in the order in which messages come. What they wait for
//! they wait for beside each other.

use std::panic::AssertUnwindSafe;

use futures_util::future::{BoxFuture, FutureExt};
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tower_lsp_server::jsonrpc::{Error, Id, Request, Response};
use tower_lsp_server::{ClientSocket, ExitedError, LanguageServer, Loopback, LspService};
use tower_service::Service;

use super::FrameError;

/// So many requests may be unanswered before the next message waits.
const MAX_WAITING: usize = 1024;

/// So many messages may wait to be written before answers wait.
const MAX_UNWRITTEN: usize = 64;

/// A message, or why there is none.
pub type Incoming = Result<String, FrameError>;

/// What a handler gives in the end.
type Answer = Result<Option<Response>, ExitedError>;

/// Serves messages until there are no more, or the client says that it was the last one. Gives
/// whether it did.
pub(crate) async fn serve_messages<S: LanguageServer>(
    mut service: LspService<S>,
    socket: ClientSocket,
    mut input: impl Stream<Item = Incoming> + Unpin,
    output: impl Sink<String> + Unpin + Send,
) -> bool {
    let (requests, mut responses) = socket.split();
    let (answers, written) = mpsc::channel::<String>(MAX_UNWRITTEN);
    let read = async move {
        let mut waiting = JoinSet::new();
        while let Some(message) = input.next().await {
            while waiting.try_join_next().is_some() {}
            if waiting.len() >= MAX_WAITING {
                waiting.join_next().await;
            }
            let response = match message.map_err(|error| refused(&error)).and_then(|it| parse(&it))
            {
                Ok(Message::Request(request)) => {
                    if request.method() == "exit" {
                        // What it does is done here: nothing is answered after it.
                        return true;
                    }
                    begin(&mut service, request, &mut waiting, &answers)
                }
                Ok(Message::Response(response)) => {
                    // It fails when the server has ended, and then nobody waits for it.
                    let _ = responses.send(response).await;
                    None
                }
                Err(response) => Some(*response),
            };
            if let Some(response) = response
                && send(&answers, &response).await.is_err()
            {
                return false;
            }
        }
        false
    };
    let write = write(written, requests, output);
    // The reader holds what the writer waits for.
    let (exited, ()) = tokio::join!(read, write);
    exited
}

/// Begins to handle a request. Gives the answer where there is one at once; else it is sent later.
fn begin<S: LanguageServer>(
    service: &mut LspService<S>,
    request: Request,
    waiting: &mut JoinSet<()>,
    answers: &mpsc::Sender<String>,
) -> Option<Response> {
    let id = request.id().cloned();
    let handler = service.call(request);
    let mut handler: BoxFuture<'static, Answer> = AssertUnwindSafe(handler)
        .catch_unwind()
        .map(move |done| done.unwrap_or_else(|_| Ok(id.map(failed))))
        .boxed();
    if let Some(answer) = (&mut handler).now_or_never() {
        return answer.ok().flatten();
    }
    let answers = answers.clone();
    waiting.spawn(async move {
        if let Ok(Some(response)) = handler.await {
            let _ = send(&answers, &response).await;
        }
    });
    None
}

/// The answer where a handler panicked.
fn failed(id: Id) -> Response {
    let mut error = Error::internal_error();
    error.message = "a mistake of the language server, not yours; please report it".into();
    Response::from_error(id, error)
}

async fn send(answers: &mpsc::Sender<String>, response: &Response) -> Result<(), ()> {
    let text = serde_json::to_string(response).map_err(|_| ())?;
    answers.send(text).await.map_err(|_| ())
}

/// Writes answers, and what the server says by itself, until there is nobody who could answer.
async fn write(
    mut answers: mpsc::Receiver<String>,
    mut requests: <ClientSocket as Loopback>::RequestStream,
    mut output: impl Sink<String> + Unpin,
) {
    let mut asks = true;
    loop {
        let message = tokio::select! {
            answer = answers.recv() => match answer {
                Some(answer) => Some(answer),
                None => break,
            },
            request = requests.next(), if asks => {
                asks = request.is_some();
                request.and_then(|it| serde_json::to_string(&it).ok())
            }
        };
        if let Some(message) = message
            && output.send(message).await.is_err()
        {
            break;
        }
    }
    // The other side may be gone already.
    let _ = output.close().await;
}

enum Message {
    Request(Request),
    Response(Response),
}

/// Reads a message, or says what is wrong with it.
fn parse(text: &str) -> Result<Message, Box<Response>> {
    let value: Value = serde_json::from_str(text)
        .map_err(|_| Box::new(Response::from_error(Id::Null, Error::parse_error())))?;
    let id = value.get("id").and_then(|id| serde_json::from_value::<Id>(id.clone()).ok());
    let parsed = match value.get("method") {
        Some(_) => serde_json::from_value(value).map(Message::Request),
        None => serde_json::from_value(value).map(Message::Response),
    };
    let invalid = |_| Response::from_error(id.unwrap_or(Id::Null), Error::invalid_request());
    parsed.map_err(invalid).map_err(Box::new)
}

fn refused(error: &FrameError) -> Box<Response> {
    let mut answer = Error::parse_error();
    answer.message = error.to_string().into();
    Box::new(Response::from_error(Id::Null, answer))
}
