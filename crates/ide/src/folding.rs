//! What can be folded away: blocks in braces, runs of comments.

use journey_base::{FileId, TextRange};
use journey_sema::Workspace;
use journey_syntax::{SyntaxKind, SyntaxNode, Tree};

use crate::place::parsed;
use crate::tree::seen;

/// What a fold hides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoldingKind {
    /// What stands between braces, brackets or parentheses.
    Block,
    /// Comments on lines of their own, one below the other.
    Comments,
}

/// A stretch that can be folded away; it covers more than one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Folding {
    /// From the opening to the closing sign, or all of the comments.
    pub range: TextRange,
    /// What it hides.
    pub kind: FoldingKind,
}

/// All folds of a file, by place.
pub fn folding_ranges(workspace: &Workspace, file: FileId) -> Vec<Folding> {
    let Some(parse) = parsed(workspace, file) else { return Vec::new() };
    let mut folds = Vec::new();
    blocks(parse.tree.root(), &mut folds);
    comments(&parse.tree, &mut folds);
    // Brackets may be nested thousands deep on one line: none of them is read to its end.
    let text = parse.tree.text();
    let ends: Vec<u32> = text.match_indices('\n').map(|(at, _)| at as u32).collect();
    folds.retain(|fold| {
        let next = ends.partition_point(|end| *end < fold.range.start);
        ends.get(next).is_some_and(|end| *end < fold.range.end)
    });
    folds.sort_by_key(|fold| (fold.range.start, fold.range.end));
    folds
}

fn blocks(root: SyntaxNode<'_>, folds: &mut Vec<Folding>) {
    let mut open: Vec<u32> = Vec::new();
    for token in root.leaves() {
        match token.kind() {
            SyntaxKind::L_BRACE | SyntaxKind::L_BRACKET | SyntaxKind::L_PAREN => {
                open.push(token.range().start);
            }
            SyntaxKind::R_BRACE | SyntaxKind::R_BRACKET | SyntaxKind::R_PAREN => {
                if let Some(start) = open.pop() {
                    let range = TextRange::new(start, token.range().end);
                    folds.push(Folding { range, kind: FoldingKind::Block });
                }
            }
            _ => {}
        }
    }
}

/// Runs of comments and doc comments that have their lines to themselves.
fn comments(tree: &Tree, folds: &mut Vec<Folding>) {
    let mut run: Option<TextRange> = None;
    // Whether nothing but blanks stands on the line so far.
    let mut alone = true;
    for token in tree.tokens() {
        match token.kind() {
            SyntaxKind::COMMENT | SyntaxKind::DOC if alone => {
                run = Some(run.map_or(seen(token), |run| run.cover(seen(token))));
            }
            SyntaxKind::WHITESPACE => {
                let lines = token.text().matches('\n').count();
                alone |= lines > 0;
                if lines > 1 {
                    finish(&mut run, folds);
                }
                continue;
            }
            _ => finish(&mut run, folds),
        }
        alone = false;
    }
    finish(&mut run, folds);
}

fn finish(run: &mut Option<TextRange>, folds: &mut Vec<Folding>) {
    folds.extend(run.take().map(|range| Folding { range, kind: FoldingKind::Comments }));
}

#[cfg(test)]
mod tests {
    use super::{FoldingKind, folding_ranges};
    use crate::fixture::fixture;

    #[test]
    fn blocks_and_runs_of_comments_fold_and_single_lines_do_not() {
        let fixture = fixture(
            "\
// First,
// and second.
event a { id: text }

// Alone.
event b {
  id: text, // not a line of its own
  // nor a run
}
$0",
        );
        let folds = folding_ranges(&fixture.workspace, fixture.at.file);
        let text = fixture.text(fixture.at.file);
        let shown: Vec<(&str, FoldingKind)> =
            folds.iter().map(|fold| (&text[fold.range.start as usize..][..8], fold.kind)).collect();
        assert_eq!(shown, [("// First", FoldingKind::Comments), ("{\n  id: ", FoldingKind::Block)]);
    }

    #[test]
    fn brackets_nested_without_end_on_a_line_are_no_folds() {
        let deep = 100_000;
        let text = format!("let a = {}1{}\n", "(".repeat(deep), ")".repeat(deep));
        let fixture = fixture(&text);
        assert_eq!(folding_ranges(&fixture.workspace, fixture.at.file), []);
    }
}
