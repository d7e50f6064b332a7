//! The grammar as a parser, by pest.
//!
//! Slow, without recovery, and right by definition. Its answer is turned into a plain tree that
//! can be compared with any other parser's: only rules that leave a node, levels of the
//! expression ladder without an operator left out, and places without the blanks at the end that
//! pest counts in.

use pest::Parser;
use pest::iterators::Pair;

/// The derived parser. Its rules are not documented one by one, the grammar is.
#[allow(missing_docs, unreachable_pub)]
mod derived {
    /// Parses by `grammar/journey.pest`.
    #[derive(pest_derive::Parser)]
    #[grammar = "../../grammar/journey.pest"]
    pub struct Grammar;
}

use derived::Grammar;
pub use derived::Rule;

/// A node or a token of a parse, named after its rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// The rule.
    pub rule: String,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// What it consists of; punctuation is left out.
    pub children: Vec<Node>,
}

impl Node {
    /// The tree as indented lines, to show where two of them differ.
    pub fn dump(&self) -> String {
        let mut out = String::new();
        self.write(0, &mut out);
        out
    }

    fn write(&self, depth: usize, out: &mut String) {
        let Node { rule, start, end, children } = self;
        out.push_str(&format!("{:indent$}{rule}@{start}..{end}\n", "", indent = depth * 2));
        for child in children {
            child.write(depth + 1, out);
        }
    }

    /// Whether it is a level of the expression ladder that holds an operand and nothing else.
    fn is_bare_level(&self) -> bool {
        matches!(self.children.as_slice(), [only] if self.rule.ends_with("_chain")
            && (only.start, only.end) == (self.start, self.end))
    }
}

/// Parses a file, or says in pest's words why it is none.
pub fn parse(text: &str) -> Result<Node, String> {
    let mut pairs = Grammar::parse(Rule::file, text).map_err(|error| error.to_string())?;
    let file = pairs.next().ok_or("the grammar made no file of it")?;
    let mut root = convert(file, text).ok_or("the grammar made no file of it")?;
    // A file owns the blanks around its declarations.
    (root.start, root.end) = (0, text.len());
    Ok(root)
}

fn convert(pair: Pair<'_, Rule>, text: &str) -> Option<Node> {
    let rule = pair.as_rule();
    if rule == Rule::EOI {
        return None;
    }
    let span = pair.as_span();
    let children: Vec<Node> = pair.into_inner().filter_map(|inner| convert(inner, text)).collect();
    let name = format!("{rule:?}");
    let end = if children.is_empty() && is_token(&name) {
        span.end()
    } else {
        let last = children.last().map_or(span.start(), |child| child.end);
        last + significant(text.get(last..span.end())?)
    };
    let mut node = Node { rule: name, start: span.start(), end, children };
    if node.is_bare_level() {
        return node.children.pop();
    }
    Some(node)
}

/// Whether the rule makes a token, in which blanks are significant.
fn is_token(rule: &str) -> bool {
    rule.starts_with("kw_")
        || rule.ends_with("_lit")
        || matches!(rule, "word" | "text_chunk" | "long_chunk" | "doc")
}

/// The length of what is punctuation in `gap`, up to the blanks and comments at its end. There is
/// nothing else behind the last child of a node, so a comment is known by its slashes.
fn significant(gap: &str) -> usize {
    let mut end = 0;
    let mut at = 0;
    while let Some(rest) = gap.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        }
        let letter = rest.chars().next().unwrap_or_default();
        at += letter.len_utf8();
        if !matches!(letter, ' ' | '\t' | '\r' | '\n' | '\u{FEFF}') {
            end = at;
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn levels_without_an_operator_leave_no_node() {
        let tree = parse("let a = b + - c  // d\n\n").unwrap();
        assert_eq!(
            tree.dump(),
            "file@0..23
  let_decl@0..15
    kw_let@0..3
    name@4..5
      word@4..5
    add_chain@8..15
      name_expr@8..9
        name@8..9
          word@8..9
      add_op@10..11
      neg_chain@12..15
        name_expr@14..15
          name@14..15
            word@14..15
"
        );
    }

    #[test]
    fn what_is_no_file_is_refused_with_a_place() {
        assert!(parse("let a = = b").unwrap_err().contains("1:9"));
    }
}
