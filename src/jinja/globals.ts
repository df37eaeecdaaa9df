/** What a template finds beside the conversation: what Jinja2's sandbox and transformers define. */
import { integer, take, text } from "./arguments.ts";
import { strftime } from "./dates.ts";
import { type Call, callable, iterate, type Key, keyOf, textOf, type Value } from "./values.ts";

/** The most numbers that Jinja2's sandbox lets `range` give. */
const MAX_RANGE = 100_000;

/** By name. `date`: what `strftime_now` writes, as YYYY-MM-DD; null: it may write none. */
export function globals(date: string | null): ReadonlyMap<string, Value> {
  const calls: Readonly<Record<string, Call>> = {
    range,
    dict,
    namespace: (args, named) => ({ kind: "namespace", entries: safe(entriesOf(args, named)) }),
    raise_exception: ([message]) => {
      throw new Error((message !== undefined && textOf(message)) || "it raises an exception");
    },
    strftime_now(args, named) {
      const [format] = take(["format"], args, named);
      if (date === null) {
        throw new Error(
          "it writes today's date, so the tokens would change from day to day; give it a day, as the template variable date",
        );
      }
      return strftime(date, text(format));
    },
    lipsum: unknown("lipsum"),
    cycler: unknown("cycler"),
    joiner: unknown("joiner"),
    self: unknown("self"),
  };
  return new Map(Object.entries(calls).map(([name, call]) => [name, callable(name, call)]));
}

const unknown =
  (name: string): Call =>
  () => {
    throw new Error(`${name} is not known here`);
  };

const dict: Call = (args, named) => ({ kind: "dict", entries: entriesOf(args, named) });

function entriesOf(args: readonly Value[], named: ReadonlyMap<string, Value>): Map<Key, Value> {
  if (args.length > 1) throw new Error(`expected at most one argument by place, found ${args.length}`);
  const [first] = args;
  const isDict = first !== undefined && first !== null && typeof first === "object" && first.kind === "dict";
  const given = isDict ? first.entries : first === undefined ? [] : iterate(first).map(pair);
  return new Map<Key, Value>([...given, ...named]);
}

function pair(value: Value): readonly [Key, Value] {
  const [key, member, ...more] = iterate(value);
  if (key === undefined || member === undefined || more.length > 0) throw new Error("expected pairs for a dict");
  return [keyOf(key), member];
}

function safe(entries: Map<Key, Value>): Map<string, Value> {
  for (const key of entries.keys()) {
    if (typeof key !== "string" || key.startsWith("_")) throw new Error(`it gives a namespace the member ${key}`);
  }
  return entries as Map<string, Value>;
}

const range: Call = (args, named) => {
  if (named.size > 0 || args.length === 0 || args.length > 3) throw new Error("range takes one to three whole numbers");
  const given = args.map((each) => integer(each));
  const [start, stop] = given.length === 1 ? [0, given[0]!] : [given[0]!, given[1]!];
  const step = given[2] ?? 1;
  if (step === 0) throw new Error("range() arg 3 must not be zero");
  const count = Math.max(0, Math.ceil((stop - start) / step));
  if (count > MAX_RANGE) throw new Error(`range gives more than ${MAX_RANGE} numbers`);
  const items = Array.from({ length: count }, (_, index) => start + index * step);
  return { kind: "range", items, text: `range(${start}, ${stop}${step === 1 ? "" : `, ${step}`})` };
};
