/**
 * A limit for the time that a stranger's splitting pattern computes. It runs in this thread, where nothing of ours could stop
 * it, so it is called inside node:vm, which ends even a regular expression. That takes a thread for each call, so there is one
 * call for a whole conversation; only where it took too long is the work done again, with the limit for each of its steps,
 * which tells a long conversation from a step without end.
 */
import { type Context, createContext, Script } from "node:vm";
import { CliError } from "../core/errors.ts";

export interface TimeLimit {
  /** `act` with a limit for each call, where one is needed; `what` begins the sentence that the user reads. `act` must be pure. */
  step<Args extends readonly unknown[], Result>(
    what: string,
    act: (...args: Args) => Result,
  ): (...args: Args) => Result;
  /** The result of steps; once more, step by step, if it took too long. Throws CliError for a step that does. */
  whole<Result>(act: () => Result): Result;
}

export function timeLimit(maxMs: number): TimeLimit {
  let isStepByStep = false;
  return {
    step:
      (what, act) =>
      (...args) => {
        if (!isStepByStep) return act(...args);
        const answer = within(maxMs, () => act(...args));
        if (answer === TOO_LONG) throw new CliError(`${what} did not end within ${maxMs / 1000} s, expected it to`);
        return answer;
      },
    whole(act) {
      const answer = within(maxMs, act);
      if (answer !== TOO_LONG) return answer;
      isStepByStep = true;
      try {
        return act();
      } finally {
        isStepByStep = false;
      }
    },
  };
}

/** Where there is nothing to watch. */
export const NO_LIMIT: TimeLimit = { step: (_, act) => act, whole: (act) => act() };

const TOO_LONG = Symbol("too long");
const CALL = new Script("call()");
const room: { call?: () => void } = {};
let context: Context | undefined;

function within<Result>(maxMs: number, act: () => Result): Result | typeof TOO_LONG {
  let answer: Result | typeof TOO_LONG = TOO_LONG;
  room.call = () => {
    answer = act();
  };
  context ??= createContext(room);
  try {
    CALL.runInContext(context, { timeout: maxMs });
  } catch (error) {
    if ((error as NodeJS.ErrnoException | null)?.code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
    return TOO_LONG;
  }
  return answer;
}
