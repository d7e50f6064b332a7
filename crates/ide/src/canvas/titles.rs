//! What a tile says in a few words, and the rest of it on a line.

use journey_sema::outline::{head_of, one_line};
use journey_syntax::{AstNode, SyntaxKind, SyntaxNode, ast};

/// The source of a node on one line, without comments.
pub(super) fn line(node: SyntaxNode<'_>) -> String {
    one_line(node, node.range()).to_string()
}

/// The same up to its block.
pub(super) fn head_line(node: SyntaxNode<'_>) -> String {
    one_line(node, head_of(node)).to_string()
}

/// Title and detail of a tile. The title does not repeat its kind.
pub(super) fn title(kind: ast::TileKind<'_>) -> (String, String) {
    use ast::TileKind as K;
    let text = |node: Option<SyntaxNode<'_>>| node.map_or(String::new(), line);
    let name = |name: Option<ast::Name<'_>>| name.map_or("…", |name| name.source()).to_owned();
    match kind {
        K::WaitFor(it) => (text(it.expr().map(|it| it.syntax())), String::new()),
        K::WaitWindow(it) => (without_keyword(it.syntax()), String::new()),
        K::WaitUntil(it) => {
            let until = format!("until {}", text(it.expr().map(|it| it.syntax())));
            (until, text(it.up_to().map(|it| it.syntax())))
        }
        K::WaitEvent(it) => {
            let any = if it.kw_any_token().is_some() { "any event" } else { "event" };
            let clauses = [
                it.alias().map(|it| it.syntax()),
                it.where_clause().map(|it| it.syntax()),
                it.since().map(|it| it.syntax()),
                it.up_to().map(|it| it.syntax()),
            ];
            (format!("for {any} {}", name(it.name())), joined(clauses.into_iter().flatten()))
        }
        K::WaitArms(it) => match it.wait_limit() {
            Some(limit) => (line(limit.syntax()), String::new()),
            None => ("for what happens first".to_owned(), String::new()),
        },
        K::BranchWhen(_) => ("the first that holds".to_owned(), String::new()),
        K::BranchValue(it) => {
            (format!("by {}", text(it.expr().map(|it| it.syntax()))), String::new())
        }
        K::Split(it) => (name(it.name()), text(it.per_entry().map(|it| it.syntax()))),
        K::Send(it) => {
            let alias = it.alias().map(|it| line(it.syntax())).into_iter();
            let detail: Vec<_> = arguments(it.arg_list()).into_iter().chain(alias).collect();
            (text(it.action_ref().map(|it| it.syntax())), detail.join(" "))
        }
        K::Webhook(it) => {
            let method = text(it.http_method().map(|it| it.syntax()));
            let url = text(it.expr().map(|it| it.syntax()));
            let body = it.webhook_parts().find_map(|part| match part {
                ast::WebhookPart::BodyPart(body) => Some(line(body.syntax())),
                _ => None,
            });
            (format!("{method} {url}"), body.unwrap_or_default())
        }
        K::Update(it) => {
            let sets = it.assignments().into_iter().flat_map(|it| it.assignments());
            let names = sets.filter_map(|it| it.any_name()).map(|it| it.source());
            let names = names.collect::<Vec<_>>().join(", ");
            (format!("set {names}"), text(it.assignments().map(|it| it.syntax())))
        }
        K::AddCustomer(it) => (format!("add to {}", name(it.name())), String::new()),
        K::RemoveCustomer(it) => (format!("remove from {}", name(it.name())), String::new()),
        K::Run(it) => (name(it.name()), arguments(it.arg_list()).unwrap_or_default()),
        K::Enter(it) => (name(it.name()), arguments(it.arg_list()).unwrap_or_default()),
        K::Repeat(it) => {
            let times = text(it.expr().map(|it| it.syntax()));
            let clauses =
                [it.every().map(|it| it.syntax()), it.repeat_until().map(|it| it.syntax())];
            (format!("up to {times} times"), joined(clauses.into_iter().flatten()))
        }
        K::Exit(it) => (name(it.name()), String::new()),
        K::LetTile(it) => (name(it.name()), text(it.expr().map(|it| it.syntax()))),
    }
}

fn joined<'t>(nodes: impl Iterator<Item = SyntaxNode<'t>>) -> String {
    nodes.map(line).collect::<Vec<_>>().join(" ")
}

/// What stands between the parentheses, if anything does.
fn arguments(list: Option<ast::ArgList<'_>>) -> Option<String> {
    let text = line(list?.syntax());
    let inner = text.strip_prefix('(').and_then(|it| it.strip_suffix(')')).unwrap_or(&text).trim();
    (!inner.is_empty()).then(|| inner.to_owned())
}

fn without_keyword(node: SyntaxNode<'_>) -> String {
    let text = line(node);
    text.strip_prefix("wait ").unwrap_or(&text).to_owned()
}

/// What the header says of who enters, and its other clauses, each on one line.
pub(super) fn header(decl: ast::JourneyDecl<'_>) -> (String, Vec<String>) {
    let (mut entry, mut clauses) = (None, Vec::new());
    clauses.extend(decl.param_list().map(|params| format!("takes {}", line(params.syntax()))));
    for clause in decl.header_clauses() {
        match clause.syntax().kind() {
            SyntaxKind::ENTRY_CLAUSE if entry.is_none() => entry = Some(line(clause.syntax())),
            _ => clauses.push(line(clause.syntax())),
        }
    }
    (entry.unwrap_or_else(|| "no entry".to_owned()), clauses)
}
