//! Addresses of the web that stand in comments and texts.

use journey_base::{FileId, TextRange};
use journey_sema::Workspace;
use journey_syntax::{SyntaxKind, SyntaxToken};

use crate::place::parsed;

/// A place that leads somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What can be clicked on.
    pub range: TextRange,
    /// Where it leads: always `http://…` or `https://…`. Only shown, never opened by this crate.
    pub target: String,
}

/// The links of a file, by place. Nothing in a file leads to another file.
pub fn document_links(workspace: &Workspace, file: FileId) -> Vec<Link> {
    let Some(parse) = parsed(workspace, file) else { return Vec::new() };
    let mut links = Vec::new();
    let mut tokens = parse.tree.tokens().peekable();
    while let Some(token) = tokens.next() {
        let readable = matches!(
            token.kind(),
            SyntaxKind::COMMENT | SyntaxKind::DOC | SyntaxKind::TEXT_CHUNK | SyntaxKind::LONG_CHUNK
        );
        if readable {
            let goes_on = tokens.peek().is_some_and(|it| it.kind() == SyntaxKind::INTERP_OPEN);
            in_token(token, goes_on, &mut links);
        }
    }
    links
}

/// The links in one token. Where an expression follows it at once, the last address may be a part.
fn in_token(token: SyntaxToken<'_>, goes_on: bool, links: &mut Vec<Link>) {
    let text = token.text();
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        let Some(found) = scheme(rest) else { return };
        let rest = rest.get(found..).unwrap_or_default();
        let cut =
            rest.find(|c: char| c.is_whitespace() || c.is_control() || "\"\\<>`{}|^".contains(c));
        let mut url = rest.get(..cut.unwrap_or(rest.len())).unwrap_or_default();
        if cut.is_none() && goes_on {
            // What is put in may go on with the last part of the path, or with the host.
            url = url.get(..url.rfind('/').map_or(0, |slash| slash + 1)).unwrap_or_default();
        }
        url = without_end_of_sentence(url);
        if has_host(url) {
            let start = token.range().start + (at + found) as u32;
            let range = TextRange::new(start, start + url.len() as u32);
            links.push(Link { range, target: url.to_owned() });
        }
        at += found + cut.unwrap_or(rest.len()).max(1);
    }
}

/// Where the next address begins.
fn scheme(text: &str) -> Option<usize> {
    let mut found = text.match_indices("http").map(|(at, _)| at);
    found.find(|at| {
        let rest = text.get(at + "http".len()..).unwrap_or_default();
        rest.strip_prefix('s').unwrap_or(rest).starts_with("://")
    })
}

/// Signs behind an address end the sentence around it, and a parenthesis that it did not open.
fn without_end_of_sentence(mut url: &str) -> &str {
    // How many parentheses are closed that were not opened.
    let mut extra = url.matches(')').count().saturating_sub(url.matches('(').count());
    loop {
        let mut shorter = url.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*']);
        if extra > 0
            && let Some(inside) = shorter.strip_suffix(')')
        {
            (shorter, extra) = (inside, extra - 1);
        }
        if shorter.len() == url.len() {
            return url;
        }
        url = shorter;
    }
}

fn has_host(url: &str) -> bool {
    let host = url.split_once("://").map_or("", |(_, rest)| rest);
    host.starts_with(|c: char| c.is_alphanumeric() || c == '[')
}

#[cfg(test)]
mod tests {
    use super::document_links;
    use crate::fixture::fixture;

    fn links(text: &str) -> Vec<String> {
        let fixture = fixture(text);
        let links = document_links(&fixture.workspace, fixture.at.file);
        for link in &links {
            assert_eq!(link.range.of(&fixture.text(fixture.at.file)), link.target);
        }
        links.into_iter().map(|link| link.target).collect()
    }

    #[test]
    fn comments_lead_to_what_they_name_and_not_to_the_end_of_their_sentence() {
        let text = "\
// See https://example.com/a_(b), (or http://example.org/x?y=1#z).
/// https://example.com.
event a {}
";
        let wanted =
            ["https://example.com/a_(b)", "http://example.org/x?y=1#z", "https://example.com"];
        assert_eq!(links(text), wanted);
    }

    #[test]
    fn urls_of_destinations_lead_as_far_as_they_are_known() {
        let text = r#"
destination mail {
  setting base: text = "https://api.example.com"
  action a(id: text) { post "https://api.example.com/v1/send?to={id}" }
  action b(id: text) { post "{base}/v1" header "x": "https://{id}.example.com" }
}
"#;
        assert_eq!(links(text), ["https://api.example.com", "https://api.example.com/v1/"]);
    }

    #[test]
    fn an_address_that_closes_what_it_never_opened_ends_before_that() {
        let text = format!("// (see http://a.example/x{}\n", ").".repeat(50_000));
        assert_eq!(links(&text), ["http://a.example/x"]);
        let many = format!("// {}\n", "http://a.example ".repeat(20_000));
        assert_eq!(links(&many).len(), 20_000);
    }

    #[test]
    fn a_scheme_alone_and_paths_of_files_are_no_links() {
        let none: [String; 0] = [];
        assert_eq!(links("// https:// and file:///etc/passwd and ../schema.journey\n"), none);
    }
}
