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

fn columns(c: char) -> i32 {
    if c >= '\u{1100}' && !('\u{2000}'..'\u{2E80}').contains(&c) { 2 } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::{fit, width};

    #[test]
    fn what_fits_stays_and_what_does_not_is_cut_within_the_room() {
        assert_eq!(fit("wait 3d", 13, 100), "wait 3d");
        let cut = fit("send mail.email(to: customer.email, template: \"x\")", 13, 200);
        assert!(cut.ends_with('…') && cut.len() > 12, "{cut}");
        assert!(width(&cut, 13) <= 200);
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(width("買い物", 10), width("abcdef", 10));
    }
}
