//! What a file looks like: folds, outline, selections, links; and where in the workspace something
//! is.

use journey_base::TextRange;
use journey_ide::{
    FoldingKind, Symbol, document_links, document_symbols, folding_ranges, selection_ranges,
    workspace_symbols,
};
use tower_lsp_server::jsonrpc::{Error, Result};
use tower_lsp_server::ls_types::*;

use crate::view::View;

/// So many declarations are found at most.
const MAX_FOUND: usize = 256;

/// What can be folded away.
pub(crate) fn folding(view: &View, _: &FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
    let folds = folding_ranges(&view.workspace, view.file).into_iter().map(|fold| {
        let range = view.range(fold.range);
        let is_block = fold.kind == FoldingKind::Block;
        // The line with the closing sign stays.
        let end = range.end.line.saturating_sub(u32::from(is_block && view.client.whole_lines));
        let columns = !view.client.whole_lines;
        FoldingRange {
            start_line: range.start.line,
            start_character: columns.then_some(range.start.character + u32::from(is_block)),
            end_line: end,
            end_character: columns.then_some(range.end.character - u32::from(is_block)),
            kind: Some(if is_block { FoldingRangeKind::Region } else { FoldingRangeKind::Comment }),
            collapsed_text: None,
        }
    });
    Ok(Some(folds.filter(|fold| fold.end_line > fold.start_line).collect()))
}

/// The outline.
pub(crate) fn symbols(
    view: &View,
    params: &DocumentSymbolParams,
) -> Result<Option<DocumentSymbolResponse>> {
    let found = document_symbols(&view.workspace, view.file);
    if view.client.outlines {
        let tree = found.iter().map(|symbol| nested(view, symbol)).collect();
        return Ok(Some(DocumentSymbolResponse::Nested(tree)));
    }
    let mut flat = Vec::new();
    flatten(view, &found, None, &params.text_document.uri, &mut flat);
    Ok(Some(DocumentSymbolResponse::Flat(flat)))
}

#[allow(deprecated)]
fn nested(view: &View, symbol: &Symbol) -> DocumentSymbol {
    DocumentSymbol {
        name: symbol.name.clone(),
        detail: (!symbol.detail.is_empty()).then(|| symbol.detail.clone()),
        kind: kind(symbol.kind),
        tags: symbol.deprecated.then(|| vec![SymbolTag::DEPRECATED]),
        deprecated: None,
        range: view.range(symbol.range),
        selection_range: view.range(symbol.selection),
        children: Some(symbol.children.iter().map(|child| nested(view, child)).collect()),
    }
}

#[allow(deprecated)]
fn flatten(
    view: &View,
    symbols: &[Symbol],
    parent: Option<&str>,
    uri: &Uri,
    flat: &mut Vec<SymbolInformation>,
) {
    for symbol in symbols {
        flat.push(SymbolInformation {
            name: symbol.name.clone(),
            kind: kind(symbol.kind),
            tags: symbol.deprecated.then(|| vec![SymbolTag::DEPRECATED]),
            deprecated: None,
            location: Location { uri: uri.clone(), range: view.range(symbol.range) },
            container_name: parent.map(str::to_owned),
        });
        flatten(view, &symbol.children, Some(&symbol.name), uri, flat);
    }
}

/// Declarations anywhere.
#[allow(deprecated)]
pub(crate) fn found(
    views: &[View],
    params: &WorkspaceSymbolParams,
) -> Result<Option<WorkspaceSymbolResponse>> {
    let mut all = Vec::new();
    for view in views {
        for symbol in workspace_symbols(&view.workspace, &params.query, MAX_FOUND) {
            let Some(location) = view.location(symbol.place) else { continue };
            all.push(SymbolInformation {
                name: symbol.name,
                kind: kind(symbol.kind),
                tags: None,
                deprecated: None,
                location,
                container_name: (!symbol.title.is_empty()).then_some(symbol.title),
            });
        }
    }
    Ok(Some(WorkspaceSymbolResponse::Flat(all)))
}

/// Selections are asked for at one place, or at one for each cursor.
const MAX_PLACES: usize = 1_000;

/// What is around places, from the inside out.
pub(crate) fn selections(
    view: &View,
    params: &SelectionRangeParams,
) -> Result<Option<Vec<SelectionRange>>> {
    if params.positions.len() > MAX_PLACES {
        return Err(Error::invalid_params(format!("at most {MAX_PLACES} places at once")));
    }
    let chain = |position: &Position| {
        let ranges = selection_ranges(&view.workspace, view.at(*position));
        // The protocol wants an answer for each place.
        let empty = SelectionRange { range: Range::new(*position, *position), parent: None };
        chain(view, &ranges).unwrap_or(empty)
    };
    Ok(Some(params.positions.iter().map(chain).collect()))
}

fn chain(view: &View, ranges: &[TextRange]) -> Option<SelectionRange> {
    let outer = ranges.iter().rev();
    outer.fold(None, |parent, range| {
        Some(SelectionRange { range: view.range(*range), parent: parent.map(Box::new) })
    })
}

/// Links to the web.
pub(crate) fn links(view: &View, _: &DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>> {
    let links = document_links(&view.workspace, view.file).into_iter();
    let links = links.filter_map(|link| {
        let target = Some(link.target.parse().ok()?);
        Some(DocumentLink { range: view.range(link.range), target, tooltip: None, data: None })
    });
    Ok(Some(links.collect()))
}

fn kind(kind: journey_ide::SymbolKind) -> SymbolKind {
    use journey_ide::SymbolKind as Of;
    match kind {
        Of::Customer => SymbolKind::CLASS,
        Of::Trait | Of::Setting => SymbolKind::PROPERTY,
        Of::Event => SymbolKind::EVENT,
        Of::Property | Of::Field => SymbolKind::FIELD,
        Of::Audience => SymbolKind::ARRAY,
        Of::Constant | Of::Secret => SymbolKind::CONSTANT,
        Of::Policy => SymbolKind::INTERFACE,
        Of::Rule | Of::Clause => SymbolKind::KEY,
        Of::Destination => SymbolKind::MODULE,
        Of::Action => SymbolKind::FUNCTION,
        Of::Journey => SymbolKind::NAMESPACE,
        Of::Parameter => SymbolKind::VARIABLE,
        Of::Tile => SymbolKind::STRUCT,
        Of::Arm => SymbolKind::ENUM_MEMBER,
        Of::Test => SymbolKind::METHOD,
    }
}
