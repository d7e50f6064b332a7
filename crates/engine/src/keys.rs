//! Where everything stands in the store.
//!
//! The first byte of a key is its kind; numbers are big-endian, so that keys sort as their numbers
//! do, and a signed number has its sign bit flipped for the same reason. A customer's id is the last
//! part of a key, or ends with a zero byte, which no id contains.

use std::ops::Range;

/// A key, or the bound of a range of keys.
pub type Key = Vec<u8>;

/// The kinds of keys.
#[allow(missing_docs)]
pub mod kind {
    pub const CUSTOMER: u8 = b'c';
    pub const TIMER: u8 = b't';
    pub const OUTBOX: u8 = b'o';
    pub const TROUBLE: u8 = b'x';
    pub const FAULT: u8 = b'f';
    pub const TIMELINE: u8 = b'h';
    pub const COUNTER: u8 = b'n';
    pub const ARMS: u8 = b'e';
    pub const PATH: u8 = b'p';
    pub const MEMBER: u8 = b'i';
    pub const AUDIENCE: u8 = b'a';
    pub const SEEN: u8 = b'd';
    pub const REJECTED: u8 = b'r';
    pub const SHARD: u8 = b's';
    pub const CONTROL: u8 = b'm';
}

/// Makes a key of its parts.
#[derive(Debug)]
struct Parts(Vec<u8>);

impl Parts {
    fn of(kind: u8) -> Parts {
        let mut bytes = Vec::with_capacity(32);
        bytes.push(kind);
        Parts(bytes)
    }

    fn u16(mut self, part: u16) -> Parts {
        self.0.extend(part.to_be_bytes());
        self
    }

    fn u32(mut self, part: u32) -> Parts {
        self.0.extend(part.to_be_bytes());
        self
    }

    fn u64(mut self, part: u64) -> Parts {
        self.0.extend(part.to_be_bytes());
        self
    }

    fn i64(self, part: i64) -> Parts {
        self.u64(sortable(part))
    }

    fn bytes(mut self, part: &[u8]) -> Parts {
        self.0.extend(part);
        self
    }

    /// A text that is not the last part.
    fn text(self, part: &str) -> Parts {
        self.bytes(part.as_bytes()).bytes(&[0])
    }

    fn end(self) -> Key {
        self.0
    }

    /// All keys that begin with this.
    fn all(self) -> Range<Key> {
        let end = successor(&self.0);
        self.0..end
    }
}

/// A signed number as an unsigned one that sorts like it.
fn sortable(number: i64) -> u64 {
    number.cast_unsigned() ^ 1 << 63
}

/// The first key after all that begin with these bytes.
pub fn successor(prefix: &[u8]) -> Key {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < u8::MAX {
            end.push(last + 1);
            return end;
        }
    }
    vec![u8::MAX; prefix.len() + 1]
}

/// The record of a customer.
pub fn customer(shard: u16, id: &str) -> Key {
    Parts::of(kind::CUSTOMER).u16(shard).bytes(id.as_bytes()).end()
}

/// The records of a shard's customers.
pub fn customers(shard: u16) -> Range<Key> {
    Parts::of(kind::CUSTOMER).u16(shard).all()
}

/// The records of a shard's customers after one.
pub fn customers_after(shard: u16, id: &str) -> Range<Key> {
    let from = Parts::of(kind::CUSTOMER).u16(shard).text(id).end();
    from..customers(shard).end
}

/// The customer of a record, a timer or a member of an audience: what follows the first `skip` bytes.
fn tail(key: &[u8], skip: usize) -> Option<&str> {
    std::str::from_utf8(key.get(skip..)?).ok()
}

/// The customer of a record's key.
pub fn customer_of(key: &[u8]) -> Option<&str> {
    tail(key, 3)
}

/// When a customer is due next.
pub fn timer(shard: u16, due: i64, id: &str) -> Key {
    Parts::of(kind::TIMER).u16(shard).i64(due).bytes(id.as_bytes()).end()
}

/// The timers of a shard that are due at an instant or before.
pub fn timers_until(shard: u16, now: i64) -> Range<Key> {
    let from = Parts::of(kind::TIMER).u16(shard).end();
    let to = Parts::of(kind::TIMER).u16(shard).i64(now).all().end;
    from..to
}

/// All timers of a shard.
pub fn timers(shard: u16) -> Range<Key> {
    Parts::of(kind::TIMER).u16(shard).all()
}

/// The instant and the customer of a timer's key.
pub fn timer_of(key: &[u8]) -> Option<(i64, &str)> {
    let due = u64::from_be_bytes(key.get(3..11)?.try_into().ok()?);
    Some(((due ^ 1 << 63).cast_signed(), tail(key, 11)?))
}

/// A message that is to be delivered.
pub fn outbox(shard: u16, number: u64) -> Key {
    Parts::of(kind::OUTBOX).u16(shard).u64(number).end()
}

/// The outbox of a shard, from a number on.
pub fn outbox_from(shard: u16, number: u64) -> Range<Key> {
    outbox(shard, number)..Parts::of(kind::OUTBOX).u16(shard).all().end
}

/// Something that went wrong and waits for somebody to decide.
pub fn trouble(shard: u16, number: u64) -> Key {
    Parts::of(kind::TROUBLE).u16(shard).u64(number).end()
}

/// The troubles of a shard, from a number on.
pub fn troubles_from(shard: u16, number: u64) -> Range<Key> {
    trouble(shard, number)..Parts::of(kind::TROUBLE).u16(shard).all().end
}

/// A member that cannot go on.
pub fn fault(line: u32, shard: u16, id: &str, membership: u32) -> Key {
    Parts::of(kind::FAULT).u32(line).u16(shard).text(id).u32(membership).end()
}

/// The members of a journey that cannot go on.
pub fn faults(line: u32, shard: u16) -> Range<Key> {
    Parts::of(kind::FAULT).u32(line).u16(shard).all()
}

/// The shard and the number in the key of a message or a trouble.
pub fn numbered_of(key: &[u8]) -> Option<(u16, u64)> {
    let shard = u16::from_be_bytes(key.get(1..3)?.try_into().ok()?);
    Some((shard, u64::from_be_bytes(key.get(3..11)?.try_into().ok()?)))
}

/// What happened to a customer on one input; `part` tells records of one input apart.
pub fn timeline(shard: u16, id: &str, sequence: u64, part: u16) -> Key {
    Parts::of(kind::TIMELINE).u16(shard).text(id).u64(sequence).u16(part).end()
}

/// All that happened to a customer.
pub fn timelines(shard: u16, id: &str) -> Range<Key> {
    Parts::of(kind::TIMELINE).u16(shard).text(id).all()
}

/// The number of the input and of the part in the key of what happened to a customer.
pub fn timeline_of(key: &[u8]) -> Option<(u64, u16)> {
    let rest = key.get(key.len().checked_sub(10)?..)?;
    let sequence = u64::from_be_bytes(rest.get(..8)?.try_into().ok()?);
    Some((sequence, u16::from_be_bytes(rest.get(8..)?.try_into().ok()?)))
}

/// What became of members who took an arm of a split in an hour since 1970, as one shard keeps it.
pub fn arms(line: u32, version: u32, hour: i64, shard: u16) -> Key {
    Parts::of(kind::ARMS).u32(line).u32(version).i64(hour).u16(shard).end()
}

/// The same of a journey, all versions.
pub fn all_arms(line: u32) -> Range<Key> {
    Parts::of(kind::ARMS).u32(line).all()
}

/// The same of a version in a range of hours.
pub fn arms_between(line: u32, version: u32, hours: Range<i64>) -> Range<Key> {
    let at = |hour| Parts::of(kind::ARMS).u32(line).u32(version).i64(hour).end();
    at(hours.start)..at(hours.end)
}

/// The arms of splits that a membership took.
pub fn path(shard: u16, id: &str, line: u32, membership: u32) -> Key {
    Parts::of(kind::PATH).u16(shard).text(id).u32(line).u32(membership).end()
}

/// The arms of splits that a customer took.
pub fn paths(shard: u16, id: &str) -> Range<Key> {
    Parts::of(kind::PATH).u16(shard).text(id).all()
}

/// The counters of a version of a journey in an hour since 1970, as one shard keeps them.
pub fn counter(line: u32, version: u32, hour: i64, shard: u16) -> Key {
    Parts::of(kind::COUNTER).u32(line).u32(version).i64(hour).u16(shard).end()
}

/// The counters of a journey, all versions.
pub fn counters(line: u32) -> Range<Key> {
    Parts::of(kind::COUNTER).u32(line).all()
}

/// The counters of a version of a journey in a range of hours since 1970.
pub fn counters_between(line: u32, version: u32, hours: Range<i64>) -> Range<Key> {
    let at = |hour| Parts::of(kind::COUNTER).u32(line).u32(version).i64(hour).end();
    at(hours.start)..at(hours.end)
}

/// All counters.
pub fn all_counters() -> Range<Key> {
    Parts::of(kind::COUNTER).all()
}

/// The journey, version, hour and shard in the key of a counter, or of arms.
pub fn counter_of(key: &[u8]) -> Option<(u32, u32, i64, u16)> {
    let line = u32::from_be_bytes(key.get(1..5)?.try_into().ok()?);
    let version = u32::from_be_bytes(key.get(5..9)?.try_into().ok()?);
    let hour = u64::from_be_bytes(key.get(9..17)?.try_into().ok()?);
    let shard = u16::from_be_bytes(key.get(17..19)?.try_into().ok()?);
    Some((line, version, (hour ^ 1 << 63).cast_signed(), shard))
}

/// A member of a journey.
pub fn member(line: u32, shard: u16, id: &str, membership: u32) -> Key {
    Parts::of(kind::MEMBER).u32(line).u16(shard).text(id).u32(membership).end()
}

/// The members of a journey that belong to a shard.
pub fn members(line: u32, shard: u16) -> Range<Key> {
    Parts::of(kind::MEMBER).u32(line).u16(shard).all()
}

/// The members of a journey after a customer.
pub fn members_after(line: u32, shard: u16, id: &str) -> Range<Key> {
    let range = Parts::of(kind::MEMBER).u32(line).u16(shard).text(id).all();
    range.end..members(line, shard).end
}

/// The customer and the membership in the key of a member.
pub fn member_of(key: &[u8]) -> Option<(&str, u32)> {
    let rest = key.get(7..)?;
    let (id, number) = rest.split_at_checked(rest.len().checked_sub(5)?)?;
    let number = u32::from_be_bytes(number.get(1..)?.try_into().ok()?);
    Some((std::str::from_utf8(id).ok()?, number))
}

/// A customer who is in an audience.
pub fn audience_member(audience: u32, shard: u16, id: &str) -> Key {
    Parts::of(kind::AUDIENCE).u32(audience).u16(shard).bytes(id.as_bytes()).end()
}

/// The customers of a shard who are in an audience.
pub fn audience_members(audience: u32, shard: u16) -> Range<Key> {
    Parts::of(kind::AUDIENCE).u32(audience).u16(shard).all()
}

/// The customer in the key of an audience's member.
pub fn audience_member_of(key: &[u8]) -> Option<&str> {
    tail(key, 7)
}

/// An event id that was seen, by the hash of customer and id.
pub fn seen(shard: u16, hash: [u8; 16]) -> Key {
    Parts::of(kind::SEEN).u16(shard).bytes(&hash).end()
}

/// All event ids that a shard has seen.
pub fn all_seen(shard: u16) -> Range<Key> {
    Parts::of(kind::SEEN).u16(shard).all()
}

/// What a shard remembers of itself.
pub fn shard(shard: u16) -> Key {
    Parts::of(kind::SHARD).u16(shard).end()
}

/// An event that was not taken.
pub fn rejected(shard: u16, number: u64) -> Key {
    Parts::of(kind::REJECTED).u16(shard).u64(number).end()
}

/// Events that a shard did not take, from a number on.
pub fn rejected_from(shard: u16, number: u64) -> Range<Key> {
    rejected(shard, number)..Parts::of(kind::REJECTED).u16(shard).all().end
}

/// All events that were not taken.
pub fn all_rejected() -> Range<Key> {
    Parts::of(kind::REJECTED).all()
}

/// Something that belongs to no shard: `name` says what, `part` which of them.
pub fn control(name: &str, part: &[u8]) -> Key {
    Parts::of(kind::CONTROL).text(name).bytes(part).end()
}

/// All that belong to no shard and have this name.
pub fn controls(name: &str) -> Range<Key> {
    Parts::of(kind::CONTROL).text(name).all()
}

/// The answer to a request, by what the request is remembered under.
pub fn request(part: &[u8]) -> Key {
    control("request", part)
}

/// All answers to requests.
pub fn requests() -> Range<Key> {
    controls("request")
}

/// What follows the name in the key of something that belongs to no shard.
pub fn control_part<'k>(name: &str, key: &'k [u8]) -> Option<&'k [u8]> {
    key.get(name.len() + 2..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timers_sort_by_instant_then_customer_also_before_1970() {
        let keys = [timer(3, -5, "b"), timer(3, 0, "a"), timer(3, 0, "b"), timer(3, 7, "a")];
        assert!(keys.is_sorted());
        assert_eq!(timer_of(&keys[0]), Some((-5, "b")));
        let due = timers_until(3, 0);
        let is_due: Vec<bool> = keys.iter().map(|key| due.contains(key)).collect();
        assert_eq!(is_due, [true, true, true, false]);
    }

    #[test]
    fn what_belongs_to_one_customer_is_not_found_for_another_with_a_longer_id() {
        let range = timelines(0, "ann");
        assert!(range.contains(&timeline(0, "ann", 9, 0)));
        assert!(!range.contains(&timeline(0, "anna", 9, 0)));
        assert!(!customers_after(0, "ann").contains(&customer(0, "ann")));
        assert!(customers_after(0, "ann").contains(&customer(0, "ann\u{1}")));
        assert!(members_after(1, 0, "ann").contains(&member(1, 0, "anna", 1)));
        assert!(!members_after(1, 0, "ann").contains(&member(1, 0, "ann", u32::MAX)));
        assert_eq!(member_of(&member(1, 0, "ann", 258)), Some(("ann", 258)));
    }

    #[test]
    fn keys_give_back_their_parts() {
        assert_eq!(counter_of(&counter(1, 2, -3, 4)), Some((1, 2, -3, 4)));
        let hours = counters_between(1, 2, -3..4);
        let is_in = |version, hour| hours.contains(&counter(1, version, hour, 9));
        assert_eq!([-4, -3, 0, 3, 4].map(|hour| is_in(2, hour)), [false, true, true, true, false]);
        assert!(!is_in(1, 0) && !is_in(3, 0));
        assert_eq!(numbered_of(&outbox(5, 77)), Some((5, 77)));
        assert_eq!(audience_member_of(&audience_member(9, 1, "x")), Some("x"));
        assert_eq!(control_part("line", &control("line", b"shop")), Some(&b"shop"[..]));
        assert_eq!(successor(&[1, u8::MAX]), [2]);
    }
}
