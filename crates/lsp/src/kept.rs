//! Colours as they were told last, so that next time only what differs is told.
//!
//! An editor asks for the difference to an answer that it has. So of each document the last answer
//! is kept, and the one that it was the difference to: a client that takes its question back never
//! saw the last one. What is kept is bounded: where it is too much, what was told longest ago goes,
//! and who asks for the difference to that is told everything.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tower_lsp_server::ls_types::SemanticToken;

use crate::uris::Key;

/// So many tokens are kept at most: 10 MB of them, which is all of some hundred open files.
const MAX_TOKENS: usize = 500_000;

/// The tokens of a document.
pub(crate) type Tokens = Arc<[SemanticToken]>;

/// Answers by document and name.
#[derive(Debug, Default)]
pub(crate) struct Kept(Mutex<Answers>);

#[derive(Debug, Default)]
struct Answers {
    next: u64,
    /// The one that was told longest ago is the first.
    all: VecDeque<Told>,
}

#[derive(Debug)]
struct Told {
    document: Key,
    name: String,
    tokens: Tokens,
}

impl Kept {
    /// Keeps an answer, and gives its name. Of earlier ones about the document only `base` stays.
    pub(crate) fn keep(&self, document: &Key, base: Option<&str>, tokens: Tokens) -> String {
        self.with(|answers| {
            answers.all.retain(|it| it.document != *document || Some(&*it.name) == base);
            answers.next += 1;
            let name = answers.next.to_string();
            answers.all.push_back(Told { document: document.clone(), name: name.clone(), tokens });
            let mut sum: usize = answers.all.iter().map(|it| it.tokens.len()).sum();
            while sum > MAX_TOKENS
                && let Some(oldest) = answers.all.pop_front()
            {
                sum -= oldest.tokens.len();
            }
            name
        })
    }

    /// The answer of this name about a document.
    pub(crate) fn find(&self, document: &Key, name: &str) -> Option<Tokens> {
        self.with(|answers| {
            let found = answers.all.iter().find(|it| it.document == *document && it.name == name);
            found.map(|it| it.tokens.clone())
        })
    }

    /// Forgets what was told of a document.
    pub(crate) fn forget(&self, document: &Key) {
        self.with(|answers| answers.all.retain(|it| it.document != *document));
    }

    fn with<T>(&self, act: impl FnOnce(&mut Answers) -> T) -> T {
        // What a panic left behind is a list of what was told, and right.
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use tower_lsp_server::ls_types::SemanticToken;

    use super::{Kept, MAX_TOKENS, Tokens};
    use crate::uris::Key;

    fn tokens(count: usize) -> Tokens {
        vec![SemanticToken::default(); count].into()
    }

    fn key(name: &str) -> Key {
        Key::Other(name.to_owned())
    }

    #[test]
    fn the_last_answer_is_kept_and_the_one_it_builds_on() {
        let kept = Kept::default();
        let (a, b) = (key("a"), key("b"));
        let other = kept.keep(&b, None, tokens(9));
        let first = kept.keep(&a, None, tokens(1));
        let second = kept.keep(&a, Some(&first), tokens(2));
        assert_eq!(kept.find(&a, &first).unwrap().len(), 1);
        let third = kept.keep(&a, Some(&first), tokens(3));
        assert!(kept.find(&a, &second).is_none(), "nobody built on it");
        assert!(kept.find(&a, &first).is_some() && kept.find(&a, &third).is_some());
        assert!(kept.find(&b, &third).is_none(), "it is the answer about another document");
        kept.forget(&a);
        assert!(kept.find(&a, &third).is_none() && kept.find(&b, &other).is_some());
    }

    #[test]
    fn no_more_is_kept_than_there_is_room_for() {
        let kept = Kept::default();
        let names: Vec<String> =
            (0..5).map(|n| kept.keep(&key(&n.to_string()), None, tokens(MAX_TOKENS / 3))).collect();
        let held = (0..5).filter(|n| kept.find(&key(&n.to_string()), &names[*n]).is_some());
        assert_eq!(held.collect::<Vec<_>>(), [2, 3, 4]);
        let huge = kept.keep(&key("huge"), None, tokens(MAX_TOKENS + 1));
        assert!(kept.find(&key("huge"), &huge).is_none());
        assert!(kept.with(|answers| answers.all.is_empty()));
    }
}
