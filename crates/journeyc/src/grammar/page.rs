//! The rules as a page of HTML: one diagram each, and links from each to the others.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use pest_meta::ast::Expr;

use super::{GrammarRule, diagram};

/// Plain, in the colours of the reader's system, and complete: the page loads nothing.
const STYLE: &str = include_str!("page.css");

/// A list of so many words is easier to read than to follow.
const MANY_WORDS: usize = 16;

/// The page of these rules. Links to rules that are not among them lead nowhere, so they are left
/// out of no diagram but of the lists of uses.
pub fn page(rules: &[GrammarRule]) -> String {
    // Keywords are drawn where they stand; a diagram of their letters would say nothing.
    let rules: Vec<&GrammarRule> = rules.iter().filter(|rule| rule.keyword().is_none()).collect();
    let mut out = String::with_capacity(1 << 19);
    out.push_str("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.push_str("<meta name=\"viewport\" content=\"width=device-width\">\n");
    out.push_str("<title>The grammar of the Journey language</title>\n");
    let _ = write!(out, "<style>\n{STYLE}</style>\n</head>\n<body>\n");
    out.push_str("<h1>The grammar of the Journey language</h1>\n");
    contents(&rules, &mut out);
    let uses = uses(&rules);
    let mut section = "";
    for rule in &rules {
        if rule.section != section {
            section = &rule.section;
            let _ = writeln!(out, "<h2 id=\"{}\">{}</h2>", anchor(section), escaped(section));
        }
        entry(rule, uses.get(rule.name.as_str()), &mut out);
    }
    out.push_str("</body>\n</html>\n");
    out
}

fn contents(rules: &[&GrammarRule], out: &mut String) {
    out.push_str("<nav>\n");
    let mut section = "";
    for rule in rules {
        if rule.section != section {
            let close = if section.is_empty() { "" } else { "</p>\n" };
            section = &rule.section;
            let title = escaped(section);
            let _ = write!(out, "{close}<p><a href=\"#{}\"><b>{title}</b></a>", anchor(section));
        }
        let _ = write!(out, "\n<a href=\"#{0}\">{0}</a>", rule.name);
    }
    out.push_str("</p>\n</nav>\n");
}

fn entry(rule: &GrammarRule, uses: Option<&BTreeSet<&str>>, out: &mut String) {
    let _ = writeln!(out, "<section id=\"{0}\">\n<h3><a href=\"#{0}\">{0}</a></h3>", rule.name);
    for paragraph in rule.doc.split("\n\n").filter(|text| !text.is_empty()) {
        let _ = writeln!(out, "<p>{}</p>", with_code(&escaped(paragraph)));
    }
    match word_list(&rule.expr) {
        Some(words) => {
            let words: Vec<String> =
                words.into_iter().map(|word| format!("<code>{}</code>", escaped(word))).collect();
            let _ = writeln!(out, "<p>One of {}</p>", words.join(" "));
        }
        None => {
            let _ = writeln!(out, "<div>{}</div>", diagram::svg(&rule.expr).trim_end());
        }
    }
    if let Some(uses) = uses {
        let links: Vec<String> =
            uses.iter().map(|name| format!("<a href=\"#{name}\">{name}</a>")).collect();
        let _ = writeln!(out, "<p class=\"uses\">in {}</p>", links.join(", "));
    }
    out.push_str("</section>\n");
}

/// The words, if the rule is a long list of them.
fn word_list(expr: &Expr) -> Option<Vec<&str>> {
    // `("a" | "b") ~ !word_char`: a word ends where its letters do.
    let words = match expr {
        Expr::Seq(words, end) if matches!(**end, Expr::NegPred(_)) => words,
        other => other,
    };
    let mut found = Vec::new();
    diagram::alternatives(words, &mut found);
    let word = |expr: &&'_ Expr| matches!(expr, Expr::Str(_));
    (found.len() > MANY_WORDS && found.iter().all(word)).then(|| {
        fn text(expr: &Expr) -> Option<&str> {
            match expr {
                Expr::Str(text) => Some(text),
                _ => None,
            }
        }
        found.into_iter().filter_map(text).collect()
    })
}

/// For each rule, those that refer to it.
fn uses<'r>(rules: &[&'r GrammarRule]) -> BTreeMap<&'r str, BTreeSet<&'r str>> {
    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for rule in rules {
        let mut open = vec![&rule.expr];
        while let Some(expr) = open.pop() {
            match expr {
                Expr::Ident(name) => {
                    found.entry(name).or_default().insert(&rule.name);
                }
                Expr::Seq(left, right) | Expr::Choice(left, right) => open.extend([&**left, right]),
                Expr::Opt(inner)
                | Expr::Rep(inner)
                | Expr::RepOnce(inner)
                | Expr::NegPred(inner)
                | Expr::PosPred(inner) => open.push(inner),
                _ => {}
            }
        }
    }
    found
}

fn anchor(section: &str) -> String {
    let letters = section.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' });
    format!("section-{}", letters.collect::<String>().to_lowercase())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// What stands between backticks becomes code.
fn with_code(text: &str) -> String {
    let mut out = String::new();
    for (index, piece) in text.split('`').enumerate() {
        match index % 2 {
            0 => out.push_str(piece),
            _ => {
                let _ = write!(out, "<code>{piece}</code>");
            }
        }
    }
    out
}
