/**
 * Logs of KnowAgent (Zhu et al. 2024, arXiv 2403.03101; github.com/zjunlp/KnowAgent): ALFWorld episodes of Llama-2
 * models. One JSON object on each line:
 *
 *     name    "<type>-<object>-<movable receptacle>-<receptacle>-<scene>/<trial>": the game's folder
 *     result  true = won, false = lost (50 turns used up), 0 = broken off earlier
 *     traj    the episode as text, one turn or answer on each line:
 *
 *         You are in the middle of a room. Looking quickly around you, you see …
 *         Your task is to: put some keychain on drawer.
 *         > Think: To solve the task, I need to …
 *         > ActionPath: Start
 *         > go to shelf 8
 *         On the shelf 8, you see a remotecontrol 3.
 *
 * A turn that begins with exactly "Think:" or "ActionPath:" is a thought: the world never sees it and does not answer.
 * Every other turn was sent to the world, however odd: `think`, `ActionPath`, `Task failed.` and the empty action were
 * all answered "Nothing happens.", so they are actions here too. Thoughts at the end, often cut off within a word, led
 * to no action and are only counted. The logger took "You arrive at loc 4. " off the answers to `go to`.
 */
import { CliError } from "../../core/errors.ts";
import { type LoggedEpisode, type LoggedStep, type LogReader, objectOf, shown, textOf } from "../reader.ts";
import { alfworldAdvice } from "../worlds/alfworld.ts";

/** Reads KnowAgent's ALFWorld logs. */
export const knowagent: LogReader = {
  name: "knowagent",
  benchmark: "alfworld",
  read,
  advice: alfworldAdvice,
  normalize: (observation) =>
    observation
      .replace(/^-= Welcome to TextWorld, ALFRED! =-\n+/, "")
      .replace(/\n+Your task is to: [^\n]*\n*$/, "")
      .replace(/^You arrive at [^.\n]+\. /, ""),
};

const GOAL = "Your task is to: ";
const THOUGHT = /^> ?(Think|ActionPath):/;
const TURN = /^> ?/;

function read(row: unknown): LoggedEpisode {
  const { name, result, traj } = objectOf(row, "name, result and traj");
  // The name becomes part of a path; nothing but a game's folder may.
  if (typeof name !== "string" || !/^[\w-]+\/[\w-]+$/.test(name)) {
    throw new CliError(`name: expected a game such as "pick_and_place_simple-…/trial_…", found ${shown(name)}`);
  }
  return { taskKey: name, claimed: claimOf(result), ...readTrajectory(textOf(traj, "traj", "the episode's text")) };
}

function claimOf(result: unknown): LoggedEpisode["claimed"] {
  if (result === true) return "won";
  if (result === false) return "lost";
  if (result === 0) return "broken off";
  throw new CliError(`result: expected true, false or 0, found ${shown(result)}`);
}

type Turns = Pick<LoggedEpisode, "instruction" | "firstObservation" | "steps" | "unusedThoughts">;

function readTrajectory(traj: string): Turns {
  const lines = traj.trimEnd().split(/\r?\n/);
  const goal = lines.findIndex((line) => line.startsWith(GOAL));
  if (goal < 1) throw new CliError(`traj: expected the room, then a line "${GOAL}…", found ${shown(lines[0])}`);
  return {
    instruction: lines[goal]!.slice(GOAL.length),
    firstObservation: lines.slice(0, goal).join("\n"),
    ...readTurns(lines, goal + 1),
  };
}

function readTurns(lines: readonly string[], from: number): Pick<Turns, "steps" | "unusedThoughts"> {
  const steps: LoggedStep[] = [];
  let thoughts: string[] = [];
  for (let at = from; at < lines.length; at++) {
    const line = lines[at]!;
    if (THOUGHT.test(line)) {
      thoughts.push(line);
      // ReAct's loop, from which this logger descends, answers thoughts itself.
      if (lines[at + 1] === "OK.") at++;
      continue;
    }
    if (!TURN.test(line)) {
      throw new CliError(`traj, line ${at + 1}: expected a turn that begins with ">", found ${shown(line)}`);
    }
    const answer = answerAfter(lines, at);
    const isLast = at === lines.length - 1;
    if (answer.length === 0 && !isLast) {
      throw new CliError(
        `traj, line ${at + 1}: expected an answer to ${shown(line)}, found none; only the last action may lack one`,
      );
    }
    steps.push({
      thought: thoughts.map(withoutPrompt).join("\n"),
      action: withoutPrompt(line),
      completion: [...thoughts, line].join("\n"),
      observation: answer.length === 0 ? null : answer.join("\n"),
    });
    thoughts = [];
    at += answer.length;
  }
  if (steps.length === 0) throw new CliError("traj: expected at least one action, found none");
  return { steps, unusedThoughts: thoughts.length };
}

/** The lines up to the next turn. */
function answerAfter(lines: readonly string[], at: number): readonly string[] {
  let next = at + 1;
  while (next < lines.length && !TURN.test(lines[next]!)) next++;
  return lines.slice(at + 1, next);
}

const withoutPrompt = (turn: string) => turn.replace(TURN, "");
