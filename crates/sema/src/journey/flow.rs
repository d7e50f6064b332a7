//! Which paths go on, and where from.

use journey_base::TextRange;

/// At most so many ends of a block are shown.
const SHOWN: usize = 4;

/// Whether the end of a block can be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Flow {
    /// It can, from these places, or from right before the block if there are none.
    Open(Vec<End>),
    /// Every path exits before.
    Closed,
}

/// A place from which a path reaches the end of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct End {
    pub(super) range: TextRange,
    pub(super) how: String,
}

impl Flow {
    /// One path, from here.
    pub(super) fn from(range: TextRange, how: impl Into<String>) -> Flow {
        Flow::Open(vec![End { range, how: how.into() }])
    }

    pub(super) fn is_open(&self) -> bool {
        matches!(self, Flow::Open(_))
    }

    /// Either of two ways.
    pub(super) fn or(self, other: Flow) -> Flow {
        match (self, other) {
            (Flow::Open(mut ends), Flow::Open(more)) => {
                ends.extend(more);
                ends.truncate(SHOWN);
                Flow::Open(ends)
            }
            (Flow::Closed, flow) | (flow, Flow::Closed) => flow,
        }
    }

    /// The flow of an arm: an empty one goes on from its head.
    pub(super) fn of_arm(self, head: TextRange, how: &str) -> Flow {
        match self {
            Flow::Open(ends) if ends.is_empty() => Flow::from(head, how),
            flow => flow,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Flow;
    use journey_base::TextRange;

    #[test]
    fn a_choice_is_open_if_one_way_is() {
        let here = Flow::from(TextRange::new(1, 2), "this goes on");
        assert!(Flow::Closed.or(here.clone()).is_open());
        assert!(here.or(Flow::Closed).is_open());
        assert!(!Flow::Closed.or(Flow::Closed).is_open());
    }
}
