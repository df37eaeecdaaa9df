/** What the values of flags may be. */
import { InvalidArgumentError } from "commander";
import { BOUNDS } from "../core/bounds.ts";
import { CliError } from "../core/errors.ts";
import { RUN_NAME } from "../core/run.ts";
import { quoted } from "../core/wording.ts";

/** `key=value` with the value read as JSON where it is JSON (`3`, `true`, `[1,2]`), as text otherwise. */
export function keyAndValue(flag: string, text: string): [string, unknown] {
  const split = text.indexOf("=");
  if (split < 1) throw new CliError(`${flag} ${quoted(text)}: expected key=value`);
  const [key, value] = [text.slice(0, split), text.slice(split + 1)];
  if (key.split(".").includes("__proto__")) throw unusableKey(flag, key);
  try {
    return [key, JSON.parse(value, (name, inner: unknown) => plainMember(name, inner, () => unusableKey(flag, key)))];
  } catch (error) {
    if (error instanceof CliError) throw error;
    return [key, value];
  }
}

/** JavaScript's objects treat `__proto__` as no key: it would be lost without a word. */
function plainMember(name: string, value: unknown, refusal: () => CliError): unknown {
  if (name === "__proto__") throw refusal();
  return value;
}

const unusableKey = (flag: string, key: string) => new CliError(`${flag} ${key}: a key named __proto__ cannot be used`);

/** A commander argument parser: an integer ≥ 1, in digits alone. */
export function positiveInteger(text: string): number {
  return integerFrom(1, text);
}

/** A commander argument parser: an integer ≥ 0, in digits alone. */
export function wholeNumber(text: string): number {
  return integerFrom(0, text);
}

function integerFrom(least: number, text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : -1;
  if (Number.isSafeInteger(value) && value >= least) return value;
  const most = value < least ? "" : ` and at most ${Number.MAX_SAFE_INTEGER}`;
  throw new InvalidArgumentError(`Expected a whole number of at least ${least}${most}.`);
}

/** A commander argument parser: seconds as people write them, from none to a day. */
export function seconds(text: string): number {
  const { most } = BOUNDS.seconds;
  const value = plainNumber(text);
  if (!(value <= most)) {
    throw new InvalidArgumentError(`Expected a number of seconds from 0 to ${most}, such as 60 or 0.5.`);
  }
  return value;
}

/** A commander argument parser: a number ≥ 0. */
export function atLeastZero(text: string): number {
  const value = plainNumber(text);
  if (Number.isFinite(value)) return value;
  throw new InvalidArgumentError("Expected a number of at least 0, such as 0.5.");
}

/** A commander argument parser: a number > 0. */
export function aboveZero(text: string): number {
  const value = plainNumber(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("Expected a number above 0, such as 0.5.");
}

/** NaN where `text` is no number ≥ 0 in digits: no sign, no exponent, and no `0x10`. */
function plainNumber(text: string): number {
  return /^(\d+(\.\d*)?|\.\d+)$/.test(text) ? Number(text) : Number.NaN;
}

/** A commander argument parser: a port that a server can listen on. */
export function port(text: string): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > 65_535) throw new InvalidArgumentError("Expected a port from 1 to 65535.");
  return value;
}

/** A commander argument parser: any finite number. */
export function finiteNumber(text: string): number {
  const value = /^-/.test(text) ? -plainNumber(text.slice(1)) : plainNumber(text);
  if (!Number.isFinite(value)) throw new InvalidArgumentError("Expected a number.");
  return value;
}

/** A commander argument parser: a number in [0, 1]. */
export function rate(text: string): number {
  const value = plainNumber(text);
  if (!(value <= 1)) throw new InvalidArgumentError("Expected a number from 0 to 1.");
  return value;
}

/** A run's name, safe as a folder's name. Throws CliError. */
export function runName(text: string): string {
  if (RUN_NAME.pattern.test(text)) return text;
  throw new CliError(`run name ${quoted(text)}: ${RUN_NAME.expected}`);
}
