//! The documents that editors have open.

use std::sync::Arc;

use tower_lsp_server::ls_types::{TextDocumentContentChangeEvent, TextDocumentItem, Uri};

use crate::position::{Encoding, Lines};

/// Longer than this no document gets, in bytes. It is far more than the checker reads.
const MAX_DOCUMENT: usize = 32 << 20;

/// A document as its editor shows it.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    /// As the editor writes it.
    pub(crate) uri: Uri,
    pub(crate) version: i32,
    pub(crate) text: Arc<str>,
}

/// Why a change was not made.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ChangeError {
    /// It was made to what the document was before.
    #[error("version {got} came after version {have}: it is left out")]
    Stale { have: i32, got: i32 },
    /// There is no end to it.
    #[error("a document has at most {MAX_DOCUMENT} bytes: the change is left out")]
    TooLong,
}

impl Document {
    pub(crate) fn new(item: TextDocumentItem) -> Document {
        Document { uri: item.uri, version: item.version, text: item.text.into() }
    }

    /// Makes changes one after the other, each to what the one before it left.
    pub(crate) fn change(
        &mut self,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) -> Result<(), ChangeError> {
        // Some editors count from one again, or not at all. A whole text is right whatever it is
        // a change of.
        let partial = changes.iter().any(|change| change.range.is_some());
        if version < self.version || (version == self.version && partial) {
            return Err(ChangeError::Stale { have: self.version, got: version });
        }
        let mut text = self.text.clone();
        for change in changes {
            text = match change.range {
                None => change.text.into(),
                Some(range) => {
                    let range = Lines::new(text.clone(), encoding).text_range(range);
                    let before = text.get(..range.start as usize).unwrap_or_default();
                    let after = text.get(range.end as usize..).unwrap_or_default();
                    [before, change.text.as_str(), after].concat().into()
                }
            };
            if text.len() > MAX_DOCUMENT {
                return Err(ChangeError::TooLong);
            }
        }
        self.version = version;
        self.text = text;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use tower_lsp_server::ls_types::{
        Position, Range, TextDocumentContentChangeEvent, TextDocumentItem, Uri,
    };

    use super::{ChangeError, Document};
    use crate::position::Encoding;

    fn document(text: &str) -> Document {
        let uri = Uri::from_str("untitled:a").unwrap();
        Document::new(TextDocumentItem::new(uri, "journey".into(), 3, text.into()))
    }

    fn change(range: Option<[u32; 4]>, text: &str) -> TextDocumentContentChangeEvent {
        let range = range
            .map(|[from, at, to, end]| Range::new(Position::new(from, at), Position::new(to, end)));
        TextDocumentContentChangeEvent { range, range_length: None, text: text.into() }
    }

    #[test]
    fn changes_are_made_one_after_the_other() {
        let mut it = document("a😀b\r\nc");
        let changes = vec![change(Some([0, 3, 0, 4]), "B"), change(Some([0, 4, 1, 0]), "\n\n")];
        it.change(4, changes, Encoding::Utf16).unwrap();
        assert_eq!(&*it.text, "a😀B\n\nc");
        it.change(5, vec![change(Some([0, 1, 0, 5]), "")], Encoding::Utf8).unwrap();
        assert_eq!(&*it.text, "aB\n\nc");
        it.change(9, vec![change(None, "new"), change(Some([9, 9, 0, 2]), "t")], Encoding::Utf8)
            .unwrap();
        assert_eq!(&*it.text, "net");
    }

    #[test]
    fn a_change_to_an_older_text_is_left_out() {
        let mut it = document("abc");
        let stale = it.change(2, vec![change(None, "x")], Encoding::Utf8);
        assert_eq!(stale, Err(ChangeError::Stale { have: 3, got: 2 }));
        let again = it.change(3, vec![change(Some([0, 0, 0, 0]), "x")], Encoding::Utf8);
        assert_eq!(again, Err(ChangeError::Stale { have: 3, got: 3 }));
        assert_eq!(&*it.text, "abc");
        it.change(3, vec![change(None, "whole")], Encoding::Utf8).unwrap();
        assert_eq!(&*it.text, "whole");
    }
}
