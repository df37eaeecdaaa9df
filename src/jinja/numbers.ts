/** Python's arithmetic and comparisons, and how it prints a float. */
import {
  characters,
  type Dict,
  type Float,
  float,
  iterate,
  lengthOf,
  list,
  textOf,
  tuple,
  typeOf,
  type Value,
} from "./values.ts";

/** A whole number as the smaller of both types that holds it exactly. */
export const whole = (value: bigint): number | bigint => {
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
};

/** The number of an int, a bool or a float; undefined for anything else. */
export function numberOf(value: Value): number | bigint | Float | undefined {
  if (typeof value === "number" || typeof value === "bigint") return value;
  if (typeof value === "boolean") return Number(value);
  return value !== null && typeof value === "object" && value.kind === "float" ? value : undefined;
}

const isFloat = (value: number | bigint | Float): value is Float => typeof value === "object";
const toFloat = (value: number | bigint | Float): number => (isFloat(value) ? value.value : Number(value));

/** Python's `repr` of a float. */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const [mantissa, power] = Math.abs(value).toExponential().split("e") as [string, string];
  const digits = mantissa.replace(".", "");
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
    return `${sign}${digits[0]}${fraction}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const padded = digits.padEnd(exponent + 1, "0");
  return `${sign}${padded.slice(0, exponent + 1)}.${padded.slice(exponent + 1) || "0"}`;
}

/** The most characters or elements that `*` makes, and bits that `**` does. */
const MAX_MADE = 2 ** 24;

const WHOLE: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "//": floorDivision,
  "%": (a, b) => a - b * floorDivision(a, b),
  "**"(a, b) {
    if (b * BigInt(a.toString(2).length) > 65_536n) throw new Error("it works out a number that is too large");
    return a ** b;
  },
};

function floorDivision(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new Error("division by zero");
  const quotient = a / b;
  return quotient * b !== a && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

const BROKEN: Readonly<Record<string, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
};

/** `a <operator> b` for `+ - * / // % **`. Throws where Python does, and for what is not known here. */
export function arithmetic(operator: string, a: Value, b: Value): Value {
  if (typeof a === "string" && typeof b === "string" && operator === "+") return a + b;
  const [one, other] = [numberOf(a), numberOf(b)];
  if (one !== undefined && other !== undefined) return ofNumbers(operator, one, other);
  if (operator === "+" && typeOf(a) === typeOf(b) && (typeOf(a) === "list" || typeOf(a) === "tuple")) {
    return (typeOf(a) === "list" ? list : tuple)([...iterate(a), ...iterate(b)]);
  }
  if (operator === "*") {
    if (typeof one === "number") return repeated(b, one, a);
    if (typeof other === "number") return repeated(a, other, b);
  }
  throw new Error(`it works out ${typeOf(a)} ${operator} ${typeOf(b)}, which is not known here or no sense in Python`);
}

function ofNumbers(operator: string, one: number | bigint | Float, other: number | bigint | Float): Value {
  if (operator === "/") {
    if (toFloat(other) === 0) throw new Error("division by zero");
    if (typeof one === "bigint" || typeof other === "bigint") throw new Error("it divides a number that is too large");
    return float(toFloat(one) / toFloat(other));
  }
  if (!isFloat(one) && !isFloat(other) && !(operator === "**" && other < 0)) {
    return whole(WHOLE[operator]!(BigInt(one), BigInt(other)));
  }
  const plain = BROKEN[operator];
  if (!plain) throw new Error(`it works out ${operator} of a float, which is not known here`);
  return float(plain(toFloat(one), toFloat(other)));
}

function repeated(value: Value, times: number, count: Value): Value {
  const text = typeof value === "string" ? value : undefined;
  const kind = typeOf(value);
  if (text === undefined && kind !== "list" && kind !== "tuple") {
    throw new Error(`it works out ${typeOf(value)} * ${typeOf(count)}, which is not known here or no sense in Python`);
  }
  const often = Math.max(0, times);
  if (lengthOf(value) * often > MAX_MADE)
    throw new Error(`it makes a text or list of more than ${MAX_MADE} characters or elements`);
  if (text !== undefined) return text.repeat(often);
  const items = Array.from({ length: often }, () => iterate(value)).flat();
  return kind === "list" ? list(items) : tuple(items);
}

/** `-value` and `+value`. */
export function signed(operator: string, value: Value): Value {
  const number = numberOf(value);
  if (number === undefined) throw new Error(`it puts ${operator} before a value of type ${typeOf(value)}`);
  if (operator === "+") return number;
  if (isFloat(number)) return float(-number.value);
  return typeof number === "bigint" ? whole(-number) : 0 - number;
}

/** `a == b`. */
export function isEqual(a: Value, b: Value): boolean {
  if (a === b) return true;
  const [one, other] = [numberOf(a), numberOf(b)];
  if (one !== undefined && other !== undefined) return compareNumbers(one, other) === 0;
  const text = textOf(a);
  if (text !== undefined) return text === textOf(b);
  const kind = typeOf(a);
  if (kind !== typeOf(b)) return false;
  if (kind === "undefined") return true;
  if (kind === "list" || kind === "tuple" || kind === "range") {
    const [left, right] = [iterate(a), iterate(b)];
    return left.length === right.length && left.every((item, index) => isEqual(item, right[index]!));
  }
  if (kind !== "dict") return false;
  const [left, right] = [(a as Dict).entries, (b as Dict).entries];
  return (
    left.size === right.size && [...left].every(([key, value]) => right.has(key) && isEqual(value, right.get(key)!))
  );
}

function compareNumbers(one: number | bigint | Float, other: number | bigint | Float): number {
  const [a, b] = [isFloat(one) ? one.value : one, isFloat(other) ? other.value : other];
  if (a < b) return -1;
  return a > b ? 1 : a <= b ? 0 : Number.NaN;
}

/** Below, at or above 0 as `a` is below, at or above `b`. Throws where Python does. */
export function compare(a: Value, b: Value): number {
  const [one, other] = [numberOf(a), numberOf(b)];
  if (one !== undefined && other !== undefined) return compareNumbers(one, other);
  const [text, otherText] = [textOf(a), textOf(b)];
  if (text !== undefined && otherText !== undefined) return compareTexts(text, otherText);
  const kind = typeOf(a);
  if (kind !== typeOf(b) || (kind !== "list" && kind !== "tuple")) {
    throw new Error(`it compares a value of type ${kind} with one of type ${typeOf(b)}`);
  }
  const [left, right] = [iterate(a), iterate(b)];
  const at = left.findIndex((item, index) => index >= right.length || !isEqual(item, right[index]!));
  return at < 0 || at >= right.length ? left.length - right.length : compare(left[at]!, right[at]!);
}

/** By code points, as Python orders texts. */
function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  const [left, right] = [characters(a), characters(b)];
  const at = left.findIndex((character, index) => character !== right[index]);
  if (at < 0 || at >= right.length) return left.length - right.length;
  return left[at]!.codePointAt(0)! - right[at]!.codePointAt(0)!;
}

/** `item in holder`. */
export function isIn(item: Value, holder: Value): boolean {
  const text = textOf(holder);
  if (text !== undefined) {
    const part = textOf(item);
    if (part === undefined) throw new Error(`it looks for a value of type ${typeOf(item)} in a text`);
    return text.includes(part);
  }
  return iterate(holder).some((each) => isEqual(each, item));
}
