/**
 * The one door to the terminal. Every line that the command line prints goes through here, and nothing leaves that a
 * terminal would obey. test/terminal.test.ts proves that no other file prints.
 *
 * Who puts text from outside into a line of its own (a cell, an item, a label) escapes it with `printable`, so that a line
 * feed in it cannot begin a line that looks like ours.
 */
import { once } from "node:events";
import { format, inspect } from "node:util";
import { printable, printableJson, printableLines } from "../core/printable.ts";

export { printable, printableLines };

let out = (text: string): void => console.log(text);
let err = (text: string): void => console.error(text);

/** A result, on standard output. It may have several lines. */
export function print(text: string): void {
  out(printableLines(text));
}

/** A result as indented JSON, on standard output. */
export function printJson(value: unknown): void {
  out(printableJson(JSON.stringify(value, null, 2)));
}

/** JSON text on standard output, as it is: lines, or a piece of one. Resolves when there is room for more. */
export async function printJsonText(json: string): Promise<void> {
  if (!process.stdout.write(printableJson(json))) await once(process.stdout, "drain");
}

/** What is no result (progress, hints, warnings), on standard error. It may have several lines. */
export function tell(text: string): void {
  err(printableLines(text));
}

/** Where questions are asked. */
interface Seat {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** What the user answers to `question`, "" for none (Ctrl-D); undefined where nobody sits at a terminal. */
export async function ask(
  question: string,
  { input, output }: Seat = { input: process.stdin, output: process.stderr },
): Promise<string | undefined> {
  if (!input.isTTY || !output.isTTY) return undefined;
  const { createInterface } = await import("node:readline");
  const terminal = createInterface({ input, output });
  // On a terminal Ctrl-C reaches readline, not the process, where it means the same as always.
  terminal.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  try {
    return await new Promise((answered) => {
      terminal.once("close", () => answered(""));
      terminal.question(printableLines(question), answered);
    });
  } finally {
    terminal.close();
  }
}

/** The message of an error, on standard error. Its further lines are set in, so that none can pass for one of ours. */
export function tellError(message: string): void {
  tell(`gleaner: ${setIn(message)}`);
}

const setIn = (text: string) => text.replaceAll("\n", "\n  ");

/** Anything that was thrown, with its stack. */
export function tellStack(error: unknown): void {
  tell(setIn(inspect(error)));
}

/** What Node or a library warns of. That node:sqlite calls itself experimental is left out. */
export function tellWarning({ name, message }: Error): void {
  if (name === "ExperimentalWarning" && /SQLite/.test(message)) return;
  tell(setIn(name === "Warning" ? message : `${name}: ${message}`));
}

/** From now on what a library (or a world of the user's own) prints by itself goes through the door, too. */
export function guardConsole(): void {
  out = console.log.bind(console);
  err = console.error.bind(console);
  console.log = console.info = console.debug = (...said: readonly unknown[]) => print(setIn(format(...said)));
  console.warn = console.error = (...said: readonly unknown[]) => tell(setIn(format(...said)));
}

/** What commander prints: help and version on standard output, errors on standard error. */
export const COMMANDER_OUTPUT = {
  writeOut: (text: string) => print(text.replace(/\n$/, "")),
  writeErr: (text: string) => void process.stderr.write(printableLines(text)),
  outputError: (text: string, write: (text: string) => void) => write(text.replace(/\n(?!\(Did you mean|$)/g, "\n  ")),
};

/** Ends the process quietly when nobody reads its output any more (`gleaner … | head`), which is no error. */
export function leaveWithReader(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  // Nothing can be told any more, and what is being done may well come to its end.
  process.stderr.on("error", () => {});
}
