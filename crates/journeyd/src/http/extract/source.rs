//! Source of the language, however it is sent.

use axum::extract::{FromRequest, Request};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::problem::{Problem, ProblemKind};
use super::{Json, Raw, media_type};

/// The content type of source.
const JOURNEY: &str = "text/x-journey";

// For the document: `request_body(content((Source = …), (String = …)))`, as in `routes/check.rs`.
/// A source: the text itself as `text/x-journey`, or `{ "source": "…" }` as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The text.
    #[schema(
        example = "journey welcome {\n  entry event signed_up\n\n  send mail.hello()\n  exit done\n}\n"
    )]
    pub source: String,
}

impl<S: Sync> FromRequest<S> for Source {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if media_type(request.headers()) != JOURNEY {
            return match Json::from_request(request, state).await {
                Ok(Json(source)) => Ok(source),
                Err(problem) if problem.kind() == ProblemKind::UnsupportedMediaType => {
                    Err(Problem::new(
                        ProblemKind::UnsupportedMediaType,
                        "send the source as text/x-journey, or as { \"source\": \"…\" } in application/json",
                    ))
                }
                Err(problem) => Err(problem),
            };
        }
        let Raw(bytes) = Raw::from_request(request, state).await?;
        let source = String::from_utf8(bytes.into()).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            Problem::new(ProblemKind::BadRequest, format!("the source is no UTF-8 at byte {at}"))
        })?;
        Ok(Source { source })
    }
}
