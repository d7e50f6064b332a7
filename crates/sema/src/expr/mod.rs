//! Expressions: from syntax to the typed tree.
//!
//! Types flow both ways. `infer` finds the type of an expression, with a hint of what is wanted
//! for literals that could be several things; `typed` then makes it what is wanted, or says why
//! it cannot be. What was reported has [`Type::Error`], which fits everywhere.

mod calls;
mod compare;
mod convert;
mod history;
mod json;
mod lists;
mod names;
mod operators;
mod values;
mod wishes;

use journey_base::{Code, TextRange};
use journey_syntax::{AstNode, ast};

use crate::Type;
use crate::cx::Cx;
use crate::findings::{Finding, Place};
use crate::names::NameKind;
use crate::thir::{Const, Expr, ExprKind};
use crate::walk;

pub use calls::FUNCTIONS;
pub(crate) use convert::{Role, quoted};
pub(crate) use values::{concatenation, default_of, weekday};
pub(crate) use wishes::{any_list, shown, told_apart};

/// Levels of a typed expression, so that what walks over it needs no large stack.
const MAX_DEPTH: usize = 250;

/// Operands of one chain of operators that groups to the left.
const MAX_OPERANDS: usize = 200;

impl Expr {
    /// An expression of this kind.
    pub(crate) fn new(kind: ExprKind, ty: Type, range: TextRange) -> Expr {
        Expr { kind, ty, range }
    }

    /// A bool.
    pub(crate) fn bool(kind: ExprKind, range: TextRange) -> Expr {
        Expr { kind, ty: Type::Bool, range }
    }

    /// What stands for something that was reported.
    pub(crate) fn error(range: TextRange) -> Expr {
        Expr { kind: ExprKind::Const(Const::Unset), ty: Type::Error, range }
    }

    /// Whether it was reported.
    pub(crate) fn is_error(&self) -> bool {
        self.ty == Type::Error
    }

    /// Its value, if it is known.
    pub(crate) fn as_const(&self) -> Option<&Const> {
        match &self.kind {
            ExprKind::Const(value) if self.ty != Type::Error => Some(value),
            _ => None,
        }
    }
}

impl Cx<'_> {
    /// A whole expression of a certain type. What the parser could not read counts as reported.
    pub(crate) fn typed(
        &mut self,
        syntax: Option<ast::Expr<'_>>,
        wanted: &Type,
        role: Role<'_>,
    ) -> Expr {
        let Some(syntax) = syntax else { return Expr::error(TextRange::default()) };
        self.nodes = 0;
        let guard = self.guard.take();
        self.loose = *wanted == Type::Bool;
        let expr = self.infer(syntax, Some(wanted));
        let expr = self.coerce(expr, wanted, role);
        self.guard = guard;
        self.limited(expr)
    }

    /// A whole expression that is an instant or a condition.
    pub(crate) fn time_or_condition(
        &mut self,
        syntax: Option<ast::Expr<'_>>,
        role: Role<'_>,
    ) -> Expr {
        let Some(syntax) = syntax else { return Expr::error(TextRange::default()) };
        self.nodes = 0;
        let guard = self.guard.take();
        self.loose = true;
        self.wish(|| vec![Type::Time, Type::Bool]);
        let expr = self.infer(syntax, None);
        let wanted = if expr.ty.required() == Type::Bool { Type::Bool } else { Type::Time };
        let expr = self.coerce(expr, &wanted, role);
        self.guard = guard;
        self.limited(expr)
    }

    /// A whole expression of any type.
    pub(crate) fn untyped(&mut self, syntax: Option<ast::Expr<'_>>) -> Expr {
        let Some(syntax) = syntax else {
            self.wishes.clear();
            return Expr::error(TextRange::default());
        };
        self.nodes = 0;
        let expr = self.infer(syntax, None);
        self.limited(expr)
    }

    /// A whole expression that must be set.
    pub(crate) fn set(&mut self, expr: Expr) -> Expr {
        if expr.ty.is_optional() && expr.ty != Type::Unset {
            self.unhandled(&expr, false);
            return Expr::error(expr.range);
        }
        self.present(expr)
    }

    /// A condition.
    pub(crate) fn condition(&mut self, syntax: Option<ast::Expr<'_>>, what: &str) -> Expr {
        let condition = self.typed(syntax, &Type::Bool, Role::new(what));
        self.unsure |= condition.is_error();
        condition
    }

    /// A value that is known before anything runs.
    pub(crate) fn constant(
        &mut self,
        syntax: Option<ast::Expr<'_>>,
        wanted: &Type,
        role: Role<'_>,
    ) -> Option<Const> {
        let outer = std::mem::replace(&mut self.only_known, true);
        let expr = self.typed(syntax, wanted, role);
        self.only_known = outer;
        self.known(&expr)
    }

    /// The value of an expression that has to be known before anything runs.
    pub(crate) fn known(&mut self, expr: &Expr) -> Option<Const> {
        if expr.is_error() {
            return None;
        }
        let value = expr.as_const().cloned();
        if value.is_none() {
            let message = "this value must be known before anything runs";
            let finding = Finding::new(Code::NOT_CONSTANT, expr.range, message);
            self.report(finding.note("write a literal, or a `let` made of literals"));
        }
        value
    }

    fn limited(&mut self, expr: Expr) -> Expr {
        if walk::depth(&expr) > MAX_DEPTH {
            self.too_long(expr.range);
            return Expr::error(expr.range);
        }
        expr
    }

    fn too_long(&mut self, range: TextRange) {
        let message = format!("this chain of operators is longer than {MAX_OPERANDS} links");
        let finding = Finding::new(Code::TOO_LARGE, range, message);
        self.report(finding.note("name parts of it with `let` or `audience`"));
    }

    /// An expression of whatever type it has. `hint` says what is wanted, for literals.
    fn infer(&mut self, syntax: ast::Expr<'_>, hint: Option<&Type>) -> Expr {
        let fits = self.note_scope(syntax.range(), hint);
        let expr = self.inferred(syntax, hint, fits);
        self.note_type(&expr);
        expr
    }

    fn inferred(&mut self, syntax: ast::Expr<'_>, hint: Option<&Type>, fits: Vec<Type>) -> Expr {
        let range = syntax.range();
        let loose = std::mem::take(&mut self.loose);
        if !self.count(range) {
            return Expr::error(range);
        }
        match syntax {
            ast::Expr::IfExpr(expr) => self.if_expr(expr, hint, &fits),
            ast::Expr::OrChain(chain) => self.or_chain(chain),
            ast::Expr::AndChain(chain) => self.and_chain(chain),
            ast::Expr::NotChain(chain) => self.not_chain(chain),
            ast::Expr::CompareChain(chain) => self.compare_chain(chain, loose),
            ast::Expr::RangeChain(_) => {
                let message = "a range stands only after `in`";
                self.report(
                    Finding::new(Code::OUT_OF_PLACE, range, message)
                        .note("for example `x in 1..10`"),
                );
                Expr::error(range)
            }
            ast::Expr::CoalesceChain(chain) => self.coalesce_chain(chain, hint, &fits),
            ast::Expr::AddChain(chain) => self.add_chain(chain, hint, &fits),
            ast::Expr::MulChain(chain) => self.mul_chain(chain, &fits),
            ast::Expr::NegChain(chain) => self.neg_chain(chain, hint, &fits),
            ast::Expr::AtChain(chain) => self.at_chain(chain),
            ast::Expr::FieldChain(chain) => self.field_chain(chain),
            ast::Expr::Literal(literal) => self.literal(literal, false),
            ast::Expr::Text(text) => self.text(text),
            ast::Expr::ListExpr(list) => self.list(list, hint, &fits),
            ast::Expr::RecordExpr(record) => {
                self.record(record.assignments().collect(), range, hint)
            }
            ast::Expr::ParenExpr(paren) => match paren.expr() {
                Some(inner) => {
                    self.loose = true;
                    self.wishes = fits;
                    self.infer(inner, hint)
                }
                None => Expr::error(range),
            },
            ast::Expr::CallExpr(call) => self.call(call, &fits),
            ast::Expr::CustomerExpr(_) => {
                let message = "the customer as a whole is no value";
                let finding = Finding::new(Code::TYPE_MISMATCH, range, message);
                self.report(
                    finding.note("name a trait, `customer.email`, or ask `customer in AUDIENCE`"),
                );
                Expr::error(range)
            }
            ast::Expr::NameExpr(name) => self.name_expr(name, hint),
        }
    }

    /// An expression inside another, which must be there.
    fn inner(&mut self, syntax: Option<ast::Expr<'_>>, hint: Option<&Type>, at: TextRange) -> Expr {
        match syntax {
            Some(syntax) => self.infer(syntax, hint),
            None => {
                self.wishes.clear();
                Expr::error(TextRange::empty(at.end))
            }
        }
    }

    /// An expression inside another, of a certain type.
    fn inner_typed(
        &mut self,
        syntax: Option<ast::Expr<'_>>,
        wanted: &Type,
        role: Role<'_>,
        at: TextRange,
    ) -> Expr {
        let expr = self.inner(syntax, Some(wanted), at);
        self.coerce(expr, wanted, role)
    }

    /// Says that something exists and cannot be known here.
    fn refuse(&mut self, what: &str, why: &str, range: TextRange) -> Expr {
        let message = format!("{what} cannot stand here");
        self.report(Finding::new(Code::OUT_OF_PLACE, range, message).note(why));
        Expr::error(range)
    }
}

/// Where the field of something is declared.
pub(crate) fn place_of_trait(name: &str) -> Place {
    Place::Name(NameKind::Trait, name.into())
}

/// The expression inside any parentheses.
pub(crate) fn unwrapped(mut syntax: ast::Expr<'_>) -> ast::Expr<'_> {
    while let ast::Expr::ParenExpr(paren) = syntax {
        match paren.expr() {
            Some(inner) => syntax = inner,
            None => break,
        }
    }
    syntax
}
