//! What the client said of itself when it introduced itself.

use std::path::PathBuf;

use serde_json::Value;
use tower_lsp_server::ls_types::{ClientCapabilities, InitializeParams, PositionEncodingKind};

use crate::counting;
use crate::features::actions;
use crate::position::Encoding;
use crate::uris::path_of;

/// What a client can do, as far as we ask.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    /// What columns count from now on.
    pub(crate) encoding: Encoding,
    /// It asks for findings, and can be told to ask again: it is not sent any.
    pub(crate) pulls: bool,
    /// It tells of changed files if it is asked to.
    pub(crate) watches: bool,
    /// It shows how far long work is.
    pub(crate) progress: bool,
    /// It shows other places that belong to a finding.
    pub(crate) related: bool,
    /// It folds whole lines only.
    pub(crate) whole_lines: bool,
    /// It shows outlines as trees.
    pub(crate) outlines: bool,
    /// It knows actions that are no commands.
    pub(crate) actions: bool,
    /// It knows changes of documents with their versions.
    pub(crate) versioned_edits: bool,
    /// It can be told to ask for lenses again.
    pub(crate) refreshes_lenses: bool,
    /// It fills in templates with places to jump to.
    pub(crate) snippets: bool,
    /// It shows Markdown.
    pub(crate) markdown: bool,
    /// It can be asked for settings.
    pub(crate) configures: bool,
    /// It has the command that asks for another name.
    pub(crate) renames: bool,
    /// The file of counts that it named, relative to a workspace.
    pub(crate) stats: Option<String>,
    /// What it named in place of that, and is no path.
    pub(crate) no_stats: Option<counting::NoText>,
    /// Where the pages about codes are, with a slash at the end.
    pub(crate) pages: Option<String>,
    /// The folders that it has open.
    pub(crate) folders: Vec<PathBuf>,
}

impl Client {
    pub(crate) fn of(params: &InitializeParams, pages: Option<&str>) -> Client {
        let Known { general, text, workspace, window } = Known::of(&params.capabilities);
        let flag =
            |from: &Value, path: &str| from.pointer(path).and_then(Value::as_bool) == Some(true);
        let pages_option = params.initialization_options.as_ref().and_then(|it| it.get("pages"));
        let pages_option = pages_option.and_then(Value::as_str).map(str::to_owned);
        Client {
            encoding: encoding(&general),
            pulls: text.get("diagnostic").is_some_and(Value::is_object)
                && flag(&workspace, "/diagnostics/refreshSupport"),
            watches: flag(&workspace, "/didChangeWatchedFiles/dynamicRegistration"),
            progress: flag(&window, "/workDoneProgress"),
            related: flag(&text, "/publishDiagnostics/relatedInformation")
                || flag(&text, "/diagnostic/relatedInformation"),
            whole_lines: flag(&text, "/foldingRange/lineFoldingOnly"),
            outlines: flag(&text, "/documentSymbol/hierarchicalDocumentSymbolSupport"),
            actions: text
                .pointer("/codeAction/codeActionLiteralSupport")
                .is_some_and(Value::is_object),
            versioned_edits: flag(&workspace, "/workspaceEdit/documentChanges"),
            refreshes_lenses: flag(&workspace, "/codeLens/refreshSupport"),
            snippets: flag(&text, "/completion/completionItem/snippetSupport"),
            markdown: shows_markdown(&text),
            configures: flag(&workspace, "/configuration"),
            renames: has_command(params, actions::RENAME),
            stats: params.initialization_options.as_ref().and_then(counting::setting),
            no_stats: params.initialization_options.as_ref().and_then(counting::no_setting),
            pages: pages_option.or_else(|| pages.map(str::to_owned)),
            folders: folders(params),
        }
    }
}

/// The capabilities as JSON: a client may say more, or less, than the types of one version know.
struct Known {
    general: Value,
    text: Value,
    workspace: Value,
    window: Value,
}

impl Known {
    fn of(capabilities: &ClientCapabilities) -> Known {
        let mut all = serde_json::to_value(capabilities).unwrap_or_default();
        let mut take = |name: &str| all.get_mut(name).map(Value::take).unwrap_or_default();
        Known {
            general: take("general"),
            text: take("textDocument"),
            workspace: take("workspace"),
            window: take("window"),
        }
    }
}

/// Whether it said, by `{ "commands": ["…"] }`, that it has a command.
fn has_command(params: &InitializeParams, name: &str) -> bool {
    let said = params.initialization_options.as_ref().and_then(|it| it.get("commands"));
    said.and_then(Value::as_array).is_some_and(|all| all.iter().any(|it| it == name))
}

/// UTF-8 where the client has it: nothing has to be counted then.
fn encoding(general: &Value) -> Encoding {
    let offered = general.get("positionEncodings").and_then(Value::as_array);
    let utf8 = PositionEncodingKind::UTF8.as_str().to_owned();
    let has_utf8 = offered.is_some_and(|all| all.iter().any(|it| it.as_str() == Some(&utf8)));
    if has_utf8 { Encoding::Utf8 } else { Encoding::Utf16 }
}

/// Who says nothing gets Markdown, which can be read as it is.
fn shows_markdown(text: &Value) -> bool {
    let formats = text.pointer("/hover/contentFormat").and_then(Value::as_array);
    formats.is_none_or(|formats| formats.iter().any(|format| format.as_str() == Some("markdown")))
}

fn folders(params: &InitializeParams) -> Vec<PathBuf> {
    let folders = params.workspace_folders.iter().flatten();
    let mut found: Vec<PathBuf> = folders.filter_map(|folder| path_of(&folder.uri)).collect();
    #[allow(deprecated)]
    if params.workspace_folders.is_none() {
        let root = params.root_uri.as_ref().and_then(path_of);
        let path = params.root_path.as_ref().map(PathBuf::from);
        found.extend(root.or(path).filter(|it| it.is_absolute()));
    }
    found
}
