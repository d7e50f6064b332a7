//! What a tile will do, and until when, in words: for the keyword that begins it, and for its label.
//!
//! This reads syntax, so that it works while the journey does not check. What the checker knows,
//! the type of a value and the policy of an action, makes it more exact.

use journey_ir::graph::{Counts, thousands};
use journey_sema::index::Index;
use journey_sema::{Type, Workspace};
use journey_syntax::{AstNode, SyntaxKind, SyntaxNode, SyntaxToken, ast};

use crate::canvas::tile_at;
use crate::place::FilePosition;
use crate::tree::reads_zone;
use crate::words;

/// What is known around a tile.
pub(super) struct Known<'w, 't> {
    pub(super) workspace: &'w Workspace,
    /// The types of the declaration around it.
    pub(super) index: &'w Index,
    /// The nodes around it, the outermost first.
    pub(super) around: &'w [SyntaxNode<'t>],
}

/// Words about the tile that `token` begins; nothing for other tokens.
pub(super) fn of_tile(
    known: &Known<'_, '_>,
    at: FilePosition,
    token: SyntaxToken<'_>,
    counts: &Counts,
) -> Option<String> {
    let tile = known.around.iter().rev().find_map(|node| ast::Tile::cast(*node))?;
    let kind = tile.tile_kind()?;
    let first = kind.syntax().first_token()?;
    // `wait until` and `repeat up to` are one word to people.
    let head = first.range() == token.range()
        || token.kind().is_keyword()
            && known.around.last().is_some_and(|node| node.range() == kind.range())
            && kind.syntax().tokens(token.kind()).len() == 1;
    if !head {
        return None;
    }
    let mut text = known.sentence(kind);
    // A `let` is no tile: there it would be the one around it.
    if !matches!(kind, ast::TileKind::LetTile(_)) && !counts.journeys.is_empty() {
        let tile = tile_at(known.workspace, FilePosition { offset: token.range().start, ..at });
        text.extend(tile.and_then(|tile| counted(counts, &tile.journey, &tile.key)));
    }
    Some(text)
}

/// `12,480 in · 42 here`, as a paragraph, where somebody counted.
pub(super) fn counted(counts: &Counts, journey: &str, tile: &str) -> Option<String> {
    let tile = counts.journeys.get(journey)?.tiles.get(tile)?;
    Some(format!("\n\n{} in · {} here", thousands(tile.entered), thousands(tile.inside)))
}

impl Known<'_, '_> {
    /// On whose clock the journey reads local times, in words.
    fn clock(&self) -> String {
        let journey = self.around.iter().find_map(|node| ast::JourneyDecl::cast(*node));
        let clauses = journey.into_iter().flat_map(|journey| journey.header_clauses());
        let zone = clauses.into_iter().find_map(|it| match it {
            ast::HeaderClause::TimezoneClause(zone) => zone.expr(),
            _ => None,
        });
        match zone {
            Some(ast::Expr::Text(zone)) => match zone.plain().ok().flatten() {
                Some(name) => format!("on the clocks of `{name}`"),
                None => format!("in the time zone {}", code(Some(ast::Expr::Text(zone)))),
            },
            Some(zone) => format!("in the time zone {}", code(Some(zone))),
            None => {
                let zone = &self.workspace.config().timezone;
                format!("on the clocks of `{zone}`, the time zone of the workspace")
            }
        }
    }

    /// The same as a sentence, where what is written reads a local time.
    fn clock_of(&self, expr: Option<ast::Expr<'_>>) -> String {
        let local = expr.is_some_and(|expr| reads_zone(expr.syntax()));
        if local { format!(" Local times are read {}.", self.clock()) } else { String::new() }
    }

    /// Whether something is asked rather than computed.
    fn is_condition(&self, expr: Option<ast::Expr<'_>>) -> bool {
        let ty = expr.and_then(|expr| self.index.type_of(expr.range()));
        ty.is_some_and(|ty| *ty == Type::Bool)
    }

    /// What the tile does.
    pub(super) fn sentence(&self, kind: ast::TileKind<'_>) -> String {
        use ast::TileKind as T;
        match kind {
            T::WaitFor(wait) => {
                format!(
                    "Waits {} from when somebody arrives here, then goes on.",
                    long(wait.expr())
                )
            }
            T::WaitWindow(wait) => self.window(wait),
            T::WaitUntil(wait) => self.until(wait),
            T::WaitEvent(wait) => {
                let filter = wait.where_clause();
                let filter = filter.map(|it| format!(" where {}", code(it.expr())));
                let rest = match wait.up_to() {
                    Some(limit) => {
                        format!("{}. It goes on either way.", most(Some(limit)))
                    }
                    None => ", however long that takes.".to_owned(),
                };
                let (name, filter) = (named(wait.name()), filter.unwrap_or_default());
                format!("Waits until the event {name}{filter} comes{rest}")
            }
            T::WaitArms(wait) => {
                let limit = match wait.wait_limit() {
                    Some(ast::WaitLimit::UpTo(limit)) => most(Some(limit)),
                    Some(ast::WaitLimit::ByTime(by)) => {
                        format!(", until {} at the latest", code(by.expr()))
                    }
                    None => String::new(),
                };
                let late = wait.wait_arms().any(|arm| matches!(arm, ast::WaitArm::TimeoutArm(_)));
                let late = match (wait.wait_limit(), late) {
                    (None, _) => "",
                    (Some(_), true) => " If none does, it goes on in `timeout`.",
                    (Some(_), false) => " If none does, it goes on behind them.",
                };
                format!(
                    "Waits until the first of its arms happens{limit}, and goes on in that.{late}"
                )
            }
            T::BranchWhen(branch) => {
                let rest = match branch.else_arm() {
                    Some(_) => "",
                    None => " If none does, it goes on behind them.",
                };
                format!("Takes the first arm whose condition holds at this moment.{rest}")
            }
            T::BranchValue(branch) => {
                format!(
                    "Takes the arm for the value that {} has at this moment.",
                    code(branch.expr())
                )
            }
            T::Split(split) => {
                let shares = split.split_arms().filter_map(|arm| {
                    let share = arm.percent()?.source();
                    Some(format!("{share} {}", named(arm.name())))
                });
                let shares = shares.collect::<Vec<_>>().join(", ");
                let again = match split.per_entry() {
                    Some(_) => "It is dealt anew each time a customer enters.",
                    None => "A customer who enters again takes the same arm.",
                };
                format!("Takes one of its arms by chance: {shares}. {again}")
            }
            T::Send(send) => self.send(send),
            T::Webhook(webhook) => webhook_sentence(webhook),
            T::Update(update) => {
                let names = update.assignments().into_iter().flat_map(|it| it.assignments());
                let names = names.filter_map(|it| it.any_name());
                let names: Vec<_> = names.map(|name| format!("`{}`", name.source())).collect();
                let once = if names.len() > 1 { ", all at once" } else { "" };
                format!("Sets {} of the customer{once}, and goes on.", names.join(", "))
            }
            T::AddCustomer(add) => {
                format!("Puts the customer into the audience {}, and goes on.", named(add.name()))
            }
            T::RemoveCustomer(remove) => format!(
                "Takes the customer out of the audience {}, and goes on.",
                named(remove.name())
            ),
            T::Run(run) => {
                let arms = match run.run_arms() {
                    Some(_) => "then takes the arm for how it ended",
                    None => "then goes on",
                };
                format!(
                    "Starts the journey {} for this customer, waits until that has ended, {arms}.",
                    named(run.name())
                )
            }
            T::Enter(enter) => format!(
                "Starts the journey {} for this customer, and goes on without waiting for it.",
                named(enter.name())
            ),
            T::LetTile(keep) => {
                format!("Keeps the value of {} as it is when somebody passes.", code(keep.expr()))
            }
            T::Repeat(repeat) => {
                let every = repeat.every().map(|it| format!(", one every {}", long(it.expr())));
                let until = repeat.repeat_until();
                let until = until.map(|it| format!(" It stops once {} holds.", code(it.expr())));
                let (every, until) = (every.unwrap_or_default(), until.unwrap_or_default());
                format!(
                    "Goes through its tiles at most {} times{every}.{until}",
                    bare(repeat.expr())
                )
            }
            T::Exit(exit) => format!("Leaves the journey with the outcome {}.", named(exit.name())),
        }
    }

    /// A window of days and hours. A single time of day is a point, and always the next one.
    fn window(&self, wait: ast::WaitWindow<'_>) -> String {
        let text = line(wait.syntax());
        let window = text.trim_start_matches("wait until ");
        let point = wait
            .window_hours()
            .is_some_and(|hours| hours.syntax().tokens(SyntaxKind::TIMEOFDAY_LIT).len() == 1);
        let clock = self.clock();
        match point {
            true => format!("Waits until it is next `{window}` {clock}, then goes on."),
            false => format!(
                "Waits until it is `{window}` {clock}. Whoever arrives in that time goes on at once."
            ),
        }
    }

    fn until(&self, wait: ast::WaitUntil<'_>) -> String {
        let (expr, clock) = (code(wait.expr()), self.clock_of(wait.expr()));
        if wait.up_to().is_some() || self.is_condition(wait.expr()) {
            let rest = match wait.up_to() {
                Some(limit) => format!("{}. It goes on either way.", most(Some(limit))),
                None => ", however long that takes.".to_owned(),
            };
            return format!("Waits until {expr} holds{rest}{clock}");
        }
        let late = match wait.late_block() {
            Some(_) => "Whoever arrives later takes the arm `late`.",
            None => "Whoever arrives later goes on at once.",
        };
        format!("Waits until {expr}, then goes on. {late}{clock}")
    }

    fn send(&self, send: ast::Send<'_>) -> String {
        let action = send.action_ref().map_or("…", |action| action.source());
        let policy = self.workspace.action_type(action).and_then(|action| action.policy.clone());
        let policy = policy.map(|policy| format!(" as soon as the policy `{policy}` lets it"));
        let waits = match send.send_arms() {
            Some(_) => "and waits until that has arrived, has failed or was skipped",
            None => "and goes on at once, without waiting until that has arrived",
        };
        format!("Sends `{action}`{}, {waits}.", policy.unwrap_or_default())
    }
}

fn webhook_sentence(webhook: ast::Webhook<'_>) -> String {
    let waits = webhook
        .webhook_parts()
        .any(|it| matches!(it, ast::WebhookPart::OkArm(_) | ast::WebhookPart::FailedArm(_)));
    let waits = if waits { "and waits for its answer" } else { "and goes on at once" };
    let method = webhook.http_method().map_or(String::new(), |it| it.source().to_uppercase());
    let url = match webhook.expr() {
        Some(ast::Expr::Text(url)) => {
            let url = line(url.syntax());
            let url = url.strip_prefix('"').and_then(|url| url.strip_suffix('"')).unwrap_or(&url);
            format!("`{url}`")
        }
        other => code(other),
    };
    format!("Calls {url} ({method}), {waits}.")
}

/// The source of a node on one line.
pub(super) fn line(node: SyntaxNode<'_>) -> String {
    journey_sema::outline::one_line(node, node.range()).to_string()
}

fn code(expr: Option<ast::Expr<'_>>) -> String {
    format!("`{}`", bare(expr))
}

fn bare(expr: Option<ast::Expr<'_>>) -> String {
    expr.map_or_else(|| "…".to_owned(), |expr| line(expr.syntax()))
}

/// A length of time: in words where it is written out.
fn long(expr: Option<ast::Expr<'_>>) -> String {
    let literal = expr.and_then(|expr| match expr {
        ast::Expr::Literal(literal) => literal.syntax().first_token(),
        _ => None,
    });
    let said = literal.and_then(|token| words::duration(token.text()));
    said.unwrap_or_else(|| code(expr))
}

fn named(name: Option<ast::Name<'_>>) -> String {
    format!("`{}`", name.map_or("…", |name| name.source()))
}

fn most(limit: Option<ast::UpTo<'_>>) -> String {
    limit.map(|limit| format!(", for {} at most", long(limit.expr()))).unwrap_or_default()
}
