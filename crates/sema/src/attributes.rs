//! Attributes: `@pii`, `@deprecated("…")`.

use std::sync::Arc;

use journey_base::{Code, TextRange};
use journey_syntax::{AstNode, ast};

use crate::Marks;
use crate::cx::{Cx, did_you_mean};
use crate::db::Db;
use crate::declarations::{action_type, trait_field};
use crate::findings::{Finding, Place};
use crate::items::{ItemKind, declaration};
use crate::names::NameKind;
use crate::suggest::Candidate;
use crate::table::{self, Name};

/// What attributes can stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bearer {
    /// `a trait`
    pub(crate) what: &'static str,
    /// Whether it can hold personal data.
    pub(crate) pii: bool,
    /// Whether it can be deprecated.
    pub(crate) deprecated: bool,
}

impl Bearer {
    /// Something that holds values.
    pub(crate) const fn value(what: &'static str) -> Bearer {
        Bearer { what, pii: true, deprecated: true }
    }

    /// Something that is named.
    pub(crate) const fn name(what: &'static str) -> Bearer {
        Bearer { what, pii: false, deprecated: true }
    }
}

impl Cx<'_> {
    /// What attributes say; those that cannot stand here are reported.
    pub(crate) fn marks<'t>(
        &mut self,
        attributes: impl Iterator<Item = ast::Attribute<'t>>,
        bearer: Bearer,
    ) -> Marks {
        let mut marks = Marks::default();
        let mut seen: Vec<(&str, TextRange)> = Vec::new();
        for attribute in attributes {
            let Some(name) = attribute.any_name() else { continue };
            let (text, range) = (name.source(), attribute.range());
            if let Some((_, first)) = seen.iter().find(|(known, _)| *known == text) {
                self.twice("the attribute", &format!("@{text}"), range, *first);
                continue;
            }
            match text {
                "pii" if bearer.pii => {
                    marks.pii = true;
                    if let Some(argument) = attribute.text() {
                        let range = TextRange::new(name.range().end, range.end);
                        let message = "`@pii` takes nothing in parentheses";
                        let finding = Finding::new(Code::BAD_ATTRIBUTE, argument.range(), message);
                        self.report(finding.safe("remove it", range, ""));
                    }
                }
                "deprecated" if bearer.deprecated => marks.deprecated = self.replacement(attribute),
                "pii" | "deprecated" => {
                    let message = format!("{} takes no `@{text}`", bearer.what);
                    let finding = Finding::new(Code::BAD_ATTRIBUTE, range, message);
                    self.report(match text {
                        "pii" => finding.note(
                            "personal data is marked where it is: at a trait, property, parameter, \
                             setting or webhook",
                        ),
                        _ => finding,
                    });
                }
                _ => {
                    let message = format!("there is no attribute `@{text}`");
                    let finding = Finding::new(Code::BAD_ATTRIBUTE, name.range(), message);
                    let known = ["pii", "deprecated"].map(Candidate::new);
                    self.report(did_you_mean(finding, text, &known, "attributes"));
                }
            }
            seen.push((text, range));
        }
        marks
    }

    /// What `@deprecated` says to do instead.
    fn replacement(&mut self, attribute: ast::Attribute<'_>) -> Option<Arc<str>> {
        let Some(text) = attribute.text() else {
            let message = "`@deprecated` says what to use instead";
            let finding = Finding::new(Code::BAD_ATTRIBUTE, attribute.range(), message);
            self.structural(finding.note("write `@deprecated(\"use …\")`"));
            return None;
        };
        let advice = self.plain_text(text, "the advice of `@deprecated`")?;
        if advice.trim().is_empty() {
            let message = "`@deprecated` says what to use instead";
            self.report(Finding::new(Code::BAD_ATTRIBUTE, text.range(), message));
        }
        Some(advice.into())
    }

    /// Warns about the use of something that is deprecated. In tests it may be used: they are about
    /// what is there.
    pub(crate) fn discourage(
        &mut self,
        what: &str,
        advice: Option<&Arc<str>>,
        range: TextRange,
        declared: Place,
    ) {
        let Some(advice) = advice else { return };
        if self.is_test {
            return;
        }
        let message = format!("{what} is deprecated: {advice}");
        let finding = Finding::new(Code::DEPRECATED, range, message);
        self.report(finding.at(declared, "declared here"));
    }

    /// The same for a name of the workspace.
    pub(crate) fn discourage_name(&mut self, kind: NameKind, name: &str, range: TextRange) {
        if self.is_test {
            return;
        }
        let advice = deprecation(self.db, Name::new(self.db, kind, Arc::from(name)));
        let what = format!("the {kind} `{name}`");
        self.discourage(&what, advice.as_ref(), range, Place::Name(kind, Arc::from(name)));
    }
}

/// What to use instead of something that is declared, if it is deprecated.
#[salsa::tracked(returns(clone))]
pub(crate) fn deprecation<'db>(db: &'db dyn Db, name: Name<'db>) -> Option<Arc<str>> {
    let text = name.text(db);
    match name.kind(db) {
        NameKind::Trait => return trait_field(db, &text)?.marks.deprecated,
        NameKind::Action => return action_type(db, name)?.marks.deprecated.clone(),
        _ => {}
    }
    let site = table::lookup(db, name).first()?;
    let tree = site.item.tree(db);
    // Mistakes in the attributes are found where they stand.
    let advice = |attributes: &mut dyn Iterator<Item = ast::Attribute<'_>>| {
        let mut deprecated = attributes.filter(|attribute| {
            attribute.any_name().is_some_and(|name| name.source() == "deprecated")
        });
        deprecated.next()?.text().and_then(table::plain_text).map(Arc::from)
    };
    match site.item.kind(db) {
        ItemKind::Event => advice(&mut declaration::<ast::EventDecl<'_>>(tree)?.attributes()),
        ItemKind::Audience => advice(&mut declaration::<ast::AudienceDecl<'_>>(tree)?.attributes()),
        ItemKind::Journey => advice(&mut declaration::<ast::JourneyDecl<'_>>(tree)?.attributes()),
        _ => None,
    }
}
