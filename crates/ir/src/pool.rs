//! Tables in which every value stands once.

use std::hash::{Hash, Hasher};

use journey_bytecode::Const;
use rustc_hash::FxHashMap;

/// Values in the order of their first use, each once.
#[derive(Debug)]
pub(crate) struct Pool<T> {
    items: Vec<T>,
    index: FxHashMap<T, u16>,
}

impl<T> Default for Pool<T> {
    fn default() -> Pool<T> {
        Pool { items: Vec::new(), index: FxHashMap::default() }
    }
}

impl<T: Hash + Eq + Clone> Pool<T> {
    /// The number of `value`; `None` when there are no more numbers.
    pub(crate) fn intern(&mut self, value: T) -> Option<u16> {
        if let Some(number) = self.index.get(&value) {
            return Some(*number);
        }
        let number = u16::try_from(self.items.len()).ok()?;
        self.items.push(value.clone());
        self.index.insert(value, number);
        Some(number)
    }

    pub(crate) fn into_items(self) -> Vec<T> {
        self.items
    }
}

/// A constant that equals another only if no operation could tell them apart: `-0.0` prints
/// differently from `0.0`, so the two stay two.
#[derive(Debug, Clone)]
pub(crate) struct Exact(pub(crate) Const);

impl PartialEq for Exact {
    fn eq(&self, other: &Exact) -> bool {
        same(&self.0, &other.0)
    }
}

impl Eq for Exact {}

impl Hash for Exact {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

fn same(a: &Const, b: &Const) -> bool {
    match (a, b) {
        (Const::Number(a), Const::Number(b)) => a.to_bits() == b.to_bits(),
        (Const::List(a), Const::List(b)) | (Const::Record(a), Const::Record(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::{Exact, Pool};
    use journey_bytecode::Const;

    #[test]
    fn a_constant_stands_once_in_the_order_of_first_use() {
        let mut pool = Pool::default();
        let text = |text: &str| Exact(Const::Text(text.to_owned()));
        assert_eq!(pool.intern(text("b")), Some(0));
        assert_eq!(pool.intern(text("a")), Some(1));
        assert_eq!(pool.intern(text("b")), Some(0));
    }

    #[test]
    fn minus_zero_and_one_inside_a_list_keep_their_bits() {
        let mut pool = Pool::default();
        let zeros = [0.0, -0.0].map(|zero| Exact(Const::List(vec![Const::Number(zero)])));
        assert_eq!(zeros.map(|zero| pool.intern(zero)), [Some(0), Some(1)]);
    }

    #[test]
    fn values_of_two_types_with_the_same_bits_are_two() {
        let mut pool = Pool::default();
        assert_eq!(pool.intern(Exact(Const::Int(7))), Some(0));
        assert_eq!(pool.intern(Exact(Const::Duration(7))), Some(1));
    }
}
