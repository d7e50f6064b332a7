// What VS Code starts: the server, and the commands.

import { Location as Place, Position as Point, Range, Uri, commands, window, workspace } from "vscode";
import type { ExtensionContext } from "vscode";
import type { Location, Position } from "vscode-languageclient/node";
import { Pictures } from "./graph";
import { Server } from "./server";
import { runTest, testAtCursor, testFile, testWorkspace } from "./tests";

/** Called once, when a `.journey` file or a workspace with a `journey.toml` is opened. */
export async function activate(context: ExtensionContext): Promise<void> {
  const output = window.createOutputChannel("Journey", { log: true });
  const server = new Server(output);
  const pictures = new Pictures();
  stop = () => server.stop();
  context.subscriptions.push(
    output,
    server,
    pictures,
    commands.registerCommand("journey.testWorkspace", testWorkspace),
    commands.registerCommand("journey.testFile", testFile),
    commands.registerCommand("journey.testAtCursor", testAtCursor),
    commands.registerCommand("journey.runTest", runTest),
    commands.registerCommand("journey.showReferences", showReferences),
    commands.registerCommand("journey.rename", rename),
    commands.registerCommand("journey.showGraph", () => pictures.show()),
    commands.registerCommand("journey.restartServer", () => server.restart()),
    commands.registerCommand("journey.showOutput", () => output.show(true)),
    workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("journey.server")) void server.restart();
    }),
    // What was left out because the workspace was not trusted counts now.
    workspace.onDidGrantWorkspaceTrust(() => server.restart()),
  );
  await server.restart();
}

/** Shows the places that a lens of the server leads to, as the protocol writes them. */
async function showReferences(file: string, at: Position, found: Location[]): Promise<void> {
  const point = ({ line, character }: Position) => new Point(line, character);
  const places = found.map(({ uri, range }) => new Place(Uri.parse(uri), new Range(point(range.start), point(range.end))));
  await commands.executeCommand("editor.action.showReferences", Uri.parse(file), point(at), places);
}

/** Asks for another name for what stands at a place: what the server has just given one. */
async function rename(file: string, at: Position): Promise<void> {
  await commands.executeCommand("editor.action.rename", [Uri.parse(file), new Point(at.line, at.character)]);
}

let stop: () => Promise<void> = async () => {};

/** Called when the window is closed. */
export function deactivate(): Promise<void> {
  return stop();
}
