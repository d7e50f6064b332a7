// Where `journeyc` is, and how it is asked. Knows nothing of VS Code.

import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/** Where the program is, or why it cannot be said. */
export type Found = { path: string } | { problem: string };

/**
 * Finds `journeyc`: where the settings say, or in the folders of `PATH`.
 *
 * Only absolute paths count, so that no file of the folder that happens to be open is taken for the program.
 */
export function findProgram(setting: string, path: string, windows = process.platform === "win32"): Found {
  if (setting !== "") {
    if (!isAbsolute(setting)) return { problem: `journey.server.path has to be an absolute path, and is ${setting}` };
    return isProgram(setting) ? { path: setting } : { problem: `journey.server.path: there is no program ${setting}` };
  }
  const name = windows ? "journeyc.exe" : "journeyc";
  for (const folder of path.split(delimiter)) {
    if (isAbsolute(folder) && isProgram(join(folder, name))) return { path: join(folder, name) };
  }
  return { problem: `There is no ${name} in the folders of PATH. Install it, or set journey.server.path.` };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Arguments for tests: all of a workspace or file, or those whose title or journey contains `filter`. */
export function testArguments(path: string, filter?: string): string[] {
  return filter === undefined ? ["test", path] : ["test", "--filter", filter, path];
}

/** Arguments for the picture of a journey. */
export function graphArguments(path: string, journey: string): string[] {
  return ["graph", "--format", "svg", "--journey", journey, path];
}

/** The journeys that a text declares, with the line of each. */
export function journeysIn(text: string): { name: string; line: number }[] {
  return declarations(text, /^journey\s+([A-Za-z_]\w*)/);
}

/** The title of the test around a line of a text. */
export function testAt(text: string, line: number): string | undefined {
  // A title with an expression in it is no title; a quote in it is written with a backslash.
  const titles = declarations(text, /^test\s+"((?:[^"\\]|\\.)*)"/);
  const title = last(titles.filter((test) => test.line <= line))?.name;
  return title === undefined ? undefined : spoken(title);
}

/** A title as it is shown, from how it is written. */
export function spoken(title: string): string {
  return title.replace(/\\(["\\{}])/g, "$1");
}

/** The journey around a line of a text, or before it. */
export function journeyAt(text: string, line: number): string | undefined {
  return last(journeysIn(text).filter((journey) => journey.line <= line))?.name;
}

function last<T>(items: T[]): T | undefined {
  return items[items.length - 1];
}

function declarations(text: string, form: RegExp): { name: string; line: number }[] {
  return text.split("\n").flatMap((content, line) => {
    const name = form.exec(content)?.[1];
    return name === undefined ? [] : [{ name, line }];
  });
}
