//! Text in XML.

/// Text inside XML; characters that XML 1.0 has no place for become U+FFFD.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(c),
            c if c.is_control() => escaped.push('\u{FFFD}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn a_title_cannot_break_out_of_its_attribute() {
        assert_eq!(escape("\"<a>\u{1}&"), "&quot;&lt;a&gt;\u{FFFD}&amp;");
    }
}
