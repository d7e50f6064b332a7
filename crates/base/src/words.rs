//! Words as people write them.

/// `1 error`, `2 errors`.
pub fn plural(count: usize, noun: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{s}")
}

#[cfg(test)]
mod tests {
    use super::plural;

    #[test]
    fn one_is_one_and_all_else_is_many() {
        let shown = [0, 1, 2].map(|count| plural(count, "test"));
        assert_eq!(shown, ["0 tests", "1 test", "2 tests"]);
    }
}
