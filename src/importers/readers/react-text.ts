/**
 * Episodes as running text, as ReAct's prompts and those who took them over write them (Yao et al. 2022, arXiv 2210.03629;
 * github.com/ysymyth/ReAct). One JSON object on each line, or in an array:
 *
 *     text (trajectory, traj, transcript)   the episode, in one of two ways
 *     task names, reward, success           as in `messages.ts`
 *
 *     You are in the middle of a room. …          You are in the middle of a room. …
 *     Your task is to: put some mug on desk.      Your task is to: put some mug on desk.
 *     Thought 1: A mug may be on a desk.          > think: A mug may be on a desk.
 *     Action 1: go to desk 1                      OK.
 *     Observation 1: You see nothing.             > go to desk 1
 *                                                 You see nothing.
 *
 * Numbers may be missing, and "Act" and "Obs" stand for the others. A thought that is an action (`think: …`, `think[…]`) is
 * answered "OK." by the loop and not by the world: it is a thought here. In front of the first turn stands what the world
 * says first, as in any conversation; example episodes are refused by the goal that comes second. Sources: alfworld.ipynb and
 * WebShop.ipynb of that repository at 19c6bae and a5c0827; no log of them but WebShop's (`react-webshop.ts`) was at hand.
 */
import { CliError } from "../../core/errors.ts";
import { type LoggedEpisode, type LoggedStep, type LogReader, objectOf, shown, textOf } from "../reader.ts";
import { endingAt, nothingAt, type Row, taskKeyOf, usualEnd } from "../row.ts";
import { openingIn } from "../worlds/plain.ts";
import type { World } from "../worlds/world.ts";
import { worldOf } from "../worlds/worlds.ts";
import { readerParts } from "./conversations.ts";
import { type ChatReaderOptions, pathSettings } from "./messages.ts";

/** Reads episodes that are written as one text, of any benchmark. */
export function reactText({ benchmark, paths = {} }: Omit<ChatReaderOptions, "spelling">): LogReader {
  const world = worldOf(benchmark);
  return {
    name: "react-text",
    ...readerParts(world),
    ...(Object.keys(paths).length > 0 && { options: pathSettings(paths) }),
    read(value): LoggedEpisode {
      const row = objectOf(value, "text");
      const taskKey = taskKeyOf(row, world, paths.task);
      const episode = readText(row, world, taskKey !== null);
      return { taskKey, ...episode, ...endingAt(row, paths, usualEnd(row), world, episode.steps.at(-1)!.action) };
    },
  };
}

const NAMES = ["text", "trajectory", "traj", "transcript"] as const;
const LABEL = /^(Thought|Act(?:ion)?|Obs(?:ervation)?)(?: \d+)?:[ \t]?/;
const PROMPT = /^>[ \t]?/;
const THINKING = /^think(?:: ?|\[)/i;
const THOUGHT_ANSWER = "OK.";

type Kind = "start" | "thought" | "action" | "answer";

interface Part {
  readonly kind: Kind;
  readonly text: string;
  /** As written, label included. */
  readonly written: string;
  /** The line it begins in, from 1. */
  readonly line: number;
}

type Episode = Pick<LoggedEpisode, "instruction" | "firstObservation" | "steps" | "unusedThoughts">;

function readText(row: Row, world: World, hasKey: boolean): Episode {
  const name = NAMES.find((each) => row[each] !== undefined);
  if (!name) throw nothingAt(NAMES[0], "the episode's text", row);
  const [start, ...parts] = partsOf(textOf(row[name], name, "the episode's text"));
  const told = start?.text ?? "";
  const opening = openingIn(told, world, hasKey);
  if (!opening) throw new CliError(`${name}: expected ${world.beginning}, then a turn, found ${shown(told)}`);
  return { ...opening, ...stepsOf(parts, name, world) };
}

/** The text in front of the first turn, then turn by turn. */
function partsOf(text: string): Part[] {
  // A prompt at the end is for a turn that did not come.
  const lines = text.replace(/\n>?\s*$/, "").split(/\r?\n/);
  const isLabelled = lines.some((line) => LABEL.test(line));
  const parts: Part[] = [];
  let current: { kind: Kind; lines: string[]; line: number } = { kind: "start", lines: [], line: 1 };
  const finish = () => {
    const written = current.lines.join("\n");
    parts.push({
      kind: current.kind,
      text: written.replace(isLabelled ? LABEL : PROMPT, "").trim(),
      written,
      line: current.line,
    });
  };
  for (const [index, line] of lines.entries()) {
    const begun = isLabelled ? labelOf(line) : promptOf(line, current.kind);
    if (begun) {
      finish();
      current = { kind: begun, lines: [line], line: index + 1 };
    } else current.lines.push(line);
  }
  finish();
  return parts;
}

function labelOf(line: string): Kind | undefined {
  const label = LABEL.exec(line)?.[1];
  if (label?.startsWith("Obs")) return "answer";
  return label === undefined ? undefined : label === "Thought" ? "thought" : "action";
}

/** With prompts, a turn is one line, and what follows it is the answer. */
function promptOf(line: string, before: Kind): Kind | undefined {
  if (PROMPT.test(line)) return "action";
  return before === "action" ? "answer" : undefined;
}

function stepsOf(parts: readonly Part[], name: string, world: World): Pick<Episode, "steps" | "unusedThoughts"> {
  const steps: LoggedStep[] = [];
  let thoughts: Part[] = [];
  for (let at = 0; at < parts.length; at++) {
    const part = parts[at]!;
    const place = `${name}, line ${part.line}`;
    if (part.kind === "answer")
      throw new CliError(`${place}: expected an action before ${shown(part.text)}, found none`);
    const next = parts[at + 1];
    const answer = next?.kind === "answer" ? next : undefined;
    if (answer) at += 1;
    if (part.kind === "thought" || (THINKING.test(part.text) && (!answer || answer.text === THOUGHT_ANSWER))) {
      if (part.kind === "thought" && answer && answer.text !== THOUGHT_ANSWER) {
        throw new CliError(`${place}: expected an action after the thought, found ${shown(answer.text)}`);
      }
      thoughts.push(part);
      continue;
    }
    if (!answer && next)
      throw new CliError(`${place}: expected an answer to ${shown(part.text)}, found ${shown(next.text)}`);
    if (answer && world.isTelling && world.opening(answer.text)) {
      throw new CliError(
        `${name}, line ${answer.line}: a second task, expected one episode without examples before it`,
      );
    }
    steps.push({
      thought: thoughts.map(({ text }) => text.replace(THINKING, "").replace(/\]$/, "")).join("\n"),
      action: part.text,
      completion: [...thoughts, part].map(({ written }) => written).join("\n"),
      observation: answer ? answer.text : null,
    });
    thoughts = [];
  }
  if (steps.length === 0) throw new CliError(`${name}: expected at least one action, found none`);
  return { steps, unusedThoughts: thoughts.length };
}
