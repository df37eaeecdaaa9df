/** `value.name`, `value[key]` and slices, as Jinja2's sandbox finds them: what does not exist is undefined, no error. */
import { integer, take } from "./arguments.ts";
import { isEqual } from "./numbers.ts";
import { methodOf } from "./strings.ts";
import {
  type Call,
  callable,
  characters,
  type Dict,
  indexOf,
  isUndefined,
  iterate,
  keyOf,
  list,
  textOf,
  tuple,
  typeOf,
  undefinedAs,
  type Value,
} from "./values.ts";

/** What values of a type have in Python beside what is known here. A template that reads it would get something else. */
const UNKNOWN: Readonly<Record<string, string>> = {
  str: "casefold center encode expandtabs format format_map isascii isdecimal isidentifier isnumeric isprintable istitle ljust maketrans rjust splitlines swapcase translate zfill",
  dict: "clear copy fromkeys pop popitem setdefault update",
  list: "append clear copy extend insert pop remove reverse sort",
  tuple: "",
  range: "start stop step count index",
  int: "as_integer_ratio bit_count bit_length conjugate denominator from_bytes imag numerator real to_bytes",
  bool: "as_integer_ratio bit_count bit_length conjugate denominator from_bytes imag numerator real to_bytes",
  float: "as_integer_ratio conjugate fromhex hex imag is_integer real",
  markup: "",
  view: "isdisjoint mapping",
  generator: "close send throw gi_code gi_frame gi_running gi_suspended gi_yieldfrom",
  function: "name arguments catch_kwargs catch_varargs caller explicit_caller",
};

const DICT: Readonly<Record<string, (dict: Dict) => Call>> = {
  get: (dict) => (args, named) => {
    if (named.size > 0) throw new Error("get takes no arguments by name");
    const [key, otherwise = null] = take(["key", "default"], args, named);
    return dict.entries.get(keyOf(key!)) ?? (dict.entries.has(keyOf(key!)) ? null : otherwise);
  },
  keys: (dict) => () => ({ kind: "view", items: [...dict.entries.keys()] }),
  values: (dict) => () => ({ kind: "view", items: [...dict.entries.values()] }),
  items: (dict) => () => ({ kind: "view", items: [...dict.entries].map(tuple) }),
};

/** `value.name` where it is a member of the type, not of the value. */
function ownMember(value: Value, name: string): Value | undefined {
  const type = typeOf(value);
  if (name.startsWith("_")) throw new Error(`it reads ${name} of a value, which is not safe`);
  if (UNKNOWN[type]?.split(" ").includes(name)) throw new Error(`${name} of a value of type ${type} is not known here`);
  if (type === "markup") throw new Error(`${name} of marked text is not known here`);
  if (type === "str") {
    const method = methodOf(value as string, name);
    return method && callable(name, method);
  }
  if (type === "dict") return Object.hasOwn(DICT, name) ? callable(name, DICT[name]!(value as Dict)) : undefined;
  if (type === "list" || type === "tuple") return sequenceMember(value, name);
  return undefined;
}

function sequenceMember(value: Value, name: string): Value | undefined {
  const items = iterate(value);
  if (name === "count") return callable(name, ([one]) => items.filter((each) => isEqual(each, one!)).length);
  if (name !== "index") return undefined;
  return callable(name, (args) => {
    const at = items.findIndex((each) => isEqual(each, args[0]!));
    if (args.length !== 1 || at < 0) throw new Error("it asks for the place of what is not in a list");
    return at;
  });
}

/** `value.name`. Throws where Python does, and for what is not known here. */
export function attribute(value: Value, name: string): Value {
  refuseUndefined(value, name);
  if (value !== null && typeof value === "object") {
    if (value.kind === "namespace") return value.entries.get(name) ?? missing(value, name);
    if (value.kind === "loop") return value.get(name) ?? missing(value, name);
    if (value.kind === "dict") return ownMember(value, name) ?? value.entries.get(name) ?? fromDict(value, name);
  }
  return ownMember(value, name) ?? missing(value, name);
}

/** `value[key]`. Throws where Python does, and for what is not known here. */
export function item(value: Value, key: Value): Value {
  refuseUndefined(value, typeof key === "string" ? key : "a member");
  const name = textOf(key);
  const type = typeOf(value);
  if (type === "dict") {
    const { entries } = value as Dict;
    if (isUndefined(key)) return missing(value, "an undefined key");
    if (entries.has(keyOf(key))) return entries.get(keyOf(key))!;
    return name === undefined ? missing(value, String(keyOf(key))) : (ownMember(value, name) ?? missing(value, name));
  }
  if (type === "loop" || type === "namespace")
    return name === undefined ? missing(value, "a member") : attribute(value, name);
  const at = indexOf(key);
  if (at === undefined)
    return name === undefined ? missing(value, typeOf(key)) : (ownMember(value, name) ?? missing(value, name));
  if (type === "markup") throw new Error("a part of marked text is not known here");
  const isSequence = type === "str" || type === "list" || type === "tuple" || type === "range";
  const items = isSequence ? iterate(value) : [];
  return items.at(at) ?? (at >= -items.length && at < items.length ? null : missing(value, String(at)));
}

function refuseUndefined(value: Value, name: string): void {
  if (isUndefined(value)) throw new Error(`it reads ${name} of what is not there: ${value.what}`);
}

const fromDict = (value: Dict, name: string): Value => (value.entries.has(name) ? null : missing(value, name));
const missing = (value: Value, name: string): Value => undefinedAs(`${name} of a value of type ${typeOf(value)}`);

/** `value[start:stop:step]`. */
export function slice(value: Value, bounds: readonly (Value | null)[]): Value {
  const [start = null, stop = null, by = null] = bounds;
  const step = by === null ? 1 : integer(by);
  if (step === 0) throw new Error("slice step cannot be zero");
  const type = typeOf(value);
  if (type !== "str" && type !== "list" && type !== "tuple")
    throw new Error(`a part of a value of type ${type} is not known here`);
  const items = type === "str" ? characters(value as string) : iterate(value);
  const clamp = (bound: Value, otherwise: number): number => {
    if (bound === null) return otherwise;
    const at = integer(bound) < 0 ? integer(bound) + items.length : integer(bound);
    return step > 0 ? Math.min(Math.max(at, 0), items.length) : Math.min(Math.max(at, -1), items.length - 1);
  };
  const [first, last] = [clamp(start, step > 0 ? 0 : items.length - 1), clamp(stop, step > 0 ? items.length : -1)];
  const taken: Value[] = [];
  for (let at = first; step > 0 ? at < last : at > last; at += step) taken.push(items[at]!);
  if (type === "str") return taken.join("");
  return type === "list" ? list(taken) : tuple(taken);
}
