//! Whatever in the examples gets a name that nothing else has, they check as they did before.

#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod common;

use std::collections::BTreeSet;

use common::recipes;
use journey_ide::{Config, Edit, FileId, FilePosition, Workspace, rename};

fn edited(files: &[(String, String)], edits: &[Edit]) -> Vec<(String, String)> {
    let of_file = |(id, (path, text)): (FileId, &(String, String))| {
        let mut text = text.clone();
        let mut edits: Vec<&Edit> = edits.iter().filter(|edit| edit.file == id).collect();
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.range));
        for edit in edits {
            text.replace_range(edit.range.start as usize..edit.range.end as usize, &edit.text);
        }
        (path.clone(), text)
    };
    (0..).map(FileId).zip(files).map(of_file).collect()
}

/// What is found, without the places, which move.
fn findings(workspace: &Workspace) -> Vec<String> {
    let all = workspace.diagnostics();
    all.iter().map(|it| format!("{:?} {:?}", it.code, it.severity)).collect()
}

#[test]
fn a_fresh_name_changes_nothing_else() {
    let files = recipes();
    let all = Workspace::new(Config::default(), files.clone());
    let before = findings(&all);
    let mut renamed = 0;
    let mut seen = BTreeSet::new();
    for file in (0..files.len() as u32).map(FileId) {
        let given = all.index(file).references.into_iter().filter(|it| it.declares);
        for name in given.step_by(3) {
            if !seen.insert((name.definition.clone(), file)) {
                continue;
            }
            let at = FilePosition { file, offset: name.range.start };
            let edits = rename(&all, at, "zz_fresh").expect("nothing is in the way");
            assert!(!edits.is_empty(), "{:?}", name.definition);
            let after = Workspace::new(Config::default(), edited(&files, &edits));
            assert_eq!(findings(&after), before, "{:?}: {edits:#?}", name.definition);
            renamed += 1;
        }
    }
    assert!(renamed > 100, "{renamed}");
}
