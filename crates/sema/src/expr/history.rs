//! Event history: `count`, `happened`, `sum`, `last`.

use std::sync::Arc;

use journey_base::{Code, TextRange};
use journey_syntax::{AstNode, SyntaxKind, SyntaxToken, ast};

use crate::cx::{AtHand, Cx, Knowledge, Stage, did_you_mean};
use crate::declarations::EventInfo;
use crate::expr::{Role, unwrapped};
use crate::findings::Finding;
use crate::index::Definition;
use crate::names::NameKind;
use crate::suggest::Candidate;
use crate::thir::{Const, Expr, ExprKind, History, HistoryFn, HistoryRange};
use crate::{Field, Type};

impl Cx<'_> {
    /// A question to the customer's history.
    pub(super) fn history(
        &mut self,
        function: HistoryFn,
        name: &str,
        args: &[ast::Arg<'_>],
        range: TextRange,
    ) -> Expr {
        if let Some(why) = self.stage.refuses(Knowledge::History) {
            return self.refuse(&format!("`{name}` of an event"), why, range);
        }
        let Some((subject, rest)) = args.split_first().filter(|(arg, _)| arg.arg_name().is_none())
        else {
            let message = format!("`{name}` takes an event first");
            let finding = Finding::new(Code::BAD_ARGUMENT, range, message);
            self.report(finding.note(format!("for example `{}`", example(function))));
            return Expr::error(range);
        };
        if let Some(arg) = args.iter().find(|arg| arg.lambda().is_some()) {
            self.misplaced_lambda(arg);
            return Expr::error(range);
        }
        let window = self.window(name, rest);
        let Some(info) = self.counted_event(function, name, subject.expr()) else {
            return Expr::error(range);
        };
        let (filter, value) = self.per_event(function, subject, &info);
        let failed = |expr: &Option<Expr>| expr.as_ref().is_some_and(Expr::is_error);
        let Some(window) = window.filter(|_| !failed(&filter) && !failed(&value)) else {
            return Expr::error(range);
        };
        let ty = match function {
            HistoryFn::Count => Type::Int,
            HistoryFn::Happened => Type::Bool,
            HistoryFn::Sum => value.as_ref().map_or(Type::Error, |value| value.ty.clone()),
            HistoryFn::Last => record_of(&info).optional(),
        };
        let event = info.ty.name.clone();
        let history = History { function, event, filter, value, range: window };
        let mut expr = Expr::new(ExprKind::History(history.into()), ty, range);
        if let Some(path) = self.paths.of(&expr)
            && self.facts.contains(path)
        {
            expr.ty = expr.ty.required();
        }
        expr
    }

    /// The event that is asked about.
    fn counted_event(
        &mut self,
        function: HistoryFn,
        name: &str,
        subject: Option<ast::Expr<'_>>,
    ) -> Option<Arc<EventInfo>> {
        let subject = subject?;
        if let ast::Expr::NameExpr(event) = unwrapped(subject) {
            let info = self.event(event.name())?;
            if function != HistoryFn::Sum {
                return Some(info);
            }
            let event = info.ty.name.clone();
            let finding = Finding::new(
                Code::BAD_ARGUMENT,
                subject.range(),
                format!("`sum` takes what to add up, not the event `{event}` as a whole"),
            );
            let numeric = info.ty.properties.iter().find(|field| field.ty.is_numeric());
            self.report(match numeric {
                Some(field) => finding.note(format!("for example `sum({event}.{})`", field.name)),
                None => finding.note("`count` says how many events there were"),
            });
            return None;
        }
        if function != HistoryFn::Sum {
            let message = format!("`{name}` takes the name of an event");
            let finding = Finding::new(Code::BAD_ARGUMENT, subject.range(), message);
            self.report(finding.note(format!("for example `{}`", example(function))));
            return None;
        }
        // What is added up speaks of one event; the first name of one says which.
        let words: Vec<_> = roots(subject).collect();
        let event = words.iter().find(|word| self.exists(NameKind::Event, word.text()));
        match (event, words.first()) {
            (Some(word), _) => {
                let event: Arc<str> = word.text().into();
                self.uses(NameKind::Event, &event, word.range());
                let key = crate::table::Name::new(self.db, NameKind::Event, event);
                crate::declarations::event_type(self.db, key)
            }
            (None, Some(word)) => {
                self.unknown(NameKind::Event, word.text(), word.range());
                None
            }
            (None, None) => {
                let message = "`sum` adds up a property of an event";
                let finding = Finding::new(Code::BAD_ARGUMENT, subject.range(), message);
                self.report(finding.note(format!("for example `{}`", example(function))));
                None
            }
        }
    }

    /// The condition and the value that are computed when such an event comes.
    fn per_event(
        &mut self,
        function: HistoryFn,
        subject: &ast::Arg<'_>,
        info: &Arc<EventInfo>,
    ) -> (Option<Expr>, Option<Expr>) {
        let in_journey = match self.stage {
            Stage::History { in_journey } => in_journey,
            stage => stage.refuses(Knowledge::Instance).is_none(),
        };
        let at_hand = AtHand { info: info.clone(), alias: None, named: TextRange::default() };
        let outer_event = self.at_hand.replace(at_hand);
        // What is known of the event outside says nothing about those that are counted.
        let outer_facts = self.facts.clone();
        let guard = self.guard.take();
        let beyond = std::mem::replace(&mut self.beyond, self.elements.len());
        self.facts = self.paths.lasting(&outer_facts);
        let parts = self.at_stage(Stage::History { in_journey }, |cx| {
            let filter = subject.where_clause().map(|clause| {
                cx.loose = true;
                cx.inner_typed(clause.expr(), &Type::Bool, Role::new("`where`"), clause.range())
            });
            let known = filter.as_ref().map(|filter| cx.paths.learn(filter, true));
            let value = (function == HistoryFn::Sum).then(|| {
                let known = known.unwrap_or_default();
                cx.knowing(&known, |cx| cx.summand(subject))
            });
            (filter, value)
        });
        self.guard = guard;
        self.beyond = beyond;
        self.facts = outer_facts;
        self.at_hand = outer_event;
        parts
    }

    fn summand(&mut self, subject: &ast::Arg<'_>) -> Expr {
        self.wish(|| vec![Type::Number]);
        let value = self.inner(subject.expr(), None, subject.range());
        let value = self.present(value);
        if value.is_error() || value.ty.is_numeric() {
            return value;
        }
        self.coerce(value, &Type::Number, Role::new("`sum`"))
    }

    /// `within: 30d`, `since: entered`, `since: LABEL`, at most one of them.
    fn window(&mut self, function: &str, args: &[ast::Arg<'_>]) -> Option<HistoryRange> {
        let mut window: Option<(HistoryRange, TextRange)> = None;
        let mut failed = false;
        for arg in args {
            let Some(name) = arg.arg_name().and_then(|name| name.any_name()) else {
                let message = format!("`{function}` takes one event");
                let finding = Finding::new(Code::BAD_ARGUMENT, arg.range(), message);
                self.report(
                    finding.note(
                        "behind it may stand `within: 30d`, `since: entered` or `since: LABEL`",
                    ),
                );
                failed = true;
                continue;
            };
            let found = match name.source() {
                "within" => self.within(arg),
                "since" => self.since(arg),
                other => {
                    let message = format!("`{function}` has no `{other}`");
                    let finding = Finding::new(Code::BAD_ARGUMENT, name.range(), message);
                    let known = ["since", "within"].map(Candidate::new);
                    self.report(did_you_mean(finding, other, &known, "arguments"));
                    None
                }
            };
            match (found, &window) {
                (None, _) => failed = true,
                (Some(_), Some((_, first))) => {
                    let message = "a history function looks back one way";
                    let finding = Finding::new(Code::BAD_ARGUMENT, arg.range(), message);
                    let finding = finding.here(*first, "this is one already");
                    self.report(finding);
                    failed = true;
                }
                (Some(range), None) => window = Some((range, arg.range())),
            }
        }
        let range = window.map_or(HistoryRange::All, |(range, _)| range);
        (!failed).then_some(range)
    }

    fn within(&mut self, arg: &ast::Arg<'_>) -> Option<HistoryRange> {
        let expr =
            self.inner_typed(arg.expr(), &Type::Duration, Role::new("`within`"), arg.range());
        let value = self.known(&expr)?;
        let Const::Duration(millis) = value else { return None };
        self.positive(&expr, "`within`").then_some(HistoryRange::Within(millis))
    }

    /// Whether a duration is longer than nothing, as far as it is known; reported if not.
    pub(crate) fn positive(&mut self, expr: &Expr, what: &str) -> bool {
        match expr.as_const() {
            Some(Const::Duration(millis)) if *millis <= 0 => {
                let message = format!("{what} takes a duration longer than nothing");
                self.report(Finding::new(Code::BAD_ARGUMENT, expr.range, message));
                false
            }
            _ => true,
        }
    }

    fn since(&mut self, arg: &ast::Arg<'_>) -> Option<HistoryRange> {
        let range = arg.range();
        let in_journey = match self.stage.refuses(Knowledge::Instance) {
            None if self.stage == Stage::Goal => {
                let why = "a goal can be reached after the exit, and then nothing is counted for \
                           this membership any more";
                self.refuse("`since`", why, range);
                false
            }
            None => true,
            Some(why) => {
                self.refuse("`since`", why, range);
                false
            }
        };
        let ast::Expr::NameExpr(name) = unwrapped(arg.expr()?) else {
            let message = "`since` takes `entered` or the label of a tile";
            let finding = Finding::new(Code::BAD_ARGUMENT, range, message);
            self.report(finding.note("for a length of time write `within: 30d`"));
            return None;
        };
        let name = name.name()?;
        if !in_journey {
            return None;
        }
        let text = name.source();
        if text == "entered" {
            self.refer(name.range(), || Definition::BuiltIn("entered".into()));
            return Some(HistoryRange::SinceEntered);
        }
        if self.labels.contains_key(text) {
            self.refer_label(text, name.range());
            return Some(HistoryRange::SinceLabel(text.into()));
        }
        self.unknown_label(text, name.range());
        None
    }

    /// Reports a `since` of something that is no label.
    pub(crate) fn unknown_label(&mut self, text: &str, range: TextRange) {
        let message = format!("no tile has the label `{text}`");
        let finding = Finding::new(Code::UNKNOWN_NAME, range, message);
        let mut known: Vec<Candidate> = self.labels.keys().cloned().map(Candidate::new).collect();
        known.push(Candidate::new("entered"));
        self.report(did_you_mean(finding, text, &known, "points in time"));
    }
}

/// The words in an expression that can name an event whose properties it speaks of: no fields, no
/// functions, and not what another history function asks about.
pub(super) fn roots(subject: ast::Expr<'_>) -> impl Iterator<Item = SyntaxToken<'_>> {
    const ASK: [&str; 4] = ["count", "happened", "last", "sum"];
    let tokens = subject.syntax().leaves().filter(|token| !token.kind().is_trivia());
    let tokens: Vec<_> = tokens.collect();
    let is_root = |at: usize| {
        let before = |back: usize| at.checked_sub(back).and_then(|at| tokens.get(at));
        let is = |token: Option<&SyntaxToken<'_>>, kind| token.is_some_and(|it| it.kind() == kind);
        let asked = is(before(1), SyntaxKind::L_PAREN)
            && before(2).is_some_and(|word| ASK.contains(&word.text()));
        !asked
            && !is(before(1), SyntaxKind::DOT)
            && !is(tokens.get(at + 1), SyntaxKind::L_PAREN)
            && is(tokens.get(at), SyntaxKind::IDENT)
    };
    let found: Vec<_> = (0..tokens.len()).filter(|at| is_root(*at)).collect();
    found.into_iter().filter_map(move |at| tokens.get(at).copied())
}

/// What `last` gives: the properties and, last, the time.
fn record_of(info: &EventInfo) -> Type {
    let at = Field {
        name: "at".into(),
        wire: "at".into(),
        ty: Type::Time,
        default: None,
        marks: crate::Marks::default(),
    };
    Type::Record(info.ty.properties.iter().cloned().chain([at]).collect())
}

fn example(function: HistoryFn) -> &'static str {
    match function {
        HistoryFn::Count => "count(order_placed, within: 30d)",
        HistoryFn::Happened => "happened(order_placed, since: entered)",
        HistoryFn::Sum => "sum(order_placed.total, within: 90d)",
        HistoryFn::Last => "last(order_placed)",
    }
}
