// What VS Code starts: the server, and the commands.

import { commands, window, workspace } from "vscode";
import type { ExtensionContext } from "vscode";
import { Pictures } from "./graph";
import { Server } from "./server";
import { test, testFile, testWorkspace } from "./tests";

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
    commands.registerCommand("journey.testAtCursor", test),
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

let stop: () => Promise<void> = async () => {};

/** Called when the window is closed. */
export function deactivate(): Promise<void> {
  return stop();
}
