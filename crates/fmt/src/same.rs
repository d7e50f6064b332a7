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
            (Some(a), Some(b)) if alike(a, b) => {}
            (a, b) => {
                let shown = |piece: Option<Piece<'_>>| match piece {
                    Some((kind, _, "")) => {
                        kind.spelling().or(kind.rule()).unwrap_or("an error").to_owned()
                    }
                    Some((_, _, text)) => format!("`{text}`"),
                    None => "the end".to_owned(),
                };
                return Some(format!("{} became {}", shown(a), shown(b)));
            }
        }
    }
    if left.has_long_texts && long_texts(before) != long_texts(after) {
        return Some("a text of several lines became another".to_owned());
    }
    // Comments in a text stay in it, while those before it may go behind it.
    let differ = |left: &[&str], right: &[&str]| {
        let first = left.iter().zip(right).position(|(a, b)| a != b);
        let first = first.or((left.len() != right.len()).then_some(left.len().min(right.len())))?;
        let comment = left.get(first).or(right.get(first)).copied().unwrap_or_default();
        Some(format!("the comment `{comment}` moved, or is lost, or new"))
    };
    differ(&left.comments, &right.comments).or_else(|| differ(&left.in_texts, &right.in_texts))
}

/// Most texts are a few bytes long, too few to be worth a call of `memcmp`.
fn alike(a: Piece<'_>, b: Piece<'_>) -> bool {
    let same_text = a.2.len() == b.2.len() && a.2.bytes().zip(b.2.bytes()).all(|(a, b)| a == b);
    a.0 == b.0 && a.1 == b.1 && same_text
}

/// What the texts of several lines say.
fn long_texts(tree: &Tree) -> Vec<String> {
    let mut found = Vec::new();
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

/// The entries of a tape that matter, and the comments passed on the way.
struct Pieces<'t> {
    tree: &'t Tree,
    at: usize,
    offset: usize,
    /// How many entries that matter there were before each of those passed.
    counts: Vec<u32>,
    count: u32,
    /// How many texts there are around this place.
    texts: u32,
    comments: Vec<&'t str>,
    in_texts: Vec<&'t str>,
    has_long_texts: bool,
}

impl<'t> Pieces<'t> {
    fn new(tree: &'t Tree) -> Pieces<'t> {
        Pieces {
            tree,
            at: 0,
            offset: 0,
            counts: Vec::with_capacity(tree.tape().len()),
            count: 0,
            texts: 0,
            comments: Vec::new(),
            in_texts: Vec::new(),
            has_long_texts: false,
        }
    }

    /// Whether the comma that was just read is the last thing before a bracket.
    fn is_last_comma(&self) -> bool {
        let rest = self.tree.tape().get(self.at..).unwrap_or_default();
        let mut kinds = rest.iter().map(|entry| entry.kind);
        let next = kinds.find(|kind| kind.is_token() && !kind.is_trivia());
        matches!(next, Some(R_PAREN | R_BRACKET | R_BRACE | L_BRACE))
    }

    /// What a token reads, as far as it is not settled by its kind.
    fn read(&mut self, kind: SyntaxKind, text: &'t str) -> &'t str {
        match kind {
            INTERP_OPEN => self.texts += 1,
            INTERP_CLOSE => self.texts = self.texts.saturating_sub(1),
            DOC => return text.trim_end(),
            // What it says is compared, not how it is indented.
            LONG_CHUNK => {
                self.has_long_texts = true;
                return "";
            }
            _ => {}
        }
        // The kinds behind this one are spelled in one way only.
        if kind > DOC { "" } else { text }
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
                let first = self.at.saturating_sub(entry.size() as usize);
                let before = self.counts.get(first).copied().unwrap_or(0);
                self.count += 1;
                return Some((entry.kind, self.count - before, ""));
            }
            let start = self.offset;
            self.offset += entry.len() as usize;
            if entry.kind == WHITESPACE || (entry.kind == COMMA && self.is_last_comma()) {
                continue;
            }
            let text = self.tree.text().get(start..self.offset).unwrap_or_default();
            if entry.kind == COMMENT {
                let comments = if self.texts > 0 { &mut self.in_texts } else { &mut self.comments };
                comments.push(text.trim_end());
                continue;
            }
            self.count += 1;
            return Some((entry.kind, 1, self.read(entry.kind, text)));
        }
    }
}
