//! What can be said of a journey without checking it: its tiles, labels, outcomes and splits.

use std::collections::BTreeMap;
use std::sync::Arc;

use journey_base::TextRange;
use journey_syntax::{AstNode, SyntaxKind, SyntaxNode, ast};

use crate::db::Db;
use crate::items::declaration;
use crate::names::NameKind;
use crate::table::{Name, lookup};
use crate::thir::RESTARTED;

/// The names in a journey that tests speak of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Outline {
    pub(crate) labels: Vec<Arc<str>>,
    pub(crate) outcomes: Vec<Arc<str>>,
    pub(crate) goals: Vec<Arc<str>>,
    /// Labels of webhooks and of sends.
    pub(crate) asking: Vec<Arc<str>>,
    /// Splits with their arms.
    pub(crate) splits: BTreeMap<Arc<str>, Vec<Arc<str>>>,
    /// Whether there may be more, in what the parser could not read.
    pub(crate) broken: bool,
}

/// The outline of a journey; nothing if there is none of this name.
#[salsa::tracked(returns(clone))]
pub(crate) fn journey_outline<'db>(db: &'db dyn Db, name: Name<'db>) -> Option<Arc<Outline>> {
    if name.kind(db) != NameKind::Journey {
        return None;
    }
    let site = lookup(db, name).first()?;
    let decl: ast::JourneyDecl<'_> = declaration(site.item.tree(db))?;
    let mut outline = Outline { broken: site.item.broken(db), ..Outline::default() };
    for clause in decl.header_clauses() {
        match clause {
            ast::HeaderClause::ExitClause(exit) => {
                outline.outcomes.extend(exit.name().map(|name| Arc::from(name.source())));
            }
            ast::HeaderClause::WhileClause(inside) if inside.kw_restart_token().is_some() => {
                outline.outcomes.push(RESTARTED.into());
            }
            ast::HeaderClause::GoalClause(goal) => {
                outline.goals.extend(goal.names().next().map(|name| Arc::from(name.source())));
            }
            _ => {}
        }
    }
    for tile in all_tiles(decl) {
        let label = tile.label().and_then(|label| label.name());
        outline.labels.extend(label.map(|name| Arc::from(name.source())));
        if let (Some(label), Some(ast::TileKind::Webhook(_) | ast::TileKind::Send(_))) =
            (label, tile.tile_kind())
        {
            outline.asking.push(label.source().into());
        }
        match tile.tile_kind() {
            Some(ast::TileKind::Exit(exit)) => {
                outline.outcomes.extend(exit.name().map(|name| Arc::from(name.source())));
            }
            Some(ast::TileKind::Split(split)) => {
                let arms = split.split_arms().filter_map(|arm| arm.name());
                let arms = arms.map(|name| Arc::from(name.source())).collect();
                let name = split.name().map_or("", |name| name.source());
                outline.splits.insert(name.into(), arms);
            }
            _ => {}
        }
    }
    outline.outcomes.sort();
    outline.outcomes.dedup();
    Some(Arc::new(outline))
}

/// All tiles of a journey in source order, those inside blocks too.
pub(crate) fn all_tiles(decl: ast::JourneyDecl<'_>) -> Vec<ast::Tile<'_>> {
    let mut tiles = Vec::new();
    let mut open: Vec<SyntaxNode<'_>> = vec![decl.syntax()];
    while let Some(node) = open.pop() {
        if let Some(tile) = ast::Tile::cast(node) {
            tiles.push(tile);
        }
        // Backwards, so that the first child is on top of the stack.
        open.extend(node.elements_rev().filter_map(|it| it.node()).filter(|it| holds_tiles(*it)));
    }
    tiles
}

/// Whether tiles can stand in a node: expressions need not be searched.
fn holds_tiles(node: SyntaxNode<'_>) -> bool {
    use SyntaxKind as K;
    matches!(
        node.kind(),
        K::TILE
            | K::BLOCK
            | K::WAIT_ARMS
            | K::ON_ARM
            | K::WHEN_ARM
            | K::TIMEOUT_ARM
            | K::WAIT_UNTIL
            | K::LATE_BLOCK
            | K::LATE_ARM
            | K::BRANCH_WHEN
            | K::BRANCH_VALUE
            | K::VALUE_ARM
            | K::ELSE_ARM
            | K::SPLIT
            | K::SPLIT_ARM
            | K::SEND
            | K::SEND_ARMS
            | K::DELIVERED_ARM
            | K::FAILED_ARM
            | K::SKIPPED_ARM
            | K::WEBHOOK
            | K::OK_ARM
            | K::RUN
            | K::RUN_ARMS
            | K::EXITED_ARM
            | K::NOT_ENTERED_ARM
            | K::REPEAT
    )
}

/// How many exit tiles there are.
pub(super) fn exits(decl: ast::JourneyDecl<'_>) -> usize {
    let exit = |tile: &ast::Tile<'_>| matches!(tile.tile_kind(), Some(ast::TileKind::Exit(_)));
    all_tiles(decl).into_iter().filter(exit).count()
}

/// The part of a tile before its block: what a finding about the tile as such points at.
pub(super) fn head(tile: ast::Tile<'_>) -> TextRange {
    match tile.tile_kind() {
        Some(kind) => head_of(kind.syntax()),
        None => tile.range(),
    }
}

/// The part of a node before its block.
pub fn head_of(node: SyntaxNode<'_>) -> TextRange {
    use SyntaxKind as K;
    let opens =
        |kind| matches!(kind, K::BLOCK | K::L_BRACE | K::RUN_ARMS | K::SEND_ARMS | K::LATE_BLOCK);
    let block = node.elements().find(|element| opens(element.kind()));
    let Some(block) = block else { return node.range() };
    let last = node
        .leaves()
        .take_while(|token| token.range().start < block.range().start)
        .filter(|token| !token.kind().is_trivia())
        .last();
    last.map_or(node.range(), |last| TextRange::new(node.range().start, last.range().end))
}

/// The source of a range of a node on one line, without comments. What stood in brackets on lines of
/// its own is closed up, as if it had been written on one.
pub fn one_line(node: SyntaxNode<'_>, range: TextRange) -> Arc<str> {
    use SyntaxKind as K;
    let mut line = String::new();
    let mut last = None;
    for token in node.leaves().take_while(|token| token.range().end <= range.end) {
        if token.range().start < range.start || token.kind() == SyntaxKind::DOC {
            continue;
        }
        if token.kind().is_trivia() {
            let opened = matches!(last, None | Some(K::L_PAREN | K::L_BRACKET));
            if !opened && !line.ends_with(' ') {
                line.push(' ');
            }
            continue;
        }
        if matches!(token.kind(), K::R_PAREN | K::R_BRACKET) {
            let closed = line.trim_end();
            let comma = usize::from(last == Some(K::COMMA));
            line.truncate(closed.len() - comma);
        }
        line.push_str(token.text());
        last = Some(token.kind());
    }
    Arc::from(line.trim_end())
}
