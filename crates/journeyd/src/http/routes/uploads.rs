//! Lists of customers that are sent: read, done row by row, and told row by row.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;
use bytes::Bytes;
use journey_engine::command::{Reply as Done, What};
use journey_engine::deploy::Deployment;
use journey_intake::{
    Brought, Guest, Limits, List, Reason, Rejection, Schema, read_csv, read_lines,
};
use serde::Serialize;
use tokio::time::Instant;
use utoipa::ToSchema;

use super::super::extract::{is_lines, media_type};
use super::super::problem::{Problem, ProblemKind};
use super::super::state::AppState;
use super::{no_schema, work};
use crate::runtime::{Busy, Submission};

/// How many rows one list may have.
const MOST: usize = 100_000;
/// How long a line of it may be, in bytes.
const LONGEST: usize = 256 * 1024;
/// How deep its values may nest.
const DEPTH: usize = 32;
/// How many rows are done at once.
const TOGETHER: usize = 1_000;
/// How many rows are told one by one.
const TOLD: usize = 10_000;
/// How often a list is read again because what is live was changed under it.
const TRIES: usize = 5;
/// How long a queue that is full is waited for, and how often it is looked at.
const PATIENCE: Duration = Duration::from_secs(30);
const NAP: Duration = Duration::from_millis(20);

/// A list as it was sent.
#[derive(Debug, Clone)]
pub(super) struct Upload {
    form: Form,
    body: Bytes,
}

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Csv,
    Lines,
}

/// What is done for each row of a list.
pub(super) trait Target {
    /// Where rows go in this deployment.
    fn aim(&self, deployment: &Deployment, schema: &Schema) -> Result<Aim, Problem>;

    /// What is done for the row on a line, with what it brings along.
    fn command(&self, aim: Aim, line: u64, brought: Brought) -> What;

    /// Takes what came of a row. Where that is nothing: a word for why, and why.
    fn judge(&mut self, reply: Done) -> Option<(&'static str, String)>;
}

/// The numbers of a target in one deployment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Aim {
    pub(super) deployment: u32,
    /// The number of the journey or the audience.
    pub(super) number: u16,
    /// Whether it is a journey that rows bring something along to.
    pub(super) brings: bool,
}

/// A row that was not done, and what to do about it.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct RowError {
    /// The line of the list on which the row begins, from 1. The names of columns are a line, too.
    #[schema(minimum = 1)]
    line: u64,
    /// Who it is about, as far as that could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    customer: Option<String>,
    /// The column, or the path in the object, that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    field: Option<String>,
    /// A word for the kind of error; it does not change.
    code: &'static str,
    /// What is wrong, and what is wanted.
    message: String,
}

/// What became of a list. What is not told as an error is done, and durable.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct ListReport {
    /// Rows there are.
    rows: u64,
    /// Rows that could not be read, and so were not done.
    rejected: u64,
    /// Rows that were read and came to nothing; sent again as they are, some of them may not.
    refused: u64,
    /// Rows that came to nothing, in the order of the list; 10,000 at most.
    errors: Vec<RowError>,
    /// Columns, or fields of a payload, that mean nothing here.
    ignored: Vec<String>,
}

/// A list that is being done.
#[derive(Default)]
struct Progress {
    report: ListReport,
    /// Lines of rows that were done.
    done: BTreeSet<u64>,
    /// Rows that were not, by no fault of theirs.
    open: Vec<(u64, Box<str>)>,
    /// What became of rows that were done and came to nothing.
    refused: Vec<RowError>,
}

impl Upload {
    /// The list of a body, if it is one by its type.
    pub(super) fn of(headers: &HeaderMap, body: &Bytes) -> Option<Upload> {
        let form = match media_type(headers).as_str() {
            "text/csv" => Form::Csv,
            _ if is_lines(headers) => Form::Lines,
            _ => return None,
        };
        Some(Upload { form, body: body.clone() })
    }

    /// Does each row, a thousand at a time. Rows that cannot be read do not stop the others.
    pub(super) async fn work_off<T: Target>(
        self,
        state: &AppState,
        target: &mut T,
    ) -> Result<ListReport, Problem> {
        self.check()?;
        let mut progress = Progress::default();
        for _ in 0..TRIES {
            let (aim, list) = self.read(state, target).await?;
            let guests = progress.begin(list);
            if let Err(busy) = progress.work_off(state, target, aim, guests).await? {
                return Ok(progress.end(&busy.to_string()));
            }
            if progress.open.is_empty() {
                break;
            }
        }
        Ok(progress.end("what is live was being changed"))
    }

    /// Makes sure that there is something, and no more than a list may have.
    fn check(&self) -> Result<(), Problem> {
        if self.body.trim_ascii().is_empty() {
            let detail = "the list is empty: a CSV has the names of its columns in the first line, \
                          `customer_id` among them, and NDJSON an object a line";
            return Err(Problem::invalid_body(detail));
        }
        let lines = self.body.iter().filter(|byte| **byte == b'\n').count();
        // Beside the rows there may be the names of columns and a last line end.
        if lines <= MOST + 1 {
            return Ok(());
        }
        let detail = format!("the list has {lines} lines: send it in parts of at most {MOST} rows");
        Err(Problem::new(ProblemKind::BodyTooLarge, detail))
    }

    /// Reads it by what is live now.
    async fn read(&self, state: &AppState, target: &impl Target) -> Result<(Aim, List), Problem> {
        let services = &state.services;
        let history = services.runtime.history();
        let deployment = history.deployment().ok_or_else(no_schema)?;
        let schema = services.schemas.of(deployment);
        let aim = target.aim(deployment, &schema)?;
        let upload = self.clone();
        let list = work(move || {
            let journeys: &[u16] = if aim.brings { &[aim.number] } else { &[] };
            upload.rows(&schema, journeys)
        });
        Ok((aim, list.await?))
    }

    fn rows(&self, schema: &Arc<Schema>, journeys: &[u16]) -> Result<List, Problem> {
        let limits = Limits { elements: MOST, bytes: LONGEST, depth: DEPTH };
        match self.form {
            Form::Csv => read_csv(&self.body, schema, journeys)
                .map_err(|error| Problem::invalid_body(error.to_string())),
            Form::Lines => Ok(read_lines(&self.body, schema, journeys, limits)),
        }
    }
}

impl Progress {
    /// Takes over what was read; the rest is still to be done.
    fn begin(&mut self, list: List) -> Vec<Guest> {
        let List { rows, mut customers, rejections, ignored } = list;
        let rejections = rejections.iter().filter(|it| !self.done.contains(&it.line));
        let errors: Vec<RowError> = rejections.map(RowError::rejected).collect();
        let mut lines: Vec<u64> = errors.iter().map(|error| error.line).collect();
        lines.dedup();
        let rejected = lines.len() as u64;
        self.report = ListReport { rows, rejected, refused: 0, errors, ignored };
        customers.retain(|guest| !self.done.contains(&guest.line));
        customers
    }

    /// Does these rows. What is left open is to be done again by what is live then; if the server is
    /// too busy for that, it says so.
    async fn work_off<T: Target>(
        &mut self,
        state: &AppState,
        target: &mut T,
        aim: Aim,
        guests: Vec<Guest>,
    ) -> Result<Result<(), Busy>, Problem> {
        self.open.clear();
        let mut guests = guests.into_iter();
        loop {
            let (rows, submissions): (Vec<(u64, Box<str>)>, Vec<Submission>) = guests
                .by_ref()
                .take(TOGETHER)
                .map(|Guest { line, id, brings }| {
                    let brought = brings.into_iter().flatten().next().unwrap_or_default();
                    let submission = Submission::new(&id, target.command(aim, line, brought));
                    ((line, id), submission)
                })
                .unzip();
            if rows.is_empty() {
                return Ok(Ok(()));
            }
            match patiently(state, submissions).await {
                Ok(replies) => {
                    for ((line, id), reply) in rows.into_iter().zip(replies) {
                        self.settle((line, id), reply, target);
                    }
                }
                Err(busy) if self.done.is_empty() => return Err(busy.into()),
                Err(busy) => {
                    self.open.extend(rows);
                    self.open.extend(guests.map(|guest| (guest.line, guest.id)));
                    return Ok(Err(busy));
                }
            }
        }
    }

    fn settle(&mut self, (line, id): (u64, Box<str>), reply: Done, target: &mut impl Target) {
        if reply == Done::Stale {
            self.open.push((line, id));
            return;
        }
        self.done.insert(line);
        if let Some((code, message)) = target.judge(reply) {
            self.refused.push(RowError {
                line,
                customer: Some(id.into()),
                field: None,
                code,
                message,
            });
        }
    }

    /// The report; rows that are open were not done for this reason.
    fn end(mut self, why: &str) -> ListReport {
        let open = self.open.into_iter().map(|(line, id)| RowError {
            line,
            customer: Some(id.into()),
            field: None,
            code: "not_done",
            message: format!("the row was not done: {why}; send it again"),
        });
        self.refused.extend(open);
        let mut report = self.report;
        report.refused = self.refused.len() as u64;
        report.errors.append(&mut self.refused);
        report.errors.sort_by_key(|error| error.line);
        report.errors.truncate(TOLD);
        report
    }
}

impl RowError {
    fn rejected(rejection: &Rejection) -> RowError {
        RowError {
            line: rejection.line,
            customer: None,
            field: rejection.reason.field(),
            code: rejection.reason.code(),
            message: rejection.reason.to_string(),
        }
    }
}

/// Hands rows over, waiting for a place in the queues.
pub(super) async fn patiently(state: &AppState, rows: Vec<Submission>) -> Result<Vec<Done>, Busy> {
    let until = Instant::now() + PATIENCE;
    loop {
        match state.services.runtime.submit(rows.clone()).await {
            Err(Busy::Full) if Instant::now() < until => tokio::time::sleep(NAP).await,
            done => return done,
        }
    }
}

/// What is wrong with one object, as a member of a problem: `invalid`.
#[derive(Debug, Serialize)]
struct Invalid {
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    code: &'static str,
    message: String,
}

/// A body that is one object, and not the one that is wanted.
pub(super) fn invalid(reasons: &[Reason]) -> Problem {
    let said: Vec<String> = reasons.iter().map(|it| it.of_element().to_string()).collect();
    let invalid = reasons.iter().zip(&said).map(|(reason, message)| Invalid {
        field: reason.field(),
        code: reason.code(),
        message: message.clone(),
    });
    let invalid = serde_json::to_value(invalid.collect::<Vec<_>>()).unwrap_or_default();
    Problem::new(kind(reasons), said.join("; ")).with("invalid", invalid)
}

/// What kind of problem a body is that cannot be taken: no JSON, JSON that nests too deep, or other JSON than is wanted.
pub(super) fn kind(reasons: &[Reason]) -> ProblemKind {
    let is = |code: &str| reasons.iter().any(|reason| reason.code() == code);
    match () {
        () if is("too_deep") => ProblemKind::TooDeep,
        () if is("not_json") || is("not_utf8") => ProblemKind::InvalidJson,
        () => ProblemKind::InvalidBody,
    }
}
