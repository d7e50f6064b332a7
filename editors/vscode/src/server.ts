// The language server: found, started, started again.

import { window, workspace } from "vscode";
import type { Disposable, LogOutputChannel } from "vscode";
import { LanguageClient } from "vscode-languageclient/node";
import type { CancellationToken, LanguageClientOptions, MessageSignature, ServerOptions } from "vscode-languageclient/node";
import { findProgram } from "./program";
import type { Found } from "./program";

/** Where `journeyc` is, by the settings. VS Code leaves out what a workspace says that is not trusted. */
export function program(): Found {
  const setting = workspace.getConfiguration("journey").get<string>("server.path", "");
  return findProgram(setting, process.env["PATH"] ?? "");
}

/** A question about a document that is not answered is a line in the output, not a window in front of it. */
class Client extends LanguageClient {
  override handleFailedRequest<T>(
    type: MessageSignature,
    token: CancellationToken | undefined,
    error: unknown,
    defaultValue: T,
    show?: boolean,
    throwOnCancel?: boolean,
  ): T {
    const shown = show !== false && !type.method.startsWith("textDocument/");
    return super.handleFailedRequest(type, token, error, defaultValue, shown, throwOnCancel);
  }
}

/** The server of a window. */
export class Server implements Disposable {
  private client: Client | undefined;
  /** One after the other, however fast settings change. */
  private turn: Promise<void> = Promise.resolve();

  constructor(readonly output: LogOutputChannel) {}

  /** Starts it, or starts it again. */
  restart(): Promise<void> {
    this.turn = this.turn.then(() => this.replace());
    return this.turn;
  }

  private async replace(): Promise<void> {
    await this.stop();
    // Files that are on no disk are highlighted, and that is all.
    const onDisk = workspace.workspaceFolders?.some((folder) => folder.uri.scheme === "file") ?? true;
    if (!onDisk) return;
    const found = program();
    if ("problem" in found) {
      this.output.error(found.problem);
      void this.offerSettings(found.problem);
      return;
    }
    const server: ServerOptions = { command: found.path, args: ["lsp"], options: { shell: false } };
    const options: LanguageClientOptions = {
      documentSelector: [
        { scheme: "file", language: "journey" },
        { scheme: "file", pattern: "**/journey.toml" },
      ],
      initializationOptions: {
        stats: workspace.getConfiguration("journey").get<string>("stats", ""),
        commands: ["journey.rename"],
      },
      // Told again when it is changed.
      synchronize: { configurationSection: "journey" },
      outputChannel: this.output,
    };
    this.client = new Client("journey", "Journey", server, options);
    try {
      await this.client.start();
    } catch (error) {
      void this.offerSettings(`${found.path} did not start: ${String(error)}`);
    }
  }

  private async offerSettings(problem: string): Promise<void> {
    const open = "Open Settings";
    if ((await window.showWarningMessage(problem, open)) !== open) return;
    const { commands } = await import("vscode");
    await commands.executeCommand("workbench.action.openSettings", "journey.server.path");
  }

  /** Stops it. */
  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client?.isRunning()) await client.dispose();
  }

  dispose(): void {
    void this.stop();
  }
}
