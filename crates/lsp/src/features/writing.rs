//! Formatting.

use journey_ide::{Edit, FormatError, format_file, format_on_type, format_range};
use tower_lsp_server::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp_server::ls_types::*;

use crate::view::View;

/// The protocol's `RequestFailed`: it was understood, and cannot be done.
pub(crate) const REQUEST_FAILED: ErrorCode = ErrorCode::ServerError(-32803);

/// An error whose message is shown to people.
pub(crate) fn failed(why: &dyn std::fmt::Display) -> Error {
    let mut error = Error::new(REQUEST_FAILED);
    error.message = why.to_string().into();
    error
}

/// What brings a document into its canonical form.
pub(crate) fn whole(view: &View, _: &DocumentFormattingParams) -> Result<Option<Vec<TextEdit>>> {
    match format_file(&view.workspace, view.file) {
        Ok(edits) => given(view, &edits),
        // Editors format whenever a file is saved: no message for what is marked anyway.
        Err(FormatError::Syntax(_)) => Ok(None),
        Err(error) => Err(failed(&error)),
    }
}

/// What brings a part of it there.
pub(crate) fn part(
    view: &View,
    params: &DocumentRangeFormattingParams,
) -> Result<Option<Vec<TextEdit>>> {
    given(view, &format_range(&view.workspace, view.within(params.range)))
}

/// What follows from a character that was typed.
pub(crate) fn typed(
    view: &View,
    params: &DocumentOnTypeFormattingParams,
) -> Result<Option<Vec<TextEdit>>> {
    let Some(character) = params.ch.chars().next() else { return Ok(None) };
    let at = view.at(params.text_document_position.position);
    given(view, &format_on_type(&view.workspace, at, character))
}

fn given(view: &View, edits: &[Edit]) -> Result<Option<Vec<TextEdit>>> {
    Ok(Some(view.text_edits(edits)))
}
