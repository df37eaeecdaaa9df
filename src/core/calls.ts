/**
 * Calls of a world's tools as actions, which are texts: `find_order({"order_id":"A-1"})`. A world that declares tools is told
 * what to do in this form, and may still be told anything else: it answers nonsense, as every world does.
 */
import type { ToolCall } from "./message.ts";
import { parseWritten, writtenJson } from "./written-json.ts";

/** A call without its id. */
export type Call = Pick<ToolCall, "name" | "arguments">;

/** A call that was read out of an action. */
export interface CallInAction extends Call {
  /** What the arguments say. */
  readonly given: Readonly<Record<string, unknown>>;
}

/** The action that a call is. Its arguments are compact JSON, numbers as they were written; text that is no JSON stays. */
export function actionOfCall({ name, arguments: given }: Call): string {
  return `${name}(${compact(given)})`;
}

/** The call that an action is; undefined for any other text. */
export function callInAction(action: string): CallInAction | undefined {
  const [, name, written] = /^\s*([\w.:/-]+)\(([\s\S]*)\)\s*$/.exec(action) ?? [];
  if (name === undefined || written === undefined) return undefined;
  const given = objectIn(written);
  return given && { name, arguments: compact(written), given };
}

function compact(text: string): string {
  const value = objectIn(text);
  return value ? writtenJson(value) : text.trim();
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = parseWritten(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
