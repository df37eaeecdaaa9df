/** Expressions, parsed as Jinja2's parser does: rule by rule, so that what binds tighter there does so here. */
import type { Arguments, Comparison, Expression } from "./ast.ts";
import { whole } from "./numbers.ts";
import type { Stream } from "./stream.ts";

const CONSTANTS = new Map<string, null | boolean>([
  ...([
    ["true", true],
    ["True", true],
    ["false", false],
    ["False", false],
  ] as const),
  ...([
    ["none", null],
    ["None", null],
  ] as const),
]);
const COMPARISONS = ["==", "!=", "<", "<=", ">", ">="];
const NONE: Arguments = { args: [], named: [] };

export interface TupleRules {
  /** Names and other tokens at which a tuple ends, beside closing ones. */
  readonly ends?: string;
  /** Whether `a if b else c` may be in it. */
  readonly choices?: boolean;
  /** `()` is a tuple only within parentheses. */
  readonly inParentheses?: boolean;
}

/** `a, b` or a single expression. */
export function parseTuple(
  stream: Stream,
  { ends, choices = true, inParentheses = false }: TupleRules = {},
): Expression {
  const items: Expression[] = [];
  let isTuple = false;
  for (;;) {
    if (items.length > 0) stream.expect("operator", ",");
    if (stream.is("end") || stream.is("operator", ")") || (ends !== undefined && stream.is("name", ends))) break;
    items.push(choices ? parseExpression(stream) : parseOr(stream));
    if (!stream.is("operator", ",")) break;
    isTuple = true;
  }
  if (!isTuple && items.length === 1) return items[0]!;
  if (items.length === 0 && !inParentheses) stream.fail("an expression");
  return { kind: "tuple", items };
}

export function parseExpression(stream: Stream): Expression {
  let yes = parseOr(stream);
  while (stream.skip("name", "if")) {
    const test = parseOr(stream);
    const no = stream.skip("name", "else") ? parseExpression(stream) : null;
    yes = { kind: "choice", test, yes, no };
  }
  return yes;
}

export function parseOr(stream: Stream): Expression {
  let left = parseAnd(stream);
  while (stream.skip("name", "or")) left = { kind: "or", left, right: parseAnd(stream) };
  return left;
}

function parseAnd(stream: Stream): Expression {
  let left = parseNot(stream);
  while (stream.skip("name", "and")) left = { kind: "and", left, right: parseNot(stream) };
  return left;
}

function parseNot(stream: Stream): Expression {
  return stream.skip("name", "not") ? { kind: "not", of: parseNot(stream) } : parseCompare(stream);
}

function parseCompare(stream: Stream): Expression {
  const first = parseSum(stream);
  const rest: Comparison[] = [];
  for (;;) {
    const { type, value } = stream.peek();
    if (type === "operator" && COMPARISONS.includes(value)) {
      stream.next();
      rest.push({ operator: value, with: parseSum(stream) });
    } else if (stream.skip("name", "in")) {
      rest.push({ operator: "in", with: parseSum(stream) });
    } else if (stream.is("name", "not") && stream.peek(1).type === "name" && stream.peek(1).value === "in") {
      stream.next();
      stream.next();
      rest.push({ operator: "not in", with: parseSum(stream) });
    } else {
      return rest.length > 0 ? { kind: "compare", first, rest } : first;
    }
  }
}

function parseSum(stream: Stream): Expression {
  return parseLeft(stream, ["+", "-"], parseConcat);
}

function parseConcat(stream: Stream): Expression {
  const items = [parseProduct(stream)];
  while (stream.skip("operator", "~")) items.push(parseProduct(stream));
  return items.length > 1 ? { kind: "concat", items } : items[0]!;
}

function parseProduct(stream: Stream): Expression {
  return parseLeft(stream, ["*", "/", "//", "%"], parsePower);
}

function parsePower(stream: Stream): Expression {
  return parseLeft(stream, ["**"], parseUnary);
}

function parseLeft(stream: Stream, operators: readonly string[], inner: (stream: Stream) => Expression): Expression {
  let left = inner(stream);
  for (;;) {
    const operator = operators.find((each) => stream.is("operator", each));
    if (operator === undefined) return left;
    stream.next();
    left = { kind: "arithmetic", operator, left, right: inner(stream) };
  }
}

/** With its sign, members and calls; with `filters` also what stands behind a `|` or `is`. */
export function parseUnary(stream: Stream, filters = true): Expression {
  let expression: Expression;
  const sign = ["-", "+"].find((each) => stream.skip("operator", each));
  if (sign !== undefined) expression = { kind: "sign", operator: sign, of: parseUnary(stream, false) };
  else expression = parsePrimary(stream);
  expression = parsePostfix(stream, expression);
  return filters ? parseFilters(stream, expression) : expression;
}

function parsePrimary(stream: Stream): Expression {
  const { type, value } = stream.next();
  if (type === "name") {
    const constant = CONSTANTS.get(value);
    return constant === undefined ? { kind: "name", name: value } : { kind: "const", value: constant };
  }
  if (type === "string") {
    let text = value;
    while (stream.is("string")) text += stream.next().value;
    return { kind: "const", value: text };
  }
  if (type === "int") return { kind: "int", value: whole(BigInt(/^0+$/.test(value) ? 0 : value)) };
  if (type === "float") return { kind: "float", value: Number(value) };
  if (type === "operator" && value === "(") {
    const inner = parseTuple(stream, { inParentheses: true });
    stream.expect("operator", ")");
    return inner;
  }
  if (type === "operator" && value === "[") return { kind: "list", items: until(stream, "]", parseExpression) };
  if (type === "operator" && value === "{") return { kind: "dict", entries: until(stream, "}", parseEntry) };
  throw new Error(`expected an expression, found ${JSON.stringify(value.slice(0, 30))}`);
}

function until<Each>(stream: Stream, mark: string, parse: (stream: Stream) => Each): Each[] {
  const found: Each[] = [];
  while (!stream.is("operator", mark)) {
    if (found.length > 0) stream.expect("operator", ",");
    if (stream.is("operator", mark)) break;
    found.push(parse(stream));
  }
  stream.next();
  return found;
}

function parseEntry(stream: Stream): readonly [Expression, Expression] {
  const key = parseExpression(stream);
  stream.expect("operator", ":");
  return [key, parseExpression(stream)];
}

function parsePostfix(stream: Stream, start: Expression): Expression {
  let expression = start;
  for (;;) {
    if (stream.skip("operator", ".")) {
      const { type, value } = stream.next();
      if (type === "name") expression = { kind: "attribute", of: expression, name: value };
      else if (type === "int") expression = { kind: "item", of: expression, at: { kind: "int", value: Number(value) } };
      else throw new Error(`expected a name behind a dot, found ${JSON.stringify(value.slice(0, 30))}`);
    } else if (stream.skip("operator", "[")) {
      expression = parseSubscript(stream, expression);
    } else if (stream.is("operator", "(")) {
      expression = { kind: "call", callee: expression, given: parseArguments(stream) };
    } else {
      return expression;
    }
  }
}

function parseSubscript(stream: Stream, of: Expression): Expression {
  const bounds: (Expression | null)[] = [];
  let colons = 0;
  for (;;) {
    if (stream.is("operator", "]") || stream.is("operator", ":")) bounds.push(null);
    else bounds.push(parseExpression(stream));
    if (!stream.skip("operator", ":")) break;
    colons++;
  }
  if (stream.is("operator", ",")) throw new Error("it takes several members at once, which is not known here");
  stream.expect("operator", "]");
  if (colons > 2) throw new Error("expected at most two colons in a slice");
  if (colons > 0) return { kind: "slice", of, bounds };
  if (bounds[0] === null) throw new Error("expected an expression in []");
  return { kind: "item", of, at: bounds[0]! };
}

function parseArguments(stream: Stream): Arguments {
  stream.expect("operator", "(");
  const args: Expression[] = [];
  const named: (readonly [string, Expression])[] = [];
  let isFirst = true;
  while (!stream.is("operator", ")")) {
    if (!isFirst) stream.expect("operator", ",");
    isFirst = false;
    if (stream.is("operator", ")")) break;
    if (stream.is("operator", "*") || stream.is("operator", "**"))
      throw new Error("it unpacks arguments, which is not known here");
    if (stream.is("name") && stream.peek(1).type === "operator" && stream.peek(1).value === "=") {
      const name = stream.next().value;
      stream.next();
      named.push([name, parseExpression(stream)]);
    } else {
      if (named.length > 0) throw new Error("expected arguments by name behind the first of them");
      args.push(parseExpression(stream));
    }
  }
  stream.next();
  return { args, named };
}

function parseFilters(stream: Stream, start: Expression): Expression {
  let expression = start;
  for (;;) {
    if (stream.is("operator", "|")) expression = parseFilter(stream, expression);
    else if (stream.skip("name", "is")) expression = parseTest(stream, expression);
    else if (stream.is("operator", "(")) {
      expression = { kind: "call", callee: expression, given: parseArguments(stream) };
    } else return expression;
  }
}

/** `| name(…)`, as often as it comes. With `inline`, the first has no bar. */
export function parseFilter<Start extends Expression | null>(
  stream: Stream,
  start: Start,
  inline = false,
): Expression | Start {
  let expression: Expression | Start = start;
  let isFirst = inline;
  while (isFirst || stream.is("operator", "|")) {
    if (!isFirst) stream.next();
    isFirst = false;
    const name = dotted(stream);
    const given = stream.is("operator", "(") ? parseArguments(stream) : NONE;
    expression = { kind: "filter", of: expression, name, given };
  }
  return expression;
}

function dotted(stream: Stream): string {
  let name = stream.expect("name").value;
  while (stream.skip("operator", ".")) name += `.${stream.expect("name").value}`;
  return name;
}

const STARTS_ARGUMENT = ["name", "string", "int", "float"];

function parseTest(stream: Stream, of: Expression): Expression {
  const isNegated = stream.skip("name", "not");
  const name = dotted(stream);
  const { type, value } = stream.peek();
  let given = NONE;
  if (type === "operator" && value === "(") given = parseArguments(stream);
  else if (STARTS_ARGUMENT.includes(type) || (type === "operator" && (value === "[" || value === "{"))) {
    if (type !== "name" || !["else", "or", "and"].includes(value)) {
      if (type === "name" && value === "is") stream.fail("something else than a second test");
      given = { args: [parsePostfix(stream, parsePrimary(stream))], named: [] };
    }
  }
  const test: Expression = { kind: "test", of, name, given };
  return isNegated ? { kind: "not", of: test } : test;
}
