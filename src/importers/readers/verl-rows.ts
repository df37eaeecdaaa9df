/** Rows as gleaner exports them for verl: what a Parquet file has no type for stands in texts of JSON. */
import { parseWritten } from "../../core/written-json.ts";
import type { Row } from "../row.ts";

/**
 * The row with its texts read: `tools_json` is `tools`, where there are any, and `more` of a message is its other members. Other
 * rows stay as they are. Throws SyntaxError.
 */
export function withoutTexts({ tools_json: tools, messages, ...row }: Row): Row {
  if (typeof tools !== "string" || !Array.isArray(messages)) {
    return { ...row, ...(tools !== undefined && { tools_json: tools }), ...(messages !== undefined && { messages }) };
  }
  const described = parseWritten(tools);
  return {
    ...row,
    messages: messages.map(messageOf),
    ...(Array.isArray(described) && described.length === 0 ? {} : { tools: described }),
  };
}

function messageOf(message: unknown): unknown {
  const { more, ...rest } = Object(message) as { readonly more?: unknown };
  return typeof more === "string" ? { ...rest, ...Object(parseWritten(more)) } : message;
}
