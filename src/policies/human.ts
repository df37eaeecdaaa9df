/** A person at a terminal: sees the observation, types an action, or picks a listed one by its number. */
import { createInterface } from "node:readline";
import type { Policy, Turn } from "../core/policy.ts";
import { printableLines } from "../core/printable.ts";

export interface HumanOptions {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  /** Who it is; the policy is called `human/<name>`. */
  readonly name: string;
}

/** The person ended the session: `quit` or the end of the input. An AbortError, so it ends a rollout instead of failing it. */
export class HumanQuitError extends Error {
  override readonly name = "AbortError";
}

const HELP = "Type an action, or the number of a listed action. Type ? to list the actions, quit to leave.";

/** Acting throws HumanQuitError. `input` is read from the start; lines typed ahead are kept. */
export function human({ input, output, name }: HumanOptions): Policy {
  const terminal = createInterface({ input, output });
  // On a terminal Ctrl-C reaches readline, not the process, where it means the same as always.
  terminal.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  const lines = terminal[Symbol.asyncIterator]();
  const say = (text: string) => output.write(`${printableLines(text)}\n`);

  /** The action that a line means; null if it was a question or a mistake, which it answers. */
  async function actionOf(line: string, turn: Turn): Promise<string | null> {
    if (line === "?") {
      const listed = await turn.actions();
      say(
        listed ? listed.map((action, index) => `${index + 1}  ${action}`).join("\n") : "This world lists no actions.",
      );
      return null;
    }
    if (!/^\d+$/.test(line)) return line || null;
    const listed = (await turn.actions()) ?? [];
    // Where nothing is listed, a number can only be an action of the world itself.
    if (listed.length === 0 || listed.includes(line)) return line;
    const action = listed[Number(line) - 1];
    if (action === undefined) say(`There is no action ${line}: expected 1 to ${listed.length}, or ? for the list.`);
    return action ?? null;
  }

  /** An episode may begin behind steps that somebody else did. */
  let isGreeted = false;

  /** What is to be done, and what was done before the person takes over. */
  function greet({ task, steps }: Turn): void {
    say(`${task.instruction}\n${HELP}\n`);
    if (steps.length === 0) return;
    for (const { observation, action } of steps) say(`${observation}\n> ${action}`);
    say(
      `\n${steps.length === 1 ? "One action was" : `${steps.length} actions were`} done before. You take over here:\n`,
    );
  }

  return {
    name: `human/${name}`,
    async act(turn) {
      if (turn.steps.length === 0 || !isGreeted) greet(turn);
      isGreeted = true;
      say(turn.observation);
      for (;;) {
        output.write("> ");
        const { value, done } = await lines.next();
        const line = value?.trim();
        if (done || line === undefined || line === "quit") throw new HumanQuitError("the person at the terminal quit");
        const action = await actionOf(line, turn);
        if (action !== null) return { thought: "", action, completion: action, usage: null };
      }
    },
    async close() {
      terminal.close();
    },
  };
}
