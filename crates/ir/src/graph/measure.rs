//! How wide text comes out, without knowing the font.
//!
//! The picture asks for a fixed-width font, whose characters are all 0.6 em wide in every font in
//! use. A little is added, and characters of East Asian scripts and pictographs take two columns,
//! so that what is said to fit does.

/// The width of `text` in pixels.
pub(super) fn width(text: &str, font_size: i32) -> i32 {
    let columns: i32 = text.chars().map(columns).sum();
    // 0.62 em a column, rounded up.
    (columns * font_size * 62 + 99) / 100
}

/// `text`, cut off with `…` where it is wider than `room`.
pub(super) fn fit(text: &str, font_size: i32, room: i32) -> String {
    if width(text, font_size) <= room {
        return text.to_owned();
    }
    let mut fitted = String::new();
    for c in text.chars() {
        fitted.push(c);
        if width(&fitted, font_size) + width("…", font_size) > room {
            fitted.pop();
            break;
        }
    }
    fitted.truncate(fitted.trim_end().len());
    fitted.push('…');
    fitted
}

/// `text` in lines no wider than `room`, broken at blanks where that leaves no line too short;
/// what does not fit into `most` lines is cut off.
pub(super) fn wrap(text: &str, font_size: i32, room: i32, most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text.trim();
    while lines.len() + 1 < most && width(rest, font_size) > room {
        let mut end = 0;
        for (at, c) in rest.char_indices() {
            let next = at + c.len_utf8();
            if width(rest.get(..next).unwrap_or_default(), font_size) > room {
                break;
            }
            end = next;
        }
        let line = rest.get(..end).unwrap_or_default();
        let blank = line.rfind(' ').filter(|blank| *blank > end / 2);
        let (line, after) = rest.split_at(blank.unwrap_or(end));
        if line.is_empty() {
            break;
        }
        lines.push(line.trim_end().to_owned());
        rest = after.trim_start();
    }
    lines.push(fit(rest, font_size, room));
    lines
}

fn columns(c: char) -> i32 {
    if c >= '\u{1100}' && !('\u{2000}'..'\u{2E80}').contains(&c) { 2 } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::{fit, width, wrap};

    #[test]
    fn what_fits_stays_and_what_does_not_is_cut_within_the_room() {
        assert_eq!(fit("wait 3d", 13, 100), "wait 3d");
        let cut = fit("send mail.email(to: customer.email, template: \"x\")", 13, 200);
        assert!(cut.ends_with('…') && cut.len() > 12, "{cut}");
        assert!(width(&cut, 13) <= 200);
    }

    #[test]
    fn a_long_line_is_broken_at_a_blank_and_a_word_without_one_anywhere() {
        let lines = wrap("send mail.email(to: customer.email, template: \"x\")", 10, 200, 2);
        assert_eq!(lines, ["send mail.email(to:", "customer.email, template: \"x\")"]);
        let lines = wrap(&"x".repeat(100), 10, 200, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| width(line, 10) <= 200), "{lines:?}");
        assert_eq!(wrap("買買買", 10, 5, 2), ["…"]);
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(width("買い物", 10), width("abcdef", 10));
    }
}
