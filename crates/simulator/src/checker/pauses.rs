//! What is paused does not move.

use std::collections::BTreeMap;

use journey_engine::deploy::{Change, Line};
use journey_engine::timeline::Fact;
use journey_vm::Ending;

use super::People;
use crate::violation::{Promise, Violation, promise};

impl People<'_> {
    pub(super) fn check_pauses(&self) -> Result<(), Violation> {
        let pauses = self.pauses();
        if pauses.is_empty() {
            return Ok(());
        }
        for (id, found) in &self.all {
            for record in &found.timeline {
                let Some(deployment) = self.history.numbered(record.deployment) else { continue };
                for happened in record.effects.iter().filter(|it| moves(&it.what)) {
                    let version = happened.journey.and_then(|it| deployment.version(it));
                    let of_line = version.and_then(|version| pauses.get(&version.line));
                    let mut spans = of_line.into_iter().flatten();
                    // At the instant of the pause itself, what came before it may have happened before.
                    let within = spans.find(|(from, to)| *from < happened.at && happened.at < *to);
                    promise(within.is_none(), Promise::Paused, || {
                        format!("{id} was paused in {within:?}: {happened:?} by {:?}", record.cause)
                    })?;
                }
            }
        }
        Ok(())
    }

    /// From when to when each journey was paused.
    fn pauses(&self) -> BTreeMap<Line, Vec<(i64, i64)>> {
        let mut pauses: BTreeMap<Line, Vec<(i64, i64)>> = BTreeMap::new();
        for operation in self.history.since(0) {
            match &operation.what {
                Change::Pause(line) => {
                    pauses.entry(*line).or_default().push((operation.at, i64::MAX));
                }
                Change::Resume(line) | Change::Stop(line) => {
                    let open = pauses.get_mut(line).and_then(|spans| spans.last_mut());
                    open.into_iter().for_each(|span| span.1 = span.1.min(operation.at));
                }
                // A journey that is left out of a program lets its members go on.
                Change::Deploy(deployment) => {
                    for (line, spans) in &mut pauses {
                        let program = deployment.set.program();
                        let current = deployment.current(*line);
                        if current.is_none_or(|journey| program.version(journey).retired) {
                            let open = spans.last_mut();
                            open.into_iter().for_each(|span| span.1 = span.1.min(operation.at));
                        }
                    }
                }
            }
        }
        pauses
    }
}

/// Whether a member moves by this, or does something.
fn moves(fact: &Fact) -> bool {
    match fact {
        Fact::Entered { .. }
        | Fact::Arrived
        | Fact::Left { .. }
        | Fact::Sent { .. }
        | Fact::Called { .. }
        | Fact::Held { .. }
        | Fact::Skipped { .. }
        | Fact::Updated { .. }
        | Fact::SetMember { .. } => true,
        Fact::Exited { ending, .. } => matches!(ending, Ending::Outcome(_)),
        _ => false,
    }
}
