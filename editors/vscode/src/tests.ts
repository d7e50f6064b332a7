// Running tests: in a terminal of VS Code, so that results stay and places in them can be clicked.

import { ProcessExecution, Task, TaskPanelKind, TaskRevealKind, TaskScope, Uri, tasks, window, workspace } from "vscode";
import type { TextEditor } from "vscode";
import { testArguments, testAt } from "./program";
import { program } from "./server";

/** Runs all tests of the workspace that the open file or the first folder belongs to. */
export async function testWorkspace(): Promise<void> {
  const open = window.activeTextEditor?.document.uri;
  const folder = (open && workspace.getWorkspaceFolder(open)) ?? workspace.workspaceFolders?.[0];
  if (folder === undefined) return void window.showInformationMessage("No folder is open.");
  await run("all tests", testArguments(folder.uri.fsPath));
}

/** Runs the tests of the open file. */
export async function testFile(): Promise<void> {
  const editor = await saved();
  if (editor) await run("tests of a file", testArguments(editor.document.uri.fsPath));
}

/** Runs a test by its title: what a lens of the server does. */
export async function runTest(file: string, title: string): Promise<void> {
  await workspace.saveAll(false);
  await run(title, testArguments(Uri.parse(file).fsPath, title));
}

/** Runs the test around the cursor. */
export async function testAtCursor(): Promise<void> {
  const editor = await saved();
  if (editor === undefined) return;
  const found = testAt(editor.document.getText(), editor.selection.active.line);
  if (found === undefined) return void window.showInformationMessage("There is no test at the cursor.");
  await run(found, testArguments(editor.document.uri.fsPath, found));
}

/** The open editor, its file saved: `journeyc` reads files. */
async function saved(): Promise<TextEditor | undefined> {
  const editor = window.activeTextEditor;
  if (editor?.document.languageId !== "journey" || editor.document.uri.scheme !== "file") {
    void window.showInformationMessage("Open a .journey file first.");
    return undefined;
  }
  await editor.document.save();
  return editor;
}

async function run(name: string, parameters: string[]): Promise<void> {
  const found = program();
  if ("problem" in found) return void window.showErrorMessage(found.problem);
  const execution = new ProcessExecution(found.path, parameters);
  const task = new Task({ type: "journey" }, TaskScope.Workspace, name, "journeyc", execution);
  task.presentationOptions = { panel: TaskPanelKind.Shared, reveal: TaskRevealKind.Always, clear: true };
  await tasks.executeTask(task);
}
