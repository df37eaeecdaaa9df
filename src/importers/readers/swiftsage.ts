/**
 * Logs of ScienceWorld as its simulator keeps them. Four files are understood, which differ in what is around the steps:
 *
 *   run histories   what the official wrapper's store_run_history and save_run_histories write, SwiftSage's and others'
 *                   agents with them: {"6": {"episodeIdx": …, "notes": …, "history": HISTORY}, …}, where HISTORY is
 *                   {"taskIdx", "taskName", "variationIdx", "taskDescription", "simplifications", "history": [STEP, …]}
 *   oracle logs     SwiftSage's (Lin et al. 2023, arXiv 2305.17390; analysis/oracle_log): the same around
 *                   {"taskName", "variationIdx", "taskDescription", "fold", "history": [STEP, …]}
 *   gold paths      the benchmark's (goldpaths/): {"23": {"taskIdx", "taskName", "goldActionSequences":
 *                   [{"variationIdx", "taskDescription", "fold", "path": [STEP, …]}, …]}, …}
 *   JSON Lines, or one JSON array, of single HISTORY objects (getRunHistoryJSON), or of any of the above's values
 *
 * STEP is {"action", "observation", "score", "isCompleted", "freelook", "inventory"}, all of them texts; score is the raw
 * one, at most "1.0", and freelook the room before the action. Sources: RunHistory.scala and PythonInterface.scala of
 * allenai/ScienceWorld, SwiftSage/SwiftSage at 518b2d6. Former names of tasks and rooms ("task-7-…", "green house") are those
 * of their release.
 *
 * Assumed: a `look around` in front is the wrapper's reset and not the agent's doing (it takes no time, so nothing follows
 * from it). What a log tells behind the first completed or failed step is left out and counted: gold paths go on a little. None of them
 * tells of `task`, `help` and `objects`, which are no steps to the simulator.
 */
import { CliError } from "../../core/errors.ts";
import { readMembers } from "../../files/members.ts";
import { firstSigns } from "../../files/records.ts";
import { type Peek, recordsBy } from "../layout.ts";
import { type LoggedEpisode, type LogReader, objectOf, shown, textOf } from "../reader.ts";
import { scienceworldAdvice, withoutLineEnds } from "../worlds/scienceworld.ts";

/** Reads SwiftSage's oracle logs, run histories of the simulator and the benchmark's gold paths. */
export const swiftsage: LogReader = {
  name: "swiftsage",
  benchmark: "scienceworld",
  records,
  read,
  normalize: withoutLineEnds,
  advice: scienceworldAdvice,
};

const GOLD_PATHS = "goldActionSequences";
const RESET = "look around";

async function* records(file: string, peek?: Peek) {
  const isKeyed = /^\{"\d+":\{/.test(await firstSigns(file, 20));
  yield* isKeyed ? readMembers(file, GOLD_PATHS) : recordsBy(read, file, peek);
}

interface LoggedTurn {
  readonly action: string;
  readonly observation: string;
  /** At most 1; negative: failed. */
  readonly score: number;
  readonly isCompleted: boolean;
  /** The room before the action; undefined if the log leaves it out. */
  readonly room: string | undefined;
}

function read(row: unknown): LoggedEpisode {
  const { fields, turns } = partsOf(row);
  const { taskName, variationIdx, taskDescription, simplifications } = fields;
  const told = turnsOf(turns);
  const end = told.findIndex(({ score, isCompleted }) => isCompleted || score < 0);
  const played = end < 0 ? told : told.slice(0, end + 1);
  const [first, ...others] = played;
  const acted = first?.action === RESET ? others : played;
  const firstObservation = first?.action === RESET ? first.observation : first?.room;
  if (acted.length === 0) throw new CliError("history: expected at least one action after the reset, found none");
  if (firstObservation === undefined) {
    throw new CliError(`history[0]: expected "${RESET}" or a freelook, which show the first room, found neither`);
  }
  const { score, isCompleted } = played.at(-1)!;
  return {
    taskKey: `${textOf(taskName, "taskName", "the task's name")}/${numberOf(variationIdx, "variationIdx")}`,
    instruction: textOf(taskDescription, "taskDescription", "the goal").trim(),
    firstObservation: firstObservation.trim(),
    steps: acted.map(({ action, observation }) => ({ thought: "", action, completion: action, observation })),
    unusedThoughts: 0,
    ...(played.length < told.length && {
      leftOut: Array<string>(told.length - played.length).fill("step behind the end"),
    }),
    claimed: score >= 1 ? "won" : "lost",
    end: { return: Math.round(100 * score), terminated: isCompleted || score < 0 },
    ...(typeof simplifications === "string" && { settings: `simplifications ${simplifications || "none"}` }),
  };
}

/** What is told of the whole episode, and its steps, from whatever is around them. */
function partsOf(row: unknown): { readonly fields: Readonly<Record<string, unknown>>; readonly turns: unknown } {
  const expected = `history, path or ${GOLD_PATHS}`;
  const object = objectOf(row, expected);
  const { [GOLD_PATHS]: paths, history, path } = object;
  if (Array.isArray(paths)) {
    if (paths.length !== 1)
      throw new CliError(`${GOLD_PATHS}: expected one path in each record, found ${paths.length}`);
    const fields = objectOf(paths[0], `path in ${GOLD_PATHS}`);
    return { fields: { ...object, ...fields }, turns: fields.path };
  }
  if (history !== null && typeof history === "object" && !Array.isArray(history)) return partsOf(history);
  const turns = history ?? path;
  if (turns === undefined) throw new CliError(`expected an object with ${expected}, found none of them`);
  return { fields: object, turns };
}

function turnsOf(turns: unknown): LoggedTurn[] {
  if (!Array.isArray(turns)) throw new CliError(`history: expected a list of steps, found ${shown(turns)}`);
  return turns.map((turn: unknown, index) => {
    const place = `history[${index}]`;
    const { action, observation, score, isCompleted, freelook } = objectOf(turn, `action and observation in ${place}`);
    return {
      action: textOf(action, `${place}.action`, "an action"),
      observation: textOf(observation, `${place}.observation`, "what the simulator answered"),
      score: scoreOf(score, `${place}.score`),
      isCompleted: truthOf(isCompleted, `${place}.isCompleted`),
      room: freelook === undefined ? undefined : textOf(freelook, `${place}.freelook`, "the room"),
    };
  });
}

function numberOf(value: unknown, place: string): number {
  const number = typeof value === "string" && /^\d{1,6}$/.test(value) ? Number(value) : value;
  if (Number.isSafeInteger(number) && (number as number) >= 0) return number as number;
  throw new CliError(`${place}: expected the number of a variation (0, 1, …), found ${shown(value)}`);
}

function scoreOf(value: unknown, place: string): number {
  const score = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof score === "number" && score >= -1 && score <= 1) return score;
  throw new CliError(`${place}: expected a raw score from -1 to 1, found ${shown(value)}`);
}

function truthOf(value: unknown, place: string): boolean {
  if (value === true || value === "true") return true;
  if (value === false || value === "false") return false;
  throw new CliError(`${place}: expected true or false, found ${shown(value)}`);
}
