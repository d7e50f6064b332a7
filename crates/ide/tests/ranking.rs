//! Whoever typed the examples would have found the name that they wrote among the first offered.

#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod common;

use common::recipes;
use journey_ide::{Config, FileId, FilePosition, TextRange, Workspace, completions};
use journey_sema::index::{Definition, Index};
use journey_syntax::{AstNode, SyntaxKind as K, SyntaxNode, ast};

/// A name or a value in an example.
struct Place {
    range: TextRange,
    /// As it is written, with what belongs to it: `customer.email`, `mail.offer`.
    written: String,
    /// Whether the type that is wanted decides, and not the kind of the name alone.
    value: bool,
}

/// All nodes, each with those around it.
fn walk<'t>(
    node: SyntaxNode<'t>,
    around: &mut Vec<SyntaxNode<'t>>,
    all: &mut Vec<Vec<SyntaxNode<'t>>>,
) {
    around.push(node);
    all.push(around.clone());
    let inside: Vec<SyntaxNode<'t>> = node.elements().filter_map(|it| it.node()).collect();
    for inner in inside {
        walk(inner, around, all);
    }
    around.pop();
}

/// What a node and those around it put into the text at one go.
fn place(around: &[SyntaxNode<'_>], index: &Index) -> Option<Place> {
    let [.., outer, node] = around else { return None };
    let at = |node: SyntaxNode<'_>, value| {
        Some(Place { range: node.range(), written: node.source_text(), value })
    };
    match node.kind() {
        K::FIELD_CHAIN => match ast::FieldChain::cast(*node)?.expr()? {
            ast::Expr::CustomerExpr(_) | ast::Expr::NameExpr(_) => at(*node, true),
            _ => None,
        },
        // `customer in AUDIENCE` is begun as a whole.
        K::COMPARE_CHAIN => {
            let chain = ast::CompareChain::cast(*node)?;
            let member = chain.member_op().is_some_and(|op| op.kw_not_token().is_none());
            let customer = matches!(chain.exprs().next()?, ast::Expr::CustomerExpr(_));
            if member && customer { at(*node, true) } else { None }
        }
        K::NAME_EXPR if outer.kind() != K::FIELD_CHAIN => at(*node, true),
        K::CALL_EXPR => {
            let name = ast::CallExpr::cast(*node)?.name()?;
            Some(Place { range: name.range(), written: name.source().to_owned(), value: true })
        }
        K::LITERAL => {
            let word = node.first_token()?.kind().is_keyword();
            if word { at(*node, true) } else { None }
        }
        // A member of an enum; whether it is one says what is wanted there.
        K::TEXT => at(*node, true).filter(|it| it.written.len() > 2 && !it.written.contains('{')),
        K::ACTION_REF => at(*node, false),
        K::NAME | K::ANY_NAME
            if !matches!(
                outer.kind(),
                K::NAME_EXPR | K::CALL_EXPR | K::FIELD_ACCESS | K::ACTION_REF
            ) =>
        {
            let name = index.references.iter().find(|it| it.range == node.range())?;
            let local =
                matches!(name.definition, Definition::Local { at, .. } if at == node.range());
            if name.declares || local { None } else { at(*node, false) }
        }
        _ => None,
    }
}

trait Source {
    fn source_text(&self) -> String;
}

impl Source for SyntaxNode<'_> {
    fn source_text(&self) -> String {
        self.leaves()
            .filter(|it| it.kind() != K::COMMENT)
            .map(|it| it.text().to_owned())
            .collect::<String>()
            .trim()
            .to_owned()
    }
}

/// Where in the list the word that was written stands.
fn rank(workspace: &Workspace, at: FilePosition, written: &str) -> Option<usize> {
    completions(workspace, at).items.iter().position(|item| {
        let label = item.label.trim_end_matches(':');
        let begun = |rest: &str| rest.is_empty() || rest.starts_with([' ', '.']);
        // A condition with a trait begins with it; of a longer path its beginning is offered.
        label == written
            || label.strip_prefix(written).is_some_and(|rest| rest.starts_with(' '))
            || label.contains('.') && written.strip_prefix(label).is_some_and(begun)
    })
}

#[derive(Default)]
struct Figures {
    places: usize,
    /// Among the first ten with nothing typed, among the first three with one letter.
    ten: usize,
    three: usize,
    missed: Vec<String>,
}

impl Figures {
    /// Of a thousand.
    fn shares(&self) -> (usize, usize) {
        let share = |count: usize| count * 1_000 / self.places.max(1);
        (share(self.ten), share(self.three))
    }
}

/// Tries all places: those of names of a kind, and those where a type is wanted. Behind the cursor
/// stands the rest of the file, or nothing at all.
fn measure(whole: bool) -> (Figures, Figures) {
    let files = recipes();
    let mut all = Workspace::new(Config::default(), files.clone());
    let (mut names, mut values) = (Figures::default(), Figures::default());
    for (id, (path, text)) in (0..).map(FileId).zip(&files) {
        let index = all.index(id);
        let parse = journey_syntax::parse(text);
        let mut nodes = Vec::new();
        walk(parse.tree.root(), &mut Vec::new(), &mut nodes);
        for place in nodes.iter().filter_map(|around| place(around, &index)) {
            let Place { range, written, value } = place;
            let (before, behind) = (&text[..range.start as usize], &text[range.end as usize..]);
            let behind = if whole { behind } else { "" };
            if value && !is_wanted(&all, id, before, behind, &written) {
                continue;
            }
            let figures = if value { &mut values } else { &mut names };
            figures.places += 1;
            let mut found = |typed: &str| {
                all.set_text(id, format!("{before}{typed}{behind}"));
                let at = FilePosition { file: id, offset: range.start + typed.len() as u32 };
                rank(&all, at, &written)
            };
            let letter = written.trim_start_matches('"').get(..1).unwrap_or_default();
            let (empty, typed) = (found(""), found(letter));
            figures.ten += usize::from(empty.is_some_and(|at| at < 10));
            figures.three += usize::from(typed.is_some_and(|at| at < 3));
            if empty.is_none_or(|at| at >= 10) || typed.is_none_or(|at| at >= 3) {
                let line = before.matches('\n').count() + 1;
                let source = text.lines().nth(line - 1).unwrap_or_default().trim();
                figures
                    .missed
                    .push(format!("{path}:{line} {written} {empty:?} {typed:?}: {source}"));
            }
        }
        all.set_text(id, text.clone());
    }
    (names, values)
}

/// Whether it is known which type is wanted at a place; of a text, whether it must be a member of
/// an enum.
fn is_wanted(all: &Workspace, file: FileId, before: &str, behind: &str, written: &str) -> bool {
    let probed = journey_syntax::parse(&format!("{before}zz_probe{behind}"));
    let scope = all.scope(file, &probed, before.len() as u32).and_then(|(scope, _)| scope);
    let fits = scope.map(|scope| scope.fits).unwrap_or_default();
    match written.strip_prefix('"').and_then(|it| it.strip_suffix('"')) {
        Some(member) => fits.iter().any(|ty| match ty.required() {
            journey_sema::Type::Enum(members) => members.iter().any(|it| **it == *member),
            _ => false,
        }),
        None => !fits.is_empty(),
    }
}

/// At least so many of a thousand values are among the first ten, and among the first three with a
/// letter; of the names of a kind nearly all are.
fn check(whole: bool, ten: usize, three: usize) {
    let (names, values) = measure(whole);
    for (what, found) in [("names", &names), ("values", &values)] {
        let (first, typed) = found.shares();
        println!(
            "{}: {what}, {first} and {typed} of 1000 (rest of the file: {whole})",
            found.places
        );
    }
    assert!(names.places > 800 && values.places > 200, "{} and {}", names.places, values.places);
    let missed: Vec<&String> = names.missed.iter().chain(&values.missed).take(40).collect();
    let (first, typed) = values.shares();
    assert!(first >= ten && typed >= three, "{first} and {typed}; not among them {missed:#?}");
    let (first, typed) = names.shares();
    assert!(first >= 985 && typed >= 995, "{first} and {typed}; not among them {missed:#?}");
}

#[test]
fn what_was_written_is_among_the_first_in_the_middle_of_a_file() {
    check(true, 980, 975);
}

#[test]
fn what_was_written_is_among_the_first_at_the_end_of_what_is_typed() {
    check(false, 940, 820);
}
