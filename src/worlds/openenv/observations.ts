/**
 * The text of an observation, which OpenEnv has as an object. The field that an option names; else, of a tool's answer, what
 * the tool said; else the only field, where that is a text; else all fields as JSON. `done`, `reward` and `metadata`, which
 * every observation has, are no fields of a world; metadata is shown where there is nothing else.
 */
import { EnvironmentError } from "../../core/errors.ts";
import { quoted } from "../../core/wording.ts";
import { writtenJson, writtenMember } from "../../core/written-json.ts";
import { notTooLong } from "../served/texts.ts";
import { type Fields, isFields, type Shown, valueAt } from "./protocol.ts";

const OF_ALL = ["done", "reward", "metadata"];

/** Throws EnvironmentError where the field of the option is not there, and for a text that is too long. */
export const textOf = ({ observation }: Shown, field: string | undefined): string =>
  notTooLong(textIn(observation, field));

function textIn(observation: Fields, field: string | undefined): string {
  if (field !== undefined) return textAt(observation, field);
  if (isToolAnswer(observation)) return toolText(observation);
  const own = Object.keys(observation).filter((name) => !OF_ALL.includes(name));
  const [only] = own;
  if (only === undefined) return writtenJson(observation.metadata ?? {});
  if (own.length === 1) return memberText(observation, only);
  return `{${own.map((name) => `${JSON.stringify(name)}:${writtenMember(observation, name)}`).join(",")}}`;
}

/** A member that is a text as it is, any other as JSON, numbers as the server wrote them. */
function memberText(holder: Fields, name: string): string {
  const value = holder[name];
  return typeof value === "string" ? value : writtenMember(holder, name);
}

function textAt(observation: Fields, field: string): string {
  const path = field.split(".");
  const holder = valueAt(observation, path.slice(0, -1));
  const name = path.at(-1)!;
  if (valueAt(holder, [name]) === undefined) {
    throw new EnvironmentError(
      `there is no ${quoted(field)} in the observation ${quoted(observation)}; the option observationField names another field`,
    );
  }
  return memberText(holder as Fields, name);
}

const asText = (value: unknown): string => (typeof value === "string" ? value : writtenJson(value));

/** The actions that the observation lists in the field of the option; null where it lists none. */
export function listedIn({ observation }: Shown, field: string | undefined): readonly string[] | null {
  if (field === undefined) return null;
  const found = valueAt(observation, field.split("."));
  if (found === undefined || found === null) return null;
  if (!Array.isArray(found)) throw new EnvironmentError(`${field}: expected a list of actions, got ${quoted(found)}`);
  return [...new Set(found.map(asText))];
}

const isToolAnswer = (observation: Fields): boolean => "tool_name" in observation && "result" in observation;

/** What a tool said: why it failed, its texts, or its result as JSON. */
function toolText(observation: Fields): string {
  const { result, error } = observation;
  if (isFields(error)) return String(error.message);
  const content = isFields(result) ? result.content : undefined;
  if (!Array.isArray(content) || content.length === 0) return memberText(observation, "result");
  const texts = content.map((part) => (isFields(part) && typeof part.text === "string" ? part.text : undefined));
  return texts.every((text) => text !== undefined) ? texts.join("\n") : asText(content);
}
