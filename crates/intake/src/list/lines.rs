//! Lists as NDJSON: `{"customer_id", "payload"?}` a line.

use std::sync::Arc;

use super::{Brought, Guest, List, Rejection};
use crate::body::{Element, Elements, Form, Limits};
use crate::decode::{Decoder, Rules};
use crate::names::Unknown;
use crate::reason::Reason;
use crate::schema::Schema;

/// How much of a line that is rejected is kept to show.
const SHOWN: usize = 1024;

/// Reads a list of customers who are to enter these journeys. All that is wrong with a line is told, and a
/// bad line does not stop the rest.
pub fn read_lines(bytes: &[u8], schema: &Arc<Schema>, journeys: &[u16], limits: Limits) -> List {
    let mut decoder = Decoder::new(Arc::clone(schema));
    let mut list = List::default();
    let mut starts = LineStarts { bytes, at: 0, line: 1 };
    for Element { line, text, .. } in Elements::new(bytes, Form::Lines, limits) {
        let read = text.and_then(|text| decoder.entries(journeys, text, Rules::default()));
        let (id, brings) = match read {
            Ok(read) => read,
            Err(reason) => {
                list.rows += u64::from(!matches!(*reason, Reason::TooMany { .. }));
                list.reject(line, vec![*reason], &mut starts);
                continue;
            }
        };
        list.rows += 1;
        let id: Box<str> = id.into();
        let mut wrong: Vec<Reason> = Vec::new();
        let fits = |bring: Result<Brought, Vec<Reason>>| match bring {
            Ok(brought) => Some(brought),
            Err(reasons) => {
                // What two journeys take is wrong for both, and told once.
                for reason in reasons {
                    if !wrong.contains(&reason) {
                        wrong.push(reason);
                    }
                }
                None
            }
        };
        let brings: Vec<Option<Brought>> = brings.into_iter().map(fits).collect();
        if journeys.is_empty() || brings.iter().any(Option::is_some) {
            list.customers.push(Guest { line, id, brings });
        }
        list.reject(line, wrong, &mut starts);
    }
    let unknown = decoder.take_unknown(Unknown::default());
    list.ignored = unknown.params.iter().map(|(name, _)| name.to_owned()).collect();
    list
}

impl List {
    fn reject(&mut self, line: u64, reasons: Vec<Reason>, starts: &mut LineStarts<'_>) {
        if reasons.is_empty() {
            return;
        }
        let text = starts.text(line);
        self.rejections.extend(reasons.into_iter().map(|reason| Rejection {
            line,
            reason: Box::new(reason),
            text: text.clone(),
        }));
    }
}

/// Finds lines by ascending number.
struct LineStarts<'b> {
    bytes: &'b [u8],
    at: usize,
    line: u64,
}

impl LineStarts<'_> {
    /// The beginning of a line.
    fn text(&mut self, line: u64) -> String {
        let rest = |at: usize| self.bytes.get(at..).unwrap_or_default();
        while self.line < line {
            let Some(end) = rest(self.at).iter().position(|byte| *byte == b'\n') else { break };
            self.at += end + 1;
            self.line += 1;
        }
        let text = rest(self.at).split(|byte| *byte == b'\n').next().unwrap_or_default();
        let shown = text.get(..SHOWN).unwrap_or(text);
        String::from_utf8_lossy(shown).trim_end().to_owned()
    }
}
