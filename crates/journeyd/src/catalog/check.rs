//! Checking a source against what is live.

use std::collections::BTreeSet;

use journey_base::FileId;
use journey_sema::{Config, Workspace};
use journey_syntax::ast::{self, AstNode};

use crate::http::{Places, SourceError};

/// The path that findings in a source have which is in no file.
const SOURCE: &str = "source.journey";

/// Checks sources against the live schema.
pub trait Checker: Send + Sync {
    /// What is found in a source: errors and warnings, by place. Nothing is kept.
    fn check(&self, source: String) -> Vec<SourceError>;
}

/// Checks sources against the files of a workspace. What a source declares takes the place of what
/// is declared there under the same name, as it would if it were put there.
pub struct WorkspaceChecker {
    config: Config,
    files: Vec<(String, String)>,
}

impl WorkspaceChecker {
    /// Takes the files: the path and the text of each.
    pub fn new(config: Config, files: Vec<(String, String)>) -> WorkspaceChecker {
        WorkspaceChecker { config, files }
    }
}

impl Checker for WorkspaceChecker {
    fn check(&self, source: String) -> Vec<SourceError> {
        let declared = declared(&source);
        let live = self.files.iter().map(|(path, text)| (path.clone(), without(text, &declared)));
        let file = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        let mut files: Vec<_> = live.collect();
        files.push((SOURCE.to_owned(), source));
        let workspace = Workspace::new(self.config.clone(), files);
        let place = |file| Some((workspace.path(file)?.to_owned(), workspace.text(file)?));
        let mut places = Places::new(place);
        workspace.diagnostics_of(file).iter().map(|finding| places.error(finding)).collect()
    }
}

/// A declaration: its keyword, and its name.
type Declaration = (&'static str, String);

/// What a text declares by name.
fn declared(text: &str) -> BTreeSet<Declaration> {
    let parse = journey_syntax::parse(text);
    let file = ast::File::cast(parse.tree.root());
    file.iter().flat_map(|file| file.items()).filter_map(declaration).collect()
}

/// A text with blanks where it declares what is declared elsewhere: all else keeps its place.
fn without(text: &str, declared: &BTreeSet<Declaration>) -> String {
    let parse = journey_syntax::parse(text);
    let mut bytes = text.as_bytes().to_vec();
    let file = ast::File::cast(parse.tree.root());
    for item in file.iter().flat_map(|file| file.items()) {
        if declaration(item).is_some_and(|it| declared.contains(&it)) {
            let range = item.range();
            let replaced = bytes.get_mut(range.start as usize..range.end as usize);
            for byte in replaced.into_iter().flatten().filter(|byte| **byte != b'\n') {
                *byte = b' ';
            }
        }
    }
    // A declaration begins and ends between characters, so that what is left is text.
    String::from_utf8(bytes).unwrap_or_default()
}

fn declaration(item: ast::Item<'_>) -> Option<Declaration> {
    let (keyword, name) = match item {
        ast::Item::EventDecl(decl) => ("event", decl.name()),
        ast::Item::AudienceDecl(decl) => ("audience", decl.name()),
        ast::Item::LetDecl(decl) => ("let", decl.name()),
        ast::Item::PolicyDecl(decl) => ("policy", decl.name()),
        ast::Item::DestinationDecl(decl) => ("destination", decl.name()),
        ast::Item::JourneyDecl(decl) => ("journey", decl.name()),
        ast::Item::CustomerDecl(_) | ast::Item::TestDecl(_) => return None,
    };
    Some((keyword, name?.source().to_owned()))
}

#[cfg(test)]
mod tests {
    use journey_sema::Config;

    use super::{Checker, WorkspaceChecker};

    const SCHEMA: &str = "customer {\n  email: text?\n}\n\nevent signed_up {}\n\n\
        destination mail log {\n  action hello()\n}\n";
    const LIVE: &str =
        "journey welcome {\n  entry event signed_up\n\n  send mail.hello()\n  exit done\n}\n";

    fn check(source: &str) -> Vec<(String, u32, String)> {
        let files = [("schema.journey", SCHEMA), ("live.journey", LIVE)];
        let files = files.map(|(path, text)| (path.to_owned(), text.to_owned())).to_vec();
        let found = WorkspaceChecker::new(Config::default(), files).check(source.to_owned());
        found.into_iter().map(|it| (it.file, it.line, it.message)).collect()
    }

    #[test]
    fn a_source_is_checked_against_what_is_live() {
        assert_eq!(
            check(
                "journey other {\n  entry event signed_up\n\n  send mail.hello()\n  exit done\n}\n"
            ),
            []
        );
        let found = check(
            "journey other {\n  entry event signed_up\n\n  send mail.helo()\n  exit done\n}\n",
        );
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].0.as_str(), found[0].1), ("source.journey", 4));
    }

    #[test]
    fn a_source_takes_the_place_of_what_has_its_name() {
        assert_eq!(check(LIVE), []);
    }
}
