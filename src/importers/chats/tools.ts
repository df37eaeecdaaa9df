/**
 * What an agent could call, as logs have it: OpenAI's spelling, Anthropic's, Gemini's, or bare functions; maybe as JSON text,
 * whole or their schemas alone.
 * Members that are not known are refused: the model may have read them. Numbers of a schema keep their value, not their
 * spelling (20.0 becomes 20).
 */
import { CliError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { Tool } from "../../core/message.ts";
import { parseWritten, writtenMember } from "../../core/written-json.ts";
import { objectOf, shown, textOf } from "../reader.ts";
import { fieldsOf, isNothing } from "./turn.ts";

/** The tools of a record; undefined if it tells none. Throws CliError for what is no definition of a tool. */
export function toolsOf(value: unknown, place: string): Tool[] | undefined {
  if (isNothing(value)) return undefined;
  const list = typeof value === "string" ? parsed(value, place) : value;
  if (!Array.isArray(list)) throw new CliError(`${place}: expected a list of tools, found ${shown(list)}`);
  return list.flatMap((tool, index) =>
    toolIn(typeof tool === "string" ? parsed(tool, place) : tool, `${place}[${index}]`),
  );
}

/** One tool; several where Gemini declares functions together. */
function toolIn(value: unknown, place: string): Tool[] {
  const fields = objectOf(value, `name and parameters in ${place}`);
  const several = fields.functionDeclarations ?? fields.function_declarations;
  if (Array.isArray(several))
    return several.flatMap((one, index) => toolIn(one, `${place}.functionDeclarations[${index}]`));
  const isWrapped = !isNothing(fields.function ?? fields.toolSpec);
  if (isWrapped) fieldsOf(fields, place, AROUND);
  const inner = fieldsOf(fields.function ?? fields.toolSpec ?? fields, place, DEFINED);
  const { name, description } = inner;
  const schemas = SCHEMAS.filter((one) => !isNothing(inner[one]));
  if (schemas.length > 1) throw new CliError(`${place}: expected one schema, found ${schemas.join(" and ")}`);
  const schema = inner[schemas[0] ?? SCHEMAS[0]];
  return [
    {
      name: textOf(name, `${place}.name`, "the name of a tool"),
      description: isNothing(description) ? "" : textOf(description, `${place}.description`, "text"),
      parameters: schemaOf(schema, `${place}.parameters`),
    },
  ];
}

/** Where APIs have the schema of the arguments. */
const SCHEMAS = [
  "parameters",
  "input_schema",
  "inputSchema",
  "parametersJsonSchema",
  "parameters_json_schema",
] as const;
/** What a server makes of a tool, and what a client shows of it: no model reads it. */
const ASIDE = [
  ...["type", "strict", "cache_control", "id", "options", "parallel", "viewer", "model_input", "annotations", "title"],
  ...["allowed_callers", "defer_loading", "eager_input_streaming", "_meta", "icons", "behavior"],
];
const AROUND: ReadonlySet<string> = new Set(["function", "toolSpec", ...ASIDE]);
const DEFINED: ReadonlySet<string> = new Set(["name", "description", ...SCHEMAS, ...ASIDE]);

/** A JSON schema; of a function without parameters an object without properties. */
function schemaOf(value: unknown, place: string): Json {
  if (isNothing(value)) return { type: "object", properties: {} };
  const schema = objectOf(typeof value === "string" ? parsed(value, place) : value, `a JSON schema in ${place}`);
  // Bedrock puts it one deeper.
  const inner = Object.keys(schema).length === 1 && schema.json !== undefined ? schema.json : schema;
  refuseOtherNumbers(inner, place);
  return inner as Json;
}

/** Throws CliError for a number that JavaScript cannot keep: the schema would say another one. */
function refuseOtherNumbers(value: unknown, place: string): void {
  if (typeof value !== "object" || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    const at = Array.isArray(value) ? `${place}[${name}]` : `${place}.${name}`;
    const written = writtenMember(value, name);
    if (typeof member === "number" && decimal(written) !== decimal(JSON.stringify(member)))
      throw new CliError(`${at}: expected a number that can be kept as it is, found ${written}`);
    refuseOtherNumbers(member, at);
  }
}

/** A number's digits and exponent, however it is written: 20.0 is 2e1. */
function decimal(written: string): string {
  const [, sign = "", whole = "", part = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(written) ?? [];
  const all = (whole + part).replace(/^0+/, "");
  const digits = all.replace(/0+$/, "");
  return digits === "" ? "0" : `${sign}${digits}e${Number(exponent) - part.length + all.length - digits.length}`;
}

function parsed(text: string, place: string): unknown {
  try {
    return parseWritten(text);
  } catch {
    throw new CliError(`${place}: expected the JSON of tools, found ${shown(text)}`);
  }
}
