//! What each word of a file is, for colours that know more than the grammar does.
//!
//! A name's place in the tree says what it must be. The names in expressions are told apart by
//! what the checker found them to stand for; in text that it cannot make sense of, by what the
//! declaration around them binds, which [`scope`] collects.

use journey_base::{Code, FileId, TextRange};
use journey_sema::Workspace;
use journey_syntax::ast::{self, AstNode};
use journey_syntax::{SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken};

use crate::place::parsed;
use crate::symbols::is_deprecated;
use crate::tree::{is_declaration, seen};

mod known;
mod names;
mod scope;

use known::Known;
use scope::Scope;

/// What a piece of source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TokenKind {
    /// `// …` and `/// …`
    Comment,
    /// A word of the grammar.
    Keyword,
    /// `+`, `==`, `..`
    Operator,
    /// The characters of a text, and its quotes.
    Text,
    /// `\n` in a text.
    Escape,
    /// A number, a duration, a share.
    Number,
    /// A date, an instant, a time of day.
    Time,
    /// `true`, `unset`, `mon`
    Literal,
    /// `customer`, `now`, `entered`
    Builtin,
    /// The name of a type.
    Type,
    /// A value of an enum, where the enum is declared.
    EnumMember,
    /// A trait of the customer.
    Trait,
    /// An event.
    Event,
    /// A property of an event, a field of a record or of a value.
    Property,
    /// An audience.
    Audience,
    /// A constant of the workspace.
    Constant,
    /// A policy.
    Policy,
    /// A destination.
    Destination,
    /// An action of a destination.
    Action,
    /// A setting of a destination.
    Setting,
    /// A secret of a destination.
    Secret,
    /// A parameter of an action, a journey or a function.
    Parameter,
    /// A journey.
    Journey,
    /// The label of a tile.
    Label,
    /// What `as`, `let` or `=>` gives a name to.
    Binding,
    /// An outcome or a goal.
    Outcome,
    /// A split or one of its arms.
    Split,
    /// A function.
    Function,
    /// `@pii`
    Attribute,
}

impl TokenKind {
    /// All of them, in the order of their discriminants.
    pub const ALL: &[TokenKind] = &[
        TokenKind::Comment,
        TokenKind::Keyword,
        TokenKind::Operator,
        TokenKind::Text,
        TokenKind::Escape,
        TokenKind::Number,
        TokenKind::Time,
        TokenKind::Literal,
        TokenKind::Builtin,
        TokenKind::Type,
        TokenKind::EnumMember,
        TokenKind::Trait,
        TokenKind::Event,
        TokenKind::Property,
        TokenKind::Audience,
        TokenKind::Constant,
        TokenKind::Policy,
        TokenKind::Destination,
        TokenKind::Action,
        TokenKind::Setting,
        TokenKind::Secret,
        TokenKind::Parameter,
        TokenKind::Journey,
        TokenKind::Label,
        TokenKind::Binding,
        TokenKind::Outcome,
        TokenKind::Split,
        TokenKind::Function,
        TokenKind::Attribute,
    ];
}

/// What else is to be said of a piece of source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct TokenModifiers {
    /// The name is declared here.
    pub declaration: bool,
    /// It never changes once it is known.
    pub readonly: bool,
    /// It is marked as deprecated.
    pub deprecated: bool,
    /// It is part of the language.
    pub built_in: bool,
    /// It is a doc comment.
    pub documentation: bool,
}

/// A piece of source on one line, with what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SemanticToken {
    /// Where it stands; never across a line end.
    pub range: TextRange,
    /// What it is.
    pub kind: TokenKind,
    /// What else is to be said of it.
    pub modifiers: TokenModifiers,
}

/// The tokens of a file by place, or those that touch `within`. Blanks and brackets are none.
pub fn semantic_tokens(
    workspace: &Workspace,
    file: FileId,
    within: Option<TextRange>,
) -> Vec<SemanticToken> {
    let Some(parse) = parsed(workspace, file) else { return Vec::new() };
    let found = workspace.diagnostics_of(file).into_iter();
    let deprecated = found.filter(|it| it.code == Code::DEPRECATED).map(|it| it.primary.range);
    let whole = TextRange::new(0, parse.tree.text().len() as u32);
    let mut painter = Painter {
        workspace,
        file,
        known: Known::default(),
        within: within.unwrap_or(whole),
        deprecated: deprecated.collect(),
        scope: Scope::default(),
        way: Vec::new(),
        tokens: Vec::new(),
    };
    painter.node(parse.tree.root());
    painter.tokens
}

struct Painter<'t> {
    workspace: &'t Workspace,
    file: FileId,
    /// What is known of the declaration at hand.
    known: Known,
    within: TextRange,
    /// Where something deprecated is used.
    deprecated: Vec<TextRange>,
    scope: Scope<'t>,
    /// The nodes around, the innermost last.
    way: Vec<SyntaxNode<'t>>,
    tokens: Vec<SemanticToken>,
}

impl<'t> Painter<'t> {
    fn node(&mut self, node: SyntaxNode<'t>) {
        let range = node.range();
        if range.end < self.within.start || self.within.end < range.start {
            return;
        }
        if is_declaration(node.kind()) {
            self.scope = Scope::of(node);
            self.known = Known::of(self.workspace.index_at(self.file, range.start + 1));
        }
        self.way.push(node);
        for element in node.elements() {
            match element {
                SyntaxElement::Node(inner) => self.node(inner),
                SyntaxElement::Token(token) => self.token(token),
            }
        }
        self.way.pop();
    }

    fn token(&mut self, token: SyntaxToken<'t>) {
        let mut modifiers = TokenModifiers::default();
        let parent = self.way.last().map_or(SyntaxKind::FILE, |node| node.kind());
        let kind = match token.kind() {
            SyntaxKind::COMMENT => TokenKind::Comment,
            SyntaxKind::DOC => {
                modifiers.documentation = true;
                TokenKind::Comment
            }
            SyntaxKind::TEXT_CHUNK | SyntaxKind::LONG_CHUNK => return self.chunk(token),
            SyntaxKind::TEXT_QUOTE | SyntaxKind::LONG_QUOTE => self.text_kind(),
            SyntaxKind::IDENT => {
                let Some(named) = names::kind(&self.way, &self.scope, &self.known) else { return };
                modifiers = named.1;
                modifiers.deprecated |= self.is_deprecated(token.range());
                named.0
            }
            kind if kind.is_keyword() => match kind {
                SyntaxKind::KW_CUSTOMER if parent == SyntaxKind::CUSTOMER_EXPR => {
                    modifiers.built_in = true;
                    TokenKind::Builtin
                }
                _ if matches!(parent, SyntaxKind::LITERAL | SyntaxKind::WEEKDAY) => {
                    TokenKind::Literal
                }
                _ => TokenKind::Keyword,
            },
            kind => match sign_or_literal(kind, parent) {
                Some(kind) => kind,
                None => return,
            },
        };
        self.push(seen(token), kind, modifiers);
    }

    /// What a text is: a value of an enum where one is declared, and where one is compared.
    fn text_kind(&self) -> TokenKind {
        let mut outwards = self.way.iter().rev();
        let text = outwards.next();
        let parent = outwards.next().map(|node| node.kind());
        let declared = match parent {
            Some(SyntaxKind::DEFAULT) => {
                let ty = outwards.next().and_then(|node| node.child::<ast::TypeRef<'_>>());
                matches!(ty.and_then(|ty| ty.type_atom()), Some(ast::TypeAtom::EnumType(_)))
            }
            parent => parent == Some(SyntaxKind::ENUM_TYPE),
        };
        let is_member = declared || text.is_some_and(|text| self.is_member(*text));
        if is_member { TokenKind::EnumMember } else { TokenKind::Text }
    }

    /// Whether a text is a value of the enum that it is given to or compared with.
    fn is_member(&self, text: SyntaxNode<'t>) -> bool {
        use SyntaxKind::*;
        let around = self.way.iter().rev().skip(1);
        // A list and an arm stand between what is asked and the text.
        let holder = around.into_iter().find(|node| !matches!(node.kind(), LIST_EXPR | VALUE_ARM));
        let holder = holder.filter(|node| matches!(node.kind(), COMPARE_CHAIN | BRANCH_VALUE));
        let compared = holder.into_iter().flat_map(|holder| holder.children::<ast::Expr<'_>>());
        let mut ranges = compared.map(|expr| expr.range()).chain([text.range()]);
        let said = ast::Text::cast(text).and_then(|text| text.plain().ok().flatten());
        said.is_some_and(|said| ranges.any(|range| self.known.has_member(range, &said)))
    }

    /// Characters of a text: its escapes are pieces of their own, and so are its lines.
    fn chunk(&mut self, token: SyntaxToken<'t>) {
        let kind = self.text_kind();
        let (text, start) = (token.text(), token.range().start);
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            let plain = rest.find('\\').unwrap_or(rest.len());
            self.lines(start + at as u32, rest.get(..plain).unwrap_or_default(), kind);
            at += plain;
            let Some(escape) = text.get(at..).filter(|rest| !rest.is_empty()) else { return };
            let length = match escape.strip_prefix("\\u{").and_then(|digits| digits.find('}')) {
                Some(end) => "\\u{}".len() + end,
                None => escape.chars().take(2).map(char::len_utf8).sum(),
            };
            let from = start + at as u32;
            let range = TextRange::new(from, from + length as u32);
            self.push(range, TokenKind::Escape, TokenModifiers::default());
            at += length;
        }
    }

    fn lines(&mut self, start: u32, text: &str, kind: TokenKind) {
        let mut from = start;
        for line in text.split_inclusive('\n') {
            let seen = line.trim_end_matches(['\n', '\r']);
            let range = TextRange::new(from, from + seen.len() as u32);
            self.push(range, kind, TokenModifiers::default());
            from += line.len() as u32;
        }
    }

    /// Whether the name at `range` is deprecated: the finding ends with it, or its declaration
    /// says so.
    fn is_deprecated(&self, range: TextRange) -> bool {
        let used = |it: &TextRange| it.start <= range.start && it.end == range.end;
        let declared = || {
            let around = self.way.iter().rev().nth(1);
            around.is_some_and(|node| node.children::<ast::Attribute<'_>>().any(is_deprecated))
        };
        self.deprecated.iter().any(used) || declared()
    }

    fn push(&mut self, range: TextRange, kind: TokenKind, modifiers: TokenModifiers) {
        let outside = range.end < self.within.start || self.within.end < range.start;
        if !range.is_empty() && !outside {
            self.tokens.push(SemanticToken { range, kind, modifiers });
        }
    }
}

fn sign_or_literal(kind: SyntaxKind, parent: SyntaxKind) -> Option<TokenKind> {
    use SyntaxKind::*;
    Some(match kind {
        INT_LIT | NUMBER_LIT | DURATION_LIT => TokenKind::Number,
        PERCENT_SIGN if parent == PERCENT => TokenKind::Number,
        TIME_LIT | DATE_LIT | TIMEOFDAY_LIT => TokenKind::Time,
        AT_SIGN => TokenKind::Attribute,
        EQ | FAT_ARROW | EQ_EQ | BANG_EQ | LT_EQ | GT_EQ | PLUS | MINUS | STAR | SLASH
        | PERCENT_SIGN | DOT_DOT | QUESTION | QUESTION_QUESTION | PIPE | INTERP_OPEN
        | INTERP_CLOSE => TokenKind::Operator,
        LT | GT if parent != GENERIC_TYPE => TokenKind::Operator,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
