//! Parameters of the path and the query.

use std::error::Error;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::super::problem::{Problem, ProblemKind};

/// The parameters of the query, as a struct with a field each.
#[derive(Debug, Clone, Copy)]
pub struct Query<T>(pub T);

/// The parameters of the path: one value, a tuple in their order, or a struct by name.
#[derive(Debug, Clone, Copy)]
pub struct Params<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(query)) => Ok(Query(query)),
            Err(QueryRejection::FailedToDeserializeQueryString(error)) => {
                Err(wrong(format!("in the query, {}", innermost(&error))))
            }
            Err(_) => Err(wrong("the query cannot be read".to_owned())),
        }
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(params)) => Ok(Params(params)),
            Err(PathRejection::FailedToDeserializePathParams(error)) => {
                Err(wrong(format!("in the path, {}", error.kind())))
            }
            Err(error) => Err(Problem::internal(error)),
        }
    }
}

fn wrong(detail: String) -> Problem {
    Problem::new(ProblemKind::InvalidParameter, detail)
}

/// The error behind those that only say that there was one.
fn innermost(error: &dyn Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
