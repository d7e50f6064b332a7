import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const read = (path: string) => readFileSync(path, "utf8");
const manifest = JSON.parse(read("package.json"));

test("every command of the manifest is registered, and none that is not in it", () => {
  const registered = [...read("src/extension.ts").matchAll(/registerCommand\("([^"]+)"/g)].map((found) => found[1]);
  const declared = manifest.contributes.commands.map((command: { command: string }) => command.command);
  assert.deepEqual(registered.sort(), declared.sort());
});

test("the path of the server is not taken from a workspace that is not trusted", () => {
  const { untrustedWorkspaces, virtualWorkspaces } = manifest.capabilities;
  assert.equal(untrustedWorkspaces.supported, "limited");
  const restricted = Object.keys(manifest.contributes.configuration.properties).filter((name) => name.includes("path"));
  assert.deepEqual(untrustedWorkspaces.restrictedConfigurations, restricted);
  assert.equal(virtualWorkspaces.supported, "limited");
});

/** The first rule for Enter that fits, as VS Code looks for it. */
function appended(before: string, after = ""): string | undefined {
  const { onEnterRules } = JSON.parse(read("language-configuration.json"));
  type Rule = { beforeText: string; afterText?: string; action: { appendText?: string } };
  const fits = (rule: Rule) => new RegExp(rule.beforeText).test(before) && new RegExp(rule.afterText ?? "").test(after);
  return onEnterRules.find(fits)?.action.appendText;
}

test("Enter goes on with documentation, and with a comment that is cut in two", () => {
  assert.equal(appended("  /// Who goes through it."), "/// ");
  assert.equal(appended("  ///"), undefined);
  assert.equal(appended("  // why", "more"), "// ");
  assert.equal(appended("  // why"), undefined);
  assert.equal(appended("  wait 1d"), undefined);
});

test("lines behind an opening bracket are indented, whatever a comment says", () => {
  const { indentationRules } = JSON.parse(read("language-configuration.json"));
  const deeper = new RegExp(indentationRules.increaseIndentPattern);
  for (const line of ["journey a {", "  branch { // two ways", "  f(", "  list: ["]) assert.match(line, deeper);
  for (const line of ["  // in {", "  wait 1d", "  a { b }"]) assert.doesNotMatch(line, deeper);
  assert.match("  }", new RegExp(indentationRules.decreaseIndentPattern));
});
