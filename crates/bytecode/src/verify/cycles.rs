//! Cycles of a journey's code: each passes a wait, or counts down.
//!
//! A loop settles its number of rounds, takes one off before each round, and goes elsewhere when
//! none is left. So a cycle through such a countdown ends, unless the number is settled anew on the
//! way. Countdowns that end all cycles they are on are taken out of the graph, and with
//! them the outermost loops; what is left of their bodies is looked at in the same way.

use crate::{Journey, Op};

/// Finds a cycle that neither waits nor counts down.
pub(super) fn endless(journey: &Journey) -> Option<usize> {
    // A way that never leads back is no cycle. Most journeys have no other.
    if !(0..journey.code.len()).any(|op| leads_back(journey, op)) {
        return None;
    }
    let mut out = vec![false; journey.code.len()];
    loop {
        let components = components(journey, &out);
        if components.is_empty() {
            return None;
        }
        for component in &components {
            let bounds = bounds(journey, component);
            if bounds.is_empty() {
                return component.first().copied();
            }
            bounds.into_iter().for_each(|op| set(&mut out, op, true));
        }
    }
}

/// Whether an operation leads to itself or an earlier one without a wait.
fn leads_back(journey: &Journey, op: usize) -> bool {
    let mut back = false;
    journey.successors(op, false, |to| back |= to <= op);
    back
}

/// The countdowns of a component that end every cycle they are on.
fn bounds(journey: &Journey, component: &[usize]) -> Vec<usize> {
    let ops = || component.iter().filter_map(|at| Some((*at, *journey.code.get(*at)?)));
    let settled = ops().filter_map(|(_, op)| match op {
        Op::Rounds { local, .. } => Some(local),
        _ => None,
    });
    let settled: Vec<u16> = settled.collect();
    let ends = |(at, op): (usize, Op)| match op {
        Op::Countdown { local, to }
            if !settled.contains(&local) && component.binary_search(&(to as usize)).is_err() =>
        {
            Some(at)
        }
        _ => None,
    };
    ops().filter_map(ends).collect()
}

/// Operations that lead to each other without a wait, each group ascending; those that are `out`
/// aside. Tarjan's algorithm with a stack of its own.
fn components(journey: &Journey, out: &[bool]) -> Vec<Vec<usize>> {
    let length = journey.code.len();
    let mut search = Search {
        seen: vec![None; length],
        low: vec![0; length],
        open: vec![false; length],
        stack: Vec::new(),
        counter: 0,
    };
    let next = |op: usize| -> Vec<usize> {
        let mut next = Vec::new();
        journey.successors(op, false, |to| next.push(to));
        next.retain(|to| out.get(*to) == Some(&false));
        next
    };
    let mut found = Vec::new();
    for root in 0..length {
        if out.get(root) != Some(&false) || search.when(root).is_some() {
            continue;
        }
        search.enter(root);
        let mut path = vec![(root, next(root))];
        while let Some((op, rest)) = path.last_mut() {
            let op = *op;
            if let Some(to) = rest.pop() {
                match search.when(to) {
                    None => {
                        search.enter(to);
                        path.push((to, next(to)));
                    }
                    Some(when) if search.open.get(to) == Some(&true) => search.lower(op, when),
                    Some(_) => {}
                }
                continue;
            }
            path.pop();
            let low = search.low.get(op).copied().unwrap_or(0);
            if let Some((parent, _)) = path.last() {
                search.lower(*parent, low);
            }
            if search.when(op) == Some(low) {
                let component = search.close(op);
                if component.len() > 1 || next(op).contains(&op) {
                    found.push(component);
                }
            }
        }
    }
    found
}

struct Search {
    /// When an operation was met.
    seen: Vec<Option<usize>>,
    /// The earliest open one that can be reached.
    low: Vec<usize>,
    open: Vec<bool>,
    stack: Vec<usize>,
    counter: usize,
}

impl Search {
    fn when(&self, op: usize) -> Option<usize> {
        self.seen.get(op).copied().flatten()
    }

    fn enter(&mut self, op: usize) {
        set(&mut self.seen, op, Some(self.counter));
        set(&mut self.low, op, self.counter);
        set(&mut self.open, op, true);
        self.counter += 1;
        self.stack.push(op);
    }

    fn lower(&mut self, op: usize, to: usize) {
        if let Some(low) = self.low.get_mut(op) {
            *low = (*low).min(to);
        }
    }

    /// The operations on the stack down to `op` lead to each other.
    fn close(&mut self, op: usize) -> Vec<usize> {
        let mut component = Vec::new();
        while let Some(top) = self.stack.pop() {
            set(&mut self.open, top, false);
            component.push(top);
            if top == op {
                break;
            }
        }
        component.sort_unstable();
        component
    }
}

fn set<T>(values: &mut [T], at: usize, value: T) {
    if let Some(slot) = values.get_mut(at) {
        *slot = value;
    }
}
