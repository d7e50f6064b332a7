//! After any edit the findings are those of a workspace that is checked for the first time.
//!
//! Declarations come and go in some files, one at a time: such as others use, such as are declared
//! twice, circles across files, misspelt names and broken text.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{line, workspace};
use journey_base::FileId;
use journey_sema::Workspace;

/// A file that is edited: the declarations that may stand in it, and those that do not parse.
struct Edited {
    path: &'static str,
    sound: &'static [&'static str],
    broken: &'static [&'static str],
}

const FILES: [Edited; 4] = [
    Edited {
        path: "actions.journey",
        sound: &[
            "destination out log { action note(v: text) }",
            "destination out log { action note(v: text) action other(v: text) }",
            "policy calm { require customer.orders > limit }",
            "let limit = 3",
            "let limit = margin",
            "journey back { entry manual reenter always enter forth() exit done }",
        ],
        broken: &["destination out log { action note(v: "],
    },
    Edited {
        path: "circles.journey",
        sound: &[
            "journey a { entry manual run b() exit done }",
            "journey b { entry manual reenter always enter c() exit done }",
            "journey forth { entry manual reenter always enter back() exit done }",
            "journey empty { entry audience rich reenter always update customer { orders: 0 } exit done }",
            "journey a { entry manual exit done }",
            "audience rich = customer.orders > 5",
            "audience poor = customer in rich",
        ],
        broken: &[],
    },
    Edited {
        path: "journeys.journey",
        sound: &[
            "journey c { entry manual reenter always run a() exit done }",
            "journey c { entry manual reenter always enter b() exit done }",
            "journey fill { entry audience poor reenter always update customer { orders: 9 } exit done }",
            "journey f { entry event bought send out.note(v: \"x\") exit done }",
            "journey f { entry event bougth send out.note(w: \"x\") exit done }",
            "journey g { entry manual run f(total: 3) { exited done { exit ok } } exit done }",
            "test \"g\" { journey g at 2026-01-05T09:00Z enter() expect exit ok }",
            "let margin = limit",
        ],
        broken: &["journey h { entry manual wait 1h * exit done }", "journey"],
    },
    Edited {
        path: "schema.journey",
        sound: &[
            "customer { orders: int = 0 }",
            "customer { visits \"orders\": int = 0 }",
            "customer { orders: text? @pii }",
            "event bought { total: number }",
            "event sold \"bought\" { total: number }",
            "// journey:allow(unused)\nevent idle { total: number }",
            "audience poor = customer.orders < 1",
            "audience rich",
        ],
        broken: &["event bogus { x: "],
    },
];

/// What stands in each file: which of its declarations, the sound ones first.
type Shown = [BTreeSet<usize>; 4];

impl Edited {
    /// Puts a declaration in, or takes it out. Broken ones stay for one step in four.
    fn toggle(&self, shown: &mut BTreeSet<usize>, dice: &mut Dice) {
        let at = dice.roll(self.sound.len() + self.broken.len());
        let broken: Vec<usize> =
            shown.iter().copied().filter(|at| *at >= self.sound.len()).collect();
        for at in broken {
            shown.remove(&at);
        }
        let rare = at < self.sound.len() || dice.roll(4) == 0;
        if !shown.remove(&at) && rare {
            shown.insert(at);
        }
    }

    fn text(&self, shown: &BTreeSet<usize>) -> String {
        let all: Vec<&str> = self.sound.iter().chain(self.broken).copied().collect();
        shown.iter().map(|at| format!("{}\n", all[*at])).collect()
    }
}

/// The same numbers in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

fn texts(shown: &Shown) -> Vec<(&'static str, String)> {
    FILES.iter().zip(shown).map(|(file, shown)| (file.path, file.text(shown))).collect()
}

/// A workspace that nothing is known of.
fn fresh(shown: &Shown) -> Workspace {
    let texts = texts(shown);
    let files: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (*path, &**text)).collect();
    workspace(&files)
}

fn findings(workspace: &Workspace) -> Vec<String> {
    workspace.diagnostics().iter().map(|it| format!("{} {it:?}", line(workspace, it))).collect()
}

#[test]
fn edits_lead_to_the_findings_of_a_fresh_check() {
    let mut dice = Dice(7);
    let mut met: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..30 {
        let mut shown = Shown::default();
        for (file, shown) in FILES.iter().zip(&mut shown) {
            shown.extend((0..file.sound.len()).filter(|_| dice.roll(2) == 0));
        }
        let mut edited = fresh(&shown);
        // One of them is never opened.
        let closed = dice.roll(FILES.len());
        for _ in 0..25 {
            let file = (closed + 1 + dice.roll(FILES.len() - 1)) % FILES.len();
            FILES[file].toggle(&mut shown[file], &mut dice);
            let id = FileId(file as u32);
            edited.set_text(id, FILES[file].text(&shown[file]));
            let expected = fresh(&shown);
            // That file alone first: it must not lean on what the others have asked.
            if dice.roll(2) == 0 {
                let all = expected.diagnostics();
                let its: Vec<_> = all.into_iter().filter(|it| it.primary.file == id).collect();
                assert_eq!(edited.diagnostics_of(id), its, "{:#?}", texts(&shown));
            }
            assert_eq!(findings(&edited), findings(&expected), "{:#?}", texts(&shown));
            for finding in expected.diagnostics() {
                *met.entry(format!("{} {}", finding.code, finding.message)).or_default() += 1;
            }
        }
    }
    // It means nothing where nothing is found: these speak of several files, each in its way.
    for needed in [
        "the journeys `b` and `c` can start each other without waiting",
        "the journeys `back` and `forth` can start each other without waiting",
        "the journeys `empty` and `fill` start each other for ever",
        "is declared twice",
        "on the wire",
        "is never used",
        "are defined by each other",
        "there is no event `bougth`",
        "has no parameter `w`",
        "finds nothing here that would have to be allowed",
        "may be unset here",
    ] {
        assert!(met.keys().any(|finding| finding.contains(needed)), "{needed}: {met:#?}");
    }
}

#[test]
fn files_that_come_and_go_lead_to_the_findings_of_a_fresh_check() {
    let mut dice = Dice(11);
    for _ in 0..20 {
        let mut shown = Shown::default();
        let mut there: Vec<bool> = FILES.iter().map(|_| dice.roll(2) == 0).collect();
        let now = |shown: &Shown, there: &[bool]| -> Vec<(&str, String)> {
            let all = texts(shown).into_iter().zip(there);
            all.filter(|(_, there)| **there).map(|(file, _)| file).collect()
        };
        let build = |texts: &[(&'static str, String)]| {
            let files = texts.iter().map(|(path, text)| (*path, &**text));
            let mut files: Vec<(&str, &str)> = files.collect();
            files.sort_by_key(|(path, _)| std::path::Path::new(*path).to_owned());
            workspace(&files)
        };
        let mut edited = build(&now(&shown, &there));
        for _ in 0..25 {
            let file = dice.roll(FILES.len());
            let path = FILES[file].path;
            let known = edited.files().find(|id| edited.path(*id) == Some(path));
            match (known, dice.roll(4)) {
                (Some(id), 0) => {
                    edited.remove(id);
                    there[file] = false;
                }
                (Some(id), 1) => edited.close(id),
                (Some(id), 2) => {
                    FILES[file].toggle(&mut shown[file], &mut dice);
                    edited.set_text(id, FILES[file].text(&shown[file]));
                }
                _ => {
                    FILES[file].toggle(&mut shown[file], &mut dice);
                    edited.add(path, FILES[file].text(&shown[file]));
                    there[file] = true;
                }
            }
            let texts = now(&shown, &there);
            let sorted = |workspace: &Workspace| {
                let mut lines: Vec<String> = said(workspace);
                lines.sort();
                lines
            };
            assert_eq!(sorted(&edited), sorted(&build(&texts)), "{texts:#?}");
        }
    }
}

/// Findings in words that do not tell one numbering of the files from another.
fn said(workspace: &Workspace) -> Vec<String> {
    let place = |file: FileId, range| format!("{:?} {range:?}", workspace.path(file));
    let found = workspace.diagnostics().into_iter();
    found
        .map(|it| {
            let also = it.secondary.iter().map(|it| (place(it.file, it.range), &it.text));
            let edits = it.fixes.iter().flat_map(|fix| &fix.edits);
            let edits = edits.map(|edit| (place(edit.file, edit.range), &edit.text));
            let (also, edits): (Vec<_>, Vec<_>) = (also.collect(), edits.collect());
            let at = place(it.primary.file, it.primary.range);
            format!("{at} {} {} {:?} {also:?} {edits:?}", it.code, it.message, it.notes)
        })
        .collect()
}

#[test]
fn a_circle_is_found_whichever_of_its_files_is_edited() {
    let journey = |name: &str, next: &str| {
        format!("journey {name} {{ entry manual run {next}() exit done }}\n")
    };
    let files = [journey("a", "b"), journey("b", "c"), journey("c", "a")];
    for broken in 0..3_usize {
        let mut texts: Vec<String> = files.to_vec();
        texts[broken] = texts[broken].replace("run", "enter");
        let paths = ["a.journey", "b.journey", "c.journey"];
        let named: Vec<(&str, &str)> =
            paths.into_iter().zip(texts.iter().map(String::as_str)).collect();
        let mut workspace = workspace(&named);
        assert_eq!(workspace.diagnostics(), []);
        workspace.set_text(FileId(broken as u32), files[broken].as_str());
        let found = findings(&workspace);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("the journeys `a`, `b` and `c` wait for each other to exit"));
        assert_eq!(workspace.diagnostics_of(FileId(0)).len(), 1, "it is told at its first name");
        workspace.set_text(FileId(broken as u32), texts[broken].as_str());
        assert_eq!(workspace.diagnostics(), []);
    }
}

#[test]
fn a_circle_of_many_journeys_is_one_finding() {
    // Above the number up to which only those are looked at that one leads to.
    let journey = |at: usize| {
        format!("journey j{at:03} {{ entry manual run j{:03}() exit done }}\n", (at + 1) % 300)
    };
    let texts: Vec<(String, String)> =
        (0..300).map(|at| (format!("{at:03}.journey"), journey(at))).collect();
    let files: Vec<(&str, &str)> =
        texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let mut workspace = workspace(&files);
    let [found] = &findings(&workspace)[..] else { panic!("one finding") };
    assert!(found.contains("wait for each other to exit"), "{found}");
    workspace.set_text(FileId(150), journey(150).replace("run", "enter"));
    assert_eq!(workspace.diagnostics(), []);
    workspace.set_text(FileId(150), journey(150));
    assert_eq!(findings(&workspace).len(), 1);
}
