/** Who acts (`Policy`) and what completes text (`LanguageModel`). */

import type { Message, Tool, ToolCall } from "./message.ts";
import type { Task } from "./task.ts";
import type { Step, TokenIds, Usage } from "./trajectory.ts";

/** Everything a policy may look at when it is its turn. */
export interface Turn {
  /** The problem to solve. */
  readonly task: Task;
  /** The steps so far, a forked prefix included. */
  readonly steps: readonly Step[];
  /** What the world shows now. */
  readonly observation: string;
  /** The listed actions, asked of the environment only when called; null if it cannot list them. */
  actions(): Promise<readonly string[] | null>;
  /** Seed of this turn alone: it follows from the trajectory's id and the index of the step. */
  readonly seed: number;
  /** Equal in all turns that share a beginning: an episode and its forks. Says where a conversation may be cached, and nothing else. */
  readonly session?: string;
}

/** What a policy decided in one turn. */
export interface Decision {
  /** The reasoning before the action; "" if there is none. */
  readonly thought: string;
  /** What is done; it goes to the environment as it is. */
  readonly action: string;
  /** The raw text that thought and action were read from. */
  readonly completion: string;
  /** What the model thought apart from its text, where it tells; else absent. */
  readonly reasoning?: string;
  /** Tokens read and written by the model; null when no model acted. */
  readonly usage: Usage | null;
  /** Token ids of the whole prompt and of the completion, where the model tells; else absent. */
  readonly tokenIds?: TokenIds;
}

/** Decides one turn after the other. Keeps no state between turns, so any turn of any episode may come next. */
export interface Policy {
  /** `expert/<name>`, `human/<name>`, or a checkpoint's id. */
  readonly name: string;
  /** Decides one turn. Throws PolicyError, or ContextFullError, which truncates the trajectory instead of failing it. */
  act(turn: Turn): Promise<Decision>;
  /**
   * Every episode that it acted in is stored, and would survive a power cut: what it keeps for a restart may go. Whoever
   * closes it without calling this leaves that where it is. Absent: it keeps nothing.
   */
  forget?(): void;
  /** Frees what the policy holds, its model included. */
  close(): Promise<void>;
}

/** What a language model is asked: to go on with a conversation. */
export interface CompletionRequest {
  /** The conversation so far, in order. */
  readonly messages: readonly Message[];
  /** What may be called; absent: nothing. Not every model can. */
  readonly tools?: readonly Tool[];
  /** 0 = greedy, 1 = as the model has it; at least 0. */
  readonly temperature: number;
  /** Tokens of the completion at most; ≥ 1. */
  readonly maxTokens: number;
  /** Seed of the sampling; an integer of 32 bits, ≥ 0. Equal requests get equal answers from a model that keeps seeds. */
  readonly seed: number;
  /** The completion must be one of these texts; absent = free text. */
  readonly choices?: readonly string[];
  /** Requests of one session share a cache (`Turn.session`). It changes no answer and is part of no id. */
  readonly session?: string;
}

/** What a language model answered. */
export interface Completion {
  /** What the model said, without the token that ends the turn. */
  readonly text: string;
  /** The tools that it calls, beside what it says; absent: none. */
  readonly toolCalls?: readonly ToolCall[];
  /** What the model thought apart from that, where the server tells (`reasoning_content`); absent: nothing. */
  readonly reasoning?: string;
  /** `stop`: the model ended its turn; `length`: `maxTokens` did. */
  readonly finishReason: "stop" | "length";
  /** Tokens of prompt and completion. */
  readonly usage: Usage;
  /** What the model read and wrote, where it tells and was asked to. */
  readonly tokenIds?: TokenIds;
}

/** A model that can be sampled. Concurrent calls are welcome; batching is the model's business. */
export interface LanguageModel {
  /** The id of the checkpoint it was built from. */
  readonly name: string;
  /**
   * Answers one request. Throws ContextFullError for a conversation that does not fit, PolicyError for a request that fails,
   * and StopError when no other could succeed either.
   */
  complete(request: CompletionRequest): Promise<Completion>;
  /**
   * Every episode that it answered for is stored, and would survive a power cut: what it keeps for a restart may go. Whoever
   * closes it without calling this leaves that where it is. Absent: it keeps nothing.
   */
  forget?(): void;
  /** Frees what the model holds: memory, threads, connections. */
  close(): Promise<void>;
}

/** Thrown when a conversation no longer fits the model's context. It truncates the episode (limit `tokens`); nothing is cut silently. */
export class ContextFullError extends Error {
  override readonly name = "ContextFullError";
}
