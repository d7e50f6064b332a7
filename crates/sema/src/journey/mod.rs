//! Journeys: header, tiles, and the proof that every path ends.

pub(crate) mod arguments;
mod branches;
mod calls;
mod captures;
mod cases;
mod covered;
mod flow;
mod header;
mod keyed;
mod matching;
mod missed;
mod outcomes;
pub mod outline;
mod repeat;
pub(crate) mod signature;
mod tiles;
mod timezone;
mod until;
mod waits;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use journey_base::{Code, TextRange};
use journey_syntax::{AstNode, SyntaxKind, ast};

use crate::attributes::Bearer;
use crate::cx::{Cx, Outcome, Stage};
use crate::db::Db;
use crate::facts::Facts;
use crate::findings::Finding;
use crate::items::{Item, declaration};
use crate::names::NameKind;
use crate::table;
use crate::thir::{self, Binding};
use crate::view::View;

use flow::Flow;

/// Most tiles of a journey.
const MAX_TILES: usize = 10_000;

/// The check of a journey's body.
struct Checker<'a> {
    cx: Cx<'a>,
    /// What it is called.
    name: Arc<str>,
    /// What the exit criteria rule out, for the whole way.
    lasting: Facts,
    /// Whether some exit criterion limits the time inside.
    limited: bool,
    /// What its instances are told apart by.
    key: Option<keyed::Key>,
}

/// A journey's declaration.
#[salsa::tracked]
pub(crate) fn check_journey<'db>(db: &'db dyn Db, item: Item<'db>) -> Outcome<thir::Journey> {
    journey(View::of(db, item))
}

/// A journey's declaration, seen so.
pub(crate) fn journey(view: View<'_>) -> Outcome<thir::Journey> {
    let mut cx = Cx::new(view, Stage::Journey);
    let Some(decl) = declaration::<ast::JourneyDecl<'_>>(view.tree) else { return cx.finish(None) };
    cx.style_of(decl.name());
    cx.external_name(decl.external_name());
    cx.marks(decl.attributes(), Bearer::name("a journey"));
    if !cx.collect_labels(decl) {
        return cx.finish(None);
    }
    let name = view.item.name(view.db);
    let mut checker =
        Checker { cx, name: name.clone(), lasting: Facts::default(), limited: false, key: None };
    let params = checker.params(view, decl);
    let header = checker.header(decl);
    let (body, flow) = checker.block(decl.tiles());
    checker.must_exit(decl, &body, &flow);
    checker.unused_bindings();
    let Checker { cx, .. } = checker;
    let bindings = cx.bindings.iter();
    let bindings = bindings
        .map(|bound| Binding { name: bound.name.clone(), kind: bound.kind.clone() })
        .collect();
    let title = table::wire(decl.external_name(), &name);
    let value = header.map(|header| thir::Journey {
        name,
        title,
        params,
        entry: header.entry,
        each: header.each,
        key: header.key,
        reenter: header.reenter,
        inside: header.inside,
        timezone: header.timezone,
        exits: header.exits,
        goals: header.goals,
        bindings,
        body,
    });
    cx.finish(value)
}

impl Cx<'_> {
    /// Labels and names of splits, each unique. `false` where there are too many tiles to go on.
    fn collect_labels(&mut self, decl: ast::JourneyDecl<'_>) -> bool {
        let tiles = outline::all_tiles(decl);
        if let Some(first_too_many) = tiles.get(MAX_TILES) {
            let message = format!("a journey has at most {MAX_TILES} tiles; this is one more");
            let finding = Finding::new(Code::TOO_LARGE, outline::head(*first_too_many), message);
            self.report(finding.note("split it into journeys that start each other by an event"));
            self.may_use_all_it_names(decl);
            return false;
        }
        let mut splits: BTreeMap<&str, TextRange> = BTreeMap::new();
        for tile in &tiles {
            if let Some(name) = tile.label().and_then(|label| label.name()) {
                self.style(name.source(), name.range());
                match self.labels.get(name.source()) {
                    Some(first) => self.twice("the label", name.source(), name.range(), *first),
                    None => {
                        self.labels.insert(name.source().into(), name.range());
                    }
                }
            }
            if let Some(ast::TileKind::Split(split)) = tile.tile_kind()
                && let Some(name) = split.name()
            {
                match splits.get(name.source()) {
                    Some(first) => self.twice("the split", name.source(), name.range(), *first),
                    None => drop(splits.insert(name.source(), name.range())),
                }
            }
        }
        true
    }
}

impl Cx<'_> {
    /// Counts every name in a journey that is not looked at as used, whatever it names there.
    fn may_use_all_it_names(&mut self, decl: ast::JourneyDecl<'_>) {
        let words = decl.syntax().leaves().filter(|token| token.kind() == SyntaxKind::IDENT);
        let words: BTreeSet<&str> = words.map(|token| token.text()).collect();
        for word in words {
            let word: Arc<str> = word.into();
            for kind in
                [NameKind::Event, NameKind::Audience, NameKind::Destination, NameKind::Constant]
            {
                self.uses.insert((kind, word.clone()));
            }
        }
    }
}

impl Checker<'_> {
    /// Every path ends with an exit.
    fn must_exit(&mut self, decl: ast::JourneyDecl<'_>, body: &[thir::Tile], flow: &Flow) {
        let Flow::Open(ends) = flow else { return };
        let name = decl.name().map_or("", |name| name.source());
        let close = decl
            .r_brace_token()
            .map_or_else(|| TextRange::empty(decl.range().end), |token| token.range());
        let message = match outline::exits(decl) {
            0 => format!("the journey `{name}` has no `exit`"),
            _ => format!("the journey `{name}` can end without an `exit`"),
        };
        let mut finding =
            Finding::new(Code::MISSING_EXIT, close, message).label("a member arrives here");
        for end in ends {
            finding = finding.here(end.range, end.how.clone());
        }
        // On a line of its own, where the brace is on one.
        let indented =
            self.cx.text.get(..close.start as usize).is_some_and(|before| before.ends_with('\n'));
        let text = if indented || body.is_empty() { "  exit done\n" } else { "\n  exit done\n" };
        self.cx.structural(finding.guess(
            "leave with the outcome `done`",
            TextRange::empty(close.start),
            text,
        ));
    }

    /// Names that nothing speaks of.
    fn unused_bindings(&mut self) {
        if !self.cx.mistakes.is_empty() {
            return;
        }
        let unused: Vec<(String, TextRange, TextRange)> = self
            .cx
            .bindings
            .iter()
            .filter(|bound| !bound.used && !bound.name.starts_with('_'))
            .map(|bound| (bound.name.to_string(), bound.range, bound.clause))
            .collect();
        for (name, range, clause) in unused {
            if clause.is_empty() {
                let message = format!("`{name}` is never used");
                self.cx.report(Finding::new(Code::UNUSED, range, message));
            } else {
                self.cx.unused_alias(&name, range, clause);
            }
        }
    }
}

impl Cx<'_> {
    /// Warns about an `as x` or a `let` of which nothing is made.
    fn unused_alias(&mut self, name: &str, range: TextRange, clause: TextRange) {
        // The blank before it goes with it.
        let before = self.text.get(..clause.start as usize).unwrap_or_default();
        let start = before.trim_end().len() as u32;
        let message = format!("`{name}` is never used");
        let finding = Finding::new(Code::UNUSED, range, message);
        self.report(finding.safe("remove it", TextRange::new(start, clause.end), ""));
    }
}

/// The webhook of a label, in whatever block.
pub(crate) fn find_webhook<'t>(tiles: &'t [thir::Tile], label: &str) -> Option<&'t thir::Webhook> {
    let mut open: Vec<&thir::Tile> = tiles.iter().collect();
    while let Some(tile) = open.pop() {
        match &tile.kind {
            thir::TileKind::Webhook(webhook) if tile.label.as_deref() == Some(label) => {
                return Some(webhook);
            }
            _ => open.extend(tile.blocks().into_iter().flatten()),
        }
    }
    None
}
