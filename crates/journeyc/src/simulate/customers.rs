//! The customers of a shard, found by their ids.

use hashbrown::HashTable;
use journey_vm::Customer;

/// How many customers lie side by side. Blocks never move, so a million customers can become two
/// million without being copied.
const BLOCK: usize = 256;

/// Customers, numbered in the order in which they came up.
#[derive(Debug, Default)]
pub(crate) struct Customers {
    blocks: Vec<Vec<Customer>>,
    count: u32,
    by_id: HashTable<Known>,
}

/// A customer in the table. The hash is kept, so that hardly ever a customer is looked at in vain.
#[derive(Debug, Clone, Copy)]
struct Known {
    hash: u64,
    number: u32,
}

impl Customers {
    /// How many there are.
    pub(crate) fn len(&self) -> u32 {
        self.count
    }

    /// A customer by its number.
    #[inline]
    pub(crate) fn get_mut(&mut self, number: u32) -> Option<&mut Customer> {
        let number = number as usize;
        self.blocks.get_mut(number / BLOCK)?.get_mut(number % BLOCK)
    }

    /// All customers, by number.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Customer> {
        self.blocks.iter().flatten()
    }

    /// The number of the customer with this id, which has this hash. One that has not come up
    /// before is made.
    #[inline]
    pub(crate) fn number(&mut self, id: &str, hash: u64) -> u32 {
        let blocks = &self.blocks;
        let is_it = |known: &Known| {
            let number = known.number as usize;
            known.hash == hash
                && blocks
                    .get(number / BLOCK)
                    .and_then(|block| block.get(number % BLOCK))
                    .is_some_and(|customer| customer.id() == id)
        };
        match self.by_id.find(hash, is_it) {
            Some(known) => known.number,
            None => self.add(id, hash),
        }
    }

    fn add(&mut self, id: &str, hash: u64) -> u32 {
        let number = self.count;
        self.by_id.insert_unique(hash, Known { hash, number }, |known| known.hash);
        if self.blocks.last().is_none_or(|block| block.len() == BLOCK) {
            self.blocks.push(Vec::with_capacity(BLOCK));
        }
        if let Some(block) = self.blocks.last_mut() {
            block.push(Customer::new(id));
            self.count += 1;
        }
        number
    }
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, Customers};
    use crate::simulate::input::hash;

    #[test]
    fn a_customer_is_the_same_each_time_and_keeps_its_number() {
        let mut customers = Customers::default();
        let ids: Vec<String> = (0..3 * BLOCK + 7).map(|n| format!("customer {n}")).collect();
        for _ in 0..2 {
            for (number, id) in (0..).zip(&ids) {
                assert_eq!(customers.number(id, hash(id)), number);
                assert_eq!(customers.get_mut(number).unwrap().id(), id);
            }
        }
        assert_eq!(customers.len() as usize, ids.len());
        assert!(customers.iter().map(|customer| customer.id()).eq(&ids));
    }

    #[test]
    fn ids_that_share_a_hash_are_told_apart() {
        let mut customers = Customers::default();
        assert_eq!([customers.number("a", 7), customers.number("b", 7)], [0, 1]);
        assert_eq!([customers.number("a", 7), customers.number("b", 7)], [0, 1]);
    }
}
