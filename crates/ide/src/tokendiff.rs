//! The smallest edits from one layout of a program to another.
//!
//! What the formatter changes is blanks, a few commas, and now and then the place of a comment.
//! So the two texts are compared token by token, and only what stands between tokens that stay is
//! replaced: cursors, folds and breakpoints in them do not move.

use journey_base::TextRange;
use journey_syntax::{SyntaxKind, Tree, parse};

/// A token that is not blank: its place, to be compared by its text.
type Piece = TextRange;

/// The edits that make `after` of the text of `before`, by place.
pub(crate) fn edits(before: &Tree, after: &str) -> Vec<(TextRange, String)> {
    let after = parse(after).tree;
    let (old, new) = (pieces(before), pieces(&after));
    let same = |(old, new): (&Piece, &Piece)| old.of(before.text()) == new.of(after.text());
    let kept = kept(old.len(), new.len(), |a, b| old.get(a).zip(new.get(b)).is_some_and(same));
    let mut edits = Vec::new();
    let (mut from, mut to) = (0, 0);
    let ends = (before.text().len() as u32, after.text().len() as u32);
    let places = kept.iter().filter_map(|(a, b)| Some((*old.get(*a)?, *new.get(*b)?)));
    let places = places.chain([(TextRange::empty(ends.0), TextRange::empty(ends.1))]);
    for (old, new) in places {
        let gone = TextRange::new(from, old.start);
        let comes = TextRange::new(to, new.start).of(after.text());
        if gone.of(before.text()) != comes {
            edits.push(trimmed(gone, gone.of(before.text()), comes));
        }
        (from, to) = (old.end, new.end);
    }
    edits
}

/// An edit without what it takes away at its ends only to put it there again. A line end of two
/// characters is never taken apart: in most editors there is no place between the two.
fn trimmed(range: TextRange, old: &str, new: &str) -> (TextRange, String) {
    let shared = |pairs: &mut dyn Iterator<Item = (char, char)>| -> usize {
        pairs.take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum()
    };
    let parts = |text: &str, at: usize| {
        let (before, behind) = text.split_at_checked(at).unwrap_or((text, ""));
        before.ends_with('\r') && behind.starts_with('\n')
    };
    let mut start = shared(&mut old.chars().zip(new.chars()));
    start -= usize::from(parts(old, start) || parts(new, start));
    let (old, new) = (old.get(start..).unwrap_or_default(), new.get(start..).unwrap_or_default());
    let mut end = shared(&mut old.chars().rev().zip(new.chars().rev()));
    end -= usize::from(parts(old, old.len() - end) || parts(new, new.len() - end));
    let new = new.get(..new.len() - end).unwrap_or_default();
    (TextRange::new(range.start + start as u32, range.end - end as u32), new.to_owned())
}

fn pieces(tree: &Tree) -> Vec<Piece> {
    let tokens = tree.tokens().filter(|token| token.kind() != SyntaxKind::WHITESPACE);
    tokens.map(|token| token.range()).collect()
}

/// More insertions and removals than this are not looked for: the rest is replaced as a whole.
const MAX_DIFFERENCES: usize = 1_000;

/// The pairs that stay, in order: a longest common subsequence (Myers, "An O(ND) Difference
/// Algorithm and Its Variations", 1986).
fn kept(old: usize, new: usize, same: impl Fn(usize, usize) -> bool) -> Vec<(usize, usize)> {
    let prefix = (0..old.min(new)).take_while(|at| same(*at, *at)).count();
    let (left_old, left_new) = (old - prefix, new - prefix);
    let suffix =
        (0..left_old.min(left_new)).take_while(|at| same(old - 1 - at, new - 1 - at)).count();
    let mut kept: Vec<(usize, usize)> = (0..prefix).map(|at| (at, at)).collect();
    let middle =
        shortest(left_old - suffix, left_new - suffix, |a, b| same(a + prefix, b + prefix));
    kept.extend(middle.into_iter().map(|(a, b)| (a + prefix, b + prefix)));
    kept.extend((0..suffix).rev().map(|at| (old - 1 - at, new - 1 - at)));
    kept
}

fn shortest(old: usize, new: usize, same: impl Fn(usize, usize) -> bool) -> Vec<(usize, usize)> {
    // How far each diagonal was followed, round by round. Diagonal `k` is `old - new`.
    let most = (old + new).min(MAX_DIFFERENCES) as isize;
    let mut rounds: Vec<Vec<isize>> = Vec::new();
    let reach = |round: &[isize], depth: isize, k: isize| -> Option<isize> {
        round.get(usize::try_from((k + depth) / 2).ok()?).copied().filter(|_| k.abs() <= depth)
    };
    for depth in 0..=most {
        let mut round = Vec::with_capacity(depth as usize + 1);
        for k in (-depth..=depth).step_by(2) {
            let last = rounds.last().map(Vec::as_slice).unwrap_or_default();
            let down = reach(last, depth - 1, k + 1);
            let right = reach(last, depth - 1, k - 1).map(|x| x + 1);
            let mut x = down.max(right).unwrap_or(0);
            while x < old as isize && x - k < new as isize && same(x as usize, (x - k) as usize) {
                x += 1;
            }
            round.push(x);
            if x >= old as isize && x - k >= new as isize {
                rounds.push(round);
                return back(&rounds, old as isize, new as isize, reach);
            }
        }
        rounds.push(round);
    }
    Vec::new()
}

/// Follows the rounds back to the beginning and collects what stays.
fn back(
    rounds: &[Vec<isize>],
    old: isize,
    new: isize,
    reach: impl Fn(&[isize], isize, isize) -> Option<isize>,
) -> Vec<(usize, usize)> {
    let mut kept = Vec::new();
    let (mut x, mut y) = (old, new);
    for depth in (0..rounds.len() as isize).rev() {
        let k = x - y;
        let before = usize::try_from(depth - 1).ok().and_then(|at| rounds.get(at));
        let before = before.map(Vec::as_slice).unwrap_or_default();
        let down = reach(before, depth - 1, k + 1);
        let right = reach(before, depth - 1, k - 1).map(|x| x + 1);
        let start = if depth == 0 { 0 } else { down.max(right).unwrap_or(0) };
        while x > start {
            (x, y) = (x - 1, y - 1);
            kept.push((x as usize, y as usize));
        }
        if depth > 0 {
            if right >= down { x -= 1 } else { y -= 1 }
        }
    }
    kept.reverse();
    kept
}

#[cfg(test)]
mod tests {
    use super::{edits, kept};
    use journey_syntax::parse;
    use proptest::prelude::*;

    fn apply(text: &str, edits: &[(journey_base::TextRange, String)]) -> String {
        let mut text = text.to_owned();
        for (range, new) in edits.iter().rev() {
            text.replace_range(std::ops::Range::from(*range), new);
        }
        text
    }

    #[test]
    fn only_the_blanks_that_differ_are_touched() {
        let before = "event a {id: text}";
        let found = edits(&parse(before).tree, "event a {\n  id: text\n}\n");
        let shown: Vec<_> = found.iter().map(|(at, new)| (at.start, at.len(), &**new)).collect();
        assert_eq!(shown, [(9, 0, "\n  "), (17, 0, "\n"), (18, 0, "\n")]);
    }

    #[test]
    fn a_line_end_of_two_characters_is_not_taken_apart() {
        for (before, after) in [
            ("let a = 1\nlet b = 2\n", "let a = 1\r\nlet b = 2\r\n"),
            ("let a = 1\r\nlet b = 2\r\n", "let a = 1\nlet b = 2\n"),
            ("let a = 1\r\n\r\n\r\nlet b = 2", "let a = 1\r\n\r\nlet b = 2"),
        ] {
            let found = edits(&parse(before).tree, after);
            assert_eq!(apply(before, &found), after);
            let inside = |at: u32| before[..at as usize].ends_with('\r');
            assert!(found.iter().all(|(at, _)| !inside(at.start) && !inside(at.end)), "{found:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_kept_is_in_order_and_the_same(
            old in proptest::collection::vec(0u8..4, 0..40),
            new in proptest::collection::vec(0u8..4, 0..40),
        ) {
            let pairs = kept(old.len(), new.len(), |a, b| old[a] == new[b]);
            prop_assert!(pairs.iter().all(|(a, b)| old[*a] == new[*b]));
            prop_assert!(pairs.is_sorted_by(|one, two| one.0 < two.0 && one.1 < two.1));
            prop_assert_eq!(pairs.len(), longest(&old, &new));
        }

        #[test]
        fn the_edits_make_the_other_text(
            old in "[a-c ,\n]{0,30}", new in "[a-c ,\n]{0,30}",
        ) {
            let found = edits(&parse(&old).tree, &new);
            prop_assert_eq!(apply(&old, &found), new);
            prop_assert!(found.is_sorted_by(|one, two| one.0.end <= two.0.start));
        }
    }

    /// The length of a longest common subsequence, the slow way.
    fn longest(old: &[u8], new: &[u8]) -> usize {
        let mut row = vec![0; new.len() + 1];
        for a in old {
            let mut corner = 0;
            for (at, b) in new.iter().enumerate() {
                let above = row[at + 1];
                row[at + 1] = if a == b { corner + 1 } else { above.max(row[at]) };
                corner = above;
            }
        }
        row[new.len()]
    }
}
