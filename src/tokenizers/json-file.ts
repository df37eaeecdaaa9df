/** Reading one JSON object from a checkpoint folder. */
import { readFileSync } from "node:fs";
import { CliError, messageOf } from "../core/errors.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

/** Throws CliError naming the file if it is missing or holds no JSON object. */
export function readJsonObject(path: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new CliError(`${path}: ${messageOf(error)}`);
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new CliError(`${path}: expected a JSON object`);
  }
  return value as JsonObject;
}
