//! The fields of each kind of tile.

use journey_base::TextRange;
use journey_sema::{Field, NameKind, Type, Workspace};
use journey_syntax::texts::doc_text;
use journey_syntax::{AstNode, SyntaxKind, ast};

use super::slots::{About, List, Slot, Slots, spread};
use super::{Completion, FieldType};
use crate::canvas::sheet::{Sheet, Statement};
use crate::canvas::titles;

/// The fields of a statement.
pub(in crate::canvas) fn slots(
    workspace: &Workspace,
    sheet: &Sheet<'_>,
    number: usize,
) -> Vec<Slot> {
    let Some(statement) = sheet.get(number) else { return Vec::new() };
    let Some(kind) = statement.tile.tile_kind() else { return Vec::new() };
    let text = sheet.decl.syntax().tree().text();
    let slots = Slots { text, found: Vec::new(), end: kind.range().start, prefix: String::new() };
    let mut panel = Panel { workspace, sheet, slots };
    panel.around(statement, kind);
    panel.kind(kind);
    for (number, arm) in statement.arms.iter().enumerate() {
        if let Some(node) = arm.node {
            panel.slots.prefix = format!("arm.{number}.");
            panel.slots.end = node.range().start;
            panel.arm(node);
        }
    }
    panel.slots.found
}

struct Panel<'s, 't> {
    workspace: &'s Workspace,
    sheet: &'s Sheet<'t>,
    slots: Slots<'s>,
}

/// Where an expression stands, or something else that may be missing.
fn at<'t, N: AstNode<'t>>(node: Option<N>) -> Option<TextRange> {
    node.map(|node| node.range())
}

impl Panel<'_, '_> {
    /// What every tile has: a doc comment and a label.
    fn around(&mut self, statement: &Statement<'_>, kind: ast::TileKind<'_>) {
        let label = statement.tile.label();
        let own = label.map_or(kind.range().start, |label| label.range().start);
        let docs = statement.tile.doc_tokens().map(|token| token.range());
        let docs = docs.reduce(TextRange::cover);
        let before = TextRange::new(statement.tile.range().start, own);
        self.slots.doc(doc_text(statement.tile.syntax()).unwrap_or_default(), before, docs);
        if statement.kind.is_some() {
            self.slots.label(label.and_then(|label| label.name()), kind.range().start);
        }
        self.slots.end = kind.range().start;
    }

    fn kind(&mut self, kind: ast::TileKind<'_>) {
        use ast::TileKind as K;
        let slots = &mut self.slots;
        match kind {
            K::WaitFor(it) => slots.required("for", "how long", at(it.expr()), About::duration()),
            K::WaitUntil(it) => {
                slots.required("until", "until", at(it.expr()), About::expression(""));
                if it.late_block().is_none() {
                    let limit = at(it.up_to().and_then(|it| it.expr()));
                    slots.clause("upTo", "at most", limit, " up to ", About::duration());
                }
            }
            K::WaitWindow(it) => {
                let days = at(it.window_days());
                let hours = at(it.window_hours());
                let both = days.into_iter().chain(hours).reduce(TextRange::cover);
                slots.required("window", "days and hours", both, About::plain(FieldType::Window));
            }
            K::WaitEvent(it) => {
                slots.end = it.kw_for_token().map_or(slots.end, |token| token.range().end);
                let any = it.kw_any_token().map(|token| token.range());
                self.event(any, it.name(), it.alias(), it.where_clause(), it.since());
                let limit = at(it.up_to().and_then(|it| it.expr()));
                self.slots.clause("upTo", "at most", limit, " up to ", About::duration());
            }
            K::WaitArms(it) => self.limit(it),
            K::BranchWhen(_) => {}
            K::BranchValue(it) => {
                slots.required("on", "by", at(it.expr()), About::expression(""));
            }
            K::Split(it) => {
                slots.required("name", "name", at(it.name()), About::name());
                slots.flag(
                    "perEntry",
                    "drawn anew at each entry",
                    at(it.per_entry()),
                    " per entry",
                );
            }
            K::Send(it) => self.send(it),
            K::Webhook(it) => self.webhook(it),
            K::Update(it) => self.update(it),
            K::AddCustomer(it) => self.audience(it.name()),
            K::RemoveCustomer(it) => self.audience(it.name()),
            K::Run(it) => self.start(it.name(), it.arg_list()),
            K::Enter(it) => self.start(it.name(), it.arg_list()),
            K::LetTile(it) => {
                slots.required("name", "name", at(it.name()), About::name());
                slots.required("value", "value", at(it.expr()), About::expression(""));
            }
            K::Repeat(it) => {
                slots.required(
                    "times",
                    "at most so often",
                    at(it.expr()),
                    About::expression("int"),
                );
                slots.end = it.kw_times_token().map_or(slots.end, |token| token.range().end);
                let every = at(it.every().and_then(|it| it.expr()));
                slots.clause("every", "every", every, " every ", About::duration());
                let until = at(it.repeat_until().and_then(|it| it.expr()));
                slots.clause("until", "until", until, " until ", About::condition());
            }
            K::Exit(it) => {
                let mut about = About::plain(FieldType::Name);
                about.completion = Completion::Outcome;
                slots.required("name", "outcome", at(it.name()), about);
            }
        }
    }

    fn event(
        &mut self,
        any: Option<TextRange>,
        name: Option<ast::Name<'_>>,
        alias: Option<ast::Alias<'_>>,
        filter: Option<ast::WhereClause<'_>>,
        since: Option<ast::Since<'_>>,
    ) {
        let events = self.workspace.names(NameKind::Event);
        self.slots.flag("any", "any of the customer's", any, " any");
        self.slots.required("event", "event", at(name), About::choice(Completion::Event, &events));
        let alias = at(alias.and_then(|it| it.name()));
        self.slots.clause("as", "known as", alias, " as ", About::name());
        let filter = at(filter.and_then(|it| it.expr()));
        self.slots.clause("where", "only where", filter, " where ", About::condition());
        let labels = self.sheet.statements.iter().filter(|it| it.tile.label().is_some());
        let labels = labels.map(|it| it.key.clone());
        let points = ["entered".to_owned()].into_iter().chain(labels);
        let about = About::choice(Completion::Label, &[]).choices(points);
        let since = at(since.and_then(|it| it.name()));
        self.slots.clause("since", "also earlier ones, since", since, " since ", about);
    }

    /// `up to` or `by`: one of them at most.
    fn limit(&mut self, wait: ast::WaitArms<'_>) {
        self.slots.end = wait.kw_wait_token().map_or(self.slots.end, |token| token.range().end);
        let (up_to, by) = match wait.wait_limit() {
            Some(ast::WaitLimit::UpTo(it)) => (at(it.expr()), None),
            Some(ast::WaitLimit::ByTime(it)) => (None, at(it.expr())),
            None => (None, None),
        };
        if by.is_none() {
            self.slots.clause("upTo", "at most", up_to, " up to ", About::duration());
        }
        if up_to.is_none() {
            self.slots.clause("by", "until", by, " by ", About::expression("time"));
        }
    }

    fn send(&mut self, send: ast::Send<'_>) {
        let name = send.action_ref();
        let actions = self.workspace.names(NameKind::Action);
        self.slots.required(
            "action",
            "message",
            at(name),
            About::choice(Completion::Action, &actions),
        );
        let action = name.map(|name| titles::line(name.syntax()));
        let action = action.and_then(|name| self.workspace.action_type(&name));
        let params = action.as_ref().map_or(&[][..], |action| &action.params);
        self.arguments(send.arg_list(), params);
        self.slots.end = send.arg_list().map_or(self.slots.end, |list| list.range().end);
        let alias = at(send.alias().and_then(|it| it.name()));
        self.slots.clause("as", "known as", alias, " as ", About::name());
    }

    fn start(&mut self, name: Option<ast::Name<'_>>, list: Option<ast::ArgList<'_>>) {
        let journeys = self.workspace.names(NameKind::Journey);
        let about = About::choice(Completion::Journey, &journeys);
        self.slots.required("journey", "journey", at(name), about);
        let outline = name.and_then(|name| self.workspace.journey_outline(name.source()));
        let Some(outline) = outline else { return self.arguments(list, &[]) };
        let event = outline.event.and_then(|event| self.workspace.event_type(&event));
        let properties = event.into_iter().flat_map(|event| event.properties);
        let fields: Vec<Field> = outline.params.into_iter().chain(properties).collect();
        self.arguments(list, &fields);
    }

    /// Arguments: what is taken, in the order of the declaration, then what else is given.
    fn arguments(&mut self, list: Option<ast::ArgList<'_>>, fields: &[Field]) {
        let Some(args) = list else { return };
        let (last, comma) = (args.args().last(), args.comma_tokens().last());
        let last = last.map(|it| it.syntax());
        let Some(list) = List::of(args.l_paren_token(), last, comma, true) else { return };
        let given: Vec<(&str, TextRange)> = args
            .args()
            .filter_map(|arg| {
                let value = at(arg.expr())?;
                let value = at(arg.where_clause()).map_or(value, |it| value.cover(it));
                Some((arg.arg_name()?.any_name()?.source(), value))
            })
            .collect();
        self.items("arg", &list, &given, fields);
    }

    fn update(&mut self, update: ast::Update<'_>) {
        let Some(sets) = update.assignments() else { return };
        let (last, comma) = (sets.assignments().last(), sets.comma_tokens().last());
        let last = last.map(|it| it.syntax());
        let Some(list) = List::of(sets.l_brace_token(), last, comma, false) else { return };
        let given: Vec<(&str, TextRange)> = sets
            .assignments()
            .filter_map(|set| Some((set.any_name()?.source(), at(set.expr())?)))
            .collect();
        let traits = self.workspace.names(NameKind::Trait);
        let traits = traits.iter().filter_map(|name| self.workspace.trait_field(name));
        // Any of them can be left out.
        let fields: Vec<Field> =
            traits.map(|field| Field { ty: field.ty.optional(), ..field }).collect();
        self.items("set", &list, &given, &fields);
    }

    fn items(&mut self, what: &str, list: &List, given: &[(&str, TextRange)], fields: &[Field]) {
        for field in fields {
            let value = given.iter().find(|(name, _)| *name == &*field.name);
            let optional = field.ty.is_optional() || field.default.is_some();
            let (name, label) = (format!("{what}.{}", field.name), field.name.replace('_', " "));
            let about = About::expression(field.ty.required().to_string());
            let about = about.choices(members(&field.ty).into_iter());
            let value = value.map(|(_, value)| *value);
            self.slots.item((&name, &label), value, list, optional, about);
        }
        for (name, value) in given {
            if !fields.iter().any(|field| &*field.name == *name) {
                let label = name.replace('_', " ");
                let name = format!("{what}.{name}");
                let about = About::expression("");
                self.slots.item((&name, &label), Some(*value), list, true, about);
            }
        }
    }

    fn audience(&mut self, name: Option<ast::Name<'_>>) {
        let audiences = self.workspace.names(NameKind::Audience);
        let about = About::choice(Completion::Audience, &audiences);
        self.slots.required("audience", "audience", at(name), about);
    }

    fn webhook(&mut self, webhook: ast::Webhook<'_>) {
        let methods = ["get", "post", "put", "patch", "delete"].map(str::to_owned);
        let about = About::plain(FieldType::Choice).choices(methods.into_iter());
        self.slots.required("method", "method", at(webhook.http_method()), about);
        self.slots.required("url", "URL", at(webhook.expr()), About::expression("text"));
        self.slots.end = webhook.l_brace_token().map_or(self.slots.end, |it| it.range().end);
        let (mut body, mut timeout, mut retry) = (None, None, None);
        for part in webhook.webhook_parts() {
            match part {
                ast::WebhookPart::HeaderPart(it) => {
                    let name = it.header_name().map_or("", |name| name.source()).trim_matches('"');
                    let field = format!("header.{name}");
                    let label = format!("header {name}");
                    self.slots.required(&field, &label, at(it.expr()), About::expression("text"));
                }
                ast::WebhookPart::BodyPart(it) => body = body.or(at(it.expr())),
                ast::WebhookPart::TimeoutPart(it) => {
                    timeout = timeout.or(it.duration_lit_token().map(|it| it.range()));
                }
                ast::WebhookPart::RetryPart(it) => {
                    let first = it.int_lit_token().map(|it| it.range());
                    retry =
                        retry.or(first.map(|first| TextRange::new(first.start, it.range().end)));
                }
                _ => {}
            }
        }
        self.slots.clause("body", "body", body, "\n    body ", About::expression("json"));
        self.slots.clause("timeout", "give up after", timeout, "\n    timeout ", About::duration());
        self.slots.clause("retry", "retry", retry, "\n    retry ", About::source("retry"));
    }

    fn arm(&mut self, node: journey_syntax::SyntaxNode<'_>) {
        match node.kind() {
            SyntaxKind::WHEN_ARM => {
                let arm = ast::WhenArm::cast(node);
                let test = at(arm.and_then(|arm| arm.expr()));
                self.slots.required("when", "when", test, About::condition());
            }
            SyntaxKind::ON_ARM => {
                let Some(arm) = ast::OnArm::cast(node) else { return };
                self.slots.end = arm.kw_on_token().map_or(self.slots.end, |it| it.range().end);
                let any = arm.kw_any_token().map(|token| token.range());
                self.event(any, arm.name(), arm.alias(), arm.where_clause(), arm.since());
            }
            SyntaxKind::VALUE_ARM => {
                let values = ast::ValueArm::cast(node).and_then(|arm| spread(arm.exprs()));
                self.slots.required("values", "for", values, About::expression(""));
            }
            SyntaxKind::SPLIT_ARM => {
                let Some(arm) = ast::SplitArm::cast(node) else { return };
                let number = arm.percent().and_then(|it| it.syntax().first_token());
                let number = number.map(|token| token.range());
                self.slots.required("share", "share", number, About::plain(FieldType::Share));
                self.slots.required("name", "name", at(arm.name()), About::name());
            }
            SyntaxKind::EXITED_ARM => {
                let names = ast::ExitedArm::cast(node).and_then(|arm| spread(arm.names()));
                let mut about = About::plain(FieldType::Names);
                about.completion = Completion::Outcome;
                self.slots.required("outcomes", "exited", names, about);
            }
            SyntaxKind::OK_ARM => {
                let Some(arm) = ast::OkArm::cast(node) else { return };
                self.slots.end = arm.kw_ok_token().map_or(self.slots.end, |it| it.range().end);
                let response = arm
                    .response()
                    .and_then(|it| Some(it.name()?.range().cover(it.type_ref()?.range())));
                self.slots.clause("response", "answer", response, " as ", About::source("answer"));
            }
            _ => {}
        }
    }
}

/// What can be written where a type has few values.
fn members(ty: &Type) -> Vec<String> {
    match ty.required() {
        Type::Bool => vec!["true".to_owned(), "false".to_owned()],
        Type::Enum(members) => {
            let quoted = |member: &std::sync::Arc<str>| {
                let mut text = String::new();
                journey_sema::written::quote(member, &mut text);
                text
            };
            members.iter().map(quoted).collect()
        }
        Type::Weekday => {
            ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map(str::to_owned).into()
        }
        _ => Vec::new(),
    }
}
