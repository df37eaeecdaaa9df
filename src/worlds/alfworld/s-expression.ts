/**
 * Parenthesised text, the syntax of PDDL: `(define (domain alfred) …)` as nested arrays of lower-case words.
 * Comments run from `;` to the end of the line. Knows nothing of what the words mean.
 */
import { CliError } from "../../core/errors.ts";

export type Expression = string | readonly Expression[];

/** Deeper than any sensible file, and shallow enough for every recursion over the result. */
const MAX_DEPTH = 100;

const SEMICOLON = 59;
const OPEN = 40;
const CLOSE = 41;
const LAST_BLANK = 32;

/** The one list that `text` holds. `what` names the text in errors. Throws CliError for anything else than one whole list. */
export function parseExpression(text: string, what: string): readonly Expression[] {
  const source = text.toLowerCase();
  const open: Expression[][] = [[]];
  let at = 0;
  while (at < source.length) {
    const code = source.charCodeAt(at);
    if (code <= LAST_BLANK) {
      at++;
    } else if (code === OPEN) {
      if (open.length > MAX_DEPTH) throw new CliError(`${what}: more than ${MAX_DEPTH} nested parentheses`);
      open.push([]);
      at++;
    } else if (code === CLOSE) {
      const list = open.pop()!;
      if (open.length === 0) throw new CliError(`${what}: expected the end of the text, got another ")"`);
      open.at(-1)!.push(list);
      at++;
    } else if (code === SEMICOLON) {
      const end = source.indexOf("\n", at);
      at = end < 0 ? source.length : end + 1;
    } else {
      const start = at;
      while (at < source.length && !endsWord(source.charCodeAt(at))) at++;
      open.at(-1)!.push(source.slice(start, at));
    }
  }
  if (open.length > 1) throw new CliError(`${what}: expected ${open.length - 1} more ")" at the end of the text`);
  const [list, ...rest] = open[0]!;
  if (!Array.isArray(list) || rest.length > 0) throw new CliError(`${what}: expected one list "(define …)"`);
  return list;
}

const endsWord = (code: number) => code <= LAST_BLANK || code === OPEN || code === CLOSE || code === SEMICOLON;

/** `expression` as it would be written, cut to a length that fits into an error message. */
export function written(expression: Expression | undefined): string {
  const text = JSON.stringify(expression ?? null)
    .replace(/[[\]]/g, (bracket) => (bracket === "[" ? "(" : ")"))
    .replace(/[",]/g, (mark) => (mark === "," ? " " : ""));
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
