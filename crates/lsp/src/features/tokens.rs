//! Colours that depend on what a word is.

use journey_ide::{SemanticToken as Found, TokenKind, semantic_tokens};
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::*;

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
        full: Some(SemanticTokensFullOptions::Bool(true)),
        ..SemanticTokensOptions::default()
    }
}

/// All tokens of a document.
pub(crate) fn whole(view: &View, _: &SemanticTokensParams) -> Result<Option<SemanticTokensResult>> {
    let found = semantic_tokens(&view.workspace, view.file, None);
    let data = encoded(view, &found);
    Ok(Some(SemanticTokensResult::Tokens(SemanticTokens { result_id: None, data })))
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
