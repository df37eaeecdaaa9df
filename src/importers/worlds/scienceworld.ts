/**
 * What all logs of ScienceWorld have in common: what its tasks are called, and why a log may not be what a replay says.
 *
 * Numbers of tasks: ETO's ids are "<number>_<variation>", the numbers those of eval_agent/data/sciworld/taskname2id.json
 * (github.com/Yifan-Song793/ETO at 1a4c84c); AgentGym's are an index into all variations of the benchmark's tasks in its own
 * order, without 5-1, 5-2, 9-1 to 9-3, 10-1 and 10-2 (agentenv-sciworld/agentenv_sciworld/environment.py at 68b51cf). Counts
 * of variations are the benchmark's.
 */
import type { LogDifference } from "../reader.ts";
import { keyOfOwnId, safeKey, type World } from "./world.ts";

/** By ETO's number; 5 and all above 24 are not used by it. */
const ETO_TASKS: readonly (string | null)[] = [
  "boil",
  "change-the-state-of-matter-of",
  "freeze",
  "melt",
  "measure-melting-point-known-substance",
  null,
  "use-thermometer",
  "power-component",
  "power-component-renewable-vs-nonrenewable-energy",
  "test-conductivity",
  "test-conductivity-of-unknown-substances",
  "find-animal",
  "find-living-thing",
  "find-non-living-thing",
  "find-plant",
  "grow-fruit",
  "grow-plant",
  "chemistry-mix",
  "chemistry-mix-paint-secondary-color",
  "chemistry-mix-paint-tertiary-color",
  "lifespan-longest-lived",
  "lifespan-longest-lived-then-shortest-lived",
  "lifespan-shortest-lived",
  "identify-life-stages-1",
  "identify-life-stages-2",
];

/** AgentGym's tasks in its order, with their variations. */
const AGENTGYM_TASKS: readonly (readonly [task: string, variations: number])[] = [
  ["boil", 30],
  ["melt", 30],
  ["freeze", 30],
  ["change-the-state-of-matter-of", 30],
  ["use-thermometer", 540],
  ["measure-melting-point-known-substance", 436],
  ["measure-melting-point-unknown-substance", 300],
  ["power-component", 20],
  ["power-component-renewable-vs-nonrenewable-energy", 20],
  ["test-conductivity", 900],
  ["test-conductivity-of-unknown-substances", 600],
  ["find-living-thing", 300],
  ["find-non-living-thing", 300],
  ["find-plant", 300],
  ["find-animal", 300],
  ["chemistry-mix", 32],
  ["chemistry-mix-paint-secondary-color", 36],
  ["chemistry-mix-paint-tertiary-color", 36],
  ["lifespan-longest-lived", 125],
  ["lifespan-shortest-lived", 125],
  ["lifespan-longest-lived-then-shortest-lived", 125],
  ["identify-life-stages-1", 14],
  ["identify-life-stages-2", 10],
];

/** ScienceWorld. A description is one line, and the same for many variations. */
export const SCIENCEWORLD: World = {
  benchmark: "scienceworld",
  beginning: "the task's description, then the first room on the next lines",
  isTelling: true,
  opening(told) {
    const text = told.trim().replace(/^Task Description:\s*/, "");
    const [description = "", ...lines] = text.split("\n");
    if (!description.startsWith("Your task is to ")) return undefined;
    const room = lines.join("\n").trim();
    return { instruction: description.trim(), firstObservation: room === "" ? null : room };
  },
  normalize: withoutLineEnds,
  spacing: withoutLineEnds,
  taskKey(name) {
    const index = /^sciworld_(\d{1,5})$/.exec(name)?.[1];
    if (index !== undefined) return agentgymKey(Number(index));
    const own = keyOfOwnId("scienceworld", name);
    return own ?? (/^[\w()-]+\/\d{1,5}$/.test(name) ? safeKey(name) : undefined);
  },
  resultOf(earned) {
    const isWon = earned >= 100;
    return { claimed: isWon ? "won" : "lost", end: { return: earned, terminated: isWon || earned < 0 } };
  },
  advice: scienceworldAdvice,
};

/** The simulator ends lines with spaces ("The door is closed. ") and texts with line breaks, which loggers often cut. */
export function withoutLineEnds(observation: string): string {
  return observation
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")
    .trim();
}

/** What the simulator says of a container, and what of one under `openContainers`. */
const CLOSED = /(?:is|are) closed\b|\bdoor is closed/;
const OPEN = /(?:is|are) open\b|\bdoor is open/;

/** Whether the texts differ by what is closed in the log and open in the world. */
function isClosedInLog({ expected, got }: Pick<LogDifference, "expected" | "got">): boolean {
  const lines = withoutLineEnds(got).split("\n");
  const differing = withoutLineEnds(expected)
    .split("\n")
    .flatMap((line, index) => (line === lines[index] ? [] : [{ line, other: lines[index] ?? "" }]))[0];
  return differing !== undefined && CLOSED.test(differing.line) && OPEN.test(differing.other);
}

/**
 * Releases before 1.2.3 take `openContainers` and do nothing (seen in AgentBoard's logs of 1.2.1, which replay to the letter
 * without it); `easy` holds it.
 */
const CONTAINERS_ADVICE =
  "what is closed in the log is open in the world: releases of ScienceWorld before 1.2.3 ignore openContainers, so leave it out " +
  "(--simplifications teleportAction,openDoors,selfWateringFlowerPots, and noElectricalAction where the task is not electrical)";

/** What to do about a log of ScienceWorld that a replay does not confirm. */
export function scienceworldAdvice(difference: LogDifference): string {
  const { step, log } = difference;
  const told = log.settings === undefined ? "" : `the log says ${log.settings}; `;
  if (isClosedInLog(difference)) return `${told}${CONTAINERS_ADVICE}`;
  if (step < 0) {
    return `${told}the first rooms differ: try other simplifications (--simplifications easy), or the release that the log was made with (--option version=1.1.3)`;
  }
  return `${told}not every log can be replayed: other releases answer differently (try --option version=1.1.3), a JVM without -XX:hashCode=2 answers differently in every run, and the official wrapper's own queries advance the random stream`;
}

/** `boil/3` out of ETO's `0_3`; undefined for anything else. */
export function etoKey(id: string): string | undefined {
  const [, task, variation] = /^(\d{1,2})_(\d{1,5})$/.exec(id) ?? [];
  const name = ETO_TASKS[Number(task)];
  return name ? `${name}/${Number(variation)}` : undefined;
}

/** `boil/3` out of AgentGym's index 3; undefined behind the last one. */
export function agentgymKey(index: number): string | undefined {
  let left = index;
  for (const [task, variations] of AGENTGYM_TASKS) {
    if (left < variations) return `${task}/${left}`;
    left -= variations;
  }
  return undefined;
}
