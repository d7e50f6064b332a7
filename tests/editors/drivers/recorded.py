"""pytest-lsp with the capabilities that editors were recorded with: `python recorded.py CLIENT`."""

import asyncio
import json
import os
import pathlib
import sys

from lsprotocol import types
from pytest_lsp import LanguageClient, client_capabilities, make_test_lsp_client

TIMEOUT = 60


async def answers(client: LanguageClient, name: str) -> dict:
    shop = pathlib.Path(os.environ["JOURNEY_SHOP"])
    questions = json.loads(pathlib.Path(os.environ["JOURNEY_QUESTIONS"]).read_text("utf-8"))
    await client.start_io(os.environ["JOURNEY_SERVER"], "lsp")
    introduced = await client.initialize_session(
        types.InitializeParams(
            capabilities=client_capabilities(name),
            root_uri=shop.as_uri(),
            workspace_folders=[types.WorkspaceFolder(uri=shop.as_uri(), name="shop")],
        )
    )
    for file in sorted(shop.glob("*.journey")):
        item = types.TextDocumentItem(file.as_uri(), "journey", 1, file.read_text("utf-8"))
        client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    # Some can count bytes, and the server prefers that.
    bytewise = introduced.capabilities.position_encoding == types.PositionEncodingKind.Utf8

    def text_of(file: str, line: int) -> str:
        return (shop / file).read_text("utf-8").splitlines()[line]

    def sent(file: str, line: int, character: int) -> types.Position:
        before = text_of(file, line).encode("utf-16-le")[: 2 * character].decode("utf-16-le")
        return types.Position(line, len(before.encode("utf-8")) if bytewise else character)

    def received(file: str, at: types.Position) -> int:
        before = text_of(file, at.line).encode("utf-8")[: at.character].decode("utf-8")
        return len(before.encode("utf-16-le")) // 2 if bytewise else at.character

    def place(question: dict) -> dict:
        uri = (shop / question["file"]).as_uri()
        position = sent(question["file"], question["line"], question["character"])
        return {"text_document": types.TextDocumentIdentifier(uri), "position": position}

    found = {"diagnostics": {}, "completion": [], "hover": []}
    for file in questions["diagnostics"]:
        uri = (shop / file).as_uri()
        while uri not in client.diagnostics:
            await client.wait_for_notification("textDocument/publishDiagnostics")
        found["diagnostics"][file] = [
            {
                "line": d.range.start.line,
                "character": received(file, d.range.start),
                "code": d.code,
                "message": d.message,
            }
            for d in client.diagnostics[uri]
        ]
    for question in questions["completion"]:
        result = await client.text_document_completion_async(types.CompletionParams(**place(question)))
        items = result.items if isinstance(result, types.CompletionList) else result or []
        found["completion"].append([item.label for item in items])
    for question in questions["hover"]:
        result = await client.text_document_hover_async(types.HoverParams(**place(question)))
        contents = result.contents if result else ""
        found["hover"].append(getattr(contents, "value", contents))
    await client.shutdown_session()
    return found


async def main(name: str) -> None:
    client = make_test_lsp_client()
    # Watching files is asked for of those who can.
    for method in ("client/registerCapability", "client/unregisterCapability"):
        client.feature(method)(lambda params: None)
    found = await asyncio.wait_for(answers(client, name), TIMEOUT)
    pathlib.Path(os.environ["JOURNEY_ANSWERS"]).write_text(json.dumps(found), "utf-8")


asyncio.run(main(sys.argv[1]))
