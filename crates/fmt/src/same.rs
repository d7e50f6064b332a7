//! Whether two trees are the same but for what the canonical form is free to change: blanks, and
//! the comma behind the last part of a list.

use journey_syntax::SyntaxKind::{self, *};
use journey_syntax::Tree;
use journey_syntax::ast::{AstNode, Text};
use journey_syntax::texts::TextPart;

/// An entry that matters: its kind, how many such entries it covers, and what it reads.
type Piece<'t> = (SyntaxKind, u32, &'t str);

/// What the first difference is, in words.
pub(crate) fn difference(before: &Tree, after: &Tree) -> Option<String> {
    let (mut left, mut right) = (Pieces::new(before), Pieces::new(after));
    loop {
        match (left.next(), right.next()) {
            (None, None) => break,
            (a, b) if a == b => {}
            (a, b) => {
                let shown = |piece: Option<Piece<'_>>| match piece {
                    Some((kind, _, "")) => kind.rule().unwrap_or("an error").to_owned(),
                    Some((_, _, text)) => format!("`{text}`"),
                    None => "the end".to_owned(),
                };
                return Some(format!("{} became {}", shown(a), shown(b)));
            }
        }
    }
    if long_texts(before) != long_texts(after) {
        return Some("a text of several lines became another".to_owned());
    }
    // Comments in a text stay in it, while those before it may go behind it.
    comments_differ(before, after, false).or_else(|| comments_differ(before, after, true))
}

/// What the texts of several lines say.
fn long_texts(tree: &Tree) -> Vec<String> {
    let mut found = Vec::new();
    if !tree.tape().iter().any(|entry| entry.kind == LONG_QUOTE) {
        return found;
    }
    let mut open = vec![tree.root()];
    while let Some(node) = open.pop() {
        open.extend(node.elements_rev().filter_map(|element| element.node()));
        let Some(text) = Text::cast(node) else { continue };
        for part in text.parts() {
            if let TextPart::Chunk(chunk) = part
                && chunk.token().kind() == LONG_CHUNK
            {
                found.push(chunk.source().into_owned());
            }
        }
    }
    found
}

fn comments_differ(before: &Tree, after: &Tree, in_texts: bool) -> Option<String> {
    let (mut left, mut right) = (comments(before, in_texts), comments(after, in_texts));
    loop {
        match (left.next(), right.next()) {
            (None, None) => return None,
            (a, b) if a == b => {}
            (Some(lost), _) => return Some(format!("the comment `{lost}` moved or is lost")),
            (None, Some(new)) => return Some(format!("the comment `{new}` is new")),
        }
    }
}

fn comments(tree: &Tree, in_texts: bool) -> impl Iterator<Item = &str> {
    let mut texts = 0_u32;
    tree.tokens().filter_map(move |token| {
        match token.kind() {
            INTERP_OPEN => texts += 1,
            INTERP_CLOSE => texts = texts.saturating_sub(1),
            _ => {}
        }
        let wanted = token.kind() == COMMENT && (texts > 0) == in_texts;
        wanted.then(|| token.text().trim_end())
    })
}

/// The entries of a tape that matter.
struct Pieces<'t> {
    tree: &'t Tree,
    at: usize,
    offset: usize,
    /// How many entries that matter there were before each of those passed.
    counts: Vec<u32>,
    count: u32,
}

impl<'t> Pieces<'t> {
    fn new(tree: &'t Tree) -> Pieces<'t> {
        let counts = Vec::with_capacity(tree.tape().len());
        Pieces { tree, at: 0, offset: 0, counts, count: 0 }
    }

    /// Whether the comma that was just read is the last thing before a bracket.
    fn is_last_comma(&self) -> bool {
        let rest = self.tree.tape().get(self.at..).unwrap_or_default();
        let mut kinds = rest.iter().map(|entry| entry.kind);
        let next = kinds.find(|kind| kind.is_token() && !kind.is_trivia());
        matches!(next, Some(R_PAREN | R_BRACKET | R_BRACE | L_BRACE))
    }
}

impl<'t> Iterator for Pieces<'t> {
    type Item = Piece<'t>;

    fn next(&mut self) -> Option<Piece<'t>> {
        loop {
            let entry = self.tree.tape().get(self.at)?;
            self.counts.push(self.count);
            self.at += 1;
            if !entry.kind.is_token() {
                let first = self.at.saturating_sub(entry.size as usize);
                let before = self.counts.get(first).copied().unwrap_or(0);
                self.count += 1;
                return Some((entry.kind, self.count - before, ""));
            }
            let start = self.offset;
            self.offset += entry.len as usize;
            if entry.kind.is_trivia() || (entry.kind == COMMA && self.is_last_comma()) {
                continue;
            }
            self.count += 1;
            let text = self.tree.text().get(start..self.offset).unwrap_or_default();
            let text = match entry.kind {
                DOC => text.trim_end(),
                // What it says is compared, not how it is indented.
                LONG_CHUNK => "",
                _ => text,
            };
            return Some((entry.kind, 1, text));
        }
    }
}
