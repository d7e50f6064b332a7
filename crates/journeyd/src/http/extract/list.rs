//! Lists, a page at a time.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::problem::{Problem, ProblemKind};
use super::Query;

/// Most items on a page.
const MOST: usize = 200;

/// Items on a page, if nobody says how many.
const USUAL: usize = 50;

/// Bytes of a cursor's seal.
const SEAL: usize = 16;

/// Which page of a list is asked for. Beside it, [`Query`] takes the list's filters.
#[derive(Debug, Clone)]
pub struct Page {
    limit: usize,
    cursor: Option<String>,
}

/// The parameters of a list, for the document: `params(PageParams, …)`.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageParams {
    /// Most items to answer with.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
    /// Where to go on: `next_cursor` of the page before. It is good for the same list with the same filters.
    cursor: Option<String>,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct List<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where to go on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub next_cursor: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Page {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Query(PageParams { limit, cursor }) = Query::from_request_parts(parts, state).await?;
        let limit = limit.unwrap_or(USUAL);
        if limit == 0 || limit > MOST {
            return Err(Problem::new(
                ProblemKind::InvalidParameter,
                format!("in the query, `limit` is from 1 to {MOST}"),
            ));
        }
        Ok(Page { limit, cursor })
    }
}

impl Page {
    /// Most items to answer with.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Where to go on: what was sealed for `list`, the name of the list with its filters.
    ///
    /// # Errors
    /// The cursor is none of this list.
    pub fn after(&self, key: &CursorKey, list: &str) -> Result<Option<Vec<u8>>, Problem> {
        self.cursor.as_ref().map(|cursor| key.open(list, cursor)).transpose()
    }
}

/// Seals cursors, so that nobody makes one by hand or takes it to another list.
#[derive(Clone)]
pub struct CursorKey([u8; 32]);

impl CursorKey {
    /// A key that follows from the server's own: cursors outlive a restart.
    pub fn of(server: &[u8; 32]) -> CursorKey {
        CursorKey(blake3::derive_key("journeyd 2025 cursors of lists", server))
    }

    /// A cursor of `list` that stands at `place`.
    pub fn seal(&self, list: &str, place: &[u8]) -> String {
        BASE64URL_NOPAD.encode(&[&self.mark(list, place), place].concat())
    }

    /// The place a cursor stands at.
    fn open(&self, list: &str, cursor: &str) -> Result<Vec<u8>, Problem> {
        let wrong = || {
            let detail = "the cursor is none of this list with these filters: begin without one";
            Problem::new(ProblemKind::InvalidCursor, detail)
        };
        let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).map_err(|_| wrong())?;
        let (mark, place) = bytes.split_at_checked(SEAL).ok_or_else(wrong)?;
        let own = self.mark(list, place);
        // All bytes are compared, so that time does not tell how many were right.
        if mark.iter().zip(own).fold(0, |differs, (a, b)| differs | (a ^ b)) != 0 {
            return Err(wrong());
        }
        Ok(place.to_vec())
    }

    fn mark(&self, list: &str, place: &[u8]) -> [u8; SEAL] {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher.update(&(list.len() as u64).to_le_bytes()).update(list.as_bytes()).update(place);
        let mut mark = [0; SEAL];
        hasher.finalize_xof().fill(&mut mark);
        mark
    }
}

#[cfg(test)]
mod tests {
    use super::{CursorKey, Page};

    fn page(cursor: &str) -> Page {
        Page { limit: 1, cursor: Some(cursor.to_owned()) }
    }

    #[test]
    fn a_cursor_leads_back_to_its_place_in_its_own_list_only() {
        let key = CursorKey::of(&[7; 32]);
        let cursor = key.seal("journeys", b"winback");
        assert_eq!(page(&cursor).after(&key, "journeys").unwrap(), Some(b"winback".to_vec()));
        assert!(page(&cursor).after(&key, "audiences").is_err());
        assert!(page(&cursor).after(&CursorKey::of(&[8; 32]), "journeys").is_err());
        for forged in ["", "AAAA", "no base64!", &cursor[1..]] {
            assert!(page(forged).after(&key, "journeys").is_err(), "{forged}");
        }
    }
}
