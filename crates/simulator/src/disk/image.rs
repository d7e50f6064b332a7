//! The bytes of one file: as programs see them, and as they last.

use crate::random::Random;

/// What a disk writes as one.
const SECTOR: usize = 512;

/// A file. Programs see what was written; what lasts is what was synced, and any part of the rest.
#[derive(Debug, Clone, Default)]
pub(crate) struct Image {
    seen: Vec<u8>,
    lasting: Vec<u8>,
    /// What was done since the last sync.
    pending: Vec<Change>,
}

#[derive(Debug, Clone)]
enum Change {
    Bytes { at: usize, bytes: Vec<u8> },
    Cut(usize),
}

/// Which of the changes that were not synced last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Survival {
    All,
    Nothing,
    /// The first ones, up to somewhere.
    First(u64),
    /// Any of them, by sector, and sometimes by byte.
    Any,
}

impl Survival {
    pub(crate) fn draw(random: &mut Random) -> Survival {
        match random.below(8) {
            0 => Survival::All,
            1 | 2 => Survival::Nothing,
            3 | 4 => Survival::First(random.below(60)),
            _ => Survival::Any,
        }
    }
}

impl Image {
    pub(crate) fn seen(&self) -> &[u8] {
        &self.seen
    }

    /// Whether everything that is seen lasts.
    pub(crate) fn lasts(&self) -> bool {
        self.seen == self.lasting && self.pending.is_empty()
    }

    pub(crate) fn write(&mut self, at: usize, bytes: &[u8]) {
        put(&mut self.seen, at, bytes);
        self.pending.push(Change::Bytes { at, bytes: bytes.to_vec() });
    }

    pub(crate) fn cut(&mut self, size: usize) {
        self.seen.truncate(size);
        self.pending.push(Change::Cut(size));
    }

    /// What was written since the last sync lasts. What was lost when an earlier sync failed does not,
    /// although it is seen.
    pub(crate) fn sync(&mut self) {
        for change in self.pending.drain(..) {
            match change {
                Change::Bytes { at, bytes } => put(&mut self.lasting, at, &bytes),
                Change::Cut(size) => self.lasting.truncate(size),
            }
        }
    }

    /// The sync fails: some of what was written lasts, and nothing will be tried again for the rest.
    pub(crate) fn fail_sync(&mut self, random: &mut Random) {
        let survival = Survival::draw(random);
        self.survive(survival, random);
    }

    /// The power is cut.
    pub(crate) fn lose(&mut self, survival: Survival, random: &mut Random) {
        self.survive(survival, random);
        self.seen.clone_from(&self.lasting);
    }

    fn survive(&mut self, survival: Survival, random: &mut Random) {
        let mut left = if let Survival::First(count) = survival { count } else { u64::MAX };
        for change in std::mem::take(&mut self.pending) {
            match change {
                Change::Cut(size) => {
                    if keeps(survival, &mut left, random) {
                        self.lasting.truncate(size);
                    }
                }
                Change::Bytes { at, bytes } => {
                    for (at, part) in sectors(at, &bytes) {
                        if keeps(survival, &mut left, random) {
                            let torn = survival == Survival::Any && random.chance(15);
                            let length =
                                if torn { random.place(part.len() + 1) } else { part.len() };
                            put(&mut self.lasting, at, part.get(..length).unwrap_or_default());
                        } else if survival == Survival::Any && random.chance(20) {
                            // The size lasts and the bytes do not.
                            let end = (at + part.len()).max(self.lasting.len());
                            self.lasting.resize(end, 0);
                        }
                    }
                }
            }
        }
    }

    /// Turns a bit over, for good. Twice is never.
    pub(crate) fn flip(&mut self, byte: usize, bit: u8) {
        for bytes in [&mut self.seen, &mut self.lasting] {
            bytes.get_mut(byte).into_iter().for_each(|byte| *byte ^= 1 << (bit & 7));
        }
    }
}

fn keeps(survival: Survival, left: &mut u64, random: &mut Random) -> bool {
    match survival {
        Survival::All => true,
        Survival::Nothing => false,
        Survival::First(_) => {
            let keeps = *left > 0;
            *left = left.saturating_sub(1);
            keeps
        }
        Survival::Any => random.chance(50),
    }
}

fn put(to: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    if bytes.is_empty() {
        return;
    }
    let end = at + bytes.len();
    if to.len() < end {
        to.resize(end, 0);
    }
    to.get_mut(at..end).into_iter().for_each(|place| place.copy_from_slice(bytes));
}

/// The parts of a write that lie in one sector each.
fn sectors(at: usize, bytes: &[u8]) -> Vec<(usize, &[u8])> {
    let mut parts = Vec::new();
    let (mut at, mut rest) = (at, bytes);
    while !rest.is_empty() {
        let (part, more) = rest.split_at((SECTOR - at % SECTOR).min(rest.len()));
        parts.push((at, part));
        at += part.len();
        rest = more;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_synced_survives_and_of_the_rest_any_sectors_do() {
        let mut outcomes = std::collections::BTreeSet::new();
        for seed in 0..200 {
            let mut random = Random::new(seed, 0);
            let mut image = Image::default();
            image.write(0, &[1; 600]);
            image.sync();
            image.write(600, &[2; 1_000]);
            image.lose(Survival::Any, &mut random);
            assert!(image.lasts());
            assert_eq!(image.seen()[..600], [1; 600]);
            let kept = image.seen()[600..].iter().filter(|byte| **byte == 2).count();
            outcomes.insert(kept);
        }
        assert!(outcomes.len() > 20, "torn at many places: {outcomes:?}");
    }

    #[test]
    fn what_a_failed_sync_lost_is_seen_until_the_power_is_cut_whatever_is_synced_later() {
        let mut image = Image::default();
        let mut random = Random::new(1, 0);
        image.write(0, b"lost");
        image.survive(Survival::Nothing, &mut random);
        image.write(4, b"kept");
        image.sync();
        assert_eq!(image.seen(), b"lostkept");
        image.lose(Survival::All, &mut random);
        assert_eq!(image.seen(), b"\0\0\0\0kept");
    }
}
