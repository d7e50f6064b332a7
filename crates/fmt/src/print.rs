//! From a document to text.

use crate::doc::{Doc, Op};

/// Columns of a step of indentation.
const STEP: usize = 2;

/// The text of a document made of `source`, in lines of at most `width` columns if possible.
pub(crate) fn print(doc: &Doc, source: &str, width: u32) -> String {
    let out = String::with_capacity(source.len() + source.len() / 8 + 16);
    let mut printer = Printer {
        source,
        out,
        width,
        column: 0,
        steps: 0,
        line_steps: 0,
        flat: vec![false],
        was_broken: false,
        ended: false,
    };
    let mut ops = doc.ops().iter();
    while let Some(op) = ops.next() {
        printer.op(*op, ops.as_slice().first().copied());
    }
    printer.finish()
}

struct Printer<'s> {
    source: &'s str,
    out: String,
    width: u32,
    /// Columns taken on the current line.
    column: u32,
    /// Steps of indentation, now and where the current line began.
    steps: usize,
    line_steps: usize,
    /// Whether each open group is flat, the innermost last.
    flat: Vec<bool>,
    /// Whether the group that ended last was broken.
    was_broken: bool,
    /// Whether a comment was the last thing: the line has ended, though its end is not written.
    ended: bool,
}

impl Printer<'_> {
    fn op(&mut self, op: Op, next: Option<Op>) {
        match op {
            Op::Text { start, len, width } => self.text(start, len, width),
            Op::Lines { start, len, width } => self.lines(start, len, width),
            Op::Indented { start, len, .. } => self.indented(start, len),
            Op::Space => self.push(" "),
            Op::Comma => self.push(","),
            Op::BrokenComma if self.is_flat() => {}
            Op::BrokenComma => self.push(","),
            Op::Line if self.is_flat() => self.push(" "),
            Op::Soft if self.is_flat() => {}
            Op::Fill if self.is_flat() || self.fits_behind(next) => self.push(" "),
            Op::Line | Op::Soft | Op::Fill => self.new_line(false),
            Op::Hard { blank } => self.new_line(blank),
            Op::Group { room, broken, follows } => {
                let broken = broken || (follows && self.was_broken);
                let flat = self.is_flat() || (!broken && self.column + room <= self.width);
                self.flat.push(flat);
            }
            Op::End => self.was_broken = self.flat.pop() == Some(false),
            Op::Indent(steps) => self.steps = self.steps.saturating_add_signed(isize::from(steps)),
            Op::Comment { start, len, own, blank } => self.comment(start, len, own, blank),
        }
    }

    fn is_flat(&self) -> bool {
        self.flat.last().copied().unwrap_or(false)
    }

    /// Whether the group that begins with `next` fits on the line, behind a space.
    fn fits_behind(&self, next: Option<Op>) -> bool {
        let Some(Op::Group { room, broken, .. }) = next else { return false };
        !self.ended && !broken && self.column + 1 + room <= self.width
    }

    fn text(&mut self, start: u32, len: u32, width: u32) {
        if self.ended {
            self.new_line(false);
        }
        let text = self.source.get(start as usize..(start + len) as usize).unwrap_or_default();
        self.out.push_str(text);
        self.column += width;
    }

    fn lines(&mut self, start: u32, len: u32, width: u32) {
        self.text(start, len, width);
        if let Some(end) = self.out.rfind('\n') {
            self.column = self.out.get(end + 1..).unwrap_or_default().chars().count() as u32;
        }
    }

    /// A text of several lines: a step further in than the line it begins on, the closing quotes as
    /// deep as that. What all lines are indented by is no part of what it says.
    fn indented(&mut self, start: u32, len: u32) {
        if self.ended {
            self.new_line(false);
        }
        let text = self.source.get(start as usize..(start + len) as usize).unwrap_or_default();
        let margin = margin(text);
        let mut lines = text.split('\n').peekable();
        let first = lines.next().unwrap_or_default();
        let quotes = first.get(..3).unwrap_or_default();
        let says_nothing = first.trim_end().len() == quotes.len();
        let first = first.strip_suffix('\r').unwrap_or(first);
        self.out.push_str(if says_nothing { quotes } else { first });
        while let Some(line) = lines.next() {
            self.out.push('\n');
            self.column = 0;
            if lines.peek().is_none() && is_closing(line) {
                self.blanks(self.line_steps * STEP);
                self.out.push_str(quotes);
                self.column += quotes.len() as u32;
            } else if !is_blank(line) {
                self.blanks((self.line_steps + 1) * STEP);
                let inside = line.get(margin..).unwrap_or_default();
                let inside = inside.strip_suffix('\r').unwrap_or(inside);
                self.out.push_str(inside);
                self.column += inside.chars().count() as u32;
            }
        }
    }

    fn push(&mut self, text: &str) {
        if !self.ended {
            self.out.push_str(text);
            self.column += 1;
        }
    }

    fn new_line(&mut self, blank: bool) {
        self.ended = false;
        self.out.push_str(if blank { "\n\n" } else { "\n" });
        self.column = 0;
        self.line_steps = self.steps;
        self.blanks(self.steps * STEP);
    }

    fn blanks(&mut self, columns: usize) {
        /// As long as indentation mostly is; what is longer takes several.
        const BLANKS: &str = "                                ";
        self.column += columns as u32;
        let mut left = columns;
        while left > 0 {
            let some = left.min(BLANKS.len());
            self.out.push_str(BLANKS.get(..some).unwrap_or_default());
            left -= some;
        }
    }

    fn comment(&mut self, start: u32, len: u32, own: bool, blank: bool) {
        let text = self.source.get(start as usize..(start + len) as usize).unwrap_or_default();
        if !self.out.is_empty() {
            if own || self.ended {
                self.new_line(blank);
            } else {
                self.out.push(' ');
            }
        }
        self.out.push_str(text);
        self.ended = true;
    }

    fn finish(mut self) -> String {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.out
    }
}

/// How many blanks all lines of a text begin with, but for the first and those that say nothing.
fn margin(text: &str) -> usize {
    let mut shared: Option<&str> = None;
    let mut lines = text.split('\n').skip(1).peekable();
    while let Some(line) = lines.next() {
        if is_blank(line) || (lines.peek().is_none() && is_closing(line)) {
            continue;
        }
        let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
        let own = line.get(..blanks).unwrap_or_default();
        let shared_with =
            |other: &str| other.bytes().zip(own.bytes()).take_while(|(a, b)| a == b).count();
        let len = shared.map_or(blanks, shared_with);
        shared = own.get(..len);
    }
    shared.map_or(0, str::len)
}

fn is_blank(line: &str) -> bool {
    line.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'))
}

/// Whether the last line of a text has nothing before the quotes.
fn is_closing(line: &str) -> bool {
    line.strip_suffix("\"\"\"").is_some_and(is_blank)
}
