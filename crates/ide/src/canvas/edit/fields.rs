//! A field of the form is set, or taken away.

use journey_base::TextRange;
use journey_syntax::{SyntaxElement, SyntaxKind, SyntaxNode};

use super::op::{Op, Refusal};
use super::surgery::{Splice, indent_at};
use super::tiles::draft;
use super::{Desk, Draft, Track};
use crate::canvas::form::{FieldType, Slot, Spot, slots};

impl<'a> Desk<'a> {
    pub(super) fn set_field(
        &self,
        tile: &str,
        name: &str,
        value: Option<&str>,
        at: Option<u32>,
    ) -> Result<Draft<'a>, Refusal> {
        let (number, _) = self.statement(tile)?;
        let mut all = slots(self.workspace, self.sheet, number).into_iter();
        let none = || Refusal::NoField { tile: tile.to_owned(), field: name.to_owned() };
        let slot = all.find(|slot| slot.field.name == name).ok_or_else(none)?;
        let value = value.map(|value| value.replace("\r\n", "\n").trim().to_owned());
        let value = value.filter(|value| !value.is_empty());
        let value = value.filter(|it| slot.field.ty != FieldType::Flag || it == "true");
        if value.is_none() && !slot.field.optional {
            return Err(Refusal::Required { field: slot.field.label });
        }
        let owner = Track::Same(number);
        let (field, old) = (slot.field.name.clone(), slot.field.text.clone());
        let mut splices = Vec::new();
        let mut index = None;
        if value != old {
            let (splice, was) = self.set(&slot, value.as_deref(), at);
            splices.push(splice);
            index = was;
        }
        let back_field = field.clone();
        let changed = value != old;
        let back = move |after: &super::After<'_>| {
            let tile = after.key(owner);
            let op = Op::SetField { tile, field: back_field, value: old, at: index };
            changed.then_some(op).into_iter().collect()
        };
        let reads = Some((owner, field, value));
        Ok(Draft { same_shape: true, reads, ..draft(splices, owner, back) })
    }

    /// Sets a field. Of one that is taken out of a list it is said where it stood.
    fn set(&self, slot: &Slot, value: Option<&str>, at: Option<u32>) -> (Splice, Option<u32>) {
        let flag = slot.field.ty == FieldType::Flag;
        match (&slot.spot, value) {
            (Spot::Doc(before), value) => {
                let indent = indent_at(self.parse.tree.text(), before.start);
                let lines = value.into_iter().flat_map(str::lines);
                let lines = lines.map(|line| format!("/// {line}").trim_end().to_owned());
                let text: String = lines.map(|line| format!("{line}\n{indent}")).collect();
                (Splice::new(*before, text), None)
            }
            (Spot::There(range), Some(value)) => (Splice::new(*range, value), None),
            (Spot::There(range), None) => self.take_clause(*range),
            (Spot::Missing { at: end, before, after }, value) => {
                let value = if flag { "" } else { value.unwrap_or_default() };
                let item = format!("{}{value}", before.trim_start_matches([',', ' ']));
                match at.and_then(|at| self.item_at(*end, at as usize)) {
                    Some(place) => {
                        (Splice::new(TextRange::empty(place), format!("{item}, ")), None)
                    }
                    None => {
                        let text = format!("{before}{value}{after}");
                        (Splice::new(TextRange::empty(*end), text), None)
                    }
                }
            }
        }
    }

    /// Takes a value away with the clause it makes up, or with the comma of the list it is in.
    fn take_clause(&self, value: TextRange) -> (Splice, Option<u32>) {
        let text = self.parse.tree.text();
        let way = crate::place::covering(&self.parse.tree, value);
        let item = |node: &&SyntaxNode<'_>| {
            matches!(node.kind(), SyntaxKind::ARG | SyntaxKind::ASSIGNMENT)
        };
        let position = way.iter().rposition(|node| item(&node)).filter(|at| {
            // The value of it, not something in the value.
            way.get(*at).is_some_and(|node| node.range().end == value.end)
        });
        if let Some(position) = position
            && let (Some(node), Some(list)) =
                (way.get(position), position.checked_sub(1).and_then(|at| way.get(at)))
        {
            return self.take_item(*node, *list);
        }
        let clause = way.iter().rfind(|node| {
            use SyntaxKind as K;
            matches!(
                node.kind(),
                K::ALIAS
                    | K::WHERE_CLAUSE
                    | K::SINCE
                    | K::UP_TO
                    | K::BY_TIME
                    | K::EVERY
                    | K::REPEAT_UNTIL
                    | K::BODY_PART
                    | K::TIMEOUT_PART
                    | K::RETRY_PART
                    | K::RESPONSE
                    | K::PER_ENTRY
                    | K::LABEL
            )
        });
        let range = clause.map_or(value, |clause| clause.range());
        if clause.is_some_and(|clause| clause.kind() == SyntaxKind::LABEL) {
            let rest = text.get(range.end as usize..).unwrap_or_default();
            let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
            return (Splice::new(TextRange::new(range.start, range.end + blanks as u32), ""), None);
        }
        let before = TextRange::new(0, range.start).of(text).trim_end().len() as u32;
        (Splice::new(TextRange::new(before, range.end), ""), None)
    }

    fn take_item(&self, node: SyntaxNode<'_>, list: SyntaxNode<'_>) -> (Splice, Option<u32>) {
        let items: Vec<SyntaxNode<'_>> = list.elements().filter_map(SyntaxElement::node).collect();
        let index = items.iter().position(|it| *it == node).unwrap_or(0);
        let before = index.checked_sub(1).and_then(|at| items.get(at));
        let next = items.get(index + 1);
        let range = match (before, next) {
            (_, Some(next)) => TextRange::new(node.range().start, next.range().start),
            (Some(before), None) => TextRange::new(before.range().end, node.range().end),
            (None, None) => {
                // All that stands between the brackets.
                let open = list.first_token().map_or(node.range().start, |it| it.range().end);
                TextRange::new(open, list.range().end.saturating_sub(1))
            }
        };
        (Splice::new(range, ""), next.map(|_| index as u32))
    }

    /// Where the item of this number begins, in the list that has its end at `end`.
    fn item_at(&self, end: u32, number: usize) -> Option<u32> {
        let way = crate::place::covering(&self.parse.tree, TextRange::empty(end));
        let list = way
            .iter()
            .rfind(|node| matches!(node.kind(), SyntaxKind::ARG_LIST | SyntaxKind::ASSIGNMENTS))?;
        let item = list.elements().filter_map(SyntaxElement::node).nth(number)?;
        Some(item.range().start)
    }
}
