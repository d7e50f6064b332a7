//! Documents: texts, places where a line may end, and groups of such places.
//!
//! A group is laid out flat, on one line, or broken, with a line end at each of its places (those
//! of groups inside decide for themselves). A document is a list of operations rather than a
//! tree, and widths are summed up while it is written: each group knows how much room it takes
//! when flat, up to the first place behind it where a line may end. So printing it takes one pass
//! and time linear in its length.

/// An operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    /// A piece of the source on one line, and its width.
    Text { start: u32, len: u32, width: u32 },
    /// One of several lines, and the width of the first.
    Lines { start: u32, len: u32, width: u32 },
    /// The same; its further lines are indented as deep as this place is.
    Indented { start: u32, len: u32, width: u32 },
    /// A space.
    Space,
    /// A comma.
    Comma,
    /// A comma if the group is broken.
    BrokenComma,
    /// A space, or a line end if the group is broken.
    Line,
    /// Nothing, or a line end if the group is broken.
    Soft,
    /// A space, or a line end if the group is broken and the group that follows does not fit.
    Fill,
    /// A line end, or an empty line too. Whatever holds it is broken.
    Hard { blank: bool },
    /// A group begins. `room`: its width and that of what must stay on its last line. `follows`:
    /// it is broken if the group before it was.
    Group { room: u32, broken: bool, follows: bool },
    /// A group ends.
    End,
    /// The indentation changes by so many steps.
    Indent(i8),
    /// A comment, behind what stands on the line or on a line of its own. The line ends with it.
    Comment { start: u32, len: u32, own: bool, blank: bool },
}

/// What breaks a group though it would fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// A line end it must have.
    LineEnds,
    /// The same, or a text of several lines.
    TextsToo,
    /// The same, or that the group before it is broken.
    Head,
}

#[derive(Debug)]
struct Open {
    op: usize,
    width: u32,
    hards: u32,
    texts: u32,
    keep: Keep,
    /// Its width up to the first line end of a text inside.
    settled: Option<u32>,
}

/// A document.
#[derive(Debug, Default)]
pub(crate) struct Doc {
    ops: Vec<Op>,
    /// Groups that did not end yet.
    open: Vec<Open>,
    /// Groups that ended, but no line could end since: the width until then, and the operation.
    ended: Vec<(u32, usize)>,
    /// The width of everything so far if it were one line.
    width: u32,
    /// How many line ends there must be, and how many texts of several lines there are.
    hards: u32,
    texts: u32,
}

impl Doc {
    /// With room for a source of so many bytes.
    pub(crate) fn for_source(bytes: usize) -> Doc {
        Doc { ops: Vec::with_capacity(bytes / 3 + 16), ..Doc::default() }
    }

    /// The operations.
    pub(crate) fn ops(&self) -> &[Op] {
        &self.ops
    }

    /// A piece of the source on one line.
    pub(crate) fn text(&mut self, start: u32, len: u32, width: u32) {
        self.width += width;
        self.ops.push(Op::Text { start, len, width });
    }

    /// A piece of the source on several lines, and the width of the first. `indented`: it moves
    /// with the line it begins on.
    pub(crate) fn lines(&mut self, start: u32, len: u32, width: u32, indented: bool) {
        self.width += width;
        self.ops.push(if indented {
            Op::Indented { start, len, width }
        } else {
            Op::Lines { start, len, width }
        });
        self.texts += 1;
        for open in &mut self.open {
            open.settled.get_or_insert(self.width - open.width);
        }
        self.line_may_end();
    }

    pub(crate) fn space(&mut self) {
        self.width += 1;
        self.ops.push(Op::Space);
    }

    pub(crate) fn comma(&mut self) {
        self.width += 1;
        self.ops.push(Op::Comma);
    }

    pub(crate) fn broken_comma(&mut self) {
        self.ops.push(Op::BrokenComma);
    }

    pub(crate) fn line(&mut self) {
        self.line_may_end();
        self.width += 1;
        self.ops.push(Op::Line);
    }

    pub(crate) fn soft(&mut self) {
        self.line_may_end();
        self.ops.push(Op::Soft);
    }

    /// A group must follow.
    pub(crate) fn fill(&mut self) {
        self.line_may_end();
        self.width += 1;
        self.ops.push(Op::Fill);
    }

    pub(crate) fn hard(&mut self, blank: bool) {
        self.line_may_end();
        self.hards += 1;
        self.ops.push(Op::Hard { blank });
    }

    pub(crate) fn comment(&mut self, start: u32, len: u32, own: bool, blank: bool) {
        self.line_may_end();
        self.hards += 1;
        self.ops.push(Op::Comment { start, len, own, blank });
    }

    pub(crate) fn indent(&mut self, steps: i8) {
        self.ops.push(Op::Indent(steps));
    }

    pub(crate) fn group(&mut self, keep: Keep) {
        let (width, hards, texts) = (self.width, self.hards, self.texts);
        self.open.push(Open { op: self.ops.len(), width, hards, texts, keep, settled: None });
        self.ops.push(Op::Group { room: 0, broken: false, follows: false });
    }

    pub(crate) fn end(&mut self) {
        self.ops.push(Op::End);
        let Some(group) = self.open.pop() else { return };
        let texts = group.keep != Keep::LineEnds && self.texts > group.texts;
        let broken = texts || self.hards > group.hards;
        let room = group.settled.unwrap_or(self.width - group.width);
        if let Some(op) = self.ops.get_mut(group.op) {
            *op = Op::Group { room, broken, follows: group.keep == Keep::Head };
        }
        if group.settled.is_none() && !broken {
            self.ended.push((self.width, group.op));
        }
    }

    /// What ended before and is still waiting takes as much room as there is up to here.
    fn line_may_end(&mut self) {
        for (width, op) in self.ended.drain(..) {
            if let Some(Op::Group { room, .. }) = self.ops.get_mut(op) {
                *room += self.width - width;
            }
        }
    }

    /// Nothing follows.
    pub(crate) fn finish(mut self) -> Doc {
        self.line_may_end();
        self
    }
}
