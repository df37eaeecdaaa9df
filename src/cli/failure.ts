/** The one place that says what the user reads and which exit code follows, whatever was thrown. docs/commands.md tells the rule. */
import { pathToFileURL } from "node:url";
import {
  CliError,
  EnvironmentError,
  messageOf,
  PolicyError,
  StopError,
  StoreError,
  TrainerError,
  textOf,
} from "../core/errors.ts";
import { ModelError } from "../model/errors.ts";
import { systemFailure } from "./system-failure.ts";
import { packageFolder, version } from "./version.ts";

/** 0 = done; the others say what did not come of it. */
export const EXIT = {
  /** It broke, or what was asked about does not hold. */
  broke: 1,
  /** The input: a command line, a file or a name that cannot be used as given. */
  input: 2,
  /** A budget that the user set is spent; everything so far is kept. */
  budget: 3,
} as const;

export interface Failure {
  /** Lines for standard error. */
  readonly message: string;
  readonly code: (typeof EXIT)[keyof typeof EXIT];
}

/** Something outside broke, and the message says what. */
const OUTSIDE = [EnvironmentError, PolicyError, StopError, StoreError, TrainerError, ModelError];

/** What to tell of `error`, thrown by the command `argv`. A stack is told only of mistakes in this program. */
export function failureOf(error: unknown, argv: readonly string[]): Failure {
  if (error instanceof CliError) return told(error.message, EXIT.input);
  if (error instanceof StopError && error.kind === "budget") return told(error.message, EXIT.budget);
  if (OUTSIDE.some((kind) => error instanceof kind)) return told(messageOf(error), EXIT.broke);
  const system = systemFailure(error);
  if (system) return told(system.message, system.isInput ? EXIT.input : EXIT.broke);
  return { message: bugText(error, argv), code: EXIT.broke };
}

const told = (message: string, code: Failure["code"]): Failure => ({ message: cut(message), code });

function bugText(error: unknown, argv: readonly string[]): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : textOf(error);
  const stranger = strangerIn(stack);
  if (stranger) return `${stranger}, which is no part of gleaner, threw this:\n${cut(stack)}`;
  return [
    `this is a bug in gleaner: ${cut(messageOf(error))}`,
    "What was stored so far is safe; the same command goes on from there. Please report it to the maintainers, with these lines:",
    `version: gleaner ${version()}, Node ${process.versions.node}, ${process.platform} ${process.arch}`,
    `command: ${cut(["gleaner", ...argv].join(" "))}`,
    cut(stack),
  ].join("\n");
}

/** The file at the top of the stack, if it is the user's own: a world, whose timers and streams nobody awaits. */
function strangerIn(stack: string): string | undefined {
  const top = /file:\/\/[^\s)]+/.exec(stack)?.[0];
  const isOurs =
    top === undefined || top.includes("/node_modules/") || top.startsWith(pathToFileURL(packageFolder()).href);
  return isOurs ? undefined : top;
}

const MOST_LINES = 20;
const LONGEST_LINE = 1_000;

/** At most about a screen. A line without end keeps its beginning and its end, where the expectation stands. */
export function cut(text: string): string {
  const lines = text.split("\n");
  const shown = lines.slice(0, MOST_LINES).map((line) => {
    const left = line.length - LONGEST_LINE;
    if (left <= 0) return line;
    return `${line.slice(0, LONGEST_LINE / 2)} … (${left} characters) … ${line.slice(-LONGEST_LINE / 2)}`;
  });
  const more = lines.length - MOST_LINES;
  return more > 0 ? [...shown, `… and ${more} more`].join("\n") : shown.join("\n");
}
