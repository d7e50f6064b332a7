import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { findProgram, graphArguments, journeyAt, journeysIn, testArguments, testAt } from "../src/program";

function folderWith(name: string, mode: number): string {
  const folder = mkdtempSync(join(tmpdir(), "journey-"));
  writeFileSync(join(folder, name), "#!/bin/sh\n");
  chmodSync(join(folder, name), mode);
  return folder;
}

test("the program is the first one in the folders of PATH", () => {
  const [first, second] = [folderWith("journeyc", 0o755), folderWith("journeyc", 0o755)];
  const path = ["/nowhere", first, second].join(delimiter);
  assert.deepEqual(findProgram("", path, false), { path: join(first, "journeyc") });
});

test("a relative folder of PATH does not count, nor does a file that is no program", () => {
  const found = findProgram("", [".", "bin", folderWith("journeyc", 0o644)].join(delimiter), false);
  assert.ok("problem" in found && found.problem.includes("journey.server.path"));
});

test("the setting goes before PATH, and has to be an absolute path to a program", () => {
  const folder = folderWith("mine", 0o755);
  assert.deepEqual(findProgram(join(folder, "mine"), "", false), { path: join(folder, "mine") });
  for (const [setting, why] of [["bin/journeyc", "absolute"], [join(folder, "other"), "no program"]] as const) {
    const found = findProgram(setting, folderWith("journeyc", 0o755), false);
    assert.ok("problem" in found && found.problem.includes(why), JSON.stringify(found));
  }
});

const FILE = `journey one {
  exit done
}

test "a \\"quoted\\" \\{title\\}" {
  journey one
}

journey two "Two" {
}
test "last" {
  journey two
}`;

test("journeys and tests are found by the line of the cursor", () => {
  assert.deepEqual(journeysIn(FILE), [{ name: "one", line: 0 }, { name: "two", line: 8 }]);
  assert.equal(journeyAt(FILE, 2), "one");
  assert.equal(journeyAt(FILE, 12), "two");
  assert.equal(testAt(FILE, 1), undefined);
  assert.equal(testAt(FILE, 5), 'a "quoted" {title}');
  assert.equal(testAt(FILE, 11), "last");
});

test("names of tests and journeys are arguments of their own, never part of a command line", () => {
  assert.deepEqual(testArguments("/w", "a; rm -rf $HOME"), ["test", "--filter", "a; rm -rf $HOME", "/w"]);
  assert.deepEqual(testArguments("/w"), ["test", "/w"]);
  assert.deepEqual(graphArguments("/w/a.journey", "a"), ["graph", "--format", "svg", "--journey", "a", "/w/a.journey"]);
});
