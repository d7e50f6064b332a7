//! Where the cursor is, as far as syntax can say it.

use std::sync::Arc;

use journey_base::{FileId, TextRange};
use journey_sema::index::{Definition, Index, Scope};
use journey_sema::{NameKind, Type, Workspace};
use journey_syntax::{AstNode, Parse, SyntaxKind, SyntaxNode, SyntaxToken, Tree, ast};

use super::steps::journey_of;
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
    /// Whether a block does.
    pub(super) braced: bool,
    /// The text with the probe in it, and where that stands.
    pub(super) trial: Parse,
    pub(super) probe: TextRange,
    /// What can stand in an expression here, and what the names around stand for.
    pub(super) scope: Option<Scope>,
    pub(super) index: Index,
    /// The journey that the test around the cursor is about.
    pub(super) tested: Option<Tree>,
    /// The kinds of the nodes around the probe, the innermost last.
    pub(super) kinds: Vec<SyntaxKind>,
    /// The last token before the cursor that is no blank, with its end, and the one before it.
    last: Option<(SyntaxKind, u32)>,
    last_but_one: Option<SyntaxKind>,
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
        let braced = !in_text && rest.trim_start_matches([' ', '\t']).starts_with('{');
        let probe = TextRange::new(replace.start, replace.start + PROBE.len() as u32);
        let mut trial = journey_syntax::parse(&format!("{prefix}{PROBE}{rest}"));
        if !in_text && lost(&trial, probe) {
            // What comes behind the cursor may not belong to it.
            trial = journey_syntax::parse(&format!("{prefix}{PROBE}"));
        }
        let found = workspace.scope(at.file, &trial, probe.start);
        let (scope, index) = found.unwrap_or_default();
        let around = covering(&trial.tree, probe);
        let kinds = around.iter().map(|node| node.kind()).collect();
        let tested = tested(workspace, &around);
        let (last, last_but_one) = last_words(&trial.tree, probe.start);
        Some(Context {
            replace,
            typed,
            prefix,
            in_text,
            called,
            braced,
            trial,
            probe,
            scope,
            index,
            tested,
            kinds,
            last,
            last_but_one,
        })
    }

    /// The nodes around the probe, the innermost last.
    pub(crate) fn around(&self) -> Vec<SyntaxNode<'_>> {
        covering(&self.trial.tree, self.probe)
    }

    /// The last token before the cursor that is no blank.
    pub(super) fn before(&self) -> Option<SyntaxKind> {
        self.last.map(|(kind, _)| kind)
    }

    /// The token before that one.
    pub(super) fn before_last(&self) -> Option<SyntaxKind> {
        self.last_but_one
    }

    /// Whether nothing but blanks stands before the cursor on its line: hardly anybody goes on there
    /// with what stands above it.
    pub(super) fn on_new_line(&self) -> bool {
        self.prefix.trim_end_matches([' ', '\t']).ends_with('\n')
    }

    /// The kind of the destination around the cursor, if it is in one.
    pub(super) fn destination(&self) -> Option<&str> {
        let around = self.around();
        let decl = around.iter().rev().find_map(|node| ast::DestinationDecl::cast(*node))?;
        let kind = decl.destination_kind().and_then(|kind| kind.name());
        Some(kind.map_or("http", |kind| kind.source()))
    }

    /// Where what stands before the cursor ends.
    pub(super) fn before_end(&self) -> u32 {
        self.last.map_or(0, |(_, end)| end)
    }

    /// Whether `expect no` stands before the cursor.
    pub(super) fn denies(&self) -> bool {
        self.last_but_one == Some(SyntaxKind::KW_EXPECT)
            && self.prefix.split_whitespace().next_back() == Some("no")
    }

    /// The types that fit here, the best first.
    pub(super) fn fits(&self) -> &[Type] {
        self.scope.as_ref().map_or(&[], |scope| &scope.fits)
    }

    /// Whether a value of this type fits here.
    pub(super) fn wants(&self, ty: &Type) -> bool {
        self.fits().iter().any(|it| it.required() == *ty)
    }

    /// Whether an operand of an expression stands here.
    pub(super) fn is_operand(&self) -> bool {
        self.kinds.last() == Some(&SyntaxKind::NAME) && self.parent().is_some()
    }

    /// What an operand stands in by itself, where it is one: an argument, an assignment, a clause.
    pub(super) fn parent(&self) -> Option<SyntaxKind> {
        let mut kinds = self.kinds.iter().rev().copied();
        let at = kinds.by_ref().find(|kind| *kind != SyntaxKind::NAME)?;
        if at != SyntaxKind::NAME_EXPR { None } else { kinds.next() }
    }

    /// The declaration around the cursor.
    pub(super) fn declaration(&self) -> Option<SyntaxNode<'_>> {
        self.around().get(1).copied()
    }
}

/// The last token that ends before `at` and is no blank, with its end, and the one before it.
fn last_words(tree: &Tree, at: u32) -> (Option<(SyntaxKind, u32)>, Option<SyntaxKind>) {
    let tokens = tree.tokens().take_while(|token| token.range().end <= at);
    let (mut last, mut before) = (None, None);
    for token in tokens.filter(|token| !token.kind().is_trivia()) {
        (before, last) = (last, Some((token.kind(), token.range().end)));
    }
    (last, before.map(|(kind, _)| kind))
}

/// The declaration of the journey that a test is about.
fn tested(workspace: &Workspace, around: &[SyntaxNode<'_>]) -> Option<Tree> {
    let name = journey_of(around)?.source().into();
    let journey = Definition::Name(NameKind::Journey, name);
    workspace.declaration_of(&journey, FileId(0)).map(|(tree, _)| tree)
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
