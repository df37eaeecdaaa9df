/**
 * Reading an export back: what a tool would learn from the files, by the tool's own rule and with the config beside them.
 * Readers share nothing with the exporters that wrote the files, so that a mistake in one shows in the other.
 */
import type { Message, Tool } from "../../core/message.ts";

/** A message as the tool sees it, and how much it learns of it. */
export interface ReadTurn extends Message {
  readonly weight: number;
}

export type ReadExample =
  | {
      readonly kind: "sft";
      readonly place: string;
      readonly turns: readonly ReadTurn[];
      /** What could be called, where the row says so. */
      readonly tools?: readonly Tool[];
    }
  | {
      readonly kind: "dpo";
      readonly place: string;
      readonly chosen: readonly ReadTurn[];
      readonly rejected: readonly ReadTurn[];
      readonly tools?: readonly Tool[];
    };

/** What is learned from the files of a folder, row by row. Throws ReadError where the tool could not read them. */
export type Reader = (folder: string) => AsyncIterable<ReadExample>;

/** The tool could not read this. The message names the place. */
export class ReadError extends Error {
  override readonly name = "ReadError";
}

/** `value` if it is one of the message roles that gleaner knows. Throws ReadError. */
export function roleOf(value: unknown, place: string): Message["role"] {
  if (value === "system" || value === "user" || value === "assistant" || value === "tool") return value;
  throw new ReadError(`${place}: expected a role, found ${JSON.stringify(value)}`);
}

/** Throws ReadError unless `value` is a text. */
export function textOf(value: unknown, place: string): string {
  if (typeof value === "string") return value;
  throw new ReadError(`${place}: expected a text, found ${JSON.stringify(value)}`);
}

/** Throws ReadError unless `value` is an object. */
export function objectOf(value: unknown, place: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new ReadError(`${place}: expected an object, found ${JSON.stringify(value)}`);
}

/** Throws ReadError unless `value` is an array. */
export function listOf(value: unknown, place: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new ReadError(`${place}: expected a list, found ${JSON.stringify(value)}`);
}
