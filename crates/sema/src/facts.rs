//! What is known to be set, and how it becomes known.
//!
//! A fact is a path (a trait, a property of a binding, a field of either) that is known to hold
//! a value. Facts are bits of a set, because they are copied at every arm of every block.

use std::sync::Arc;

use journey_base::TextRange;
use rustc_hash::FxHashMap;

use crate::thir::{BindingId, CompareOp, Expr, ExprKind, HistoryFn, HistoryRange};
use crate::walk;

/// Something that can be unset and keeps its value while nobody changes it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Path {
    /// A trait.
    Trait(Arc<str>),
    /// A property of the event at hand.
    Event(Arc<str>),
    /// An optional binding itself.
    Binding(BindingId),
    /// A property of a binding.
    Property(BindingId, Arc<str>),
    /// A parameter of an action, or a setting of its destination.
    Parameter(Arc<str>),
    /// The element that a lambda at this level speaks of.
    Item(u32),
    /// What `last(…)` gives, by the question, wherever it is asked. It keeps its value while nothing
    /// happens and no time passes.
    Last(Arc<Expr>),
    /// A parameter or a captured value.
    Value(BindingId),
    /// A field of a record at another path.
    Field(PathId, u32),
}

/// A path, numbered.
pub(crate) type PathId = u32;

/// All paths a body speaks of.
#[derive(Debug, Default)]
pub(crate) struct Paths {
    ids: FxHashMap<Path, PathId>,
    paths: Vec<Path>,
    /// Those that begin at a trait, or at what else can change while a member stands still.
    traits: Facts,
    /// Those that count from the arrival at a labelled tile, by label.
    since: FxHashMap<Arc<str>, Facts>,
    /// Those that begin at the event at hand.
    events: Facts,
}

impl Paths {
    /// The number of `path`.
    pub(crate) fn id(&mut self, path: Path) -> PathId {
        if let Some(id) = self.ids.get(&path) {
            return *id;
        }
        let id = self.paths.len() as PathId;
        if let Some(label) = self.counts_since(&path) {
            self.since.entry(label).or_default().insert(id);
        }
        match &path {
            Path::Trait(_) | Path::Last(_) => self.traits.insert(id),
            Path::Event(_) => self.events.insert(id),
            Path::Field(base, _) if self.traits.contains(*base) => self.traits.insert(id),
            Path::Field(base, _) if self.events.contains(*base) => self.events.insert(id),
            _ => {}
        }
        self.paths.push(path.clone());
        self.ids.insert(path, id);
        id
    }

    /// The label of the tile that a path counts from.
    fn counts_since(&self, path: &Path) -> Option<Arc<str>> {
        match path {
            Path::Last(asked) => match &asked.kind {
                ExprKind::History(history) => match &history.range {
                    HistoryRange::SinceLabel(label) => Some(label.clone()),
                    _ => None,
                },
                _ => None,
            },
            Path::Field(base, _) => {
                let mut known = self.since.iter();
                known.find(|(_, facts)| facts.contains(*base)).map(|(label, _)| label.clone())
            }
            _ => None,
        }
    }

    /// What is over when a member arrives at the tile with this label.
    pub(crate) fn since(&self, label: &str) -> Facts {
        self.since.get(label).cloned().unwrap_or_default()
    }

    /// What the arrival at any tile ends.
    pub(crate) fn since_any(&self) -> Facts {
        self.since.values().fold(Facts::default(), |mut all, facts| {
            all.add(facts);
            all
        })
    }

    /// The paths that `facts` speak of.
    pub(crate) fn known<'p>(&'p self, facts: &'p Facts) -> impl Iterator<Item = &'p Path> {
        let all = (0..).zip(&self.paths);
        all.filter(|(id, _)| facts.contains(*id)).map(|(_, path)| path)
    }

    /// The path of an expression, if it is one.
    pub(crate) fn of(&mut self, expr: &Expr) -> Option<PathId> {
        let path = match &expr.kind {
            ExprKind::Trait(name) => Path::Trait(name.clone()),
            ExprKind::Event { property, .. } => Path::Event(property.clone()),
            ExprKind::Bound { binding, property } => Path::Property(*binding, property.clone()),
            ExprKind::Parameter(name) => Path::Parameter(name.clone()),
            ExprKind::History(history) if history.function == HistoryFn::Last => {
                let mut asked = expr.clone();
                asked.ty = asked.ty.required();
                walk::relocate(&mut asked, TextRange::default());
                Path::Last(asked.into())
            }
            ExprKind::Item(item) => Path::Item(item.level),
            ExprKind::Value(binding) => Path::Value(*binding),
            ExprKind::Field(base, field) => Path::Field(self.of(base)?, *field),
            _ => return None,
        };
        Some(self.id(path))
    }

    /// The facts among `facts` that speak of traits: those that a change of the customer can undo.
    pub(crate) fn of_traits(&self, facts: &Facts) -> Facts {
        facts.intersection(&self.traits)
    }

    /// The facts among `facts` that stay true: those about bindings.
    pub(crate) fn lasting(&self, facts: &Facts) -> Facts {
        let mut lasting = facts.clone();
        lasting.remove(&self.traits);
        lasting.remove(&self.events);
        lasting
    }

    /// All paths that begin at the trait `name`.
    pub(crate) fn beneath(&mut self, name: &Arc<str>) -> Facts {
        let mut found = Facts::default();
        found.insert(self.id(Path::Trait(name.clone())));
        // A path has a larger number than the one it builds on.
        for (id, path) in self.paths.iter().enumerate() {
            if matches!(path, Path::Field(base, _) if found.contains(*base)) {
                found.insert(id as PathId);
            }
        }
        found
    }

    /// The properties of the event at hand among `facts`.
    pub(crate) fn event_properties(&self, facts: &Facts) -> Vec<Arc<str>> {
        let known = self.paths.iter().enumerate().filter(|(id, _)| facts.contains(*id as PathId));
        known
            .filter_map(|(_, path)| match path {
                Path::Event(property) => Some(property.clone()),
                _ => None,
            })
            .collect()
    }

    /// What is known where `condition` came out as `outcome`.
    pub(crate) fn learn(&mut self, condition: &Expr, outcome: bool) -> Facts {
        let (if_true, if_false) = self.learn_both(condition);
        if outcome { if_true } else { if_false }
    }

    /// What is known where `condition` holds, and where it does not. Both at once: either needs
    /// both of what is inside, and asking twice at each level would double the work every time.
    pub(crate) fn learn_both(&mut self, condition: &Expr) -> (Facts, Facts) {
        match &condition.kind {
            ExprKind::Not(inner) => {
                let (if_true, if_false) = self.learn_both(inner);
                (if_false, if_true)
            }
            ExprKind::And(all) => self.learn_all(all.iter(), false),
            ExprKind::Or(any) => {
                let (if_false, if_true) = self.learn_all(any.iter(), true);
                (if_true, if_false)
            }
            kind => {
                let mut facts = Facts::default();
                match kind {
                    // These are false where their left side is unset: where they hold, it is set.
                    ExprKind::Compare(CompareOp::Eq, sides) | ExprKind::InList(sides) => {
                        let [left, _] = &**sides;
                        self.note(left, &mut facts);
                    }
                    ExprKind::InRange(sides) => {
                        let [left, ..] = &**sides;
                        self.note(left, &mut facts);
                    }
                    ExprKind::IsSet(inner) => self.note(inner, &mut facts),
                    ExprKind::BindingIsSet(binding) => {
                        facts.insert(self.id(Path::Binding(*binding)));
                    }
                    _ => {}
                }
                (facts, Facts::default())
            }
        }
    }

    /// For a conjunction: what is known where all hold, and where not all do. For a disjunction,
    /// `flipped`: where none holds, and where one does.
    fn learn_all<'e>(
        &mut self,
        parts: impl Iterator<Item = &'e Expr>,
        flipped: bool,
    ) -> (Facts, Facts) {
        let mut all = Facts::default();
        let mut one: Option<Facts> = None;
        for part in parts {
            let (if_true, if_false) = self.learn_both(part);
            let (same, mut other) = if flipped { (if_false, if_true) } else { (if_true, if_false) };
            // This one came out the other way, and those before it did not.
            other.add(&all);
            one = Some(match one {
                None => other,
                Some(one) => one.intersection(&other),
            });
            all.add(&same);
        }
        (all, one.unwrap_or_default())
    }

    /// Notes that `expr` is set, and with it what it is a part of.
    fn note(&mut self, expr: &Expr, facts: &mut Facts) {
        if let Some(id) = self.of(expr) {
            facts.insert(id);
        }
        match &expr.kind {
            ExprKind::Bound { binding, .. } => facts.insert(self.id(Path::Binding(*binding))),
            ExprKind::Field(base, _) => self.note(base, facts),
            _ => {}
        }
    }
}

/// A set of paths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    words: Vec<u64>,
}

impl Facts {
    pub(crate) fn contains(&self, id: PathId) -> bool {
        self.words.get(id as usize / 64).is_some_and(|word| word & (1 << (id % 64)) != 0)
    }

    pub(crate) fn insert(&mut self, id: PathId) {
        let index = id as usize / 64;
        if self.words.len() <= index {
            self.words.resize(index + 1, 0);
        }
        if let Some(word) = self.words.get_mut(index) {
            *word |= 1 << (id % 64);
        }
    }

    pub(crate) fn add(&mut self, other: &Facts) {
        if self.words.len() < other.words.len() {
            self.words.resize(other.words.len(), 0);
        }
        for (word, more) in self.words.iter_mut().zip(&other.words) {
            *word |= more;
        }
    }

    pub(crate) fn remove(&mut self, other: &Facts) {
        for (word, less) in self.words.iter_mut().zip(&other.words) {
            *word &= !less;
        }
    }

    pub(crate) fn intersection(&self, other: &Facts) -> Facts {
        Facts { words: self.words.iter().zip(&other.words).map(|(a, b)| a & b).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::{Facts, Path, Paths};
    use crate::Type;
    use crate::thir::{Expr, ExprKind};
    use journey_base::TextRange;

    fn is_set(name: &str) -> Expr {
        let kind = ExprKind::Trait(name.into());
        let inner = Expr { kind, ty: Type::Text.optional(), range: TextRange::default() };
        bool(ExprKind::IsSet(inner.into()))
    }

    fn bool(kind: ExprKind) -> Expr {
        Expr { kind, ty: Type::Bool, range: TextRange::default() }
    }

    fn known(paths: &mut Paths, facts: &Facts, name: &str) -> bool {
        let id = paths.id(Path::Trait(name.into()));
        facts.contains(id)
    }

    #[test]
    fn and_gives_both_or_gives_what_is_common() {
        let mut paths = Paths::default();
        let both = bool(ExprKind::And(vec![is_set("a"), is_set("b")]));
        let facts = paths.learn(&both, true);
        assert!(known(&mut paths, &facts, "a") && known(&mut paths, &facts, "b"));
        let either = bool(ExprKind::Or(vec![is_set("a"), is_set("b")]));
        let facts = paths.learn(&either, true);
        assert!(!known(&mut paths, &facts, "a") && !known(&mut paths, &facts, "b"));
    }

    #[test]
    fn the_negation_of_or_gives_the_negation_of_each() {
        let mut paths = Paths::default();
        let unset = |name| bool(ExprKind::Not(is_set(name).into()));
        let either = bool(ExprKind::Or(vec![unset("a"), unset("b")]));
        let facts = paths.learn(&either, false);
        assert!(known(&mut paths, &facts, "a") && known(&mut paths, &facts, "b"));
        let both = bool(ExprKind::And(vec![unset("a"), unset("b")]));
        let facts = paths.learn(&both, false);
        assert!(!known(&mut paths, &facts, "a"));
    }

    #[test]
    fn forgetting_traits_keeps_the_rest() {
        let mut paths = Paths::default();
        let (a, b) = (paths.id(Path::Trait("a".into())), paths.id(Path::Event("b".into())));
        let below = paths.id(Path::Field(a, 3));
        let mut facts = Facts::default();
        for id in [a, b, below] {
            facts.insert(id);
        }
        let traits = paths.of_traits(&facts);
        assert_eq!(traits, paths.beneath(&"a".into()));
        facts.remove(&traits);
        assert!(facts.contains(b) && !facts.contains(a) && !facts.contains(below));
    }
}
