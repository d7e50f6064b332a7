//! The header: who enters, who may come again, and what ends it all.

use std::sync::Arc;

use journey_base::{Code, TextRange};
use journey_syntax::{AstNode, ast};

use super::Checker;
use super::keyed::site;
use super::matching::{Capture, Pattern};
use crate::Type;
use crate::cx::Stage;
use crate::expr::Role;
use crate::facts::Facts;
use crate::findings::Finding;
use crate::thir::{
    Const, Each, Entry, ExitCriterion, ExitTrigger, Expr, Goal, Reenter, WhileInside,
};

/// A checked header.
pub(super) struct Header {
    pub(super) entry: Entry,
    pub(super) each: Option<Each>,
    pub(super) key: Option<Expr>,
    pub(super) reenter: Reenter,
    pub(super) inside: WhileInside,
    pub(super) timezone: Option<Expr>,
    pub(super) exits: Vec<ExitCriterion>,
    pub(super) goals: Vec<Goal>,
}

impl Checker<'_> {
    /// Checks the header. Afterwards the bindings of the entry are in scope, and what the exit
    /// criteria and the entry have established is known.
    pub(super) fn header(&mut self, decl: ast::JourneyDecl<'_>) -> Option<Header> {
        let mut entries: Vec<ast::EntryClause<'_>> = Vec::new();
        let mut reenters: Vec<ast::ReenterClause<'_>> = Vec::new();
        let mut exits: Vec<ast::ExitClause<'_>> = Vec::new();
        let mut whiles: Vec<ast::WhileClause<'_>> = Vec::new();
        let mut goals: Vec<ast::GoalClause<'_>> = Vec::new();
        let mut zones: Vec<ast::TimezoneClause<'_>> = Vec::new();
        for clause in decl.header_clauses() {
            match clause {
                ast::HeaderClause::EntryClause(entry) => entries.push(entry),
                ast::HeaderClause::ReenterClause(reenter) => reenters.push(reenter),
                ast::HeaderClause::ExitClause(exit) => exits.push(exit),
                ast::HeaderClause::WhileClause(clause) => whiles.push(clause),
                ast::HeaderClause::GoalClause(clause) => goals.push(clause),
                ast::HeaderClause::TimezoneClause(zone) => zones.push(zone),
            }
        }
        self.find_zone(&zones);
        let entry = self.single_entry(decl, &entries);
        self.cx.header_end = entry.map(|entry| entry.range().end);
        let kind = entry.and_then(|entry| entry.entry_kind());
        let (entry, each, at_entry) = match kind {
            Some(kind) => self.entry(kind),
            None => (None, None, Facts::default()),
        };
        let key = self.key.as_ref().map(|key| key.value.clone());
        let timezone = self.timezone(&zones);
        let reenter = self.reenter(&reenters);
        let inside = self.while_inside(&whiles, kind);
        // What the criteria guarantee is guaranteed inside; a goal is looked for after that, too.
        let goals = self.goals(&goals);
        self.limited = exits
            .iter()
            .any(|exit| matches!(exit.exit_criterion(), Some(ast::ExitCriterion::ExitAfter(_))));
        let criteria: Vec<_> = exits.into_iter().map(|exit| self.exit(exit)).collect();
        self.cx.facts.add(&at_entry);
        let exits: Option<Vec<ExitCriterion>> = criteria.into_iter().collect();
        let (entry, reenter, exits, mut goals) = (entry?, reenter?, exits?, goals?);
        goals.shrink_to_fit();
        Some(Header { entry, each, key, reenter, inside, timezone, exits, goals })
    }

    fn single_entry<'t>(
        &mut self,
        decl: ast::JourneyDecl<'t>,
        entries: &[ast::EntryClause<'t>],
    ) -> Option<ast::EntryClause<'t>> {
        match entries {
            [] => {
                let name = decl.name();
                let range = name.map_or_else(|| decl.range(), |name| name.range());
                let text = name.map_or("", |name| name.source());
                let message = format!("nobody can enter the journey `{text}`: it has no `entry`");
                let finding = Finding::new(Code::ENTRY, range, message);
                self.cx.structural(finding.note(
                    "begin it with `entry event NAME`, `entry audience NAME` or `entry manual`",
                ));
                None
            }
            [first, rest @ ..] => {
                for again in rest {
                    let message = "a journey has one `entry`";
                    let finding = Finding::new(Code::ENTRY, again.range(), message);
                    let finding = finding.here(first.range(), "this is it");
                    self.cx.report(finding.note("for another way in, write another journey"));
                }
                Some(*first)
            }
        }
    }

    /// The entry, and what is known of the customer on entering.
    fn entry(&mut self, kind: ast::EntryKind<'_>) -> (Option<Entry>, Option<Each>, Facts) {
        match kind {
            ast::EntryKind::EntryManual(_) => (Some(Entry::Manual), None, Facts::default()),
            ast::EntryKind::EntryAudience(entry) => {
                let existing = entry.including().is_some();
                let audience = self.cx.audience(entry.name());
                let entry = audience.map(|audience| Entry::Audience { audience, existing });
                (entry, None, Facts::default())
            }
            ast::EntryKind::EntryEvent(entry) => {
                let pattern = Pattern {
                    name: entry.name(),
                    alias: entry.alias(),
                    filter: entry.where_clause(),
                };
                let matched = self.cx.event_match(&pattern, Stage::Entry, Capture::Kept);
                self.cx.scope.extend(matched.event.binding);
                let each = entry.for_each();
                let each = each.and_then(|each| self.for_each(entry, each, &matched.event));
                if let Some(key) = entry.keyed_by() {
                    self.key(key);
                }
                (Some(Entry::Event(matched.event)), each, matched.customer)
            }
        }
    }

    fn reenter(&mut self, clauses: &[ast::ReenterClause<'_>]) -> Option<Reenter> {
        let [first, rest @ ..] = clauses else { return Some(Reenter::Never) };
        for again in rest {
            let message = "a journey says once who may enter again";
            let finding = Finding::new(Code::BAD_SHAPE, again.range(), message).label("again");
            self.cx.report(finding.here(first.range(), "first here"));
        }
        Some(match first.reenter_rule()? {
            ast::ReenterRule::ReenterNever(_) => Reenter::Never,
            ast::ReenterRule::ReenterAlways(_) => Reenter::Always,
            ast::ReenterRule::ReenterLater(_) => Reenter::Later,
            ast::ReenterRule::ReenterAfter(after) => {
                let role = Role::new("`reenter after`");
                let cx = &mut self.cx;
                let value = cx.at_stage(Stage::Constant, |cx| {
                    let expr = cx.typed(after.expr(), &Type::Duration, role);
                    let positive = cx.positive(&expr, "`reenter after`");
                    cx.known(&expr).filter(|_| positive)
                });
                match value? {
                    Const::Duration(millis) => Reenter::After(millis),
                    _ => return None,
                }
            }
        })
    }

    /// What becomes of an entry while the customer is inside.
    fn while_inside(
        &mut self,
        clauses: &[ast::WhileClause<'_>],
        entry: Option<ast::EntryKind<'_>>,
    ) -> WhileInside {
        let [first, rest @ ..] = clauses else { return WhileInside::Ignore };
        for again in rest {
            let message = "a journey says once what an entry does while the customer is inside";
            let finding = Finding::new(Code::BAD_SHAPE, again.range(), message).label("again");
            self.cx.report(finding.here(first.range(), "first here"));
        }
        if first.kw_restart_token().is_some() {
            return WhileInside::Restart;
        }
        let Some(refresh) = first.kw_refresh_token() else { return WhileInside::Ignore };
        if let Some(ast::EntryKind::EntryEvent(event)) = entry
            && event.for_each().is_some()
            && event.keyed_by().is_none()
        {
            let message = "which element refreshes which membership is not said";
            let finding = Finding::new(Code::BAD_SHAPE, refresh.range(), message);
            self.cx.structural(
                finding.note("give the entry a key: `for each trip.legs as leg keyed by leg.id`"),
            );
        }
        let nothing = match entry {
            Some(ast::EntryKind::EntryEvent(event)) if event.alias().is_some() => None,
            Some(ast::EntryKind::EntryEvent(event)) if event.for_each().is_some() => None,
            Some(ast::EntryKind::EntryEvent(_)) => Some("give the entry's event a name: `as x`"),
            Some(_) => Some("only an entry on an event brings something along"),
            None => None,
        };
        if let Some(note) = nothing {
            let message = "there is nothing to refresh: the journey keeps nothing of its entry";
            let finding = Finding::new(Code::BAD_SHAPE, refresh.range(), message);
            self.cx.structural(finding.note(note));
        }
        WhileInside::Refresh
    }

    /// Goals, each with a name of its own.
    fn goals(&mut self, clauses: &[ast::GoalClause<'_>]) -> Option<Vec<Goal>> {
        let mut seen: Vec<ast::Name<'_>> = Vec::new();
        let mut goals = Some(Vec::new());
        for clause in clauses {
            let goal = self.goal(*clause);
            let name = clause.names().next();
            let first = seen.iter().find(|seen| Some(seen.source()) == name.map(|it| it.source()));
            match (first, name) {
                (Some(first), Some(name)) => {
                    self.cx.twice("the goal", name.source(), name.range(), first.range());
                }
                (None, Some(name)) => seen.push(name),
                _ => {}
            }
            goals = goals.zip(goal).map(|(mut goals, goal)| {
                goals.push(goal);
                goals
            });
        }
        goals
    }

    fn goal(&mut self, clause: ast::GoalClause<'_>) -> Option<Goal> {
        let mut names = clause.names();
        let (name, event) = (names.next(), names.next());
        self.cx.style_of(name);
        let pattern = Pattern { name: event, alias: clause.alias(), filter: clause.where_clause() };
        let matched = self.cx.event_match(&pattern, Stage::Goal, Capture::Nothing);
        self.tied(site!(clause, event), &matched.event);
        let within = clause.goal_within();
        let within = self.cx.at_stage(Stage::ExitAfter, |cx| {
            let length = within.and_then(|within| within.expr());
            let expr = cx.typed(length, &Type::Duration, Role::new("`within`"));
            cx.positive(&expr, "`within`");
            expr
        });
        Some(Goal { name: name?.source().into(), event: matched.event, within })
    }

    /// An exit criterion. Where it is a condition, its negation holds from then on.
    fn exit(&mut self, clause: ast::ExitClause<'_>) -> Option<ExitCriterion> {
        self.cx.style_of(clause.name());
        let name: Arc<str> = clause.name()?.source().into();
        let trigger = match clause.exit_criterion()? {
            ast::ExitCriterion::ExitOn(on) => {
                let pattern =
                    Pattern { name: on.name(), alias: on.alias(), filter: on.where_clause() };
                let matched = self.cx.event_match(&pattern, Stage::Journey, Capture::Nothing);
                self.tied(site!(on), &matched.event);
                ExitTrigger::Event(matched.event)
            }
            ast::ExitCriterion::ExitWhen(when) => {
                let condition = self.cx.watched(when.expr(), "`exit … when`");
                let mut otherwise = self.cx.paths.learn(&condition.test, false);
                // What counts from a tile begins anew there, before the criterion is asked again.
                otherwise.remove(&self.cx.paths.since_any());
                self.lasting.add(&otherwise);
                self.cx.facts.add(&otherwise);
                ExitTrigger::When(condition)
            }
            ast::ExitCriterion::ExitAfter(after) => {
                let role = Role::new("`exit … after`");
                let cx = &mut self.cx;
                ExitTrigger::After(cx.at_stage(Stage::ExitAfter, |cx| {
                    let expr = cx.typed(after.expr(), &Type::Duration, role);
                    cx.positive(&expr, "`exit … after`");
                    expr
                }))
            }
        };
        Some(ExitCriterion { name, trigger })
    }

    /// What a clause or tile about time takes.
    pub(super) fn duration(
        &mut self,
        syntax: Option<ast::Expr<'_>>,
        what: &str,
    ) -> crate::thir::Expr {
        let expr = self.cx.typed(syntax, &Type::Duration, Role::new(what));
        self.cx.positive(&expr, what);
        expr
    }

    /// A finding at the head of something.
    pub(super) fn shape(&mut self, range: TextRange, message: impl Into<String>, note: &str) {
        let finding = Finding::new(Code::BAD_SHAPE, range, message);
        self.cx.structural(if note.is_empty() { finding } else { finding.note(note) });
    }
}
