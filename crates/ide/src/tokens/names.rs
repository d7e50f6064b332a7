//! What a name is, by where it stands.

use journey_base::TextRange;
use journey_sema::NameKind;
use journey_sema::index::{Definition, InnerKind};
use journey_syntax::ast::{self, AstNode};
use journey_syntax::{SyntaxKind, SyntaxNode};

use super::known::Known;
use super::scope::Scope;
use super::{TokenKind, TokenModifiers};

const PLAIN: TokenModifiers = TokenModifiers {
    declaration: false,
    readonly: false,
    deprecated: false,
    built_in: false,
    documentation: false,
};
const DECLARED: TokenModifiers = TokenModifiers { declaration: true, ..PLAIN };
const READONLY: TokenModifiers = TokenModifiers { readonly: true, ..PLAIN };
const FIXED: TokenModifiers = TokenModifiers { declaration: true, readonly: true, ..PLAIN };
const BUILT_IN: TokenModifiers = TokenModifiers { built_in: true, ..PLAIN };

/// What the name at the end of `way` is; nothing where it is no part of the grammar.
pub(super) fn kind(
    way: &[SyntaxNode<'_>],
    scope: &Scope<'_>,
    known: &Known,
) -> Option<(TokenKind, TokenModifiers)> {
    use SyntaxKind::*;
    let mut around = way.iter().rev();
    let name = around.next()?;
    let parent = around.next()?;
    let beyond = around.next().map(|node| node.kind());
    if !matches!(name.kind(), NAME | ANY_NAME) {
        return None;
    }
    Some(match parent.kind() {
        EVENT_DECL => (TokenKind::Event, DECLARED),
        AUDIENCE_DECL => (TokenKind::Audience, DECLARED),
        LET_DECL => (TokenKind::Constant, FIXED),
        POLICY_DECL => (TokenKind::Policy, DECLARED),
        DESTINATION_DECL => (TokenKind::Destination, DECLARED),
        DESTINATION_KIND => (TokenKind::Keyword, PLAIN),
        SETTING_DECL => (TokenKind::Setting, FIXED),
        SECRET_DECL => (TokenKind::Secret, FIXED),
        ACTION_DECL => (TokenKind::Action, DECLARED),
        JOURNEY_DECL => (TokenKind::Journey, DECLARED),
        PARAM => (TokenKind::Parameter, FIXED),
        FIELD if beyond == Some(CUSTOMER_DECL) => (TokenKind::Trait, DECLARED),
        FIELD => (TokenKind::Property, DECLARED),
        LABEL => (TokenKind::Label, DECLARED),
        SPLIT | SPLIT_ARM => (TokenKind::Split, DECLARED),
        EXIT_CLAUSE => (TokenKind::Outcome, DECLARED),
        GOAL_CLAUSE if is_first(*parent, *name) => (TokenKind::Outcome, DECLARED),
        ALIAS | LET_TILE | RESPONSE | LAMBDA => (TokenKind::Binding, FIXED),

        NAMED_TYPE | GENERIC_TYPE => (TokenKind::Type, BUILT_IN),
        ATTRIBUTE => (TokenKind::Attribute, PLAIN),
        UNDER => (TokenKind::Policy, PLAIN),
        ENTRY_EVENT | EXIT_ON | WAIT_EVENT | ON_ARM | EVENT_STEP | GOAL_CLAUSE => {
            (TokenKind::Event, PLAIN)
        }
        ENTRY_AUDIENCE | ADD_CUSTOMER | REMOVE_CUSTOMER | MEMBERSHIPS | JOIN_STEP | LEAVE_STEP => {
            (TokenKind::Audience, PLAIN)
        }
        RUN | ENTER | JOURNEY_STEP => (TokenKind::Journey, PLAIN),
        EXIT | EXITED_ARM | EXPECT_EXIT | EXPECT_GOAL | NO_GOAL => (TokenKind::Outcome, PLAIN),
        CHOOSE_STEP => (TokenKind::Split, PLAIN),
        SINCE => label(name.text()),
        RESPOND_STEP | FAIL_STEP | EXPECT_AT | EXPECT_WEBHOOK | NO_WEBHOOK => {
            (TokenKind::Label, PLAIN)
        }
        ACTION_REF if name.kind() == NAME => (TokenKind::Destination, PLAIN),
        ACTION_REF => (TokenKind::Action, PLAIN),
        CALL_EXPR => (TokenKind::Function, BUILT_IN),
        ARG_NAME => (TokenKind::Parameter, PLAIN),
        FIELD_ACCESS => field(way)?,
        ASSIGNMENT => (assigned(way), PLAIN),
        NAME_EXPR => found(known, *name).unwrap_or_else(|| value(way, name.text(), scope)),
        _ => return None,
    })
}

/// What the checker found a name to stand for.
fn found(known: &Known, name: SyntaxNode<'_>) -> Option<(TokenKind, TokenModifiers)> {
    Some(match known.name(name.range())? {
        Definition::Name(kind, _) => match kind {
            NameKind::Trait => (TokenKind::Trait, PLAIN),
            NameKind::Event => (TokenKind::Event, PLAIN),
            NameKind::Audience => (TokenKind::Audience, PLAIN),
            NameKind::Destination => (TokenKind::Destination, PLAIN),
            NameKind::Action => (TokenKind::Action, PLAIN),
            NameKind::Policy => (TokenKind::Policy, PLAIN),
            NameKind::Secret => (TokenKind::Secret, READONLY),
            NameKind::Journey => (TokenKind::Journey, PLAIN),
            NameKind::Constant => (TokenKind::Constant, READONLY),
        },
        Definition::Property { .. } => (TokenKind::Property, PLAIN),
        Definition::Parameter { .. } => (TokenKind::Parameter, READONLY),
        Definition::Setting { .. } => (TokenKind::Setting, READONLY),
        Definition::Local { .. } => (TokenKind::Binding, READONLY),
        Definition::Inner { kind: InnerKind::Label, .. } => (TokenKind::Label, PLAIN),
        Definition::Inner { .. } | Definition::BuiltIn(_) => return None,
    })
}

fn is_first(parent: SyntaxNode<'_>, name: SyntaxNode<'_>) -> bool {
    parent.child::<ast::Name<'_>>().is_some_and(|first| first.syntax() == name)
}

/// What stands behind `since`.
fn label(name: &str) -> (TokenKind, TokenModifiers) {
    if name == "entered" { (TokenKind::Builtin, BUILT_IN) } else { (TokenKind::Label, PLAIN) }
}

/// What stands behind a dot: right behind `customer` a trait. A chain may be as long as the file, so
/// it is not walked over for each of its fields.
fn field(way: &[SyntaxNode<'_>]) -> Option<(TokenKind, TokenModifiers)> {
    let mut around = way.iter().rev().skip(1);
    let (access, chain) = (*around.next()?, *around.next()?);
    let before = TextRange::new(chain.range().start, access.range().start);
    let of_customer = before.of(chain.tree().text()).trim_end() == "customer";
    let is_chain = chain.kind() == SyntaxKind::FIELD_CHAIN;
    let kind = if of_customer { TokenKind::Trait } else { TokenKind::Property };
    is_chain.then_some((kind, PLAIN))
}

/// What is given a value: a trait where the customer is changed, and else a field.
fn assigned(way: &[SyntaxNode<'_>]) -> TokenKind {
    let mut around = way.iter().rev().skip(2).map(|node| node.kind());
    let holder = around.find(|kind| *kind != SyntaxKind::ASSIGNMENTS);
    match holder {
        Some(SyntaxKind::UPDATE | SyntaxKind::UPDATE_STEP | SyntaxKind::CUSTOMER_STEP) => {
            TokenKind::Trait
        }
        _ => TokenKind::Property,
    }
}

/// What a name that stands for a value is.
fn value(way: &[SyntaxNode<'_>], name: &str, scope: &Scope<'_>) -> (TokenKind, TokenModifiers) {
    let around = way.iter().rev().nth(2);
    if around.is_some_and(|node| asks_for_audience(*node)) {
        return (TokenKind::Audience, PLAIN);
    }
    if around.is_some_and(|node| is_since(*node)) {
        return label(name);
    }
    match name {
        _ if scope.bindings.contains(name) => (TokenKind::Binding, READONLY),
        _ if scope.parameters.contains(name) => (TokenKind::Parameter, READONLY),
        _ if scope.settings.contains(name) => (TokenKind::Setting, READONLY),
        _ if scope.secrets.contains(name) => (TokenKind::Secret, READONLY),
        _ if scope.events.contains(name) => (TokenKind::Event, PLAIN),
        "now" | "entered" => (TokenKind::Builtin, BUILT_IN),
        _ => (TokenKind::Constant, READONLY),
    }
}

/// `customer in …`
fn asks_for_audience(node: SyntaxNode<'_>) -> bool {
    // A list may have thousands of names in it.
    if node.kind() != SyntaxKind::COMPARE_CHAIN {
        return false;
    }
    let member = node.elements().any(|it| it.kind() == SyntaxKind::MEMBER_OP);
    let first = node.child::<ast::Expr<'_>>();
    member && matches!(first, Some(ast::Expr::CustomerExpr(_)))
}

/// `since: …` as an argument.
fn is_since(node: SyntaxNode<'_>) -> bool {
    let name = ast::Arg::cast(node).and_then(|arg| arg.arg_name()?.any_name());
    name.is_some_and(|name| name.source() == "since")
}
