//! What helps on the first day: `new`, `explain`, `completions`.

#![allow(clippy::unwrap_used)]

mod support;

use support::{Workspace, journeyc};

#[test]
fn a_new_workspace_checks_and_tests_green() {
    let folder = Workspace::new(&[]);
    let run = journeyc(folder.path(), &["new", "shop"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("`shop` is ready"));
    let shop = folder.path().join("shop");
    let check = journeyc(&shop, &["check", "--deny", "warnings"]);
    assert_eq!(check.code, 0, "{check:?}");
    let test = journeyc(&shop, &["test"]);
    assert_eq!(test.code, 0, "{test:?}");
    assert!(test.stdout.contains("3"), "{test:?}");
    assert!(shop.join(".github/workflows/journeys.yml").is_file());
}

#[test]
fn a_folder_with_something_in_it_is_left_alone() {
    let folder = Workspace::new(&[("shop/notes.txt", "mine")]);
    for target in ["shop", "shop/notes.txt"] {
        let run = journeyc(folder.path(), &["new", target]);
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.stderr.contains("there is something already"), "{run:?}");
    }
    assert_eq!(std::fs::read_dir(folder.path().join("shop")).unwrap().count(), 1);
    let run = journeyc(folder.path(), &["new", "other", "--name", "a\"b"]);
    assert_eq!(run.code, 2);
}

#[test]
fn a_code_is_explained_and_an_unknown_one_leads_to_the_list() {
    let folder = Workspace::new(&[]);
    let page = journeyc(folder.path(), &["explain", "J0301"]);
    assert_eq!(page.code, 0);
    assert!(page.stdout.starts_with("J0301: "), "{}", page.stdout);
    assert!(page.stdout.contains("\n    journey "), "{}", page.stdout);
    assert!(!page.stdout.contains("```"));
    let list = journeyc(folder.path(), &["explain"]);
    assert!(list.stdout.contains("J0602") && list.stdout.contains("(endless_wait)"));
    let unknown = journeyc(folder.path(), &["explain", "J9999"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("`journeyc explain` lists"), "{unknown:?}");
}

#[test]
fn every_shell_gets_a_script_that_knows_the_commands() {
    let folder = Workspace::new(&[]);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = journeyc(folder.path(), &["completions", shell]);
        assert_eq!(run.code, 0, "{shell}");
        assert!(run.stdout.contains("simulate"), "{shell}");
    }
}
