//! What two programs have in common: journeys that do the same, windows that count the same.
//!
//! What one program has is copied into a copy of the other, as if it was linked; it is the same as what
//! it falls together with.

use super::calls::Lines;
use super::code::{Copied, Counterpart};
use super::names::Names;
use super::pools::Pools;
use super::walk::{self, Refer, Referred};
use crate::{Entry, ExprId, Journey, Program};

/// Two programs.
pub struct Comparison<'p> {
    earlier: &'p Program,
    present: &'p Program,
    /// The present program, and all that was compared with it.
    both: Program,
    pools: Pools,
    names: Names<'p>,
    lines: Lines<'p>,
}

impl<'p> Comparison<'p> {
    /// Prepares to compare two programs.
    pub fn of(earlier: &'p Program, present: &'p Program) -> Comparison<'p> {
        Comparison {
            earlier,
            present,
            both: present.clone(),
            pools: Pools::of(present),
            names: Names::of(present),
            lines: Lines::of(present, &[]),
        }
    }

    /// Whether a journey of the earlier program does the same as one of the present program, once it is
    /// entered.
    pub fn is_same(&mut self, was: u16, is: u16) -> bool {
        let earlier = self.earlier.journeys.get(usize::from(was));
        let present = self.present.journeys.get(usize::from(is));
        let (Some(earlier), Some(present)) = (earlier, present) else { return false };
        let own = Some(Counterpart::same(was, is));
        let mut copied = Copied::new(self.earlier, own, &self.names, &self.lines);
        let copy = copied.journey(earlier, &mut self.both, &mut self.pools);
        let first = walk::journey(present, &mut First { pools: &self.pools, of: self.present });
        match (copy, first) {
            (Ok(copy), Ok(first)) => does_the_same(copy, first),
            _ => false,
        }
    }

    /// The window of the present program that counts what one of the earlier program does. One that
    /// belongs to a journey is looked for among those of its counterpart.
    pub fn window(&mut self, number: u16, counterpart: Option<Counterpart<'_>>) -> Option<u16> {
        let mut copied = Copied::new(self.earlier, counterpart, &self.names, &self.lines);
        let same = copied.one_window(number, &mut self.both, &mut self.pools).ok()?;
        (usize::from(same) < self.present.windows.len()).then_some(same)
    }
}

/// How a journey is entered, and what it is called, is not what it does.
fn does_the_same(mut a: Journey, mut b: Journey) -> bool {
    for journey in [&mut a, &mut b] {
        journey.entry = Entry::Manual;
        journey.title.clear();
        journey.params.clear();
    }
    let outcomes = a.outcomes.iter().zip(&b.outcomes).all(|(a, b)| a == b);
    // Outcomes may have been added for those who enter anew.
    a.outcomes.clear();
    b.outcomes.clear();
    outcomes && a == b
}

/// Every expression and window as the first that equals it.
struct First<'l> {
    pools: &'l Pools,
    of: &'l Program,
}

impl Refer for First<'_> {
    fn expr(&mut self, id: ExprId) -> Referred<ExprId> {
        Ok(self.pools.first_expr(self.of, id).unwrap_or(id))
    }

    fn window(&mut self, number: u16) -> Referred<u16> {
        Ok(self.pools.first_window(self.of, number).unwrap_or(number))
    }
}
