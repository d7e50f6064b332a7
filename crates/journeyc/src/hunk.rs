//! The first difference of two texts, as `diff -u` would show it.

use std::fmt::Write;

/// Unchanged lines before the difference that are shown.
const CONTEXT: usize = 2;

/// How many lines of either side are searched for the place where both go on alike.
const REACH: usize = 60;

/// The first hunk of the difference; empty if there is none.
pub fn first_hunk(before: &str, after: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) =
        (before.split('\n').collect(), after.split('\n').collect());
    let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) =
        (old.get(same..).unwrap_or_default(), new.get(same..).unwrap_or_default());
    if old_rest.is_empty() && new_rest.is_empty() {
        return String::new();
    }
    let (removed, added) = meeting(old_rest, new_rest);
    let begin = same.saturating_sub(CONTEXT);
    let context = same - begin;
    let mut hunk =
        format!("@@ -{},{} +{},{} @@\n", begin + 1, context + removed, begin + 1, context + added);
    let mut lines = |sign: char, lines: Option<&[&str]>| {
        for line in lines.unwrap_or_default() {
            let _ = writeln!(hunk, "{sign}{}", shown(line));
        }
    };
    lines(' ', old.get(begin..same));
    lines('-', old_rest.get(..removed));
    lines('+', new_rest.get(..added));
    hunk
}

/// How many lines of each side are passed until two lines in a row are the same on both.
fn meeting(old: &[&str], new: &[&str]) -> (usize, usize) {
    let alike = |a: usize, b: usize| {
        old.get(a) == new.get(b) && old.get(a + 1) == new.get(b + 1) && a < old.len()
    };
    for passed in 1..=REACH {
        let pairs = (0..=passed).map(|added| (passed - added, added));
        if let Some(found) = pairs.into_iter().find(|(removed, added)| alike(*removed, *added)) {
            return found;
        }
    }
    (old.len().min(REACH / 2), new.len().min(REACH / 2))
}

/// A line whose blanks at the end, where they are the difference, can be seen.
fn shown(line: &str) -> String {
    let text = line.trim_end();
    let tail = line.get(text.len()..).unwrap_or_default();
    let tail: String = tail.chars().map(|c| if c == ' ' { '·' } else { '\u{2409}' }).collect();
    match line.strip_suffix('\r') {
        Some(text) => format!("{text}\u{240D}"),
        None => format!("{text}{tail}"),
    }
}

#[cfg(test)]
mod tests {
    use super::first_hunk;

    #[test]
    fn the_first_place_is_shown_with_what_is_around_it() {
        assert_eq!(first_hunk("a\nb\n", "a\nb\n"), "");
        assert_eq!(
            first_hunk("a\nb\nc\nd  e\nf\ng\nh\n", "a\nb\nc\nd e\nf\ng\nh\n"),
            "@@ -2,3 +2,3 @@\n b\n c\n-d  e\n+d e\n"
        );
        assert_eq!(first_hunk("a \nb\nc\n", "a\nb\nc\n"), "@@ -1,1 +1,1 @@\n-a·\n+a\n");
        assert_eq!(first_hunk("a\r\n", "a\n"), "@@ -1,1 +1,1 @@\n-a\u{240D}\n+a\n");
        assert_eq!(first_hunk("a\n\n\n\nb\n", "a\n\nb\n"), "@@ -1,4 +1,2 @@\n a\n \n-\n-\n");
        assert_eq!(first_hunk("a", "a\n"), "@@ -1,1 +1,2 @@\n a\n+\n");
        assert_eq!(first_hunk("", "a\n"), "@@ -1,0 +1,1 @@\n+a\n");
    }

    #[test]
    fn where_nothing_is_alike_the_beginning_is_shown() {
        let old: String = (0..500).map(|n| format!("a{n}\n")).collect();
        let new: String = (0..500).map(|n| format!("b{n}\n")).collect();
        assert!(first_hunk(&old, &new).lines().count() < 70);
    }
}
