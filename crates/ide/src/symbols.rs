//! The outline of a file: what is declared in it, and the tiles of its journeys.

use journey_base::{FileId, TextRange};
use journey_sema::Workspace;
use journey_syntax::ast::{self, AstNode};
use journey_syntax::{SyntaxElement, SyntaxKind, SyntaxNode};

use crate::place::parsed;
use crate::tree::{is_arm, one_line};

/// What an entry of an outline is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SymbolKind {
    /// A block of traits.
    Customer,
    /// A trait of the customer.
    Trait,
    /// An event.
    Event,
    /// A property of an event.
    Property,
    /// A field of a record.
    Field,
    /// An audience.
    Audience,
    /// A constant.
    Constant,
    /// A policy.
    Policy,
    /// A rule of a policy.
    Rule,
    /// A destination.
    Destination,
    /// A setting of a destination.
    Setting,
    /// A secret of a destination.
    Secret,
    /// An action of a destination.
    Action,
    /// A journey.
    Journey,
    /// A parameter of a journey.
    Parameter,
    /// A clause of a journey's header: its entry, an exit criterion, a goal.
    Clause,
    /// A tile of a journey.
    Tile,
    /// An arm of a tile.
    Arm,
    /// A test.
    Test,
}

/// An entry of an outline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// What it is called; never empty.
    pub name: String,
    /// What else is said of it, on one line; may be empty.
    pub detail: String,
    /// What it is.
    pub kind: SymbolKind,
    /// All of it, with its doc comment.
    pub range: TextRange,
    /// Its name, inside `range`.
    pub selection: TextRange,
    /// Whether it is marked as deprecated.
    pub deprecated: bool,
    /// What stands in it.
    pub children: Vec<Symbol>,
}

/// The outline of a file, in the order in which things stand. What the parser could not read is
/// left out; what stands in it is not.
pub fn document_symbols(workspace: &Workspace, file: FileId) -> Vec<Symbol> {
    let Some(parse) = parsed(workspace, file) else { return Vec::new() };
    inside(parse.tree.root())
}

/// Characters of a name or detail: what fits beside a tree view.
const MAX_LINE: usize = 60;

/// The entries in a node.
fn inside(node: SyntaxNode<'_>) -> Vec<Symbol> {
    let mut found = Vec::new();
    for child in node.elements().filter_map(SyntaxElement::node) {
        match symbol(node, child) {
            Some(symbol) => found.push(symbol),
            None => found.extend(inside(child)),
        }
    }
    found
}

/// The entry that a node makes in an outline.
fn symbol(parent: SyntaxNode<'_>, node: SyntaxNode<'_>) -> Option<Symbol> {
    let kind = kind(parent, node.kind())?;
    let (name, selection, detail) = match kind {
        SymbolKind::Tile => tile(node)?,
        SymbolKind::Arm | SymbolKind::Rule => (head(node), head_range(node), String::new()),
        SymbolKind::Clause => clause(node)?,
        SymbolKind::Customer => {
            ("customer".to_owned(), node.token(SyntaxKind::KW_CUSTOMER)?.range(), String::new())
        }
        SymbolKind::Test => {
            let title = ast::TestDecl::cast(node)?.text()?;
            let name = title.plain().ok().flatten().unwrap_or_else(|| title.source().to_owned());
            (shortened(&name), title.range(), String::new())
        }
        _ => {
            let name = name(node)?;
            (name.text().to_owned(), name.range(), detail(node))
        }
    };
    let name = if name.trim().is_empty() { "\"\"".to_owned() } else { name };
    let deprecated = node.children::<ast::Attribute<'_>>().any(is_deprecated);
    let children = match kind {
        SymbolKind::Clause | SymbolKind::Rule | SymbolKind::Test => Vec::new(),
        _ => inside(node),
    };
    Some(Symbol { name, detail, kind, range: node.range(), selection, deprecated, children })
}

fn kind(parent: SyntaxNode<'_>, kind: SyntaxKind) -> Option<SymbolKind> {
    Some(match kind {
        SyntaxKind::CUSTOMER_DECL => SymbolKind::Customer,
        SyntaxKind::EVENT_DECL => SymbolKind::Event,
        SyntaxKind::FIELD => match parent.kind() {
            SyntaxKind::CUSTOMER_DECL => SymbolKind::Trait,
            SyntaxKind::EVENT_DECL => SymbolKind::Property,
            _ => SymbolKind::Field,
        },
        SyntaxKind::AUDIENCE_DECL => SymbolKind::Audience,
        SyntaxKind::LET_DECL => SymbolKind::Constant,
        SyntaxKind::POLICY_DECL => SymbolKind::Policy,
        SyntaxKind::REQUIRE_RULE | SyntaxKind::QUIET_RULE | SyntaxKind::CAP_RULE => {
            SymbolKind::Rule
        }
        SyntaxKind::DESTINATION_DECL => SymbolKind::Destination,
        SyntaxKind::SETTING_DECL => SymbolKind::Setting,
        SyntaxKind::SECRET_DECL => SymbolKind::Secret,
        SyntaxKind::ACTION_DECL => SymbolKind::Action,
        SyntaxKind::JOURNEY_DECL => SymbolKind::Journey,
        SyntaxKind::PARAM => SymbolKind::Parameter,
        SyntaxKind::ENTRY_CLAUSE | SyntaxKind::EXIT_CLAUSE | SyntaxKind::GOAL_CLAUSE => {
            SymbolKind::Clause
        }
        SyntaxKind::TILE => SymbolKind::Tile,
        SyntaxKind::TEST_DECL => SymbolKind::Test,
        kind if is_arm(kind) => SymbolKind::Arm,
        _ => return None,
    })
}

fn name(node: SyntaxNode<'_>) -> Option<SyntaxNode<'_>> {
    let name = node.child::<ast::Name<'_>>().map(|name| name.syntax());
    name.or_else(|| node.child::<ast::AnyName<'_>>().map(|name| name.syntax()))
}

pub(crate) fn is_deprecated(attribute: ast::Attribute<'_>) -> bool {
    attribute.any_name().is_some_and(|name| name.source() == "deprecated")
}

/// What is said of a declaration behind its name.
fn detail(node: SyntaxNode<'_>) -> String {
    let part = |node: Option<SyntaxNode<'_>>| {
        node.map(|node| one_line(node.leaves(), MAX_LINE)).unwrap_or_default()
    };
    match node.kind() {
        SyntaxKind::EVENT_DECL | SyntaxKind::AUDIENCE_DECL | SyntaxKind::JOURNEY_DECL => {
            let title = node.child::<ast::ExternalName<'_>>().and_then(|title| title.text());
            title.and_then(|title| title.plain().ok().flatten()).unwrap_or_default()
        }
        SyntaxKind::FIELD | SyntaxKind::PARAM | SyntaxKind::SETTING_DECL => {
            part(node.child::<ast::TypeRef<'_>>().map(|ty| ty.syntax()))
        }
        SyntaxKind::LET_DECL => part(node.child::<ast::Expr<'_>>().map(|expr| expr.syntax())),
        SyntaxKind::ACTION_DECL => {
            part(node.child::<ast::ParamList<'_>>().map(|list| list.syntax()))
        }
        SyntaxKind::DESTINATION_DECL => {
            part(node.child::<ast::DestinationKind<'_>>().map(|kind| kind.syntax()))
        }
        _ => String::new(),
    }
}

/// A tile is called by its label, or else by what it does.
fn tile(node: SyntaxNode<'_>) -> Option<(String, TextRange, String)> {
    let tile = ast::Tile::cast(node)?;
    let kind = tile.tile_kind()?.syntax();
    Some(match tile.label().and_then(|label| label.name()) {
        Some(label) => (label.source().to_owned(), label.range(), head(kind)),
        None => (head(kind), head_range(kind), String::new()),
    })
}

/// A clause is called by its keyword and the name it gives, if it gives one.
fn clause(node: SyntaxNode<'_>) -> Option<(String, TextRange, String)> {
    let keyword = node.leaves().find(|token| token.kind().is_keyword())?;
    let name = node.child::<ast::Name<'_>>();
    let end = name.map_or(keyword.range().end, |name| name.range().end);
    let selection = name.map_or(keyword.range(), |name| name.range());
    let called = TextRange::new(keyword.range().start, end);
    let within = |range: TextRange| called.start <= range.start && range.end <= called.end;
    let (first, rest): (Vec<_>, Vec<_>) = node.leaves().partition(|token| within(token.range()));
    Some((one_line(first.into_iter(), MAX_LINE), selection, one_line(rest.into_iter(), MAX_LINE)))
}

/// The part of a tile or arm before what stands in its braces.
fn head_range(node: SyntaxNode<'_>) -> TextRange {
    let mut parts = node.elements().filter(|it| {
        !it.kind().is_trivia() && !matches!(it.kind(), SyntaxKind::DOC | SyntaxKind::LABEL)
    });
    let Some(first) = parts.next() else { return node.range() };
    let opens = |kind| {
        use SyntaxKind::*;
        matches!(kind, L_BRACE | BLOCK | SEND_ARMS | RUN_ARMS | LATE_BLOCK | ASSIGNMENTS)
    };
    let head = parts.take_while(|part| !opens(part.kind()));
    head.fold(first.range(), |range, part| range.cover(part.range()))
}

fn head(node: SyntaxNode<'_>) -> String {
    let range = head_range(node);
    // What stands in the braces behind it may be most of the file.
    let tokens = node.leaves().take_while(|token| token.range().end <= range.end);
    one_line(tokens.filter(|token| range.start <= token.range().start), MAX_LINE)
}

fn shortened(text: &str) -> String {
    let mut line: String =
        text.chars().take(MAX_LINE).map(|c| if c < ' ' { ' ' } else { c }).collect();
    if text.chars().count() > MAX_LINE {
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::{Symbol, document_symbols};
    use crate::fixture::fixture;
    use expect_test::{Expect, expect};

    fn check(text: &str, expected: &Expect) {
        let fixture = fixture(text);
        let mut shown = String::new();
        let source = fixture.text(fixture.at.file);
        show(&document_symbols(&fixture.workspace, fixture.at.file), &source, 0, &mut shown);
        expected.assert_eq(&shown);
    }

    fn show(symbols: &[Symbol], text: &str, depth: usize, out: &mut String) {
        for symbol in symbols {
            let Symbol { name, detail, kind, range, selection, deprecated, children } = symbol;
            assert!(range.start <= selection.start && selection.end <= range.end, "{name}");
            let old = if *deprecated { " (deprecated)" } else { "" };
            let selected = selection.of(text);
            out.push_str(&format!("{:depth$}{kind:?} {name} | {detail} | {selected}{old}\n", ""));
            show(children, text, depth + 2, out);
        }
    }

    #[test]
    fn declarations_have_what_they_are_made_of() {
        check(
            "\
customer {
  /// Where to write.
  email \"E-Mail\": text? @pii
  plan: \"free\" | \"pro\" = \"free\" @deprecated(\"use tier\")
}
event order \"Order\" { items: list<{ sku: text }> = [] }
audience vip \"VIPs\" = customer.plan == \"pro\"
let least = 10 +
  20
policy marketing { require true cap 2 per 7d skip }
destination mail smtp {
  setting host: text = \"x\"
  secret key
  action hello(to: text,
    name: text?) { to to }
}
test \"it works\" { journey j }
",
            &expect![[r#"
                Customer customer |  | customer
                  Trait email | text? | email
                  Trait plan | "free" | "pro" | plan (deprecated)
                Event order | Order | order
                  Property items | list<{ sku: text }> | items
                    Field sku | text | sku
                Audience vip | VIPs | vip
                Constant least | 10 + 20 | least
                Policy marketing |  | marketing
                  Rule require true |  | require true
                  Rule cap 2 per 7d skip |  | cap 2 per 7d skip
                Destination mail | smtp | mail
                  Setting host | text | host
                  Secret key |  | key
                  Action hello | (to: text, name: text?) | hello
                    Parameter to | text | to
                    Parameter name | text? | name
                Test it works |  | "it works"
            "#]],
        );
    }

    #[test]
    fn a_journey_has_its_way_in_its_ways_out_and_its_tiles_with_their_arms() {
        check(
            "\
journey j \"Title\" (reason: text) {
  entry event order as o
    where o.total > 5
  exit left when customer.email is unset
  goal bought on event order within 7d
  /// Says hello.
  hello: send mail.hello(to: \"x\") // now
  pause: wait up to 2d {
    on event order as again { exit done }
    timeout { }
  }
  branch customer.plan {
    \"free\", \"pro\" { update customer { plan: \"x\" } }
    else { exit done }
  }
  split s { 20% a { } 80% b { exit b } }
}
",
            &expect![[r#"
                Journey j | Title | j
                  Parameter reason | text | reason
                  Clause entry | event order as o where o.total > 5 | entry
                  Clause exit left | when customer.email is unset | left
                  Clause goal bought | on event order within 7d | bought
                  Tile hello | send mail.hello(to: "x") | hello
                  Tile pause | wait up to 2d | pause
                    Arm on event order as again |  | on event order as again
                      Tile exit done |  | exit done
                    Arm timeout |  | timeout
                  Tile branch customer.plan |  | branch customer.plan
                    Arm "free", "pro" |  | "free", "pro"
                      Tile update customer |  | update customer
                    Arm else |  | else
                      Tile exit done |  | exit done
                  Tile split s |  | split s
                    Arm 20% a |  | 20% a
                    Arm 80% b |  | 80% b
                      Tile exit b |  | exit b
            "#]],
        );
    }

    #[test]
    fn half_typed_text_shows_what_can_be_read_of_it() {
        check(
            "event { }\njourney j { entry\n wait\n exit done }\nevent b {",
            &expect![[r#"
                Journey j |  | j
                  Clause entry |  | entry
                  Tile wait |  | wait
                  Tile exit done |  | exit done
                Event b |  | b
            "#]],
        );
    }
}
