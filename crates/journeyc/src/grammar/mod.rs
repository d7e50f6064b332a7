//! The grammar of the language as something to read: its rules as text, and as railroad diagrams.
//!
//! `grammar/journey.pest` is read twice: by `pest_meta` for what the rules mean, and line by line
//! for what only people see, comments and headings.

use std::collections::BTreeMap;

use pest_meta::ast::Expr;

mod diagram;
mod page;

pub use page::page;

/// The grammar as it is written.
pub use journey_reference::GRAMMAR;

/// A rule of the grammar.
pub struct GrammarRule {
    /// What it is called.
    pub name: String,
    /// The comment above it.
    pub doc: String,
    /// The rule as it is written, its comment included.
    pub source: String,
    /// The heading it stands under.
    pub section: String,
    expr: Expr,
}

impl GrammarRule {
    /// The word, if the rule is nothing but a keyword.
    fn keyword(&self) -> Option<&str> {
        self.name.strip_prefix("kw_")
    }
}

/// The rules in the order of the file.
pub fn rules() -> Result<Vec<GrammarRule>, String> {
    let meanings = journey_reference::rules()?;
    let mut exprs: BTreeMap<String, Expr> =
        meanings.into_iter().map(|rule| (rule.name, rule.expr)).collect();
    let mut found = Vec::new();
    for written in written() {
        let name = written.name;
        let expr = exprs.remove(&name).ok_or_else(|| format!("`{name}` is no rule"))?;
        let Written { doc, source, section, .. } = written;
        found.push(GrammarRule { name, doc, source, section, expr });
    }
    match exprs.into_keys().next() {
        Some(lost) => Err(format!("the rule `{lost}` does not begin a line")),
        None => Ok(found),
    }
}

/// What the lines of the file say of a rule.
struct Written {
    name: String,
    doc: String,
    source: String,
    section: String,
}

/// A rule begins a line with its name, and ends where its braces do.
fn written() -> Vec<Written> {
    let mut found: Vec<Written> = Vec::new();
    let (mut section, mut docs) = (String::new(), Vec::new());
    let mut lines = GRAMMAR.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("// ---") {
            section = heading(lines.next().unwrap_or_default());
            docs.clear();
        } else if let Some(doc) = line.strip_prefix("///") {
            docs.push(doc.trim());
        } else if line.starts_with(|first: char| first.is_ascii_alphabetic())
            && let Some((name, body)) = line.split_once(" = ")
        {
            let mut source = docs.iter().fold(String::new(), |text, doc| match *doc {
                "" => text + "///\n",
                doc => text + "/// " + doc + "\n",
            });
            source.push_str(line);
            // Rules of several lines are indented, and so is nothing else.
            if !body.trim_end().ends_with('}') {
                for line in lines.by_ref() {
                    source.push('\n');
                    source.push_str(line);
                    if line.starts_with('}') {
                        break;
                    }
                }
            }
            let doc = std::mem::take(&mut docs).join("\n");
            found.push(Written { name: name.to_owned(), doc, source, section: section.clone() });
        }
    }
    found
}

/// The first sentence of what stands below a line of dashes.
fn heading(line: &str) -> String {
    let text = line.trim_start_matches('/').trim();
    text.split_once(". ").map_or(text, |(title, _)| title).trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_have_their_comments_their_source_and_their_section() {
        let rules = rules().unwrap();
        let rule = |name: &str| rules.iter().find(|rule| rule.name == name).unwrap();
        let tile = rule("tile");
        assert_eq!(tile.doc, "One statement, one tile of the canvas.");
        assert_eq!(tile.section, "Journeys: the tiles");
        assert!(tile.source.starts_with("/// One statement"), "{}", tile.source);
        assert!(tile.source.ends_with("tile = { doc* ~ label? ~ tile_kind }"), "{}", tile.source);
        let item = rule("item");
        assert!(item.source.ends_with("| test_decl\n}"), "{}", item.source);
        assert_eq!(rule("kw_wait").section, "Keywords");
        assert_eq!(rule("WHITESPACE").section, "Blanks and comments");
    }
}
