//! A copy of a store that is in use.

use std::borrow::Cow;
use std::ops::Bound;
use std::path::Path;
use std::sync::Arc;

use super::base::{Held, Pairs, Purpose};
use super::embedded::Inner;
use super::home::Home;
use super::log::{self, Place};
use super::merge::Merged;
use super::overlay::{Layer, Newest};
use super::{EmbeddedStore, StoreError, Ticket};

impl EmbeddedStore {
    /// Copies the store as it is now into a directory that is not there or is empty, while it goes on being used.
    /// What is copied is read through its checksums, so a copy is a check, too. Returns the last ticket that the copy
    /// has. A copy that did not come to its end is no store, and opening it says so.
    ///
    /// The copy is a store of its own, with an id of its own.
    ///
    /// # Errors
    ///
    /// If there is something in the directory, or something cannot be read or written.
    pub fn backup(&self, directory: &Path) -> Result<Ticket, StoreError> {
        let inner = &self.inner;
        inner.health.check()?;
        // A copy must not be ahead of what a crash would leave.
        inner.log.sync()?;
        {
            let mut pending = inner.log.pending();
            inner.freeze(&mut pending);
        }
        inner.log.roll()?;
        let (layers, through, pairs) = moment(inner)?;
        let home = Home::copy(&*inner.disk, directory, mixed(inner.home.store, through))?;
        let newest = layers.iter().rev().map(|layer| &**layer);
        let range = (Bound::Unbounded, Bound::Unbounded);
        let owned =
            |(key, value): (&[u8], Option<&[u8]>)| (key.to_vec(), value.map(<[u8]>::to_vec));
        let all = Merged::new(Newest::new(newest, range).map(owned), pairs);
        write(inner, &home, through, all)?;
        Ok(through)
    }
}

/// Frozen layers, what they go up to, and the pairs of the base as they were before these layers or after some of them.
fn moment(inner: &Inner) -> Result<(Vec<Arc<Layer>>, Ticket, Pairs<'_>), StoreError> {
    loop {
        let (layers, through, part) = inner.overlay.frozen_layers();
        let pairs = inner.base.range(&[], None)?;
        if inner.overlay.goes_together(&part) {
            return Ok((layers, through, pairs));
        }
    }
}

/// An id for the copy, which no store has by chance.
fn mixed(store: u64, through: Ticket) -> u64 {
    let mut mixed = store ^ through.0.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed ^ (mixed >> 31)
}

fn write(
    inner: &Inner,
    home: &Home,
    through: Ticket,
    all: impl Iterator<Item = Result<super::Pair, StoreError>>,
) -> Result<(), StoreError> {
    let base = (inner.open_base)(&home.base(), Purpose::Create)?;
    let mut changes = all.map(|pair| {
        let (key, value) = pair?;
        Ok((Cow::Owned(key), Some(Cow::Owned(value))))
    });
    base.write(&mut changes, Held { store: home.store, through })?;
    let place = Place {
        disk: inner.disk.clone(),
        directory: home.log(),
        store: home.store,
        health: Arc::default(),
        counters: Arc::default(),
    };
    drop(log::create(place, through.next())?);
    home.finish(&*inner.disk)
}
