/**
 * Thoughts beside a message's content, under the names that servers give them. OpenAI's API has none; every server that
 * speaks it and tells thoughts has its own.
 *
 *     reasoning_content   DeepSeek, SGLang, vLLM before 0.11.2, Qwen, Kimi, xAI, LiteLLM
 *     reasoning           vLLM since then, OpenRouter, Groq; some releases send both, with the same text
 *     thinking            Ollama
 *     reasoning_text      GitHub Copilot
 *     tool_plan           Cohere, beside calls
 *     reasoning_details   OpenRouter: [{"type": "reasoning.text", "text"}, {"type": "reasoning.summary", "summary"},
 *                         {"type": "reasoning.encrypted", "data"}], the same text as `reasoning`
 *     thinking_blocks     LiteLLM: Anthropic's parts, the same text as `reasoning_content`
 *
 * Source: vLLM's documents at v0.10.0 and v0.11.2, features/reasoning_outputs; @openrouter/ai-sdk-provider 0.7.2,
 * its schema ReasoningDetail; the others as their own API references name them.
 */
import { CliError } from "../../../core/errors.ts";
import { shown, textOf } from "../../reader.ts";
import { type Part, partsOf, SEALED, thoughtParts } from "../parts.ts";
import { type Fields, fieldsOf, isNothing } from "../turn.ts";
import { CONTENT_PARTS } from "./content.ts";

const PLAIN = ["reasoning_content", "reasoning", "thinking", "reasoning_text", "tool_plan"];
export const REASONING_MEMBERS: readonly string[] = [...PLAIN, "reasoning_details", "thinking_blocks"];
/** Thoughts that only the vendor can read. */
export const SEALED_MEMBERS: readonly string[] = ["reasoning_opaque", "encrypted_content", "reasoning_encrypted"];

/** The thought of a message, once, and what of it cannot be read. Throws CliError where two members tell two thoughts. */
export function thoughtsOf(fields: Fields, place: string): Part[] {
  const names = PLAIN.filter((name) => !isNothing(fields[name]));
  const told = names.map((name) => ({ name, text: textOf(fields[name], `${place}.${name}`, "text") }));
  const parts = [
    ...detailParts(fields.reasoning_details, `${place}.reasoning_details`),
    ...blockParts(fields.thinking_blocks, `${place}.thinking_blocks`),
  ];
  const sealed = parts.filter(({ kind }) => kind === "leftOut");
  const pieces = parts.flatMap((part) => (part.kind === "thought" ? [part.text] : []));
  if (pieces.length > 0 && told.length === 0) return [...thoughtParts(pieces.join("")), ...sealed];
  const all = [...told, ...(pieces.length > 0 ? [{ name: "its parts", text: pieces.join("") }] : [])];
  const other = all.find(({ text }) => bare(text) !== bare(all[0]!.text));
  if (other)
    throw new CliError(`${place}: expected one thought, found another one in ${other.name} than in ${all[0]!.name}`);
  return [...thoughtParts(told[0]?.text ?? ""), ...sealed];
}

/** Servers join the pieces with other spaces between them. */
const bare = (text: string) => text.replace(/\s+/g, "");

const DETAIL: ReadonlySet<string> = new Set([
  ...["type", "id", "index", "format", "signature", "text", "summary", "data"],
]);

function detailParts(details: unknown, place: string): Part[] {
  if (isNothing(details)) return [];
  if (!Array.isArray(details)) throw new CliError(`${place}: expected a list of details, found ${shown(details)}`);
  return details.flatMap((detail: unknown, index): Part[] => {
    const at = `${place}[${index}]`;
    const { type, text, summary } = fieldsOf(detail, at, DETAIL);
    if (type === "reasoning.encrypted") return [SEALED];
    if (type === "reasoning.text") return isNothing(text) ? [SEALED] : thoughtParts(textOf(text, `${at}.text`, "text"));
    if (type === "reasoning.summary") return thoughtParts(textOf(summary, `${at}.summary`, "text"));
    throw new CliError(`${at}: expected a detail that is understood, found type ${shown(type)}`);
  });
}

const blockParts = (blocks: unknown, place: string): Part[] =>
  isNothing(blocks) ? [] : partsOf(blocks, place, CONTENT_PARTS);
