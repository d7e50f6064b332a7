//! Policies: what must hold before a message leaves.

use std::sync::Arc;

use journey_base::{Code, TextRange};
use journey_syntax::{AstNode, SyntaxToken, ast};
use journey_time::DAY;

use crate::Type;
use crate::cx::{Cx, Outcome, Stage};
use crate::db::Db;
use crate::expr::Role;
use crate::findings::Finding;
use crate::items::{Item, declaration};
use crate::literals;
use crate::names::NameKind;
use crate::table::{self, Name};
use crate::thir::{Cap, Const, Otherwise, Policy, Quiet};
use crate::view::View;

/// The largest number a cap may have: so many instants are remembered of a customer.
const MAX_CAP: i64 = 1_000;

/// A policy's declaration.
#[salsa::tracked]
pub(crate) fn check_policy<'db>(db: &'db dyn Db, item: Item<'db>) -> Outcome<Policy> {
    rules(View::of(db, item))
}

/// A policy's declaration, seen so.
pub(crate) fn rules(view: View<'_>) -> Outcome<Policy> {
    let mut cx = Cx::new(view, Stage::Policy);
    let Some(decl) = declaration::<ast::PolicyDecl<'_>>(view.tree) else {
        return cx.finish(None);
    };
    cx.style_of(decl.name());
    let name = view.item.name(view.db);
    let mut policy = Policy { name, require: None, quiet: None, caps: Vec::new() };
    let (mut required, mut quieted) = (None, None);
    for rule in decl.policy_rules() {
        match rule {
            ast::PolicyRule::RequireRule(rule) => {
                if cx.once("require", rule.range(), &mut required) {
                    let condition = cx.condition(rule.expr(), "`require`");
                    policy.require = (!condition.is_error()).then_some(condition);
                }
            }
            ast::PolicyRule::QuietRule(rule) => {
                if cx.once("quiet", rule.range(), &mut quieted) {
                    policy.quiet = cx.quiet(rule);
                }
            }
            ast::PolicyRule::CapRule(rule) => policy.caps.extend(cx.cap(rule)),
        }
    }
    if let (None, Some(name)) = (decl.policy_rules().next(), decl.name()) {
        let message = format!("the policy `{}` forbids nothing", name.source());
        let finding = Finding::new(Code::BAD_SHAPE, name.range(), message);
        cx.structural(finding.note("give it a rule: `require`, `quiet` or `cap`"));
    }
    cx.finish(Some(policy))
}

/// A policy; nothing if there is none of this name or it has a mistake.
pub(crate) fn policy(db: &dyn Db, name: &str) -> Option<Arc<Policy>> {
    let site = table::declaring(db, NameKind::Policy, name)?;
    check_policy(db, site.item).value.clone()
}

impl Cx<'_> {
    /// A policy that is referred to; one that does not exist is reported.
    pub(crate) fn policy(&mut self, name: ast::Name<'_>) -> Option<Arc<str>> {
        let text: Arc<str> = name.source().into();
        match table::lookup(self.db, Name::new(self.db, NameKind::Policy, text.clone())).first() {
            Some(_) => self.uses(NameKind::Policy, &text, name.range()),
            None => {
                self.unknown(NameKind::Policy, &text, name.range());
                return None;
            }
        }
        Some(text)
    }

    /// Whether a rule is the first of its kind; reported if not.
    fn once(&mut self, rule: &str, range: TextRange, first: &mut Option<TextRange>) -> bool {
        let Some(first) = *first else {
            *first = Some(range);
            return true;
        };
        let message = format!("a policy has one `{rule}`");
        let finding = Finding::new(Code::BAD_SHAPE, range, message).label("again");
        let finding = finding.here(first, "first here");
        self.report(match rule {
            "require" => finding.note("join what both ask for with `and`"),
            _ => finding.note("for other hours write another policy"),
        });
        false
    }

    /// `quiet A..B skip` or `hold`.
    fn quiet(&mut self, rule: ast::QuietRule<'_>) -> Option<Quiet> {
        let mut clock = rule.timeofday_lit_tokens().map(|token| {
            let value = literals::time_of_day(token.text());
            value.map_err(|problem| self.bad_literal(token.range(), problem)).ok()
        });
        let (from, to) = (clock.next()?, clock.next()?);
        let (from, to) = (from?, to?);
        if from == to {
            let message = "these hours are empty: they end when they begin";
            let finding = Finding::new(Code::BAD_LITERAL, rule.range(), message);
            self.report(finding.note("a range leaves its end out: `21:00..08:00` ends at 08:00"));
            return None;
        }
        let spread = match rule.spread() {
            None => None,
            Some(spread) => {
                let token = spread.duration_lit_token()?;
                Some(self.spread(token, DAY - i64::from(to - from).rem_euclid(DAY))?)
            }
        };
        let otherwise = otherwise(rule.kw_hold_token(), spread);
        Some(Quiet { from, to, otherwise })
    }

    /// The length of a `spread`, which has to fit between the quiet hours of two days.
    fn spread(&mut self, token: SyntaxToken<'_>, room: i64) -> Option<i64> {
        let length = self.duration_literal(token)?;
        let message = match length {
            ..=0 => "`spread` takes a duration longer than nothing",
            _ if length > room => "this spreads messages into the next quiet hours",
            _ => return Some(length),
        };
        self.report(Finding::new(Code::BAD_ARGUMENT, token.range(), message));
        None
    }

    /// `cap N per D skip` or `hold`.
    fn cap(&mut self, rule: ast::CapRule<'_>) -> Option<Cap> {
        let token = rule.int_lit_token()?;
        let count = match literals::int(token.text(), false) {
            Ok(count) => count,
            Err(problem) => {
                self.bad_literal(token.range(), problem);
                return None;
            }
        };
        let count = match u32::try_from(count) {
            Ok(0) => {
                let message = "a cap of 0 lets no message go";
                let finding = Finding::new(Code::BAD_ARGUMENT, token.range(), message);
                self.report(finding.note("to stop all messages write `require false`"));
                return None;
            }
            Ok(count) if i64::from(count) <= MAX_CAP => count,
            _ => {
                let message = format!("a cap is at most {MAX_CAP}");
                self.report(Finding::new(Code::TOO_LARGE, token.range(), message));
                return None;
            }
        };
        let token = rule.duration_lit_token()?;
        let per = self.duration_literal(token)?;
        if per <= 0 {
            let message = "`per` takes a duration longer than nothing";
            self.report(Finding::new(Code::BAD_ARGUMENT, token.range(), message));
            return None;
        }
        let up_to = match rule.up_to() {
            None => None,
            Some(limit) => {
                let expr = self.at_stage(Stage::Constant, |cx| {
                    cx.typed(limit.expr(), &Type::Duration, Role::new("`up to`"))
                });
                let positive = self.positive(&expr, "`up to`");
                match self.known(&expr).filter(|_| positive)? {
                    Const::Duration(length) => Some(length),
                    _ => return None,
                }
            }
        };
        Some(Cap { count, per, otherwise: otherwise(rule.kw_hold_token(), up_to) })
    }
}

fn otherwise(hold: Option<SyntaxToken<'_>>, length: Option<i64>) -> Otherwise {
    match hold {
        Some(_) => Otherwise::Hold(length),
        None => Otherwise::Skip,
    }
}
