// The class of each UTF-16 unit of some texts, by the TextMate grammar and by the CodeMirror parser.
// Reads `[text, …]` and writes `[{textmate, codemirror}, …]`, a letter for each unit; main.rs says what they mean.
// Arguments: the folder of node modules, the repository.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { text as read } from "node:stream/consumers";

const [modules, root] = process.argv.slice(2);
const require = createRequire(join(modules, "here.js"));
const oniguruma = require("vscode-oniguruma");
const textmate = require("vscode-textmate");
const typescript = require("typescript");

const SCOPES = [
  [/^comment\.line\.documentation/, "d"],
  [/^comment/, "c"],
  [/^punctuation\.definition\.string|^constant\.character|^string/, "t"],
  [/^constant\.numeric\.timeofday/, "O"],
  [/^constant\.numeric\.time/, "T"],
  [/^constant\.numeric\.date/, "D"],
  [/^constant\.numeric\.duration/, "U"],
  [/^constant\.numeric\.number/, "N"],
  [/^constant\.numeric\.integer/, "I"],
  [/^keyword\.operator\.symbol|^punctuation/, "o"],
  [/^keyword|^constant\.language/, "k"],
  [/^variable|^entity|^support/, "n"],
  [/^invalid/, "x"],
];

function letter(scopes) {
  for (const scope of scopes.toReversed()) {
    if (scope.startsWith("meta.")) break;
    const found = SCOPES.find(([form]) => form.test(scope));
    if (found) return found[1];
  }
  return " ";
}

async function textmateGrammar() {
  const wasm = readFileSync(join(modules, "vscode-oniguruma/release/onig.wasm"));
  await oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));
  const file = join(root, "editors/textmate/journey.tmLanguage.json");
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (sources) => new oniguruma.OnigScanner(sources),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () => textmate.parseRawGrammar(readFileSync(file, "utf8"), file),
  });
  return registry.loadGrammar("source.journey");
}

function byTextmate(grammar, text) {
  let state = textmate.INITIAL;
  const lines = text.split("\n").map((line) => {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    state = ruleStack;
    return tokens.map((t) => letter(t.scopes).repeat(Math.min(t.endIndex, line.length) - t.startIndex)).join("");
  });
  return lines.join("\n");
}

const NAMES = {
  lineComment: "c", docComment: "d", string: "t", escape: "t", number: "N", operator: "o", brace: "o",
  definitionKeyword: "k", atom: "k", operatorKeyword: "k", controlKeyword: "k",
  propertyName: "n", attributeName: "n", variableName: "n", typeName: "n", invalid: "x",
};

/** What the parser needs of CodeMirror's stream. */
class Line {
  constructor(string) {
    this.string = string;
    this.pos = 0;
  }
  sol() {
    return this.pos === 0;
  }
  eol() {
    return this.pos >= this.string.length;
  }
  next() {
    return this.string[this.pos++];
  }
  skipToEnd() {
    this.pos = this.string.length;
  }
  eatSpace() {
    const from = this.pos;
    while (/\s/.test(this.string[this.pos] ?? "")) this.pos++;
    return this.pos > from;
  }
}

async function codemirrorParser() {
  const source = readFileSync(join(root, "editors/codemirror/journey.ts"), "utf8");
  const options = { module: typescript.ModuleKind.ESNext, target: typescript.ScriptTarget.ES2022 };
  const { outputText } = typescript.transpileModule(source, { compilerOptions: options });
  return (await import("data:text/javascript," + encodeURIComponent(outputText))).journey;
}

function byCodemirror(parser, text) {
  const state = parser.startState();
  const lines = text.split("\n").map((string) => {
    const line = new Line(string);
    let found = "";
    while (!line.eol()) {
      const from = line.pos;
      const name = parser.token(line, state);
      if (line.pos === from) throw new Error(`no progress at ${from} of ${string}`);
      found += (name === null ? " " : (NAMES[name] ?? "?")).repeat(line.pos - from);
    }
    return found;
  });
  return lines.join("\n");
}

const grammar = await textmateGrammar();
const parser = await codemirrorParser();
const texts = JSON.parse(await read(process.stdin));
const found = texts.map((text) => ({ textmate: byTextmate(grammar, text), codemirror: byCodemirror(parser, text) }));
process.stdout.write(JSON.stringify(found));
