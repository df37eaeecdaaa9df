/** Conversations as chat models have them: who said what, thought what and called what. Plain data. */
import type { Json } from "./json.ts";

/** One message of a conversation, as chat models read it. */
export interface Message {
  /** Who speaks. `tool`: what a call led to. */
  readonly role: "system" | "user" | "assistant" | "tool";
  /** What is said; "" if there are only calls. */
  readonly content: string;
  /** Of an assistant's message: what it thought, where that stands apart from what it says. */
  readonly reasoning?: string;
  /** Of an assistant's message: what it calls, beside what it says. */
  readonly toolCalls?: readonly ToolCall[];
  /** Of a tool's message: the id of the call. */
  readonly toolCallId?: string;
  /** Of a tool's message: the call failed, and the content says why. Absent: it did not, or nobody says. */
  readonly isError?: true;
}

/** A conversation as it was logged, to the message. */
export interface Chat {
  /** In order, system messages included. */
  readonly messages: readonly Message[];
  /** What could be called; absent: the log does not tell. */
  readonly tools?: readonly Tool[];
  /** Indexes of the assistant's messages that are steps of the episode, one for each step. The others are context. */
  readonly turns: readonly number[];
}

/** A function that a model may call instead of writing what it wants. */
export interface Tool {
  /** The name by which it is called. */
  readonly name: string;
  /** For the model: what it does and when to call it. */
  readonly description: string;
  /** A JSON schema of the arguments. */
  readonly parameters: Json;
}

/** One call of a tool by a model. */
export interface ToolCall {
  /** Names the call within its conversation; the answer repeats it (`Message.toolCallId`). */
  readonly id: string;
  /** The tool's name. */
  readonly name: string;
  /** The arguments as the model wrote them; JSON, if it wrote JSON. */
  readonly arguments: string;
}
