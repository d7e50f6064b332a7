//! How often each name of an open set was seen.

use rustc_hash::FxHashMap;

/// Names beyond this many are counted together, so that a log in which every line has a name of
/// its own cannot fill the memory.
const LIMIT: usize = 1_000;

/// Counts names in the order in which they first came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NameCounts {
    index: FxHashMap<Box<str>, u32>,
    counts: Vec<(Box<str>, u64)>,
    others: u64,
}

impl NameCounts {
    /// Counts a name `times` more. Returns its number for [`NameCounts::again`].
    pub(crate) fn add(&mut self, name: &str, times: u64) -> Option<u32> {
        if let Some(number) = self.index.get(name).copied() {
            self.again(Some(number), times);
            return Some(number);
        }
        if self.counts.len() >= LIMIT {
            self.others += times;
            return None;
        }
        let number = u32::try_from(self.counts.len()).ok()?;
        self.index.insert(name.into(), number);
        self.counts.push((name.into(), times));
        Some(number)
    }

    /// Counts a name that has a number, or one of the others.
    #[inline]
    pub(crate) fn again(&mut self, number: Option<u32>, times: u64) {
        match number.and_then(|number| self.counts.get_mut(number as usize)) {
            Some((_, count)) => *count += times,
            None => self.others += times,
        }
    }

    /// Adds what another has counted, as if it had been counted here after all else.
    pub fn merge(&mut self, other: &NameCounts) {
        for (name, times) in &other.counts {
            self.add(name, *times);
        }
        self.others += other.others;
    }

    /// Forgets everything and keeps the memory.
    pub fn clear(&mut self) {
        if !self.counts.is_empty() {
            self.index.clear();
            self.counts.clear();
        }
        self.others = 0;
    }

    /// All that was counted.
    pub fn total(&self) -> u64 {
        self.others + self.counts.iter().map(|(_, count)| count).sum::<u64>()
    }

    /// The names with their counts, as they came.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.counts.iter().map(|(name, count)| (&**name, *count))
    }

    /// How many more were counted whose names were not kept.
    pub fn others(&self) -> u64 {
        self.others
    }
}

/// What was seen that the schema does not know, and passed over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unknown {
    /// Events, by name.
    pub events: NameCounts,
    /// Properties, by the number of their event. Events of which nothing was counted may be left out
    /// at the end.
    pub properties: Vec<NameCounts>,
    /// Traits, and audiences as `audiences.NAME`.
    pub traits: NameCounts,
    /// Parameters of journeys.
    pub params: NameCounts,
    /// Fields of records.
    pub fields: u64,
}

impl Unknown {
    /// Counts the properties of an event.
    pub(crate) fn of_event(&mut self, event: u16) -> Option<&mut NameCounts> {
        let index = usize::from(event);
        if index >= self.properties.len() {
            self.properties.resize_with(index + 1, NameCounts::default);
        }
        self.properties.get_mut(index)
    }

    /// Adds what another has counted, as if it had been counted here after all else.
    pub fn merge(&mut self, other: &Unknown) {
        let most = self.properties.len().max(other.properties.len());
        self.properties.resize_with(most, NameCounts::default);
        for (sum, counts) in self.properties.iter_mut().zip(&other.properties) {
            sum.merge(counts);
        }
        self.events.merge(&other.events);
        self.traits.merge(&other.traits);
        self.params.merge(&other.params);
        self.fields += other.fields;
    }

    /// Forgets everything and keeps the memory.
    pub fn clear(&mut self) {
        self.events.clear();
        self.properties.iter_mut().for_each(NameCounts::clear);
        self.traits.clear();
        self.params.clear();
        self.fields = 0;
    }

    /// All that was counted, events aside.
    pub fn values(&self) -> u64 {
        let properties = self.properties.iter().map(NameCounts::total).sum::<u64>();
        properties + self.traits.total() + self.params.total() + self.fields
    }
}

#[cfg(test)]
mod tests {
    use super::{LIMIT, NameCounts};

    #[test]
    fn names_keep_the_order_in_which_they_came() {
        let (mut first, mut second) = (NameCounts::default(), NameCounts::default());
        first.add("b", 1);
        let a = first.add("a", 2);
        first.again(a, 1);
        second.add("c", 1);
        second.add("b", 5);
        first.merge(&second);
        assert_eq!(first.iter().collect::<Vec<_>>(), [("b", 6), ("a", 3), ("c", 1)]);
        assert_eq!(first.total(), 10);
    }

    #[test]
    fn a_flood_of_names_is_counted_but_not_kept() {
        let mut counts = NameCounts::default();
        for name in 0..LIMIT + 10 {
            counts.add(&name.to_string(), 1);
        }
        assert_eq!((counts.iter().count(), counts.others()), (LIMIT, 10));
        assert_eq!(counts.total(), LIMIT as u64 + 10);
    }
}
