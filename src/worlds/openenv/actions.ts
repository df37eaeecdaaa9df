/**
 * An action, which is a text, as the object that a server's action model takes. Its JSON schema says how: the only field that
 * must be given (or the one that an option names) is the text, or where it is no text the JSON value that the text is; tools
 * are called; anything else is written as a JSON object. What is none of that is not sent, and the agent is told why.
 */
import { callInAction } from "../../core/calls.ts";
import { CliError } from "../../core/errors.ts";
import { quoted } from "../../core/wording.ts";
import { parseWritten, writtenJson } from "../../core/written-json.ts";
import { type Fields, isFields } from "./protocol.ts";

/** What is sent, as JSON and as the value that this is, or why nothing is. */
export type Written = { readonly json: string; readonly value: unknown } | { readonly why: string };

export interface ActionForm {
  readonly kind: "text" | "value" | "object" | "calls";
  /** The rule, for the system prompt. */
  readonly told: string;
  /** Where the schema has them: all actions that there are. */
  readonly listed: readonly string[] | null;
  write(action: string): Written;
}

/** The form of a server's actions. `field`: the field that is the text. Throws CliError for a field that is not there. */
export function actionForm(schema: Fields, field: string | undefined): ActionForm {
  const properties = isFields(schema.properties) ? schema.properties : {};
  const { metadata: _, ...own } = properties;
  const names = Object.keys(own);
  if (field === undefined && (names.length === 0 || ("tool_name" in own && "arguments" in own))) return CALLS;
  if (field !== undefined && !(field in own)) {
    throw new CliError(
      `actionField: expected a field of the server's actions (${names.join(", ")}), got ${quoted(field)}`,
    );
  }
  const required = Array.isArray(schema.required) ? schema.required.filter((name) => name in own) : [];
  const needed = required.length === 0 && names.length === 1 ? names : required;
  const only = field ?? (needed.length === 1 ? String(needed[0]) : undefined);
  if (only === undefined) return objects(names, required, schema);
  const plain = plainOf(own[only], schema);
  return isText(plain) ? texts(only, plain) : values(only, plain);
}

function texts(field: string, { enum: choices }: Fields): ActionForm {
  const listed = Array.isArray(choices) ? choices.map(String) : null;
  const told = listed ? `Every turn, answer with one of: ${listed.join(", ")}.` : "Every turn, answer with one action.";
  return { kind: "text", told, listed, write: (action) => sendable({ [field]: action }) };
}

function values(field: string, schema: Fields): ActionForm {
  const { type, enum: choices } = schema;
  const listed = Array.isArray(choices) ? choices.map((choice) => writtenJson(choice)) : null;
  const kind = typeof type === "string" ? `a JSON ${type}` : "a JSON value";
  const told = `Every turn, answer with ${kind}${listed ? `: ${listed.join(", ")}` : ""}.`;
  return {
    ...{ kind: "value", told, listed },
    write(action) {
      const value = jsonIn(action);
      if (value === undefined) return { why: `This is no action: expected ${kind} for ${field}.` };
      if (!isWhole(value)) return { why: HALF };
      // As it was written: a long number would be another one here.
      return { json: `{${JSON.stringify(field)}:${action.trim()}}`, value: { [field]: value } };
    },
  };
}

function objects(names: readonly string[], required: readonly unknown[], schema: Fields): ActionForm {
  const fields = names.map((name) => (required.includes(name) ? name : `${name} (may be missing)`)).join(", ");
  const told = `Every turn, answer with a JSON object of this schema: ${writtenJson(schema)}`;
  return {
    ...{ kind: "object", told, listed: null },
    write(action) {
      const value = jsonIn(action);
      if (!isFields(value)) return { why: `This is no action: expected a JSON object with ${fields}.` };
      return sendable(value);
    },
  };
}

const CALLS: ActionForm = {
  kind: "calls",
  told: "Every turn, call one of the tools.",
  listed: null,
  write(action) {
    const call = callInAction(action);
    if (!call) return { why: 'This is no call of a tool: expected one such as find({"name":"value"}).' };
    return sendable({ type: "call_tool", tool_name: call.name, arguments: call.given });
  },
};

/** It would be taken by the world, whose answer could then not be written. */
const HALF = "This is no action: expected text, found half of a character.";

const sendable = (value: Fields): Written => (isWhole(value) ? { json: writtenJson(value), value } : { why: HALF });

/** Whether no text within `value` has half a character, which JSON may write as an escape. */
function isWhole(value: unknown): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([key, inner]) => key.isWellFormed() && isWhole(inner));
}

function jsonIn(text: string): unknown {
  try {
    return parseWritten(text);
  } catch {
    return undefined;
  }
}

/** What a field's schema means: a reference followed, and of "this or null" this. */
function plainOf(property: unknown, schema: Fields, depth = 0): Fields {
  if (!isFields(property) || depth > 5) return {};
  const { $ref, anyOf, allOf } = property;
  if (typeof $ref === "string") {
    const definitions = isFields(schema.$defs) ? schema.$defs : {};
    return plainOf(definitions[$ref.replace("#/$defs/", "")], schema, depth + 1);
  }
  const inner = [anyOf, allOf].find(Array.isArray)?.filter((choice) => !isFields(choice) || choice.type !== "null");
  return inner?.length === 1 ? plainOf(inner[0], schema, depth + 1) : constantAsChoice(property);
}

const constantAsChoice = (property: Fields): Fields =>
  "const" in property ? { ...property, enum: [property.const] } : property;

const isText = ({ type, enum: choices }: Fields): boolean =>
  type === "string" ||
  (type === undefined && Array.isArray(choices) && choices.every((one) => typeof one === "string"));
