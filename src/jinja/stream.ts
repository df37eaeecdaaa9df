/** Tokens, one after the other. */
import { type Token, tokenize } from "./lexer.ts";

const END: Token = { type: "eof", value: "" };

export interface Stream {
  /** The token `ahead` of the current one. */
  peek(ahead?: number): Token;
  next(): Token;
  is(type: Token["type"], value?: string): boolean;
  /** Goes past the token if it is that one. */
  skip(type: Token["type"], value?: string): boolean;
  /** Throws Error where another token is next. */
  expect(type: Token["type"], value?: string): Token;
  fail(expected: string): never;
}

export function streamOf(source: string): Stream {
  const tokens = tokenize(source);
  let at = 0;
  const peek = (ahead = 0) => tokens[at + ahead] ?? END;
  const is = (type: Token["type"], value?: string) =>
    peek().type === type && (value === undefined || peek().value === value);
  const fail = (expected: string): never => {
    const { type, value } = peek();
    throw new Error(`expected ${expected}, found ${type === "eof" ? "the end" : JSON.stringify(value.slice(0, 30))}`);
  };
  const next = () => {
    const token = peek();
    at++;
    return token;
  };
  return {
    ...{ peek, next, is, fail },
    skip(type, value) {
      const found = is(type, value);
      if (found) at++;
      return found;
    },
    expect: (type, value) => (is(type, value) ? next() : fail(value ?? `a token of type ${type}`)),
  };
}
