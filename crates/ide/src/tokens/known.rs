//! What the checker knows of the names and texts of a declaration, by place.

use std::collections::BTreeMap;
use std::sync::Arc;

use journey_base::TextRange;
use journey_sema::Type;
use journey_sema::index::{Definition, Index};

/// What is known of a declaration.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// What names stand for.
    names: BTreeMap<TextRange, Definition>,
    /// Expressions whose values are members of an enum, with those members.
    enums: BTreeMap<TextRange, Arc<[Arc<str>]>>,
}

impl Known {
    pub(super) fn of(index: Index) -> Known {
        let names = index.references.into_iter().map(|it| (it.range, it.definition));
        let enums = index.types.into_iter().filter_map(|(range, ty)| match ty.required() {
            Type::Enum(members) => Some((range, members)),
            _ => None,
        });
        Known { names: names.collect(), enums: enums.collect() }
    }

    /// What the name at a place stands for.
    pub(super) fn name(&self, range: TextRange) -> Option<&Definition> {
        self.names.get(&range)
    }

    /// Whether the expression at a place has values of an enum, and `text` is one of them.
    pub(super) fn has_member(&self, range: TextRange, text: &str) -> bool {
        let members = self.enums.get(&range);
        members.is_some_and(|members| members.iter().any(|member| **member == *text))
    }
}
