//! Changes that the base does not have yet, in memory.
//!
//! The newest are in the *active* layer. When it is large it is *frozen*, and a new one begins; frozen layers
//! are written to the base, the oldest first, and then forgotten.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque, btree_map};
use std::iter::Peekable;
use std::ops::Bound;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, RwLock, RwLockWriteGuard};

use super::base::SortedChange;
use super::guard::{read, write};
use super::key::Key;
use super::{Batch, Metrics, StoreError, Ticket};

/// What an entry takes beside its value: its place in the map, of which a quarter is empty, and what the
/// allocator needs.
const ENTRY: usize = 112;

/// A key with its newest value; none where it was deleted.
pub(super) type Changed = (Vec<u8>, Option<Vec<u8>>);

/// Changes, and the last batch that is among them.
#[derive(Debug, Default)]
pub(super) struct Layer {
    pub(super) id: u64,
    pub(super) last: Ticket,
    bytes: usize,
    map: BTreeMap<Key, Option<Box<[u8]>>>,
}

/// All layers.
#[derive(Debug)]
pub(super) struct Layers {
    active: Layer,
    /// The oldest first.
    frozen: VecDeque<Arc<Layer>>,
    /// The last batch that is before the active layer.
    before: Ticket,
}

/// The layers with what is asked of them most, which needs no lock.
#[derive(Debug)]
pub(super) struct Overlay {
    layers: RwLock<Layers>,
    active_bytes: AtomicUsize,
    frozen: AtomicUsize,
    /// The layer that is or was last being written to the base.
    flushing: AtomicU64,
}

/// A part of the overlay at one moment.
pub(super) struct Part {
    pub(super) changes: Vec<Changed>,
    active: u64,
}

impl Layer {
    pub(super) fn apply(&mut self, ticket: Ticket, batch: &Batch) {
        self.last = ticket;
        for change in batch.changes() {
            let size = change.value.map_or(0, <[u8]>::len);
            let key = Key::new(change.key);
            let entry = ENTRY + key.elsewhere();
            match self.map.insert(key, change.value.map(Into::into)) {
                None => self.bytes += entry + size,
                Some(old) => self.bytes = self.bytes + size - old.map_or(0, |value| value.len()),
            }
        }
    }

    /// All changes, in order of keys.
    pub(super) fn changes(&self) -> impl Iterator<Item = Result<SortedChange<'_>, StoreError>> {
        self.map.iter().map(|(key, value)| {
            Ok((Cow::Borrowed(key.as_slice()), value.as_deref().map(Cow::Borrowed)))
        })
    }

    fn range(&self, range: Bounds<'_>) -> Peekable<Range<'_>> {
        self.map.range::<[u8], _>(range).peekable()
    }
}

type Range<'a> = btree_map::Range<'a, Key, Option<Box<[u8]>>>;
type Bounds<'a> = (Bound<&'a [u8]>, Bound<&'a [u8]>);

/// The newest change of each key, in order, from layers of which the newest comes first.
pub(super) struct Newest<'a> {
    layers: Vec<Peekable<Range<'a>>>,
}

impl<'a> Newest<'a> {
    pub(super) fn new(layers: impl Iterator<Item = &'a Layer>, range: Bounds<'a>) -> Self {
        Self { layers: layers.map(|layer| layer.range(range)).collect() }
    }
}

impl<'a> Iterator for Newest<'a> {
    type Item = (&'a [u8], Option<&'a [u8]>);

    fn next(&mut self) -> Option<Self::Item> {
        let heads = self.layers.iter_mut().filter_map(|layer| layer.peek());
        // Of equal keys `min_by` takes the first, which is the newest.
        let (key, value) = heads.copied().min_by(|one, other| one.0.cmp(other.0))?;
        for layer in &mut self.layers {
            layer.next_if(|head| head.0 == key);
        }
        Some((key.as_slice(), value.as_deref()))
    }
}

impl Layers {
    pub(super) fn active(&mut self) -> &mut Layer {
        &mut self.active
    }

    /// The newest first.
    fn newest_first(&self) -> impl Iterator<Item = &Layer> {
        std::iter::once(&self.active).chain(self.frozen.iter().rev().map(|layer| &**layer))
    }
}

impl Overlay {
    /// An overlay on a base that holds everything up to a ticket.
    pub(super) fn new(before: Ticket) -> Self {
        let active = Layer { id: 1, ..Layer::default() };
        Self {
            layers: RwLock::new(Layers { active, frozen: VecDeque::new(), before }),
            active_bytes: AtomicUsize::new(0),
            frozen: AtomicUsize::new(0),
            flushing: AtomicU64::new(0),
        }
    }

    /// The layers, to change them. Changes are made in the order in which this is called.
    pub(super) fn lock(&self) -> RwLockWriteGuard<'_, Layers> {
        write(&self.layers)
    }

    /// Adds a batch to the active layer.
    pub(super) fn apply(&self, layers: &mut Layers, ticket: Ticket, batch: &Batch) {
        layers.active().apply(ticket, batch);
        self.active_bytes.store(layers.active.bytes, Ordering::Relaxed);
    }

    /// Freezes the active layer, unless it is empty.
    pub(super) fn freeze(&self, layers: &mut Layers) {
        if layers.active.map.is_empty() {
            return;
        }
        let next = Layer { id: layers.active.id + 1, ..Layer::default() };
        let full = std::mem::replace(&mut layers.active, next);
        layers.before = full.last;
        layers.frozen.push_back(Arc::new(full));
        self.active_bytes.store(0, Ordering::Relaxed);
        self.frozen.store(layers.frozen.len(), Ordering::Release);
    }

    /// About how many bytes the active layer has.
    pub(super) fn active_bytes(&self) -> usize {
        self.active_bytes.load(Ordering::Relaxed)
    }

    /// How many layers are frozen.
    pub(super) fn frozen(&self) -> usize {
        self.frozen.load(Ordering::Acquire)
    }

    /// The newest change of a key, if there is one.
    pub(super) fn get(&self, key: &[u8]) -> Option<Option<Vec<u8>>> {
        let layers = read(&self.layers);
        let found = layers.newest_first().find_map(|layer| layer.map.get(key))?;
        Some(found.as_deref().map(<[u8]>::to_vec))
    }

    /// The newest changes from `from` on and before `to`, up to and with the one that gives a value to the
    /// `limit`th key: what a scan with this limit needs to know, whatever the base holds.
    pub(super) fn part(&self, from: &[u8], to: &[u8], limit: usize) -> Part {
        let layers = read(&self.layers);
        let range = (Bound::Included(from), Bound::Excluded(to));
        let mut changes = Vec::new();
        let mut values = 0;
        for (key, value) in Newest::new(layers.newest_first(), range) {
            changes.push((key.to_vec(), value.map(<[u8]>::to_vec)));
            values += usize::from(value.is_some());
            if values == limit {
                break;
            }
        }
        Part { changes, active: layers.active.id }
    }

    /// Whether the base still holds nothing that was appended after the part was taken. If it may, what it
    /// holds and the part do not go together.
    pub(super) fn goes_together(&self, part: &Part) -> bool {
        self.flushing.load(Ordering::Acquire) < part.active
    }

    /// The frozen layers, the oldest first, the ticket up to which they and the base hold everything, and a
    /// part by which to know whether the base goes together with them.
    pub(super) fn frozen_layers(&self) -> (Vec<Arc<Layer>>, Ticket, Part) {
        let layers = read(&self.layers);
        let part = Part { changes: Vec::new(), active: layers.active.id };
        (layers.frozen.iter().cloned().collect(), layers.before, part)
    }

    /// The newest layer that is frozen, or was.
    pub(super) fn last_frozen(&self) -> u64 {
        read(&self.layers).active.id - 1
    }

    /// The layer to write to the base next, unless it is newer than the given one. From now on it is being written.
    pub(super) fn begin_flush(&self, newest: u64) -> Option<Arc<Layer>> {
        let oldest = read(&self.layers).frozen.front().cloned()?;
        if oldest.id > newest {
            return None;
        }
        self.flushing.store(oldest.id, Ordering::Release);
        Some(oldest)
    }

    /// Forgets the oldest frozen layer: the base has it.
    pub(super) fn end_flush(&self) {
        let gone = {
            let mut layers = self.lock();
            let gone = layers.frozen.pop_front();
            self.frozen.store(layers.frozen.len(), Ordering::Release);
            gone
        };
        // Giving back that much memory takes a while; nobody has to wait for it.
        drop(gone);
    }

    pub(super) fn measure(&self, metrics: &mut Metrics) {
        let layers = read(&self.layers);
        metrics.frozen_layers = layers.frozen.len() as u64;
        for layer in layers.newest_first() {
            metrics.overlay_bytes += layer.bytes as u64;
            metrics.overlay_keys += layer.map.len() as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(overlay: &Overlay, ticket: u64, key: &str, value: Option<&str>) {
        let mut batch = Batch::new();
        batch.push(key.as_bytes(), value.map(str::as_bytes));
        overlay.apply(&mut overlay.lock(), Ticket(ticket), &batch);
    }

    fn text(part: &Part) -> String {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let one = |(key, value): &Changed| {
            format!("{}={} ", text(key), value.as_deref().map_or("-".into(), text))
        };
        part.changes.iter().map(one).collect()
    }

    #[test]
    fn the_newest_layer_counts_and_what_is_deleted_is_said() {
        let overlay = Overlay::new(Ticket(0));
        apply(&overlay, 1, "a", Some("old"));
        apply(&overlay, 2, "b", Some("old"));
        apply(&overlay, 3, "c", Some("old"));
        overlay.freeze(&mut overlay.lock());
        apply(&overlay, 4, "b", Some("new"));
        apply(&overlay, 5, "c", None);
        overlay.freeze(&mut overlay.lock());
        apply(&overlay, 6, "a", None);
        assert_eq!(text(&overlay.part(b"a", b"z", 9)), "a=- b=new c=- ");
        assert_eq!(overlay.get(b"a"), Some(None));
        assert_eq!(overlay.get(b"b"), Some(Some(b"new".to_vec())));
        assert_eq!(overlay.get(b"x"), None);
    }

    #[test]
    fn a_part_ends_with_the_last_value_a_scan_can_need() {
        let overlay = Overlay::new(Ticket(0));
        for (ticket, key) in ["a", "b", "c", "d"].into_iter().enumerate() {
            apply(&overlay, ticket as u64, key, (key != "b").then_some("1"));
        }
        assert_eq!(text(&overlay.part(b"a", b"z", 2)), "a=1 b=- c=1 ");
    }

    #[test]
    fn a_part_and_the_base_go_together_until_what_was_active_is_flushed() {
        let overlay = Overlay::new(Ticket(0));
        apply(&overlay, 1, "a", Some("1"));
        overlay.freeze(&mut overlay.lock());
        let part = overlay.part(b"a", b"z", 9);
        overlay.begin_flush(u64::MAX).unwrap();
        overlay.end_flush();
        assert!(overlay.goes_together(&part), "the part knew of the layer that was flushed");
        apply(&overlay, 2, "b", Some("2"));
        overlay.freeze(&mut overlay.lock());
        assert!(overlay.goes_together(&part));
        overlay.begin_flush(u64::MAX).unwrap();
        assert!(!overlay.goes_together(&part));
    }

    #[test]
    fn bytes_are_counted_once_for_each_key() {
        let overlay = Overlay::new(Ticket(0));
        apply(&overlay, 1, "key", Some("12345"));
        apply(&overlay, 2, "key", Some("123"));
        assert_eq!(overlay.active_bytes(), ENTRY + 3);
        apply(&overlay, 3, "key", None);
        assert_eq!(overlay.active_bytes(), ENTRY);
    }
}
