/** Jinja2's filters, with `tojson` as transformers has it. What is not here is refused by its name. */
import { integer, optionalText, plain, take, text } from "./arguments.ts";
import { dumps, jsonStyle } from "./json.ts";
import { item } from "./members.ts";
import { arithmetic, compare, isEqual, numberOf, signed } from "./numbers.ts";
import { capitalize, lower, replace, strip, upper } from "./strings.ts";
import { TESTS } from "./tests.ts";
import { str } from "./text.ts";
import {
  characters,
  type Dict,
  float,
  isTrue,
  isUndefined,
  iterate,
  lengthOf,
  list,
  textOf,
  tuple,
  typeOf,
  undefinedAs,
  type Value,
} from "./values.ts";

type Filter = (value: Value, args: (Value | undefined)[]) => Value;
type Named = ReadonlyMap<string, Value>;

const of = (parameters: readonly string[], filter: Filter) => (value: Value, args: readonly Value[], named: Named) =>
  filter(value, take(parameters, args, named));

/** The text of a value; marked text is refused where Python would go on marking it. */
const soft = (value: Value): string => {
  if (typeOf(value) === "markup") throw new Error("a filter of marked text is not known here");
  return str(value);
};

function tojson(
  value: Value,
  [ensureAscii = false, indent = null, separators = null, sortKeys = false]: (Value | undefined)[],
) {
  return dumps(value, jsonStyle({ ensureAscii, indent, separators, sortKeys }));
}

function byDefault(value: Value, [otherwise = "", also = false]: (Value | undefined)[]): Value {
  return isUndefined(value) || (isTrue(also) && !isTrue(value)) ? otherwise : value;
}

/** Jinja2 orders texts without their case unless told otherwise. */
const folded = (value: Value, isExact: boolean): Value =>
  !isExact && typeof value === "string" ? lower(value) : value;

function dictsort(value: Value, [exact = false, by = "key", reversed = false]: (Value | undefined)[]): Value {
  if (typeOf(value) !== "dict") throw new Error(`it sorts a value of type ${typeOf(value)} as a dict`);
  const at = ["key", "value"].indexOf(text(by));
  if (at < 0) throw new Error("expected to sort a dict by key or value");
  const pairs = [...(value as Dict).entries].map(([key, member]) => [key, member] as const);
  return list(ordered(pairs, (pair) => folded(pair[at]!, isTrue(exact)), isTrue(reversed)).map(tuple));
}

function ordered<Each>(items: readonly Each[], key: (item: Each) => Value, isReversed: boolean): Each[] {
  const sign = isReversed ? -1 : 1;
  return items.toSorted((a, b) => sign * compare(key(a), key(b)));
}

/** What `attribute="a.b"` takes of each item. */
function taken(attribute: Value | undefined): (value: Value) => Value {
  if (attribute === undefined || attribute === null) return (value) => value;
  const path = typeof attribute === "number" ? [attribute] : text(attribute).split(".");
  return (value) =>
    path.reduce<Value>((each, name) => item(each, /^\d+$/.test(String(name)) ? Number(name) : name), value);
}

function sort(value: Value, [reversed = false, exact = false, attribute]: (Value | undefined)[]): Value {
  const key = taken(attribute);
  return list(ordered(iterate(value), (each) => folded(key(each), isTrue(exact)), isTrue(reversed)));
}

function unique(value: Value, [exact = false, attribute]: (Value | undefined)[]): Value {
  const key = taken(attribute);
  const seen: Value[] = [];
  const items = iterate(value).filter((each) => {
    const found = folded(key(each), isTrue(exact));
    if (seen.some((other) => isEqual(other, found))) return false;
    seen.push(found);
    return true;
  });
  return { kind: "generator", items };
}

function join(value: Value, [by = "", attribute]: (Value | undefined)[]): Value {
  const parts = iterate(value).map(taken(attribute));
  return parts.map(str).join(str(by));
}

/** Where Python ends lines beside `\n`. */
const ODD_LINE_ENDS = "\\v\\f\\r\\x1c-\\x1e\\x85\\u2028\\u2029";
const ODD_LINE_END = new RegExp(`[${ODD_LINE_ENDS}]`);

function indent(value: Value, [width = 4, first = false, blank = false]: (Value | undefined)[]): Value {
  const step = textOf(width) ?? " ".repeat(Math.min(1000, Math.max(0, integer(width))));
  const given = text(value);
  if (ODD_LINE_END.test(given)) throw new Error("it indents odd line ends, which is not known here");
  const [start = "", ...lines] = given.split("\n");
  const rest = lines.map((line) => (isTrue(blank) || line !== "" ? step + line : line));
  return (isTrue(first) ? step : "") + [start, ...rest].join("\n");
}

function toInt(value: Value, [otherwise = 0, base = 10]: (Value | undefined)[]): Value {
  if (base !== 10) throw new Error("int with a base is not known here");
  const number = numberOf(value);
  if (typeof number === "number" || typeof number === "bigint") return number;
  if (number) return Number.isSafeInteger(Math.trunc(number.value)) ? Math.trunc(number.value) + 0 : otherwise;
  const given = textOf(value);
  if (given === undefined) return otherwise;
  const digits = strip(given, undefined, "both");
  if (/^[-+]?\d{1,15}$/.test(digits)) return Number(digits) + 0;
  if (/\d/.test(given)) throw new Error(`int of ${JSON.stringify(given.slice(0, 20))} is not known here`);
  return otherwise;
}

function toFloat(value: Value, [otherwise = float(0)]: (Value | undefined)[]): Value {
  const number = numberOf(value);
  if (typeof number === "number") return float(number);
  if (typeof number === "object") return number;
  const given = textOf(value);
  if (given !== undefined && /^-?\d+(\.\d+)?$/.test(given)) return float(Number(given));
  if (given !== undefined && /\d|nan|inf/i.test(given))
    throw new Error(`float of ${given.slice(0, 20)} is not known here`);
  return otherwise;
}

function extreme(sign: number, what: string): Filter {
  return (value, [exact = false, attribute]) => {
    const [first, ...rest] = iterate(value);
    if (first === undefined) return undefinedAs(`the ${what} of nothing`);
    const key = (each: Value) => folded(taken(attribute)(each), isTrue(exact));
    return rest.reduce((best, each) => (sign * compare(key(each), key(best)) > 0 ? each : best), first);
  };
}

/** A `map`: by an attribute, or by a filter that is named. */
function map(value: Value, args: readonly Value[], named: Named): Value {
  const attribute = named.get("attribute");
  if (args.length === 0 && attribute !== undefined) {
    const otherwise = named.get("default");
    if (named.size > (otherwise === undefined ? 1 : 2)) throw new Error("map with these arguments is not known here");
    const found = iterate(value).map(taken(attribute));
    return {
      kind: "generator",
      items: found.map((each) => (otherwise !== undefined && isUndefined(each) ? otherwise : each)),
    };
  }
  const [name, ...rest] = args;
  const filter = filterNamed(text(name));
  return { kind: "generator", items: iterate(value).map((each) => filter(each, rest, named)) };
}

/** `select` and its like: by the truth of each item, or by a test that is named. */
function selecting(isKept: boolean, byAttribute: boolean) {
  return (value: Value, args: readonly Value[], named: Named): Value => {
    if (named.size > 0) throw new Error("arguments by name are not known here");
    const key = byAttribute ? taken(args[0] ?? "") : (each: Value) => each;
    const [name, ...rest] = byAttribute ? args.slice(1) : args;
    const test = name === undefined ? isTrue : (each: Value) => testNamed(text(name))(each, rest);
    return { kind: "generator", items: iterate(value).filter((each) => test(key(each)) === isKept) };
  };
}

function items(value: Value): Value {
  if (isUndefined(value)) return { kind: "generator", items: [] };
  if (typeOf(value) !== "dict") throw new Error(`it asks for the items of a value of type ${typeOf(value)}`);
  return { kind: "generator", items: [...(value as Dict).entries].map(([key, member]) => tuple([key, member])) };
}

function reverse(value: Value): Value {
  const given = textOf(value);
  if (given !== undefined) return characters(given).toReversed().join("");
  return { kind: "generator", items: iterate(value).toReversed() };
}

type Full = (value: Value, args: readonly Value[], named: Named) => Value;

const length = of([], (value) => lengthOf(value));
const byDefaultFilter = of(["default_value", "boolean"], byDefault);
const trim = of(["chars"], (value, [chars]) => strip(soft(value), optionalText(chars), "both"));

const FILTERS: Readonly<Record<string, Full>> = {
  ...{ length, count: length, default: byDefaultFilter, d: byDefaultFilter, trim, map, items: of([], items) },
  tojson: of(["ensure_ascii", "indent", "separators", "sort_keys"], tojson),
  string: of([], (value) => (typeOf(value) === "markup" ? value : str(value))),
  safe: of([], (value) => ({ kind: "markup", text: str(value) })),
  upper: of([], (value) => upper(soft(value))),
  lower: of([], (value) => lower(soft(value))),
  capitalize: of([], (value) => capitalize(soft(value))),
  replace: of(["old", "new", "count"], (value, [old, by, most]) =>
    replace(soft(value), text(old), text(by), most === null ? -1 : integer(most, -1)),
  ),
  list: of([], (value) => list(iterate(value))),
  first: of([], (value) => iterate(value)[0] ?? firstOf(value)),
  last: of([], (value) => (typeOf(value) === "generator" ? noLast() : (iterate(value).at(-1) ?? firstOf(value)))),
  join: of(["d", "attribute"], join),
  dictsort: of(["case_sensitive", "by", "reverse"], dictsort),
  sort: of(["reverse", "case_sensitive", "attribute"], sort),
  unique: of(["case_sensitive", "attribute"], unique),
  reverse: of([], reverse),
  indent: of(["width", "first", "blank"], indent),
  int: of(["default", "base"], toInt),
  float: of(["default"], toFloat),
  abs: of([], (value) => (compare(value, 0) < 0 ? signed("-", value) : signed("+", value))),
  sum: of(["attribute", "start"], (value, [attribute, start = 0]) =>
    iterate(value)
      .map(taken(attribute))
      .reduce((total, each) => arithmetic("+", total, each), start),
  ),
  min: of(["case_sensitive", "attribute"], extreme(-1, "smallest")),
  max: of(["case_sensitive", "attribute"], extreme(1, "largest")),
  select: selecting(true, false),
  reject: selecting(false, false),
  selectattr: selecting(true, true),
  rejectattr: selecting(false, true),
  attr: of(["name"], (value, [name]) => {
    throw new Error(`the filter attr for ${plain(name ?? "")} of a value of type ${typeOf(value)} is not known here`);
  }),
};

/** Of a list whose end is null, or that has none. */
const firstOf = (value: Value): Value =>
  lengthOf(value) > 0 ? null : undefinedAs(`an item of a ${typeOf(value)} that is empty`);

function noLast(): never {
  throw new Error("the filter last of what can be gone through once is not known here");
}

/** Throws for one that is not known here. */
export function filterNamed(name: string): Full {
  const filter = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
  if (!filter) throw new Error(`the filter ${name} is not known here`);
  return filter;
}

type Test = (value: Value, args: readonly Value[]) => boolean;

/** Throws for one that is not known here. */
export function testNamed(name: string): Test {
  const test = Object.hasOwn(TESTS, name) ? TESTS[name] : undefined;
  if (!test) throw new Error(`the test ${name} is not known here`);
  return (value, args) => {
    if (args.length !== test[0]) throw new Error(`the test ${name} takes ${test[0]} arguments, found ${args.length}`);
    return test[1](value, args);
  };
}
