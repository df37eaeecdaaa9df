/**
 * Arguments that a model wrote between tags of their own instead of as JSON. The text of a value does not say whether 20 is a
 * number: the tool's schema does. Without one the servers' parsers differ, and so does what is done here, by spelling.
 */

import type { Tool } from "../../core/message.ts";
import { parsed } from "./text.ts";

export interface Argument {
  readonly name: string;
  readonly text: string;
  /** The spelling itself says so (DeepSeek's `string="false"`). */
  readonly isText?: boolean;
}

/** JSON of the arguments. `isTextElse`: what a value is where no schema tells: text, or JSON if it is JSON. */
export function writtenArguments(
  given: readonly Argument[],
  { tool, isTextElse }: { readonly tool: Tool | undefined; readonly isTextElse: boolean },
): string {
  const members = given.map(({ name, text, isText = isTextIn(tool, name) ?? isTextElse }) => {
    const isJson = !isText && parsed(text.trim()) !== undefined;
    return `${JSON.stringify(name)}:${isJson ? text.trim() : JSON.stringify(text)}`;
  });
  return `{${members.join(",")}}`;
}

/** Whether a tool's schema wants text under `name`; undefined if it does not tell. */
function isTextIn(tool: Tool | undefined, name: string): boolean | undefined {
  const schema = memberOf(memberOf(tool?.parameters, "properties"), name);
  const type = memberOf(schema, "type");
  if (typeof type === "string") return type === "string";
  return Array.isArray(type) ? type.includes("string") : undefined;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

/** A value without the line breaks that templates put around it. */
export const unlined = (text: string): string => text.replace(/^\r?\n/, "").replace(/\r?\n$/, "");
