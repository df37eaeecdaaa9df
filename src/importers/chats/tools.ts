/** What an agent could call, as logs have it: OpenAI's spelling, Anthropic's, Gemini's, or bare functions; maybe as JSON text, whole or their schemas alone. */
import { CliError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { Tool } from "../../core/message.ts";
import { parseWritten } from "../../core/written-json.ts";
import { objectOf, shown, textOf } from "../reader.ts";
import { isNothing } from "./turn.ts";

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
  const inner = objectOf(fields.function ?? fields.toolSpec ?? fields, `name in ${place}`);
  const { name, description } = inner;
  const schema = inner.parameters ?? inner.input_schema ?? inner.inputSchema ?? inner.parametersJsonSchema;
  return [
    {
      name: textOf(name, `${place}.name`, "the name of a tool"),
      description: isNothing(description) ? "" : textOf(description, `${place}.description`, "text"),
      parameters: schemaOf(schema, `${place}.parameters`),
    },
  ];
}

/** A JSON schema; of a function without parameters an object without properties. */
function schemaOf(value: unknown, place: string): Json {
  if (isNothing(value)) return { type: "object", properties: {} };
  const schema = objectOf(typeof value === "string" ? parsed(value, place) : value, `a JSON schema in ${place}`);
  // Bedrock puts it one deeper.
  const inner = Object.keys(schema).length === 1 && schema.json !== undefined ? schema.json : schema;
  return inner as Json;
}

function parsed(text: string, place: string): unknown {
  try {
    return parseWritten(text);
  } catch {
    throw new CliError(`${place}: expected the JSON of tools, found ${shown(text)}`);
  }
}
