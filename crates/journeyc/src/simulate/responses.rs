//! How webhooks answer in a simulation: a file of responses.
//!
//! One JSON object a line: `journey`, `tile`, and what is answered, `status` and `body`. With
//! `customer` it is for one customer, with `call` for the how manyeth call of a membership from that
//! tile. The first line that fits is taken, those for a customer or a call before the others.

use std::collections::HashMap;
use std::io::Read;

use journey_bytecode::{Program, Type};
use journey_intake::read_value;
use serde::Deserialize;

use super::error::SimulateError;
use super::input::{Input, Source};
use journey_testing::{Pending, Reply};

/// All responses, by journey and tile.
#[derive(Debug, Default)]
pub(crate) struct Responses {
    rules: HashMap<(u16, u16), Vec<Rule>>,
}

#[derive(Debug)]
struct Rule {
    customer: Option<String>,
    call: Option<u32>,
    reply: Reply,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    journey: String,
    tile: String,
    customer: Option<String>,
    call: Option<u32>,
    status: Option<u16>,
    body: Option<serde_json::Value>,
}

impl Responses {
    /// What a webhook answers, if something was said.
    pub(crate) fn find(&self, pending: &Pending, customer: &str) -> Option<&Reply> {
        let rules = self.rules.get(&(pending.journey, pending.tile))?;
        let fits = |rule: &&Rule| {
            rule.customer.as_ref().is_none_or(|wanted| wanted == customer)
                && rule.call.is_none_or(|call| call == pending.visit)
        };
        rules.iter().find(fits).map(|rule| &rule.reply)
    }
}

/// Reads a file of responses. Each line must be right: a wrong one would answer for another.
pub(crate) fn read(input: &Input, program: &Program) -> Result<Responses, SimulateError> {
    let mut source = Source::open(input)
        .map_err(|source| SimulateError::Open { input: input.clone(), source })?;
    let mut text = Vec::new();
    let read = source.text.read_to_end(&mut text);
    read.map_err(|source| SimulateError::Read { input: input.clone(), line: 0, source })?;
    let mut responses = Responses::default();
    for (number, line) in (1..).zip(text.split(|byte| *byte == b'\n')) {
        let wrong =
            |reason: String| SimulateError::Response { input: input.clone(), line: number, reason };
        let line = std::str::from_utf8(line).map_err(|error| {
            wrong(format!("byte {} of the line is not UTF-8", error.valid_up_to() + 1))
        })?;
        if line.trim().is_empty() {
            continue;
        }
        let (place, rule) = rule(line, program).map_err(wrong)?;
        responses.rules.entry(place).or_default().push(rule);
    }
    for rules in responses.rules.values_mut() {
        // The sort is stable, so that of equals the first line comes first.
        rules.sort_by_key(|rule| (rule.customer.is_none(), rule.call.is_none()));
    }
    Ok(responses)
}

fn rule(line: &str, program: &Program) -> Result<((u16, u16), Rule), String> {
    if !line.trim_start().starts_with('{') {
        return Err(r#"a line is an object: `{"journey": …, "tile": …, "body": …}`"#.to_owned());
    }
    let line: Line = serde_json::from_str(line).map_err(|error| plain(&error))?;
    let journey = program.journeys.iter().position(|journey| journey.name == line.journey);
    let journey = journey.ok_or_else(|| format!("there is no journey `{}`", line.journey))?;
    let declared = program.journeys.get(journey).ok_or("no such journey")?;
    let tile = declared.tiles.iter().position(|tile| tile.id == line.tile);
    let tile = tile.and_then(|tile| u16::try_from(tile).ok());
    let webhook = declared.webhooks.iter().find(|webhook| Some(webhook.tile) == tile);
    let (Some(tile), Some(webhook)) = (tile, webhook) else {
        return Err(format!("the journey `{}` has no webhook `{}`", line.journey, line.tile));
    };
    let status = line.status.unwrap_or(200);
    let reply = match (&webhook.response, line.body) {
        _ if !(200..300).contains(&status) => Reply::Failed(Some(status)),
        (None, _) => Reply::Delivered,
        // What does not match the declared type is a failure, as it would be outside.
        (Some(response), body) => {
            let body = body.unwrap_or(serde_json::Value::Null).to_string();
            decode(&body, &response.ty).unwrap_or(Reply::Failed(Some(status)))
        }
    };
    let journey = u16::try_from(journey).map_err(|_| "too many journeys")?;
    Ok(((journey, tile), Rule { customer: line.customer, call: line.call, reply }))
}

/// What is wrong with a line, in the words of its format and not in those of its reader.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let what = text.strip_suffix(&place).unwrap_or(&text);
    let what = [
        ("a string", "a text"),
        ("u16", "a status such as 200"),
        ("u32", "the number of a call such as 2"),
        ("struct Line", "an object"),
    ]
    .iter()
    .fold(what.to_owned(), |what, (reader, ours)| {
        what.replace(&format!("expected {reader}"), &format!("expected {ours}"))
    });
    format!("{what}, at column {}", error.column())
}

/// A body as a value of the declared type.
fn decode(body: &str, ty: &Type) -> Option<Reply> {
    read_value(body, ty, journey_time::Tz::UTC).ok().map(Reply::Response)
}
