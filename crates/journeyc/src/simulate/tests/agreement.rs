//! What a log is rejected for, a request is, and what is taken is the same: both go by
//! `journey_intake`, one with a decoder that has seen much, the other with a new one.

use std::io::Cursor;
use std::sync::Arc;

use journey_intake::{Element, Elements, Form, Limits, Named, Schema, Strangers};
use journey_vm::Row;

use super::programs;
use crate::simulate::input::{Batch, Chunk, Chunks, Decoder, Pass, Rules};

/// Lines that are right, nearly right, and of changing shapes.
fn lines() -> Vec<u8> {
    let right = [
        r#"{"ts":"1997-01-01T00:00:00Z","customer_id":"a","event":"purchase","properties":{"cds":1,"amount":11.5}}"#,
        r#"{"properties":{"amount":7,"colour":"red","cds":2.0},"event":"purchase","id":"e\u0031","customer_id":"b\"","ts":"1997-01-02T00:00:00+01:00"}"#,
        r#"{"ts":"1997-01-03T00:00:00Z","customer_id":"c","event":"returned"}"#,
    ];
    let pieces = br#"{}[],:"\0123456789.eE+-truefalsn u/"#;
    let mut seed = 1u64;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    let mut all = Vec::new();
    for _ in 0..20_000 {
        let mut line = right[random(right.len())].as_bytes().to_vec();
        for _ in 0..random(3) {
            let at = random(line.len());
            match random(3) {
                0 => line[at] = pieces[random(pieces.len())],
                1 => line.insert(at, pieces[random(pieces.len())]),
                _ => drop(line.remove(at)),
            }
        }
        all.extend(line);
        all.push(b'\n');
    }
    all
}

/// What came of a text: the events with their rows, and what was rejected, line by line.
#[derive(Default)]
struct Came {
    events: Vec<Taken>,
    rejected: Vec<(u64, String)>,
}

#[derive(Debug, PartialEq)]
struct Taken {
    customer: String,
    event: u16,
    at: i64,
    id: Option<String>,
    row: String,
}

fn by_a_log(bytes: &[u8], schema: &Arc<Schema>) -> Came {
    let rules = Rules { schema, until: None, strict: true, shards: 1 };
    let mut decoder = Decoder::new(rules, Pass::Events);
    let (mut came, mut batch) = (Came::default(), Batch::default());
    let mut chunks = Chunks::new(Box::new(Cursor::new(bytes.to_vec())), 8 * 1024);
    while let Some(chunk) = chunks.next(Chunk::default()).unwrap() {
        decoder.chunk(&chunk, &mut batch);
        came.events.extend(batch.of_shard(0).map(|entry| Taken {
            customer: batch.text(entry.customer).to_owned(),
            event: entry.event,
            at: entry.at,
            id: entry.id.map(|id| batch.text(id).to_owned()),
            row: format!("{:?}", entry.row),
        }));
        let rejected = batch.rejections.iter();
        came.rejected.extend(rejected.map(|it| (it.line, it.reason.to_string())));
    }
    came
}

fn by_requests(bytes: &[u8], schema: &Arc<Schema>) -> Came {
    let rules = journey_intake::Rules {
        received: None,
        events: Strangers::Reject,
        values: Strangers::Count,
    };
    let limits = Limits { elements: usize::MAX, bytes: usize::MAX, depth: usize::MAX };
    let mut came = Came::default();
    for Element { text, line, .. } in Elements::new(bytes, Form::Lines, limits) {
        let mut decoder = journey_intake::Decoder::new(Arc::clone(schema));
        let mut row = Row::default();
        let event = match text.and_then(|text| decoder.event(text, rules, &mut row)) {
            Ok(event) => event,
            Err(reason) => {
                came.rejected.push((line, reason.to_string()));
                continue;
            }
        };
        let Named::Declared(number) = event.event else { panic!("line {line}") };
        came.events.push(Taken {
            customer: event.customer.to_owned(),
            event: number,
            at: event.at,
            id: event.id.map(str::to_owned),
            row: format!("{row:?}"),
        });
    }
    came
}

#[test]
fn a_log_and_requests_make_the_same_of_every_line() {
    let set = programs::win_back();
    let schema = Arc::new(Schema::new(set.program()));
    let lines = lines();
    let (log, requests) = (by_a_log(&lines, &schema), by_requests(&lines, &schema));
    assert!(log.events.len() > 3_000, "{}", log.events.len());
    assert!(log.rejected.len() > 3_000, "{}", log.rejected.len());
    for (log, request) in log.rejected.iter().zip(&requests.rejected) {
        assert_eq!(log, request);
    }
    for (log, request) in log.events.iter().zip(&requests.events) {
        assert_eq!(log, request);
    }
    assert_eq!(log.rejected.len(), requests.rejected.len());
    assert_eq!(log.events.len(), requests.events.len());
}
