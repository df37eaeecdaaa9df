/**
 * What all logs of ALFWorld have in common. The goal stands in a line "Your task is to: …" behind the room, in the
 * original's answer to a reset as in ETO's and AgentGym's, which take the welcome off it; and both take "You arrive at loc
 * 4. " off the answers to `go to` (`process_ob`). A game is named by its folder, whatever path leads there.
 */
import type { LogDifference } from "../reader.ts";
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
  advice: alfworldAdvice,
};

/**
 * What only releases up to 0.3 say, and what only those from 0.4 on say. Their grammars differ in nothing else that a log
 * shows (alfworld/data/alfred.twl2 in github.com/alfworld/alfworld at the tags 0.3.5 and 0.4.2).
 */
const OLDER = /^You arrive at loc \d+\.|^You put the .+ in\/on the /;
const NEWER = /^You arrive at (?!loc \d)|^You move the .+ to the |^\s*Available commands:/;
/** A command of releases up to 0.3, as gleaner's rules of such a world list it. */
const OLDER_COMMAND = "in/on";

/** The two releases answer other commands, in other words: where log and world are not of the same one, the log's words say so. */
export function alfworldAdvice({ step, log, expected, rules }: LogDifference): string | undefined {
  const action = step < 0 ? "" : (log.steps[step]?.action.trim() ?? "");
  const told = expected.trim();
  const isOlderWorld = rules.includes(OLDER_COMMAND);
  const isOlderLog = OLDER.test(told) || /^put .+ in\/on /.test(action);
  const isNewerLog = NEWER.test(told) || /^move .+ to /.test(action);
  if (isOlderLog && !isOlderWorld) return OLDER_ADVICE;
  return isNewerLog && isOlderWorld ? NEWER_ADVICE : undefined;
}

const OLDER_ADVICE =
  'the log is of alfworld 0.3 or older ("put … in/on …", "You arrive at loc 5."): add --logic DIR, the folder with that ' +
  "release's alfred.pddl and alfred.twl2; it is alfworld/data in github.com/alfworld/alfworld at the tag 0.3.5";
const NEWER_ADVICE =
  'the log is of alfworld 0.4 or newer ("move … to …", "You arrive at desk 1."): leave out --logic, and GLEANER_ALFWORLD_LOGIC';
