//! From findings to diagnostics: everything about a file, with places in the workspace.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use journey_base::{Code, Diagnostic, Edit, FileId, Fix, Label, LineIndex, Severity, TextRange};
use journey_syntax::{AstNode, SyntaxError, ast};
use salsa::Cancelled;

use crate::allows::Allows;
use crate::cx::did_you_mean;
use crate::db::{Db, Project, SourceFile};
use crate::duplicates::duplicates;
use crate::findings::{Finding, Place};
use crate::items::{Item, ItemKind, declaration, items, mistakes};
use crate::names::NameKind;
use crate::table::{self, Site};
use crate::usage;
use crate::{audiences, calls, loops, tests_decl};

/// At most so many findings of a file are shown.
pub(crate) const MAX_SHOWN: usize = 100;

/// The findings of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileReport {
    /// What is shown, sorted by place and code.
    pub(crate) diagnostics: Arc<[Diagnostic]>,
    /// Whether anything, shown or not, is an error.
    pub(crate) failed: bool,
}

/// A finding that is not yet a diagnostic: most of the work is done only for those that are shown.
enum Found {
    /// Of the parser, or about names of the whole workspace.
    Placed(Box<Diagnostic>),
    /// In an item at this offset.
    InItem(Box<Finding>, u32),
}

impl Found {
    fn code(&self) -> Code {
        match self {
            Found::Placed(diagnostic) => diagnostic.code,
            Found::InItem(finding, _) => finding.code,
        }
    }

    fn range(&self) -> TextRange {
        match self {
            Found::Placed(diagnostic) => diagnostic.primary.range,
            Found::InItem(finding, offset) => finding.range.shift(*offset),
        }
    }
}

/// Checks a file. A panic in a check is a finding too, one that asks for a report: the other
/// items and files are checked all the same.
#[salsa::tracked(no_eq, returns(clone))]
pub(crate) fn file_report(db: &dyn Db, file: SourceFile) -> FileReport {
    let id = file.id(db);
    let found = tried(db, || findings_of(db, file)).unwrap_or_else(|reason| {
        vec![Found::InItem(Box::new(internal(TextRange::default(), "this file", &reason)), 0)]
    });
    shown(db, id, allowed(&file.text(db), id, found))
}

/// What is left of the findings when comments have had their say, and what is to be said of those.
fn allowed(text: &str, file: FileId, mut found: Vec<Found>) -> Vec<Found> {
    let allows = Allows::of(text);
    found.retain(|it| !allows.silence(it.code().lint(), it.range().start));
    // Names that the parser or the checker stumbled over may be what a lint would have found.
    if found.iter().all(|it| it.code().severity() == Severity::Warning) {
        found.extend(allows.unused(file).into_iter().map(|it| Found::Placed(Box::new(it))));
    }
    found
}

fn findings_of(db: &dyn Db, file: SourceFile) -> Vec<Found> {
    let id = file.id(db);
    let (text, mistakes) = (file.text(db), mistakes(db, file));
    let placed = |it: Diagnostic| Found::Placed(Box::new(it));
    let mut found: Vec<Found> = mistakes.iter().map(|it| placed(syntax_error(it, id))).collect();
    // Most files have no mistakes, and need no lines.
    let lines = LineIndex::new(if mistakes.is_empty() { "" } else { &text });
    let line = |offset: u32| lines.line_column(&text, offset).line;
    let broken_lines: Vec<u32> = mistakes.iter().map(|it| line(it.range.start)).collect();
    for item in items(db, file) {
        let offset = item.offset(db);
        let findings = tried(db, || item_findings(*item, db)).unwrap_or_else(|reason| {
            vec![internal(first_line(*item, db), "this declaration", &reason)]
        });
        for finding in findings {
            // What the parser could not read gives rise to more on the same line.
            let start = finding.range.shift(offset).start;
            if !item.broken(db) || !broken_lines.contains(&line(start)) {
                found.push(Found::InItem(Box::new(finding), offset));
            }
        }
    }
    found.extend(duplicates(db, file).into_iter().map(placed));
    found.extend(tests_decl::twins(db, file).into_iter().map(placed));
    // Uses are collected from all items; one that cannot be checked is reported where it stands.
    let unused = tried(db, || usage::unused(db, file)).unwrap_or_default();
    found.extend(unused.into_iter().map(placed));
    found
}

/// Gives findings the severity the workspace wants, leaves out what is too much, and sorts. Errors
/// come before warnings in what is kept.
fn shown(db: &dyn Db, file: FileId, found: Vec<Found>) -> FileReport {
    let config = Project::get(db).config(db);
    let mut found: Vec<(Severity, Found)> = found
        .into_iter()
        .filter(|it| it.code() != Code::TOO_MANY)
        .filter_map(|it| Some((config.severity(it.code())?, it)))
        .collect();
    let failed = found.iter().any(|(severity, _)| *severity == Severity::Error);
    let place = |it: &Found| (it.range().start, it.code(), it.range().end);
    found.sort_by_key(|(severity, it)| (*severity, place(it)));
    let total = found.len();
    let cut = found.get(MAX_SHOWN).map(|(severity, first)| {
        let message = format!("{total} findings in this file; the first {MAX_SHOWN} are shown");
        let mut more = Diagnostic::new(Code::TOO_MANY, file, first.range(), message);
        more.severity = *severity;
        more.note("mend those first; many of the rest may go away")
    });
    found.truncate(MAX_SHOWN);
    found.sort_by_key(|(_, it)| place(it));
    let diagnostics = found.into_iter().map(|(severity, it)| match it {
        Found::Placed(diagnostic) => Diagnostic { severity, ..*diagnostic },
        Found::InItem(finding, offset) => {
            Diagnostic { severity, ..resolved(db, *finding, file, offset) }
        }
    });
    FileReport { diagnostics: diagnostics.chain(cut).collect(), failed }
}

/// A finding in full: with what was probably meant, at its place in the workspace.
fn resolved(db: &dyn Db, mut finding: Finding, file: FileId, offset: u32) -> Diagnostic {
    if let Some(unknown) = finding.unknown.take() {
        let mut known = table::candidates(db, unknown.kind);
        known.extend(unknown.nearby);
        finding = did_you_mean(finding, &unknown.name, &known, &unknown.plural);
    }
    placed(db, &finding, file, offset)
}

/// Runs a check in a query; a panic in it becomes the reason it gave. What the check had read by
/// then is not known, so it is tried again after every change.
fn tried<T>(db: &dyn Db, check: impl FnOnce() -> T) -> Result<T, String> {
    contained(check).inspect_err(|_| db.report_untracked_read())
}

/// Runs a check; a panic in it becomes the reason it gave.
pub(crate) fn contained<T>(check: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(check)).map_err(|payload| {
        match payload.downcast_ref::<Cancelled>() {
            // Another thread panicked over something that this check needs as well.
            Some(Cancelled::PropagatedPanic) => return "another check failed".to_owned(),
            // A newer version of the workspace is waiting; this check is pointless.
            Some(_) => resume_unwind(payload),
            None => {}
        }
        let text = payload.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
        text.unwrap_or("no reason given").to_owned()
    })
}

/// The finding about a mistake of the checker.
fn internal(range: TextRange, what: &str, reason: &str) -> Finding {
    let message = format!("the checker failed on {what}: {reason}");
    let finding = Finding::new(Code::INTERNAL, range, message);
    finding.note("this is a mistake of the checker, not yours; please report it, with the source")
}

/// Where a finding about an item as a whole points.
fn first_line(item: Item<'_>, db: &dyn Db) -> TextRange {
    let text = item.tree(db).text();
    TextRange::new(0, text.find('\n').unwrap_or(text.len()) as u32)
}

fn item_findings(item: Item<'_>, db: &dyn Db) -> Vec<Finding> {
    let mut findings = usage::findings(db, item).to_vec();
    findings.extend(match item.kind(db) {
        ItemKind::Audience => audiences::cycle_of(db, item),
        ItemKind::Journey => loops::circle_of(db, item).or_else(|| calls::cycle_of(db, item)),
        _ => None,
    });
    findings
}

/// What the parser found, as a diagnostic.
pub fn syntax_error(error: &SyntaxError, file: FileId) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(error.code, file, error.range, &*error.message);
    if let Some((range, text)) = &error.related {
        diagnostic = diagnostic.also(file, *range, &**text);
    }
    match &error.help {
        Some(help) => diagnostic.note(&**help),
        None => diagnostic,
    }
}

/// A finding at its place in the workspace.
fn placed(db: &dyn Db, finding: &Finding, file: FileId, offset: u32) -> Diagnostic {
    let mut diagnostic =
        Diagnostic::new(finding.code, file, finding.range.shift(offset), &*finding.message)
            .label(&*finding.label);
    for (place, text) in &finding.also {
        let (file, range) = match place {
            Place::Here(range) => (file, range.shift(offset)),
            elsewhere => match resolve(db, elsewhere) {
                Some(found) => found,
                None => continue,
            },
        };
        diagnostic.secondary.push(Label { file, range, text: text.clone() });
    }
    diagnostic.notes.clone_from(&finding.notes);
    diagnostic.fixes = finding
        .repairs
        .iter()
        .map(|repair| Fix {
            title: repair.title.clone(),
            applicability: repair.applicability,
            edits: repair
                .edits
                .iter()
                .filter(|(range, text)| !(range.is_empty() && text.is_empty()))
                .map(|(range, text)| Edit { file, range: range.shift(offset), text: text.clone() })
                .chain(repair.elsewhere.iter().filter_map(|(place, text)| {
                    let (file, range) = resolve(db, place)?;
                    Some(Edit { file, range: TextRange::empty(range.end), text: text.clone() })
                }))
                .collect(),
        })
        .collect();
    diagnostic
}

/// Where something is declared.
fn resolve(db: &dyn Db, place: &Place) -> Option<(FileId, TextRange)> {
    let at = |site: Site<'_>, range: TextRange| {
        (site.item.file(db).id(db), range.shift(site.item.offset(db)))
    };
    match place {
        Place::Here(_) => None,
        Place::Name(kind, name) => {
            let site = table::declaring(db, *kind, name)?;
            Some(at(site, table::name_range(db, site, *kind)))
        }
        Place::Property(event, property) => {
            let site = table::declaring(db, NameKind::Event, event)?;
            let decl: ast::EventDecl<'_> = declaration(site.item.tree(db))?;
            let mut names = decl.fields().filter_map(|field| field.any_name());
            let name = names.find(|name| *name.source() == **property)?;
            Some(at(site, name.range()))
        }
        Place::Parameter(action, parameter) => {
            let site = table::declaring(db, NameKind::Action, action)?;
            let decl: ast::DestinationDecl<'_> = declaration(site.item.tree(db))?;
            let params = table::actions(decl).nth(site.index)?.param_list()?.params();
            let mut names = params.filter_map(|param| param.any_name());
            let name = names.find(|name| *name.source() == **parameter)?;
            Some(at(site, name.range()))
        }
        Place::AfterParameter(action, parameter) => {
            let site = table::declaring(db, NameKind::Action, action)?;
            let decl: ast::DestinationDecl<'_> = declaration(site.item.tree(db))?;
            let mut params = table::actions(decl).nth(site.index)?.param_list()?.params();
            let called = |name: ast::AnyName<'_>| *name.source() == **parameter;
            let param = params.find(|param| param.any_name().is_some_and(called))?;
            Some(at(site, param.range()))
        }
        Place::AfterTrait(name) => {
            let site = table::declaring(db, NameKind::Trait, name)?;
            let decl: ast::CustomerDecl<'_> = declaration(site.item.tree(db))?;
            Some(at(site, decl.fields().nth(site.index)?.range()))
        }
    }
}

/// Whether the parser found no mistake in the whole workspace. If it did, uses may be missing.
pub(crate) fn parses(db: &dyn Db) -> bool {
    closed_parse(db) && Project::get(db).open(db).iter().all(|file| is_sound(db, *file))
}

#[salsa::tracked(returns(copy))]
fn closed_parse(db: &dyn Db) -> bool {
    Project::get(db).closed(db).iter().all(|file| is_sound(db, *file))
}

#[salsa::tracked(returns(copy))]
fn is_sound(db: &dyn Db, file: SourceFile) -> bool {
    mistakes(db, file).is_empty()
}

#[cfg(test)]
mod tests {
    use super::{contained, internal};
    use journey_base::TextRange;
    use salsa::Cancelled;

    #[test]
    fn a_panic_in_a_check_becomes_a_finding_that_asks_for_a_report() {
        let reason = contained(|| -> u8 { panic!("index out of bounds") }).unwrap_err();
        let finding = internal(TextRange::new(0, 7), "this declaration", &reason);
        assert_eq!(finding.message, "the checker failed on this declaration: index out of bounds");
        assert!(finding.notes[0].contains("report"));
    }

    #[test]
    fn a_cancelled_check_stays_cancelled() {
        let throw = |why: Cancelled| std::panic::resume_unwind(Box::new(why));
        let unwound = std::panic::catch_unwind(|| contained(|| throw(Cancelled::PendingWrite)));
        assert!(unwound.unwrap_err().is::<Cancelled>());
        let waited_for = contained(|| throw(Cancelled::PropagatedPanic)).unwrap_err();
        assert_eq!(waited_for, "another check failed");
    }
}
