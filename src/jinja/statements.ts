/** Statements → functions that write. A block has names of its own where Jinja2 gives it some: loops, macros, `with`. */
import type { Body, Expression, Parameter, Statement, Target } from "./ast.ts";
import { compileExpression, compileFilter, type Evaluate } from "./expressions.ts";
import { loopOf } from "./loop.ts";
import { inside, lookUp, type Scope } from "./scope.ts";
import { str } from "./text.ts";
import { type Callable, callable, isTrue, iterate, typeOf, type Value } from "./values.ts";

/** What a statement writes goes here. */
export type Output = string[];
/** "break" or "continue" where a loop is left or goes on. */
type Outcome = "break" | "continue" | undefined;
export type Run = (scope: Scope, output: Output) => Outcome;

export function compileBody(body: Body): Run {
  const statements = body.map(compileStatement);
  return (scope, output) => {
    for (const statement of statements) {
      const outcome = statement(scope, output);
      if (outcome !== undefined) return outcome;
    }
    return undefined;
  };
}

function compileStatement(statement: Statement): Run {
  switch (statement.kind) {
    case "text": {
      const { text } = statement;
      return (scope, output) => write(scope, output, text);
    }
    case "output": {
      const value = compileExpression(statement.value);
      return (scope, output) => write(scope, output, str(value(scope)));
    }
    case "if": {
      const test = compileExpression(statement.test);
      const [body, otherwise] = [compileBody(statement.body), compileBody(statement.otherwise)];
      return (scope, output) => (isTrue(test(scope)) ? body : otherwise)(scope, output);
    }
    case "for":
      return compileFor(statement);
    case "break":
    case "continue":
      return () => statement.kind;
    case "set": {
      const [assign, value] = [assignment(statement.target), compileExpression(statement.value)];
      return done((scope) => assign(scope, value(scope)));
    }
    case "set block": {
      const [assign, body] = [assignment(statement.target), written(statement.body)];
      const value = statement.filter ? filtered(statement.filter, body) : body;
      return done((scope) => assign(scope, value(inside(scope))));
    }
    case "with": {
      const values = statement.values.map(([target, value]) => [assignment(target), compileExpression(value)] as const);
      const body = compileBody(statement.body);
      return (scope, output) => {
        const own = inside(scope);
        for (const [assign, value] of values) assign(own, value(scope));
        return body(own, output);
      };
    }
    case "macro": {
      const { name, parameters, body } = statement;
      const make = macro(name, parameters, body);
      return done((scope) => scope.values.set(name, make(scope)));
    }
    case "call": {
      const caller = macro("caller", statement.parameters, statement.body);
      const call = compileCall(statement.call);
      return (scope, output) => write(scope, output, str(call(scope, caller(scope))));
    }
    case "filter": {
      const value = filtered(statement.filter, written(statement.body));
      return (scope, output) => write(scope, output, str(value(inside(scope))));
    }
    case "generation": {
      const body = written(statement.body);
      return (scope, output) => write(scope, output, str(body(inside(scope))));
    }
  }
}

const done =
  (act: (scope: Scope) => unknown): Run =>
  (scope) => {
    scope.work.steps(1);
    act(scope);
    return undefined;
  };

function write(scope: Scope, output: Output, text: string): undefined {
  scope.work.made(text);
  output.push(text);
}

/** What a body writes, as a value. */
function written(body: Body): Evaluate {
  const run = compileBody(body);
  return (scope) => {
    const output: Output = [];
    if (run(scope, output) !== undefined)
      throw new Error("it leaves a loop from within another block, which is not known here");
    return scope.work.made(output.join(""));
  };
}

/** Filters around what a block writes. */
function filtered(filter: Expression, body: Evaluate): Evaluate {
  if (filter.kind !== "filter") throw new Error("expected a filter");
  return compileFilter(filter.of === null ? body : filtered(filter.of, body), filter.name, filter.given);
}

type Assign = (scope: Scope, value: Value) => void;

function assignment(target: Target): Assign {
  if (target.kind === "name") return (scope, value) => void scope.values.set(target.name, value);
  if (target.kind === "member") {
    return (scope, value) => {
      const found = lookUp(scope, target.name);
      if (found === null || typeof found !== "object" || found.kind !== "namespace") {
        throw new Error(`it sets ${target.attribute} of ${target.name}, which is no namespace`);
      }
      if (target.attribute.startsWith("_"))
        throw new Error(`it sets ${target.attribute} of a namespace, which is not safe`);
      found.entries.set(target.attribute, value);
    };
  }
  const parts = target.items.map(assignment);
  return (scope, value) => {
    const items = iterate(value);
    if (items.length !== parts.length) throw new Error(`it expects ${parts.length} values, found ${items.length}`);
    for (const [index, assign] of parts.entries()) assign(scope, items[index]!);
  };
}

function compileFor(statement: Statement & { kind: "for" }): Run {
  refuseLateTests(statement);
  const [assign, over] = [assignment(statement.target), compileExpression(statement.over)];
  const test = statement.test ? compileExpression(statement.test) : null;
  const [body, otherwise] = [compileBody(statement.body), compileBody(statement.otherwise)];
  const usesLoop = mentions(statement.body, "loop");
  const isKept = (scope: Scope, item: Value): boolean => {
    const own = inside(scope);
    assign(own, item);
    return isTrue(test!(own));
  };
  return (scope, output) => {
    const given = iterate(over(scope));
    const items = test ? given.filter((item) => isKept(scope, item)) : given;
    const loop = usesLoop ? loopOf(items) : null;
    for (const [index, item] of items.entries()) {
      scope.work.steps(1);
      const own = inside(scope);
      assign(own, item);
      if (loop) own.values.set("loop", loop(index));
      if (body(own, output) === "break") break;
    }
    return items.length === 0 ? otherwise(inside(scope), output) : undefined;
  };
}

/** A loop's test is asked before each round. Here it is asked before the first: refused where a round may change the answer. */
function refuseLateTests({ test, body }: Statement & { kind: "for" }): void {
  if (!test) return;
  const changed = membersSet(body).filter((name) => mentions(test, name));
  if (changed.length > 0) throw new Error(`it tests ${changed[0]} in a loop that changes it, which is not known here`);
}

function membersSet(part: unknown): string[] {
  if (Array.isArray(part)) return part.flatMap(membersSet);
  if (typeof part !== "object" || part === null) return [];
  const { kind, name } = part as { readonly kind?: unknown; readonly name?: string };
  const own = kind === "member" ? [name!] : [];
  return [...own, ...Object.values(part).flatMap(membersSet)];
}

/** Whether a part of a template reads a name. */
function mentions(part: unknown, name: string): boolean {
  if (Array.isArray(part)) return part.some((each) => mentions(each, name));
  if (typeof part !== "object" || part === null) return false;
  const own = part as { readonly kind?: unknown; readonly name?: unknown };
  if (own.kind === "name" && own.name === name) return true;
  return Object.values(part).some((each) => mentions(each, name));
}

/** A macro is made where it stands, and sees the names from there. */
function macro(name: string, parameters: readonly Parameter[], body: Body): (scope: Scope) => Callable {
  const defaults = parameters.map((each) => each.default && compileExpression(each.default));
  const names = parameters.map((each) => each.name);
  const value = written(body);
  const takesMore = mentions(body, "varargs");
  const takesNames = mentions(body, "kwargs");
  const takesCaller = mentions(body, "caller");
  return (outer) =>
    callable(name, (args, named) => {
      const scope = inside(outer);
      const unknown = [...named.keys()].filter((each) => !names.includes(each) && each !== "caller");
      if (args.length > names.length && !takesMore)
        throw new Error(`${name} takes ${names.length} arguments, found ${args.length}`);
      if (unknown.length > 0 && !takesNames) throw new Error(`${name} takes no argument ${unknown[0]}`);
      if (named.has("caller") && !takesCaller) throw new Error(`${name} does not call what is within its call`);
      for (const [index, parameter] of names.entries()) {
        if (index < args.length && named.has(parameter)) throw new Error(`${name} is given ${parameter} twice`);
        const given = args[index] ?? (index < args.length ? null : named.get(parameter));
        if (given !== undefined) scope.values.set(parameter, given);
        else
          scope.values.set(
            parameter,
            defaults[index]?.(scope) ?? { kind: "undefined", what: `the argument ${parameter}` },
          );
      }
      if (takesMore) scope.values.set("varargs", { kind: "tuple", items: args.slice(names.length) });
      if (takesNames) {
        scope.values.set("kwargs", { kind: "dict", entries: new Map(unknown.map((each) => [each, named.get(each)!])) });
      }
      if (takesCaller) scope.values.set("caller", named.get("caller") ?? { kind: "undefined", what: "caller" });
      return value(scope);
    });
}

/** The call of `{% call … %}`, which hands its block on as `caller`. */
function compileCall({ callee, given }: Expression & { kind: "call" }): (scope: Scope, caller: Callable) => Value {
  const find = compileExpression(callee);
  const args = given.args.map(compileExpression);
  const named = given.named.map(([name, value]) => [name, compileExpression(value)] as const);
  return (scope, caller) => {
    const found = find(scope);
    if (found === null || typeof found !== "object" || found.kind !== "function") {
      throw new Error(`it calls a value of type ${typeOf(found)}`);
    }
    const byName = new Map(named.map(([name, value]) => [name, value(scope)]));
    return found.call(
      args.map((each) => each(scope)),
      byName.set("caller", caller),
    );
  };
}
