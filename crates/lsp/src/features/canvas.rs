//! What the canvas asks: pictures of journeys, and edits said in terms of them.

use journey_ide::canvas::{Op, Options, TileRef, canvas, edit, form, range_of, run_at, tile_at};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{
    Range, TextDocumentIdentifier, TextDocumentPositionParams, TextEdit,
};

use crate::features::writing::failed;
use crate::reads::{Subject, content_modified, mistake};
use crate::server::Server;
use crate::uris::Key;
use crate::view::View;

/// Asks for the picture of a journey.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CanvasParams {
    text_document: TextDocumentIdentifier,
    journey: String,
    #[serde(flatten)]
    options: Options,
}

/// Asks for what does something to a journey.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EditParams {
    text_document: TextDocumentIdentifier,
    /// The version that the picture was made of.
    version: i32,
    journey: String,
    op: Op,
}

/// Asks about a tile.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TileParams {
    text_document: TextDocumentIdentifier,
    tile: TileRef,
}

/// Asks which tiles a selection is about.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RunParams {
    text_document: TextDocumentIdentifier,
    range: Range,
}

/// Siblings that follow each other.
#[derive(Debug, Serialize)]
pub(crate) struct Run {
    first: TileRef,
    last: TileRef,
}

pub(crate) async fn picture(server: &Server, params: CanvasParams) -> Result<Value> {
    let uri = params.text_document.uri.clone();
    server
        .ask(&uri, params, |view, params| {
            let found = canvas(&view.workspace, view.file, &params.journey, &params.options);
            json(&found.map(|it| it.map(|span| view.range(span))))
        })
        .await
}

pub(crate) async fn settings(server: &Server, params: TileParams) -> Result<Value> {
    let uri = params.text_document.uri.clone();
    server
        .ask(&uri, params, |view, params| {
            let found = form(&view.workspace, view.file, &params.tile);
            json(&found.map(|it| it.map(|span| view.range(span))))
        })
        .await
}

pub(crate) async fn place(server: &Server, params: TileParams) -> Result<Option<Range>> {
    let uri = params.text_document.uri.clone();
    server
        .ask(&uri, params, |view, params| {
            let found = range_of(&view.workspace, view.file, &params.tile);
            Ok(found.map(|place| view.range_in(place)))
        })
        .await
}

pub(crate) async fn tile(
    server: &Server,
    params: TextDocumentPositionParams,
) -> Result<Option<TileRef>> {
    let uri = params.text_document.uri.clone();
    server
        .ask(&uri, params, |view, params| Ok(tile_at(&view.workspace, view.at(params.position))))
        .await
}

pub(crate) async fn run(server: &Server, params: RunParams) -> Result<Option<Run>> {
    let uri = params.text_document.uri.clone();
    server
        .ask(&uri, params, |view, params| {
            let found = run_at(&view.workspace, view.within(params.range));
            Ok(found.map(|(first, last)| Run { first, last }))
        })
        .await
}

/// What does something to a journey.
#[derive(Debug, Serialize)]
pub(crate) struct Done {
    /// Edits of the document, to be made as one.
    edits: Vec<TextEdit>,
    /// The tile to select then.
    select: Option<TileRef>,
    /// What undoes it; nothing where only the editor can.
    back: Vec<Op>,
}

pub(crate) async fn change(server: &Server, params: EditParams) -> Result<Done> {
    let key = Key::of(&params.text_document.uri);
    let unknown = failed(&format!("{} is not open, and in no workspace", key.shown()));
    server.ask_or(Err(unknown), Subject::Document(key), params, done).await
}

fn done(view: &View, params: &EditParams) -> Result<Done> {
    let version = view.table.get(view.file).and_then(|entry| entry.version);
    // Keys and places of another version may be those of other tiles by now.
    if version != Some(params.version) {
        return Err(content_modified());
    }
    let change =
        edit(&view.workspace, view.file, &params.journey, &params.op).map_err(|refusal| {
            let mut error = failed(&refusal);
            error.data = serde_json::to_value(&refusal).ok();
            error
        })?;
    let edits = view.text_edits(&change.edits);
    Ok(Done { edits, select: change.select, back: change.back })
}

fn json(found: &impl Serialize) -> Result<Value> {
    serde_json::to_value(found).map_err(|_| mistake())
}
