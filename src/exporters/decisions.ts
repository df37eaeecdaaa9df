/**
 * What is learned, as a multiset of decisions: a message, everything that stands before it, and how much it counts. A
 * stored training set and the files made of it must have the same ones; how they are spread over rows is the tool's affair.
 */
import { hash } from "node:crypto";
import { canonicalJson } from "../core/json.ts";
import type { Message, Tool } from "../core/message.ts";

/** Something that does not hold. */
export interface Difference {
  /** `train.jsonl:17, message 4`, or `stored example 3, message 4`. */
  readonly place: string;
  readonly what: string;
}

export interface WeighedTurn extends Message {
  readonly weight: number;
}

export interface Decision {
  /** Of the conversation up to and with the message. Equal conversations have equal keys. */
  readonly conversation: string;
  readonly weight: number;
  /** Index of the message. */
  readonly message: number;
}

/** One for each message, learned or not, in order. `tools`: what could be called. */
export function* decisionsOf(turns: readonly WeighedTurn[], tools?: readonly Tool[]): Iterable<Decision> {
  let conversation = tools ? digest(canonicalJson(tools)) : "";
  for (const [message, { role, content, reasoning, toolCalls, toolCallId, weight }] of turns.entries()) {
    const beside = [reasoning ?? null, toolCalls ?? null, toolCallId ?? null];
    const more = beside.some((part) => part !== null) ? [canonicalJson(beside)] : [];
    conversation = digest(conversation, role, content, ...more);
    yield { conversation, weight, message };
  }
}

/** A text that depends on every part: 96 bits of SHA-256. */
export function digest(...parts: readonly (string | number)[]): string {
  return hash("sha256", JSON.stringify(parts), "base64url").slice(0, 16);
}

/** Keys with the places they were seen at. Adding and taking away must leave nothing. */
export interface Tally {
  add(key: string, place: number): void;
  /** False if there is none of it (left). */
  take(key: string): boolean;
  /** What was not taken, by place. */
  left(): number[];
}

export function tally(): Tally {
  // Nearly every key is seen once: its place stands for the list of places.
  const places = new Map<string, number | number[]>();
  return {
    add(key, place) {
      const seen = places.get(key);
      if (seen === undefined) places.set(key, place);
      else places.set(key, typeof seen === "number" ? [seen, place] : [...seen, place]);
    },
    take(key) {
      const seen = places.get(key);
      if (seen === undefined) return false;
      if (typeof seen === "number" || seen.length === 1) places.delete(key);
      else places.set(key, seen.slice(1));
      return true;
    },
    left: () => [...places.values()].flat().sort((a, b) => a - b),
  };
}
