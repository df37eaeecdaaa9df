/** A template's text → tokens, by the rules of Jinja2's lexer with `trim_blocks` and `lstrip_blocks`, which transformers sets. */

export interface Token {
  readonly type: "text" | "begin" | "end" | "name" | "string" | "int" | "float" | "operator" | "eof";
  /** Of a text or string what it says; of begin and end: `block` or `variable`. */
  readonly value: string;
}

/** What Python takes for white space. */
export const SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const TRAILING_SPACE = new RegExp(`[${SPACE}]+$`);
const ONLY_SPACE = new RegExp(`^[${SPACE}]+$`);
const S = `[${SPACE}]*`;

const BEGIN = new RegExp(`\\{%([-+]?)${S}raw${S}(?:-%\\}${S}|%\\}\\n?)|\\{([%{#])([-+]?)`, "g");
const END_RAW = new RegExp(`\\{%([-+]?)${S}endraw${S}(?:\\+%\\}|-%\\}${S}|%\\}\\n?)`, "g");
const END_COMMENT = new RegExp(`(?:\\+#\\}|-#\\}${S}|#\\}\\n?)`, "g");
const END: Readonly<Record<string, RegExp>> = {
  block: new RegExp(`(?:\\+%\\}|-%\\}${S}|%\\}\\n?)`, "y"),
  variable: new RegExp(`(?:-\\}\\}${S}|\\}\\})`, "y"),
};
const INSIDE = new RegExp(
  [
    `([${SPACE}]+)`,
    "((?<!\\.)(?:\\d+_)*\\d+(?:(?:\\.(?:\\d+_)*\\d+)?[eE][+-]?(?:\\d+_)*\\d+|\\.(?:\\d+_)*\\d+))",
    "(0[bB](?:_?[0-1])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\\da-fA-F])+|[1-9](?:_?\\d)*|0(?:_?0)*)",
    "([\\p{L}\\p{Nl}_][\\p{L}\\p{Nl}\\p{Mn}\\p{Mc}\\p{Nd}\\p{Pc}]*)",
    "('[^'\\\\]*(?:\\\\[\\s\\S][^'\\\\]*)*'|\"[^\"\\\\]*(?:\\\\[\\s\\S][^\"\\\\]*)*\")",
    "(\\/\\/|\\*\\*|==|!=|>=|<=|[-+/*%~[\\](){}><=.:|,;])",
  ].join("|"),
  "uy",
);
const CLOSING: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

/** Throws Error with the line. */
export function tokenize(source: string): Token[] {
  const text = source.replace(/\r\n|\r/g, "\n").replace(/\n$/, "");
  const tokens: Token[] = [];
  let at = 0;
  const fail = (what: string): never => {
    throw new Error(`line ${text.slice(0, at).split("\n").length}: ${what}`);
  };
  /** The text up to a tag, of which `sign` and the kind of tag say what white space stays. */
  const data = (end: number, sign: string, isLineStart: boolean, isVariable: boolean): void => {
    let piece = text.slice(at, end);
    if (sign === "-") piece = piece.replace(TRAILING_SPACE, "");
    else if (sign === "" && !isVariable) {
      const line = piece.lastIndexOf("\n") + 1;
      if ((line > 0 || isLineStart) && ONLY_SPACE.test(piece.slice(line))) piece = piece.slice(0, line);
    }
    if (piece !== "") tokens.push({ type: "text", value: piece });
  };
  const search = (pattern: RegExp, what: string): RegExpExecArray => {
    pattern.lastIndex = at;
    return pattern.exec(text) ?? fail(`expected ${what}`);
  };
  while (at < text.length) {
    const isLineStart = at === 0 || text[at - 1] === "\n";
    BEGIN.lastIndex = at;
    const begin = BEGIN.exec(text);
    if (!begin) {
      tokens.push({ type: "text", value: text.slice(at) });
      break;
    }
    const [all, rawSign, tag, sign = ""] = begin;
    data(begin.index, tag === undefined ? rawSign! : sign, isLineStart, tag === "{");
    at = begin.index + all.length;
    if (tag === undefined) {
      const end = search(END_RAW, "{% endraw %}");
      data(end.index, end[1]!, text[at - 1] === "\n", false);
      at = end.index + end[0].length;
    } else if (tag === "#") {
      const end = search(END_COMMENT, "the end of a comment");
      at = end.index + end[0].length;
    } else {
      at = inside(text, at, tag === "%" ? "block" : "variable", tokens, fail);
    }
  }
  return tokens;
}

/** The tokens of a tag; returns where it ends. */
function inside(
  text: string,
  start: number,
  tag: "block" | "variable",
  tokens: Token[],
  fail: (what: string) => never,
): number {
  tokens.push({ type: "begin", value: tag });
  const open: string[] = [];
  let at = start;
  for (;;) {
    const end = END[tag]!;
    end.lastIndex = at;
    const ended = open.length === 0 ? end.exec(text) : null;
    if (ended) {
      tokens.push({ type: "end", value: tag });
      return at + ended[0].length;
    }
    INSIDE.lastIndex = at;
    const found = INSIDE.exec(text);
    if (!found) return fail(at >= text.length ? "expected the end of a tag" : `unexpected ${JSON.stringify(text[at])}`);
    at = INSIDE.lastIndex;
    const [all, space, float, int, name, string, operator] = found;
    if (space !== undefined) continue;
    if (float !== undefined) tokens.push({ type: "float", value: float.replaceAll("_", "") });
    else if (int !== undefined) tokens.push({ type: "int", value: int.replaceAll("_", "") });
    else if (name !== undefined) tokens.push({ type: "name", value: name });
    else if (string !== undefined) tokens.push({ type: "string", value: unescaped(all.slice(1, -1), fail) });
    else {
      tokens.push({ type: "operator", value: operator! });
      if ("([{".includes(operator!)) open.push(operator!);
      else if (CLOSING[operator!] && open.pop() !== CLOSING[operator!]) fail(`unexpected ${operator}`);
    }
  }
}

const SIMPLE: Readonly<Record<string, string>> = {
  ...{ "\n": "", "\\": "\\", "'": "'", '"': '"', a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" },
};

/** As Python's `unicode-escape` reads them: an escape that it does not know stays as it is. */
function unescaped(text: string, fail: (what: string) => never): string {
  return text.replace(/\\(x[\s\S]{0,2}|u[\s\S]{0,4}|U[\s\S]{0,8}|N|[0-7]{1,3}|[\s\S])/gu, (all, code: string) => {
    if ("xuU".includes(code[0]!)) {
      const point = Number.parseInt(code.slice(1), 16);
      const digits = { x: 2, u: 4, U: 8 }[code[0] as "x"];
      if (!/^[\da-fA-F]+$/.test(code.slice(1)) || code.length !== digits + 1 || point > 0x10ffff) {
        fail(`unexpected escape ${all} in a text`);
      }
      return String.fromCodePoint(point);
    }
    if (code === "N") return fail(`unexpected escape ${all} in a text`);
    if (/^[0-7]/.test(code)) return String.fromCodePoint(Number.parseInt(code, 8));
    return SIMPLE[code] ?? all;
  });
}
