//! Continuous conditions as source: every form in which `now` may stand, and what else can change.

use std::fmt::Write;

use journey_base::TextRange;
use journey_reference::eval::generate::{Generator, schema};
use journey_sema::thir::{Const, Expr, ExprKind};
use journey_sema::{Field, Type};

/// Writes conditions.
pub(crate) struct Conditions<'g> {
    pub(crate) generator: &'g mut Generator,
    /// Whether they stand in a journey: they may then speak of its entry.
    pub(crate) inside: bool,
    /// Audiences that may be asked.
    pub(crate) audiences: Vec<String>,
    /// Times and lengths of time that were written.
    pub(crate) times: Vec<i64>,
    pub(crate) lengths: Vec<i64>,
}

impl Conditions<'_> {
    fn below(&mut self, bound: usize) -> usize {
        self.generator.random().below(bound)
    }

    fn pick(&mut self, items: &[&'static str]) -> &'static str {
        self.generator.random().pick(items).copied().expect("one of several")
    }

    /// A condition.
    pub(crate) fn condition(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.atom();
        }
        match self.below(6) {
            0 => format!("not ({})", self.condition(depth - 1)),
            1 | 2 => format!("({} and {})", self.condition(depth - 1), self.condition(depth - 1)),
            3 => format!("({} or {})", self.condition(depth - 1), self.condition(depth - 1)),
            4 => {
                let parts = [(); 3].map(|()| self.condition(depth - 1));
                format!("(if {} then {} else {})", parts[0], parts[1], parts[2])
            }
            _ => self.atom(),
        }
    }

    fn atom(&mut self) -> String {
        match self.below(14) {
            12 | 13 => self.elements(),
            0..=2 => self.instant(),
            3 | 4 => self.clock(),
            5 | 6 => self.calendar(),
            7..=9 => self.history(),
            10 if !self.audiences.is_empty() => {
                let at = self.below(self.audiences.len());
                format!("customer in {}", self.audiences[at])
            }
            _ => self
                .pick(&["customer.vip", "customer.orders > 2", "customer.maybe_city is set"])
                .into(),
        }
    }

    /// A question to each element of a list, which may count what happened lately, too.
    fn elements(&mut self) -> String {
        let length = self.generator.duration().max(1);
        self.lengths.push(length);
        let length = literal(Const::Duration(length), Type::Duration);
        let order = self.order();
        match self.below(6) {
            0 => "any(customer.tags, tag => tag == customer.city)".to_owned(),
            1 => format!("sum(customer.sizes) {order} 2"),
            2 => "all(customer.lines, line => line.size is set and line.qty > customer.orders)"
                .into(),
            3 => format!(
                "any(customer.sizes, size => count(purchase, within: {length}) {order} size)"
            ),
            4 => format!(
                "count(purchase where any(purchase.sizes, size => size > 1), within: {length}) {order} 1"
            ),
            // A wake that is computed from a list.
            _ => format!(
                "now - customer.seen_at {order} customer.length * sum(customer.lines, line => line.qty)"
            ),
        }
    }

    fn order(&mut self) -> &'static str {
        self.pick(&["<", "<=", ">", ">="])
    }

    /// A time, and what must hold so that there is one.
    fn time(&mut self) -> (String, &'static str) {
        let outside = [
            ("customer.seen_at", ""),
            ("customer.maybe_seen_at", "customer.maybe_seen_at is set and "),
            ("(customer.birthday at customer.wakes)", ""),
            ("(now.date at customer.wakes)", ""),
        ];
        let inside = [
            ("entered", ""),
            ("first.seen_at", ""),
            ("first.maybe_seen_at", "first.maybe_seen_at is set and "),
            ("first.at", ""),
        ];
        let at = self.below(if self.inside { 10 } else { 6 });
        if let Some((time, guard)) = outside.iter().chain(&inside).nth(at.wrapping_sub(2)) {
            return ((*time).to_owned(), guard);
        }
        let at = self.generator.time();
        self.times.push(at);
        let literal = literal(Const::Time(at), Type::Time);
        match self.below(3) {
            0 => (format!("(last(purchase).at ?? {literal})"), ""),
            _ => (literal, ""),
        }
    }

    fn length(&mut self) -> String {
        if self.below(5) == 0 {
            return "customer.length".to_owned();
        }
        let length = self.generator.duration();
        self.lengths.push(length);
        literal(Const::Duration(length), Type::Duration)
    }

    /// `now` compared with an instant.
    fn instant(&mut self) -> String {
        let ((time, guard), order) = (self.time(), self.order());
        let length = self.length();
        let compared = match self.below(5) {
            0 => format!("now {order} {time}"),
            1 => format!("now - {time} {order} {length}"),
            2 => format!("{time} - now {order} {length}"),
            3 => format!("now + {length} {order} {time}"),
            _ => format!("{time} {order} now - {length}"),
        };
        format!("({guard}{compared})")
    }

    /// The local time of day.
    fn clock(&mut self) -> String {
        let mut time = || match self.generator.random().below(4) {
            0 => "customer.wakes".to_owned(),
            _ => literal(Const::TimeOfDay(self.generator.time_of_day()), Type::TimeOfDay),
        };
        let (low, high) = (time(), time());
        // A range from a time to itself contains nothing, which the checker says.
        let form = if low == high { 0 } else { self.below(4) };
        match form {
            _ if self.below(4) == 0 => self.hour(),
            0 => format!("now.time {} {low}", self.order()),
            1 => format!("now.time not in {low}..{high}"),
            _ => format!("now.time in {low}..{high}"),
        }
    }

    /// The hour that clocks show.
    fn hour(&mut self) -> String {
        let (low, high) = (self.below(12), 12 + self.below(13));
        match self.below(4) {
            0 => format!("now.hour == {low}"),
            1 => format!("now.hour in {low}..{high}"),
            2 => format!("now.hour not in [{low}, {high}]"),
            _ => format!("{high} {} now.hour", self.order()),
        }
    }

    /// The local date and what follows from it.
    fn calendar(&mut self) -> String {
        let day = literal(Const::Date(self.generator.day()), Type::Date);
        let order = self.order();
        match self.below(7) {
            0 => format!("now.date {order} {day}"),
            1 => format!("now.date == {day}"),
            2 => format!("now.date {order} customer.birthday + 3"),
            3 => format!("now.weekday in {}", self.pick(&["mon..wed", "sat..sun", "[tue, sun]"])),
            4 => "now.weekday == customer.shops_on".to_owned(),
            5 => format!("now.day {order} {}", 1 + self.below(31)),
            _ => format!("now.month {order} {}", 3 + self.below(9)),
        }
    }

    /// What happened lately, or since the entry.
    fn history(&mut self) -> String {
        let mut filters = vec!["", " where purchase.vip", " where purchase.orders >= 2"];
        if self.inside {
            filters.push(" where purchase.orders > first.orders");
        }
        let filter = self.pick(&filters);
        let length = self.generator.duration().max(1);
        self.lengths.push(length);
        let range = match self.below(if self.inside { 4 } else { 3 }) {
            0 => String::new(),
            3 => ", since: entered".to_owned(),
            _ => format!(", within: {}", literal(Const::Duration(length), Type::Duration)),
        };
        let order = self.order();
        match self.below(5) {
            0 => format!("count(purchase{filter}{range}) {order} {}", self.below(3)),
            1 => format!("happened(purchase{filter}{range})"),
            2 => format!("sum(purchase.orders{filter}{range}) {order} {}", self.below(5)),
            3 => format!("last(purchase{filter}{range}) is set"),
            _ => format!("(last(purchase{filter}{range}).value ?? 1) {order} 2"),
        }
    }
}

/// A constant as source.
pub(crate) fn literal(value: Const, ty: Type) -> String {
    let expr = Expr { kind: ExprKind::Const(value), ty, range: TextRange::default() };
    journey_ir::source(&expr, &[])
}

/// The schema of generated expressions as source.
pub(crate) fn declarations() -> String {
    let schema = schema::schema();
    let mut out = String::new();
    let fields = |fields: &[Field]| {
        let field = |field: &Field| {
            let default = field.default.clone();
            let default = default.map(|value| format!(" = {}", literal(value, field.ty.clone())));
            format!("  {}: {}{}\n", field.name, field.ty, default.unwrap_or_default())
        };
        fields.iter().map(field).collect::<String>()
    };
    writeln!(out, "customer {{\n{}}}", fields(&schema.traits)).expect("strings take everything");
    for event in &schema.events {
        writeln!(out, "event {} {{\n{}}}", event.name, fields(&event.properties))
            .expect("strings take everything");
    }
    out
}
