//! How two versions of a tile differ.

use serde::Serialize;

use super::Status;
use super::align::Matching;
use crate::graph::Node;
use crate::ways::kind_name;

/// What became of a tile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TileChange {
    /// Added, removed, changed or moved. A tile that changed and moved is changed.
    pub status: Status,
    /// Its id: in the new version, or in the old one where it is gone.
    pub id: String,
    /// Its id in the old version, where that is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// Its kind.
    pub kind: &'static str,
    /// One line of what it says.
    pub title: String,
    /// Whether it also stands elsewhere.
    pub moved: bool,
    /// What it says now and said before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldChange>,
}

/// What became of a part of what a tile says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    /// Which part: `up to`, the name of a parameter, `arm`.
    pub name: String,
    /// What it said; none if it is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What it says; none if it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// All tiles that are not as they were: those of the new version in source order, then those that
/// are gone.
pub(super) fn changes(matching: &Matching<'_>) -> Vec<TileChange> {
    let mut found = Vec::new();
    for (number, placed) in matching.new.iter().enumerate() {
        let old = matching.back.get(number).copied().flatten();
        let Some((old, before)) = old.and_then(|old| Some((old, matching.old.get(old)?.node)))
        else {
            found.push(change(Status::Added, placed.node));
            continue;
        };
        let fields = fields(matching, old, before, placed.node);
        let moved = matching.has_moved(number);
        let status = match (fields.is_empty(), moved) {
            (true, false) => continue,
            (true, true) => Status::Moved,
            (false, _) => Status::Changed,
        };
        let was = (before.id != placed.node.id).then(|| before.id.clone());
        found.push(TileChange { was, moved, fields, ..change(status, placed.node) });
    }
    for (number, placed) in matching.old.iter().enumerate() {
        if matching.forward.get(number).copied().flatten().is_none() {
            found.push(change(Status::Removed, placed.node));
        }
    }
    found
}

fn change(status: Status, node: &Node) -> TileChange {
    TileChange {
        status,
        id: node.id.clone(),
        was: None,
        kind: kind_name(node.kind),
        title: node.title.clone(),
        moved: false,
        fields: Vec::new(),
    }
}

fn fields(matching: &Matching<'_>, old: usize, a: &Node, b: &Node) -> Vec<FieldChange> {
    let mut found = Vec::new();
    let mut put = |name: &str, before: Option<String>, after: Option<String>| {
        if before != after {
            found.push(FieldChange { name: name.to_owned(), before, after });
        }
    };
    let label = |node: &Node| node.labelled.then(|| node.id.clone());
    put("label", label(a), label(b));
    put("kind", Some(kind_name(a.kind).to_owned()), Some(kind_name(b.kind).to_owned()));
    let value = |node: &Node, name: &str| {
        node.fields.iter().find(|field| field.name == name).map(|field| field.value.clone())
    };
    for field in &a.fields {
        put(&field.name, Some(field.value.clone()), value(b, &field.name));
    }
    for field in &b.fields {
        if value(a, &field.name).is_none() {
            put(&field.name, None, Some(field.value.clone()));
        }
    }
    // A tile that can be left by one edge only says nothing by it.
    let head = |node: &Node, arm: usize| {
        node.arms.get(arm).filter(|arm| arm.head != "next").map(|arm| arm.head.clone())
    };
    let mut kept = Vec::new();
    for arm in 0..a.arms.len() {
        let to = matching.arms.get(&(old, arm)).copied();
        kept.extend(to);
        put("arm", head(a, arm), to.and_then(|to| head(b, to)));
    }
    for arm in (0..b.arms.len()).filter(|arm| !kept.contains(arm)) {
        put("arm", None, head(b, arm));
    }
    found
}
