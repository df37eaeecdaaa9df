/** A template's text → its statements, as Jinja2's parser sees them, with the tags that transformers adds. */
import type { Body, Expression, Parameter, Statement, Target } from "./ast.ts";
import { parseExpression, parseFilter, parseTuple, parseUnary } from "./parse-expression.ts";
import { type Stream, streamOf } from "./stream.ts";

/** Throws Error for what is no template, or uses what is not known here. */
export function parse(source: string): Body {
  const stream = streamOf(source);
  const body = parseBody(stream, []);
  if (!stream.is("eof")) stream.fail("the end of the template");
  return body;
}

/** Statements up to a tag with one of these names, whose begin and name are gone past. */
function parseBody(stream: Stream, ends: readonly string[]): Statement[] {
  const body: Statement[] = [];
  for (;;) {
    const { type, value } = stream.peek();
    if (type === "eof") {
      if (ends.length > 0) stream.fail(`{% ${ends.join(" %} or {% ")} %}`);
      return body;
    }
    stream.next();
    if (type === "text") body.push({ kind: "text", text: value });
    else if (value === "variable") {
      body.push({ kind: "output", value: parseTuple(stream) });
      stream.expect("end");
    } else {
      const { value: name } = stream.peek();
      if (ends.includes(name)) return body;
      body.push(parseStatement(stream, stream.expect("name").value));
    }
  }
}

/** The body of a tag whose end is next, up to the tag that ends it. */
function enclosed(stream: Stream, end: string): Statement[] {
  stream.expect("end");
  const body = parseBody(stream, [end]);
  stream.next();
  stream.expect("end");
  return body;
}

function parseStatement(stream: Stream, tag: string): Statement {
  switch (tag) {
    case "if":
      return parseIf(stream);
    case "for":
      return parseFor(stream);
    case "set":
      return parseSet(stream);
    case "macro": {
      const name = stream.expect("name").value;
      const parameters = parseParameters(stream);
      return { kind: "macro", name, parameters, body: enclosed(stream, "endmacro") };
    }
    case "call": {
      const parameters = stream.is("operator", "(") ? parseParameters(stream) : [];
      const call = parseUnary(stream, false);
      if (call.kind !== "call") return stream.fail("a call");
      return { kind: "call", parameters, call, body: enclosed(stream, "endcall") };
    }
    case "filter": {
      const filter = parseFilter(stream, null, true)!;
      return { kind: "filter", filter, body: enclosed(stream, "endfilter") };
    }
    case "with":
      return parseWith(stream);
    case "generation":
      return { kind: "generation", body: enclosed(stream, "endgeneration") };
    case "break":
    case "continue":
      stream.expect("end");
      return { kind: tag };
    default:
      throw new Error(`the tag {% ${tag} %} is not known here`);
  }
}

function parseIf(stream: Stream): Statement {
  const test = parseTuple(stream, { choices: false });
  stream.expect("end");
  const body = parseBody(stream, ["elif", "else", "endif"]);
  const { value } = stream.next();
  if (value === "elif") return { kind: "if", test, body, otherwise: [parseIf(stream)] };
  if (value === "else") return { kind: "if", test, body, otherwise: enclosed(stream, "endif") };
  stream.expect("end");
  return { kind: "if", test, body, otherwise: [] };
}

function parseFor(stream: Stream): Statement {
  const target = parseTarget(stream, "in");
  stream.expect("name", "in");
  const over = parseTuple(stream, { ends: "recursive", choices: false });
  const test = stream.skip("name", "if") ? parseExpression(stream) : null;
  if (stream.is("name", "recursive")) throw new Error("it has a recursive loop, which is not known here");
  stream.expect("end");
  const body = parseBody(stream, ["else", "endfor"]);
  if (stream.next().value === "else")
    return { kind: "for", target, over, test, body, otherwise: enclosed(stream, "endfor") };
  stream.expect("end");
  return { kind: "for", target, over, test, body, otherwise: [] };
}

function parseSet(stream: Stream): Statement {
  const target = parseTarget(stream, "=");
  if (stream.skip("operator", "=")) {
    const value = parseTuple(stream);
    stream.expect("end");
    return { kind: "set", target, value };
  }
  const filter = stream.is("operator", "|") ? parseFilter(stream, null) : null;
  return { kind: "set block", target, filter, body: enclosed(stream, "endset") };
}

function parseWith(stream: Stream): Statement {
  const values: (readonly [Target, Expression])[] = [];
  while (!stream.is("end")) {
    if (values.length > 0) stream.expect("operator", ",");
    const target: Target = { kind: "name", name: stream.expect("name").value };
    stream.expect("operator", "=");
    values.push([target, parseExpression(stream)]);
  }
  return { kind: "with", values, body: enclosed(stream, "endwith") };
}

const RESERVED = ["true", "false", "none", "True", "False", "None"];

function parseTarget(stream: Stream, end: string): Target {
  const items: Target[] = [];
  let isTuple = false;
  do {
    if (isTuple && (stream.is("name", end) || stream.is("operator", end) || stream.is("operator", ")"))) break;
    items.push(parseSingleTarget(stream));
    if (stream.is("operator", ",")) isTuple = true;
  } while (stream.skip("operator", ","));
  return isTuple ? { kind: "tuple", items } : items[0]!;
}

function parseSingleTarget(stream: Stream): Target {
  if (stream.skip("operator", "(")) {
    const inner = parseTarget(stream, ")");
    stream.expect("operator", ")");
    return inner;
  }
  const name = stream.expect("name").value;
  if (RESERVED.includes(name) || name === "loop") throw new Error(`nothing can be given to ${name}`);
  return stream.skip("operator", ".")
    ? { kind: "member", name, attribute: stream.expect("name").value }
    : { kind: "name", name };
}

function parseParameters(stream: Stream): Parameter[] {
  stream.expect("operator", "(");
  const parameters: Parameter[] = [];
  while (!stream.is("operator", ")")) {
    if (parameters.length > 0) stream.expect("operator", ",");
    const name = stream.expect("name").value;
    const value = stream.skip("operator", "=") ? parseExpression(stream) : null;
    if (value === null && parameters.some((each) => each.default !== null)) stream.fail("a value for the parameter");
    parameters.push({ name, default: value });
  }
  stream.next();
  return parameters;
}
