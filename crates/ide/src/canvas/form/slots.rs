//! Fields and the places where they stand, or would.

use std::sync::Arc;

use journey_base::TextRange;
use journey_syntax::{AstNode, SyntaxNode, SyntaxToken, ast};

use super::{Choice, Completion, FieldType, FormField};

/// A field and how it is set.
pub(in crate::canvas) struct Slot {
    pub(in crate::canvas) field: FormField,
    pub(in crate::canvas) spot: Spot,
}

/// How a field is set.
#[derive(Debug, Clone)]
pub(in crate::canvas) enum Spot {
    /// It is there: its value, and all that goes with it.
    There(TextRange),
    /// It is not: what is written here is put between these words.
    Missing { at: u32, before: String, after: &'static str },
    /// A doc comment: what is replaced by one.
    Doc(TextRange),
}

/// Collects fields from the first to the last. What is missing goes behind what was there last.
pub(super) struct Slots<'s> {
    pub(super) text: &'s str,
    pub(super) found: Vec<Slot>,
    /// Where the last thing ends that is there.
    pub(super) end: u32,
    /// What names of fields begin with.
    pub(super) prefix: String,
}

/// What a field is.
pub(super) struct About {
    pub(super) ty: FieldType,
    pub(super) completion: Completion,
    pub(super) choices: Vec<Choice>,
    pub(super) rename: bool,
}

impl About {
    fn of(ty: FieldType, completion: Completion) -> About {
        About { ty, completion, choices: Vec::new(), rename: false }
    }

    pub(super) fn name() -> About {
        About { rename: true, ..About::of(FieldType::Name, Completion::None) }
    }

    pub(super) fn expression(wanted: impl Into<String>) -> About {
        About::of(FieldType::Expression { wanted: wanted.into() }, Completion::Expression)
    }

    pub(super) fn condition() -> About {
        About::of(FieldType::Condition, Completion::Expression)
    }

    pub(super) fn duration() -> About {
        About::of(FieldType::Duration, Completion::Expression)
    }

    pub(super) fn plain(ty: FieldType) -> About {
        About::of(ty, Completion::None)
    }

    pub(super) fn source(what: &str) -> About {
        About::plain(FieldType::Source { what: what.to_owned() })
    }

    pub(super) fn choice(completion: Completion, names: &[Arc<str>]) -> About {
        About::of(FieldType::Choice, completion).choices(names.iter().map(|name| name.to_string()))
    }

    pub(super) fn choices(mut self, values: impl Iterator<Item = String>) -> About {
        self.choices = values.map(|value| Choice { label: value.clone(), value }).collect();
        self
    }
}

impl Slots<'_> {
    fn push(&mut self, name: &str, label: &str, about: About, optional: bool, spot: Spot) {
        let span = match &spot {
            Spot::There(value) => Some(*value),
            _ => None,
        };
        let About { ty, completion, choices, rename } = about;
        let field = FormField {
            name: format!("{}{name}", self.prefix),
            label: label.to_owned(),
            ty,
            choices,
            text: span.map(|span| span.of(self.text).to_owned()),
            span,
            optional,
            completion,
            rename,
        };
        self.found.push(Slot { field, spot });
    }

    /// Something that must be there. Where it is not, the text is broken, and there is no field.
    pub(super) fn required(
        &mut self,
        name: &str,
        label: &str,
        value: Option<TextRange>,
        about: About,
    ) {
        if let Some(value) = value {
            self.end = self.end.max(value.end);
            self.push(name, label, about, false, Spot::There(value));
        }
    }

    /// A clause: `before` and a value, as in ` where total > 3`.
    pub(super) fn clause(
        &mut self,
        name: &str,
        label: &str,
        value: Option<TextRange>,
        before: &str,
        about: About,
    ) {
        let spot = match value {
            Some(value) => {
                self.end = self.end.max(value.end);
                Spot::There(value)
            }
            None => Spot::Missing { at: self.end, before: before.to_owned(), after: "" },
        };
        self.push(name, label, about, true, spot);
    }

    /// A word that is there or not.
    pub(super) fn flag(&mut self, name: &str, label: &str, word: Option<TextRange>, before: &str) {
        let spot = match word {
            Some(word) => {
                self.end = self.end.max(word.end);
                Spot::There(word)
            }
            None => Spot::Missing { at: self.end, before: before.to_owned(), after: "" },
        };
        self.push(name, label, About::plain(FieldType::Flag), true, spot);
        if let Some(field) = self.found.last_mut().map(|slot| &mut slot.field) {
            field.text = field.text.as_ref().map(|_| "true".to_owned());
        }
    }

    /// A label, which stands before the tile.
    pub(super) fn label(&mut self, label: Option<ast::Name<'_>>, tile: u32) {
        let spot = match label {
            Some(name) => Spot::There(name.range()),
            None => Spot::Missing { at: tile, before: String::new(), after: ": " },
        };
        self.push("label", "label", About::name(), true, spot);
    }

    /// The doc comment, in place of what stands before the tile.
    pub(super) fn doc(&mut self, text: String, before: TextRange, span: Option<TextRange>) {
        self.push("doc", "notes", About::plain(FieldType::Doc), true, Spot::Doc(before));
        if let Some(field) = self.found.last_mut().map(|slot| &mut slot.field) {
            field.span = span;
            field.text = span.map(|_| text);
        }
    }

    /// `name: value` between commas, in brackets that begin at `open`.
    pub(super) fn item(
        &mut self,
        (name, label): (&str, &str),
        value: Option<TextRange>,
        list: &List,
        optional: bool,
        about: About,
    ) {
        let spot = match value {
            Some(value) => Spot::There(value),
            None => {
                let key = name.rsplit_once('.').map_or(name, |(_, key)| key);
                let comma = if list.empty || list.comma { " " } else { ", " };
                let comma = if list.empty && list.tight { "" } else { comma };
                let after = if list.empty && !list.tight { " " } else { "" };
                Spot::Missing { at: list.end, before: format!("{comma}{key}: "), after }
            }
        };
        self.push(name, label, about, optional, spot);
    }
}

/// Things with commas between them.
pub(super) struct List {
    /// Where another one goes.
    pub(super) end: u32,
    /// Whether there is none.
    pub(super) empty: bool,
    /// Whether the last one has a comma behind it.
    pub(super) comma: bool,
    /// Whether it has no blanks at its brackets.
    pub(super) tight: bool,
}

impl List {
    pub(super) fn of(
        open: Option<SyntaxToken<'_>>,
        last: Option<SyntaxNode<'_>>,
        comma: Option<SyntaxToken<'_>>,
        tight: bool,
    ) -> Option<List> {
        let open = open?.range().end;
        let item = last.map_or(open, |last| last.range().end);
        let comma = comma.map(|comma| comma.range().end).filter(|comma| *comma > item);
        let end = comma.unwrap_or(item);
        Some(List { end, empty: last.is_none(), comma: comma.is_some(), tight })
    }
}

/// From the beginning of one thing to the end of another.
pub(super) fn spread<'t, N: AstNode<'t>>(mut nodes: impl Iterator<Item = N>) -> Option<TextRange> {
    let first = nodes.next()?.range();
    Some(nodes.fold(first, |all, node| all.cover(node.range())))
}
