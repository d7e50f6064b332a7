//! Tiles one after the other, and those without blocks.

use std::sync::Arc;

use journey_base::{Code, TextRange};
use journey_syntax::texts::doc_text;
use journey_syntax::{AstNode, ast};
use rustc_hash::FxHashMap;

use super::flow::Flow;
use super::{Checker, outline};
use crate::cx::declaration_of;
use crate::expr::Role;
use crate::facts::{Facts, Path};
use crate::findings::Finding;
use crate::lost::may_be_lost;
use crate::names::NameKind;
use crate::suggest::Candidate;
use crate::table::{self, Name};
use crate::thir::{BindingKind, Expr, Tile, TileKind};
use crate::{ActionType, declarations, policies};

impl Checker<'_> {
    /// The tiles of a block in order. Names bound in it are forgotten at its end.
    pub(super) fn block<'t>(
        &mut self,
        tiles: impl Iterator<Item = ast::Tile<'t>>,
    ) -> (Vec<Tile>, Flow) {
        let scope = self.cx.scope.len();
        let mut checked = Vec::new();
        let mut flow = Flow::Open(Vec::new());
        let mut warned = false;
        let mut before: Option<ast::Tile<'_>> = None;
        for tile in tiles {
            let reached = flow.is_open();
            if !reached && !warned {
                warned = true;
                let message = "nothing can reach this tile";
                let finding = Finding::new(Code::UNREACHABLE, outline::head(tile), message);
                self.cx.structural(finding.note("every path before it ends with an `exit`"));
            }
            let Some(kind) = tile.tile_kind() else { continue };
            if let Some(label) = tile.label().and_then(|label| label.name()) {
                let over = self.cx.paths.since(label.source());
                self.cx.facts.remove(&over);
            }
            let (kind, after) = match kind {
                // It is passed on the way to the next tile, and decides nothing.
                ast::TileKind::LetTile(capture) => (self.let_tile(tile, capture), flow.clone()),
                kind => self.tile_kind(kind, outline::head(tile)),
            };
            if reached {
                flow = after;
            }
            if let (Some(before), Some(kind)) = (before, &kind) {
                self.missed_events(before, checked.last(), tile, kind);
            }
            before = Some(tile);
            checked.extend(kind.map(|kind| described(tile, kind)));
        }
        self.cx.scope.truncate(scope);
        // Tiles are large and most blocks have few: room to grow would be a third of a journey.
        checked.shrink_to_fit();
        (checked, flow)
    }

    fn tile_kind(&mut self, kind: ast::TileKind<'_>, head: TextRange) -> (Option<TileKind>, Flow) {
        let next = |kind: Option<TileKind>| (kind, Flow::from(head, "this goes on to the end"));
        match kind {
            ast::TileKind::WaitFor(wait) => {
                let duration = self.duration(wait.expr(), "`wait`");
                self.suspend();
                next(Some(TileKind::WaitFor(duration)))
            }
            ast::TileKind::WaitUntil(wait) => self.wait_until(wait, head),
            ast::TileKind::WaitWindow(wait) => next(Some(self.wait_window(wait, head))),
            ast::TileKind::WaitEvent(wait) => next(Some(self.wait_event(wait, head))),
            ast::TileKind::WaitArms(wait) => self.wait_arms(wait, head),
            ast::TileKind::BranchWhen(branch) => self.branch_when(branch, head),
            ast::TileKind::BranchValue(branch) => self.branch_value(branch, head),
            ast::TileKind::Split(split) => self.split(split, head),
            ast::TileKind::Send(send) => {
                self.checkpoint();
                self.send(send, head)
            }
            ast::TileKind::Webhook(webhook) => {
                self.checkpoint();
                self.webhook(webhook, head)
            }
            ast::TileKind::Update(update) => {
                self.checkpoint();
                next(self.update(update))
            }
            ast::TileKind::AddCustomer(add) => {
                self.checkpoint();
                next(self.member(add.name(), true))
            }
            ast::TileKind::RemoveCustomer(remove) => {
                self.checkpoint();
                next(self.member(remove.name(), false))
            }
            ast::TileKind::Enter(enter) => {
                self.checkpoint();
                next(self.call(enter.name(), enter.arg_list(), head).map(TileKind::Enter))
            }
            ast::TileKind::Run(run) => {
                self.checkpoint();
                self.run(run, head)
            }
            ast::TileKind::Repeat(repeat) => self.repeat(repeat, head),
            ast::TileKind::Exit(exit) => {
                self.cx.style_of(exit.name());
                (exit.name().map(|name| TileKind::Exit(name.source().into())), Flow::Closed)
            }
            // It was dealt with: it is no tile.
            ast::TileKind::LetTile(_) => (None, Flow::Closed),
        }
    }

    /// The member may stay here: what was learnt of its traits may be out of date when it goes
    /// on, but for what the exit criteria guarantee.
    pub(super) fn suspend(&mut self) {
        let mut lost = self.cx.paths.of_traits(&self.cx.facts);
        lost.remove(&self.lasting);
        self.cx.facts.remove(&lost);
        self.cx.facts.add(&self.lasting);
        self.cx.forgotten.add(&lost);
    }

    /// Exit criteria are asked here: what they guarantee holds, even if an update shakes it.
    fn checkpoint(&mut self) {
        self.cx.facts.add(&self.lasting);
    }

    fn send(&mut self, send: ast::Send<'_>, head: TextRange) -> (Option<TileKind>, Flow) {
        let action = send.action_ref().and_then(|action| self.cx.action(action));
        let policy = action.as_ref().and_then(|action| action.policy.clone());
        let required = self.under(policy.as_deref());
        let args: Vec<ast::Arg<'_>> =
            send.arg_list().into_iter().flat_map(|list| list.args()).collect();
        let checked = match &action {
            Some(action) => {
                let range = send.range();
                let checked = self.cx.knowing(&required, |cx| {
                    cx.arguments(&args, action, range, true, |cx, syntax, ty, role| {
                        cx.typed(syntax, ty, role)
                    })
                });
                for (name, value) in &checked {
                    if let Some(param) = action.params.iter().find(|param| param.name == *name) {
                        self.cx.keep_from_parameter(value, &action.name, param);
                    }
                }
                checked
            }
            // Of an action that does not exist the arguments are looked at all the same.
            None => {
                for arg in &args {
                    self.cx.untyped(arg.expr());
                }
                Vec::new()
            }
        };
        let binding = send.alias().and_then(|alias| {
            let name = alias.name().filter(|name| self.cx.declare(*name))?;
            let kind = BindingKind::Message;
            let id = self.cx.bind(name, alias.range(), kind, None, Vec::new(), false);
            self.cx.scope.push(id);
            Some(id)
        });
        let (arms, flow) = self.send_arms(send, head);
        let kind = action.map(|action| {
            let action = action.name.clone();
            TileKind::Send { action, args: checked, binding, policy, arms }
        });
        (kind, flow)
    }

    /// What is known of the customer when a message leaves under a policy. It may have been held
    /// for long, and its arguments are evaluated when it leaves, right after `require` was asked.
    fn under(&mut self, policy: Option<&str>) -> Facts {
        let Some(name) = policy else { return Facts::default() };
        let Some(policy) = policies::policy(self.cx.db, name) else {
            // It has a mistake, so there is no telling what it requires.
            self.cx.unsure = true;
            return Facts::default();
        };
        if policy.holds() {
            self.suspend();
        }
        let required = policy.require.as_ref();
        required.map(|required| self.cx.paths.learn(required, true)).unwrap_or_default()
    }

    /// `add customer to A`, `remove customer from A`.
    fn member(&mut self, name: Option<ast::Name<'_>>, member: bool) -> Option<TileKind> {
        let audience = self.cx.settable_audience(name)?;
        Some(TileKind::Member { audience, member })
    }

    /// `update customer { … }`: all values from before, then all at once.
    fn update(&mut self, update: ast::Update<'_>) -> Option<TileKind> {
        let assignments = update.assignments()?;
        let mut values: Vec<(Arc<str>, Expr)> = Vec::new();
        let mut seen: FxHashMap<Arc<str>, TextRange> = FxHashMap::default();
        for assignment in assignments.assignments() {
            let Some(name) = assignment.any_name() else { continue };
            let text: Arc<str> = name.source().into();
            if let Some(first) = seen.insert(text.clone(), name.range()) {
                self.cx.twice("the trait", &text, name.range(), first);
                continue;
            }
            let value = self.cx.trait_value(name, assignment.expr());
            self.cx.keep_from_trait(&value, &text);
            values.push((text, value));
        }
        if values.is_empty() && assignments.assignments().next().is_none() {
            self.shape(
                update.range(),
                "this update changes nothing",
                "name a trait: `update customer { plan: \"pro\" }`",
            );
        }
        for (name, value) in &values {
            let stale = self.cx.paths.beneath(name);
            self.cx.facts.remove(&stale);
            if !value.ty.is_optional() {
                let path = self.cx.paths.id(Path::Trait(name.clone()));
                self.cx.facts.insert(path);
            }
        }
        // And once more right behind it: whoever goes on has been through them.
        self.checkpoint();
        Some(TileKind::Update(values))
    }

    /// What is known after one of several ways that go on.
    pub(super) fn merge(&mut self, ways: Vec<Facts>) {
        let mut ways = ways.into_iter();
        if let Some(first) = ways.next() {
            self.cx.facts = ways.fold(first, |common, way| common.intersection(&way));
        }
    }
}

impl crate::cx::Cx<'_> {
    /// A value for a trait.
    pub(crate) fn trait_value(
        &mut self,
        name: ast::AnyName<'_>,
        syntax: Option<ast::Expr<'_>>,
    ) -> Expr {
        let text = name.source();
        match self.trait_type(text) {
            Some(ty) => {
                self.refer_name(name.range(), NameKind::Trait, &text.into());
                self.discourage_name(NameKind::Trait, text, name.range());
                let what = format!("the trait `{text}`");
                self.typed(syntax, &ty, Role::of_trait(&what, text))
            }
            None => {
                if text == "id" {
                    let message = "the id of a customer never changes";
                    self.report(Finding::new(Code::OUT_OF_PLACE, name.range(), message));
                } else {
                    self.unknown_trait(text, name.range());
                }
                self.untyped(syntax);
                Expr::error(name.range())
            }
        }
    }

    /// An action that is referred to; one that does not exist is reported.
    pub(crate) fn action(&mut self, syntax: ast::ActionRef<'_>) -> Option<Arc<ActionType>> {
        let (destination, action) = (syntax.name()?, syntax.any_name()?);
        let text: Arc<str> = destination.source().into();
        if !self.exists(NameKind::Destination, &text) {
            self.unknown(NameKind::Destination, &text, destination.range());
            return None;
        }
        self.uses(NameKind::Destination, &text, destination.range());
        let full: Arc<str> = format!("{text}.{}", action.source()).into();
        let key = Name::new(self.db, NameKind::Action, full);
        let found = declarations::action_type(self.db, key);
        if found.is_none() && !may_be_lost(self.db, key) {
            let db = self.db;
            let known = || {
                let (actions, prefix) =
                    (table::candidates(db, NameKind::Action), format!("{text}."));
                let names = actions.iter().filter_map(|known| known.name.strip_prefix(&prefix));
                names.map(Candidate::new).collect()
            };
            let message = format!("the destination `{text}` has no action `{}`", action.source());
            let finding = Finding::new(Code::UNKNOWN_NAME, action.range(), message);
            let place = declaration_of(NameKind::Destination, &text);
            let finding = finding.at(place, "the destination is declared here");
            self.report_meant(finding, action.source(), known, "actions");
        }
        if let Some(found) = &found {
            self.refer_name(action.range(), NameKind::Action, &found.name);
            self.discourage_name(NameKind::Action, &found.name, action.range());
        }
        found
    }
}

/// A tile with what people see of it.
fn described(tile: ast::Tile<'_>, kind: TileKind) -> Tile {
    let title = tile.tile_kind().map(|kind| outline::one_line(kind.syntax(), outline::head(tile)));
    Tile {
        label: tile.label().and_then(|label| label.name()).map(|name| name.source().into()),
        doc: doc_text(tile.syntax()).unwrap_or_default().into(),
        kind,
        range: tile.range(),
        title: title.unwrap_or_default(),
    }
}
