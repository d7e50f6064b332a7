//! Where the cursor is, as far as syntax can say it.

use std::sync::Arc;

use journey_base::TextRange;
use journey_sema::Workspace;
use journey_sema::index::{Index, Scope};
use journey_syntax::{Parse, SyntaxKind, SyntaxNode, SyntaxToken};

use crate::place::{FilePosition, covering, tokens_at};

/// The word that is put in at the cursor: nothing in a workspace is called so.
pub(super) const PROBE: &str = "zz_what_goes_here";

/// The place of a completion.
pub(crate) struct Context {
    /// What a completion replaces, in the text as it is.
    pub(super) replace: TextRange,
    /// What is typed of it so far.
    pub(super) typed: String,
    /// The text up to what is replaced.
    pub(super) prefix: String,
    /// Whether the cursor is in the characters of a text.
    pub(super) in_text: bool,
    /// Whether arguments stand behind the cursor already.
    pub(super) called: bool,
    /// The text with the probe in it, and where that stands.
    pub(super) trial: Parse,
    pub(super) probe: TextRange,
    /// What can stand in an expression here, and what the names around stand for.
    pub(super) scope: Option<Scope>,
    pub(super) index: Index,
}

impl Context {
    /// Nothing in comments and for places that are not in the text.
    pub(crate) fn at(workspace: &Workspace, at: FilePosition, text: &Arc<str>) -> Option<Context> {
        let offset = at.offset as usize;
        let before = text.get(..offset)?;
        let tree = journey_syntax::parse(text).tree;
        let (touching, behind) = tokens_at(&tree, at.offset);
        if let Some(token) = touching {
            let comment = matches!(token.kind(), SyntaxKind::COMMENT | SyntaxKind::DOC);
            // Behind its line end one is over.
            if comment && !before.ends_with('\n') {
                return None;
            }
        }
        let in_text = is_chunk(touching)
            && (is_chunk(behind) || is_quote(behind) || behind.is_none())
            || is_quote(touching) && (is_chunk(behind) || is_quote(behind));
        let word = |it: &u8| it.is_ascii_alphanumeric() || *it == b'_';
        let typed = before.bytes().rev().take_while(word).count();
        let start = match (in_text, touching) {
            // In a text the whole of it up to the cursor is what was typed.
            (true, Some(token)) if is_chunk(Some(token)) => token.range().start as usize,
            (true, _) => offset,
            _ => offset - typed,
        };
        let replace = TextRange::new(start as u32, at.offset);
        let prefix = text.get(..start)?.to_owned();
        let typed = text.get(start..offset)?.to_owned();
        let rest = text.get(offset..)?;
        let rest_word = if in_text { 0 } else { rest.bytes().take_while(word).count() };
        let rest = rest.get(rest_word..)?;
        let called = !in_text && rest.starts_with('(');
        let probe = TextRange::new(replace.start, replace.start + PROBE.len() as u32);
        let mut trial = journey_syntax::parse(&format!("{prefix}{PROBE}{rest}"));
        if !in_text && lost(&trial, probe) {
            // What comes behind the cursor may not belong to it.
            trial = journey_syntax::parse(&format!("{prefix}{PROBE}"));
        }
        let found = workspace.scope(at.file, &trial, probe.start);
        let (scope, index) = found.unwrap_or_default();
        Some(Context { replace, typed, prefix, in_text, called, trial, probe, scope, index })
    }

    /// The nodes around the probe, the innermost last.
    pub(crate) fn around(&self) -> Vec<SyntaxNode<'_>> {
        covering(&self.trial.tree, self.probe)
    }

    /// The last token before the cursor that is no blank.
    pub(super) fn before(&self) -> Option<SyntaxToken<'_>> {
        let tokens = self.trial.tree.tokens();
        tokens
            .take_while(|token| token.range().end <= self.probe.start)
            .filter(|token| !token.kind().is_trivia())
            .last()
    }
}

/// Whether the parser could make nothing of the probe.
fn lost(trial: &Parse, probe: TextRange) -> bool {
    let around = covering(&trial.tree, probe);
    around.iter().any(|node| node.kind() == SyntaxKind::ERROR)
        || around.len() < 3
        || trial.errors.iter().any(|error| error.range == probe)
}

fn is_chunk(token: Option<SyntaxToken<'_>>) -> bool {
    token.is_some_and(|it| matches!(it.kind(), SyntaxKind::TEXT_CHUNK | SyntaxKind::LONG_CHUNK))
}

fn is_quote(token: Option<SyntaxToken<'_>>) -> bool {
    token.is_some_and(|it| matches!(it.kind(), SyntaxKind::TEXT_QUOTE | SyntaxKind::LONG_QUOTE))
}
