//! Keyed journeys: what their instances are told apart by, and the rule that every event that is
//! waited for says which of them it is about.

use std::sync::Arc;

use journey_base::{Code, TextRange};
use journey_syntax::{AstNode, SyntaxToken, ast};

use super::Checker;
use crate::cx::{AtHand, Stage};
use crate::expr::{any_list, shown};
use crate::findings::Finding;
use crate::names::NameKind;
use crate::table::Name;
use crate::thir::{BindingKind, CompareOp, Each, EventMatch, Expr, ExprKind, UnaryOp};
use crate::{Field, Type, declarations, walk};

/// What the instances of a journey are told apart by.
pub(super) struct Key {
    /// The value.
    pub(super) value: Expr,
    /// As it is written.
    source: Arc<str>,
    /// The names in it, such as `cart` and `id`: what a property that holds it may be called by.
    words: Vec<Arc<str>>,
}

/// A place where an event is waited for.
#[derive(Clone, Copy)]
pub(super) struct Site<'t> {
    pub(super) any: Option<SyntaxToken<'t>>,
    pub(super) event: Option<SyntaxToken<'t>>,
    pub(super) name: Option<ast::Name<'t>>,
    pub(super) alias: Option<ast::Alias<'t>>,
    pub(super) filter: Option<ast::WhereClause<'t>>,
}

/// The place of a match, from any node that has its parts.
macro_rules! site {
    ($node:expr) => {
        site!($node, $node.name())
    };
    ($node:expr, $name:expr) => {
        $crate::journey::keyed::Site {
            any: $node.kw_any_token(),
            event: $node.kw_event_token(),
            name: $name,
            alias: $node.alias(),
            filter: $node.where_clause(),
        }
    };
}
pub(super) use site;

impl Checker<'_> {
    /// `for each LIST as x`: the list is found in the event, its element is known from here on.
    pub(super) fn for_each(
        &mut self,
        entry: ast::EntryEvent<'_>,
        clause: ast::ForEach<'_>,
        matched: &EventMatch,
    ) -> Option<Each> {
        let list = self.list(entry, clause, matched);
        let item = match &list.ty {
            Type::List(item) if **item != Type::Unset => (**item).clone(),
            _ => Type::Error,
        };
        if item == Type::Error && !list.is_error() {
            let message = "`for each` goes through a list that the event has";
            let finding = Finding::new(Code::TYPE_MISMATCH, list.range, message);
            self.cx.report(finding.label(format!("this is {}", list.ty.with_article())));
        }
        let alias = clause.alias()?;
        let name = alias.name().filter(|name| self.cx.declare(*name))?;
        let kind = BindingKind::Value(item.clone());
        // The element has to have a name: there is nothing to remove.
        let item_id = self.cx.bind(name, TextRange::default(), kind, None, Vec::new(), false);
        self.cx.scope.push(item_id);
        self.cx.taken_from.insert(item_id, list.clone());
        (item != Type::Error).then_some(Each { list, item: item_id })
    }

    /// The list, as a value of the event at hand: what is only gone through is not kept.
    fn list(
        &mut self,
        entry: ast::EntryEvent<'_>,
        clause: ast::ForEach<'_>,
        matched: &EventMatch,
    ) -> Expr {
        let name = Name::new(self.cx.db, NameKind::Event, matched.event.clone());
        let Some(info) = declarations::event_type(self.cx.db, name) else {
            return self.cx.untyped(None);
        };
        let alias = entry.alias().and_then(|alias| alias.name());
        let named = alias.map(|name| name.range()).unwrap_or_default();
        let alias = alias.map(|name| name.source().into());
        let outer = self.cx.at_hand.replace(AtHand { info, alias, named });
        let known = matched.filter.as_ref().map(|filter| self.cx.paths.learn(filter, true));
        let list = self.cx.knowing(&known.unwrap_or_default(), |cx| {
            cx.at_stage(Stage::Entry, |cx| {
                cx.wish(|| vec![any_list()]);
                let list = cx.untyped(clause.expr());
                cx.present(list)
            })
        });
        self.cx.at_hand = outer;
        let used = std::mem::take(&mut self.cx.alias_used);
        let binding = matched.binding.map(|binding| binding.0 as usize);
        if let Some(bound) = binding.and_then(|at| self.cx.bindings.get_mut(at)) {
            bound.used |= used;
        }
        list
    }

    /// `keyed by EXPR`: a scalar that is found in the entry.
    pub(super) fn key(&mut self, clause: ast::KeyedBy<'_>) -> Expr {
        let value = self.cx.at_stage(Stage::Key, |cx| {
            cx.wish(shown);
            let value = cx.untyped(clause.expr());
            cx.present(value)
        });
        let value = self.check_key(value);
        let syntax = clause.expr().map(|expr| expr.syntax());
        let words = syntax.into_iter().flat_map(|node| node.leaves());
        let words = words.filter(|token| !token.kind().is_trivia()).map(|token| token.text());
        let words = words.filter(|word| word.starts_with(|c: char| c.is_alphabetic()));
        self.key = Some(Key {
            value: value.clone(),
            source: self.cx.source(value.range).into(),
            words: words.map(Arc::from).collect(),
        });
        value
    }

    fn check_key(&mut self, value: Expr) -> Expr {
        if value.is_error() {
            return value;
        }
        let range = value.range;
        if matches!(value.ty, Type::List(_) | Type::Record(_)) {
            let message = format!("{} is no key", value.ty.with_article());
            let finding = Finding::new(Code::TYPE_MISMATCH, range, message);
            self.cx.report(finding.note("take one of its values that tells it from others"));
            return Expr::error(range);
        }
        if !walk::reads_binding(&value) {
            let message = "this key is the same for all";
            let finding = Finding::new(Code::BAD_SHAPE, range, message);
            self.cx.report(finding.note(
                "take it from the event: `entry event cart_abandoned as cart keyed by cart.id`",
            ));
            return Expr::error(range);
        }
        value
    }

    /// In a keyed journey the match says which instance an event is about, or that any will do;
    /// in another one there is nothing to say.
    pub(super) fn tied(&mut self, site: Site<'_>, matched: &EventMatch) {
        let Some(key) = &self.key else {
            if let Some(any) = site.any {
                self.needless_any(any);
            }
            return;
        };
        // What an error is in may be the comparison.
        let failed = matched.filter.as_ref().is_some_and(Expr::is_error) || key.value.is_error();
        if site.any.is_some() || failed || matched.event.is_empty() {
            return;
        }
        let kinds = |binding: usize| self.cx.bindings.get(binding).map(|bound| &bound.kind);
        let tie = Tie { key: &key.value, kinds: &kinds };
        if matched.filter.as_ref().is_some_and(|filter| tie.holds(filter)) {
            return;
        }
        let (key, event) = (key.source.clone(), matched.event.clone());
        let range = site.name.map_or_else(TextRange::default, |name| name.range());
        let message =
            format!("an event `{event}` that is not about this `{key}` would do here, too");
        let mut finding = Finding::new(Code::UNKEYED_MATCH, range, message).note(format!(
            "the journey is keyed by `{key}`; compare it in the `where`, or say `any` if every \
             `{event}` of the customer is meant"
        ));
        if let Some((at, text)) = self.where_key(&site, &event, &key) {
            finding = finding.guess(format!("compare with `{key}`"), at, text);
        }
        if let Some(word) = site.event {
            let at = TextRange::empty(word.range().start);
            finding = finding.guess(format!("take any `{event}`"), at, "any ");
        }
        self.cx.structural(finding);
    }

    fn needless_any(&mut self, any: SyntaxToken<'_>) {
        let range = any.range();
        let message = "`any` says nothing here: the journey has no key";
        let finding = Finding::new(Code::NEEDLESS_ANY, range, message)
            .note("without a key every event of the customer is about the same");
        // The blank behind it goes with it.
        let behind = self.cx.text.get(range.end as usize..).unwrap_or_default();
        let blanks = (behind.len() - behind.trim_start().len()) as u32;
        self.cx.report(finding.safe(
            "remove it",
            TextRange::new(range.start, range.end + blanks),
            "",
        ));
    }

    /// A `where` that compares the key with the property that most likely holds it.
    fn where_key(
        &self,
        site: &Site<'_>,
        event: &Arc<str>,
        key: &str,
    ) -> Option<(TextRange, String)> {
        let name = Name::new(self.cx.db, NameKind::Event, event.clone());
        let info = declarations::event_type(self.cx.db, name)?;
        let wanted = self.key.as_ref()?;
        let property = likeliest(&info.ty.properties, wanted)?;
        let alias = site.alias.and_then(|alias| alias.name()).map(|name| name.source());
        let compared = format!("{}.{property} == {key}", alias.unwrap_or(event));
        let filter = site.filter.and_then(|filter| filter.expr());
        Some(match filter {
            Some(filter) => {
                let other = self.cx.source(filter.range());
                let simple = !matches!(filter, ast::Expr::OrChain(_) | ast::Expr::IfExpr(_));
                let other = if simple { other.to_owned() } else { format!("({other})") };
                (filter.range(), format!("{compared} and {other}"))
            }
            None => {
                let alias = site.alias.map(|alias| alias.range().end);
                let end = alias.or(site.name.map(|name| name.range().end))?;
                (TextRange::empty(end), format!(" where {compared}"))
            }
        })
    }
}

/// The property of the key's type whose name has most in common with the key's: for `cart.id`
/// first `cart_id`, then `cart` or `id`, then any that has one of the words in it, then the first.
fn likeliest<'f>(properties: &'f [Field], key: &Key) -> Option<&'f Arc<str>> {
    let fits = |field: &&Field| field.ty.required().join(&key.value.ty).is_some();
    let score = |field: &Field| {
        let name = &field.name;
        let joined = key.words.join("_");
        let last = key.words.last().is_some_and(|word| word == name);
        let any = key.words.iter().any(|word| word == name);
        let part = key.words.iter().any(|word| name.split('_').any(|part| part == &**word));
        [**name == *joined, last, any, part].iter().position(|fits| *fits).unwrap_or(4)
    };
    let fitting = properties.iter().filter(fits);
    fitting.min_by_key(|field| score(field)).map(|field| &field.name)
}

/// What ties an event to an instance: its key, or the id of one of its messages.
struct Tie<'k, F> {
    key: &'k Expr,
    kinds: &'k F,
}

impl<'k, F: Fn(usize) -> Option<&'k BindingKind>> Tie<'k, F> {
    /// Whether the condition holds only for events of this instance.
    fn holds(&self, condition: &Expr) -> bool {
        match &condition.kind {
            ExprKind::And(all) => all.iter().any(|part| self.holds(part)),
            ExprKind::Or(any) => any.iter().all(|part| self.holds(part)),
            ExprKind::Compare(CompareOp::Eq, sides) => {
                let [left, right] = &**sides;
                self.is_own(left) && walk::reads_event(right)
                    || self.is_own(right) && walk::reads_event(left)
            }
            ExprKind::InList(sides) => {
                let [item, list] = &**sides;
                let own = match &list.kind {
                    ExprKind::List(items) => items.iter().all(|item| self.is_own(item)),
                    _ => false,
                };
                own && walk::reads_event(item)
            }
            _ => false,
        }
    }

    /// Whether a value is the instance's own.
    fn is_own(&self, value: &Expr) -> bool {
        match &value.kind {
            ExprKind::Unary(UnaryOp::IntToNumber, inner) => self.is_own(inner),
            ExprKind::Bound { binding, .. } => {
                let kind = (self.kinds)(binding.0 as usize);
                kind == Some(&BindingKind::Message) || walk::same(value, self.key)
            }
            _ => walk::same(value, self.key),
        }
    }
}
