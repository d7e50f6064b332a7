//! Events in lines, taken while they come.

use axum::extract::Request;
use journey_intake::Elements;

use super::super::super::Idempotent;
use super::super::super::body::BodyLines;
use super::super::super::problem::Problem;
use super::super::super::rate::RateClass;
use super::super::super::state::AppState;
use super::super::taking::{MOST, Patience, Taken, limits, take_all};
use super::read;
use crate::auth::Principal;
use crate::observe::Stopping;

/// Takes the events of a body, piece by piece: one is read when the one before it is durable, so that whoever
/// sends has to wait for the disk, and a customer's events stay in order.
pub(super) async fn take(
    state: &AppState,
    idempotent: &Idempotent,
    request: Request,
) -> Result<Taken, Problem> {
    let sender = request.extensions().get::<Principal>().cloned();
    let limits = limits(state, usize::MAX);
    let mut lines = BodyLines::of(request, limits.bytes);
    let mut stopping = state.stopping.clone();
    let mut taken = Taken::default();
    // As many as one request may bring else count as a request.
    let mut paid = MOST;
    loop {
        let piece = match next(&mut lines, &mut stopping, taken.elements() > 0).await {
            Ok(Some(piece)) => piece,
            Ok(None) if taken.elements() == 0 => Default::default(),
            Ok(None) => return Ok(taken),
            Err(problem) => return Err(broken_off(problem, &taken)),
        };
        let index = taken.elements();
        let patience = if index == 0 { Patience::None } else { Patience::Some };
        let of_piece = take_all(state, patience, |deployment, batch| {
            let elements = Elements::further(&piece, index, limits);
            read(&state.services, deployment, elements, idempotent, batch)
        });
        match of_piece.await {
            Ok(of_piece) => taken.add(of_piece),
            // Where to go on nobody can say.
            Err(unfinished) if unfinished.partly => return Err(with(unfinished.into(), &taken)),
            Err(unfinished) => return Err(broken_off(unfinished.into(), &taken)),
        }
        if piece.is_empty() {
            return Ok(taken);
        }
        while taken.elements() > paid {
            paid += MOST;
            let Some(sender) = &sender else { continue };
            tokio::select! {
                () = state.rates.count_patiently(sender, RateClass::Ingest) => {}
                () = stopping.begun() => return Err(broken_off(stops(), &taken)),
            }
        }
    }
}

/// The next lines. When the server stops, none but the first are waited for.
async fn next(
    lines: &mut BodyLines,
    stopping: &mut Stopping,
    begun: bool,
) -> Result<Option<bytes::Bytes>, Problem> {
    if begun && stopping.has_begun() {
        return Err(stops());
    }
    tokio::select! {
        biased;
        piece = lines.next() => piece,
        () = stopping.begun() => Err(stops()),
    }
}

fn stops() -> Problem {
    let wait = std::time::Duration::from_secs(5);
    Problem::unavailable("the server stops; try again in a moment", wait)
}

/// A problem that comes after some events were done says what became of them.
fn broken_off(problem: Problem, taken: &Taken) -> Problem {
    let done = taken.elements();
    if done == 0 {
        return problem;
    }
    let go_on = format_args!("the first {done} events are done, go on behind them");
    with(problem, taken).but_done(go_on)
}

/// Says in the problem what became of the events before.
fn with(problem: Problem, taken: &Taken) -> Problem {
    problem.with("done", serde_json::to_value(taken).unwrap_or_default())
}
