//! Cursors into a tree: nodes, tokens and the iterators over them.
//!
//! A cursor is a borrow of the tree, an index into the tape and an offset into the text. In
//! postorder the children of a node are found from the last to the first, each one step from the
//! other, so every walk here goes backwards and remembers what it found.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use journey_base::TextRange;
use smallvec::SmallVec;

use crate::SyntaxKind;
use crate::tree::{SyntaxPtr, TapeNode, Tree, range};

/// A typed view of a node.
pub trait AstNode<'t>: Copy {
    /// Whether a node of this kind can be seen as `Self`.
    fn can_cast(kind: SyntaxKind) -> bool;
    /// The node as `Self`, if its kind fits.
    fn cast(node: SyntaxNode<'t>) -> Option<Self>;
    /// The node itself.
    fn syntax(&self) -> SyntaxNode<'t>;
    /// Where it stands, from its first to its last token.
    fn range(&self) -> TextRange {
        self.syntax().range()
    }
    /// Its text, blanks and comments inside included.
    fn source(&self) -> &'t str {
        self.syntax().text()
    }
}

/// A node of the tree.
#[derive(Clone, Copy)]
pub struct SyntaxNode<'t> {
    tree: &'t Tree,
    index: u32,
    start: u32,
}

/// A token of the tree.
#[derive(Clone, Copy)]
pub struct SyntaxToken<'t> {
    tree: &'t Tree,
    index: u32,
    start: u32,
}

/// A node or a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SyntaxElement<'t> {
    /// A node.
    Node(SyntaxNode<'t>),
    /// A token.
    Token(SyntaxToken<'t>),
}

impl<'t> SyntaxNode<'t> {
    pub(crate) fn new(tree: &'t Tree, index: u32, start: u32) -> Self {
        SyntaxNode { tree, index, start }
    }

    /// What it is.
    pub fn kind(self) -> SyntaxKind {
        entry(self.tree, self.index).kind
    }

    /// Where it stands.
    pub fn range(self) -> TextRange {
        range(self.start, entry(self.tree, self.index).len())
    }

    /// Its text, blanks and comments inside included.
    pub fn text(self) -> &'t str {
        self.range().of(self.tree.text())
    }

    /// The tree it belongs to.
    pub fn tree(self) -> &'t Tree {
        self.tree
    }

    /// Its place in the tree, to find it again with [`Tree::resolve`].
    pub fn ptr(self) -> SyntaxPtr {
        SyntaxPtr { index: self.index, start: self.start }
    }

    /// Its children from first to last, blanks and comments included.
    pub fn elements(self) -> Elements<'t> {
        Elements { tree: self.tree, found: self.walk().map(|(at, start, _)| (at, start)).collect() }
    }

    /// Its children from last to first, blanks and comments included.
    pub fn elements_rev(self) -> impl Iterator<Item = SyntaxElement<'t>> {
        let tree = self.tree;
        self.walk().map(move |(index, start, _)| SyntaxElement::new(tree, index, start))
    }

    /// The first child that can be seen as `N`.
    pub fn child<N: AstNode<'t>>(self) -> Option<N> {
        let found = self.walk().filter(|(_, _, kind)| N::can_cast(*kind)).last();
        found.and_then(|(index, start, _)| N::cast(SyntaxNode::new(self.tree, index, start)))
    }

    /// The children that can be seen as `N`, in order.
    pub fn children<N: AstNode<'t>>(self) -> Children<'t, N> {
        let found = self.walk().filter(|(_, _, kind)| N::can_cast(*kind));
        Children {
            tree: self.tree,
            found: found.map(|(index, start, _)| (index, start)).collect(),
            view: PhantomData,
        }
    }

    /// Its first token of this kind, not counting those of nodes inside.
    pub fn token(self, kind: SyntaxKind) -> Option<SyntaxToken<'t>> {
        let (index, start, _) = self.walk().filter(|(_, _, found)| *found == kind).last()?;
        Some(SyntaxToken { tree: self.tree, index, start })
    }

    /// Its tokens of this kind, in order, not counting those of nodes inside.
    pub fn tokens(self, kind: SyntaxKind) -> Tokens<'t> {
        let found = self.walk().filter(|(_, _, found)| *found == kind);
        Tokens { tree: self.tree, found: found.map(|(index, start, _)| (index, start)).collect() }
    }

    /// All tokens in it, those of nodes inside too, from first to last.
    pub fn leaves(self) -> impl Iterator<Item = SyntaxToken<'t>> {
        let tree = self.tree;
        let first = self.first_entry();
        let (tape, _) = self.slices();
        let mut start = self.start;
        tape.iter().enumerate().filter(|(_, entry)| entry.kind.is_token()).map(
            move |(at, entry)| {
                let token = SyntaxToken { tree, index: first + at as u32, start };
                start += entry.len();
                token
            },
        )
    }

    /// Its first token.
    pub fn first_token(self) -> Option<SyntaxToken<'t>> {
        self.leaves().next()
    }

    /// Its entries and its text.
    pub(crate) fn slices(self) -> (&'t [TapeNode], &'t str) {
        let entries = self.first_entry() as usize..self.index as usize + 1;
        (self.tree.tape().get(entries).unwrap_or_default(), self.text())
    }

    fn first_entry(self) -> u32 {
        (self.index + 1).saturating_sub(entry(self.tree, self.index).size())
    }

    fn walk(self) -> Walk<'t> {
        let tape = self.tree.tape();
        let inside = tape.get(self.first_entry() as usize..self.index as usize);
        Walk { tape: inside.unwrap_or_default(), first: self.first_entry(), end: self.range().end }
    }
}

impl<'t> SyntaxToken<'t> {
    /// What it is.
    pub fn kind(self) -> SyntaxKind {
        entry(self.tree, self.index).kind
    }

    /// Where it stands.
    pub fn range(self) -> TextRange {
        range(self.start, entry(self.tree, self.index).len())
    }

    /// Its text.
    pub fn text(self) -> &'t str {
        self.range().of(self.tree.text())
    }
}

impl<'t> SyntaxElement<'t> {
    fn new(tree: &'t Tree, index: u32, start: u32) -> Self {
        if entry(tree, index).kind.is_token() {
            SyntaxElement::Token(SyntaxToken { tree, index, start })
        } else {
            SyntaxElement::Node(SyntaxNode { tree, index, start })
        }
    }

    /// What it is.
    pub fn kind(self) -> SyntaxKind {
        match self {
            SyntaxElement::Node(node) => node.kind(),
            SyntaxElement::Token(token) => token.kind(),
        }
    }

    /// Where it stands.
    pub fn range(self) -> TextRange {
        match self {
            SyntaxElement::Node(node) => node.range(),
            SyntaxElement::Token(token) => token.range(),
        }
    }

    /// The node, if it is one.
    pub fn node(self) -> Option<SyntaxNode<'t>> {
        match self {
            SyntaxElement::Node(node) => Some(node),
            SyntaxElement::Token(_) => None,
        }
    }

    /// The token, if it is one.
    pub fn token(self) -> Option<SyntaxToken<'t>> {
        match self {
            SyntaxElement::Node(_) => None,
            SyntaxElement::Token(token) => Some(token),
        }
    }
}

/// An index outside the tape cannot come from a cursor; an empty error node stands for it.
fn entry(tree: &Tree, index: u32) -> TapeNode {
    const NOTHING: TapeNode = TapeNode::new(SyntaxKind::ERROR, 0, 1);
    tree.tape().get(index as usize).copied().unwrap_or(NOTHING)
}

/// The children of a node from last to first: index, offset and kind.
struct Walk<'t> {
    /// The entries not yet walked over.
    tape: &'t [TapeNode],
    /// The index of the first of them.
    first: u32,
    /// Where the text of the last of them ends.
    end: u32,
}

impl Iterator for Walk<'_> {
    type Item = (u32, u32, SyntaxKind);

    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.tape.last()?;
        let index = self.first + self.tape.len() as u32 - 1;
        let rest = self.tape.len().saturating_sub(entry.size() as usize);
        self.tape = self.tape.get(..rest)?;
        self.end = self.end.saturating_sub(entry.len());
        Some((index, self.end, entry.kind))
    }
}

/// Places of children, the first one last. Most nodes have few enough for no allocation.
type Found = SmallVec<[(u32, u32); 8]>;

/// Children of a node from first to last.
pub struct Elements<'t> {
    tree: &'t Tree,
    found: Found,
}

impl<'t> Iterator for Elements<'t> {
    type Item = SyntaxElement<'t>;

    fn next(&mut self) -> Option<Self::Item> {
        let (index, start) = self.found.pop()?;
        Some(SyntaxElement::new(self.tree, index, start))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.found.len(), Some(self.found.len()))
    }
}

impl ExactSizeIterator for Elements<'_> {}

/// Children of one view, from first to last.
pub struct Children<'t, N> {
    tree: &'t Tree,
    found: Found,
    view: PhantomData<N>,
}

impl<'t, N: AstNode<'t>> Iterator for Children<'t, N> {
    type Item = N;

    fn next(&mut self) -> Option<N> {
        let (index, start) = self.found.pop()?;
        N::cast(SyntaxNode::new(self.tree, index, start))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.found.len(), Some(self.found.len()))
    }
}

impl<'t, N: AstNode<'t>> ExactSizeIterator for Children<'t, N> {}

/// Tokens of one kind, from first to last.
pub struct Tokens<'t> {
    tree: &'t Tree,
    found: Found,
}

impl<'t> Iterator for Tokens<'t> {
    type Item = SyntaxToken<'t>;

    fn next(&mut self) -> Option<Self::Item> {
        let (index, start) = self.found.pop()?;
        Some(SyntaxToken { tree: self.tree, index, start })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.found.len(), Some(self.found.len()))
    }
}

impl ExactSizeIterator for Tokens<'_> {}

/// Two cursors are equal if they stand at the same place of the same tree.
macro_rules! identity {
    ($name:ident) => {
        impl PartialEq for $name<'_> {
            fn eq(&self, other: &Self) -> bool {
                std::ptr::eq(self.tree, other.tree) && self.index == other.index
            }
        }

        impl Eq for $name<'_> {}

        impl Hash for $name<'_> {
            fn hash<H: Hasher>(&self, state: &mut H) {
                self.index.hash(state);
            }
        }

        impl fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}@{:?}", self.kind(), self.range())
            }
        }
    };
}

identity!(SyntaxNode);
identity!(SyntaxToken);
