/** The command line in the process of the test, which is quicker by a start. */
import { mock, type TestContext } from "node:test";
import { main } from "../src/cli/main.ts";

export interface Ended {
  readonly code: number;
  /** What it printed, errors too. */
  readonly output: string;
}

export interface Heard extends Ended {
  readonly told: string;
}

/** Runs gleaner. One at a time: what it prints is caught for the whole process. */
export async function gleanerHere(context: TestContext, ...argv: readonly string[]): Promise<Ended> {
  const { told: _, ...ended } = await gleanerHeard(context, ...argv);
  return ended;
}

/** The same, with what else went to standard error: progress, and what the parser of the command line says. */
export async function gleanerHeard(context: TestContext, ...argv: readonly string[]): Promise<Heard> {
  const lines: unknown[] = [];
  const told: string[] = [];
  const heard = (line: unknown) => void lines.push(line);
  const written = (text: unknown) => told.push(String(text)) > 0;
  const silent = [context.mock.method(process.stderr, "write", written)];
  const printed = [context.mock.method(console, "log", heard), context.mock.method(console, "error", heard)];
  const code = await main([...argv]);
  process.exitCode = undefined;
  for (const { mock } of [...silent, ...printed]) mock.restore();
  return { code, output: lines.join("\n"), told: told.join("") };
}

/** Does `act` without its progress, and whatever else it writes to standard error: dots are easier to read. */
export async function quietly<Result>(act: () => Promise<Result>): Promise<Result> {
  const written = mock.method(process.stderr, "write", () => true);
  try {
    return await act();
  } finally {
    written.mock.restore();
  }
}
