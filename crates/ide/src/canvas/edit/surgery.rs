//! Putting things between others and taking them away, with their comments and the empty lines.
//!
//! Each works on a gap as a whole: the blanks between two things, in which there is no comment. What a
//! gap was is kept where it can be, so that the one undoes the other in texts that nobody formatted.

use journey_base::TextRange;
use journey_syntax::{SyntaxKind, Tree};

use super::op::Spacing;
use crate::canvas::strip::Strip;

/// Replaces a stretch of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Splice {
    pub(super) range: TextRange,
    pub(super) text: String,
    /// Where in `text` that begins which was put in.
    pub(super) inner: u32,
}

impl Splice {
    pub(super) fn new(range: TextRange, text: impl Into<String>) -> Splice {
        Splice { range, text: text.into(), inner: 0 }
    }
}

/// Where things are put.
pub(super) struct Ground<'t> {
    pub(super) tree: &'t Tree,
    pub(super) strip: &'t Strip,
    /// Whether it is the body of a journey, which stands behind its header.
    pub(super) body: bool,
}

impl Ground<'_> {
    fn text(&self, range: TextRange) -> &str {
        range.of(self.tree.text())
    }

    /// The indentation of what stands here.
    fn indent(&self) -> String {
        let first_on_line = |at: u32| {
            let line = line_start(self.tree.text(), at);
            let before = self.text(TextRange::new(line, at));
            before.trim().is_empty().then(|| before.to_owned())
        };
        let known = self.strip.things.iter().find_map(|thing| first_on_line(thing.whole.start));
        known.unwrap_or_else(|| format!("{}  ", indent_at(self.tree.text(), self.strip.close)))
    }

    /// Puts `chunk`, which is not indented, before the thing of this index.
    pub(super) fn put(&self, index: usize, chunk: &str, spacing: Option<Spacing>) -> Splice {
        let gap = self.strip.gap(index);
        let old = self.text(gap);
        let indent = self.indent();
        let chunk = reindented(chunk, "", &indent);
        let next = index < self.strip.things.len();
        let before = index.checked_sub(1).and_then(|before| self.strip.things.get(before));
        let behind_comment = before.is_some_and(|thing| thing.node.is_none());
        let first = index == 0;
        let single = !old.contains('\n');
        if single && !behind_comment && !chunk.contains('\n') && !chunk.contains("//") && !self.body
        {
            let end = if old.is_empty() { " " } else { old };
            let text = format!(" {}{end}", chunk.trim_start());
            return Splice { range: gap, text, inner: 1 };
        }
        // What was between the brace or the header and the first one stays there.
        let mut above = first && (blank(old) && next || self.body && !next);
        let mut below = next && !first && blank(old);
        if let Some(spacing) = spacing {
            above = if first && !self.body { above } else { spacing.above };
            below = spacing.below && next;
        }
        above |= behind_comment;
        let lines = |blank: bool| if blank { "\n\n" } else { "\n" };
        let end_indent = match next {
            true => indent.clone(),
            false => indent_at(self.tree.text(), self.strip.close),
        };
        let start = match first && !single && above == blank(old) && next {
            true => old.to_owned(),
            false => format!("{}{indent}", lines(above)),
        };
        let end = match !first && !single && (!next || below == blank(old)) {
            true => old.to_owned(),
            false => format!("{}{end_indent}", lines(below)),
        };
        let chunk = chunk.trim_start();
        Splice { range: gap, inner: start.len() as u32, text: format!("{start}{chunk}{end}") }
    }

    /// Takes away the things from `first` to `last`. Says which empty lines were around them.
    pub(super) fn take(&self, first: usize, last: usize) -> (Splice, Spacing) {
        let (gap, end) = (self.strip.gap(first), self.strip.gap(last + 1));
        let (above, below) = (self.text(gap), self.text(end));
        let spacing = Spacing { above: blank(above), below: blank(below) };
        let (is_first, is_last) = (first == 0, last + 1 >= self.strip.things.len());
        let keep = match (is_first, is_last) {
            (true, true) if self.body || self.strip.commented => below,
            (true, true) => "",
            (true, false) if !self.body => above,
            (false, true) => below,
            (true, false) => {
                if blank(below) && !blank(above) {
                    below
                } else {
                    above
                }
            }
            (false, false) => {
                if blank(above) && !blank(below) {
                    above
                } else {
                    below
                }
            }
        };
        let keep = match keep.contains('\n') || (is_first && is_last) {
            true => keep,
            // A comment may end the line before.
            false if above.contains('\n') => above,
            false => {
                if below.contains('\n') {
                    below
                } else {
                    keep
                }
            }
        };
        (Splice::new(TextRange::new(gap.start, end.end), keep), spacing)
    }

    /// The text of the things from `first` to `last`, not indented.
    pub(super) fn chunk(&self, first: usize, last: usize) -> String {
        let whole = |index: usize| self.strip.things.get(index).map(|thing| thing.whole);
        let (Some(from), Some(to)) = (whole(first), whole(last)) else { return String::new() };
        let text = self.text(from.cover(to));
        reindented(text, &indent_at(self.tree.text(), from.start), "")
    }
}

fn blank(gap: &str) -> bool {
    gap.matches('\n').count() > 1
}

fn line_start(text: &str, at: u32) -> u32 {
    let before = TextRange::new(0, at).of(text);
    before.rfind('\n').map_or(0, |end| end as u32 + 1)
}

/// The blanks at the beginning of the line of a place.
pub(super) fn indent_at(text: &str, at: u32) -> String {
    let line = text.get(line_start(text, at) as usize..).unwrap_or_default();
    line.chars().take_while(|c| matches!(c, ' ' | '\t')).collect()
}

/// `text` with another indentation of all lines but the first. Where a text of several lines is less indented
/// than what it stands in, moving it would change what it says: its lines stay as they are.
pub(super) fn reindented(text: &str, from: &str, to: &str) -> String {
    if from == to || !text.contains('\n') {
        return text.to_owned();
    }
    let texts = long_texts(text);
    let inside = |at: usize| texts.iter().any(|it| it.start < at as u32 && (at as u32) < it.end);
    let mut out = String::new();
    let mut at = 0;
    let mut pinned = false;
    let lines: Vec<(usize, &str)> = text
        .split_inclusive('\n')
        .map(|line| {
            at += line.len();
            (at - line.len(), line)
        })
        .collect();
    for (start, line) in &lines {
        pinned |= inside(*start) && !line.trim().is_empty() && !line.starts_with(from);
    }
    for (start, line) in lines {
        let moves = start > 0 && !line.trim().is_empty() && !(pinned && inside(start));
        match line.strip_prefix(from).filter(|_| moves) {
            Some(rest) => {
                out.push_str(to);
                out.push_str(rest);
            }
            None => out.push_str(line),
        }
    }
    out
}

/// Where texts of several lines stand.
fn long_texts(text: &str) -> Vec<TextRange> {
    if !text.contains("\"\"\"") {
        return Vec::new();
    }
    let parse = journey_syntax::parse(text);
    let mut quotes = parse.tree.tokens().filter(|token| token.kind() == SyntaxKind::LONG_QUOTE);
    let mut found = Vec::new();
    while let (Some(open), Some(close)) = (quotes.next(), quotes.next()) {
        found.push(open.range().cover(close.range()));
    }
    found
}
