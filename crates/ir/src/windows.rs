//! Event-history windows.
//!
//! Two questions that only differ in where they are asked share a window. What a window of `last`
//! keeps is the union over all that is read of it, so it grows while expressions are compiled;
//! the index of a field among the kept ones is settled at the end.

use std::collections::BTreeSet;

use journey_bytecode::{self as bc, ExprId};
use journey_sema::thir::{History, HistoryFn, HistoryRange, Since};
use rustc_hash::FxHashMap;

use crate::LowerError;
use crate::lowering::{Lowering, Scope};

/// What tells windows apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    event: u16,
    aggregate: Aggregate,
    filter: Option<ExprId>,
    value: Option<ExprId>,
    range: Range,
    journey: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Aggregate {
    Count,
    Sum,
    Last,
    First,
    Each,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Range {
    All,
    Within(i64),
    SinceEntered,
    SinceMark(u16),
}

/// The windows of a program in the making.
#[derive(Debug, Default)]
pub(crate) struct Windows {
    known: FxHashMap<Key, u16>,
    /// Each window with the event slots that its `last` keeps.
    windows: Vec<(Key, BTreeSet<u16>)>,
}

/// A field of what a `last` window gives: a property of its event, or `at`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FieldOfLast {
    pub(crate) window: u16,
    /// `None` is `at`.
    pub(crate) slot: Option<u16>,
}

impl Windows {
    /// Notes that a field of a `last` window is read.
    pub(crate) fn keep(&mut self, field: FieldOfLast) {
        let window = self.windows.get_mut(usize::from(field.window));
        if let (Some((_, kept)), Some(slot)) = (window, field.slot) {
            kept.insert(slot);
        }
    }

    /// Where a field stands in the record of its window: kept slots in order, then `at`.
    pub(crate) fn index(&self, field: FieldOfLast) -> u16 {
        let Some((_, kept)) = self.windows.get(usize::from(field.window)) else { return 0 };
        let before = match field.slot {
            Some(slot) => kept.range(..slot).count(),
            None => kept.len(),
        };
        u16::try_from(before).unwrap_or(u16::MAX)
    }

    pub(crate) fn finish(self) -> Vec<bc::Window> {
        let window = |(key, kept): (Key, BTreeSet<u16>)| bc::Window {
            event: key.event,
            aggregate: match key.aggregate {
                Aggregate::Count => bc::Aggregate::Count,
                Aggregate::Sum => bc::Aggregate::Sum,
                Aggregate::First => bc::Aggregate::First,
                Aggregate::Each => bc::Aggregate::Each,
                Aggregate::Last => bc::Aggregate::Last { slots: kept.into_iter().collect() },
            },
            filter: key.filter,
            value: key.value,
            range: match key.range {
                Range::All => bc::Range::All,
                Range::Within(ms) => bc::Range::Within(ms),
                Range::SinceEntered => bc::Range::SinceEntered,
                Range::SinceMark(mark) => bc::Range::SinceMark(mark),
            },
            journey: key.journey,
        };
        self.windows.into_iter().map(window).collect()
    }
}

impl Lowering<'_> {
    /// The window that answers `history`; also whether it belongs to the instance at hand.
    pub(crate) fn window(
        &mut self,
        history: &History,
        scope: Scope<'_>,
    ) -> Result<(u16, bool), LowerError> {
        let (event, _) = self.event(&history.event)?;
        let inner = scope.with_event(event);
        let filter = match &history.filter {
            Some(filter) => Some(self.test(filter, inner)?),
            None => None,
        };
        let value = match &history.value {
            Some(value) => Some(self.value(value, None, inner)?),
            None => None,
        };
        let range = self.range(&history.range, scope)?;
        let of_instance = matches!(range, Range::SinceEntered | Range::SinceMark(_));
        let reads_instance = [filter, value]
            .into_iter()
            .flatten()
            .any(|id| self.expr(id).is_some_and(|expr| expr.journey.is_some()));
        let journey = scope.instance.map(|instance| instance.journey);
        let key = Key {
            event,
            aggregate: match history.function {
                // That something happened is that there is one of it.
                HistoryFn::Count | HistoryFn::Happened => Aggregate::Count,
                HistoryFn::Sum => Aggregate::Sum,
                HistoryFn::Last => Aggregate::Last,
            },
            filter,
            value,
            range,
            journey: journey.filter(|_| of_instance || reads_instance),
        };
        let of_instance = key.journey.is_some();
        Ok((self.number_of(key)?, of_instance))
    }

    /// The window that keeps events for a wait that looks back. Waits share it: what is kept is
    /// looked through when it is asked.
    pub(crate) fn kept_events(
        &mut self,
        event: u16,
        filtered: bool,
        since: &Since,
        scope: Scope<'_>,
    ) -> Result<u16, LowerError> {
        let range = match since {
            Since::Entered => HistoryRange::SinceEntered,
            Since::Label(label) => HistoryRange::SinceLabel(label.clone()),
        };
        let range = self.range(&range, scope)?;
        let aggregate = if filtered { Aggregate::Each } else { Aggregate::First };
        let journey = scope.instance.map(|instance| instance.journey);
        self.number_of(Key { event, aggregate, filter: None, value: None, range, journey })
    }

    fn number_of(&mut self, key: Key) -> Result<u16, LowerError> {
        if let Some(known) = self.windows.known.get(&key) {
            return Ok(*known);
        }
        let number = self.number(self.windows.windows.len(), "history windows")?;
        self.windows.windows.push((key.clone(), BTreeSet::new()));
        self.windows.known.insert(key, number);
        Ok(number)
    }

    fn range(&self, range: &HistoryRange, scope: Scope<'_>) -> Result<Range, LowerError> {
        let instance = || scope.instance.ok_or_else(|| self.unchecked("`since` without a journey"));
        Ok(match range {
            HistoryRange::All => Range::All,
            HistoryRange::Within(ms) => Range::Within(*ms),
            HistoryRange::SinceEntered => {
                instance()?;
                Range::SinceEntered
            }
            HistoryRange::SinceLabel(label) => {
                let mark = instance()?.marks.iter().position(|mark| **mark == **label);
                match mark {
                    Some(mark) => Range::SinceMark(self.number(mark, "marks")?),
                    None => return Err(self.unchecked(format!("unknown label {label}"))),
                }
            }
        })
    }
}
