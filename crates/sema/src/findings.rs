//! What a check found, before it is known where in the workspace the item stands.
//!
//! A finding's ranges are relative to its item, and another item's declaration is referred to by
//! name. So the result of a check stays equal when lines move, here or there; only when
//! diagnostics are made are places looked up.

use std::sync::Arc;

use journey_base::{Applicability, Code, TextRange};

use crate::names::NameKind;
use crate::suggest::Candidate;

/// One finding in an item.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Finding {
    /// Which kind of finding.
    pub(crate) code: Code,
    /// One line: what is wrong, naming the thing.
    pub(crate) message: String,
    /// Where in the item.
    pub(crate) range: TextRange,
    /// The remark at that place; may be empty.
    pub(crate) label: String,
    /// Other places that matter, with remarks.
    pub(crate) also: Vec<(Place, String)>,
    /// What to do, or why it is so.
    pub(crate) notes: Vec<String>,
    /// Edits that would mend it.
    pub(crate) repairs: Vec<Repair>,
    /// The name that is not declared, if it is about one.
    pub(crate) unknown: Option<Box<Unknown>>,
}

/// A name that is not declared. What was probably meant is looked for only when the finding is
/// shown: it takes a while, and depends on every name of the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Unknown {
    /// What it would be.
    pub(crate) kind: NameKind,
    /// The name.
    pub(crate) name: Arc<str>,
    /// Names that would do beside those of the kind.
    pub(crate) nearby: Vec<Candidate>,
    /// What all of them are called.
    pub(crate) plural: String,
}

/// A place that a finding points at beside its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// In the same item.
    Here(TextRange),
    /// Where a name is declared. An action is called `destination.action`.
    Name(NameKind, Arc<str>),
    /// Where a property of an event is declared.
    Property(Arc<str>, Arc<str>),
    /// Where a parameter of an action is declared.
    Parameter(Arc<str>, Arc<str>),
    /// Behind the declaration of a parameter of an action.
    AfterParameter(Arc<str>, Arc<str>),
    /// Behind the declaration of a trait.
    AfterTrait(Arc<str>),
}

/// A set of edits in the item that mends a finding.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Repair {
    /// What it does.
    pub(crate) title: String,
    /// Whether it may be applied unseen.
    pub(crate) applicability: Applicability,
    /// What is replaced by what.
    pub(crate) edits: Vec<(TextRange, String)>,
    /// What is put in at a place that may be in another item.
    pub(crate) elsewhere: Option<(Place, String)>,
}

impl Finding {
    /// A finding with nothing but its message.
    pub(crate) fn new(code: Code, range: TextRange, message: impl Into<String>) -> Finding {
        Finding {
            code,
            message: message.into(),
            range,
            label: String::new(),
            also: Vec::new(),
            notes: Vec::new(),
            repairs: Vec::new(),
            unknown: None,
        }
    }

    /// Puts a remark at its own place.
    #[must_use]
    pub(crate) fn label(mut self, text: impl Into<String>) -> Finding {
        self.label = text.into();
        self
    }

    /// Adds another place of the same item.
    #[must_use]
    pub(crate) fn here(self, range: TextRange, text: impl Into<String>) -> Finding {
        self.at(Place::Here(range), text)
    }

    /// Adds another place.
    #[must_use]
    pub(crate) fn at(mut self, place: Place, text: impl Into<String>) -> Finding {
        self.also.push((place, text.into()));
        self
    }

    /// Adds a note.
    #[must_use]
    pub(crate) fn note(mut self, text: impl Into<String>) -> Finding {
        self.notes.push(text.into());
        self
    }

    /// Adds a repair that is right whatever was meant.
    #[must_use]
    pub(crate) fn safe(
        self,
        title: impl Into<String>,
        range: TextRange,
        text: impl Into<String>,
    ) -> Finding {
        self.repair(title, Applicability::Safe, vec![(range, text.into())])
    }

    /// Adds a repair that someone should look at.
    #[must_use]
    pub(crate) fn guess(
        self,
        title: impl Into<String>,
        range: TextRange,
        text: impl Into<String>,
    ) -> Finding {
        self.repair(title, Applicability::Unsafe, vec![(range, text.into())])
    }

    /// Adds a repair of several edits.
    #[must_use]
    pub(crate) fn repair(
        mut self,
        title: impl Into<String>,
        applicability: Applicability,
        edits: Vec<(TextRange, String)>,
    ) -> Finding {
        self.repairs.push(Repair { title: title.into(), applicability, edits, elsewhere: None });
        self
    }

    /// Adds a repair that puts something in where something else is declared.
    #[must_use]
    pub(crate) fn elsewhere(
        mut self,
        title: impl Into<String>,
        place: Place,
        text: impl Into<String>,
    ) -> Finding {
        let (title, applicability) = (title.into(), Applicability::Unsafe);
        let elsewhere = Some((place, text.into()));
        self.repairs.push(Repair { title, applicability, edits: Vec::new(), elsewhere });
        self
    }

    /// Whether the body it is about cannot be used.
    pub(crate) fn is_error(&self) -> bool {
        self.code.severity() == journey_base::Severity::Error
    }
}
