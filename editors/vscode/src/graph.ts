// The picture of a journey beside its text, drawn again when the file is saved.

import { execFile } from "node:child_process";
import { ViewColumn, window, workspace } from "vscode";
import type { Disposable, WebviewPanel } from "vscode";
import { picturePage, problemPage } from "./page";
import { graphArguments, journeyAt, journeysIn } from "./program";
import { program } from "./server";

/** More than any journey that a person can look at. */
const MAX_PICTURE = 64 << 20;

/** The pictures that are open, by file and journey. */
export class Pictures implements Disposable {
  private readonly open = new Map<string, { panel: WebviewPanel; file: string; journey: string }>();
  private readonly saves = workspace.onDidSaveTextDocument((document) => {
    if (document.languageId !== "journey") return;
    for (const { panel, file, journey } of this.open.values()) void draw(panel, file, journey);
  });

  /** Shows the journey around the cursor, or lets choose one. */
  async show(): Promise<void> {
    const editor = window.activeTextEditor;
    if (editor?.document.languageId !== "journey" || editor.document.uri.scheme !== "file") {
      return void window.showInformationMessage("Open a .journey file first.");
    }
    const text = editor.document.getText();
    const names = journeysIn(text).map(({ name }) => name);
    const near = journeyAt(text, editor.selection.active.line);
    const journey = near ?? names[0];
    if (journey === undefined) return void window.showInformationMessage("This file declares no journey.");
    await editor.document.save();
    await this.reveal(editor.document.uri.fsPath, journey);
  }

  private async reveal(file: string, journey: string): Promise<void> {
    const key = JSON.stringify([file, journey]);
    const known = this.open.get(key);
    if (known) {
      known.panel.reveal(undefined, true);
      return draw(known.panel, file, journey);
    }
    const place = { viewColumn: ViewColumn.Beside, preserveFocus: true };
    const panel = window.createWebviewPanel("journey.graph", journey, place, {
      enableScripts: false,
      enableCommandUris: false,
      localResourceRoots: [],
    });
    this.open.set(key, { panel, file, journey });
    panel.onDidDispose(() => this.open.delete(key));
    await draw(panel, file, journey);
  }

  dispose(): void {
    this.saves.dispose();
    for (const { panel } of this.open.values()) panel.dispose();
  }
}

async function draw(panel: WebviewPanel, file: string, journey: string): Promise<void> {
  const found = program();
  panel.webview.html =
    "problem" in found ? problemPage(journey, found.problem) : await picture(found.path, file, journey);
}

function picture(journeyc: string, file: string, journey: string): Promise<string> {
  const options = { maxBuffer: MAX_PICTURE, windowsHide: true, timeout: 30_000 };
  return new Promise((done) => {
    execFile(journeyc, graphArguments(file, journey), options, (error, svg, problems) => {
      done(error ? problemPage(journey, problems || error.message) : picturePage(journey, svg));
    });
  });
}
