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
use tower_lsp_server::ls_types::TextDocumentIdentifier;

use crate::server::Server;

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

/// A question whose answer is a panic, so that tests see what comes of one.
pub(crate) fn panicking(build: LspServiceBuilder<Server>) -> LspServiceBuilder<Server> {
    build
        .custom_method("journey/panic", panic_in_read)
        .custom_method("journey/panicInHandler", panic_in_handler)
}

#[allow(clippy::panic)]
async fn panic_in_read(server: &Server, params: TextDocumentIdentifier) -> Result<()> {
    let uri = params.uri.clone();
    server.ask(&uri, params, |_, _| -> Result<()> { panic!("as was asked for") }).await
}

#[allow(clippy::panic)]
async fn panic_in_handler(_: &Server, _: TextDocumentIdentifier) -> Result<()> {
    panic!("as was asked for")
}
