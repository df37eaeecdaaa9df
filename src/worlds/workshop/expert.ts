/**
 * A worker who knows the whole workshop: which tool each word asks for and which rooms each stage has, but not what
 * today's trays hold. Works from the order's and the observations' text alone. Make it slip with `noisy`.
 */
import { CliError } from "../../core/errors.ts";
import type { Policy } from "../../core/policy.ts";
import { random } from "../../core/random.ts";
import { DELIVER, DONE, placeIn } from "./texts.ts";
import { orderIn, toolsByWord, WORKSHOP, type Words } from "./words.ts";

/** What the expert of the workshop knows wrong. */
export interface WorkshopExpertOptions {
  /** Share of the words, in [0, 1], for which it holds a wrong tool for the right one. Default 0. */
  readonly beliefs?: number;
  /** Draws which words those are. Default 0. */
  readonly seed?: number;
  /** The world's vocabulary. Default: the built-in one. */
  readonly words?: Words;
}

/**
 * The scripted expert of the workshop. It knows the facts of the world, but not what today's trays hold. Wins every order,
 * unless it holds wrong beliefs. Throws CliError for a share outside [0, 1].
 */
export function workshopExpert(options: WorkshopExpertOptions = {}): Policy {
  const { beliefs = 0, seed = 0, words = WORKSHOP } = options;
  if (!(beliefs >= 0 && beliefs <= 1)) throw new CliError(`beliefs: expected a share from 0 to 1, got ${beliefs}`);
  const believed = believedTools(words, beliefs, seed);

  function decide(instruction: string, observations: readonly string[], turnSeed: number): string {
    const order = orderIn(instruction, words);
    const needed = order.flatMap((word, stage) => (word === null ? [] : [stage]));
    const current = needed[observations.filter((observation) => observation === DONE).length];
    if (current === undefined) return DELIVER;
    const stage = words.stages[current]!;
    const place = placeIn(observations.findLast((observation) => placeIn(observation)) ?? "");
    if (place && place.tray.length > 0 && stage.rooms.includes(place.room)) {
      const tool = believed.get(order[current]!)!;
      return `use ${place.tray.includes(tool) ? tool : random(seed, "guess", turnSeed).pick(place.tray)}`;
    }
    return `go ${stage.rooms[place?.room === stage.rooms[0] ? 1 : 0]}`;
  }

  return {
    name: `expert/${words.name}${beliefs > 0 ? `+beliefs-${beliefs}` : ""}`,
    async act({ task, steps, observation, seed: turnSeed }) {
      const observations = [...steps.map((step) => step.observation), observation];
      const action = decide(task.instruction, observations, turnSeed);
      return { thought: "", action, completion: action, usage: null };
    },
    async close() {},
  };
}

/** The facts of the world with a share of them wrong. */
function believedTools(words: Words, beliefs: number, seed: number): ReadonlyMap<string, string> {
  const facts = new Map(toolsByWord(words));
  const draw = random(words.name, "beliefs", seed);
  for (const stage of words.stages) {
    for (const word of stage.words) {
      if (draw.next() < beliefs) facts.set(word, draw.pick(stage.tools.filter((tool) => tool !== facts.get(word))));
    }
  }
  return facts;
}
