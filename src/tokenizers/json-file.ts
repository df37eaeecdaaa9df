/** Reading one text, or one JSON object, from a checkpoint folder. */
import { readFileSync } from "node:fs";
import { CliError, messageOf } from "../core/errors.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

/** Throws CliError naming the file if it is missing or cannot be read. */
export function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new CliError(`${path}: ${isMissing ? "no such file" : messageOf(error)}, expected a file of a checkpoint`);
  }
}

/** Throws CliError naming the file if it is missing or holds no JSON object. */
export function readJsonObject(path: string): JsonObject {
  const text = readText(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CliError(`${path}: expected a JSON object (${messageOf(error)})`);
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new CliError(`${path}: expected a JSON object`);
  }
  return value as JsonObject;
}

/** What a library says of a file it cannot use. What JavaScript says of the library itself tells a user nothing. */
export function saidOf(error: unknown): string {
  if (error instanceof TypeError) return "a part is missing or of another type";
  if (error instanceof RangeError && /call stack/.test(error.message)) return "it is nested too deeply";
  const said = messageOf(error).replaceAll(String({}), "an object");
  return said || "it breaks off";
}
