//! Which names can stand where the probe ended up in the tree.

use journey_sema::{Field, JourneyOutline, NameKind, Workspace};
use journey_syntax::{AstNode, SyntaxKind as K, SyntaxNode, ast};

use super::context::Context;
use super::fit::FIRST;
use super::steps::tested;
use super::values::{action_item, audiences, settable_audiences};
use super::{CompletionKind, Found, fields, literals, snippets, steps, unfinished, values};
use crate::docs;
use crate::words;

pub(super) fn complete(workspace: &Workspace, context: &Context, found: &mut Found) {
    // Behind `is` stand two words of the language, and no value; behind `expect no` three, and
    // behind `repeat` only `up`.
    if matches!(context.before(), Some(K::KW_IS | K::KW_REPEAT)) || context.denies() {
        return;
    }
    if unfinished::complete(context, found) {
        return;
    }
    if context.before() == Some(K::KW_ENTER) && context.kinds.contains(&K::TEST_DECL) {
        return steps::entered_with(workspace, context, found);
    }
    let around = context.around();
    if fields::is_field(context) {
        return fields::complete(workspace, context, found);
    }
    // From the inside out: the first node that says what its name is decides.
    for (at, node) in around.iter().enumerate().rev() {
        let outer = around.get(..at).unwrap_or_default();
        if by_node(workspace, context, *node, outer, found) {
            return;
        }
    }
}

/// Completes by what the probe is in; says whether that decided it.
fn by_node(
    workspace: &Workspace,
    context: &Context,
    node: SyntaxNode<'_>,
    outer: &[SyntaxNode<'_>],
    found: &mut Found,
) -> bool {
    if steps::complete(workspace, context, node, outer, found) {
        return true;
    }
    match node.kind() {
        K::CALL_EXPR if is_function(node, context) => values::complete(workspace, context, found),
        K::NAME_EXPR => {
            arguments(workspace, context, outer, found);
            if !found.closed && !case_values(context, outer, found) {
                values::complete(workspace, context, found);
            }
        }
        K::ENTRY_EVENT | K::EXIT_ON | K::WAIT_EVENT | K::ON_ARM | K::GOAL_CLAUSE => {
            // The name of a goal is new.
            let second = node.kind() == K::GOAL_CLAUSE
                && ast::GoalClause::cast(node)
                    .and_then(|goal| goal.names().next())
                    .is_some_and(|name| name.range() == context.probe);
            // Behind `wait for` or `on` the word itself is missing yet.
            let missing =
                matches!(context.before(), Some(K::KW_FOR | K::KW_ON | K::KW_ANY | K::KW_ENTRY));
            if !second && !missing {
                named(workspace, NameKind::Event, CompletionKind::Event, found);
            }
        }
        K::ENTRY_AUDIENCE => audiences(workspace, context, found),
        K::ADD_CUSTOMER | K::REMOVE_CUSTOMER => settable_audiences(workspace, found),
        K::SINCE => labels(context, found),
        K::ACTION_REF => actions(workspace, context, node, found),
        K::RUN | K::ENTER => {
            // Elsewhere in it stand arguments and arms.
            let name = node.child::<ast::Name<'_>>();
            if name.is_some_and(|name| name.range() == context.probe) {
                journeys(workspace, context, node.kind(), found);
            }
        }
        K::EXITED_ARM => outcomes_of_run(workspace, outer, found),
        K::EXIT | K::EXIT_CLAUSE => outcomes(context, found),
        K::SETTING_DECL | K::SECRET_DECL => of_mail(node.kind(), context, found),
        K::NAMED_TYPE | K::GENERIC_TYPE => types(found),
        K::UNDER => named(workspace, NameKind::Policy, CompletionKind::Policy, found),
        K::DESTINATION_KIND => {
            for (kind, about) in
                [("http", "makes requests"), ("smtp", "sends mail"), ("log", "writes a line")]
            {
                found.plain(CompletionKind::Value, kind, about, 0);
            }
        }
        K::ATTRIBUTE => {
            found.plain(CompletionKind::Attribute, "pii", "personal data", 0);
            let insert = "deprecated(\"${1:use …}\")".to_owned();
            found.snippet(CompletionKind::Attribute, "deprecated", insert, "not to be used", 0);
        }
        K::ASSIGNMENT => assignments(workspace, context, outer, found),
        K::ARG_NAME => arguments(workspace, context, outer, found),
        // Names that are given here are nobody's yet; and statements know no more than blocks.
        K::FIELD | K::PARAM | K::LABEL | K::ALIAS | K::TILE | K::BLOCK => {}
        _ => return false,
    }
    true
}

/// Whether the name of a function stands here, and no argument of one.
fn is_function(node: SyntaxNode<'_>, context: &Context) -> bool {
    let name = ast::CallExpr::cast(node).and_then(|call| call.name());
    name.is_some_and(|name| name.range() == context.probe)
}

/// The names of a kind, with what their authors say of them.
pub(super) fn named(workspace: &Workspace, kind: NameKind, of: CompletionKind, found: &mut Found) {
    for name in found.names(workspace, kind, "") {
        found.plain(of, &name, kind.to_string(), 0);
        let old = workspace.deprecation(kind, &name);
        found.documented(docs::of_name(workspace, kind, &name), old.is_some());
    }
}

fn types(found: &mut Found) {
    for (name, about) in words::types() {
        match name {
            "list" => {
                let insert = "list<${1:text}>".to_owned();
                found.snippet(CompletionKind::Type, name, insert, about, 0);
            }
            _ => found.plain(CompletionKind::Type, name, about, 0),
        }
    }
}

/// Since when: the entry, or the arrival at a tile.
fn labels(context: &Context, found: &mut Found) {
    found.plain(CompletionKind::Value, "entered", "since the entry", 0);
    let labels = names_in(context, K::LABEL, |node| ast::Label::cast(node)?.name());
    let known = context.scope.iter().flat_map(|scope| &scope.labels).map(|label| &**label);
    for label in labels.into_iter().chain(known) {
        found.plain(CompletionKind::Label, label, "label", 0);
    }
}

/// Outcomes that the journey has already.
fn outcomes(context: &Context, found: &mut Found) {
    let tiles = names_in(context, K::EXIT, |node| ast::Exit::cast(node)?.name());
    let clauses = names_in(context, K::EXIT_CLAUSE, |node| ast::ExitClause::cast(node)?.name());
    for outcome in clauses.into_iter().chain(tiles) {
        found.plain(CompletionKind::Outcome, outcome, "outcome", 0);
    }
}

/// Names that nodes of a kind give, in the declaration around, without the one at the cursor.
fn names_in<'t>(
    context: &'t Context,
    kind: K,
    name: impl Fn(SyntaxNode<'t>) -> Option<ast::Name<'t>>,
) -> Vec<&'t str> {
    let nodes = context.declaration().into_iter().flat_map(crate::tree::nodes);
    let names = nodes.filter(|node| node.kind() == kind).filter_map(name);
    names.filter(|name| name.range() != context.probe).map(|name| name.source()).collect()
}

fn actions(workspace: &Workspace, context: &Context, node: SyntaxNode<'_>, found: &mut Found) {
    let Some(action) = ast::ActionRef::cast(node) else { return };
    let destination = action.name().filter(|name| name.range() != context.probe);
    for full in found.names(workspace, NameKind::Action, "") {
        match destination {
            // Behind the dot.
            Some(of) => {
                let name = full.strip_prefix(of.source()).and_then(|it| it.strip_prefix('.'));
                if let Some(name) = name {
                    action_item(workspace, &full, name, found);
                }
            }
            None => action_item(workspace, &full, &full, found),
        }
    }
    if destination.is_none() {
        named(workspace, NameKind::Destination, CompletionKind::Destination, found);
    }
}

/// Journeys that can be started, with what they need. One cannot wait for itself to end.
fn journeys(workspace: &Workspace, context: &Context, by: K, found: &mut Found) {
    let around = context.declaration().and_then(ast::JourneyDecl::cast);
    let itself = around.and_then(|journey| journey.name()).map_or("", |name| name.source());
    for name in found.names(workspace, NameKind::Journey, "") {
        if by == K::RUN && *name == *itself {
            continue;
        }
        let outline = workspace.journey_outline(&name).unwrap_or_default();
        let params: Vec<String> =
            outline.params.iter().map(|it| format!("{}: {}", it.name, it.ty)).collect();
        let insert = snippets::call(&name, &outline.params);
        let detail = format!("({})", params.join(", "));
        found.snippet(CompletionKind::Journey, &name, insert, detail, 0);
        found.documented(docs::of_name(workspace, NameKind::Journey, &name), false);
    }
}

/// Outcomes of the journey that is run, those without an arm first.
fn outcomes_of_run(workspace: &Workspace, outer: &[SyntaxNode<'_>], found: &mut Found) {
    let Some(run) = outer.iter().rev().find_map(|node| ast::Run::cast(*node)) else { return };
    let name = run.name().map_or("", |name| name.source());
    let outline = workspace.journey_outline(name).unwrap_or_default();
    let mut taken: Vec<&str> = Vec::new();
    for arm in run.run_arms().into_iter().flat_map(|arms| arms.run_arms()) {
        if let ast::RunArm::ExitedArm(arm) = arm {
            taken.extend(arm.names().map(|name| name.source()));
        }
    }
    for outcome in &outline.outcomes {
        let rank = if taken.contains(&&**outcome) { 5 } else { 0 };
        found.plain(CompletionKind::Outcome, outcome, "outcome", rank);
    }
}

/// What is assigned: traits, properties of an event, fields of a record.
fn assignments(
    workspace: &Workspace,
    context: &Context,
    outer: &[SyntaxNode<'_>],
    found: &mut Found,
) {
    let given: Vec<&str> = outer.last().map(assigned).unwrap_or_default();
    let assigned = |name: &str| given.iter().filter(|it| **it == name).count() > 0;
    found.closed = true;
    let offer = |fields: &[Field], kind: CompletionKind, found: &mut Found| {
        for field in fields.iter().filter(|field| !assigned(&field.name)) {
            let needed = field.default.is_none() && !field.ty.is_optional();
            let rank = if needed { 0 } else { 1 };
            let insert = format!("{}: $0", field.name);
            found.snippet(kind, &field.name, insert, field.ty.to_string(), rank);
            found.documented("", field.marks.deprecated.is_some());
        }
    };
    for node in outer.iter().rev() {
        match node.kind() {
            K::UPDATE | K::UPDATE_STEP | K::CUSTOMER_STEP => {
                let traits: Vec<Field> = workspace
                    .names(NameKind::Trait)
                    .iter()
                    .filter_map(|name| workspace.trait_field(name))
                    .collect();
                return offer(&traits, CompletionKind::Trait, found);
            }
            K::EVENT_STEP => {
                let event = ast::EventStep::cast(*node).and_then(|step| step.name());
                let event = event.and_then(|name| workspace.event_type(name.source()));
                let fields = event.map(|event| event.properties).unwrap_or_default();
                return offer(&fields, CompletionKind::Property, found);
            }
            K::RECORD_EXPR => {
                for ty in context.fits() {
                    if let journey_sema::Type::Record(fields) = ty.required() {
                        offer(&fields, CompletionKind::Property, found);
                    }
                }
                return;
            }
            K::EXPECT_WEBHOOK => return called_with(workspace, *node, outer, found),
            _ => {}
        }
    }
}

/// What the body of a webhook consists of, by the names that it is written with.
fn called_with(
    workspace: &Workspace,
    step: SyntaxNode<'_>,
    outer: &[SyntaxNode<'_>],
    found: &mut Found,
) {
    let label = ast::ExpectWebhook::cast(step).and_then(|step| step.name());
    let (Some(label), Some(journey)) = (label, steps::journey_of(outer)) else { return };
    for field in workspace.webhook_body(journey.source(), label.source()) {
        let insert = format!("{}: $0", field.name);
        found.snippet(CompletionKind::Property, &field.name, insert, field.ty.to_string(), 0);
    }
}

fn assigned<'t>(list: &SyntaxNode<'t>) -> Vec<&'t str> {
    let all = list.children::<ast::Assignment<'_>>();
    all.filter_map(|it| it.any_name()).map(|name| name.source()).collect()
}

/// Parameters that are not given yet, where arguments have names.
fn arguments(
    workspace: &Workspace,
    context: &Context,
    outer: &[SyntaxNode<'_>],
    found: &mut Found,
) {
    let [.., list, arg] = outer else { return };
    let (list, arg) = match arg.kind() {
        K::ARG => (list, *arg),
        // The probe is the name of an argument.
        _ => return,
    };
    // Behind the name its value stands.
    let name = arg.child::<ast::ArgName<'_>>();
    if let Some(name) = name.filter(|name| name.range().end <= context.probe.start) {
        if name.any_name().is_some_and(|name| name.source() == "since") && asks(outer) {
            found.closed = true;
            labels(context, found);
        }
        return;
    }
    let owner = outer.iter().rev().find(|node| {
        matches!(
            node.kind(),
            K::SEND
                | K::RUN
                | K::ENTER
                | K::ENTER_STEP
                | K::EXPECT_SEND
                | K::NO_SEND
                | K::CALL_EXPR
        )
    });
    let Some(owner) = owner else { return };
    if owner.kind() == K::CALL_EXPR {
        return of_function(context, *owner, list, arg, found);
    }
    // The arguments of everything else have names.
    found.closed = true;
    let params = parameters(workspace, *owner, outer);
    let given: Vec<&str> = list
        .children::<ast::Arg<'_>>()
        .filter_map(|arg| arg.arg_name()?.any_name())
        .map(|name| name.source())
        .collect();
    for param in params.iter().filter(|param| !given.contains(&&*param.name)) {
        let needed = param.default.is_none() && !param.ty.is_optional();
        let insert = format!("{}: $0", param.name);
        let rank = if needed { 0 } else { 1 };
        let label = format!("{}:", param.name);
        found.snippet(CompletionKind::Parameter, &label, insert, param.ty.to_string(), rank);
        found.documented("", param.marks.deprecated.is_some());
    }
}

/// Whether the arguments around are those of a question to the history.
fn asks(outer: &[SyntaxNode<'_>]) -> bool {
    let call = outer.iter().rev().nth(2).and_then(|node| ast::CallExpr::cast(*node));
    let name = call.and_then(|call| call.name());
    name.is_some_and(|it| matches!(it.source(), "count" | "happened" | "last" | "sum"))
}

/// The later arguments of a function: how far back a question to the history looks, what is asked
/// of each element of a list.
fn of_function(
    context: &Context,
    owner: SyntaxNode<'_>,
    list: &SyntaxNode<'_>,
    arg: SyntaxNode<'_>,
    found: &mut Found,
) {
    let name = ast::CallExpr::cast(owner).and_then(|call| call.name());
    let name = name.map_or("", |name| name.source());
    let first = list.children::<ast::Arg<'_>>().next();
    if first.is_none_or(|first| first.syntax() == arg) {
        return;
    }
    let is_list = matches!(name, "any" | "all") || name == "sum" && !asks_history(context, first);
    if is_list {
        let lambda = "${1:item} => $0".to_owned();
        found.snippet(CompletionKind::Value, "item => …", lambda, "asked of each element", 0);
        found.closed = true;
    } else if matches!(name, "count" | "happened" | "last" | "sum") {
        for (name, insert, about) in [
            ("within:", "within: ${1:30d}", "in the time before now"),
            ("since:", "since: ${1:entered}", "since the entry, or since a tile"),
        ] {
            found.snippet(CompletionKind::Parameter, name, insert.to_owned(), about, 0);
        }
        found.closed = true;
    }
}

/// Whether the first argument of a sum is about an event, as far as its first word says it.
fn asks_history(context: &Context, first: Option<ast::Arg<'_>>) -> bool {
    let word = first.and_then(|first| first.syntax().first_token());
    let word = word.map_or("", |token| token.text());
    !context.scope.iter().flat_map(|scope| &scope.names).any(|name| *name.name == *word)
}

/// What can be given by name.
pub(crate) fn parameters(
    workspace: &Workspace,
    owner: SyntaxNode<'_>,
    outer: &[SyntaxNode<'_>],
) -> Vec<Field> {
    let action = |action: Option<ast::ActionRef<'_>>| {
        let name = action.map(|action| action.source().replace(char::is_whitespace, ""));
        let action = name.and_then(|name| workspace.action_type(&name));
        action.map(|action| action.params.clone()).unwrap_or_default()
    };
    let journey = |outline: Option<JourneyOutline>| {
        let outline = outline.unwrap_or_default();
        let event = outline.event.and_then(|event| workspace.event_type(&event));
        let properties = event.into_iter().flat_map(|event| event.properties);
        outline.params.into_iter().chain(properties).collect()
    };
    let called = |name: Option<ast::Name<'_>>| {
        journey(name.and_then(|it| workspace.journey_outline(it.source())))
    };
    match owner.kind() {
        K::SEND => action(ast::Send::cast(owner).and_then(|it| it.action_ref())),
        K::EXPECT_SEND => action(ast::ExpectSend::cast(owner).and_then(|it| it.action_ref())),
        K::NO_SEND => action(ast::NoSend::cast(owner).and_then(|it| it.action_ref())),
        K::RUN => called(ast::Run::cast(owner).and_then(|it| it.name())),
        K::ENTER => called(ast::Enter::cast(owner).and_then(|it| it.name())),
        K::ENTER_STEP => journey(tested(workspace, outer)),
        _ => Vec::new(),
    }
}

/// What a destination that sends mail knows by itself: where its server is.
fn of_mail(kind: K, context: &Context, found: &mut Found) {
    if context.destination() != Some("smtp") {
        return;
    }
    let known: &[(&str, &str, &str)] = match kind {
        K::SECRET_DECL => &[("password", "password", "what the server lets in with")],
        _ => &[
            ("host", "host: text = \"${1:smtp.example.com}\"", "the server"),
            ("port", "port: int = ${1:587}", "its port"),
            ("tls", "tls: text = \"${1:starttls}\"", "starttls, implicit or none"),
            ("username", "username: text$0", "who signs in"),
        ],
    };
    for (label, insert, about) in known {
        found.snippet(CompletionKind::Property, label, (*insert).to_owned(), *about, FIRST);
    }
}

/// Values that have no arm yet, where a branch chooses by value and an arm begins here. Says
/// whether these are all that there can be.
fn case_values(context: &Context, outer: &[SyntaxNode<'_>], found: &mut Found) -> bool {
    use journey_sema::Type::{Bool, Enum, Weekday};
    let [.., branch, arm] = outer else { return false };
    let (Some(branch), Some(arm)) = (ast::BranchValue::cast(*branch), ast::ValueArm::cast(*arm))
    else {
        return false;
    };
    if arm.exprs().next().is_none_or(|first| first.range() != context.probe) {
        return false;
    }
    let subject = branch.expr().map(|subject| subject.range());
    let Some(ty) = subject.and_then(|range| context.index.type_of(range)) else { return false };
    let values: Vec<String> = match ty.required() {
        Enum(members) => members.iter().map(|member| literals::quoted(member)).collect(),
        Bool => ["true", "false"].map(str::to_owned).to_vec(),
        Weekday => ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map(str::to_owned).to_vec(),
        _ => return false,
    };
    let taken: Vec<&str> =
        branch.value_arms().flat_map(|arm| arm.exprs()).map(|value| value.source()).collect();
    for value in values.iter().filter(|value| !taken.contains(&value.as_str())) {
        let insert = format!("{} {{\n  $0\n}}", values::escaped(value));
        found.snippet(CompletionKind::EnumMember, value, insert, "arm", FIRST);
    }
    // `else`, and the values that are taken together with others.
    true
}
