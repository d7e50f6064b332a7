//! What was found, and in which order it is given.

use std::collections::HashSet;
use std::sync::Arc;

use journey_base::TextRange;
use journey_sema::{NameKind, Workspace};

use super::nearby::{ITSELF, Nearby};
use super::{Completion, CompletionKind, Completions, MAX_ITEMS};

/// Items as they are found.
pub(super) struct Found {
    pub(super) items: Vec<Completion>,
    /// What is typed so far.
    typed: String,
    /// Whether some that would fit were not looked at.
    incomplete: bool,
    /// Whether nothing else can stand here, no word of the language either.
    pub(super) closed: bool,
}

impl Found {
    pub(super) fn new(typed: &str) -> Found {
        Found { items: Vec::new(), typed: typed.to_owned(), incomplete: false, closed: false }
    }

    /// The names of a kind that fit what is typed when `prefix` stands before them, those that begin
    /// so first: in a workspace of ten thousand journeys nobody reads them all.
    pub(super) fn names(
        &mut self,
        workspace: &Workspace,
        kind: NameKind,
        prefix: &str,
    ) -> Vec<Arc<str>> {
        self.names_kept(workspace, kind, prefix, |_| true)
    }

    /// The same, of those that `keep` wants: it is asked until there are enough.
    pub(super) fn names_kept(
        &mut self,
        workspace: &Workspace,
        kind: NameKind,
        prefix: &str,
        keep: impl Fn(&str) -> bool,
    ) -> Vec<Arc<str>> {
        let shown = |name: &str| format!("{prefix}{name}");
        let mut names = workspace.names_where(kind, |name| fits(&shown(name), &self.typed));
        names.sort_by_key(|name| begun(&shown(name), &self.typed));
        let kept = names.into_iter().filter(|name| keep(name));
        let mut kept: Vec<Arc<str>> = kept.take(MAX_ITEMS + 1).collect();
        self.incomplete |= kept.len() > MAX_ITEMS;
        kept.truncate(MAX_ITEMS);
        kept
    }

    /// Adds a word that is written as it is shown.
    pub(super) fn plain(
        &mut self,
        kind: CompletionKind,
        label: &str,
        detail: impl Into<String>,
        rank: u8,
    ) {
        self.items.push(Completion {
            label: label.to_owned(),
            kind,
            detail: detail.into(),
            documentation: String::new(),
            insert: label.to_owned(),
            snippet: false,
            rank,
            deprecated: false,
        });
    }

    /// Adds a word with more behind it.
    pub(super) fn snippet(
        &mut self,
        kind: CompletionKind,
        label: &str,
        insert: String,
        detail: impl Into<String>,
        rank: u8,
    ) {
        self.plain(kind, label, detail, rank);
        if let Some(last) = self.items.last_mut() {
            last.insert = insert;
            last.snippet = true;
        }
    }

    /// Leaves the arguments away: there are some already.
    pub(super) fn without_arguments(&mut self) {
        for item in &mut self.items {
            if item.insert.strip_prefix(&item.label).is_some_and(|rest| rest.starts_with('(')) {
                item.insert.clone_from(&item.label);
                item.snippet = false;
            }
        }
    }

    /// Says more of the item that was added last.
    pub(super) fn documented(&mut self, documentation: impl Into<String>, deprecated: bool) {
        if let Some(last) = self.items.last_mut() {
            last.documentation = documentation.into();
            last.deprecated = deprecated;
            last.rank += 9 * u8::from(deprecated);
        }
    }

    /// Keeps what fits the typed word, sorted: what begins so before what has the letters anywhere,
    /// then by type, then what is called like what it is given to, then what is spoken of nearby.
    pub(super) fn finish(self, replace: TextRange, nearby: &Nearby<'_>) -> Completions {
        let Found { mut items, typed, incomplete, .. } = self;
        let mut seen: HashSet<(String, String)> = HashSet::new();
        items.retain(|item| {
            fits(&item.label, &typed) && seen.insert((item.label.clone(), item.insert.clone()))
        });
        items.sort_by_cached_key(|item| {
            let begun = begun(&item.label, &typed);
            let (like, near) = (nearby.likeness(&item.label), nearby.distance(&item.label));
            (begun == Begun::Nowhere, like == ITSELF, item.rank, like, begun, near)
        });
        let incomplete = incomplete || items.len() > MAX_ITEMS;
        items.truncate(MAX_ITEMS);
        Completions { replace, items, incomplete }
    }
}

/// Where in a label what is typed begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Begun {
    /// At its beginning.
    First,
    /// At a part of it: behind a dot, a quote, a blank.
    Inside,
    /// Its letters are only somewhere in it.
    Nowhere,
}

fn begun(label: &str, typed: &str) -> Begun {
    let begins =
        |part: &str| part.get(..typed.len()).is_some_and(|start| start.eq_ignore_ascii_case(typed));
    if begins(label) {
        return Begun::First;
    }
    let name = label.strip_prefix("customer in ").unwrap_or(label);
    let name = name.split(' ').next().unwrap_or_default();
    let inside = name.split(['.', '"', '_']).any(begins);
    if inside { Begun::Inside } else { Begun::Nowhere }
}

/// Whether the letters of `typed` stand in `label` in this order, whatever their case.
pub(super) fn fits(label: &str, typed: &str) -> bool {
    let mut letters = label.bytes().map(|it| it.to_ascii_lowercase());
    typed.bytes().map(|it| it.to_ascii_lowercase()).all(|it| letters.any(|letter| letter == it))
}
