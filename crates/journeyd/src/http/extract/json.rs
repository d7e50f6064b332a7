//! JSON in and out.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

use super::super::problem::{Problem, ProblemKind};
use super::super::state::AppState;
use super::{Raw, media_type};

/// A body of JSON, and an answer of it.
///
/// As an argument it takes `application/json` (or any `+json`), no deeper than `limits.json_depth`.
/// What is no JSON is 400; JSON that is no `T` is 422, with a `pointer` to where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let media = media_type(request.headers());
        if media != "application/json"
            && !(media.starts_with("application/") && media.ends_with("+json"))
        {
            return Err(Problem::new(
                ProblemKind::UnsupportedMediaType,
                "send JSON, and say so: Content-Type: application/json",
            ));
        }
        let depth = AppState::of(request.extensions())?.config.limits.json_depth;
        let Raw(bytes) = Raw::from_request(request, state).await?;
        parse(&bytes, depth).map(Json)
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(bytes) => {
                let mut response = Response::new(Body::from(bytes));
                let json = HeaderValue::from_static("application/json");
                response.headers_mut().insert(header::CONTENT_TYPE, json);
                response
            }
            Err(error) => Problem::internal(error).into_response(),
        }
    }
}

/// Reads a document of JSON that nests no deeper than `depth`.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8], depth: usize) -> Result<T, Problem> {
    if bytes.trim_ascii().is_empty() {
        return Err(Problem::new(ProblemKind::InvalidJson, "the body is empty: send JSON"));
    }
    if let Some(at) = too_deep(bytes, depth) {
        let detail = format!("the JSON nests deeper than {depth} levels at byte {at}");
        return Err(Problem::new(ProblemKind::TooDeep, detail));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let pointer = pointer(error.path());
        refused(&error.into_inner(), pointer)
    })?;
    reader.end().map_err(|error| refused(&error, String::new()))?;
    Ok(value)
}

fn refused(error: &serde_json::Error, pointer: String) -> Problem {
    match error.classify() {
        Category::Data => {
            Problem::new(ProblemKind::InvalidBody, error.to_string()).with("pointer", pointer)
        }
        Category::Syntax | Category::Eof | Category::Io => {
            Problem::new(ProblemKind::InvalidJson, error.to_string())
        }
    }
}

/// A path as a JSON pointer (RFC 6901).
fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        let name = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.replace('~', "~0").replace('/', "~1"),
            Segment::Enum { variant } => variant.clone(),
            Segment::Unknown => continue,
        };
        pointer.push('/');
        pointer.push_str(&name);
    }
    pointer
}

/// Where JSON first nests deeper than `depth`, found without reading it as JSON.
pub(crate) fn too_deep(bytes: &[u8], depth: usize) -> Option<usize> {
    let (mut level, mut in_text, mut escaped) = (0_usize, false, false);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => {
                level += 1;
                if level > depth {
                    return Some(at);
                }
            }
            b']' | b'}' if !in_text => level = level.saturating_sub(1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::{parse, too_deep};
    use crate::http::problem::ProblemKind;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Draft {
        #[expect(dead_code, reason = "read by nobody but the parser")]
        steps: Vec<u8>,
    }

    fn refusal(text: &str) -> (ProblemKind, String) {
        let problem = parse::<Draft>(text.as_bytes(), 8).unwrap_err();
        (problem.kind(), problem.to_string())
    }

    #[test]
    fn brackets_nest_but_not_in_texts() {
        assert_eq!(too_deep(br#"{"a":[1,2],"b":[[3]]}"#, 3), None);
        assert_eq!(too_deep(br#"{"a":[[[1]]]}"#, 3), Some(7));
        assert_eq!(too_deep(br#"["[[[[", "\"[[[["]"#, 1), None);
        assert_eq!(too_deep(&b"[".repeat(1 << 20), 64), Some(64));
    }

    #[test]
    fn what_is_no_json_is_told_apart_from_json_that_does_not_fit() {
        assert_eq!(refusal(" ").0, ProblemKind::InvalidJson);
        assert_eq!(refusal("{\"steps\": [1,").0, ProblemKind::InvalidJson);
        assert_eq!(refusal("{\"steps\": []} true").0, ProblemKind::InvalidJson);
        assert_eq!(refusal(&"[".repeat(9)).0, ProblemKind::TooDeep);
        let (kind, message) = refusal("{\"steps\": [1, \"two\"]}");
        assert_eq!(kind, ProblemKind::InvalidBody);
        assert!(message.contains("expected u8"), "{message}");
        assert_eq!(refusal("{\"step\": []}").0, ProblemKind::InvalidBody);
    }
}
