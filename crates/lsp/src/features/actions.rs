//! What can be done at a place.

use journey_ide::{Action, ActionKind, code_actions, edited};
use serde_json::json;
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::*;

use crate::findings;
use crate::position::Lines;
use crate::view::View;

/// Mends all of a file that can be mended unseen.
const FIX_ALL: CodeActionKind = CodeActionKind::SOURCE_FIX_ALL;

/// The kinds of what is done.
pub(crate) fn kinds() -> Vec<CodeActionKind> {
    vec![
        CodeActionKind::QUICKFIX,
        FIX_ALL,
        CodeActionKind::REFACTOR_EXTRACT,
        CodeActionKind::REFACTOR_INLINE,
        CodeActionKind::REFACTOR_REWRITE,
    ]
}

/// Asks for another name: `[uri, position]`, in the text as it is then. It is the client's to do,
/// and said only to one that has it.
pub(crate) const RENAME: &str = "journey.rename";

/// What can be done in a stretch of a document.
pub(crate) fn of_range(
    view: &View,
    params: &CodeActionParams,
) -> Result<Option<CodeActionResponse>> {
    let wanted = params.context.only.as_deref();
    let found = code_actions(&view.workspace, view.within(params.range)).into_iter();
    let actions = found.map(|found| action(view, &found)).filter(|action| {
        let kind = action.kind.as_ref();
        wanted.is_none_or(|wanted| kind.is_some_and(|kind| wanted.iter().any(|it| is_a(kind, it))))
    });
    Ok(Some(actions.map(CodeActionOrCommand::CodeAction).collect()))
}

/// Whether a kind is another one, or below it.
fn is_a(kind: &CodeActionKind, wanted: &CodeActionKind) -> bool {
    let rest = kind.as_str().strip_prefix(wanted.as_str());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || wanted.as_str().is_empty())
}

fn action(view: &View, found: &Action) -> CodeAction {
    CodeAction {
        title: found.title.clone(),
        kind: Some(match found.kind {
            ActionKind::Fix => CodeActionKind::QUICKFIX,
            ActionKind::FixAll => FIX_ALL,
            ActionKind::Extract => CodeActionKind::REFACTOR_EXTRACT,
            ActionKind::Inline => CodeActionKind::REFACTOR_INLINE,
            ActionKind::Rewrite => CodeActionKind::REFACTOR_REWRITE,
        }),
        diagnostics: found.mends.as_ref().map(|it| vec![findings::finding(view, it)]),
        edit: Some(view.workspace_edit(&found.edits)),
        command: rename(view, found),
        is_preferred: found.preferred.then_some(true),
        ..CodeAction::default()
    }
}

/// What asks for a better name than the action gave to something.
fn rename(view: &View, found: &Action) -> Option<Command> {
    let named = found.named.filter(|_| view.client.renames)?;
    let edits = found.edits.iter().filter(|it| it.file == named.file);
    let text = edited(&view.workspace.text(named.file)?, edits);
    let at = Lines::new(text.into(), view.client.encoding).position(named.range.start);
    let arguments = vec![json!(view.uri(named.file)?), json!(at)];
    Some(Command::new("Rename".to_owned(), RENAME.to_owned(), Some(arguments)))
}
