//! Compiled programs: the same source gives the same bytes, and what was built once is read for ever.

#![allow(clippy::unwrap_used)]

mod support;

use std::path::{Path, PathBuf};

use support::{Workspace, journeyc};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn programs_of_every_version_of_the_format_are_read() {
    let folder = root().join("tests/formats/v1");
    if std::env::var_os("UPDATE_FORMATS").is_some() {
        let target = folder.join("recipes.jbc").display().to_string();
        let build = journeyc(&root().join("examples/recipes"), &["build", "-o", &target]);
        assert_eq!(build.code, 0, "{build:?}");
        let text = journeyc(&folder, &["disasm", "recipes.jbc"]).stdout;
        std::fs::write(folder.join("recipes.txt"), text).unwrap();
    }
    let mut seen = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "jbc") {
            let run = journeyc(&folder, &["disasm", &path.display().to_string()]);
            assert_eq!(run.code, 0, "{}: {}", path.display(), run.stderr);
            let wanted = std::fs::read_to_string(path.with_extension("txt")).unwrap();
            assert!(run.stdout == wanted, "{} reads differently", path.display());
            seen += 1;
        }
    }
    assert!(seen > 0);
}

#[test]
fn the_same_source_gives_the_same_bytes_wherever_it_lies() {
    let recipes = root().join("examples/recipes");
    let copy = Workspace::new(&[]);
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(&recipes).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files.iter().rev() {
        let name = file.file_name().unwrap().to_string_lossy();
        copy.write(&name, &std::fs::read(file).unwrap());
    }
    let build = |folder: &Path| {
        let target = copy.path().join("out.jbc").display().to_string();
        assert_eq!(journeyc(folder, &["build", "-o", &target]).code, 0);
        std::fs::read(target).unwrap()
    };
    let first = build(&recipes);
    assert!(first == build(copy.path()), "the bytes differ");
}
