//! Visiting expressions.

use journey_sema::thir::{
    ArmTrigger, Call, Condition, Entry, EventMatch, ExitTrigger, Expr, HttpRequest, Journey, Since,
    Tile, TileKind, WaitLimit, Wake,
};
use journey_sema::walk::children;

use crate::ways;

/// Calls `visit` for `root` and everything below it, parents first.
pub fn expr<'a>(root: &'a Expr, visit: &mut impl FnMut(&'a Expr)) {
    // A stack in place of recursion, as trees may be deep; last child first, so that they come
    // off in order.
    let mut stack = vec![root];
    while let Some(next) = stack.pop() {
        visit(next);
        stack.extend(children(next).into_iter().rev());
    }
}

/// Calls `visit` for every expression of a journey, those of tiles out of reach too.
pub fn journey<'a>(journey: &'a Journey, visit: &mut impl FnMut(&'a Expr)) {
    let mut roots = Vec::new();
    if let Entry::Event(event) = &journey.entry {
        roots.extend(&event.filter);
    }
    roots.extend(journey.each.as_ref().map(|each| &each.list));
    roots.extend(&journey.key);
    for goal in &journey.goals {
        roots.extend(&goal.event.filter);
        roots.push(&goal.within);
    }
    roots.extend(&journey.timezone);
    for exit in &journey.exits {
        match &exit.trigger {
            ExitTrigger::Event(event) => roots.extend(&event.filter),
            ExitTrigger::When(condition) => condition_roots(condition, &mut roots),
            ExitTrigger::After(length) => roots.push(length),
        }
    }
    for tile in ways::statements(journey) {
        tile_roots(tile, &mut roots);
    }
    for root in roots {
        expr(root, visit);
    }
}

/// The expressions of a tile itself, not of the blocks it opens.
fn tile_roots<'a>(tile: &'a Tile, roots: &mut Vec<&'a Expr>) {
    match &tile.kind {
        TileKind::WaitFor(expr)
        | TileKind::WaitUntil { time: expr, .. }
        | TileKind::Let(_, expr) => roots.push(expr),
        TileKind::WaitWindow(_) => {}
        TileKind::WaitCondition { condition, up_to } => {
            condition_roots(condition, roots);
            roots.extend(up_to);
        }
        TileKind::WaitEvent { event: EventMatch { filter, .. }, up_to } => {
            roots.extend(filter);
            roots.extend(up_to);
        }
        TileKind::WaitArms { limit, arms, .. } => {
            match limit {
                WaitLimit::None => {}
                WaitLimit::UpTo(expr) | WaitLimit::By(expr) => roots.push(expr),
            }
            for arm in arms {
                match &arm.trigger {
                    ArmTrigger::Event(event) => roots.extend(&event.filter),
                    ArmTrigger::When(condition) => condition_roots(condition, roots),
                }
            }
        }
        TileKind::BranchWhen { arms, .. } => roots.extend(arms.iter().map(|(test, _)| test)),
        TileKind::BranchValue { subject, arms, .. } => {
            roots.push(subject);
            roots.extend(arms.iter().flat_map(|(values, _)| values));
        }
        TileKind::Webhook(webhook) => request_roots(&webhook.request, roots),
        TileKind::Send { args: values, .. } | TileKind::Update(values) => {
            roots.extend(values.iter().map(|(_, value)| value));
        }
        TileKind::Enter(call) | TileKind::Run { call, .. } => call_roots(call, roots),
        TileKind::Repeat(repeat) => {
            roots.push(&repeat.times);
            roots.extend(&repeat.every);
            roots.extend(&repeat.until);
        }
        TileKind::Split { .. } | TileKind::Member { .. } | TileKind::Exit(_) => {}
    }
}

/// The events that waits of a journey look back for, and since when.
pub fn awaited(journey: &Journey) -> Vec<(&EventMatch, &Since)> {
    let mut found = Vec::new();
    for tile in ways::tiles(journey) {
        match &tile.kind {
            TileKind::WaitEvent { event, .. } => found.push(event),
            TileKind::WaitArms { arms, .. } => {
                for arm in arms {
                    if let ArmTrigger::Event(event) = &arm.trigger {
                        found.push(event);
                    }
                }
            }
            _ => {}
        }
    }
    found.into_iter().filter_map(|event| Some((event, event.since.as_ref()?))).collect()
}

/// What a journey that is started is given.
pub(crate) fn call_roots<'a>(call: &'a Call, roots: &mut Vec<&'a Expr>) {
    roots.extend(call.args.iter().chain(&call.event).map(|(_, value)| value));
}

/// The expressions of a continuous condition: its test and its wakes.
pub fn condition_roots<'a>(condition: &'a Condition, roots: &mut Vec<&'a Expr>) {
    roots.push(&condition.test);
    for wake in &condition.wakes {
        match wake {
            Wake::At(expr) | Wake::TimeOfDay(expr) => roots.push(expr),
            Wake::Midnight => {}
        }
    }
}

/// The expressions of a request.
pub fn request_roots<'a>(request: &'a HttpRequest, roots: &mut Vec<&'a Expr>) {
    roots.push(&request.url);
    roots.extend(request.headers.iter().map(|(_, value)| value));
    roots.extend(&request.body);
}
