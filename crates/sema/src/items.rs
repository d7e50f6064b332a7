//! Files cut into items.
//!
//! An item is a declaration as a tree of its own. Its place in the file is kept beside it, so
//! that everything computed from the tree alone survives when lines above it come and go. The
//! tree of the whole file is not kept: nobody looks at it again.

use std::collections::BTreeSet;
use std::sync::Arc;

use journey_base::TextRange;
use journey_syntax::{AstNode, Parse, SyntaxError, SyntaxKind, SyntaxNode, Tree, ast};

use crate::db::{Db, SourceFile};

/// Kinds of declarations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum ItemKind {
    /// `customer { … }`
    Customer,
    /// `event …`
    Event,
    /// `audience …`
    Audience,
    /// `let …`
    Let,
    /// `policy …`
    Policy,
    /// `destination …`
    Destination,
    /// `journey …`
    Journey,
    /// `test …`
    Test,
}

/// A declaration. What it is called identifies it from one version of the file to the next.
#[salsa::tracked(debug)]
pub(crate) struct Item<'db> {
    /// The file it is in.
    #[returns(copy)]
    pub(crate) file: SourceFile,
    /// What it declares.
    #[returns(copy)]
    pub(crate) kind: ItemKind,
    /// Its name as written; of a test the title, of a customer block nothing.
    #[returns(clone)]
    pub(crate) name: Arc<str>,
    /// Its syntax, offsets counted from its own start.
    #[tracked]
    pub(crate) tree: Tree,
    /// Where the parser found mistakes in it, counted from its own start.
    #[tracked]
    pub(crate) mistakes: Vec<TextRange>,
    /// Where it begins in the file. Only what makes diagnostics may ask.
    #[tracked]
    #[returns(copy)]
    pub(crate) offset: u32,
}

impl Item<'_> {
    /// Whether the parser found a mistake in it.
    pub(crate) fn broken(self, db: &dyn Db) -> bool {
        !self.mistakes(db).is_empty()
    }
}

/// All that is kept of a file's syntax.
#[derive(Debug, Clone, PartialEq, Eq, salsa::SalsaValue)]
struct Cut<'db> {
    items: Arc<[Item<'db>]>,
    mistakes: Arc<[SyntaxError]>,
    stray: Arc<BTreeSet<Arc<str>>>,
}

/// Parses a file and cuts it up.
#[salsa::tracked(no_eq)]
fn parse<'db>(db: &'db dyn Db, file: SourceFile) -> Cut<'db> {
    let parse = journey_syntax::parse(&file.text(db));
    Cut {
        items: cut(db, file, &parse).into(),
        stray: Arc::new(stray(&parse.tree)),
        mistakes: parse.errors.into(),
    }
}

/// The items of a file in order.
#[salsa::tracked(returns(deref))]
pub(crate) fn items<'db>(db: &'db dyn Db, file: SourceFile) -> Arc<[Item<'db>]> {
    parse(db, file).items.clone()
}

/// What the parser found.
pub(crate) fn mistakes(db: &dyn Db, file: SourceFile) -> &[SyntaxError] {
    &parse(db, file).mistakes
}

/// The words of a file that the parser could make nothing of. One of them may be a declaration
/// with a slip in it, so a name found among them is not called unknown as well.
#[salsa::tracked(returns(deref))]
pub(crate) fn stray_words(db: &dyn Db, file: SourceFile) -> Arc<BTreeSet<Arc<str>>> {
    parse(db, file).stray.clone()
}

fn cut<'db>(db: &'db dyn Db, file: SourceFile, parse: &Parse) -> Vec<Item<'db>> {
    let Some(root) = ast::File::cast(parse.tree.root()) else { return Vec::new() };
    let mut items = Vec::new();
    for item in root.items() {
        let range = item.range();
        // A mistake behind it on the same line is one in it: it was cut off there.
        let behind = TextRange::new(range.end, parse.tree.text().len() as u32);
        let behind = behind.of(parse.tree.text());
        let gap = behind.len() - behind.trim_start_matches([' ', '\t']).len();
        let end = range.end + gap as u32;
        let touches = |it: &TextRange| it.start <= end && range.start <= it.end;
        let mistakes = parse.errors.iter().map(|error| error.range).filter(touches);
        let mistakes = mistakes.map(|it| {
            TextRange::new(it.start.saturating_sub(range.start), it.end.saturating_sub(range.start))
        });
        let mistakes = mistakes.collect();
        let (kind, name) = head(item);
        let tree = Tree::subtree(item.syntax());
        items.push(Item::new(db, file, kind, name, tree, mistakes, range.start));
    }
    items
}

/// Kind and name of a declaration.
fn head(item: ast::Item<'_>) -> (ItemKind, Arc<str>) {
    let text = |name: Option<ast::Name<'_>>| Arc::from(name.map_or("", |name| name.source()));
    match item {
        ast::Item::CustomerDecl(_) => (ItemKind::Customer, Arc::from("")),
        ast::Item::EventDecl(decl) => (ItemKind::Event, text(decl.name())),
        ast::Item::AudienceDecl(decl) => (ItemKind::Audience, text(decl.name())),
        ast::Item::LetDecl(decl) => (ItemKind::Let, text(decl.name())),
        ast::Item::PolicyDecl(decl) => (ItemKind::Policy, text(decl.name())),
        ast::Item::DestinationDecl(decl) => (ItemKind::Destination, text(decl.name())),
        ast::Item::JourneyDecl(decl) => (ItemKind::Journey, text(decl.name())),
        ast::Item::TestDecl(decl) => {
            (ItemKind::Test, Arc::from(decl.text().map_or("", |title| title.source())))
        }
    }
}

fn stray(tree: &Tree) -> BTreeSet<Arc<str>> {
    let errors = tree.root().elements().filter_map(|element| element.node());
    errors
        .filter(|node| node.kind() == SyntaxKind::ERROR)
        .flat_map(SyntaxNode::leaves)
        .filter(|token| token.kind() == SyntaxKind::IDENT)
        .map(|token| Arc::from(token.text()))
        .collect()
}

/// The declaration that a tree is.
pub(crate) fn declaration<'t, N: AstNode<'t>>(tree: &'t Tree) -> Option<N> {
    N::cast(tree.root())
}
