//! Writes `kind.rs`: the enum of all kinds, which is also the lexer's table.

use std::fmt::Write;

use super::CodegenError;
use super::model::{Model, PUNCTUATION, Role, token_kind};

/// Kinds that exist because of how text is read, not because of a rule.
const HEAD: &str = r#"
    /// Past the last token; never in a tree.
    EOF,
    /// Characters that make no token, or a malformed one.
    #[token("&&")]
    #[token("||")]
    ERROR_TOKEN,
    /// Blanks and line ends; the lexer reads all but this one by itself.
    #[token("\u{FEFF}")]
    WHITESPACE,
    /// `// …`; the lexer reads on to the end of the line.
    #[token("//")]
    COMMENT,
    /// `"`, at either end of a text.
    #[token("\"")]
    TEXT_QUOTE,
    /// `"""`, at either end of a text of several lines.
    #[token("\"\"\"")]
    LONG_QUOTE,
    /// `{` of an interpolation.
    INTERP_OPEN,
    /// `}` of an interpolation.
    INTERP_CLOSE,
    /// A word that is no keyword, or stands where a name does.
    #[regex("[A-Za-z_][A-Za-z0-9_]*")]
    IDENT,
"#;

const IMPL: &str = r#"
impl SyntaxKind {
    /// Whether it is a leaf of the tree.
    pub fn is_token(self) -> bool {
        (self as u16) < (SyntaxKind::ERROR as u16)
    }

    /// Whether it means nothing to the grammar: blanks and comments.
    pub fn is_trivia(self) -> bool {
        matches!(self, SyntaxKind::WHITESPACE | SyntaxKind::COMMENT)
    }
"#;

/// The text of `kind.rs`.
pub(crate) fn generate(model: &Model) -> Result<String, CodegenError> {
    let mut out = String::new();
    out.push_str(super::ast::HEADER);
    out.push_str("use logos::Logos;\n\n");
    out.push_str("/// What a token or a node of the syntax tree is.\n");
    out.push_str("#[allow(non_camel_case_types)]\n");
    out.push_str("#[derive(Logos, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]\n");
    out.push_str("#[repr(u16)]\npub enum SyntaxKind {");
    out.push_str(HEAD);
    for rule in model.rules.iter().filter(|rule| matches!(rule.role, Role::Token)) {
        let kind = token_kind(&rule.name);
        if kind != "IDENT" {
            let _ = writeln!(out, "/// `{}`", rule.name);
            // A number begins with a digit; the lexer finds out which one it is.
            if kind == "INT_LIT" {
                out.push_str("#[regex(\"[0-9]\")]\n");
            }
            let _ = writeln!(out, "{kind},");
        }
    }
    for (text, kind) in PUNCTUATION {
        let _ = writeln!(out, "/// `{text}`\n#[token({text:?})]\n{kind},");
    }
    for word in keywords(model) {
        let _ = writeln!(out, "/// `{word}`\n#[token({word:?})]\nKW_{},", word.to_uppercase());
    }
    out.push_str("\n/// A node around what the parser could make no sense of.\nERROR,\n");
    for rule in model.rules.iter().filter(|rule| matches!(rule.role, Role::Node)) {
        let _ = writeln!(out, "/// `{}`\n{},", rule.name, rule.name.to_uppercase());
    }
    out.push_str("}\n");
    out.push_str(IMPL);
    methods(model, &mut out)?;
    out.push_str("}\n");
    tables(model, &mut out);
    Ok(out)
}

fn methods(model: &Model, out: &mut String) -> Result<(), CodegenError> {
    let words = keywords(model);
    let reserved = words.iter().rfind(|word| model.reserved.contains(word));
    let (Some(first), Some(reserved), Some(last)) = (words.first(), reserved, words.last()) else {
        let message = "the grammar has no keywords".to_owned();
        return Err(CodegenError::Convention { rule: "kw_*".to_owned(), message });
    };
    let [first, reserved, last] = [first, reserved, last].map(|word| word.to_uppercase());
    let _ = writeln!(
        out,
        "\n/// Whether it is a keyword, reserved or not.
        pub fn is_keyword(self) -> bool {{
            (SyntaxKind::KW_{first} as u16..=SyntaxKind::KW_{last} as u16).contains(&(self as u16))
        }}

        /// Whether it is a keyword that cannot be a name.
        pub fn is_reserved(self) -> bool {{
            (SyntaxKind::KW_{first} as u16..=SyntaxKind::KW_{reserved} as u16).contains(&(self as u16))
        }}"
    );
    out.push_str("\n/// The text of a token that is always spelled the same.\n");
    out.push_str("pub fn spelling(self) -> Option<&'static str> {\nSome(match self {\n");
    for (text, kind) in PUNCTUATION {
        let _ = writeln!(out, "SyntaxKind::{kind} => {text:?},");
    }
    for word in &words {
        let _ = writeln!(out, "SyntaxKind::KW_{} => {word:?},", word.to_uppercase());
    }
    out.push_str("_ => return None,\n})\n}\n");
    out.push_str("\n/// The rule of the grammar that a node or token comes from.\n");
    out.push_str("pub fn rule(self) -> Option<&'static str> {\nSome(match self {\n");
    for rule in &model.rules {
        if matches!(rule.role, Role::Token | Role::Keyword | Role::Node) {
            let _ = writeln!(out, "SyntaxKind::{} => {:?},", token_kind(&rule.name), rule.name);
        }
    }
    out.push_str("_ => return None,\n})\n}\n");
    out.push_str("\n/// The kinds of the nodes of a sound tree, in the order of the grammar.\n");
    out.push_str("pub const NODES: &[SyntaxKind] = &[\n");
    for rule in model.rules.iter().filter(|rule| matches!(rule.role, Role::Node)) {
        let _ = writeln!(out, "SyntaxKind::{},", rule.name.to_uppercase());
    }
    out.push_str("];\n");
    Ok(())
}

/// The keyword lists, for highlighting, completion and the tests that compare them.
fn tables(model: &Model, out: &mut String) {
    let (reserved, contextual): (Vec<_>, Vec<_>) =
        keywords(model).into_iter().partition(|word| model.reserved.contains(word));
    let lists = [
        ("RESERVED", "The keywords that cannot be names.", reserved),
        ("CONTEXTUAL", "The keywords that mean something in their place only.", contextual),
    ];
    for (name, doc, words) in lists {
        let _ = writeln!(out, "\n/// {doc}\npub const {name}: &[(&str, SyntaxKind)] = &[");
        for word in words {
            let _ = writeln!(out, "({word:?}, SyntaxKind::KW_{}),", word.to_uppercase());
        }
        out.push_str("];\n");
    }
}

/// All keywords, the reserved ones first: the parser asks for them all the time, and a range is
/// asked for faster than a set.
fn keywords(model: &Model) -> Vec<String> {
    let mut words: Vec<String> = model
        .rules
        .iter()
        .filter(|rule| matches!(rule.role, Role::Keyword))
        .filter_map(|rule| rule.name.strip_prefix("kw_").map(str::to_owned))
        .collect();
    words.sort_by_key(|word| (!model.reserved.contains(word), word.clone()));
    words
}
