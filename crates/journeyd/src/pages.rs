//! Lists out of the store, a page at a time.
//!
//! What is listed stands under several ranges of keys, such as one for each shard. A page ends when it is
//! full, or when so many keys were looked at that nobody should wait any longer: then it may be short,
//! even empty, and still says where to go on.

use std::ops::Range;

use journey_engine::store::{Store, StoreError};

/// How many keys are read in one go.
const CHUNK: usize = 256;
/// How many keys are looked at for one page.
const LOOKED_AT: usize = 5_000;

/// A page of a list.
#[derive(Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// The key after which the next page begins; none on the last.
    pub next: Option<Vec<u8>>,
}

/// The page of at most `limit` items after a key. The ranges are ascending. `pick` makes an item of a key and
/// its value, or passes it over.
pub fn page<T, E: From<StoreError>>(
    store: &dyn Store,
    ranges: &[Range<Vec<u8>>],
    after: Option<&[u8]>,
    limit: usize,
    mut pick: impl FnMut(&[u8], &[u8]) -> Result<Option<T>, E>,
) -> Result<Page<T>, E> {
    let mut page = Page { items: Vec::new(), next: None };
    let (mut looked_at, mut last) = (0, None);
    for range in ranges {
        let mut from = match after {
            Some(after) if after >= &range.end[..] => continue,
            Some(after) if after >= &range.start[..] => behind(after),
            _ => range.start.clone(),
        };
        loop {
            let pairs = store.scan(&from, &range.end, CHUNK)?;
            let is_whole = pairs.len() < CHUNK;
            for (key, value) in pairs {
                if page.items.len() >= limit || looked_at >= LOOKED_AT {
                    page.next = last;
                    return Ok(page);
                }
                looked_at += 1;
                page.items.extend(pick(&key, &value)?);
                last = Some(key);
            }
            match &last {
                Some(last) if !is_whole => from = behind(last),
                _ => break,
            }
        }
    }
    Ok(page)
}

/// The first key after one.
fn behind(key: &[u8]) -> Vec<u8> {
    [key, &[0]].concat()
}

#[cfg(test)]
mod tests {
    use journey_engine::store::{Batch, MemoryStore};

    use super::*;

    fn store(count: u32) -> MemoryStore {
        let store = MemoryStore::new();
        let mut batch = Batch::new();
        for kind in [b'a', b'b', b'c'] {
            for number in 0..count {
                batch.put(&[&[kind][..], &number.to_be_bytes()].concat(), &[]);
            }
        }
        store.append(&batch).unwrap();
        store
    }

    /// Lists `a` and `c`, page by page.
    fn all(store: &MemoryStore, limit: usize, fits: fn(u32) -> bool) -> (Vec<(u8, u32)>, usize) {
        let ranges = [vec![b'a']..vec![b'b'], vec![b'c']..vec![b'd']];
        let (mut found, mut pages, mut after) = (Vec::new(), 0, None);
        loop {
            let page = page(store, &ranges, after.as_deref(), limit, |key, _| {
                let number = u32::from_be_bytes(key[1..].try_into().unwrap());
                Ok::<_, StoreError>(fits(number).then_some((key[0], number)))
            });
            let page = page.unwrap();
            assert!(page.items.len() <= limit);
            found.extend(page.items);
            (pages, after) = (pages + 1, page.next);
            if after.is_none() {
                return (found, pages);
            }
        }
    }

    #[test]
    fn pages_together_are_the_list_and_the_last_says_so() {
        let store = store(300);
        let numbers = |kind| (0..300).map(move |number| (kind, number));
        let whole: Vec<(u8, u32)> = numbers(b'a').chain(numbers(b'c')).collect();
        assert_eq!(all(&store, 7, |_| true), (whole.clone(), 86));
        assert_eq!(all(&store, 300, |_| true), (whole.clone(), 2), "full pages, and no empty one");
        assert_eq!(all(&store, 600, |_| true), (whole, 1));
    }

    #[test]
    fn a_page_gives_up_looking_before_it_is_full() {
        let (found, pages) = all(&store(6_000), 10, |number| number == 5_999);
        assert_eq!((found, pages), (vec![(b'a', 5_999), (b'c', 5_999)], 3));
    }
    /// Numbers that are drawn, the same each time.
    struct Draw(u64);

    impl Draw {
        fn below(&mut self, end: u32) -> u32 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (self.0 >> 33) as u32 % end
        }
    }

    #[test]
    fn what_is_there_all_the_time_is_on_one_page_whatever_comes_and_goes() {
        let mut draw = Draw(1);
        for limit in [1, 2, 7, 50] {
            let store = store(0);
            let change = |draw: &mut Draw, count: u32| {
                let mut batch = Batch::new();
                for _ in 0..count {
                    let kind = [b'a', b'c'][draw.below(2) as usize];
                    // Those that can be divided by three stay.
                    let key = [&[kind][..], &(draw.below(300) * 3 + 1).to_be_bytes()].concat();
                    if draw.below(2) == 0 { batch.put(&key, &[]) } else { batch.delete(&key) }
                }
                store.append(&batch).unwrap();
            };
            let mut batch = Batch::new();
            for kind in [b'a', b'c'] {
                (0..100u32).for_each(|number| {
                    batch.put(&[&[kind][..], &(number * 9).to_be_bytes()].concat(), &[]);
                });
            }
            store.append(&batch).unwrap();
            change(&mut draw, 200);
            let ranges = [vec![b'a']..vec![b'b'], vec![b'c']..vec![b'd']];
            let (mut seen, mut after) = (Vec::new(), None::<Vec<u8>>);
            loop {
                let found = page(&store, &ranges, after.as_deref(), limit, |key, _| {
                    Ok::<_, StoreError>(Some(key.to_vec()))
                });
                let found = found.unwrap();
                seen.extend(found.items);
                after = found.next;
                if after.is_none() {
                    break;
                }
                change(&mut draw, 20);
            }
            assert!(seen.is_sorted_by(|a, b| a < b), "nothing twice");
            let stays =
                |key: &&Vec<u8>| u32::from_be_bytes(key[1..].try_into().unwrap()).is_multiple_of(3);
            assert_eq!(seen.iter().filter(stays).count(), 200, "limit {limit}");
        }
    }
}
