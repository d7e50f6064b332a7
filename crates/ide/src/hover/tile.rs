//! What a tile will do, and until when, in words: for the keyword that begins it.
//!
//! This reads syntax alone, so that it works while the journey does not check.

use journey_ir::graph::{Counts, thousands};
use journey_sema::Workspace;
use journey_syntax::{AstNode, SyntaxNode, SyntaxToken, ast};

use crate::canvas::tile_at;
use crate::place::FilePosition;

/// Words about the tile that `token` begins; nothing for other tokens.
pub(super) fn of_tile(
    workspace: &Workspace,
    at: FilePosition,
    token: SyntaxToken<'_>,
    around: &[SyntaxNode<'_>],
    counts: &Counts,
) -> Option<String> {
    let tile = around.iter().rev().find_map(|node| ast::Tile::cast(*node))?;
    let kind = tile.tile_kind()?;
    let first = kind.syntax().first_token()?;
    // `wait until` and `repeat up to` are one word to people.
    let head = first.range() == token.range()
        || token.kind().is_keyword()
            && around.last().is_some_and(|node| node.range() == kind.range())
            && kind.syntax().tokens(token.kind()).len() == 1;
    if !head {
        return None;
    }
    let zone = zone(workspace, around);
    let mut text = sentence(kind, &zone);
    // A `let` is no tile: there it would be the one around it.
    if !matches!(kind, ast::TileKind::LetTile(_)) && !counts.journeys.is_empty() {
        let tile = tile_at(workspace, FilePosition { offset: token.range().start, ..at });
        text.extend(tile.and_then(|tile| counted(counts, &tile.journey, &tile.key)));
    }
    Some(text)
}

/// `12,480 in · 42 here`, as a paragraph, where somebody counted.
pub(super) fn counted(counts: &Counts, journey: &str, tile: &str) -> Option<String> {
    let tile = counts.journeys.get(journey)?.tiles.get(tile)?;
    Some(format!("\n\n{} in · {} here", thousands(tile.entered), thousands(tile.inside)))
}

/// Where local times of the journey are read, in words.
fn zone(workspace: &Workspace, around: &[SyntaxNode<'_>]) -> String {
    let journey = around.iter().find_map(|node| ast::JourneyDecl::cast(*node));
    let clause =
        journey.into_iter().flat_map(|journey| journey.header_clauses()).find_map(|it| match it {
            ast::HeaderClause::TimezoneClause(zone) => zone.expr(),
            _ => None,
        });
    match clause {
        Some(zone) => format!("in the zone `{}`", zone.source()),
        None => format!("in the workspace's zone, `{}`", workspace.config().timezone),
    }
}

fn code(expr: Option<ast::Expr<'_>>) -> String {
    let text = expr.map_or("…", |expr| expr.source());
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("`{line}`")
}

fn named(name: Option<ast::Name<'_>>) -> String {
    format!("`{}`", name.map_or("…", |name| name.source()))
}

fn most(limit: Option<ast::UpTo<'_>>) -> String {
    limit.map(|limit| format!(", at most {}", code(limit.expr()))).unwrap_or_default()
}

/// What the tile does.
fn sentence(kind: ast::TileKind<'_>, zone: &str) -> String {
    use ast::TileKind as T;
    match kind {
        T::WaitFor(wait) => {
            format!("Stays here for {} from arriving, then goes on.", code(wait.expr()))
        }
        T::WaitWindow(wait) => {
            let text = wait.source().split_whitespace().collect::<Vec<_>>().join(" ");
            let window = text.trim_start_matches("wait until ");
            format!(
                "Stays until the clock {zone} is within `{window}`; whoever arrives within it goes \
                 on at once."
            )
        }
        T::WaitUntil(wait) => {
            let late = match (wait.late_block(), wait.up_to()) {
                (Some(_), _) => " Whoever arrives later takes the arm `late`.",
                (None, None) => " Whoever arrives later goes on at once.",
                (None, Some(_)) => "",
            };
            format!(
                "Stays until {}{}, then goes on; local times are read {zone}.{late}",
                code(wait.expr()),
                most(wait.up_to())
            )
        }
        T::WaitEvent(wait) => {
            let filter = wait.where_clause();
            let filter = filter.map(|it| format!(" where {}", code(it.expr())));
            format!(
                "Stays until the event {}{} comes{}. It goes on either way.",
                named(wait.name()),
                filter.unwrap_or_default(),
                most(wait.up_to())
            )
        }
        T::WaitArms(wait) => {
            let limit = match wait.wait_limit() {
                Some(ast::WaitLimit::UpTo(limit)) => most(Some(limit)),
                Some(ast::WaitLimit::ByTime(by)) => {
                    format!(", at the latest until {}", code(by.expr()))
                }
                None => String::new(),
            };
            format!("Stays until the first of its arms comes true{limit}, and takes that one.")
        }
        T::BranchWhen(_) => {
            "Takes the first arm whose condition holds at this moment, and goes on at once.".into()
        }
        T::BranchValue(branch) => {
            format!("Takes the arm of the value of {}, and goes on at once.", code(branch.expr()))
        }
        T::Split(split) => {
            let per = if split.per_entry().is_some() {
                "each membership anew"
            } else {
                "a customer always the same"
            };
            format!("Takes one of its arms by chance, in these shares; {per}.")
        }
        T::Send(send) => {
            let action = send.action_ref().map_or("…", |action| action.source());
            let waits = match send.send_arms() {
                Some(_) => "waits until it is delivered, has failed or was skipped",
                None => "goes on at once, without waiting for its delivery",
            };
            format!("Sends `{action}` and {waits}.")
        }
        T::Webhook(webhook) => {
            let waits = webhook.webhook_parts().any(|it| {
                matches!(it, ast::WebhookPart::OkArm(_) | ast::WebhookPart::FailedArm(_))
            });
            let waits = if waits { "waits for its answer" } else { "goes on at once" };
            format!("Calls {} and {waits}.", code(webhook.expr()))
        }
        T::Update(_) => {
            "Changes traits of the customer, all at once, with values from before.".into()
        }
        T::AddCustomer(add) => {
            format!("Puts the customer into the audience {}.", named(add.name()))
        }
        T::RemoveCustomer(remove) => {
            format!("Takes the customer out of the audience {}.", named(remove.name()))
        }
        T::Run(run) => format!(
            "Starts the journey {} for this customer and stays until that exits.",
            named(run.name())
        ),
        T::Enter(enter) => {
            format!("Starts the journey {} for this customer and goes on.", named(enter.name()))
        }
        T::LetTile(_) => "Keeps the value that this has when a member passes.".into(),
        T::Repeat(repeat) => {
            let every = repeat.every().map(|it| format!(", {} apart", code(it.expr())));
            let until = repeat.repeat_until();
            let until = until.map(|it| format!(" It stops once {} holds.", code(it.expr())));
            format!(
                "Goes through its tiles up to {} times{}.{}",
                code(repeat.expr()),
                every.unwrap_or_default(),
                until.unwrap_or_default()
            )
        }
        T::Exit(exit) => format!("Leaves the journey with the outcome {}.", named(exit.name())),
    }
}
