//! How the lines of a text end.

use std::borrow::Cow;

/// How the lines of a text end. Whatever is written into a file ends its lines as the file does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum LineEnds {
    /// With `\n`.
    #[default]
    Single,
    /// With `\r\n`.
    Double,
}

impl LineEnds {
    /// How most lines of a text end: with `\n` where there are as many of both, or none.
    pub fn of(text: &str) -> LineEnds {
        // Most texts have none of the other kind.
        if !text.contains('\r') {
            return LineEnds::Single;
        }
        let (all, double) = (text.matches('\n').count(), text.matches("\r\n").count());
        if double * 2 > all { LineEnds::Double } else { LineEnds::Single }
    }

    /// A text with lines that end so, however they did before.
    pub fn put(self, text: &str) -> Cow<'_, str> {
        let single = match text.contains("\r\n") {
            true => Cow::Owned(text.replace("\r\n", "\n")),
            false => Cow::Borrowed(text),
        };
        match self {
            LineEnds::Double if single.contains('\n') => Cow::Owned(single.replace('\n', "\r\n")),
            _ => single,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::LineEnds;

    #[test]
    fn a_text_ends_its_lines_as_most_of_them_do() {
        for single in ["", "a", "a\n", "a\r", "a\r\nb\n", "a\rb\nc"] {
            assert_eq!(LineEnds::of(single), LineEnds::Single, "{single:?}");
        }
        for double in ["\r\n", "a\r\nb\r\nc\n"] {
            assert_eq!(LineEnds::of(double), LineEnds::Double, "{double:?}");
        }
    }

    #[test]
    fn what_is_put_has_one_kind_of_line_ends() {
        assert_eq!(LineEnds::Single.put("a\r\nb\nc"), "a\nb\nc");
        assert_eq!(LineEnds::Double.put("a\r\nb\nc"), "a\r\nb\r\nc");
        assert_eq!(LineEnds::Double.put("a"), "a");
    }
}
