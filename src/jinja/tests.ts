/** Jinja2's tests: what may stand behind `is`. */
import { arithmetic, compare, isEqual, isIn } from "./numbers.ts";
import { lower, upper } from "./strings.ts";
import { str } from "./text.ts";
import { indexOf, isUndefined, textOf, typeOf, type Value } from "./values.ts";

type Test = (value: Value, args: readonly Value[]) => boolean;

const isType =
  (...types: readonly string[]): Test =>
  (value) =>
    types.includes(typeOf(value));

const equal: Test = (value, [other]) => isEqual(value, other!);
const compared =
  (holds: (order: number) => boolean): Test =>
  (value, [other]) =>
    holds(compare(value, other!));
const [less, more] = [compared((order) => order < 0), compared((order) => order > 0)];
const [most, least] = [compared((order) => order <= 0), compared((order) => order >= 0)];

const rest = (value: Value, by: Value): Value => arithmetic("%", value, by);

/** The number of arguments, and whether the value passes. */
export const TESTS: Readonly<Record<string, readonly [number, Test]>> = {
  defined: [0, (value) => !isUndefined(value)],
  undefined: [0, isUndefined],
  none: [0, (value) => value === null],
  true: [0, (value) => value === true],
  false: [0, (value) => value === false],
  boolean: [0, isType("bool")],
  integer: [0, isType("int")],
  float: [0, isType("float")],
  number: [0, isType("int", "float", "bool")],
  string: [0, isType("str", "markup")],
  mapping: [0, isType("dict")],
  // What has a length and members by index, as Jinja2 looks. An undefined value has both.
  sequence: [0, isType("str", "markup", "list", "tuple", "range", "dict", "undefined")],
  iterable: [0, isType("str", "markup", "list", "tuple", "range", "dict", "view", "generator", "undefined")],
  callable: [0, isType("function", "undefined")],
  odd: [0, (value) => isEqual(rest(value, 2), 1)],
  even: [0, (value) => isEqual(rest(value, 2), 0)],
  divisibleby: [1, (value, [by]) => isEqual(rest(value, by!), 0)],
  lower: [0, (value) => lower(str(value)) === str(value) && upper(str(value)) !== str(value)],
  upper: [0, (value) => upper(str(value)) === str(value) && lower(str(value)) !== str(value)],
  in: [1, (value, [holder]) => isIn(value, holder!)],
  sameas: [1, (value, [other]) => isSame(value, other!)],
  ...{ eq: [1, equal], equalto: [1, equal], "==": [1, equal], ne: [1, (...given) => !equal(...given)] },
  ...{ lt: [1, less], lessthan: [1, less], "<": [1, less], gt: [1, more], greaterthan: [1, more], ">": [1, more] },
  ...{ le: [1, most], "<=": [1, most], ge: [1, least], ">=": [1, least] },
};

/** Of texts and numbers, Python does not promise whether two equal ones are the same. */
function isSame(value: Value, other: Value): boolean {
  const isCertain = [value, other].some((each) => each === null || typeof each === "boolean");
  if (isCertain) return value === other;
  if (textOf(value) === undefined && indexOf(value) === undefined) return value === other;
  throw new Error("whether two texts or numbers are the same is not known here");
}
