//! The elements of a body: one object, a JSON array, or an object a line.

use crate::reason::Reason;
use crate::scan;

/// How a body holds its elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// It is one element.
    One,
    /// It is a JSON array of elements.
    Array,
    /// Each line is one (NDJSON). Empty lines are none.
    Lines,
}

impl Form {
    /// The form of a JSON body: an array where it begins like one, otherwise one element.
    pub fn of_json(body: &[u8]) -> Form {
        match scan::look(without_mark(body), 0).1 {
            Some(b'[') => Form::Array,
            _ => Form::One,
        }
    }
}

/// How much a body may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How many elements. What comes behind them is not looked at.
    pub elements: usize,
    /// How many bytes an element has.
    pub bytes: usize,
    /// How deep arrays and objects nest in an element. Reading it knows a limit of its own, 64.
    pub depth: usize,
}

/// An element of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element<'b> {
    /// Which, from 0.
    pub index: usize,
    /// The line of the body on which it begins, from 1.
    pub line: u64,
    /// Its text, not yet known to be JSON. A line is given whole, so that columns count from its start.
    pub text: Result<&'b str, Box<Reason>>,
}

/// The elements of a body, one by one. One that is broken does not stop the rest. Where the body itself
/// breaks off, or holds more than it may, the last item says so.
#[derive(Debug, Clone)]
pub struct Elements<'b> {
    bytes: &'b [u8],
    form: Form,
    limits: Limits,
    at: usize,
    index: usize,
    /// The line on which `counted` stands.
    line: u64,
    counted: usize,
    step: Step,
}

/// What is next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// The bracket that opens an array.
    Open,
    /// The first element of an array, or the bracket that closes it.
    First,
    /// An element.
    Element,
    /// What stands behind an element of an array.
    Behind,
    /// Nothing.
    Done,
}

impl<'b> Elements<'b> {
    /// The elements of a body.
    pub fn new(body: &'b [u8], form: Form, limits: Limits) -> Elements<'b> {
        let bytes = without_mark(body);
        let step = if form == Form::Array { Step::Open } else { Step::Element };
        Elements { bytes, form, limits, at: 0, index: 0, line: 1, counted: 0, step }
    }

    /// The elements of the next piece of the same body of lines, once those of this one have been gone
    /// through. Pieces are cut behind a line end, see [`whole_lines`].
    pub fn resume<'n>(&self, piece: &'n [u8]) -> Elements<'n> {
        let over = self.index > self.limits.elements;
        Elements {
            bytes: piece,
            form: Form::Lines,
            limits: self.limits,
            at: 0,
            index: self.index,
            line: self.line + line_ends(self.bytes.get(self.counted..).unwrap_or_default()),
            counted: 0,
            step: if over { Step::Done } else { Step::Element },
        }
    }

    /// The elements of a piece of a body of lines, before which `index` elements have come. Lines are counted
    /// from the start of the piece.
    pub fn further(piece: &'b [u8], index: usize, limits: Limits) -> Elements<'b> {
        let bytes = if index == 0 { without_mark(piece) } else { piece };
        let step = Step::Element;
        Elements { bytes, form: Form::Lines, limits, at: 0, index, line: 1, counted: 0, step }
    }

    /// Where what stands at `start` up to `end` ends, blanks aside.
    fn trimmed(&self, start: usize, end: usize) -> usize {
        let bytes = self.bytes.get(start..end).unwrap_or_default();
        start + bytes.trim_ascii_end().len()
    }

    /// The element that stands at `start` up to `end`.
    fn element(&mut self, start: usize, end: usize) -> Element<'b> {
        let bytes = self.bytes.get(start..end).unwrap_or_default();
        let Limits { bytes: longest, depth, .. } = self.limits;
        let text = if bytes.len() > longest {
            Err(Box::new(Reason::TooLong { limit: longest }))
        } else if scan::depth(bytes) > depth {
            Err(Box::new(Reason::TooDeep { limit: depth }))
        } else {
            text(bytes)
        };
        self.item(start, text)
    }

    fn item(&mut self, start: usize, text: Result<&'b str, Box<Reason>>) -> Element<'b> {
        self.line += line_ends(self.bytes.get(self.counted..start).unwrap_or_default());
        self.counted = start;
        self.index += 1;
        Element { index: self.index - 1, line: self.line, text }
    }

    /// Says why the rest is not looked at.
    fn last(&mut self, at: usize, reason: Reason) -> Option<Element<'b>> {
        self.step = Step::Done;
        Some(self.item(at, Err(Box::new(reason))))
    }

    fn broken(&mut self, at: usize, wanted: &'static str) -> Option<Element<'b>> {
        self.last(at, Reason::Broken { at: at + 1, wanted })
    }

    fn is_full(&self) -> bool {
        self.index >= self.limits.elements
    }

    fn too_many(&mut self, at: usize) -> Option<Element<'b>> {
        self.last(at, Reason::TooMany { limit: self.limits.elements })
    }

    fn next_line(&mut self) -> Option<Element<'b>> {
        while self.at < self.bytes.len() {
            let start = self.at;
            let rest = self.bytes.get(start..).unwrap_or_default();
            let end = start + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            self.at = end + 1;
            if self.bytes.get(start..end).unwrap_or_default().trim_ascii().is_empty() {
                continue;
            }
            return match self.is_full() {
                true => self.too_many(start),
                false => Some(self.element(start, end)),
            };
        }
        None
    }

    fn next_of_array(&mut self) -> Option<Element<'b>> {
        loop {
            let (at, byte) = scan::look(self.bytes, self.at);
            self.step = match (self.step, byte) {
                (Step::Open, Some(b'[')) => Step::First,
                (Step::Open, _) => return self.broken(at, "an array"),
                (Step::First | Step::Behind, Some(b']')) => return self.end_of_array(at + 1),
                (Step::Behind, Some(b',')) => Step::Element,
                (Step::Behind, _) => return self.broken(at, "`,` or `]`"),
                (_, None) => return self.broken(at, "a value"),
                (_, Some(_)) if self.is_full() => return self.too_many(at),
                (_, Some(_)) => {
                    (self.at, self.step) = (scan::value(self.bytes, at, b']').end, Step::Behind);
                    return Some(self.element(at, self.trimmed(at, self.at)));
                }
            };
            self.at = at + 1;
        }
    }

    fn end_of_array(&mut self, behind: usize) -> Option<Element<'b>> {
        self.step = Step::Done;
        match scan::look(self.bytes, behind) {
            (_, None) => None,
            (at, Some(_)) => self.broken(at, "the end of the body"),
        }
    }
}

impl<'b> Iterator for Elements<'b> {
    type Item = Element<'b>;

    fn next(&mut self) -> Option<Element<'b>> {
        match (self.step, self.form) {
            (Step::Done, _) => None,
            (_, Form::Array) => self.next_of_array(),
            (_, Form::Lines) => self.next_line(),
            (_, Form::One) if self.is_full() => self.too_many(0),
            (_, Form::One) => {
                self.step = Step::Done;
                let (start, _) = scan::look(self.bytes, 0);
                Some(self.element(start, self.trimmed(start, self.bytes.len())))
            }
        }
    }
}

/// How many bytes of a piece of text are whole lines; the rest waits for more of it.
pub fn whole_lines(piece: &[u8]) -> usize {
    piece.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1)
}

/// Bytes as a text.
pub(crate) fn text(bytes: &[u8]) -> Result<&str, Box<Reason>> {
    let not_utf8 = |error: std::str::Utf8Error| Reason::NotUtf8 { at: error.valid_up_to() + 1 };
    std::str::from_utf8(bytes).map_err(|error| Box::new(not_utf8(error)))
}

fn line_ends(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte == b'\n').count() as u64
}

/// A text without the byte-order mark that some editors put before it.
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}
