//! Questions to each element of a list: `any`, `all`, `sum`.

use std::sync::Arc;

use journey_base::{Code, TextRange};
use journey_syntax::{AstNode, ast};

use crate::Type;
use crate::cx::{Cx, Element};
use crate::expr::{Role, any_list, history, unwrapped};
use crate::findings::Finding;
use crate::index::Definition;
use crate::names::NameKind;
use crate::thir::{Const, Expr, ExprKind, Fold, FoldFn, Item};

/// How deep lambdas may nest.
const MAX_LAMBDAS: usize = 8;

impl Cx<'_> {
    /// Whether the arguments of a `sum` say that it is one over a list: there is a lambda, or what
    /// is summed up speaks of no event that is not at hand.
    pub(super) fn sums_list(&mut self, args: &[ast::Arg<'_>]) -> bool {
        if args.iter().any(|arg| arg.lambda().is_some()) {
            return true;
        }
        let [only] = args else { return false };
        let (Some(subject), None, None) = (only.expr(), only.arg_name(), only.where_clause())
        else {
            return false;
        };
        let words: Vec<_> = history::roots(subject).collect();
        if words.iter().any(|word| self.exists(NameKind::Event, word.text())) {
            return self.is_list_property(subject);
        }
        // A misspelt event is one of which history was to be asked.
        words.first().is_none_or(|word| self.is_value(word.text()))
    }

    /// Whether it is `event.property`, and the property a list. No history sums up lists.
    fn is_list_property(&mut self, subject: ast::Expr<'_>) -> bool {
        let ast::Expr::FieldChain(chain) = unwrapped(subject) else { return false };
        let (Some(ast::Expr::NameExpr(event)), Some(property)) =
            (chain.expr(), chain.field_accesses().next().and_then(|it| it.any_name()))
        else {
            return false;
        };
        let name: Arc<str> = event.name().map_or("", |name| name.source()).into();
        let key = crate::table::Name::new(self.db, NameKind::Event, name);
        let info = crate::declarations::event_type(self.db, key);
        info.is_some_and(|info| {
            let fields = &info.ty.properties;
            let found = fields.iter().find(|field| *field.name == *property.source());
            found.is_some_and(|field| matches!(field.ty.required(), Type::List(_)))
        })
    }

    /// Whether a name stands for a value here.
    fn is_value(&self, name: &str) -> bool {
        let bound = |name: &str| {
            self.scope
                .iter()
                .filter_map(|id| self.bindings.get(id.0 as usize))
                .any(|bound| *bound.name == *name)
        };
        let alias = self.at_hand.as_ref().and_then(|event| event.alias.as_deref());
        matches!(name, "now" | "entered")
            || self.is_element(name)
            || bound(name)
            || alias == Some(name)
            || self.exists(NameKind::Constant, name)
    }

    /// `any(list, x => cond)`, `all(list, x => cond)`, `sum(list, x => number)`, and each without
    /// a lambda where the elements themselves are what it takes.
    pub(super) fn over_list(
        &mut self,
        function: FoldFn,
        name: &str,
        args: &[ast::Arg<'_>],
        range: TextRange,
    ) -> Expr {
        let Some((subject, lambda)) = self.list_arguments(function, name, args, range) else {
            return Expr::error(range);
        };
        self.wish(|| vec![any_list()]);
        let list = self.inner(Some(subject), None, range);
        let list = self.set(list);
        if list.is_error() {
            return Expr::error(range);
        }
        let Type::List(item) = &list.ty else {
            let message = format!("`{name}` takes a list, and this is {}", list.ty.with_article());
            self.report(Finding::new(Code::TYPE_MISMATCH, list.range, message));
            return Expr::error(range);
        };
        let ty = (**item).clone();
        let level = self.elements.len() as u32;
        let (item, body) = match lambda {
            Some(lambda) => self.lambda(function, name, lambda, ty),
            None => {
                let item = Item { level, name: "x".into() };
                let element = Expr::new(ExprKind::Item(item.clone()), ty, list.range);
                (item, self.element_itself(function, name, element))
            }
        };
        if body.is_error() {
            return Expr::error(range);
        }
        let ty = if function == FoldFn::Sum { body.ty.clone() } else { Type::Bool };
        if let Some(value) = known(function, &list, &body) {
            return Expr::new(ExprKind::Const(value), ty, range);
        }
        Expr::new(ExprKind::Fold(Fold { function, list, item, body }.into()), ty, range)
    }

    /// The list and the lambda, if there is one.
    fn list_arguments<'t>(
        &mut self,
        function: FoldFn,
        name: &str,
        args: &[ast::Arg<'t>],
        range: TextRange,
    ) -> Option<(ast::Expr<'t>, Option<ast::Lambda<'t>>)> {
        let bad = |cx: &mut Self, range, message: String| {
            let finding = Finding::new(Code::BAD_ARGUMENT, range, message);
            cx.report(finding.note(format!("for example `{}`", example(function))));
            None
        };
        for arg in args {
            if let Some(name_of) = arg.arg_name() {
                let message =
                    format!("`{name}` of a list takes a list and a question to each element");
                return bad(self, name_of.range(), message);
            }
            if let Some(clause) = arg.where_clause() {
                let message = format!("`{name}` of a list does not take a `where`");
                return bad(self, clause.range(), message);
            }
        }
        let Some(subject) = args.first().and_then(|arg| arg.expr()) else {
            return bad(self, range, format!("`{name}` takes a list first"));
        };
        if let ast::Expr::NameExpr(event) = unwrapped(subject)
            && let Some(event) = event.name()
            && !self.is_value(event.source())
            && self.exists(NameKind::Event, event.source())
        {
            let event = event.source();
            let message = format!("`{name}` takes a list, and `{event}` is an event");
            let finding = Finding::new(Code::BAD_ARGUMENT, subject.range(), message);
            let instead = if function == FoldFn::Sum { "sum(event.property)" } else { "happened" };
            self.report(finding.note(match function {
                FoldFn::Sum => format!("`{instead}` sums up a property of past events"),
                _ => format!("whether one was seen says `{instead}({event})`"),
            }));
            return None;
        }
        match args {
            [_] => Some((subject, None)),
            [_, question] => match question.lambda() {
                Some(lambda) => Some((subject, Some(lambda))),
                None => {
                    let message =
                        format!("what `{name}` asks of each element begins with its name");
                    bad(self, question.range(), message)
                }
            },
            _ => {
                let message = format!("`{name}` takes a list and one question to each element");
                bad(self, range, message)
            }
        }
    }

    /// `x => …`, asked of elements of a type.
    fn lambda(
        &mut self,
        function: FoldFn,
        name: &str,
        lambda: ast::Lambda<'_>,
        ty: Type,
    ) -> (Item, Expr) {
        let range = lambda.range();
        let level = self.elements.len();
        let named = lambda.name();
        let text: Arc<str> = named.map_or("", |name| name.source()).into();
        let item = Item { level: level as u32, name: text.clone() };
        if level >= MAX_LAMBDAS {
            let message =
                format!("functions of elements stand at most {MAX_LAMBDAS} in one another");
            self.report(Finding::new(Code::TOO_LARGE, range, message));
            return (item, Expr::error(range));
        }
        if let Some(name) = named {
            self.declare(name);
        }
        let place = named.map_or(range, |name| name.range());
        self.elements.push(Element { name: text.clone(), ty, range: place, used: false });
        let guard = self.guard.take();
        let role = format!("what `{name}` asks");
        let body = match function {
            FoldFn::Any | FoldFn::All => {
                self.loose = true;
                self.inner_typed(lambda.expr(), &Type::Bool, Role::new(&role), range)
            }
            FoldFn::Sum => {
                self.wish(|| vec![Type::Number]);
                let value = self.inner(lambda.expr(), None, range);
                self.summed(value, &role)
            }
        };
        self.guard = guard;
        let used = self.elements.pop().is_some_and(|element| element.used);
        if !used && !body.is_error() && !text.starts_with('_') && self.mistakes.is_empty() {
            let finding = Finding::new(Code::UNUSED, place, format!("`{text}` is never used"));
            self.report(finding.note("the same is asked of every element; `_` in front of the name says that this is meant"));
        }
        (item, body)
    }

    /// Where there is no lambda, each element is the answer itself.
    fn element_itself(&mut self, function: FoldFn, name: &str, element: Expr) -> Expr {
        let fits = match function {
            FoldFn::Any | FoldFn::All => element.ty == Type::Bool,
            FoldFn::Sum => element.ty.is_numeric(),
        };
        if fits {
            return element;
        }
        let (range, elements) = (element.range, element.ty.with_article());
        let message = format!("`{name}` does not say what to make of each element");
        let finding = Finding::new(Code::BAD_ARGUMENT, range, message);
        let finding = finding.label(format!("each of these is {elements}"));
        self.report(finding.note(format!("for example `{}`", example(function))));
        Expr::error(range)
    }

    /// What is summed up: an int or a number.
    fn summed(&mut self, value: Expr, role: &str) -> Expr {
        let value = self.present(value);
        if value.is_error() || value.ty.is_numeric() {
            return value;
        }
        self.coerce(value, &Type::Number, Role::new(role))
    }

    /// Whether a name is that of the element of a lambda around.
    pub(super) fn is_element(&self, name: &str) -> bool {
        self.elements.iter().any(|element| *element.name == *name)
    }

    /// The element that is called so; one that cannot be known here is reported.
    pub(super) fn element(&mut self, name: &str, range: TextRange) -> Option<Expr> {
        let level = self.elements.iter().rposition(|element| *element.name == *name)?;
        let beyond = level < self.beyond;
        let element = self.elements.get_mut(level)?;
        element.used = true;
        let (name, ty) = (element.name.clone(), element.ty.clone());
        let at = element.range;
        self.refer(range, || Definition::Local { at, name: name.clone() });
        if beyond {
            let why = "an event is counted when it comes and not looked at again, so its condition \
                       cannot ask about each element of a list";
            return Some(self.refuse(&format!("`{name}`"), why, range));
        }
        let item = Item { level: level as u32, name };
        Some(Expr::new(ExprKind::Item(item), ty, range))
    }

    /// Says that a lambda stands where none can.
    pub(crate) fn misplaced_lambda(&mut self, arg: &ast::Arg<'_>) {
        let message = "`x => …` stands only in `any`, `all` and `sum` of a list";
        self.report(Finding::new(Code::BAD_ARGUMENT, arg.range(), message));
    }
}

/// The value where the elements are known and are themselves the answers.
fn known(function: FoldFn, list: &Expr, body: &Expr) -> Option<Const> {
    let (Some(Const::List(items)), ExprKind::Item(_)) = (list.as_const(), &body.kind) else {
        return None;
    };
    let truth = |item: &Const| *item == Const::Bool(true);
    match function {
        FoldFn::Any => Some(Const::Bool(items.iter().any(truth))),
        FoldFn::All => Some(Const::Bool(items.iter().all(truth))),
        // One that overflows is left to the program.
        FoldFn::Sum if body.ty == Type::Int => {
            let values = items.iter().map(|item| match item {
                Const::Int(value) => Some(*value),
                _ => None,
            });
            let sum = values.into_iter().try_fold(0i64, |sum, value| sum.checked_add(value?));
            sum.map(Const::Int)
        }
        FoldFn::Sum => None,
    }
}

fn example(function: FoldFn) -> &'static str {
    match function {
        FoldFn::Any => "any(cart.items, item => item.qty > 1)",
        FoldFn::All => "all(cart.items, item => item.qty > 1)",
        FoldFn::Sum => "sum(cart.items, item => item.qty)",
    }
}
