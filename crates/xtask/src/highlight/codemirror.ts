/** What this needs of CodeMirror's `StringStream`. */
interface Stream {
  string: string;
  pos: number;
  sol(): boolean;
  eol(): boolean;
  next(): string | void;
  skipToEnd(): void;
  eatSpace(): boolean;
}

/** What the place is inside of, outermost first: texts, the expressions in them, and records in those. */
type Inside = "text" | "long text" | "expression" | "record";

interface State {
  inside: Inside[];
  /** What the next word is, if the last one tells. */
  next?: string | undefined;
}

const sticky = (form: string): RegExp => new RegExp(form, "y");
const rows = ROWS.map(([form, name, next]) => [sticky(form), name, next] as const);
const word = sticky("[A-Za-z_][0-9A-Za-z_]*");
const escape = sticky(ESCAPE);
const badEscape = sticky("\\\\u\\{[0-9A-Za-z]*\\}?|\\\\.|\\\\$");
const stray = sticky(STRAY);
const plain = sticky('[^"\\\\{]+');
const quotes = sticky('"""');
const doc = sticky("///(?!/)");
const comment = sticky("//");

/** Whether the form fits here. */
function at(stream: Stream, form: RegExp): boolean {
  form.lastIndex = stream.pos;
  return form.test(stream.string);
}

/** Reads what the form fits, if it does. */
function take(stream: Stream, form: RegExp): boolean {
  const found = at(stream, form);
  if (found) stream.pos = form.lastIndex;
  return found;
}

/** Ends what cannot go on behind the end of a line: a text, and the texts around it. */
function endLine(inside: Inside[]): void {
  while (inside.length > 0 && inside[inside.length - 1] !== "long text") inside.pop();
}

function inText(stream: Stream, inside: Inside[], long: boolean): string {
  if (long ? take(stream, quotes) : stream.string[stream.pos] === '"') {
    if (!long) stream.next();
    inside.pop();
    return "string";
  }
  if (stream.string[stream.pos] === "{") {
    stream.next();
    inside.push("expression");
    return "brace";
  }
  if (take(stream, escape)) return "escape";
  if (take(stream, badEscape)) return "invalid";
  if (!take(stream, plain)) stream.next();
  return "string";
}

function inCode(stream: Stream, state: State): string | null {
  if (stream.eatSpace()) return null;
  const { inside, next: known } = state;
  state.next = undefined;
  if (known !== undefined && take(stream, word)) return known;
  if (at(stream, doc)) {
    stream.skipToEnd();
    return "docComment";
  }
  if (at(stream, comment)) {
    stream.skipToEnd();
    return "lineComment";
  }
  for (const [form, name, next] of rows) {
    if (!take(stream, form)) continue;
    state.next = next;
    return name;
  }
  if (take(stream, quotes)) {
    inside.push("long text");
    return "string";
  }
  switch (stream.next()) {
    case '"':
      inside.push("text");
      return "string";
    case "{":
      if (inside.length > 0) inside.push("record");
      return "brace";
    case "}":
      inside.pop();
      return "brace";
    default:
      return "invalid";
  }
}

/** The language, for `StreamLanguage.define` of `@codemirror/language`. */
export const journey = {
  name: "journey",
  startState: (): State => ({ inside: [] }),
  copyState: (state: State): State => ({ ...state, inside: [...state.inside] }),
  token(stream: Stream, state: State): string | null {
    const { inside } = state;
    if (stream.sol() && inside[inside.length - 1] !== "long text" && at(stream, stray)) endLine(inside);
    const place = inside[inside.length - 1];
    const text = place === "text" || place === "long text";
    const name = text ? inText(stream, inside, place === "long text") : inCode(stream, state);
    if (stream.eol() && inside[inside.length - 1] === "text") endLine(inside);
    return name;
  },
  languageData: {
    commentTokens: { line: "//" },
    closeBrackets: { brackets: ["(", "[", "{", '"'] },
    indentOnInput: /^\s*\}$/,
  },
};
