//! One function a question: from the protocol's words to those of `journey-ide`, and back.

pub(crate) mod actions;
pub(crate) mod canvas;
pub(crate) mod diagnostics;
pub(crate) mod help;
pub(crate) mod lenses;
pub(crate) mod names;
pub(crate) mod outline;
pub(crate) mod tokens;
pub(crate) mod writing;

use tower_lsp_server::LspServiceBuilder;
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{MessageType, TextDocumentIdentifier};

use crate::server::Server;
use crate::view::View;

/// Questions that only Journey's own clients ask.
pub(crate) fn custom(build: LspServiceBuilder<Server>) -> LspServiceBuilder<Server> {
    build
        .custom_method("journey/canvas", canvas::picture)
        .custom_method("journey/edit", canvas::change)
        .custom_method("journey/form", canvas::settings)
        .custom_method("journey/tileAt", canvas::tile)
        .custom_method("journey/rangeOf", canvas::place)
        .custom_method("journey/runAt", canvas::run)
}

/// Questions whose answer is a panic, and one that has none, so that tests see what comes of those.
pub(crate) fn panicking(build: LspServiceBuilder<Server>) -> LspServiceBuilder<Server> {
    build
        .custom_method("journey/panic", panic_in_read)
        .custom_method("journey/panicInHandler", panic_in_handler)
        .custom_method("journey/endless", endless)
}

#[allow(clippy::panic)]
async fn panic_in_read(server: &Server, params: TextDocumentIdentifier) -> Result<()> {
    let uri = params.uri.clone();
    server.ask(&uri, params, |_, _| -> Result<()> { panic!("as was asked for") }).await
}

/// Looks at the document again and again, and says once that it begins.
async fn endless(server: &Server, params: TextDocumentIdentifier) -> Result<()> {
    let (uri, outgoing) = (params.uri.clone(), server.outgoing().clone());
    let find = move |view: &View, _: &TextDocumentIdentifier| {
        outgoing.log(MessageType::INFO, "it has begun");
        while view.workspace.text(view.file).is_some() {
            std::thread::yield_now();
        }
        Ok(())
    };
    server.ask(&uri, params, find).await
}

#[allow(clippy::panic)]
async fn panic_in_handler(_: &Server, _: TextDocumentIdentifier) -> Result<()> {
    panic!("as was asked for")
}
