//! The lossless tree: a text and a tape of entries in postorder.
//!
//! Each entry is a token or a node and says how many bytes of text and how many entries it
//! covers, itself included; children stand before their parent. No entry knows its place in the
//! text, so the entries of a subtree are a slice that means the same wherever it stands: a
//! declaration can be cut out as a tree of its own, and two such trees are equal exactly if
//! the declarations are spelled the same. Postorder also lets the parser wrap what it has
//! already written into a new parent, which is what an expression ladder needs.

use std::fmt::Write;
use std::sync::Arc;

use journey_base::TextRange;

use crate::{SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken};

/// An entry of the tape, in eight bytes: most of what a workspace takes are tapes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TapeNode {
    /// What it is.
    pub kind: SyntaxKind,
    /// Two numbers of 24 bits, in two parts as it fits beside the kind: the lower bits of the
    /// length, then its upper ones below the size.
    low: u16,
    high: u32,
}

/// Longest text that is parsed, in bytes: 2 MiB, of which a tree has room for all that can be in
/// it. Sources are at most half as long; formatted they may be longer.
pub const MAX_TEXT: usize = 1 << (TapeNode::BITS - 3);

impl TapeNode {
    /// Bits of a length and of a size.
    const BITS: u32 = 24;

    /// An entry that covers `len` bytes and `size` entries, itself included.
    pub(crate) const fn new(kind: SyntaxKind, len: u32, size: u32) -> TapeNode {
        debug_assert!(len >> Self::BITS == 0 && size >> Self::BITS == 0);
        TapeNode { kind, low: len as u16, high: size << (32 - Self::BITS) | len >> 16 }
    }

    /// Bytes of text it covers.
    pub const fn len(self) -> u32 {
        (self.high & ((1 << (32 - Self::BITS)) - 1)) << 16 | self.low as u32
    }

    /// Whether it covers no text. Only an empty file does.
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Entries it covers, itself included; 1 for a token.
    pub const fn size(self) -> u32 {
        self.high >> (32 - Self::BITS)
    }
}

impl std::fmt::Debug for TapeNode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} of {} bytes, {} entries", self.kind, self.len(), self.size())
    }
}

/// A text and its syntax. Cheap to clone; equal if text and syntax are.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Tree {
    text: Arc<str>,
    tape: Arc<Vec<TapeNode>>,
}

/// A node's place in its tree, to find it again in an equal tree without holding a borrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SyntaxPtr {
    pub(crate) index: u32,
    pub(crate) start: u32,
}

impl Tree {
    /// The tape must be complete: its last entry covers all others and the whole text.
    pub(crate) fn new(text: Arc<str>, tape: Vec<TapeNode>) -> Tree {
        Tree { text, tape: Arc::new(tape) }
    }

    /// The text, every byte of it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The entries in postorder.
    pub fn tape(&self) -> &[TapeNode] {
        &self.tape
    }

    /// The node that covers everything: a `FILE`, or the node a subtree was made of.
    pub fn root(&self) -> SyntaxNode<'_> {
        SyntaxNode::new(self, (self.tape.len() as u32).saturating_sub(1), 0)
    }

    /// The node that `ptr` was made of, in this tree or one equal to it.
    pub fn resolve(&self, ptr: SyntaxPtr) -> Option<SyntaxNode<'_>> {
        let entry = self.tape.get(ptr.index as usize)?;
        (!entry.kind.is_token()).then(|| SyntaxNode::new(self, ptr.index, ptr.start))
    }

    /// A copy of `node` as a tree of its own, whose offsets begin at 0. Trees made of the same
    /// declaration before and after an edit elsewhere in the file are equal.
    pub fn subtree(node: SyntaxNode<'_>) -> Tree {
        let (tape, text) = node.slices();
        Tree::new(Arc::from(text), tape.to_vec())
    }

    /// All tokens from first to last, blanks and comments included.
    pub fn tokens(&self) -> impl Iterator<Item = SyntaxToken<'_>> {
        self.root().leaves()
    }

    /// The tree as indented lines, for tests and for people who look into the parser.
    pub fn dump(&self) -> String {
        let mut out = String::new();
        let mut open = vec![(0usize, SyntaxElement::Node(self.root()))];
        while let Some((depth, element)) = open.pop() {
            let range = element.range();
            let _ = write!(out, "{:indent$}{:?}@{range:?}", "", element.kind(), indent = depth * 2);
            match element {
                SyntaxElement::Token(token) => {
                    let _ = writeln!(out, " {:?}", token.text());
                }
                SyntaxElement::Node(node) => {
                    out.push('\n');
                    // Backwards, so that the first child is on top of the stack.
                    let children = node.elements_rev();
                    open.extend(children.map(|child| (depth + 1, child)));
                }
            }
        }
        out
    }

    /// Checks what every tree promises: sizes and lengths add up, tokens are leaves, nodes begin
    /// and end at tokens that mean something. Says what is wrong; for tests.
    pub fn validate(&self) -> Result<(), String> {
        // The complete subtrees so far: size, length, and whether a blank begins and ends each.
        let mut open: Vec<(u32, u32, bool, bool)> = Vec::new();
        for (index, entry) in self.tape.iter().enumerate() {
            let wrong = |what: &str| Err(format!("entry {index}, {entry:?}: {what}"));
            let (mut size, mut len, token) = (1, 0, entry.kind.is_token());
            let (mut begins, mut ends) = (entry.kind.is_trivia(), entry.kind.is_trivia());
            if token {
                len = entry.len();
            }
            while size < entry.size() {
                let Some((child_size, child_len, blank, end)) = open.pop() else {
                    return wrong("covers more than there is");
                };
                begins = blank;
                if size == 1 {
                    ends = end;
                }
                size += child_size;
                len += child_len;
            }
            if (size, len) != (entry.size(), entry.len()) || (token && size > 1) {
                return wrong("size and length do not add up");
            }
            if len == 0 && entry.kind != SyntaxKind::FILE {
                return wrong("is empty");
            }
            if (begins || ends) && !token && entry.kind != SyntaxKind::FILE {
                return wrong("begins or ends with a blank");
            }
            open.push((size, len, begins, ends));
        }
        match open.as_slice() {
            [(size, len, ..)] if *size as usize == self.tape.len() => {
                let whole = *len as usize == self.text.len();
                if whole { Ok(()) } else { Err("the text is not covered".to_owned()) }
            }
            _ => Err("the last entry does not cover everything".to_owned()),
        }
    }
}

impl std::fmt::Debug for Tree {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.dump())
    }
}

/// The range of `len` bytes from `start`.
pub(crate) fn range(start: u32, len: u32) -> TextRange {
    TextRange::new(start, start + len)
}
