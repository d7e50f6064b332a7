//! What stands above declarations, and which journeys start which.

use journey_ide::{Call, CallItem, FileRange, Lens, LensKind, code_lenses, resolve_lens};
use serde_json::{Value, json};
use tower_lsp_server::jsonrpc::{Error, Result};
use tower_lsp_server::ls_types::*;

use crate::reads::content_modified;
use crate::view::View;

/// Runs a test: `[uri, title]`, the title as it reads. It is the client's to do, by `journeyc test`.
const RUN_TEST: &str = "journey.runTest";

/// Shows places: `[uri, position, locations]`. It is the client's to do.
const SHOW_PLACES: &str = "journey.showReferences";

/// The lenses of a document. What they say is asked for when they are seen.
pub(crate) fn lenses(view: &View, _: &CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
    let Some(uri) = view.uri(view.file) else { return Ok(None) };
    let found = code_lenses(&view.workspace, view.file, &view.counts).into_iter();
    let version = version(view);
    let lens = |lens: Lens| CodeLens {
        range: view.range(lens.range),
        command: None,
        data: Some(json!({ "uri": uri, "version": version, "kind": name(lens.kind) })),
    };
    Ok(Some(found.map(lens).collect()))
}

/// The version of the document, of which lenses say where they stand; `null` where none is open.
fn version(view: &View) -> Value {
    json!(view.table.get(view.file).and_then(|entry| entry.version))
}

/// The document of a lens.
pub(crate) fn document(lens: &CodeLens) -> Result<Uri> {
    let uri = lens.data.as_ref().and_then(|data| data.get("uri")).and_then(Value::as_str);
    let uri = uri.and_then(|uri| uri.parse().ok());
    uri.ok_or_else(|| Error::invalid_params("this lens is not of this server"))
}

/// What a lens says and does.
pub(crate) fn resolve(view: &View, lens: &CodeLens) -> Result<CodeLens> {
    let data = lens.data.as_ref().and_then(|data| data.get("kind")).and_then(Value::as_str);
    let kinds = [LensKind::RunTest, LensKind::Journey, LensKind::Members, LensKind::Uses];
    let Some(kind) = kinds.into_iter().find(|kind| data == Some(name(*kind))) else {
        return Err(Error::invalid_params("this lens is not of this server"));
    };
    // Where it stood is something else by now.
    if lens.data.as_ref().and_then(|data| data.get("version")) != Some(&version(view)) {
        return Err(content_modified());
    }
    let range = view.within(lens.range).range;
    let found = resolve_lens(&view.workspace, view.file, Lens { range, kind }, &view.counts);
    let uri = view.uri(view.file);
    let mut title = found.title;
    let (command, arguments) = match kind {
        LensKind::RunTest => {
            title = result(view, range.start).unwrap_or(title);
            (RUN_TEST, vec![json!(uri), json!(found.test.unwrap_or_default())])
        }
        LensKind::Members => ("", Vec::new()),
        LensKind::Journey | LensKind::Uses if found.places.is_empty() => ("", Vec::new()),
        LensKind::Journey | LensKind::Uses => {
            let places: Vec<Location> =
                found.places.iter().filter_map(|place| view.location(*place)).collect();
            (SHOW_PLACES, vec![json!(uri), json!(lens.range.start), json!(places)])
        }
    };
    let command = Command {
        title,
        command: command.to_owned(),
        arguments: (!arguments.is_empty()).then_some(arguments),
    };
    Ok(CodeLens { command: Some(command), ..lens.clone() })
}

/// Longer than this a title is cut off.
const LONGEST: usize = 120;

/// What comes of the test at a place. Running one is nothing but computing: it has a clock and a
/// customer of its own, and nothing is sent. So whoever sees the lens sees the result. Nothing
/// where it cannot run, which is said by what was found in the file.
fn result(view: &View, offset: u32) -> Option<String> {
    let outcome = journey_testing::run_at(&view.workspace, view.file, offset).ok()?;
    let mark = if outcome.failure.is_none() { '✓' } else { '✗' };
    let line = format!("{mark} {}", outcome.headline());
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => Some(format!("{}…", line.get(..end)?)),
        None => Some(line),
    }
}

fn name(kind: LensKind) -> &'static str {
    match kind {
        LensKind::RunTest => "test",
        LensKind::Journey => "journey",
        LensKind::Members => "members",
        LensKind::Uses => "uses",
    }
}

/// The journey at a place.
pub(crate) fn prepare_calls(
    view: &View,
    params: &CallHierarchyPrepareParams,
) -> Result<Option<Vec<CallHierarchyItem>>> {
    let at = view.at(params.text_document_position_params.position);
    let found = journey_ide::call_item(&view.workspace, at);
    Ok(found.and_then(|found| item(view, &found)).map(|item| vec![item]))
}

/// The journeys that start one.
pub(crate) fn incoming(
    view: &View,
    params: &CallHierarchyIncomingCallsParams,
) -> Result<Option<Vec<CallHierarchyIncomingCall>>> {
    let found = journey_ide::incoming_calls(&view.workspace, &params.item.name).into_iter();
    let call = |call: Call| {
        let file = call.item.place.file;
        let from_ranges = ranges(view, &call, file);
        Some(CallHierarchyIncomingCall { from: item(view, &call.item)?, from_ranges })
    };
    Ok(Some(found.filter_map(call).collect()))
}

/// The journeys that one starts.
pub(crate) fn outgoing(
    view: &View,
    params: &CallHierarchyOutgoingCallsParams,
) -> Result<Option<Vec<CallHierarchyOutgoingCall>>> {
    let found = journey_ide::outgoing_calls(&view.workspace, &params.item.name).into_iter();
    let call = |call: Call| {
        let from_ranges = ranges(view, &call, view.file);
        Some(CallHierarchyOutgoingCall { to: item(view, &call.item)?, from_ranges })
    };
    Ok(Some(found.filter_map(call).collect()))
}

fn ranges(view: &View, call: &Call, file: journey_base::FileId) -> Vec<Range> {
    call.ranges.iter().map(|range| view.range_in(FileRange { file, range: *range })).collect()
}

fn item(view: &View, found: &CallItem) -> Option<CallHierarchyItem> {
    let selection = FileRange { file: found.place.file, range: found.selection };
    Some(CallHierarchyItem {
        name: found.name.clone(),
        kind: SymbolKind::NAMESPACE,
        tags: None,
        detail: None,
        uri: view.uri(found.place.file)?,
        range: view.range_in(found.place),
        selection_range: view.range_in(selection),
        data: None,
    })
}
