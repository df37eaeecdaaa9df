/** What the values of flags may be. */
import { InvalidArgumentError } from "commander";
import { CliError } from "../core/errors.ts";

/** `key=value` with the value read as JSON where it is JSON (`3`, `true`, `[1,2]`), as text otherwise. */
export function keyAndValue(flag: string, text: string): [string, unknown] {
  const split = text.indexOf("=");
  if (split < 1) throw new CliError(`${flag} ${text}: expected key=value`);
  const value = text.slice(split + 1);
  try {
    return [text.slice(0, split), JSON.parse(value)];
  } catch {
    return [text.slice(0, split), value];
  }
}

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

/** A commander argument parser: a number in [0, 1]. */
export function rate(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError("Expected a number from 0 to 1.");
  return value;
}

/** A run's name, safe as a folder's name. Throws CliError. */
export function runName(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(text)) return text;
  throw new CliError(`run name "${text}": expected up to 100 letters, digits, dots, dashes and underscores`);
}
