// Tries the packed extension in code-server, in a browser: `cargo xtask test-vscode`.
// The questions and their answers are those of all editors, tests/editors/expected.json.
// Environment: JOURNEY_TOOLS_FOLDER (node modules), JOURNEY_SERVER (journeyc), JOURNEY_REPOSITORY, JOURNEY_PICTURES (where to).
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const { JOURNEY_TOOLS_FOLDER: tools, JOURNEY_SERVER: journeyc, JOURNEY_REPOSITORY: root } = process.env;
const pictures = process.env.JOURNEY_PICTURES;
const modules = join(tools, "node_modules");
const { chromium } = createRequire(join(modules, "here.js"))("playwright-core");
const questions = JSON.parse(readFileSync(join(root, "tests/editors/expected.json"), "utf8"));

const folder = mkdtempSync(join(tmpdir(), "journey-vscode-"));
const shop = join(folder, "shop");
mkdirSync(pictures, { recursive: true });

const codeServer = [join(modules, "code-server/out/node/entry.js")];
const places = ["--user-data-dir", join(folder, "data"), "--extensions-dir", join(folder, "extensions")];
const environment = {
  ...process.env,
  // Neither extensions nor news are fetched.
  EXTENSIONS_GALLERY: "{}",
  XDG_CONFIG_HOME: folder,
};

/** A port that nobody listens at. */
function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

/** The window's, and those of the machine that the extension runs on. */
function settings(theme) {
  const chosen = {
    "workbench.colorTheme": theme,
    "workbench.startupEditor": "none",
    "workbench.tips.enabled": false,
    "security.workspace.trust.enabled": false,
    "telemetry.telemetryLevel": "off",
    "editor.minimap.enabled": false,
    "chat.commandCenter.enabled": false,
  };
  for (const [of, values] of [["User", chosen], ["Machine", { "journey.server.path": journeyc }]]) {
    mkdirSync(join(folder, "data", of), { recursive: true });
    writeFileSync(join(folder, "data", of, "settings.json"), JSON.stringify(values));
  }
}

async function started(port) {
  const options = ["--auth", "none", "--bind-addr", `127.0.0.1:${port}`, "--disable-telemetry", "--disable-update-check"];
  const server = spawn(process.execPath, [...codeServer, ...places, ...options], { env: environment });
  server.stderr.pipe(process.stderr);
  await new Promise((done, failed) => {
    server.on("exit", (code) => failed(new Error(`code-server ended with ${code}`)));
    server.stdout.on("data", (said) => String(said).includes("HTTP server listening") && done());
  });
  return server;
}

/** What a person does and sees. */
class Window {
  constructor(page) {
    this.page = page;
  }

  async command(title) {
    await this.page.keyboard.press("F1");
    const input = this.page.locator(".quick-input-widget input");
    await input.fill(`>${title}`);
    await this.page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first().waitFor();
    await this.page.keyboard.press("Enter");
  }

  async open(file) {
    const tab = this.page.locator(".tab", { hasText: file });
    if (await tab.count()) {
      await tab.first().click();
    } else {
      // Not by name: that needs ripgrep, which is fetched from elsewhere when it is installed.
      await this.page.locator(".explorer-folders-view .monaco-list-row", { hasText: file }).dblclick();
    }
    await this.page.locator(`.tab.active`, { hasText: file }).waitFor();
    await this.page.locator(".monaco-editor .view-line").first().click();
  }

  async go({ file, line, character }) {
    await this.open(file);
    await this.page.keyboard.press("Control+G");
    await this.page.locator(".quick-input-widget input").fill(`:${line + 1}:${character + 1}`);
    await this.page.keyboard.press("Enter");
    await this.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
  }

  async picture(name) {
    // What fades in is looked at when it stands there. What turns without end is not waited for.
    await this.page.evaluate(() => {
      const ends = document.getAnimations().filter((it) => it.effect?.getComputedTiming().endTime !== Infinity);
      return Promise.allSettled(ends.map((it) => it.finished)).then(() => undefined);
    });
    await this.page.screenshot({ path: join(pictures, `${name}.png`) });
    console.log(`  ${name}.png`);
  }
}

async function diagnostics(window, name) {
  for (const [file, expected] of Object.entries(questions.diagnostics)) {
    await window.open(file);
    await window.page.locator(".squiggly-error").nth(expected.length - 1).waitFor({ state: "attached" });
    await window.command("View: Toggle Problems");
    for (const { line, message } of expected) {
      // The panel writes the place behind the message.
      const row = window.page.locator(".markers-panel .monaco-list-row", { hasText: message.replaceAll("`", "`") });
      await row.filter({ hasText: `Ln ${line + 1},` }).first().waitFor();
    }
    await window.picture(`${name}-diagnostics`);
    await window.command("View: Toggle Problems");
  }
}

async function completion(window, name) {
  for (const [at, question] of questions.completion.entries()) {
    await window.go(question);
    await window.page.keyboard.press("Control+Space");
    for (const label of question.contains) {
      await window.page.locator(".suggest-widget.visible .monaco-list-row", { hasText: label }).first().waitFor();
    }
    if (at === 0) await window.picture(`${name}-completion`);
    await window.page.keyboard.press("Escape");
  }
}

async function hover(window, name) {
  for (const [at, question] of questions.hover.entries()) {
    await window.go(question);
    await window.page.keyboard.press("Control+K");
    await window.page.keyboard.press("Control+I");
    const shown = window.page.locator(".monaco-hover:visible");
    for (const text of question.contains) await shown.filter({ hasText: text }).first().waitFor();
    if (at === 0) await window.picture(`${name}-hover`);
    await window.page.keyboard.press("Escape");
  }
}

async function highlighting(window, name) {
  await window.open("thanks.journey");
  const looks = (text) =>
    window.page.locator(".view-line span span", { hasText: new RegExp(`^\\s*${text}\\s*$`) }).first().evaluate((span) => getComputedStyle(span).color);
  const [keyword, known] = [await looks("journey"), await looks("thanks")];
  assert.notEqual(keyword, known, "a keyword looks like a name");
  await window.picture(`${name}-highlighting`);
}

/** Without its mistakes: nothing is drawn or tested in a workspace that is wrong. */
async function mended(window) {
  await window.command("View: Close All Editors");
  rmSync(join(shop, "broken.journey"), { force: true });
}

async function drawing(window, name) {
  await window.go({ file: "thanks.journey", line: 3, character: 0 });
  await window.command("Journey: Show Picture of a Journey");
  const frame = window.page.frameLocator("iframe.webview").frameLocator("iframe");
  await frame.locator("svg.journey").waitFor();
  assert.equal(await frame.locator("script").count(), 0);
  await window.picture(`${name}-graph`);
  await window.command("View: Close All Editors");
}

async function tests(window, name) {
  await window.go({ file: "thanks.journey", line: 17, character: 2 });
  await window.command("Journey: Run Test at Cursor");
  await window.page.locator(".terminal-wrapper .xterm").first().waitFor();
  // A terminal is drawn on a canvas; that the task went well is written beside its name.
  await window.page.locator(".terminal-tabs-entry .codicon-check, .single-terminal-tab .codicon-check, .codicon-terminal-success").first().waitFor();
  await window.picture(`${name}-test`);
  await window.command("View: Hide Panel");
}

async function lenses(window, name) {
  await window.go({ file: "thanks.journey", line: 0, character: 0 });
  const lens = (text) => window.page.locator(".codelens-decoration a", { hasText: text }).first();
  await lens("passed").click();
  await window.page.locator(".single-terminal-tab .codicon-check, .codicon-terminal-success").first().waitFor();
  await window.command("View: Hide Panel");
  // What the lens says depends on how often the event is used.
  await window.go({ file: "schema.journey", line: 8, character: 0 });
  await lens(/use|reference/i).click();
  await window.page.locator(".reference-zone-widget .monaco-list-row").first().waitFor();
  await window.picture(`${name}-lenses`);
  await window.page.keyboard.press("Escape");
}

async function run(theme, name) {
  cpSync(join(root, "tests/editors/shop"), shop, { recursive: true });
  settings(theme);
  const port = await freePort();
  const server = await started(port);
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage({ viewport: { width: 1200, height: 760 } });
    page.setDefaultTimeout(60_000);
    await page.goto(`http://127.0.0.1:${port}/?folder=${encodeURIComponent(shop)}`);
    await page.locator(".monaco-workbench .explorer-folders-view .monaco-list-row").first().waitFor();
    const window = new Window(page);
    const steps = { highlighting, diagnostics, completion, hover, mended, tests, lenses, drawing };
    const only = process.env.JOURNEY_STEPS?.split(",") ?? Object.keys(steps);
    for (const step of only) {
      await steps[step](window, name).catch(async (error) => {
        await window.picture(`${name}-${step}-failed`);
        throw error;
      });
      console.log(`ok ${name} ${step}`);
    }
  } finally {
    await browser.close();
    server.kill();
  }
}

execFileSync(process.execPath, [...codeServer, ...places, "--install-extension", join(root, "editors/vscode/dist/journey.vsix")], { env: environment, stdio: "inherit" });
await run("Default Light Modern", "light");
await run("Default Dark Modern", "dark");
rmSync(folder, { recursive: true, force: true });
