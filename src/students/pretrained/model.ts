/**
 * A checkpoint folder as a language model inside Node: the folder's own chat template is rendered and tokenised
 * here, the model is sampled in a thread of its own (model/generate.ts). No server and no Python takes part.
 */
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { CliError, messageOf, PolicyError } from "../../core/errors.ts";
import { type Completion, type CompletionRequest, ContextFullError, type LanguageModel } from "../../core/policy.ts";
import { calledIn } from "../../formats/calls/answer.ts";
import type { ChatTokenizer } from "../../tokenizers/chat-tokenizer.ts";
import { answerHeader, endsOfTurn } from "../../tokenizers/end-of-turn.ts";
import type { TemplateVariables } from "../../tokenizers/template-variables.ts";
import { expectTools } from "../shared/tools.ts";

/** Which checkpoint folder is sampled, and how. */
export interface PretrainedModelOptions {
  /** The folder with config.json, safetensors, tokenizer.json and a chat template. */
  readonly folder: string;
  /** The id of the checkpoint. */
  readonly name: string;
  /** Conversations, ≥ 1, that are kept in memory and sampled together; best the number of episodes in flight. */
  readonly slots: number;
  /** Tokens of the longest conversation with its answer. Default, and at most, what the checkpoint can read. */
  readonly context?: number;
  /** Threads of the processor; ≥ 1. Default: all. */
  readonly threads?: number;
  /** Whether completions have their token ids. Default: false. */
  readonly tokenIds?: boolean;
  /** What the chat template is given beside each conversation, by name; `date` is the day that it writes. Absent: nothing. */
  readonly template?: TemplateVariables | undefined;
}

/**
 * A checkpoint folder as a language model inside this process; no server and no Python takes part. It can be held to
 * listed actions (`CompletionRequest.choices`). Throws CliError for a folder that cannot be sampled exactly.
 */
export async function pretrainedModel(options: PretrainedModelOptions): Promise<LanguageModel> {
  const { folder, name, slots, context, threads = availableParallelism(), tokenIds = false, template } = options;
  const { openGenerator } = await import("../../model/generate.ts");
  const { openTokenizerWith } = await import("../../tokenizers/chat-tokenizer.ts");
  const tokenizer = openTokenizerWith(folder, template);
  const [stop, ...ends] = endsOfTurn(tokenizer);
  const otherStops = [...new Set([...ends, ...endsIn(folder)])].filter((id) => id !== stop);
  const header = answerHeader(tokenizer);
  const encoded = memoised(tokenizer);
  const sampling = { slots, threads, large: true, ...(context !== undefined && { context }) };
  const generator = await openGenerator(folder, sampling).catch((error: unknown) => {
    throw new CliError(messageOf(error), { cause: error });
  });

  async function complete(request: CompletionRequest): Promise<Completion> {
    const { messages, tools, temperature, maxTokens, seed, choices } = request;
    if (tools) expectTools(tokenizer, tools);
    const prompt = tokenizer.prompt(messages, tools);
    const allowed = choices?.map((choice) => [...encoded(choice), stop]);
    const { tokens, finishReason, otherStop } = await generator.generate({
      chunks: cutBehind(prompt, header),
      temperature,
      seed,
      maxTokens: allowed ? Math.max(...allowed.map(({ length }) => length)) : maxTokens,
      stop,
      otherStops,
      ...(allowed && { choices: allowed }),
    });
    const completion = finishReason === "stop" ? [...tokens, otherStop ?? stop] : tokens;
    const text = tokenizer.decode(tokens);
    return {
      ...(tools ? calledIn(text, tools) : { text }),
      finishReason,
      usage: { promptTokens: prompt.length, completionTokens: completion.length },
      ...(tokenIds && { tokenIds: { prompt, completion } }),
    };
  }

  return {
    name,
    async complete(request) {
      try {
        return await complete(request);
      } catch (error) {
        const message = `${name}: ${messageOf(error)}`;
        if (error instanceof Error && error.name === "ContextFullError") throw new ContextFullError(message);
        throw new PolicyError(message, { cause: error });
      }
    },
    close: () => generator.close(),
  };
}

/** Listed actions repeat all the time. */
function memoised(tokenizer: ChatTokenizer): (text: string) => readonly number[] {
  const known = new Map<string, readonly number[]>();
  return (text) => {
    const tokens = known.get(text) ?? tokenizer.encode(text);
    known.set(text, tokens);
    return tokens;
  };
}

/** What ends a text, by generation_config.json or else by config.json: one token, several, or none. */
function endsIn(folder: string): readonly number[] {
  for (const file of ["generation_config.json", "config.json"]) {
    const ends = endsOf(join(folder, file));
    if (ends.length > 0) return ends;
  }
  return [];
}

function endsOf(path: string): readonly number[] {
  try {
    const { eos_token_id: ends } = JSON.parse(readFileSync(path, "utf8")) as { eos_token_id?: unknown };
    return [ends].flat().filter((id) => typeof id === "number");
  } catch {
    // generation_config.json may be absent; that config.json can be read is checked elsewhere.
    return [];
  }
}

/**
 * `ids` cut wherever the assistant begins to speak: the pieces of a conversation that goes on are those it had before,
 * and new ones.
 */
export function cutBehind(ids: readonly number[], header: readonly number[]): number[][] {
  const pieces: number[][] = [];
  let start = 0;
  for (let end = header.length; header.length > 0 && end <= ids.length; end++) {
    if (!header.every((id, i) => ids[end - header.length + i] === id)) continue;
    pieces.push(ids.slice(start, end));
    start = end;
  }
  if (start < ids.length) pieces.push(ids.slice(start));
  return pieces;
}
