/** Who acts (`Policy`) and what completes text (`LanguageModel`). */

import type { Json } from "./json.ts";
import type { Task } from "./task.ts";
import type { Step, TokenIds, Usage } from "./trajectory.ts";

/** Everything a policy may look at when it is its turn. */
export interface Turn {
  readonly task: Task;
  /** The steps so far, a forked prefix included. */
  readonly steps: readonly Step[];
  readonly observation: string;
  /** The listed actions, asked of the environment only when called; null if it cannot list them. */
  actions(): Promise<readonly string[] | null>;
  /** Seed of this turn alone: it follows from the trajectory's id and the index of the step. */
  readonly seed: number;
  /** Equal in all turns that share a beginning: an episode and its forks. Says where a conversation may be cached, and nothing else. */
  readonly session?: string;
}

export interface Decision {
  readonly thought: string;
  readonly action: string;
  readonly completion: string;
  readonly usage: Usage | null;
  /** Of the whole prompt and of the completion, where the model tells; else absent. */
  readonly tokenIds?: TokenIds;
}

/** Decides one turn after the other. Keeps no state between turns, so any turn of any episode may come next. */
export interface Policy {
  /** `expert/<name>`, `human/<name>`, or a checkpoint's id. */
  readonly name: string;
  /** Throws PolicyError, or ContextFullError, which truncates the trajectory instead of failing it. */
  act(turn: Turn): Promise<Decision>;
  close(): Promise<void>;
}

export interface Message {
  /** `tool`: what a call led to. */
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly content: string;
  /** Of the assistant: what it calls, beside what it says. */
  readonly toolCalls?: readonly ToolCall[];
  /** Of a tool: the id of the call. */
  readonly toolCallId?: string;
}

/** A function that a model may call instead of writing what it wants. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  /** A JSON schema. */
  readonly parameters: Json;
}

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON, if the model wrote JSON. */
  readonly arguments: string;
}

export interface CompletionRequest {
  readonly messages: readonly Message[];
  /** What may be called; absent: nothing. Not every model can. */
  readonly tools?: readonly Tool[];
  /** 0 = greedy. */
  readonly temperature: number;
  readonly maxTokens: number;
  readonly seed: number;
  /** The completion must be one of these texts; absent = free text. */
  readonly choices?: readonly string[];
  /** Requests of one session share a cache (`Turn.session`). It changes no answer and is part of no id. */
  readonly session?: string;
}

export interface Completion {
  readonly text: string;
  /** What it calls beside what it says; absent: nothing. */
  readonly toolCalls?: readonly ToolCall[];
  readonly finishReason: "stop" | "length";
  readonly usage: Usage;
  /** What the model read and wrote, where it tells and was asked to. */
  readonly tokenIds?: TokenIds;
}

/** A model that can be sampled. Concurrent calls are welcome; batching is the model's business. */
export interface LanguageModel {
  /** The id of the checkpoint it was built from. */
  readonly name: string;
  complete(request: CompletionRequest): Promise<Completion>;
  close(): Promise<void>;
}

/** Thrown when a conversation no longer fits the model's context. It truncates the episode (limit `tokens`); nothing is cut silently. */
export class ContextFullError extends Error {
  override readonly name = "ContextFullError";
}
