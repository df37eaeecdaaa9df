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
