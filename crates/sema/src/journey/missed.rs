//! Events that come while a member still waits for something else.

use journey_base::{Code, TextRange};
use journey_syntax::{AstNode, ast};

use super::Checker;
use crate::findings::Finding;
use crate::thir::{ArmTrigger, EventMatch, Tile, TileKind, WaitArm};

impl Checker<'_> {
    /// Warns about a wait for an event right behind another wait: the event may have come by then,
    /// and a wait sees only what comes while it lasts.
    pub(super) fn missed_events(
        &mut self,
        before: ast::Tile<'_>,
        checked: Option<&Tile>,
        tile: ast::Tile<'_>,
        kind: &TileKind,
    ) {
        let Some(earlier) = checked.filter(|earlier| earlier.range == before.range()) else {
            return;
        };
        if !matches!(
            earlier.kind,
            TileKind::WaitFor(_)
                | TileKind::WaitUntil { .. }
                | TileKind::WaitWindow(_)
                | TileKind::WaitCondition { .. }
                | TileKind::WaitEvent { .. }
                | TileKind::WaitArms { .. }
        ) {
            return;
        }
        let known = awaited(&earlier.kind);
        // The first of them says it for all.
        let missed = awaited(kind).into_iter().zip(places(tile)).find(|(event, _)| {
            // One that the earlier wait looks out for as well cannot slip by.
            event.since.is_none() && !known.iter().any(|known| known.event == event.event)
        });
        let Some((event, at)) = missed.filter(|(event, _)| !event.event.is_empty()) else { return };
        let (name, since) = (event.event.clone(), earlier.label.as_deref().unwrap_or("entered"));
        let message = format!("`{name}` is not seen here if it comes during the wait before");
        let finding = Finding::new(Code::MISSED_EVENT, at, message)
            .here(super::outline::head(before), "it may come while a member waits here")
            .note("with `since` the wait also takes one that came earlier");
        let place = TextRange::empty(at.end);
        let text = format!(" since {since}");
        self.cx.structural(finding.guess(format!("take one `since {since}` as well"), place, text));
    }
}

/// The events a wait looks out for, in source order.
fn awaited<'a>(kind: &'a TileKind) -> Vec<&'a EventMatch> {
    match kind {
        TileKind::WaitEvent { event, .. } => vec![event],
        TileKind::WaitArms { arms, .. } => {
            let event = |arm: &'a WaitArm| match &arm.trigger {
                ArmTrigger::Event(event) => Some(event),
                ArmTrigger::When(_) => None,
            };
            arms.iter().filter_map(event).collect()
        }
        _ => Vec::new(),
    }
}

/// Where they stand: from the name to where a `since` would follow.
fn places(tile: ast::Tile<'_>) -> Vec<TextRange> {
    let place = |name: Option<ast::Name<'_>>,
                 alias: Option<ast::Alias<'_>>,
                 filter: Option<ast::WhereClause<'_>>| {
        let start = name.map_or(tile.range(), |name| name.range());
        let alias = alias.map_or(start, |alias| alias.range());
        start.cover(filter.map_or(alias, |filter| filter.range()))
    };
    match tile.tile_kind() {
        Some(ast::TileKind::WaitEvent(wait)) => {
            vec![place(wait.name(), wait.alias(), wait.where_clause())]
        }
        Some(ast::TileKind::WaitArms(wait)) => {
            let on = |arm| match arm {
                ast::WaitArm::OnArm(on) => Some(place(on.name(), on.alias(), on.where_clause())),
                _ => None,
            };
            wait.wait_arms().filter_map(on).collect()
        }
        _ => Vec::new(),
    }
}
