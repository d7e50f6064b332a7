//! What a journey gives names to: its tiles, splits and their arms, outcomes and goals.

use std::sync::Arc;

use journey_sema::Workspace;
use journey_sema::index::{Definition, InnerKind};
use journey_sema::outline::{head_of, one_line};
use journey_syntax::{AstNode, SyntaxKind, SyntaxNode, ast};

use super::tile::{Known, line};
use super::{capital, source};
use crate::names::noun;
use crate::place::{FilePosition, covering};

/// A label, an outcome, a split, a goal: what it stands at, what that does, whose it is.
pub(super) fn of_inner(
    workspace: &Workspace,
    at: FilePosition,
    definition: &Definition,
    kind: InnerKind,
    journey: &Arc<str>,
    name: &str,
) -> Vec<String> {
    let word = name.rsplit('.').next().unwrap_or(name);
    let Some((tree, range)) = workspace.declaration_of(definition, at.file) else {
        return vec![source(&format!("{} {word}", noun(definition)))];
    };
    let around = covering(&tree, range);
    let clause = |kind: SyntaxKind| around.iter().rev().find(|node| node.kind() == kind);
    let tile = around.iter().rev().find_map(|node| ast::Tile::cast(*node));
    let tile = tile.and_then(|tile| tile.tile_kind());
    let (shown, does) = match (kind, tile) {
        (InnerKind::Label, Some(tile)) => (format!("{word}: {}", head(tile.syntax())), Some(tile)),
        (InnerKind::Split, Some(tile)) => (head(tile.syntax()), Some(tile)),
        (InnerKind::SplitArm, _) => {
            let arm = clause(SyntaxKind::SPLIT_ARM);
            (arm.map_or_else(|| word.to_owned(), |arm| head(*arm)), None)
        }
        (InnerKind::Outcome, _) => {
            let exit = clause(SyntaxKind::EXIT_CLAUSE).map(|clause| line(*clause));
            (exit.unwrap_or_else(|| format!("exit {word}")), None)
        }
        (InnerKind::Goal, _) => {
            let goal = clause(SyntaxKind::GOAL_CLAUSE).map(|clause| line(*clause));
            (goal.unwrap_or_else(|| word.to_owned()), None)
        }
        _ => (word.to_owned(), None),
    };
    let index = workspace.index_of_declaration(definition, at.file);
    let known = Known { workspace, index: &index, around: &around };
    let mut parts = vec![source(&shown)];
    parts.extend(does.map(|tile| known.sentence(tile)));
    let of = match (kind, name.split_once('.')) {
        (InnerKind::SplitArm, Some((split, _))) => format!("split `{split}` of the journey"),
        _ => "journey".to_owned(),
    };
    parts.push(format!("{} of the {of} `{journey}`.", capital(&noun(definition))));
    parts
}

/// A tile or an arm on one line, without what stands in its braces.
fn head(node: SyntaxNode<'_>) -> String {
    one_line(node, head_of(node)).to_string()
}
