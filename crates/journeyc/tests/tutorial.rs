//! The commands of `docs/tutorial.md` do what the tutorial says.
//!
//! A fence `journey PATH` or `file PATH` is written to that file, `copy FROM TO` copies a folder,
//! `replace PATH` puts its second line in place of its first. In a `console` each line with a `$` is
//! run, and every line below it stands in what it prints, in that order.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod support;

use std::path::Path;

use support::{Workspace, journeyc};

/// The fences of a page: what stands behind the backticks, and the lines inside.
fn fences(page: &str) -> Vec<(Vec<&str>, Vec<&str>)> {
    let mut found = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(info) = line.strip_prefix("```") {
            let body = lines.by_ref().take_while(|line| *line != "```").collect();
            found.push((info.split(' ').collect(), body));
        }
    }
    found
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => std::fs::copy(entry.path(), target).map(drop).unwrap(),
        }
    }
}

/// Runs the commands of a console, and compares.
fn console(folder: &Path, lines: &[&str]) -> usize {
    let mut ran = 0;
    let mut output = String::new();
    for line in lines {
        if let Some(command) = line.strip_prefix("$ journeyc ") {
            let arguments: Vec<&str> = command.split(' ').collect();
            let run = journeyc(folder, &arguments);
            output = format!("{}{}", run.stdout, run.stderr);
            ran += 1;
            continue;
        }
        let Some(at) = output.find(line.trim()) else {
            panic!("`{line}` is not in what `{lines:?}` prints:\n{output}");
        };
        output = output[at..].to_owned();
    }
    ran
}

#[test]
fn every_command_prints_what_the_tutorial_shows() {
    let page = include_str!("../../../docs/tutorial.md");
    let workspace = Workspace::new(&[]);
    let mut ran = 0;
    for (info, lines) in fences(page) {
        match info.as_slice() {
            ["journey" | "file", path] => {
                workspace.write(path, (lines.join("\n") + "\n").as_bytes());
            }
            ["copy", from, to] => copy(&workspace.path().join(from), &workspace.path().join(to)),
            ["replace", path] => {
                let file = workspace.path().join(path);
                let text = std::fs::read_to_string(&file).unwrap();
                assert!(text.contains(lines[0]), "{path} has no `{}`", lines[0]);
                std::fs::write(file, text.replace(lines[0], lines[1])).unwrap();
            }
            ["console"] => ran += console(workspace.path(), &lines),
            other => panic!("nobody knows what to do with a fence {other:?}"),
        }
    }
    assert!(ran >= 12, "only {ran} commands");
}
