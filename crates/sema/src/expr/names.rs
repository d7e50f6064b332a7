//! Names and the fields behind them.

use std::sync::Arc;

use journey_base::{Code, TextRange};
use journey_syntax::{AstNode, ast};

use crate::Type;
use crate::cx::{AtHand, Bound, Cx, Knowledge, Stage, did_you_mean};
use crate::declarations::EventInfo;
use crate::expr::{convert, unwrapped};
use crate::facts::Path;
use crate::findings::{Finding, Place, Unknown};
use crate::index::Definition;
use crate::lost::may_be_lost;
use crate::names::NameKind;
use crate::suggest::Candidate;
use crate::table::Name;
use crate::thir::{BindingId, BindingKind, Expr, ExprKind, UnaryOp};
use crate::walk;

/// What a name stands for before a `.`.
enum Root {
    Binding(BindingId),
    AtHand(AtHand),
    /// A parameter or a captured value.
    Value(BindingId, Type),
}

impl Cx<'_> {
    /// A name alone.
    pub(super) fn name_expr(&mut self, syntax: ast::NameExpr<'_>, hint: Option<&Type>) -> Expr {
        let Some(name) = syntax.name() else { return Expr::error(syntax.range()) };
        let (text, range) = (name.source(), name.range());
        if let Some(value) = self.parameter(text, range) {
            return value;
        }
        if let Some(element) = self.element(text, range) {
            return element;
        }
        match self.root(text, range) {
            Some(Root::Value(id, ty)) => return self.bound_value(id, ty, text, range),
            Some(root) => return self.whole_event(&root, text, range),
            None => {}
        }
        match text {
            "now" => return self.built_in_time("`now`", Knowledge::Now, ExprKind::Now, range),
            "entered" => {
                let kind = ExprKind::Entered;
                return self.built_in_time("`entered`", Knowledge::Instance, kind, range);
            }
            _ => {}
        }
        self.let_value(text, range).unwrap_or_else(|| self.unknown_value(text, range, hint))
    }

    fn built_in_time(
        &mut self,
        what: &str,
        knowledge: Knowledge,
        kind: ExprKind,
        range: TextRange,
    ) -> Expr {
        match self.stage.refuses(knowledge) {
            Some(why) => self.refuse(what, why, range),
            None => {
                self.refer(range, || Definition::BuiltIn(what.trim_matches('`').into()));
                Expr::new(kind, Type::Time, range)
            }
        }
    }

    /// The value of a constant; nothing if there is none of this name.
    fn let_value(&mut self, name: &str, range: TextRange) -> Option<Expr> {
        let name: Arc<str> = name.into();
        let value = match self.constants {
            Some(known) => known.get(&name).cloned(),
            None => {
                let key = Name::new(self.db, NameKind::Constant, name.clone());
                crate::constants::constant(self.db, key)
            }
        }?;
        self.uses(NameKind::Constant, &name, range);
        Some(match value {
            // It stands here in full: constants made of one another twice each would grow without
            // end otherwise.
            Some(value) if !(0..walk::weight(&value)).all(|_| self.count(range)) => {
                Expr::error(range)
            }
            Some(value) => {
                let mut value = (*value).clone();
                walk::relocate(&mut value, range);
                value
            }
            None => Expr::error(range),
        })
    }

    /// The binding or the event at hand that is called so here.
    fn root(&mut self, name: &str, range: TextRange) -> Option<Root> {
        // The innermost first: where a name hides another one, that was reported.
        if let Some(at_hand) = &self.at_hand
            && at_hand.alias.as_deref() == Some(name)
        {
            self.alias_used = true;
            let at_hand = at_hand.clone();
            let (at, name) = (at_hand.named, name.into());
            self.refer(range, || Definition::Local { at, name });
            return Some(Root::AtHand(at_hand));
        }
        let called_so = |bound: &&mut Bound| *bound.name == *name;
        for id in self.scope.iter().rev() {
            if let Some(bound) = self.bindings.get_mut(id.0 as usize).filter(called_so) {
                bound.used = true;
                let root = match &bound.kind {
                    BindingKind::Value(ty) => Root::Value(*id, ty.clone()),
                    _ => Root::Binding(*id),
                };
                self.refer_binding(range, *id);
                return Some(root);
            }
        }
        let at_hand = self.at_hand.as_ref().filter(|it| *it.info.ty.name == *name)?;
        self.refer_name(range, NameKind::Event, &at_hand.info.ty.name);
        Some(Root::AtHand(at_hand.clone()))
    }

    /// A binding or event without a field.
    fn whole_event(&mut self, root: &Root, name: &str, range: TextRange) -> Expr {
        let message = match root {
            Root::Binding(id) if self.info(*id).is_none() => {
                format!("`{name}` is a message, not a value")
            }
            _ => format!("`{name}` is an event, not a value"),
        };
        let finding = Finding::new(Code::TYPE_MISMATCH, range, message);
        let note = match self.first_property(root) {
            Some(property) => {
                format!("name one of its properties, for example `{name}.{property}`")
            }
            None => format!("its time is `{name}.at`"),
        };
        self.report(finding.note(note));
        Expr::error(range)
    }

    /// A parameter or a captured value.
    fn bound_value(&mut self, id: BindingId, ty: Type, name: &str, range: TextRange) -> Expr {
        if let (Stage::Constant | Stage::Entry, Some(why)) =
            (self.stage, self.stage.refuses(Knowledge::Instance))
        {
            return self.refuse(&format!("`{name}`"), why, range);
        }
        if ty == Type::Error {
            return Expr::error(range);
        }
        let ty = self.narrowed(Path::Value(id), ty);
        Expr::new(ExprKind::Value(id), ty, range)
    }

    fn info(&self, id: BindingId) -> Option<Arc<EventInfo>> {
        self.bindings.get(id.0 as usize).and_then(|bound| bound.info.clone())
    }

    fn first_property(&self, root: &Root) -> Option<Arc<str>> {
        let info = match root {
            Root::AtHand(at_hand) => at_hand.info.clone(),
            Root::Binding(id) => match self.info(*id) {
                Some(info) => info,
                None => return Some("id".into()),
            },
            Root::Value(..) => return None,
        };
        info.ty.properties.first().map(|property| property.name.clone())
    }

    /// A name that nothing here has.
    fn unknown_value(&mut self, name: &str, range: TextRange, hint: Option<&Type>) -> Expr {
        let error = Expr::error(range);
        let key = Name::new(self.db, NameKind::Constant, Arc::from(name));
        // A binding or constant may have been lost in a mistake.
        if !self.mistakes.is_empty() || may_be_lost(self.db, key) {
            return error;
        }
        if let Some(hidden) = self.bindings.iter().find(|bound| *bound.name == *name) {
            let message = format!("`{name}` is not known here");
            let finding = Finding::new(Code::OUT_OF_PLACE, range, message);
            let finding =
                finding.here(hidden.range, "it is known from here to the end of its block");
            self.report(finding);
            return error;
        }
        if self.is_secret(name, range) {
            return error;
        }
        let finding =
            Finding::new(Code::UNKNOWN_NAME, range, format!("nothing here is called `{name}`"));
        let mut finding = finding;
        finding = if let Some(Type::Enum(members)) = hint.map(Type::required)
            && members.iter().any(|member| **member == *name)
        {
            let text = convert::quoted(name);
            finding.label("a text stands in quotes").safe(format!("write {text}"), range, text)
        } else if self.exists(NameKind::Trait, name)
            && self.stage.refuses(Knowledge::Customer).is_none()
        {
            let full = format!("customer.{name}");
            finding.label("this is a trait of the customer").safe(
                format!("write `{full}`"),
                range,
                full,
            )
        } else if self.exists(NameKind::Event, name) {
            finding.note(
                "an event can be counted, as in `count(order_placed)`, or bound where it is waited \
                 for: `on event order_placed as order`",
            )
        } else if self.exists(NameKind::Audience, name) {
            finding.note(format!("an audience is asked for with `customer in {name}`"))
        } else {
            let unknown = Unknown {
                kind: NameKind::Constant,
                name: name.into(),
                nearby: self.values_in_scope(),
                plural: "values".to_owned(),
            };
            finding.unknown = Some(Box::new(unknown));
            finding
        };
        self.report(finding);
        error
    }

    /// The names that a value can have here, constants aside.
    fn values_in_scope(&self) -> Vec<Candidate> {
        let bound = self.scope.iter().filter_map(|id| self.bindings.get(id.0 as usize));
        let mut known: Vec<Candidate> =
            bound.map(|bound| Candidate::new(bound.name.clone())).collect();
        let request = self.request.iter().flat_map(|request| &request.names);
        known.extend(request.map(|name| Candidate::new(name.name.clone())));
        let elements = self.elements.iter().skip(self.beyond);
        known.extend(elements.map(|element| Candidate::new(element.name.clone())));
        for (name, knowledge) in [("now", Knowledge::Now), ("entered", Knowledge::Instance)] {
            if self.stage.refuses(knowledge).is_none() {
                known.push(Candidate::new(name));
            }
        }
        known
    }

    /// `customer.email`, `cart.total`, `last(order_placed).at.weekday`.
    pub(super) fn field_chain(&mut self, chain: ast::FieldChain<'_>) -> Expr {
        let whole = chain.range();
        let mut accesses = chain.field_accesses();
        let Some(base) = chain.expr() else { return Expr::error(whole) };
        let mut value = match unwrapped(base) {
            ast::Expr::CustomerExpr(customer) => match accesses.next().and_then(|it| it.any_name())
            {
                Some(name) => self.customer_trait(name, customer.range().cover(name.range())),
                None => return Expr::error(whole),
            },
            ast::Expr::NameExpr(name) => {
                let text = name.name().map_or("", |name| name.source());
                let field = chain.field_accesses().next().and_then(|it| it.any_name());
                if self.is_secret_of(text, field.map_or("", |name| name.source()), whole) {
                    return Expr::error(whole);
                }
                match self.root(text, name.range()) {
                    _ if self.is_element(text) => self.name_expr(name, None),
                    None if self.request.is_some() => self.name_expr(name, None),
                    Some(Root::Value(id, ty)) => self.bound_value(id, ty, text, name.range()),
                    Some(root) => match accesses.next().and_then(|it| it.any_name()) {
                        Some(field) => self.event_field(&root, text, name.range(), field),
                        None => return Expr::error(whole),
                    },
                    None => match self.event_not_at_hand(text, name.range()) {
                        Some(error) => return error,
                        None => self.name_expr(name, None),
                    },
                }
            }
            other => self.infer(other, None),
        };
        for access in accesses {
            let Some(name) = access.any_name() else { return Expr::error(whole) };
            // What stands before a dot is an expression as well.
            self.note_type(&value);
            value = self.property(value, name);
        }
        value
    }

    /// An event's name before a `.` where no such event is at hand.
    fn event_not_at_hand(&mut self, name: &str, range: TextRange) -> Option<Expr> {
        if !self.exists(NameKind::Event, name) || self.exists(NameKind::Constant, name) {
            return None;
        }
        let message = format!("no `{name}` event is at hand here");
        let finding = Finding::new(Code::OUT_OF_PLACE, range, message);
        let holds = |id: &&BindingId| self.info(**id).is_some_and(|info| *info.ty.name == *name);
        let binding = self.scope.iter().rev().find(holds);
        let finding = match binding.and_then(|id| self.bindings.get(id.0 as usize)) {
            Some(bound) => {
                let other = bound.name.clone();
                finding
                    .label(format!("it is called `{other}` here"))
                    .here(bound.range, "bound here")
                    .safe(format!("write `{other}`"), range, &*other)
            }
            None => finding.note(format!(
                "bind it where it is waited for, `event {name} as x`, or ask the history: \
                 `last({name})`"
            )),
        };
        self.report(finding);
        Some(Expr::error(range))
    }

    fn customer_trait(&mut self, name: ast::AnyName<'_>, range: TextRange) -> Expr {
        let text: Arc<str> = name.source().into();
        if let Some(why) = self.stage.refuses(Knowledge::Customer) {
            return self.refuse(&format!("`customer.{text}`"), why, range);
        }
        if &*text == "id" {
            self.refer(name.range(), || Definition::BuiltIn("customer.id".into()));
            return Expr::new(ExprKind::CustomerId, Type::Text, range);
        }
        let Some(ty) = self.trait_type(&text) else {
            self.unknown_trait(&text, name.range());
            return Expr::error(range);
        };
        if ty == Type::Error {
            return Expr::error(range);
        }
        self.refer_name(name.range(), NameKind::Trait, &text);
        self.discourage_name(NameKind::Trait, &text, name.range());
        let ty = self.narrowed(Path::Trait(text.clone()), ty);
        Expr::new(ExprKind::Trait(text), ty, range)
    }

    /// Says that there is no such trait.
    pub(crate) fn unknown_trait(&mut self, name: &str, range: TextRange) {
        self.unknown(NameKind::Trait, name, range);
    }

    /// The type, without its `?` if the path is known to be set.
    fn narrowed(&mut self, path: Path, ty: Type) -> Type {
        if !ty.is_optional() {
            return ty;
        }
        let id = self.paths.id(path);
        if self.facts.contains(id) { ty.required() } else { ty }
    }

    /// A property of a binding or of the event at hand.
    fn event_field(
        &mut self,
        root: &Root,
        name: &str,
        name_range: TextRange,
        field: ast::AnyName<'_>,
    ) -> Expr {
        let range = name_range.cover(field.range());
        let property: Arc<str> = field.source().into();
        let info = match root {
            Root::AtHand(at_hand) => at_hand.info.clone(),
            Root::Binding(id) => match self.info(*id) {
                Some(info) => info,
                None => return self.message_field(*id, name, field, range),
            },
            Root::Value(..) => return Expr::error(range),
        };
        if let (Stage::Constant, Some(why)) = (self.stage, self.stage.refuses(Knowledge::Instance))
        {
            return self.refuse(&format!("`{name}.{property}`"), why, range);
        }
        let declared = info.ty.properties.iter().find(|known| known.name == property);
        if let Some(declared) = declared {
            let what = format!("the property `{property}` of `{}`", info.ty.name);
            let place = Place::Property(info.ty.name.clone(), property.clone());
            self.discourage(&what, declared.marks.deprecated.as_ref(), field.range(), place);
        }
        if declared.is_some() || &*property == "at" {
            self.refer(field.range(), || Definition::of_event(&info.ty.name, &property));
        }
        let ty = match declared {
            Some(declared) => declared.ty.clone(),
            None if &*property == "at" => Type::Time,
            None => {
                if !info.broken {
                    let what = format!("the event `{}`", info.ty.name);
                    self.unknown_field(&property, field.range(), &info.ty.properties, &what);
                }
                return Expr::error(range);
            }
        };
        if ty == Type::Error {
            return Expr::error(range);
        }
        match root {
            Root::AtHand(at_hand) => {
                let event = at_hand.info.ty.name.clone();
                if &*property == "at" {
                    return Expr::new(ExprKind::EventAt { event }, ty, range);
                }
                let ty = self.narrowed(Path::Event(property.clone()), ty);
                Expr::new(ExprKind::Event { event, property }, ty, range)
            }
            Root::Binding(id) => self.bound_property(*id, property, ty, range),
            Root::Value(..) => Expr::error(range),
        }
    }

    /// A property of a binding: unset if the event lacks it, or if there was no event.
    fn bound_property(
        &mut self,
        binding: BindingId,
        property: Arc<str>,
        declared: Type,
        range: TextRange,
    ) -> Expr {
        let bound = self.bindings.get(binding.0 as usize);
        let known = bound.is_some_and(|bound| bound.known.contains(&property));
        let optional =
            bound.is_some_and(|it| matches!(it.kind, BindingKind::Event { optional: true, .. }));
        let ty = if known { declared.required() } else { declared };
        let itself = self.paths.id(Path::Binding(binding));
        let ty = if optional && !self.facts.contains(itself) { ty.optional() } else { ty };
        let ty = self.narrowed(Path::Property(binding, property.clone()), ty);
        Expr::new(ExprKind::Bound { binding, property }, ty, range)
    }

    fn message_field(
        &mut self,
        binding: BindingId,
        name: &str,
        field: ast::AnyName<'_>,
        range: TextRange,
    ) -> Expr {
        let property: Arc<str> = field.source().into();
        if &*property == "id" {
            self.refer(field.range(), || Definition::BuiltIn("message.id".into()));
            return Expr::new(ExprKind::Bound { binding, property }, Type::Text, range);
        }
        let message = format!("the message `{name}` has no `{property}`");
        let finding = Finding::new(Code::UNKNOWN_FIELD, field.range(), message);
        self.report(finding.label("only `id` is known of a message").safe(
            "write `id`",
            field.range(),
            "id",
        ));
        Expr::error(range)
    }

    /// `.name` of a value.
    fn property(&mut self, base: Expr, name: ast::AnyName<'_>) -> Expr {
        let range = base.range.cover(name.range());
        if base.is_error() {
            return Expr::error(range);
        }
        if let Type::Record(fields) = base.ty.required() {
            return self.record_field(base, &fields, name, range);
        }
        let known = properties(&base.ty.required());
        let Some((_, op, ty)) = known.iter().find(|(known, ..)| *known == name.source()) else {
            let message =
                format!("{} has no `.{}`", base.ty.required().with_article(), name.source());
            let finding = Finding::new(Code::UNKNOWN_FIELD, name.range(), message);
            let finding = match base.ty.required() {
                Type::Date => finding
                    .note("`(d at 00:00).weekday` and the like ask the beginning of the date"),
                _ => {
                    let names: Vec<Candidate> =
                        known.iter().map(|(name, ..)| Candidate::new(*name)).collect();
                    did_you_mean(finding, name.source(), &names, "properties")
                }
            };
            self.report(finding);
            return Expr::error(range);
        };
        self.refer_built_in(name.range(), "value", name.source());
        let base = self.present(base);
        if base.is_error() {
            return Expr::error(range);
        }
        let value = self.unary(*op, base, ty.clone());
        Expr { range, ..value }
    }

    /// A field of a record; of an optional record it is optional.
    fn record_field(
        &mut self,
        base: Expr,
        fields: &Arc<[crate::Field]>,
        name: ast::AnyName<'_>,
        range: TextRange,
    ) -> Expr {
        let Some(at) = fields.iter().position(|field| *field.name == *name.source()) else {
            self.unknown_field(name.source(), name.range(), fields, "the record");
            return Expr::error(range);
        };
        self.refer_field(name.range(), &base, name.source());
        let ty = fields.get(at).map_or(Type::Error, |field| field.ty.clone());
        let ty = if base.ty.is_optional() { ty.optional() } else { ty };
        if ty == Type::Error {
            return Expr::error(range);
        }
        let mut expr = Expr::new(ExprKind::Field(base.into(), at as u32), ty, range);
        if let Some(path) = self.paths.of(&expr)
            && self.facts.contains(path)
        {
            expr.ty = expr.ty.required();
        }
        expr
    }
}

/// What can stand behind the `.` of a value that is no record.
fn properties(ty: &Type) -> &'static [(&'static str, UnaryOp, Type)] {
    match ty {
        Type::Time => &[
            ("date", UnaryOp::DateOf, Type::Date),
            ("time", UnaryOp::TimeOfDayOf, Type::TimeOfDay),
            ("weekday", UnaryOp::WeekdayOf, Type::Weekday),
            ("hour", UnaryOp::HourOf, Type::Int),
            ("day", UnaryOp::DayOf, Type::Int),
            ("month", UnaryOp::MonthOf, Type::Int),
            ("year", UnaryOp::YearOf, Type::Int),
        ],
        Type::Text | Type::Enum(_) => &[("length", UnaryOp::LengthText, Type::Int)],
        Type::List(_) => &[("length", UnaryOp::LengthList, Type::Int)],
        _ => &[],
    }
}
