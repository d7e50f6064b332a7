//! The handlers. Each asks the main loop, before it waits for anything, and waits for the answer.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};

use tokio::task::AbortHandle;
use tower_lsp_server::jsonrpc::{Error, Result};
use tower_lsp_server::ls_types::request::{
    GotoDeclarationParams, GotoDeclarationResponse, GotoTypeDefinitionParams,
    GotoTypeDefinitionResponse,
};
use tower_lsp_server::ls_types::*;
use tower_lsp_server::{ClientSocket, LanguageServer, LspService};

use crate::Options;
use crate::capabilities::capabilities;
use crate::client::Client;
use crate::counting::{LiveCounts, tell};
use crate::events::Event;
use crate::features::{self, actions, diagnostics, help, lenses, names, outline, tokens, writing};
use crate::kept::Kept;
use crate::outgoing::Outgoing;
use crate::reads::{Read, Subject, content_modified, mistake};
use crate::state::State;
use crate::uris::{Key, path_of};
use crate::view::View;

/// An answer that comes later.
type Answer<R> = Pin<Box<dyn Future<Output = Result<R>> + Send>>;

/// Asks the main loop.
#[derive(Debug)]
pub(crate) struct Server {
    events: Sender<Event>,
    options: Options,
    /// Whether the client said that it will end.
    announced: Arc<AtomicBool>,
    /// The colours that it was told.
    kept: Arc<Kept>,
    /// Tells of counts that come from outside.
    live: Option<AbortHandle>,
    outgoing: Outgoing,
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(live) = &self.live {
            live.abort();
        }
        self.tell(Event::Ended);
    }
}

/// A server with its main loop, for one connection.
pub(crate) fn service(
    options: Options,
    announced: Arc<AtomicBool>,
) -> (LspService<Server>, ClientSocket) {
    let panics = options.panics;
    let build = LspService::build(|connection| {
        let (events, told) = channel();
        let (outgoing, messages) = Outgoing::new();
        let said = outgoing.clone();
        tokio::spawn(messages.say_to(connection));
        let nobody = Client::of(&InitializeParams::default(), None);
        let kept = Arc::<Kept>::default();
        let state = State::new(&options, nobody, outgoing, events.clone(), kept.clone());
        let (now, news) = options.live.as_ref().map(LiveCounts::follow).unzip();
        // Without threads nothing is answered, and every request says so.
        if let Ok(mut state) = state {
            state.live = now;
            let work = move || state.run(&told);
            let thread = std::thread::Builder::new().name("journey-lsp".to_owned());
            let _ = thread.stack_size(STACK).spawn(work);
        }
        let live = news.map(|news| tokio::spawn(tell(news, events.clone())).abort_handle());
        Server { events, options, announced, kept, live, outgoing: said }
    });
    let build = features::custom(build);
    let build = if panics { features::panicking(build) } else { build };
    build.finish()
}

/// The main loop parses, to learn which names open files declare.
const STACK: usize = 16 << 20;

impl Server {
    /// Where to say something unasked.
    pub(crate) fn outgoing(&self) -> &Outgoing {
        &self.outgoing
    }

    fn tell(&self, event: Event) {
        // The main loop ends after the connection only.
        let _ = self.events.send(event);
    }

    /// Asks about one document. Of one that is neither open nor in a workspace there is nothing to
    /// say, and that is the answer.
    pub(crate) fn ask<P: Send + 'static, R: Default + Send + 'static>(
        &self,
        uri: &Uri,
        params: P,
        find: impl Fn(&View, &P) -> Result<R> + Send + 'static,
    ) -> Answer<R> {
        self.ask_or(Ok(R::default()), Subject::Document(Key::of(uri)), params, find)
    }

    /// The same with another answer where there is no such document.
    pub(crate) fn ask_or<P: Send + 'static, R: Send + 'static>(
        &self,
        nothing: Result<R>,
        subject: Subject,
        params: P,
        find: impl Fn(&View, &P) -> Result<R> + Send + 'static,
    ) -> Answer<R> {
        self.put(subject, nothing, move |views| match views {
            [view] => find(view, &params),
            _ => Err(mistake()),
        })
    }

    /// Asks about everything.
    fn ask_all<R: Send + 'static>(
        &self,
        find: impl FnMut(&[View]) -> Result<R> + Send + 'static,
    ) -> Answer<R> {
        self.put(Subject::All, Err(mistake()), find)
    }

    fn put<R: Send + 'static>(
        &self,
        subject: Subject,
        nothing: Result<R>,
        find: impl FnMut(&[View]) -> Result<R> + Send + 'static,
    ) -> Answer<R> {
        let (read, answer) = Read::new(subject, nothing, find);
        self.tell(Event::Asked(Box::new(read)));
        Box::pin(answer.get())
    }
}

impl LanguageServer for Server {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let client = Client::of(&params, self.options.pages.as_deref());
        let capabilities = capabilities(&client);
        self.tell(Event::Introduced(Box::new(client)));
        let version = Some(env!("CARGO_PKG_VERSION").to_owned());
        let server_info = Some(ServerInfo { name: "journeyc".to_owned(), version });
        Ok(InitializeResult { capabilities, server_info, offset_encoding: None })
    }

    async fn initialized(&self, _: InitializedParams) {
        self.tell(Event::Ready);
    }

    async fn shutdown(&self) -> Result<()> {
        self.announced.store(true, Ordering::Relaxed);
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        self.tell(Event::Opened(Box::new(params.text_document)));
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        self.tell(Event::Changed(Box::new(params)));
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.tell(Event::Closed(params.text_document.uri));
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        self.tell(Event::Folders(Box::new(params.event)));
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        let paths = params.changes.iter().filter_map(|change| path_of(&change.uri));
        self.tell(Event::Touched(paths.collect()));
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        self.tell(Event::Settings(Box::new(params.settings)));
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        let path = path_of(&params.text_document.uri);
        self.tell(Event::Touched(path.into_iter().collect()));
    }

    async fn diagnostic(
        &self,
        params: DocumentDiagnosticParams,
    ) -> Result<DocumentDiagnosticReportResult> {
        let subject = Subject::Findings(Key::of(&params.text_document.uri));
        let none = diagnostics::document(Vec::new(), params.previous_result_id.as_deref());
        self.ask_or(Ok(none), subject, params, diagnostics::of_document).await
    }

    async fn workspace_diagnostic(
        &self,
        params: WorkspaceDiagnosticParams,
    ) -> Result<WorkspaceDiagnosticReportResult> {
        self.ask_all(move |views| diagnostics::of_all(views, &params)).await
    }

    async fn folding_range(&self, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
        let uri = params.text_document.uri.clone();
        self.ask(&uri, params, outline::folding).await
    }

    async fn document_symbol(
        &self,
        params: DocumentSymbolParams,
    ) -> Result<Option<DocumentSymbolResponse>> {
        let uri = params.text_document.uri.clone();
        self.ask(&uri, params, outline::symbols).await
    }

    async fn symbol(
        &self,
        params: WorkspaceSymbolParams,
    ) -> Result<Option<WorkspaceSymbolResponse>> {
        self.ask_all(move |views| outline::found(views, &params)).await
    }

    async fn selection_range(
        &self,
        params: SelectionRangeParams,
    ) -> Result<Option<Vec<SelectionRange>>> {
        let uri = params.text_document.uri.clone();
        self.ask(&uri, params, outline::selections).await
    }

    async fn document_link(&self, params: DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>> {
        let uri = params.text_document.uri.clone();
        self.ask(&uri, params, outline::links).await
    }

    async fn formatting(&self, params: DocumentFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        let uri = params.text_document.uri.clone();
        self.ask(&uri, params, writing::whole).await
    }

    async fn range_formatting(
        &self,
        params: DocumentRangeFormattingParams,
    ) -> Result<Option<Vec<TextEdit>>> {
        let uri = params.text_document.uri.clone();
        self.ask(&uri, params, writing::part).await
    }

    async fn on_type_formatting(
        &self,
        params: DocumentOnTypeFormattingParams,
    ) -> Result<Option<Vec<TextEdit>>> {
        let uri = params.text_document_position.text_document.uri.clone();
        self.ask(&uri, params, writing::typed).await
    }

    async fn semantic_tokens_full(
        &self,
        params: SemanticTokensParams,
    ) -> Result<Option<SemanticTokensResult>> {
        let (uri, kept) = (params.text_document.uri.clone(), self.kept.clone());
        self.ask(&uri, params, move |view, params| tokens::whole(view, params, &kept)).await
    }

    async fn semantic_tokens_full_delta(
        &self,
        params: SemanticTokensDeltaParams,
    ) -> Result<Option<SemanticTokensFullDeltaResult>> {
        let (uri, kept) = (params.text_document.uri.clone(), self.kept.clone());
        self.ask(&uri, params, move |view, params| tokens::difference(view, params, &kept)).await
    }

    async fn semantic_tokens_range(
        &self,
        params: SemanticTokensRangeParams,
    ) -> Result<Option<SemanticTokensRangeResult>> {
        let uri = params.text_document.uri.clone();
        self.ask(&uri, params, tokens::part).await
    }

    async fn goto_definition(
        &self,
        params: GotoDefinitionParams,
    ) -> Result<Option<GotoDefinitionResponse>> {
        let uri = params.text_document_position_params.text_document.uri.clone();
        self.ask(&uri, params, names::definition).await
    }

    async fn goto_declaration(
        &self,
        params: GotoDeclarationParams,
    ) -> Result<Option<GotoDeclarationResponse>> {
        let uri = params.text_document_position_params.text_document.uri.clone();
        self.ask(&uri, params, names::definition).await
    }

    async fn goto_type_definition(
        &self,
        params: GotoTypeDefinitionParams,
    ) -> Result<Option<GotoTypeDefinitionResponse>> {
        let uri = params.text_document_position_params.text_document.uri.clone();
        self.ask(&uri, params, names::type_definition).await
    }

    async fn references(&self, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
        let uri = params.text_document_position.text_document.uri.clone();
        self.ask(&uri, params, names::references).await
    }

    async fn document_highlight(
        &self,
        params: DocumentHighlightParams,
    ) -> Result<Option<Vec<DocumentHighlight>>> {
        let uri = params.text_document_position_params.text_document.uri.clone();
        self.ask(&uri, params, names::highlights).await
    }

    async fn prepare_rename(
        &self,
        params: TextDocumentPositionParams,
    ) -> Result<Option<PrepareRenameResponse>> {
        let uri = params.text_document.uri.clone();
        self.ask(&uri, params, names::prepare_rename).await
    }

    async fn rename(&self, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
        let uri = params.text_document_position.text_document.uri.clone();
        self.ask(&uri, params, names::rename).await
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        let uri = params.text_document.uri.clone();
        self.ask(&uri, params, actions::of_range).await
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        let uri = params.text_document_position.text_document.uri.clone();
        self.ask(&uri, params, help::completion).await
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        let uri = params.text_document_position_params.text_document.uri.clone();
        self.ask(&uri, params, help::hover).await
    }

    async fn signature_help(&self, params: SignatureHelpParams) -> Result<Option<SignatureHelp>> {
        let uri = params.text_document_position_params.text_document.uri.clone();
        self.ask(&uri, params, help::signature).await
    }

    async fn inlay_hint(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        let uri = params.text_document.uri.clone();
        self.ask(&uri, params, help::inlays).await
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        let uri = params.text_document.uri.clone();
        self.ask(&uri, params, lenses::lenses).await
    }

    async fn code_lens_resolve(&self, params: CodeLens) -> Result<CodeLens> {
        let subject = Subject::Document(Key::of(&lenses::document(&params)?));
        // It stood above something that is gone.
        self.ask_or(Err(content_modified()), subject, params, lenses::resolve).await
    }

    async fn prepare_call_hierarchy(
        &self,
        params: CallHierarchyPrepareParams,
    ) -> Result<Option<Vec<CallHierarchyItem>>> {
        let uri = params.text_document_position_params.text_document.uri.clone();
        self.ask(&uri, params, lenses::prepare_calls).await
    }

    async fn incoming_calls(
        &self,
        params: CallHierarchyIncomingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyIncomingCall>>> {
        let uri = params.item.uri.clone();
        self.ask(&uri, params, lenses::incoming).await
    }

    async fn outgoing_calls(
        &self,
        params: CallHierarchyOutgoingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyOutgoingCall>>> {
        let uri = params.item.uri.clone();
        self.ask(&uri, params, lenses::outgoing).await
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<LSPAny>> {
        // Whatever a client sends, nothing is executed.
        Err(Error::invalid_params(format!("there is no command `{}`", params.command)))
    }
}
