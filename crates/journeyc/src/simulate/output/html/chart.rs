//! Lines over time, as SVG.

use std::fmt::Write;

use journey_ir::graph::thousands;

use super::super::text;
use crate::simulate::days::{DayCounts, Days};

const WIDTH: f64 = 1_040.0;
const HEIGHT: f64 = 200.0;
const LEFT: f64 = 64.0;
const TOP: f64 = 24.0;
const BOTTOM: f64 = 28.0;

/// More points than this are put together: by week, or by as many days as it takes.
const POINTS: usize = 180;

/// A line of the chart: its name, its colour, and what it counts.
type Series = (&'static str, &'static str, fn(&DayCounts) -> u64);

const SERIES: [Series; 4] = [
    ("entered", "#3b62b0", |day| day.entered),
    ("left", "#a8323e", |day| day.exited),
    ("sent", "#1f7a45", |day| day.sent),
    ("goals", "#7a45b8", |day| day.goals),
];

/// A chart of what happened on which day.
pub(super) fn days(days: &Days) -> String {
    let all: Vec<(i64, DayCounts)> = days.iter().collect();
    let Some((first, _)) = all.first() else {
        return "<p class=\"muted\">Nothing happened.</p>\n".to_owned();
    };
    let step = match all.len() {
        n if n <= POINTS => 1,
        n if n <= POINTS * 7 => 7,
        n => n.div_ceil(POINTS),
    };
    let points: Vec<DayCounts> = all.chunks(step).map(sum).collect();
    let shown: Vec<&Series> =
        SERIES.iter().filter(|(_, _, of)| points.iter().any(|day| of(day) > 0)).collect();
    let highest = shown.iter().flat_map(|(_, _, of)| points.iter().map(of)).max().unwrap_or(0);
    let top = nice(highest.max(1));

    let mut out = String::new();
    let _ = writeln!(
        out,
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"100%\" role=\"img\" font-size=\"12\" \
         font-family=\"system-ui,sans-serif\"><title>members and messages over time</title>"
    );
    for part in 0..=4 {
        let value = top * part / 4;
        let y = vertical(value, top);
        let _ = writeln!(
            out,
            "<path d=\"M{LEFT} {y:.1}H{}\" stroke=\"#e5e7eb\"/><text x=\"{}\" y=\"{:.1}\" \
             text-anchor=\"end\" fill=\"#57606a\">{}</text>",
            WIDTH - 8.0,
            LEFT - 8.0,
            y + 4.0,
            thousands(value)
        );
    }
    for (name, colour, of) in &shown {
        let line: Vec<String> = points
            .iter()
            .enumerate()
            .map(|(at, day)| {
                let (x, y) = (horizontal(at, points.len()), vertical(of(day), top));
                format!("{x:.1} {y:.1}")
            })
            .collect();
        let line = match line.as_slice() {
            // A single day has no length.
            [only] => format!("{only}h6"),
            many => many.join("L"),
        };
        let _ = writeln!(
            out,
            "<path d=\"M{line}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" \
             stroke-linejoin=\"round\"><title>{name}</title></path>"
        );
    }
    legend(&shown, &mut out);
    dates(*first, step, points.len(), &mut out);
    out.push_str("</svg>\n");
    if step > 1 {
        let _ = writeln!(out, "<p class=\"muted\">Each point stands for {step} days.</p>");
    }
    out
}

fn sum(days: &[(i64, DayCounts)]) -> DayCounts {
    let mut sum = DayCounts::default();
    for (_, day) in days {
        sum.entered += day.entered;
        sum.exited += day.exited;
        sum.sent += day.sent;
        sum.goals += day.goals;
    }
    sum
}

/// The next number of the kind 1, 2, 4, 8, 20, 40 … that is not below `value`; its quarters are whole
/// from 4 on.
fn nice(value: u64) -> u64 {
    let mut scale = 1_u64;
    loop {
        for step in [4, 8, 20] {
            let candidate = scale.saturating_mul(step);
            if candidate >= value {
                return candidate;
            }
        }
        scale = scale.saturating_mul(10);
    }
}

fn horizontal(at: usize, points: usize) -> f64 {
    let room = WIDTH - LEFT - 8.0;
    LEFT + room * at as f64 / points.saturating_sub(1).max(1) as f64
}

fn vertical(value: u64, top: u64) -> f64 {
    let room = HEIGHT - TOP - BOTTOM;
    HEIGHT - BOTTOM - room * value as f64 / top as f64
}

fn legend(shown: &[&Series], out: &mut String) {
    let mut x = LEFT;
    for (name, colour, _) in shown {
        let _ = writeln!(
            out,
            "<rect x=\"{x}\" y=\"7\" width=\"12\" height=\"4\" fill=\"{colour}\"/>\
             <text x=\"{}\" y=\"13\" fill=\"#1c1e21\">{name}</text>",
            x + 18.0
        );
        x += 90.0;
    }
}

/// The dates of the first point, of the last, and of the middle one.
fn dates(first: i64, step: usize, points: usize, out: &mut String) {
    let last = points.saturating_sub(1);
    let mut at = vec![0, last / 2, last];
    at.dedup();
    for point in at {
        let day = first + i64::try_from(point * step).unwrap_or(0);
        let mut label = String::new();
        text::date(&mut label, i32::try_from(day).unwrap_or(0));
        let anchor = match point {
            0 => "start",
            p if p == last => "end",
            _ => "middle",
        };
        let _ = writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"{anchor}\" fill=\"#57606a\">{label}</text>",
            horizontal(point, points),
            HEIGHT - 8.0
        );
    }
}

#[cfg(test)]
mod tests {
    use super::{days, nice};
    use crate::simulate::days::Days;

    #[test]
    fn scales_end_at_round_numbers() {
        assert_eq!([1, 4, 5, 9, 21, 79, 801].map(nice), [4, 4, 8, 20, 40, 80, 2_000]);
    }

    #[test]
    fn a_single_day_and_many_years_are_drawn() {
        assert!(days(&Days::default()).contains("Nothing happened"));
        let mut one = Days::default();
        one.at(0).unwrap().entered = 3;
        assert!(days(&one).contains("1970-01-01"));
        let mut many = Days::default();
        for year in 0..5 {
            many.at(year * 365 * 86_400_000).unwrap().sent += 1;
        }
        let chart = days(&many);
        assert!(chart.contains("Each point stands for 9 days"), "{chart}");
        assert!(chart.contains(">sent<") && !chart.contains(">goals<"));
    }
}
