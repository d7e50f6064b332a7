//! Every name in the examples stands for something, and leads to where it is given.

#![allow(clippy::expect_used, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use journey_ide::{Config, FileId, Workspace};
use journey_sema::index::Definition;
use journey_syntax::{Parse, SyntaxKind};

fn workspace(dir: &Path) -> Workspace {
    let mut files: Vec<(String, String)> = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(dir).expect("a directory of the project") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|it| it == "journey") {
                let text = std::fs::read_to_string(&path).expect("an example");
                files.push((path.display().to_string(), text));
            }
        }
    }
    files.sort();
    Workspace::new(Config::default(), files)
}

/// The names of fields of records: what stands before a `:` in `{ … }`. A record type has no name,
/// so that its fields are nobody's.
fn fields(parse: &Parse) -> BTreeSet<String> {
    let kind = SyntaxKind::IDENT;
    let tokens: Vec<_> = parse.tree.tokens().filter(|it| !it.kind().is_trivia()).collect();
    let pairs = tokens.windows(2).filter(|it| it[0].kind() == kind && it[1].text() == ":");
    pairs.map(|it| it[0].text().to_owned()).collect()
}

/// Words that are no names: parts of the grammar that look like one.
const NO_NAMES: &[&str] = &["pii", "deprecated", "log", "http", "smtp"];

#[test]
fn every_name_of_the_recipes_is_known_and_declared() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut unknown: BTreeMap<String, usize> = BTreeMap::new();
    let (mut known, mut undeclared) = (0, Vec::new());
    for dir in std::fs::read_dir(root).expect("there are examples") {
        let dir = dir.expect("it can be read").path();
        let all = workspace(&dir);
        for file in (0..).map(FileId).take_while(|file| all.path(*file).is_some()) {
            let text = all.text(file).expect("a file");
            let index = all.index(file);
            let parse = journey_syntax::parse(&text);
            let fields = fields(&parse);
            for token in parse.tree.tokens().filter(|it| it.kind() == SyntaxKind::IDENT) {
                let found = index.references.iter().find(|it| it.range == token.range());
                match found {
                    Some(found) => {
                        known += 1;
                        let built_in = matches!(found.definition, Definition::BuiltIn(_));
                        if !built_in && all.declared_at(&found.definition, file).is_empty() {
                            undeclared.push(format!("{:?}", found.definition));
                        }
                    }
                    None if NO_NAMES.contains(&token.text()) => {}
                    None if fields.contains(token.text()) => {}
                    None => {
                        let line = text[..token.range().start as usize].matches('\n').count();
                        let line = text.lines().nth(line).unwrap_or_default().trim();
                        *unknown.entry(format!("{} in: {line}", token.text())).or_default() += 1;
                    }
                }
            }
        }
    }
    assert!(known > 1_000, "{known} names");
    assert_eq!(undeclared, Vec::<String>::new());
    assert_eq!(unknown, BTreeMap::new(), "of {known}");
}
