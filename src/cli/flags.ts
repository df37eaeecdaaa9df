/** What the values of flags may be. */
import { InvalidArgumentError } from "commander";
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

/** A commander argument parser: an integer ≥ 1. */
export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("Expected a whole number of at least 1.");
  return value;
}

/** A commander argument parser: an integer ≥ 0, in digits alone. */
export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("Expected a whole number of at least 0.");
  return Number(text);
}

/** A commander argument parser: a port that a server can listen on. */
export function port(text: string): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > 65_535) throw new InvalidArgumentError("Expected a port from 1 to 65535.");
  return value;
}

/** A commander argument parser: a number in [0, 1]. */
export function rate(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError("Expected a number from 0 to 1.");
  return value;
}

/** A run's name, safe as a folder's name. Throws CliError. */
export function runName(text: string): string {
  if (RUN_NAME.pattern.test(text)) return text;
  throw new CliError(`run name ${quoted(text)}: ${RUN_NAME.expected}`);
}
