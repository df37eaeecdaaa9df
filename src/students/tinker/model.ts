/**
 * A model on a Tinker server as a language model: the chat template is rendered and tokenised here, token ids go there
 * and come back. What stops a run and what fails one rollout is told apart by the error, as for any other server.
 */
import pLimit from "p-limit";
import { PolicyError, StopError } from "../../core/errors.ts";
import { type Completion, type CompletionRequest, ContextFullError, type LanguageModel } from "../../core/policy.ts";
import { calledIn } from "../../formats/calls/answer.ts";
import { redactor } from "../../http/secrets.ts";
import { endsOfTurn } from "../../tokenizers/end-of-turn.ts";
import type { TemplateVariables } from "../../tokenizers/template-variables.ts";
import { expectTools } from "../shared/tools.ts";
import { TinkerError, type TinkerReason } from "./protocol/failures.ts";
import type { Sampler } from "./protocol/sampler.ts";
import type { TinkerSession } from "./protocol/session.ts";
import { type TinkerServer, transportSettings } from "./protocol/transport.ts";

/** Which model of a Tinker server is sampled, and how. */
export interface TinkerModelOptions extends TinkerServer {
  /** The base model's name, or the path of a hosted checkpoint (`Checkpoint.at.model`). */
  readonly model: string;
  /** The id of the checkpoint. */
  readonly name: string;
  /** The folder with the model's tokenizer and chat template. */
  readonly tokenizer: string;
  /** Requests at once; ≥ 1. Default: 32. */
  readonly concurrency?: number;
  /** Tokens that the model reads. Absent: until the server refuses. */
  readonly contextTokens?: number;
  /** Whether completions have their token ids. Default: false. */
  readonly tokenIds?: boolean;
  /** What the chat template is given beside each conversation, by name; `date` is the day that it writes. Absent: nothing. */
  readonly template?: TemplateVariables;
}

/**
 * A model on a Tinker server as a language model: the chat template is rendered and tokenised here, token ids go there and
 * come back. It cannot be held to listed actions (StopError).
 *
 * Throws CliError for a key that is not there and for a tokenizer that cannot be used; nothing is sent yet.
 */
export async function tinkerModel(options: TinkerModelOptions): Promise<LanguageModel> {
  const {
    model,
    name,
    tokenizer: folder,
    concurrency = 32,
    contextTokens,
    tokenIds = false,
    template,
    ...server
  } = options;
  const { apiKey } = transportSettings(server);
  const { clean } = redactor(apiKey);
  const { openTokenizerWith } = await import("../../tokenizers/chat-tokenizer.ts");
  const tokenizer = openTokenizerWith(folder, template);
  const stop = endsOfTurn(tokenizer);
  const slots = pLimit(concurrency);
  let opening: Promise<{ readonly session: TinkerSession; readonly sampler: Sampler }> | undefined;

  async function open() {
    const { openSampler } = await import("./protocol/sampler.ts");
    const { openSession } = await import("./protocol/session.ts");
    const session = await openSession({ server });
    return { session, sampler: await openSampler(session, model) };
  }

  async function complete(request: CompletionRequest): Promise<Completion> {
    const { messages, tools, temperature, maxTokens, seed } = request;
    if (tools) expectTools(tokenizer, tools);
    const prompt = tokenizer.prompt(messages, tools);
    if (contextTokens !== undefined && prompt.length + maxTokens > contextTokens) {
      throw new ContextFullError(
        `${name}: a prompt of ${prompt.length} tokens and an answer of ${maxTokens} do not fit into ${contextTokens}`,
      );
    }
    opening ??= open();
    const { sampler } = await opening;
    const { tokens, finishReason } = await sampler.sample(prompt, { temperature, maxTokens, seed, stop });
    const isEnded = stop.includes(tokens.at(-1)!);
    const text = tokenizer.decode(isEnded ? tokens.slice(0, -1) : tokens);
    // Token ids pass the transport, which cleans texts.
    if (clean(text, false) !== text) throw new PolicyError(`${name}: the answer contains the API key; it is not kept`);
    return {
      ...(tools ? calledIn(text, tools) : { text }),
      finishReason,
      usage: { promptTokens: prompt.length, completionTokens: tokens.length },
      ...(tokenIds && { tokenIds: { prompt, completion: tokens } }),
    };
  }

  return {
    name,
    async complete(request) {
      if (request.choices) {
        const advice = "a server's answers cannot be restricted to the listed actions; set restrict to false";
        throw new StopError("server", `${name}: ${advice}`);
      }
      try {
        return await slots(() => complete(request));
      } catch (error) {
        throw errorOf(error, name);
      }
    },
    async close() {
      const opened = await opening?.catch(() => undefined);
      opened?.session.close();
    },
  };
}

/** Every other episode would fail the same way. */
const STOPPING: readonly TinkerReason[] = ["unreachable", "busy", "wrong key", "not trusted", "lost", "bad checkpoint"];
const CONTEXT_FULL = /(context|sequence|model) (length|window)|prompt is too long|exceeds? .*(tokens|context)/i;

function errorOf(error: unknown, name: string): unknown {
  if (!(error instanceof TinkerError)) return error;
  const message = `${name}: ${error.message}`;
  if (STOPPING.includes(error.reason)) return new StopError("server", message, { cause: error });
  const isFull = ["refused", "failed"].includes(error.reason) && CONTEXT_FULL.test(error.message);
  return isFull ? new ContextFullError(message) : new PolicyError(message, { cause: error });
}
