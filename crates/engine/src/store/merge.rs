//! Changes on top of pairs.

use std::cmp::Ordering;
use std::iter::Peekable;

use super::base::Pairs;
use super::overlay::Changed;
use super::{Pair, StoreError};

/// The pairs of a base with changes made to them, in order.
pub(super) struct Merged<'a, C: Iterator<Item = Changed>> {
    changes: Peekable<C>,
    pairs: Peekable<Pairs<'a>>,
}

impl<'a, C: Iterator<Item = Changed>> Merged<'a, C> {
    pub(super) fn new(changes: C, pairs: Pairs<'a>) -> Self {
        Self { changes: changes.peekable(), pairs: pairs.peekable() }
    }
}

impl<C: Iterator<Item = Changed>> Iterator for Merged<'_, C> {
    type Item = Result<Pair, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let order = match (self.changes.peek(), self.pairs.peek()) {
                (None, _) | (Some(_), Some(Err(_))) => Ordering::Greater,
                (Some(_), None) => Ordering::Less,
                (Some((changed, _)), Some(Ok((key, _)))) => changed.cmp(key),
            };
            if order == Ordering::Greater {
                return self.pairs.next();
            }
            if order == Ordering::Equal {
                self.pairs.next();
            }
            if let Some((key, Some(value))) = self.changes.next() {
                return Some(Ok((key, value)));
            }
        }
    }
}
