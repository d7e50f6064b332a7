//! What the names in a file stand for, for editors.

pub(crate) mod build;

use std::sync::Arc;

use journey_base::{FileId, TextRange};

use crate::Type;
use crate::names::NameKind;

/// What a name in source stands for. Two names stand for the same thing exactly if these are equal.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Definition {
    /// A name of the workspace; an action is called `destination.action`, a secret
    /// `destination.secret`.
    Name(NameKind, Arc<str>),
    /// A property of an event.
    Property {
        /// The event.
        event: Arc<str>,
        /// The property.
        name: Arc<str>,
    },
    /// A parameter of an action or a journey.
    Parameter {
        /// [`NameKind::Action`] or [`NameKind::Journey`].
        kind: NameKind,
        /// The name of that.
        of: Arc<str>,
        /// The parameter.
        name: Arc<str>,
    },
    /// A setting of a destination.
    Setting {
        /// The destination.
        destination: Arc<str>,
        /// The setting.
        name: Arc<str>,
    },
    /// A name that a journey gives to something in it, and that its tests know.
    Inner {
        /// What it is given to.
        kind: InnerKind,
        /// The journey.
        journey: Arc<str>,
        /// The name; of an arm `split.arm`.
        name: Arc<str>,
    },
    /// A name that is known in a part of one declaration: of an event that is bound, a captured
    /// value, a message, an element of a list.
    Local {
        /// Where it is given, relative to the declaration; in an [`Index`] in its file.
        at: TextRange,
        /// The name.
        name: Arc<str>,
    },
    /// Something of the language itself: `now`, `count`, `customer.id`, `.at`.
    BuiltIn(Arc<str>),
}

/// What a journey gives names to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum InnerKind {
    /// A tile.
    Label,
    /// A split.
    Split,
    /// An arm of a split.
    SplitArm,
    /// A way to leave: an `exit`.
    Outcome,
    /// A goal.
    Goal,
}

impl Definition {
    /// `name` of an event: one of its properties, or its time.
    pub(crate) fn of_event(event: &Arc<str>, name: &str) -> Definition {
        match name {
            "at" => Definition::BuiltIn("event.at".into()),
            _ => Definition::Property { event: event.clone(), name: name.into() },
        }
    }

    /// The word that stands in source: of an action the part behind the dot.
    pub fn word(&self) -> &str {
        let full = match self {
            Definition::Name(_, name)
            | Definition::Property { name, .. }
            | Definition::Parameter { name, .. }
            | Definition::Setting { name, .. }
            | Definition::Inner { name, .. }
            | Definition::Local { name, .. }
            | Definition::BuiltIn(name) => name,
        };
        full.rsplit_once('.').map_or(full, |(_, word)| word)
    }
}

/// A name and what it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The name, in its file.
    pub range: TextRange,
    /// What it stands for.
    pub definition: Definition,
    /// Whether the name is given here.
    pub declares: bool,
}

/// What the names of a file, or of one declaration, stand for, and the types of its expressions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Index {
    /// Names by place.
    pub references: Vec<Reference>,
    /// Expressions, those inside before those around them, each with its type.
    pub types: Vec<(TextRange, Type)>,
}

impl Index {
    /// The name that `offset` touches.
    pub fn at(&self, offset: u32) -> Option<&Reference> {
        let touches = |it: &&Reference| it.range.start <= offset && offset <= it.range.end;
        // Between two names that touch, the one that begins there counts.
        self.references.iter().rev().find(touches)
    }

    /// The type of the smallest expression that covers `range`.
    pub fn type_of(&self, range: TextRange) -> Option<&Type> {
        let covers = |it: &&(TextRange, Type)| it.0.start <= range.start && range.end <= it.0.end;
        self.types.iter().filter(covers).min_by_key(|(it, _)| it.len()).map(|(_, ty)| ty)
    }
}

/// What can stand in an expression at some place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// The type that the declaration or clause around wants, if it says so.
    pub wanted: Option<Type>,
    /// The types that fit here, the best first: the one that is wanted, or those that go with the
    /// other side of an operator. `list<?>` is any list, an enum without members any enum, and
    /// `unset` anything that may be unset.
    pub fits: Vec<Type>,
    /// Names that are known here and not in the whole workspace, the innermost first.
    pub names: Vec<InScope>,
    /// Whether `customer.…` can stand here.
    pub customer: bool,
    /// Whether `now` can.
    pub now: bool,
    /// Whether `entered` can.
    pub entered: bool,
    /// Whether `count(…)` and the like can.
    pub history: bool,
    /// Whether only what is known before anything runs can.
    pub constant: bool,
    /// Labels of the journey's tiles.
    pub labels: Vec<Arc<str>>,
    /// What may be unset elsewhere and is known to be set here, each with what stands before its
    /// dot: `customer`, an event; nothing before a value.
    pub set: Vec<(Arc<str>, Arc<str>)>,
}

impl Scope {
    /// The type of something that is declared with `ty`, without its `?` where it is known to be set.
    pub fn narrowed(&self, base: &str, name: &str, ty: &Type) -> Type {
        let set = self.set.iter().any(|(of, it)| **of == *base && **it == *name);
        if set { ty.required() } else { ty.clone() }
    }
}

/// A name that is in scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InScope {
    /// The name.
    pub name: Arc<str>,
    /// Its type, if it is a value.
    pub ty: Option<Type>,
    /// The event whose properties stand behind its `.`, if it is one.
    pub event: Option<Arc<str>>,
    /// Whether it is an event that may not have come.
    pub missing: bool,
    /// What it is, in a word: `value`, `event`, `message`, `element`, `parameter`, `setting`,
    /// `secret`.
    pub what: &'static str,
}

impl InScope {
    pub(crate) fn value(name: &Arc<str>, ty: Option<Type>, what: &'static str) -> InScope {
        InScope { name: name.clone(), ty, event: None, missing: false, what }
    }

    pub(crate) fn event(name: &Arc<str>, event: &Arc<str>, missing: bool) -> InScope {
        let event = Some(event.clone());
        InScope { name: name.clone(), ty: None, event, missing, what: "event" }
    }
}

/// A place in the workspace at which something is declared or used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Spot {
    /// The file.
    pub file: FileId,
    /// Where in it.
    pub range: TextRange,
    /// Whether the name is given here.
    pub declares: bool,
}

pub use crate::expr::FUNCTIONS;

/// The names of types, `list` aside.
pub fn type_names() -> impl Iterator<Item = &'static str> {
    crate::types::NAMED.iter().map(|(name, _)| *name)
}
