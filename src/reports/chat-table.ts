/** A logged conversation as a table: who said, thought and called what, and what came back. */
import type { Chat, Message } from "../core/message.ts";
import { type Table, tableOf } from "./document.ts";

/** Longer texts are cut. */
const TEXT = 300;

/** A row for each thing that is said, thought, called or answered; the last one is `end`. */
export function chatTable({ messages }: Chat, end: string): Table {
  const rows = messages.flatMap((message, index) =>
    partsOf(message).map(([what, text], part) => [part === 0 ? String(index) : "", what, oneLine(text, TEXT)]),
  );
  return tableOf(["message", "who", "text"], [], [...rows, ["end", "", oneLine(end, TEXT)]]);
}

function partsOf({ role, content, reasoning, toolCalls = [], isError }: Message): (readonly [string, string])[] {
  if (role === "tool") return [[isError ? "error" : "answer", content]];
  if (role !== "assistant") return [[role, content]];
  const calls = toolCalls.map(({ name, arguments: given }) => ["calls", `${name}(${given})`] as const);
  return [
    ...(reasoning === undefined ? [] : [["thinks", reasoning] as const]),
    ...(content === "" && calls.length > 0 ? [] : [["agent", content] as const]),
    ...calls,
  ];
}

/** On one line, its blanks single; cut where it is longer than `length` characters. */
export function oneLine(text: string, length: number): string {
  const characters = [...text.replace(/\s+/g, " ").trim()];
  return characters.length <= length ? characters.join("") : `${characters.slice(0, length - 1).join("")}…`;
}
