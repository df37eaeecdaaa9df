/**
 * Conversations → token ids with a label for each token, for one Hugging Face checkpoint folder. Exact, or an error:
 * the ids are those of Python's `apply_chat_template` of the whole conversation, and what is learned is what the policy
 * wrote, end-of-turn token included. Not the embedded student's tokenizer (formats/tokens.ts), which needs no template.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { CliError } from "../core/errors.ts";
import type { Message, Tool } from "../core/message.ts";
import type { Demonstration, Preference, WeightedMessage } from "../core/training.ts";
import { openChatTemplate, type TemplateInputs } from "./chat-template.ts";
import { type JsonObject, readJsonObject } from "./json-file.ts";
import { COMPUTING_LIMITS } from "./limits.ts";
import { conversationRows, onlyRow, type Row } from "./rows.ts";
import { type TemplateFacts, templateFacts } from "./template-facts.ts";
import { type TemplateVariables, templateInputs } from "./template-variables.ts";
import { specialTokens } from "./texts.ts";
import { NO_LIMIT, timeLimit } from "./time-limit.ts";
import { openTokenizerFile } from "./tokenizer-file.ts";

/** A demonstration's tokens, and how much it counts beside the others of its set. */
export interface WeightedRows {
  /**
   * Every learned message is learned in one of them, behind what the policy read at that turn. One row where the template
   * only ever appends, and where nothing is learned.
   */
  readonly rows: readonly Row[];
  /** Of every learned token; above 0, and 1 unless the demonstration says otherwise. */
  readonly weight: number;
}

/** All methods throw CliError naming the message that cannot be tokenised or labelled exactly, counted from 0. */
export interface ChatTokenizer {
  demonstration(demonstration: Demonstration): WeightedRows;
  /** Both sides as one row each, prompt included; the environment's tokens are context. Refuses sides that need several rows. */
  preference(preference: Preference): { readonly chosen: Row; readonly rejected: Row };
  /** What the policy reads before it writes the next assistant message. */
  prompt(messages: readonly Message[], tools?: readonly Tool[]): readonly number[];
  /** The text that `prompt` tokenises, or without the generation prompt. */
  render(messages: readonly Message[], generationPrompt: boolean, tools?: readonly Tool[]): string;
  /** A text alone, without a template. Special tokens written out in it are recognised. */
  encode(text: string): readonly number[];
  /** Special tokens are written out. */
  decode(ids: readonly number[]): string;
}

/**
 * Opens the tokenizer of a checkpoint folder. Throws CliError naming the file that is missing or cannot be read; so does every
 * method for one that computes more than `limits` allow. `given`: what the chat template is given beside the conversation.
 */
export function openChatTokenizer(
  folder: string,
  limits = COMPUTING_LIMITS,
  given: TemplateInputs = {},
): ChatTokenizer {
  if (!existsSync(folder)) throw new CliError(`${folder}: no such folder, expected a checkpoint with its tokenizer`);
  const config = tokenizerConfig(folder);
  const file = join(folder, "tokenizer.json");
  const parted = openTokenizerFile(file, config);
  const render = openChatTemplate(folder, config, limits, given);
  const { step, whole } = parted.hasUnknownPattern ? timeLimit(limits.ms) : NO_LIMIT;
  const encode = step(`${file}: parting a text into tokens`, parted.encode);
  const decode = step(`${file}: making a text of tokens`, parted.decode);
  const tokenizer = { ...parted, encode, decode };
  const specials = specialTokens(parted.specialTokens);
  const known = new Map<boolean, TemplateFacts>();
  const rows = (messages: readonly WeightedMessage[], tools: readonly Tool[] | undefined) => {
    const withTools = (some: readonly Message[], prompt: boolean) => render(some, prompt, tools);
    const facts = known.get(tools !== undefined) ?? templateFacts(withTools, specials);
    known.set(tools !== undefined, facts);
    return conversationRows(messages, { render: withTools, specials, facts }, tokenizer);
  };
  return {
    demonstration: ({ messages, tools, weight = 1 }) => whole(() => ({ rows: rows(messages, tools), weight })),
    preference({ prompt, tools, chosen, rejected }) {
      const context = prompt.map((message) => ({ ...message, weight: 0 as const }));
      return whole(() => ({
        chosen: onlyRow(rows([...context, ...chosen], tools)),
        rejected: onlyRow(rows([...context, ...rejected], tools)),
      }));
    },
    prompt: (messages, tools) => whole(() => encode(render(messages, true, tools))),
    render: (...request) => whole(() => render(...request)),
    encode: (text) => whole(() => encode(text)),
    decode: (ids) => whole(() => decode(ids)),
  };
}

/** The tokenizer of a checkpoint folder whose chat template is given `variables`. Throws as `openChatTokenizer`. */
export const openTokenizerWith = (folder: string, variables: TemplateVariables | undefined): ChatTokenizer =>
  openChatTokenizer(folder, COMPUTING_LIMITS, templateInputs(variables));

/** tokenizer_config.json; older checkpoints name their special tokens in a file of their own. */
function tokenizerConfig(folder: string): JsonObject {
  const config = readJsonObject(join(folder, "tokenizer_config.json"));
  const older = join(folder, "special_tokens_map.json");
  return existsSync(older) ? { ...readJsonObject(older), ...config } : config;
}
