//! From `wait for event …`, which goes on either way, to a wait with an arm for each way.

use journey_base::TextRange;
use journey_sema::index::Definition;
use journey_syntax::ast::{self, AstNode};

use super::{ActionKind, Context, Draft};

/// The wait for an event at the cursor as a wait with arms.
pub(super) fn of_wait(context: &Context<'_>) -> Option<Draft> {
    let wait: ast::WaitEvent<'_> = context.innermost()?;
    let range = wait.range();
    if !context.has_no_comments(range) || is_used_later(context, wait) {
        return None;
    }
    let mut limit = String::new();
    let mut timeout = "";
    if let Some(up_to) = wait.up_to() {
        limit = format!("{} ", up_to.source());
        timeout = "timeout {}\n";
    }
    // All that says which event it is, from `any` or `event` to the limit.
    let from = wait.kw_any_token().or_else(|| wait.kw_event_token())?.range().start;
    let to = wait.up_to().map_or(range.end, |up_to| up_to.range().start);
    let event = TextRange::new(from, to).of(context.text()).trim_end();
    let text = format!("wait {limit}{{\non {event} {{}}\n{timeout}}}");
    let title = "Turn into a wait with arms";
    Some(Draft::new(title, ActionKind::Rewrite, vec![context.edit(range, text)]))
}

/// Whether what is bound is spoken of behind the wait: an arm keeps it to itself.
fn is_used_later(context: &Context<'_>, wait: ast::WaitEvent<'_>) -> bool {
    let Some(name) = wait.alias().and_then(|alias| alias.name()) else { return false };
    context.index().references.iter().any(|reference| {
        let bound = matches!(&reference.definition,
            Definition::Local { at, .. } if *at == name.range());
        bound && reference.range.start >= wait.range().end
    })
}
