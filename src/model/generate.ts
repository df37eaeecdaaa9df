/**
 * Sampling a checkpoint, in a thread of its own: any number of requests at once, answered together. The same request
 * always gets the same answer, whatever else is going on.
 */
import { Worker } from "node:worker_threads";
import type { Answered } from "./answer.ts";
import type { Architecture } from "./architecture.ts";
import { readConfig } from "./checkpoint.ts";
import { ContextFullError, errorOf, type Failure, failure, ModelError } from "./errors.ts";
import { requireRuntime } from "./runtime.ts";
import type { Request } from "./scheduler.ts";
import { warnOfOutput } from "./worker-output.ts";

export interface GeneratorOptions {
  /** Conversations going on at once: best the number of episodes that run in parallel. More requests wait. Default 64. */
  readonly slots?: number;
  /** Threads of the model's products. Default 1. */
  readonly threads?: number;
  /** A model that is too large for the graph to hold: weights stay in their files, and calls cost what they read. Default false. */
  readonly large?: boolean;
  /** Tokens of the longest conversation with its answer. Default, and at most, what the checkpoint can read. */
  readonly context?: number;
}

export interface Generator {
  /**
   * Throws ContextFullError where conversation and answer (`maxTokens`, or the longest choice with its stop) exceed
   * the model's context, ModelError for a malformed request or when the model is closed or has failed.
   */
  generate(request: Request): Promise<Answered>;
  /** Requests that are not answered yet are rejected. */
  close(): Promise<void>;
}

/** What the worker is given. */
export interface GenerateJob {
  readonly folder: string;
  readonly slots: number;
  readonly threads: number;
  readonly large: boolean;
  readonly context: number;
}

/** To the worker. */
export type GenerateCommand =
  | { readonly kind: "requests"; readonly requests: readonly (readonly [id: number, request: Request])[] }
  | { readonly kind: "close" };

/** From the worker. */
export type GenerateMessage =
  | { readonly kind: "ready" }
  | { readonly kind: "answers"; readonly answers: readonly (readonly [id: number, result: Answered | Failure])[] }
  | Failure;

const DEFAULT_SLOTS = 64;

function checkRequest(request: Request, config: Architecture): void {
  const { chunks, choices, maxTokens, temperature, seed, stop } = request;
  const require = (ok: boolean, name: string, expected: string, found: unknown) => {
    if (!ok) throw new ModelError(`generate: expected ${name} to be ${expected}, got ${found}`);
  };
  const isToken = (id: number) => Number.isInteger(id) && id >= 0 && id < config.vocab_size;
  const tokens = `token ids from 0 to ${config.vocab_size - 1}`;
  for (const chunk of chunks) require(chunk.every(isToken), "chunks", tokens, chunk.find((id) => !isToken(id)));
  require(isToken(stop), "stop", tokens, stop);
  require(temperature >= 0 && Number.isFinite(temperature), "temperature", "≥ 0", temperature);
  require(Number.isSafeInteger(seed) && seed >= 0, "seed", "a whole number ≥ 0", seed);
  require(Number.isInteger(maxTokens) && maxTokens >= 1, "maxTokens", "a whole number ≥ 1", maxTokens);
  if (choices) {
    require(choices.length > 0, "choices", "a list of at least one answer", "none");
    for (const choice of choices) {
      require(choice.every(isToken), "choices", tokens, choice.find((id) => !isToken(id)));
      const early = choice.indexOf(stop);
      require(early === -1 ||
        early === choice.length - 1, "choices", "answers with the stop token only at their end", choice);
    }
  }
  const prompt = chunks.reduce((sum, { length }) => sum + length, 0);
  require(prompt > 0, "chunks", "a conversation of at least one token", "none");
  const withStop = (choice: readonly number[]) => choice.length + (choice.at(-1) === stop ? 0 : 1);
  const answer = choices ? Math.max(...choices.map(withStop)) : maxTokens;
  if (prompt + answer > config.max_position_embeddings) {
    throw new ContextFullError(
      `the conversation (${prompt} tokens) and an answer (up to ${answer}) exceed the model's context of ${config.max_position_embeddings} tokens`,
    );
  }
}

/** Starts sampling the checkpoint in `folder`. Throws ModelError if it is none that can be sampled. */
export async function openGenerator(folder: string, options: GeneratorOptions = {}): Promise<Generator> {
  requireRuntime();
  const { slots = DEFAULT_SLOTS, threads = 1, large = false } = options;
  if (!(Number.isInteger(slots) && slots >= 1)) throw new ModelError(`generate: expected slots ≥ 1, got ${slots}`);
  const stored = readConfig(folder);
  if (large && stored.copy_head)
    throw new ModelError(`${folder}: expected a model without a copy head, got one with it`);
  const context = Math.min(options.context ?? Number.POSITIVE_INFINITY, stored.max_position_embeddings);
  const config = { ...stored, max_position_embeddings: context };
  const url = new URL(
    import.meta.url.endsWith(".ts") ? "./generate-worker.ts" : "./generate-worker.js",
    import.meta.url,
  );
  const worker = new Worker(url, { workerData: { folder, slots, threads, large, context } satisfies GenerateJob });
  warnOfOutput(worker);
  const open = new Map<number, { resolve: (answered: Answered) => void; reject: (error: Error) => void }>();
  let outbox: [number, Request][] = [];
  let lastId = 0;
  let broken: Error | undefined;
  const ready = Promise.withResolvers<void>();

  const fail = (error: Error) => {
    broken ??= error;
    ready.reject(error);
    for (const { reject } of open.values()) reject(error);
    open.clear();
  };
  const settle = (id: number, result: Answered | Failure) => {
    const waiting = open.get(id);
    open.delete(id);
    if ("kind" in result) waiting?.reject(errorOf(result));
    else waiting?.resolve(result);
    // Only unanswered requests keep the process alive.
    if (open.size === 0) worker.unref();
  };
  const post = (command: GenerateCommand) => worker.postMessage(command);
  const flush = () => {
    post({ kind: "requests", requests: outbox });
    outbox = [];
  };
  worker.on("message", (message: GenerateMessage) => {
    if (message.kind === "ready") ready.resolve();
    if (message.kind === "failed") fail(errorOf(message));
    if (message.kind === "answers") for (const [id, result] of message.answers) settle(id, result);
  });
  worker.on("error", (error) => fail(errorOf(failure(error))));
  const exited = new Promise<void>((resolve) => {
    worker.on("exit", (code) => {
      fail(new ModelError(`generate: the worker stopped with exit code ${code}`));
      resolve();
    });
  });
  await ready.promise;
  worker.unref();

  return {
    async generate(request) {
      if (broken) throw broken;
      checkRequest(request, config);
      return new Promise((resolve, reject) => {
        const id = ++lastId;
        open.set(id, { resolve, reject });
        if (open.size === 1) worker.ref();
        // One message for all requests of a turn of the event loop.
        if (outbox.push([id, request]) === 1) setImmediate(flush);
      });
    },
    async close() {
      fail(new ModelError("generate: the model is closed"));
      worker.ref();
      post({ kind: "close" });
      await exited;
    },
  };
}
