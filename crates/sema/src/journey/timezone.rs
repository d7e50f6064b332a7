//! The time zone in which a journey reads local times.

use journey_base::{Code, TextRange};
use journey_syntax::{AstNode, ast};
use journey_time::Tz;

use super::Checker;
use crate::Type;
use crate::cx::Stage;
use crate::expr::{Role, quoted};
use crate::facts::Facts;
use crate::findings::Finding;
use crate::suggest::{self, Candidate};
use crate::thir::{Const, Expr, ExprKind};

const WHAT: &str = "`timezone`";

impl Checker<'_> {
    /// Settles in which zone local times are read before anything else is looked at: a constant
    /// one is known now, any other only for each member.
    pub(super) fn find_zone(&mut self, clauses: &[ast::TimezoneClause<'_>]) {
        let [clause, rest @ ..] = clauses else { return };
        for again in rest {
            let message = "a journey has one time zone";
            let finding = Finding::new(Code::BAD_SHAPE, again.range(), message).label("again");
            self.cx.report(finding.here(clause.range(), "first here"));
        }
        self.cx.zone = self.constant_zone(*clause);
    }

    /// The zone if the clause is made of constants. What is wrong with it is reported by
    /// [`Checker::timezone`].
    fn constant_zone(&mut self, clause: ast::TimezoneClause<'_>) -> Option<Tz> {
        let cx = &mut self.cx;
        let findings = cx.findings.len();
        let expr = cx
            .at_stage(Stage::Constant, |cx| cx.typed(clause.expr(), &Type::Text, Role::new(WHAT)));
        cx.findings.truncate(findings);
        match expr.as_const() {
            Some(Const::Text(name)) => journey_time::find(name),
            _ => None,
        }
    }

    /// The clause itself. The bindings of the entry are in scope. What the exit criteria rule out
    /// is not known yet: they are asked in this very zone.
    pub(super) fn timezone(&mut self, clauses: &[ast::TimezoneClause<'_>]) -> Option<Expr> {
        let clause = clauses.first()?;
        let facts = std::mem::take(&mut self.cx.facts);
        let lasting: Facts = self.cx.paths.lasting(&facts);
        self.cx.facts = lasting;
        let expr = self
            .cx
            .at_stage(Stage::Zone, |cx| cx.typed(clause.expr(), &Type::Text, Role::new(WHAT)));
        self.cx.facts = facts;
        self.known_zones(&expr);
        Some(expr)
    }

    /// Reports names that no zone has, where the value is written out.
    fn known_zones(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Const(Const::Text(name))
                if journey_time::find(name).is_none() && !expr.is_error() =>
            {
                self.unknown_zone(name, expr.range);
            }
            ExprKind::If(parts) => {
                let [_, yes, no] = &**parts;
                self.known_zones(yes);
                self.known_zones(no);
            }
            ExprKind::Coalesce(parts) => parts.iter().for_each(|part| self.known_zones(part)),
            _ => {}
        }
    }

    fn unknown_zone(&mut self, name: &str, range: TextRange) {
        let zones: Vec<Candidate> = journey_time::names().map(Candidate::new).collect();
        let message = format!("there is no time zone `{name}`");
        let finding = Finding::new(Code::BAD_LITERAL, range, message);
        let finding = match suggest::closest(name, &zones).as_slice() {
            [only] => {
                let name = quoted(&only.name);
                let finding = finding.label(format!("did you mean {name}?"));
                // A constant stands elsewhere.
                match self.cx.source(range).starts_with('"') {
                    true => finding.safe(format!("replace with {name}"), range, name),
                    false => finding,
                }
            }
            [] => finding.note("write an IANA name such as \"Europe/Berlin\" or \"UTC\""),
            several => {
                let names = suggest::list(several.iter().map(|zone| &zone.name));
                finding.label(format!("did you mean {names}?"))
            }
        };
        self.cx.report(finding);
    }
}
