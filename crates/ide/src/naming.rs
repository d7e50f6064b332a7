//! Names for what is taken out of its place and needs one: told from what it is and from where it
//! stood. They are suggestions, and nobody has looked yet whether something else is called so.

use journey_syntax::ast::{self, AstNode, TileKind};
use journey_syntax::{SyntaxElement, SyntaxKind, SyntaxNode};

use crate::tree::nodes;

/// Longer names are no easier to read than what they stand for.
const MAX_NAME: usize = 40;

/// The first of `base`, `base_2`, `base_3` and so on that is free.
pub(crate) fn first_free(base: &str, is_free: impl Fn(&str) -> bool) -> String {
    let numbered = (2..).map(|number| format!("{base}_{number}"));
    let mut names = std::iter::once(base.to_owned()).chain(numbered);
    names.find(|name| is_free(name)).unwrap_or_default()
}

/// What a tile does, in a word; nothing for an exit and a captured value, which have names.
pub(crate) fn tile(tile: TileKind<'_>) -> Option<String> {
    let name = |name: Option<ast::Name<'_>>| name.map(|name| name.source().to_owned());
    Some(match tile {
        TileKind::WaitWindow(_)
        | TileKind::WaitUntil(_)
        | TileKind::WaitEvent(_)
        | TileKind::WaitArms(_)
        | TileKind::WaitFor(_) => "pause".to_owned(),
        TileKind::BranchWhen(_) | TileKind::BranchValue(_) => "choice".to_owned(),
        TileKind::Split(split) => name(split.name())?,
        TileKind::Send(send) => send.action_ref()?.any_name()?.source().to_owned(),
        TileKind::Webhook(_) => "call".to_owned(),
        TileKind::Update(_) | TileKind::AddCustomer(_) | TileKind::RemoveCustomer(_) => {
            "change".to_owned()
        }
        TileKind::Run(run) => name(run.name())?,
        TileKind::Enter(enter) => name(enter.name())?,
        TileKind::Repeat(_) => "rounds".to_owned(),
        TileKind::LetTile(_) | TileKind::Exit(_) => return None,
    })
}

/// What several tiles do: the first label among them, or what they send or start, or else what the
/// first of them does.
pub(crate) fn tiles(tiles: &[ast::Tile<'_>]) -> Option<String> {
    let label = tiles.iter().find_map(|it| Some(it.label()?.name()?.source().to_owned()));
    let all = || tiles.iter().flat_map(|it| nodes(it.syntax())).filter_map(ast::Tile::cast);
    let telling = |it: ast::Tile<'_>| match it.tile_kind()? {
        kind @ (TileKind::Send(_) | TileKind::Run(_) | TileKind::Enter(_)) => tile(kind),
        _ => None,
    };
    label.or_else(|| all().find_map(telling)).or_else(|| all().find_map(|it| tile(it.tile_kind()?)))
}

/// A value that is written out, by what it is compared with or given to. The nodes around it come
/// with the outermost first, the value last.
pub(crate) fn constant(around: &[SyntaxNode<'_>]) -> String {
    use SyntaxKind::*;
    let mut outwards = around.iter().rev().copied();
    let Some(value) = outwards.next() else { return "value".to_owned() };
    let said = written(value);
    let mut inner = value;
    let mut owner = None;
    for node in outwards {
        let word = |node: Option<ast::Name<'_>>| node.map(|name| name.source().to_owned());
        let found = match node.kind() {
            COMPARE_CHAIN => compared(node, inner, said.as_deref()),
            COALESCE_CHAIN => beside(node, inner).map(|it| format!("default_{it}")),
            ARG => {
                owner = node.child::<ast::ArgName<'_>>().and_then(|it| it.any_name());
                None
            }
            SEND | RUN | ENTER | CALL_EXPR => {
                owner.map(|parameter| argument(node, parameter.source()))
            }
            ASSIGNMENT => node.child::<ast::AnyName<'_>>().map(|field| match &said {
                Some(said) if value.kind() == TEXT => format!("{}_{said}", field.source()),
                _ => format!("new_{}", field.source()),
            }),
            WAIT_FOR => Some("wait_time".to_owned()),
            EVERY => Some("pause_between".to_owned()),
            WAIT_EVENT => word(node.child()).map(|event| format!("{event}_wait")),
            WAIT_ARMS => Some("longest_wait".to_owned()),
            REPEAT => Some("rounds".to_owned()),
            REENTER_AFTER => Some("reenter_after".to_owned()),
            EXIT_CLAUSE => word(node.child()).map(|exit| format!("{exit}_after")),
            GOAL_CLAUSE => word(node.child()).map(|goal| format!("{goal}_within")),
            TILE => break,
            _ => None,
        };
        if let Some(name) = found {
            return cut(&name);
        }
        inner = node;
    }
    let kind = value.first_token().map(|token| token.kind());
    match said.filter(|_| value.kind() == TEXT) {
        Some(said) if said.starts_with(|c: char| c.is_ascii_alphabetic()) => cut(&said),
        _ => match kind {
            Some(DURATION_LIT) => "length",
            Some(DATE_LIT) => "day",
            Some(TIME_LIT | TIMEOFDAY_LIT) => "moment",
            Some(INT_LIT | NUMBER_LIT) => "number",
            _ => "wording",
        }
        .to_owned(),
    }
}

/// The parameter of an action, a journey or a function.
pub(crate) fn argument(owner: SyntaxNode<'_>, parameter: &str) -> String {
    let action = owner.child::<ast::ActionRef<'_>>().and_then(|action| action.any_name());
    let called = action.map(|name| name.source());
    let called = called.or_else(|| owner.child::<ast::Name<'_>>().map(|name| name.source()));
    match (owner.kind(), called) {
        // How long ago an event may have come.
        (SyntaxKind::CALL_EXPR, _) => match (asked(owner), parameter) {
            (Some(event), "within") => format!("{event}_window"),
            (Some(event), _) => format!("{event}_{parameter}"),
            (None, _) => parameter.to_owned(),
        },
        (SyntaxKind::SEND, Some(called)) => format!("{called}_{parameter}"),
        _ => parameter.to_owned(),
    }
}

/// A value beside others in a comparison: `min_total` in `o.total >= 5`, `city_rome` in
/// `customer.city == "Rome"`.
fn compared(chain: SyntaxNode<'_>, value: SyntaxNode<'_>, said: Option<&str>) -> Option<String> {
    let word = beside(chain, value)?;
    let first = chain.child::<ast::Expr<'_>>()?.syntax() == value;
    Some(match (operator(chain)?, first) {
        (">" | ">=", false) | ("<" | "<=", true) => format!("min_{word}"),
        ("<" | "<=", false) | (">" | ">=", true) => format!("max_{word}"),
        _ => match said {
            Some(said) => format!("{word}_{said}"),
            None => word,
        },
    })
}

/// The word for what stands beside a value in a chain.
fn beside(chain: SyntaxNode<'_>, value: SyntaxNode<'_>) -> Option<String> {
    let mut others = chain.children::<ast::Expr<'_>>().filter(|it| it.syntax() != value);
    others.find_map(word)
}

/// A condition, by what it asks: `orders_over_50`, `plan_free_or_pro`, `not_vip`.
pub(crate) fn condition(condition: ast::Expr<'_>) -> Option<String> {
    use SyntaxKind::*;
    let node = condition.syntax();
    let mut parts = node.children::<ast::Expr<'_>>();
    let name = match node.kind() {
        PAREN_EXPR => self::condition(parts.next()?)?,
        NOT_CHAIN => format!("not_{}", self::condition(parts.next()?)?),
        AND_CHAIN | OR_CHAIN => {
            let first = self::condition(parts.next()?)?;
            let word = if node.kind() == AND_CHAIN { "and" } else { "or" };
            let more = parts.next().and_then(self::condition);
            let both = more.map(|more| format!("{first}_{word}_{more}"));
            both.filter(|both| both.len() <= MAX_NAME).unwrap_or(first)
        }
        COMPARE_CHAIN => {
            let (left, right) = (word(parts.next()?)?, parts.next());
            let right = right.and_then(|it| written(it.syntax()).or_else(|| word(it)));
            let right = right.map(|right| format!("_{right}")).unwrap_or_default();
            let relation = match operator(node)? {
                ">" => "_over",
                ">=" => "_from",
                "<" => "_under",
                "<=" => "_up_to",
                "!=" | "not in" => "_not",
                "contains" => "_with",
                _ => "",
            };
            format!("{left}{relation}{right}")
        }
        _ => word(condition)?,
    };
    Some(cut(&name))
}

/// The sign or words between two operands.
fn operator(chain: SyntaxNode<'_>) -> Option<&str> {
    use SyntaxKind::*;
    let mut all = chain.elements().filter_map(SyntaxElement::node);
    let found = all.find(|it| matches!(it.kind(), COMPARE_OP | MEMBER_OP | PRESENCE_OP));
    Some(found?.text())
}

/// The word for a value that is read: the last one of a path, the event that is asked for.
fn word(value: ast::Expr<'_>) -> Option<String> {
    match value {
        ast::Expr::NameExpr(name) => Some(name.source().to_owned()),
        ast::Expr::FieldChain(chain) => {
            let last = chain.field_accesses().last()?.any_name()?;
            Some(last.source().to_owned())
        }
        ast::Expr::ParenExpr(paren) => word(paren.expr()?),
        ast::Expr::CallExpr(call) => match (call.name()?.source(), asked(call.syntax())) {
            ("count", Some(event)) => Some(format!("{event}_count")),
            (_, Some(event)) => Some(event.to_owned()),
            (_, None) => word(call.arg_list()?.args().next()?.expr()?),
        },
        _ => None,
    }
}

/// The event that `count(…)` and the like ask for.
fn asked(call: SyntaxNode<'_>) -> Option<&str> {
    let call = ast::CallExpr::cast(call)?;
    let first = call.arg_list()?.args().next()?.expr()?;
    match (call.name()?.source(), first) {
        ("count" | "happened" | "last", ast::Expr::NameExpr(event)) => Some(event.source()),
        ("sum", ast::Expr::FieldChain(chain)) => match chain.expr()? {
            ast::Expr::NameExpr(event) => Some(event.source()),
            _ => None,
        },
        _ => None,
    }
}

/// What a value that is written out says, as a part of a name.
fn written(value: SyntaxNode<'_>) -> Option<String> {
    use SyntaxKind::*;
    let texts: Vec<String> = match value.kind() {
        LITERAL => vec![value.text().to_owned()],
        TEXT => vec![ast::Text::cast(value)?.plain().ok().flatten()?],
        LIST_EXPR => {
            let parts = value.children::<ast::Expr<'_>>().map(|part| written(part.syntax()));
            parts.collect::<Option<_>>()?
        }
        _ => return None,
    };
    let parts: Vec<String> = texts.iter().map(|text| slug(text)).collect();
    let all = parts.join("_or_");
    (parts.iter().all(|part| !part.is_empty()) && !parts.is_empty()).then_some(all)
}

/// The first words of a text, in what names are made of.
fn slug(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.take(3).map(str::to_ascii_lowercase).collect::<Vec<_>>().join("_")
}

/// A name that is not too long: whole words of it.
fn cut(name: &str) -> String {
    let mut short = name;
    while short.len() > MAX_NAME
        && let Some((before, _)) = short.rsplit_once('_')
    {
        short = before;
    }
    short.to_owned()
}
