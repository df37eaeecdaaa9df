/** Parquet columns of the kinds that training tools read: lists of whole numbers, and lists of messages. */
import type { SchemaElement } from "hyparquet-writer";

/**
 * By name. `numbers`: a list of 32-bit integers; `messages`: a list of { role, content, weight }; `messages with more`: the
 * same with a text `more`; `text`: one text.
 */
export type ParquetColumns = Readonly<Record<string, "numbers" | "messages" | "messages with more" | "text">>;

/** The schema of these columns: lists in Parquet's standard three levels, nothing nullable. */
export function schemaOf(columns: ParquetColumns): SchemaElement[] {
  const root: SchemaElement = { name: "schema", num_children: Object.keys(columns).length };
  const column = ([name, kind]: readonly [string, ParquetColumns[string]]) =>
    kind === "text" ? [text(name)] : [...list(name), ...ELEMENTS[kind]];
  return [root, ...Object.entries(columns).flatMap(column)];
}

const list = (name: string): SchemaElement[] => [
  { name, repetition_type: "REQUIRED", num_children: 1, converted_type: "LIST", logical_type: { type: "LIST" } },
  { name: "list", repetition_type: "REPEATED", num_children: 1 },
];

const text = (name: string): SchemaElement => ({
  name,
  type: "BYTE_ARRAY",
  repetition_type: "REQUIRED",
  converted_type: "UTF8",
  logical_type: { type: "STRING" },
});

const ELEMENTS: Readonly<Record<Exclude<ParquetColumns[string], "text">, SchemaElement[]>> = {
  numbers: [{ name: "element", type: "INT32", repetition_type: "REQUIRED" }],
  messages: [
    { name: "element", repetition_type: "REQUIRED", num_children: 3 },
    text("role"),
    text("content"),
    { name: "weight", type: "INT32", repetition_type: "REQUIRED" },
  ],
  "messages with more": [
    { name: "element", repetition_type: "REQUIRED", num_children: 4 },
    text("role"),
    text("content"),
    { name: "weight", type: "INT32", repetition_type: "REQUIRED" },
    text("more"),
  ],
};
