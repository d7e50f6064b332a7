//! Arithmetic of shares.

/// The Wilson score interval of a share, at 95 %: where the true share lies, given `part` of `whole`.
///
/// E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of
/// the American Statistical Association 22 (1927). Unlike the textbook interval it is right for small
/// numbers and for shares near 0 and 1.
pub fn wilson(part: u64, whole: u64) -> (f64, f64) {
    /// The 97.5 % quantile of the normal distribution.
    const Z: f64 = 1.959_963_984_540_054;
    if whole == 0 {
        return (0.0, 1.0);
    }
    let n = whole as f64;
    let p = part as f64 / n;
    let centre = p + Z * Z / (2.0 * n);
    let spread = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    (((centre - spread) / scale).max(0.0), ((centre + spread) / scale).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::wilson;

    fn rounded((low, high): (f64, f64)) -> (f64, f64) {
        ((low * 1e4).round() / 1e4, (high * 1e4).round() / 1e4)
    }

    #[test]
    fn intervals_are_those_of_the_tables() {
        assert_eq!(rounded(wilson(15, 148)), (0.0624, 0.1605));
        assert_eq!(rounded(wilson(0, 20)), (0.0, 0.1611));
        assert_eq!(rounded(wilson(1, 29)), (0.0061, 0.1718));
        assert_eq!(wilson(0, 0), (0.0, 1.0));
        let (low, high) = wilson(81, 263);
        assert!((low - 0.2553).abs() < 1e-4 && (high - 0.3662).abs() < 1e-4);
    }
}
