//! The page as HTML.

use std::fmt::Write as _;
use std::sync::LazyLock;

use data_encoding::BASE64;

use super::{MOST, Row, Standing};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// What the page may do: what it holds itself, and ask this server again.
pub(super) fn policy() -> &'static str {
    static POLICY: LazyLock<String> = LazyLock::new(|| {
        let hash = |text: &str| {
            let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
            BASE64.encode(digest.as_ref())
        };
        format!(
            "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; connect-src 'self'; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            hash(STYLE),
            hash(SCRIPT)
        )
    });
    &POLICY
}

/// The page.
pub(super) fn render(standing: &Standing) -> String {
    let mut page = String::with_capacity(16 * 1024);
    // Writing to a string does not fail.
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>journeyd</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>{STYLE}</style>\n\
         <script type=\"module\">{SCRIPT}</script>\n</head>\n<body>\n"
    );
    page.push_str("<main>\n");
    head(&mut page, standing);
    health(&mut page, standing);
    journeys(&mut page, standing);
    page.push_str(
        "</main>\n<footer><a href=\"/openapi.json\">API</a> · <a href=\"/metrics\">metrics</a> · \
         <a href=\"/api/v1/rejected-events\">rejected events</a> · <span id=\"fresh\">as of when it was opened</span>\
         </footer>\n</body>\n</html>\n",
    );
    page
}

fn head(page: &mut String, standing: &Standing) {
    let version = env!("CARGO_PKG_VERSION");
    let _ = write!(page, "<header><h1>journeyd</h1><p>{version}</p>");
    match standing.waiting.is_empty() {
        true => page.push_str("<p class=\"good\">ready</p>"),
        false => {
            let waiting = escaped(&standing.waiting.join("; "));
            let _ = write!(page, "<p class=\"bad\">not ready: {waiting}</p>");
        }
    }
    page.push_str("</header>\n");
}

fn health(page: &mut String, standing: &Standing) {
    let sum = |part: fn(&Row) -> u64| standing.journeys.iter().map(part).sum::<u64>();
    let faulted = sum(|row| row.totals.faulted);
    let most = |count: usize| {
        if count >= MOST { format!("{}+", grouped(MOST as u64)) } else { grouped(count as u64) }
    };
    let lag = match standing.timer_lag {
        ..1_000 => format!("{} ms", standing.timer_lag.max(0)),
        lag => format!("{} s", grouped((lag / 1_000).unsigned_abs())),
    };
    let cells = [
        ("members inside", grouped(sum(|row| row.totals.inside)), false),
        ("members faulted", grouped(faulted), faulted > 0),
        ("messages pending", grouped(standing.pending), false),
        ("messages failed", most(standing.undelivered), standing.undelivered > 0),
        ("events rejected", grouped(standing.rejected), false),
        ("timer lag", lag, standing.timer_lag > 60_000),
        ("steps since start", grouped(standing.steps), false),
    ];
    page.push_str("<dl>");
    for (name, value, bad) in cells {
        let class = if bad { " class=\"bad\"" } else { "" };
        let _ = write!(page, "<div><dt>{name}</dt><dd{class}>{value}</dd></div>");
    }
    page.push_str("</dl>\n");
}

fn journeys(page: &mut String, standing: &Standing) {
    page.push_str("<h2>Journeys</h2>\n");
    if standing.journeys.is_empty() {
        page.push_str("<p class=\"note\">There are none yet. <code>POST /api/v1/journeys</code> makes one.</p>\n");
        return;
    }
    page.push_str(
        "<div class=\"scroll\"><table>\n<thead><tr><th>name</th><th>state</th><th>version</th>\
         <th class=\"n\">entered</th><th class=\"n\">inside</th><th class=\"n\">exited</th>\
         <th class=\"n\">removed</th><th class=\"n\">goals</th><th class=\"n\">faulted</th>\
         <th class=\"n\">failed</th></tr></thead>\n<tbody>\n",
    );
    for row in &standing.journeys {
        journey(page, row);
    }
    page.push_str("</tbody></table></div>\n");
    if let more @ 1.. = standing.known - standing.journeys.len() {
        let _ = writeln!(page, "<p class=\"note\">and {more} more</p>");
    }
}

fn journey(page: &mut String, row: &Row) {
    let Row { state, totals, .. } = row;
    let name = escaped(&row.name);
    let version = match (row.version, row.draft) {
        (Some(version), Some(draft)) => format!("{version}, draft {draft}"),
        (Some(version), None) => version.to_string(),
        (None, Some(draft)) => format!("draft {draft}"),
        (None, None) => String::new(),
    };
    let _ = write!(
        page,
        "<tr><td><a href=\"/api/v1/journeys/{name}/analytics\">{name}</a></td>\
         <td><span class=\"state {state}\">{state}</span></td><td>{version}</td>"
    );
    let counts = [totals.entered, totals.inside, totals.exited, totals.removed, totals.goals];
    for count in counts {
        number(page, count, "");
    }
    for count in [totals.faulted, row.undelivered as u64] {
        number(page, count, " bad");
    }
    page.push_str("</tr>\n");
}

fn number(page: &mut String, count: u64, class: &str) {
    let class = if count == 0 { " zero" } else { class };
    let _ = write!(page, "<td class=\"n{class}\">{}</td>", grouped(count));
}

/// A number with its thousands apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// A text that is no markup.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            char => safe.push(char),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::{escaped, grouped};

    #[test]
    fn numbers_and_texts_are_fit_for_a_page() {
        assert_eq!(
            [grouped(7), grouped(999), grouped(1_234_567)],
            ["7", "999", "1\u{202f}234\u{202f}567"]
        );
        assert_eq!(escaped("<a href=\"x\">'&"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;");
    }
}
