/** Expressions → functions that work them out. */
import type { Arguments, Expression } from "./ast.ts";
import { filterNamed, testNamed } from "./filters.ts";
import { attribute, item, slice } from "./members.ts";
import { arithmetic, compare, isEqual, isIn, signed } from "./numbers.ts";
import { lookUp, type Scope } from "./scope.ts";
import { str } from "./text.ts";
import { type Dict, float, isTrue, keyOf, list, tuple, typeOf, undefinedAs, type Value } from "./values.ts";

export type Evaluate = (scope: Scope) => Value;

/** Throws Error where a filter or test is not known. */
export function compileExpression(expression: Expression): Evaluate {
  switch (expression.kind) {
    case "const":
    case "int": {
      const { value } = expression;
      return (scope) => scope.work.made(value);
    }
    case "float": {
      const value = float(expression.value);
      return () => value;
    }
    case "name": {
      const { name } = expression;
      return (scope) => lookUp(scope, name);
    }
    case "list":
    case "tuple": {
      const items = expression.items.map(compileExpression);
      const make = expression.kind === "list" ? list : tuple;
      return (scope) => make(items.map((each) => each(scope)));
    }
    case "dict":
      return dict(expression.entries);
    case "attribute": {
      const [of, { name }] = [compileExpression(expression.of), expression];
      return (scope) => attribute(of(scope), name);
    }
    case "item": {
      const [of, at] = [compileExpression(expression.of), compileExpression(expression.at)];
      return (scope) => item(of(scope), at(scope));
    }
    case "slice": {
      const of = compileExpression(expression.of);
      const bounds = expression.bounds.map((bound) => bound && compileExpression(bound));
      return (scope) =>
        scope.work.made(
          slice(
            of(scope),
            bounds.map((bound) => bound?.(scope) ?? null),
          ),
        );
    }
    case "call":
      return call(expression.callee, expression.given);
    case "filter": {
      if (expression.of === null) throw new Error("expected a value for a filter");
      return compileFilter(compileExpression(expression.of), expression.name, expression.given);
    }
    case "test":
      return test(expression);
    case "not": {
      const of = compileExpression(expression.of);
      return (scope) => !isTrue(of(scope));
    }
    case "sign": {
      const [of, { operator }] = [compileExpression(expression.of), expression];
      return (scope) => signed(operator, of(scope));
    }
    case "and":
    case "or": {
      const [left, right] = [compileExpression(expression.left), compileExpression(expression.right)];
      const stops = expression.kind === "or";
      return (scope) => {
        const value = left(scope);
        return isTrue(value) === stops ? value : right(scope);
      };
    }
    case "compare":
      return comparison(expression);
    case "concat": {
      const items = expression.items.map(compileExpression);
      return (scope) => scope.work.made(items.map((each) => str(each(scope))).join(""));
    }
    case "arithmetic": {
      const [left, right] = [compileExpression(expression.left), compileExpression(expression.right)];
      const { operator } = expression;
      return (scope) => scope.work.made(arithmetic(operator, left(scope), right(scope)));
    }
    case "choice": {
      const [when, yes] = [compileExpression(expression.test), compileExpression(expression.yes)];
      const no = expression.no ? compileExpression(expression.no) : () => undefinedAs("a choice without else");
      return (scope) => (isTrue(when(scope)) ? yes : no)(scope);
    }
  }
}

function dict(entries: readonly (readonly [Expression, Expression])[]): Evaluate {
  const compiled = entries.map(([key, value]) => [compileExpression(key), compileExpression(value)] as const);
  return (scope): Dict => ({
    kind: "dict",
    entries: new Map(compiled.map(([key, value]) => [keyOf(key(scope)), value(scope)])),
  });
}

const given = ({ args, named }: Arguments) => {
  const compiled = args.map(compileExpression);
  const byName = named.map(([name, value]) => [name, compileExpression(value)] as const);
  return (scope: Scope) =>
    [compiled.map((each) => each(scope)), new Map(byName.map(([name, value]) => [name, value(scope)]))] as const;
};

function call(callee: Expression, args: Arguments): Evaluate {
  const [find, values] = [compileExpression(callee), given(args)];
  return (scope) => {
    const found = find(scope);
    if (found === null || typeof found !== "object" || found.kind !== "function") {
      const what =
        typeOf(found) === "undefined" ? (found as { what: string }).what : `a value of type ${typeOf(found)}`;
      throw new Error(`it calls what is no function: ${what}`);
    }
    return scope.work.made(found.call(...values(scope)));
  };
}

/** `value | name(…)`. */
export function compileFilter(value: Evaluate, name: string, args: Arguments): Evaluate {
  const [filter, values] = [filterNamed(name), given(args)];
  return (scope) => scope.work.made(filter(value(scope), ...values(scope)));
}

function test({ of, name, given: { args, named } }: Expression & { kind: "test" }): Evaluate {
  if (named.length > 0) throw new Error(`the test ${name} with arguments by name is not known here`);
  const [value, passes, compiled] = [compileExpression(of), testNamed(name), args.map(compileExpression)];
  return (scope) =>
    passes(
      value(scope),
      compiled.map((each) => each(scope)),
    );
}

const COMPARISONS: Readonly<Record<string, (a: Value, b: Value) => boolean>> = {
  "==": isEqual,
  "!=": (a, b) => !isEqual(a, b),
  "<": (a, b) => compare(a, b) < 0,
  "<=": (a, b) => compare(a, b) <= 0,
  ">": (a, b) => compare(a, b) > 0,
  ">=": (a, b) => compare(a, b) >= 0,
  in: isIn,
  "not in": (a, b) => !isIn(a, b),
};

/** `a < b < c` compares neighbours, as in Python. */
function comparison({ first, rest }: Expression & { kind: "compare" }): Evaluate {
  const start = compileExpression(first);
  const steps = rest.map(({ operator, with: other }) => [COMPARISONS[operator]!, compileExpression(other)] as const);
  return (scope) => {
    scope.work.steps(1);
    let left = start(scope);
    for (const [holds, other] of steps) {
      const right = other(scope);
      if (!holds(left, right)) return false;
      left = right;
    }
    return true;
  };
}
