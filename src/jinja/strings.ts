/** Python's methods of texts. What is not here is refused by its name. */
import { integer, optionalText, take, text } from "./arguments.ts";
import { SPACE } from "./lexer.ts";
import { type Call, characters, iterate, list, tuple, type Value } from "./values.ts";

const LEADING = new RegExp(`^[${SPACE}]+`);
const SPACES = new RegExp(`[${SPACE}]+`);
const ASTRAL = /[\ud800-\udfff]/;

/** `strip`, `lstrip` and `rstrip`: of white space, or of any of these characters. */
export function strip(value: string, of: string | undefined, sides: "both" | "left" | "right"): string {
  const isStripped =
    of === undefined ? (character: string) => LEADING.test(character) : (character: string) => of.includes(character);
  const units = ASTRAL.test(value) || (of !== undefined && ASTRAL.test(of)) ? characters(value) : value;
  let [start, end] = [0, units.length];
  if (sides !== "right") while (start < end && isStripped(units[start]!)) start++;
  if (sides !== "left") while (end > start && isStripped(units[end - 1]!)) end--;
  return typeof units === "string" ? units.slice(start, end) : units.slice(start, end).join("");
}

/** Letters whose case newer versions of Unicode may have changed. */
const RARE_CASE = /[\u0530-\u{10ffff}]/u;

function changed(value: string, how: (text: string) => string): string {
  if (RARE_CASE.test(value)) {
    const rare = characters(value).find((one) => RARE_CASE.test(one) && one.toLowerCase() !== one.toUpperCase());
    if (rare !== undefined) throw new Error(`it changes the case of ${JSON.stringify(rare)}, which is not known here`);
  }
  return how(value);
}

export const upper = (value: string): string => changed(value, (each) => each.toUpperCase());
export const lower = (value: string): string => changed(value, (each) => each.toLowerCase());

/** Throws for anything but ASCII: Python writes titles of some letters otherwise than capitals. */
function ascii(value: string): string {
  if (/[^\0-\x7f]/.test(value)) throw new Error("it makes capitals of letters beyond ASCII, which is not known here");
  return value;
}

export const capitalize = (value: string): string =>
  ascii(value).slice(0, 1).toUpperCase() + value.slice(1).toLowerCase();

const title = (value: string): string =>
  ascii(value)
    .toLowerCase()
    .replace(/[a-z]+/g, (word) => word[0]!.toUpperCase() + word.slice(1));

/** Python's `value.split(separator, most)`. */
function split(value: string, separator: string | undefined, most: number): string[] {
  const limit = most < 0 ? Number.POSITIVE_INFINITY : most;
  if (separator === "") throw new Error("empty separator");
  const parts: string[] = [];
  let rest = separator === undefined ? value.replace(LEADING, "") : value;
  while (parts.length < limit) {
    const found = separator === undefined ? SPACES.exec(rest) : { index: rest.indexOf(separator), 0: separator };
    if (!found || found.index < 0) break;
    parts.push(rest.slice(0, found.index));
    rest = rest.slice(found.index + found[0].length);
  }
  return separator === undefined && rest === "" ? parts : [...parts, rest];
}

/** Python's `value.rsplit(separator, most)`. */
function rsplit(value: string, separator: string | undefined, most: number): string[] {
  if (most < 0) return split(value, separator, most);
  if (separator === undefined)
    throw new Error("it splits a text from the right at white space, which is not known here");
  if (separator === "") throw new Error("empty separator");
  const parts: string[] = [];
  let rest = value;
  while (parts.length < most) {
    const at = rest.lastIndexOf(separator);
    if (at < 0) break;
    parts.unshift(rest.slice(at + separator.length));
    rest = rest.slice(0, at);
  }
  return [rest, ...parts];
}

/** Python's `value.replace(old, new, most)`. */
export function replace(value: string, old: string, by: string, most: number): string {
  if (old === "") {
    const units = characters(value);
    const between = most < 0 ? units.length + 1 : Math.min(most, units.length + 1);
    return (
      units.map((unit, index) => (index < between ? by + unit : unit)).join("") + (between > units.length ? by : "")
    );
  }
  const parts = split(value, old, most);
  if (value.length + parts.length * by.length > MAX_MADE)
    throw new Error(`it makes a text of more than ${MAX_MADE} characters`);
  return parts.join(by);
}

const MAX_MADE = 2 ** 24;

function affix(value: string, given: Value | undefined, has: (text: string, part: string) => boolean): boolean {
  const isTuple = given !== undefined && given !== null && typeof given === "object" && given.kind === "tuple";
  return isTuple ? given.items.some((each) => has(value, text(each))) : has(value, text(given));
}

function place(value: string, part: string, last: boolean): number {
  const at = last ? value.lastIndexOf(part) : value.indexOf(part);
  return at <= 0 || !ASTRAL.test(value) ? at : characters(value.slice(0, at)).length;
}

function found(at: number): number {
  if (at < 0) throw new Error("substring not found");
  return at;
}

function parted(value: string, separator: string, last: boolean): Value {
  if (separator === "") throw new Error("empty separator");
  const at = last ? value.lastIndexOf(separator) : value.indexOf(separator);
  if (at < 0) return tuple(last ? ["", "", value] : [value, "", ""]);
  return tuple([value.slice(0, at), separator, value.slice(at + separator.length)]);
}

type Method = (value: string, args: (Value | undefined)[]) => Value;

const METHODS: Readonly<Record<string, readonly [readonly string[], Method]>> = {
  strip: [["chars"], (value, [of]) => strip(value, optionalText(of), "both")],
  lstrip: [["chars"], (value, [of]) => strip(value, optionalText(of), "left")],
  rstrip: [["chars"], (value, [of]) => strip(value, optionalText(of), "right")],
  split: [["sep", "maxsplit"], (value, [by, most]) => list(split(value, optionalText(by), integer(most, -1)))],
  rsplit: [["sep", "maxsplit"], (value, [by, most]) => list(rsplit(value, optionalText(by), integer(most, -1)))],
  partition: [["sep"], (value, [by]) => parted(value, text(by), false)],
  rpartition: [["sep"], (value, [by]) => parted(value, text(by), true)],
  replace: [
    ["old", "new", "count"],
    (value, [old, by, most]) => replace(value, text(old), text(by), integer(most, -1)),
  ],
  startswith: [["prefix"], (value, [part]) => affix(value, part, (whole, begin) => whole.startsWith(begin))],
  endswith: [["suffix"], (value, [part]) => affix(value, part, (whole, end) => whole.endsWith(end))],
  removeprefix: [
    ["prefix"],
    (value, [part]) => (value.startsWith(text(part)) ? value.slice(text(part).length) : value),
  ],
  removesuffix: [
    ["suffix"],
    (value, [part]) => (text(part) !== "" && value.endsWith(text(part)) ? value.slice(0, -text(part).length) : value),
  ],
  upper: [[], (value) => upper(value)],
  lower: [[], (value) => lower(value)],
  capitalize: [[], (value) => capitalize(value)],
  title: [[], (value) => title(value)],
  find: [["sub"], (value, [part]) => place(value, text(part), false)],
  rfind: [["sub"], (value, [part]) => place(value, text(part), true)],
  index: [["sub"], (value, [part]) => found(place(value, text(part), false))],
  rindex: [["sub"], (value, [part]) => found(place(value, text(part), true))],
  count: [
    ["sub"],
    (value, [part]) => (text(part) === "" ? characters(value).length + 1 : value.split(text(part)).length - 1),
  ],
  join: [
    ["iterable"],
    (value, [items]) =>
      iterate(items ?? null)
        .map((each) => text(each))
        .join(value),
  ],
  isdigit: [[], (value) => ascii(value) !== "" && /^\d+$/.test(value)],
  isalpha: [[], (value) => ascii(value) !== "" && /^[a-z]+$/i.test(value)],
  isalnum: [[], (value) => ascii(value) !== "" && /^[a-z\d]+$/i.test(value)],
  isspace: [[], (value) => value !== "" && strip(value, undefined, "both") === ""],
  isupper: [[], (value) => /[A-Z]/.test(ascii(value)) && !/[a-z]/.test(value)],
  islower: [[], (value) => /[a-z]/.test(ascii(value)) && !/[A-Z]/.test(value)],
};

/** The others take their arguments by place alone. */
const TAKE_NAMES = ["split", "rsplit"];

/** The method of a text, if it is known here. */
export function methodOf(value: string, name: string): Call | undefined {
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  if (!method) return undefined;
  return (args, named) => {
    if (named.size > 0 && !TAKE_NAMES.includes(name)) throw new Error(`${name} takes no arguments by name`);
    return method[1](value, take(method[0], args, named));
  };
}
