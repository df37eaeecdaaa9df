/**
 * What a message consists of, in whatever spelling: texts, thoughts, calls, results and what no text stands for. An API maps
 * its parts to these; here they become turns.
 */
import { CliError } from "../../core/errors.ts";
import type { ToolCall } from "../../core/message.ts";
import { objectOf, shown, textOf } from "../reader.ts";
import type { Draft } from "./ids.ts";
import { type Fields, fieldsOf, isNothing } from "./turn.ts";

export type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "thought"; readonly text: string }
  | { readonly kind: "call"; readonly call: ToolCall }
  | ({ readonly kind: "result" } & Result)
  /** A picture, a sound, a thought that nobody can read. */
  | { readonly kind: "leftOut"; readonly what: string };

/** What a call led to. */
export interface Result {
  readonly content: string;
  /** The id of the call; absent: the log does not tell. */
  readonly toolCallId?: string;
  /** The name of the tool; absent: the log does not tell. */
  readonly toolName?: string;
  readonly isError?: true;
  readonly leftOut?: readonly string[];
}

/** A part as an API has it, in the internal form. Throws CliError for members that it does not understand. */
export type PartReader = (fields: Fields, place: string) => readonly Part[];

/** Text between two texts of one message. */
const BETWEEN_TEXTS = "\n";
/** Text between two thoughts of one message. */
const BETWEEN_THOUGHTS = "\n\n";
/** A thought that only the vendor can read. */
export const SEALED: Part = { kind: "leftOut", what: "encrypted reasoning" };

/** Members of parts that no model reads. */
export const PART_ASIDE = [
  "type",
  "id",
  "index",
  "cache_control",
  "annotations",
  "logprobs",
  "citations",
  "extras",
  "internal",
];

/**
 * The parts of a message's content: text, or a list of texts and of objects whose kind `readers` know. Throws CliError naming
 * the first part of another kind.
 */
export function partsOf(content: unknown, place: string, readers: Readonly<Record<string, PartReader>>): Part[] {
  if (!Array.isArray(content)) return textParts(textOf(content, place, "text"));
  return content.flatMap((part: unknown, index): readonly Part[] => {
    const at = `${place}[${index}]`;
    if (typeof part === "string") return textParts(textOf(part, at, "text"));
    const fields = objectOf(part, `type and text in ${at}`);
    return readerOf(fields.type, at, readers)(fields, at);
  });
}

/** The reader of a part of type `type`. Throws CliError for a type that is not understood. */
export function readerOf(type: unknown, place: string, readers: Readonly<Record<string, PartReader>>): PartReader {
  if (typeof type === "string" && Object.hasOwn(readers, type)) return readers[type]!;
  throw new CliError(`${place}: expected a part that is understood, found type ${shown(type)}`);
}

export const textParts = (text: string): Part[] => (text === "" ? [] : [{ kind: "text", text }]);
export const thoughtParts = (text: string): Part[] => (text === "" ? [] : [{ kind: "thought", text }]);

/** A part whose text is its member `name`. */
export function textPart(name = "text"): PartReader {
  const known = new Set([...PART_ASIDE, name]);
  return (fields, place) => textParts(textOf(fieldsOf(fields, place, known)[name], `${place}.${name}`, "text"));
}

/** A part that no text stands for. */
export const leftOutPart =
  (what: string): PartReader =>
  () => [{ kind: "leftOut", what }];

/** The texts among parts as one, and what was left out. Throws CliError for a thought or a call, which have no place there. */
export function contentOf(parts: readonly Part[], place: string): { content: string; leftOut?: readonly string[] } {
  const texts: string[] = [];
  const leftOut: string[] = [];
  for (const part of parts) {
    if (part.kind === "text") texts.push(part.text);
    else if (part.kind === "leftOut") leftOut.push(part.what);
    else throw new CliError(`${place}: expected text, found a ${part.kind}`);
  }
  return { content: texts.join(BETWEEN_TEXTS), ...(leftOut.length > 0 && { leftOut }) };
}

/**
 * The turns of one message of `role`: results are turns of their own, and what stands between them stays between them. A
 * thought behind a text begins a turn: models that think between their texts say so in one message. Throws CliError for a
 * thought or a call of anybody but the agent.
 */
export function turnsOfParts(role: Draft["role"], parts: readonly Part[], place: string): Draft[] {
  const turns: Draft[] = [];
  let open: Part[] = [];
  const close = () => {
    turns.push(turnOf(role, open, place));
    open = [];
  };
  for (const part of parts) {
    if (part.kind !== "result") {
      if (part.kind === "thought" && role === "assistant" && saysText(open)) close();
      open.push(part);
      continue;
    }
    const pictures = open.every(({ kind }) => kind === "leftOut") ? leftOutOf(open) : [];
    if (pictures.length > 0) open = [];
    if (open.length > 0) close();
    const { kind: _kind, leftOut = [], ...result } = part;
    turns.push({ role: "tool", ...result, place, ...listed([...pictures, ...leftOut]) });
  }
  const last = turns.at(-1);
  const isBeside = last !== undefined && open.every(({ kind }) => kind === "leftOut");
  if (isBeside) turns[turns.length - 1] = { ...last, ...listed([...(last.leftOut ?? []), ...leftOutOf(open)]) };
  else close();
  return turns;
}

/** Whether there is a text, and nothing behind it that must stay with it. */
const saysText = (parts: readonly Part[]): boolean =>
  parts.some((part) => part.kind === "text" && part.text.trim() !== "") && !parts.some(({ kind }) => kind === "call");

function turnOf(role: Draft["role"], parts: readonly Part[], place: string): Draft {
  expectOrder(parts, place);
  const spoken = parts.filter(({ kind }) => kind === "text" || kind === "leftOut");
  if (role !== "assistant") return { role, ...contentOf(parts, place), place };
  const thoughts = parts.flatMap((part) => (part.kind === "thought" ? [part.text] : []));
  const toolCalls = parts.flatMap((part) => (part.kind === "call" ? [part.call] : []));
  return {
    role,
    ...contentOf(spoken, place),
    ...(thoughts.length > 0 && { reasoning: thoughts.join(BETWEEN_THOUGHTS) }),
    ...(toolCalls.length > 0 && { toolCalls }),
    place,
  };
}

/** A turn is a thought, a text and calls, in this order. Throws CliError where a message has another: it would be lost. */
function expectOrder(parts: readonly Part[], place: string): void {
  let before: Part["kind"] = "thought";
  for (const part of parts) {
    const { kind } = part;
    const isBlank = part.kind === "text" && part.text.trim() === "";
    if (isBlank || !ORDER.includes(kind)) continue;
    if (ORDER.indexOf(kind) < ORDER.indexOf(before))
      throw new CliError(`${place}: expected thoughts, then texts, then calls, found a ${kind} behind a ${before}`);
    before = kind;
  }
}
const ORDER: readonly Part["kind"][] = ["thought", "text", "call"];

const leftOutOf = (parts: readonly Part[]): string[] =>
  parts.flatMap((part) => (part.kind === "leftOut" ? [part.what] : []));
const listed = (leftOut: readonly string[]) => (leftOut.length > 0 ? { leftOut } : {});

/** `value` under `name`, or nothing where the log does not tell. Throws CliError. */
export const optionalId = <Name extends string>(name: Name, value: unknown, place: string) =>
  (isNothing(value) ? {} : { [name]: idOf(value, `${place}.${name}`) }) as { readonly [key in Name]?: string };

/** An id: text, or a number as some loggers have it. */
export const idOf = (value: unknown, place: string): string =>
  typeof value === "number" ? String(value) : textOf(value, place, "the id of a call");
