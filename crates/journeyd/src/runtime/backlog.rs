//! Messages for which their queue has no room.

use std::collections::{HashMap, VecDeque};

use journey_engine::outbox::MessageId;

/// Messages of queues that are full, in the order in which they came. Only their numbers are kept.
#[derive(Debug, Default)]
pub(super) struct Backlog(HashMap<String, VecDeque<MessageId>>);

impl Backlog {
    /// Whether others of the queue wait here. Who comes then waits behind them: it would be refused anyway,
    /// or pass those who were here first.
    pub(super) fn has(&self, queue: &str) -> bool {
        self.0.contains_key(queue)
    }

    /// Puts a message behind the others.
    pub(super) fn push(&mut self, queue: &str, id: MessageId) {
        self.0.entry(queue.to_owned()).or_default().push_back(id);
    }

    /// Puts a message that was taken out before all others.
    pub(super) fn put_back(&mut self, queue: &str, id: MessageId) {
        self.0.entry(queue.to_owned()).or_default().push_front(id);
    }

    /// Takes the message out that came first.
    pub(super) fn take(&mut self, queue: &str) -> Option<MessageId> {
        let waiting = self.0.get_mut(queue)?;
        let first = waiting.pop_front();
        if waiting.is_empty() {
            self.0.remove(queue);
        }
        first
    }
}

#[cfg(test)]
mod tests {
    use journey_engine::outbox::MessageId;

    use super::Backlog;

    #[test]
    fn who_came_first_leaves_first_also_after_being_put_back() {
        let id = |number| MessageId { shard: 0, number };
        let mut backlog = Backlog::default();
        (1..=3).for_each(|number| backlog.push("crm", id(number)));
        backlog.push("mail", id(9));
        assert_eq!(backlog.take("crm"), Some(id(1)));
        backlog.put_back("crm", id(1));
        let taken: Vec<_> = std::iter::from_fn(|| backlog.take("crm")).collect();
        assert_eq!(taken, [id(1), id(2), id(3)]);
        assert!(!backlog.has("crm") && backlog.has("mail"));
    }
}
