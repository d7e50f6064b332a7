//! Colours that depend on what a word is.

use journey_ide::{SemanticToken as Found, TokenKind, semantic_tokens};
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::*;

use crate::kept::{Kept, Tokens};
use crate::uris::Key;
use crate::view::View;

/// What the numbers of the tokens mean.
pub(crate) fn options() -> SemanticTokensOptions {
    let modifiers = [
        SemanticTokenModifier::DECLARATION,
        SemanticTokenModifier::READONLY,
        SemanticTokenModifier::DEPRECATED,
        SemanticTokenModifier::DEFAULT_LIBRARY,
        SemanticTokenModifier::DOCUMENTATION,
    ];
    SemanticTokensOptions {
        legend: SemanticTokensLegend {
            token_types: TokenKind::ALL.iter().map(|kind| named(*kind)).collect(),
            token_modifiers: modifiers.to_vec(),
        },
        range: Some(true),
        full: Some(SemanticTokensFullOptions::Delta { delta: Some(true) }),
        ..SemanticTokensOptions::default()
    }
}

/// All tokens of a document.
pub(crate) fn whole(
    view: &View,
    params: &SemanticTokensParams,
    kept: &Kept,
) -> Result<Option<SemanticTokensResult>> {
    let (data, result_id) = told(view, &params.text_document.uri, None, kept);
    let (data, result_id) = (data.to_vec(), Some(result_id));
    Ok(Some(SemanticTokensResult::Tokens(SemanticTokens { result_id, data })))
}

/// What differs from the answer that the client has; everything where that is not known any more.
pub(crate) fn difference(
    view: &View,
    params: &SemanticTokensDeltaParams,
    kept: &Kept,
) -> Result<Option<SemanticTokensFullDeltaResult>> {
    let uri = &params.text_document.uri;
    let before = kept.find(&Key::of(uri), &params.previous_result_id);
    let base = before.is_some().then_some(params.previous_result_id.as_str());
    let (data, result_id) = told(view, uri, base, kept);
    let result_id = Some(result_id);
    Ok(Some(match before {
        Some(before) => {
            let edits = edits(&before, &data);
            SemanticTokensFullDeltaResult::TokensDelta(SemanticTokensDelta { result_id, edits })
        }
        None => {
            let data = data.to_vec();
            SemanticTokensFullDeltaResult::Tokens(SemanticTokens { result_id, data })
        }
    }))
}

/// All tokens, and the name under which they are kept.
fn told(view: &View, uri: &Uri, base: Option<&str>, kept: &Kept) -> (Tokens, String) {
    let found = semantic_tokens(&view.workspace, view.file, None);
    let tokens: Tokens = encoded(view, &found).into();
    (tokens.clone(), kept.keep(&Key::of(uri), base, tokens))
}

/// The protocol counts numbers, of which each token has five.
const NUMBERS: usize = 5;

/// What makes the tokens of after of those of before. Places are relative, so that an edit of the
/// text changes few tokens in one spot, and one edit says it.
fn edits(before: &[SemanticToken], after: &[SemanticToken]) -> Vec<SemanticTokensEdit> {
    let start = before.iter().zip(after).take_while(|(before, after)| before == after).count();
    let (before, after) =
        (before.get(start..).unwrap_or_default(), after.get(start..).unwrap_or_default());
    let ends = before.iter().rev().zip(after.iter().rev());
    let end = ends.take_while(|(before, after)| before == after).count();
    let comes = after.get(..after.len() - end).unwrap_or_default();
    let gone = before.len() - end;
    if gone == 0 && comes.is_empty() {
        return Vec::new();
    }
    vec![SemanticTokensEdit {
        start: (start * NUMBERS) as u32,
        delete_count: (gone * NUMBERS) as u32,
        data: (!comes.is_empty()).then(|| comes.to_vec()),
    }]
}

/// Those of a part of it.
pub(crate) fn part(
    view: &View,
    params: &SemanticTokensRangeParams,
) -> Result<Option<SemanticTokensRangeResult>> {
    let within = view.within(params.range).range;
    let found = semantic_tokens(&view.workspace, view.file, Some(within));
    let data = encoded(view, &found);
    Ok(Some(SemanticTokensRangeResult::Tokens(SemanticTokens { result_id: None, data })))
}

/// Each place is given by its distance from the one before.
fn encoded(view: &View, found: &[Found]) -> Vec<SemanticToken> {
    let mut last = Position::default();
    let token = |token: &Found| {
        let range = view.range(token.range);
        let delta_line = range.start.line - last.line;
        let before = if delta_line == 0 { last.character } else { 0 };
        last = range.start;
        SemanticToken {
            delta_line,
            delta_start: range.start.character - before,
            length: range.end.character.saturating_sub(range.start.character),
            token_type: token.kind as u32,
            token_modifiers_bitset: bits(token),
        }
    };
    found.iter().map(token).collect()
}

fn bits(token: &Found) -> u32 {
    let set = &token.modifiers;
    let all = [set.declaration, set.readonly, set.deprecated, set.built_in, set.documentation];
    all.iter().zip(0..).map(|(set, bit)| u32::from(*set) << bit).sum()
}

/// The name that editors have colours for; a thing of Journey alone has that of the nearest.
fn named(kind: TokenKind) -> SemanticTokenType {
    match kind {
        TokenKind::Comment => SemanticTokenType::COMMENT,
        TokenKind::Keyword => SemanticTokenType::KEYWORD,
        TokenKind::Operator => SemanticTokenType::OPERATOR,
        TokenKind::Text => SemanticTokenType::STRING,
        TokenKind::Escape => SemanticTokenType::new("escapeSequence"),
        TokenKind::Number => SemanticTokenType::NUMBER,
        TokenKind::Time => SemanticTokenType::new("time"),
        TokenKind::Literal => SemanticTokenType::new("literal"),
        TokenKind::Builtin => SemanticTokenType::new("builtin"),
        TokenKind::Type => SemanticTokenType::TYPE,
        TokenKind::EnumMember => SemanticTokenType::ENUM_MEMBER,
        TokenKind::Trait => SemanticTokenType::new("trait"),
        TokenKind::Event => SemanticTokenType::EVENT,
        TokenKind::Property => SemanticTokenType::PROPERTY,
        TokenKind::Audience => SemanticTokenType::new("audience"),
        TokenKind::Constant => SemanticTokenType::new("constant"),
        TokenKind::Policy => SemanticTokenType::new("policy"),
        TokenKind::Destination => SemanticTokenType::NAMESPACE,
        TokenKind::Action => SemanticTokenType::METHOD,
        TokenKind::Setting => SemanticTokenType::new("setting"),
        TokenKind::Secret => SemanticTokenType::new("secret"),
        TokenKind::Parameter => SemanticTokenType::PARAMETER,
        TokenKind::Journey => SemanticTokenType::CLASS,
        TokenKind::Label => SemanticTokenType::new("label"),
        TokenKind::Binding => SemanticTokenType::VARIABLE,
        TokenKind::Outcome => SemanticTokenType::new("outcome"),
        TokenKind::Split => SemanticTokenType::new("split"),
        TokenKind::Function => SemanticTokenType::FUNCTION,
        TokenKind::Attribute => SemanticTokenType::DECORATOR,
    }
}
