//! The fixes that come with findings.

use journey_base::{Applicability, Edit, plural};

use super::{ActionKind, Context, Draft};

/// The fixes of what was found here, the certain ones first.
pub(super) fn of(context: &Context<'_>) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::new();
    for found in context.here() {
        for fix in found.fixes.iter().filter(|fix| !fix.edits.is_empty()) {
            let draft = Draft::new(&*fix.title, ActionKind::Fix, fix.edits.clone());
            let preferred = fix.applicability == Applicability::Safe;
            drafts.push(Draft { preferred, ..draft.mending(found) });
        }
    }
    drafts.sort_by_key(|draft| !draft.preferred);
    drafts
}

/// All certain fixes of the file at once. Of two that touch each other the later has to wait for
/// the next time, as its reason may be gone by then.
pub(super) fn all(context: &Context<'_>) -> Option<Draft> {
    context.here().find(|found| found.fixes.iter().any(|it| is_safe(it.applicability)))?;
    let mut edits: Vec<Edit> = Vec::new();
    let mut count = 0;
    for found in &context.found {
        let safe = found.fixes.iter().find(|fix| is_safe(fix.applicability));
        let Some(fix) = safe.filter(|fix| !fix.edits.is_empty()) else { continue };
        let here = fix.edits.iter().all(|edit| edit.file == context.file);
        let free = |edit: &Edit| edits.iter().all(|other| apart(edit, other));
        if here && fix.edits.iter().all(free) {
            edits.extend(fix.edits.iter().cloned());
            count += 1;
        }
    }
    // A single one is offered as itself, unless it is the whole file that is to be mended.
    let whole = context.range.start == 0 && context.range.end as usize >= context.text().len();
    let title = format!("Fix {} of this file safely", plural(count, "problem"));
    (count > 1 || whole && count > 0).then(|| Draft::new(title, ActionKind::FixAll, edits))
}

fn is_safe(applicability: Applicability) -> bool {
    applicability == Applicability::Safe
}

/// Whether two edits leave each other alone: they do not even touch.
fn apart(one: &Edit, other: &Edit) -> bool {
    one.file != other.file || one.range.end < other.range.start || other.range.end < one.range.start
}
