//! Help while writing: what can be written, what something is, what is wanted where.

use journey_ide::{CompletionKind, InlayKind, completions, inlay_hints, signature_help};
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::*;

use crate::view::View;

/// After these characters something can be written that could not before.
pub(crate) const TRIGGERS: &[&str] = &[".", "@", "\"", "(", ":", "{", " "];

/// What can be written at a place.
pub(crate) fn completion(
    view: &View,
    params: &CompletionParams,
) -> Result<Option<CompletionResponse>> {
    let at = view.at(params.text_document_position.position);
    let found = completions(&view.workspace, at);
    let range = view.range(found.replace);
    let snippets = view.client.snippets;
    // With a trigger that leads nowhere nothing shall pop up.
    let items = found.items.into_iter().enumerate().map(|(at, item)| {
        let is_snippet = item.snippet && snippets;
        // Who cannot fill in places gets the label, up to the first of them.
        let plain = || item.label.split('…').next().unwrap_or_default().to_owned();
        let text = if item.snippet && !snippets { plain() } else { item.insert };
        CompletionItem {
            kind: Some(kind(item.kind)),
            detail: (!item.detail.is_empty()).then_some(item.detail),
            documentation: markdown(item.documentation).map(Documentation::MarkupContent),
            // Editors sort by this, and keep what does not fit what is typed away by the label.
            sort_text: Some(format!("{at:04}")),
            tags: item.deprecated.then(|| vec![CompletionItemTag::DEPRECATED]),
            insert_text_format: is_snippet.then_some(InsertTextFormat::SNIPPET),
            text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text: text })),
            label: item.label,
            ..CompletionItem::default()
        }
    });
    let items = items.collect();
    Ok(Some(CompletionList { is_incomplete: found.incomplete, items }.into()))
}

fn markdown(text: String) -> Option<MarkupContent> {
    (!text.is_empty()).then_some(MarkupContent { kind: MarkupKind::Markdown, value: text })
}

fn kind(kind: CompletionKind) -> CompletionItemKind {
    use CompletionKind as Of;
    match kind {
        Of::Keyword => CompletionItemKind::KEYWORD,
        Of::Trait | Of::Property => CompletionItemKind::FIELD,
        Of::Event => CompletionItemKind::EVENT,
        Of::Audience => CompletionItemKind::CLASS,
        Of::Destination => CompletionItemKind::MODULE,
        Of::Action | Of::Journey => CompletionItemKind::METHOD,
        Of::Policy => CompletionItemKind::INTERFACE,
        Of::Secret | Of::Constant => CompletionItemKind::CONSTANT,
        Of::Parameter => CompletionItemKind::PROPERTY,
        Of::Local => CompletionItemKind::VARIABLE,
        Of::Function => CompletionItemKind::FUNCTION,
        Of::Type => CompletionItemKind::TYPE_PARAMETER,
        Of::EnumMember => CompletionItemKind::ENUM_MEMBER,
        Of::Label | Of::Outcome => CompletionItemKind::REFERENCE,
        Of::Arm => CompletionItemKind::SNIPPET,
        Of::Value => CompletionItemKind::VALUE,
        Of::Attribute => CompletionItemKind::OPERATOR,
    }
}

/// What is under the cursor.
pub(crate) fn hover(view: &View, params: &HoverParams) -> Result<Option<Hover>> {
    let at = view.at(params.text_document_position_params.position);
    let found = journey_ide::hover(&view.workspace, at, &view.counts);
    Ok(found.map(|found| Hover {
        contents: HoverContents::Markup(MarkupContent {
            kind: match view.client.markdown {
                true => MarkupKind::Markdown,
                false => MarkupKind::PlainText,
            },
            value: found.markdown,
        }),
        range: Some(view.range(found.range)),
    }))
}

/// What is called around the cursor.
pub(crate) fn signature(
    view: &View,
    params: &SignatureHelpParams,
) -> Result<Option<SignatureHelp>> {
    let at = view.at(params.text_document_position_params.position);
    let Some(found) = signature_help(&view.workspace, at) else { return Ok(None) };
    // The protocol counts UTF-16 here, whatever was agreed on.
    let units = |offset: u32| {
        let before = found.label.get(..offset as usize).unwrap_or_default();
        before.chars().map(char::len_utf16).sum::<usize>() as u32
    };
    let parameters = found.parameters.iter().map(|(start, end)| ParameterInformation {
        label: ParameterLabel::LabelOffsets([units(*start), units(*end)]),
        documentation: None,
    });
    let signature = SignatureInformation {
        parameters: Some(parameters.collect()),
        active_parameter: found.active,
        documentation: markdown(found.documentation).map(Documentation::MarkupContent),
        label: found.label,
    };
    let active_parameter = signature.active_parameter;
    Ok(Some(SignatureHelp {
        signatures: vec![signature],
        active_signature: Some(0),
        active_parameter,
    }))
}

/// What nobody wrote and everybody may want to read.
pub(crate) fn inlays(view: &View, params: &InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
    let within = view.within(params.range).range;
    let found = inlay_hints(&view.workspace, view.file, within).into_iter();
    let hint = |inlay: journey_ide::Inlay| InlayHint {
        position: view.position(inlay.offset),
        label: InlayHintLabel::String(inlay.text),
        kind: (inlay.kind == InlayKind::Type).then_some(InlayHintKind::TYPE),
        text_edits: None,
        tooltip: markdown(inlay.tooltip).map(InlayHintTooltip::MarkupContent),
        padding_left: Some(inlay.kind != InlayKind::Type),
        padding_right: None,
        data: None,
    };
    Ok(Some(found.map(hint).collect()))
}
