//! Where names come from, where they are used, and giving them others.

use journey_ide::FileRange;
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::*;

use crate::features::writing::failed;
use crate::view::View;

/// Where a name is declared.
pub(crate) fn definition(
    view: &View,
    params: &GotoDefinitionParams,
) -> Result<Option<GotoDefinitionResponse>> {
    let at = view.at(params.text_document_position_params.position);
    Ok(places(view, &journey_ide::definition(&view.workspace, at)))
}

/// Where what a name holds is declared.
pub(crate) fn type_definition(
    view: &View,
    params: &GotoDefinitionParams,
) -> Result<Option<GotoDefinitionResponse>> {
    let at = view.at(params.text_document_position_params.position);
    Ok(places(view, &journey_ide::type_definition(&view.workspace, at)))
}

fn places(view: &View, found: &[FileRange]) -> Option<GotoDefinitionResponse> {
    let places: Vec<Location> = found.iter().filter_map(|it| view.location(*it)).collect();
    (!places.is_empty()).then_some(GotoDefinitionResponse::Array(places))
}

/// Where it is used, in every file.
pub(crate) fn references(view: &View, params: &ReferenceParams) -> Result<Option<Vec<Location>>> {
    let at = view.at(params.text_document_position.position);
    let uses = journey_ide::references(&view.workspace, at).into_iter();
    let uses = uses.filter(|it| params.context.include_declaration || !it.declares);
    Ok(Some(uses.filter_map(|it| view.location(it.place)).collect()))
}

/// Where it is used in the document.
pub(crate) fn highlights(
    view: &View,
    params: &DocumentHighlightParams,
) -> Result<Option<Vec<DocumentHighlight>>> {
    let at = view.at(params.text_document_position_params.position);
    let uses = journey_ide::highlights(&view.workspace, at).into_iter();
    let highlight = |(range, declares)| DocumentHighlight {
        range: view.range(range),
        kind: Some(match declares {
            true => DocumentHighlightKind::WRITE,
            false => DocumentHighlightKind::READ,
        }),
    };
    Ok(Some(uses.map(highlight).collect()))
}

/// What would be renamed.
pub(crate) fn prepare_rename(
    view: &View,
    params: &TextDocumentPositionParams,
) -> Result<Option<PrepareRenameResponse>> {
    let found = journey_ide::prepare_rename(&view.workspace, view.at(params.position));
    let range = found.map_err(|error| failed(&error))?;
    Ok(Some(PrepareRenameResponse::Range(view.range(range))))
}

/// What gives it another name.
pub(crate) fn rename(view: &View, params: &RenameParams) -> Result<Option<WorkspaceEdit>> {
    let at = view.at(params.text_document_position.position);
    let edits = journey_ide::rename(&view.workspace, at, &params.new_name);
    Ok(Some(view.workspace_edit(&edits.map_err(|error| failed(&error))?)))
}
