//! Editors open one workspace and ask the same questions: `tests/editors`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::support::{missing, read, root, run};

/// What is asked, and what has to be answered.
#[derive(Deserialize)]
struct Expected {
    diagnostics: BTreeMap<String, Vec<Diagnostic>>,
    completion: Vec<Question>,
    hover: Vec<Question>,
}

#[derive(Deserialize)]
struct Question {
    about: String,
    contains: Vec<String>,
}

#[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Diagnostic {
    line: u32,
    character: u32,
    code: String,
    message: String,
}

/// What an editor shows.
#[derive(Deserialize)]
struct Answers {
    diagnostics: BTreeMap<String, Vec<Diagnostic>>,
    completion: Vec<Vec<String>>,
    hover: Vec<String>,
}

/// A workspace of its own for each editor.
struct Shop {
    folder: tempfile::TempDir,
}

impl Shop {
    fn new() -> Shop {
        let folder = tempfile::tempdir().unwrap();
        let shop = folder.path().join("shop");
        std::fs::create_dir(&shop).unwrap();
        for entry in std::fs::read_dir(root().join("tests/editors/shop")).unwrap() {
            let from = entry.unwrap().path();
            std::fs::copy(&from, shop.join(from.file_name().unwrap())).unwrap();
        }
        Shop { folder }
    }

    fn answers(&self) -> PathBuf {
        self.folder.path().join("answers.json")
    }

    /// Runs an editor, and compares what it shows with what it has to.
    fn ask(&self, editor: &str, command: &mut Command) {
        // What a person has set up at home is nobody's business here.
        let home = self.folder.path().join("home");
        std::fs::create_dir(&home).unwrap();
        command
            .env("HOME", &home)
            .env("XDG_CONFIG_HOME", &home)
            .env("JOURNEY_SERVER", env!("CARGO_BIN_EXE_journeyc"))
            .env("JOURNEY_SHOP", self.folder.path().join("shop"))
            .env("JOURNEY_QUESTIONS", root().join("tests/editors/expected.json"))
            .env("JOURNEY_ANSWERS", self.answers())
            .env("JOURNEY_EDITORS", root().join("editors"))
            .stdin(Stdio::null());
        run(command);
        let answers = std::fs::read_to_string(self.answers()).unwrap();
        let found = serde_json::from_str(&answers).unwrap_or_else(|e| panic!("{e}: {answers}"));
        compare(editor, &found);
    }
}

fn compare(editor: &str, found: &Answers) {
    let expected: Expected = serde_json::from_str(&read("tests/editors/expected.json")).unwrap();
    for (file, wanted) in &expected.diagnostics {
        let mut shown: Vec<&Diagnostic> = found.diagnostics[file].iter().collect();
        shown.sort();
        assert_eq!(shown, wanted.iter().collect::<Vec<_>>(), "{editor}: findings in {file}");
    }
    assert_eq!(found.completion.len(), expected.completion.len(), "{editor}");
    for (labels, question) in found.completion.iter().zip(&expected.completion) {
        for label in &question.contains {
            let offered = labels.iter().any(|shown| shown.starts_with(label.as_str()));
            assert!(offered, "{editor}: {}: no {label} in {labels:?}", question.about);
        }
    }
    assert_eq!(found.hover.len(), expected.hover.len(), "{editor}");
    for (text, question) in found.hover.iter().zip(&expected.hover) {
        for part in &question.contains {
            assert!(text.contains(part), "{editor}: {}: no {part:?} in {text:?}", question.about);
        }
    }
}

fn driver(name: &str) -> PathBuf {
    root().join("tests/editors/drivers").join(name)
}

/// Whether a program can be found; says so if not.
fn is_there(program: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&folders).any(|folder| folder.join(program).is_file());
    if !found {
        missing(program);
    }
    found
}

#[test]
fn neovim_shows_findings_completion_and_hover() {
    if is_there("nvim") {
        let mut command = Command::new("nvim");
        command.args(["--headless", "-u", "NONE", "-i", "NONE", "-n", "-S"]);
        Shop::new().ask("Neovim", command.arg(driver("neovim.lua")));
    }
}

#[test]
fn vim_with_ale_shows_findings_completion_and_hover() {
    if !is_there("vim") {
        return;
    }
    if !Path::new("/usr/share/vim-ale/plugin/ale.vim").exists() {
        return missing("vim-ale");
    }
    let mut command = Command::new("vim");
    command.args(["-es", "-N", "-u", "NONE", "-i", "NONE", "-S"]);
    Shop::new().ask("Vim", command.arg(driver("vim/drive.vim")));
}

#[test]
fn emacs_with_eglot_shows_findings_completion_and_hover() {
    if is_there("emacs") {
        let mut command = Command::new("emacs");
        Shop::new().ask("Emacs", command.args(["--batch", "-l"]).arg(driver("emacs.el")));
    }
}

/// Editors as they introduced themselves when they were recorded: what a client can do decides what it is sent.
#[test]
fn a_server_suits_clients_of_all_kinds() {
    let python = root().join("target/tools/python/bin/python");
    let there = |package: &str| {
        let output = Command::new(&python).args(["-c", &format!("import {package}")]).output();
        output.is_ok_and(|output| output.status.success())
    };
    if !there("pytest_lsp") {
        return missing("Python with pytest_lsp");
    }
    for client in [
        "visual_studio_code@v1.65.2",
        "neovim@v0.6.1",
        "neovim@v0.9.1",
        "neovim@v0.11.0",
        "emacs@v29.1",
    ] {
        let mut command = Command::new(&python);
        Shop::new().ask(client, command.arg(driver("recorded.py")).arg(client));
    }
}
