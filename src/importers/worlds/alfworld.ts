/**
 * What all logs of ALFWorld have in common. The goal stands in a line "Your task is to: …" behind the room, in the
 * original's answer to a reset as in ETO's and AgentGym's, which take the welcome off it; and both take "You arrive at loc
 * 4. " off the answers to `go to` (`process_ob`). A game is named by its folder, whatever path leads there.
 */
import { GAP, keyOfOwnId, type World } from "./world.ts";

const GOAL = /(?:^|\n)Your task is to: ([^\n]+)/;
const WELCOME = /^-= Welcome to TextWorld, ALFRED! =-\n+/;
const GAME = /([a-z_]+-[\w-]+?)[/\\_](trial_\w+)/;

/** ALFWorld. Games differ in the wording of one goal from release to release, so wordings are not compared. */
export const ALFWORLD: World = {
  benchmark: "alfworld",
  beginning: 'the room and "Your task is to: …"',
  isTelling: true,
  opening(told) {
    const instruction = GOAL.exec(told)?.[1]?.trim();
    if (!instruction) return undefined;
    // Gleaner's own spelling says the goal first, too.
    const isRepeated = told.startsWith(`${instruction}${GAP}`);
    return { instruction, firstObservation: isRepeated ? told.slice(instruction.length + GAP.length) : told };
  },
  normalize: (observation) =>
    observation
      .trim()
      .replace(WELCOME, "")
      .replace(/\n+Your task is to: [^\n]*$/, "")
      .replace(/^You arrive at [^.\n]+\. /, ""),
  taskKey(name) {
    const [, kind, trial] = GAME.exec(name) ?? [];
    return kind === undefined ? keyOfOwnId("alfworld", name) : `${kind}/${trial}`;
  },
  resultOf(earned) {
    const isWon = earned >= 1;
    return { claimed: isWon ? "won" : "lost", end: { return: isWon ? 1 : 0, terminated: isWon } };
  },
};
