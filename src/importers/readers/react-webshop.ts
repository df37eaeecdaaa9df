/**
 * Logs of ReAct (Yao et al. 2022, arXiv 2210.03629; github.com/ysymyth/ReAct): PaLM 540B or GPT-3 on WebShop's official
 * test goals, one JSON object on each line:
 *
 *     idx          the goal's index
 *     instruction  the goal
 *     steps        [{action, observation}, …], the first action always `reset`
 *     score        the reward shown after buying; null if nothing was shown
 *
 * `think[…]` is a thought: the loop answers it "OK." without asking the shop; it may lack its end, cut off by the
 * model's token limit. After 15 turns the loop gives up. It printed its running means behind the last observation of
 * each episode: they are cut off. By them null counts as 0, five purchases included whose page failed to load.
 *
 * The shop was the original's web site, read through ReAct's own rendering: three products of a result page, a remark in
 * place of a page where an option is clicked, "Invalid action!" where a page has no such button.
 */
import { CliError } from "../../core/errors.ts";
import { type LoggedEpisode, type LoggedStep, objectOf, shown, textOf } from "../reader.ts";
import { indexOf, resultOf, rewardOf, webshopReader } from "../worlds/webshop.ts";

/** Reads ReAct's WebShop logs, for statistics and imitation: they cannot be replayed. */
export const reactWebshop = webshopReader({
  name: "react-webshop",
  read,
  normalize: (observation) => observation,
  unreplayable: "ReAct logged its own rendering of the pages, which leaves out what a replay would be compared with",
});

const THOUGHT = /^think\[(.*?)\]?$/s;
const THOUGHT_ANSWER = "OK.";
const RUNNING_MEANS = /\n\n\d+ \S+ \S+ \S+\n-+(\n[^\n]*)?$/;
const SCORE = /^Your score \(min 0\.0, max 1\.0\): (\S+)$/;

interface Turn {
  readonly action: string;
  readonly observation: string;
}

function read(row: unknown): LoggedEpisode {
  const { idx, instruction, steps, score } = objectOf(row, "idx, instruction, steps and score");
  const goal = textOf(instruction, "instruction", "the goal");
  const [start, ...turns] = turnsOf(steps);
  if (start?.action !== "reset") {
    throw new CliError(`steps[0].action: expected "reset", found ${shown(start?.action)}`);
  }
  if (!start.observation.includes(`\n${goal} \n[Search]`)) {
    throw new CliError(`steps[0].observation: expected the goal, then "[Search]", found ${shown(start.observation)}`);
  }
  const episode = { taskKey: `human/${indexOf(idx, "idx")}`, instruction: goal, firstObservation: start.observation };
  const acted = withThoughts(turns);
  const last = acted.steps.at(-1);
  if (!last) throw new CliError("steps: expected at least one action after the reset, found none");
  return { ...episode, ...acted, ...resultOf(scoreOf(score, last), last.action) };
}

function turnsOf(steps: unknown): Turn[] {
  if (!Array.isArray(steps)) throw new CliError(`steps: expected a list of turns, found ${shown(steps)}`);
  return steps.map((step: unknown, index) => {
    const place = `steps[${index}]`;
    const { action, observation } = objectOf(step, `action and observation in ${place}`);
    const answer = textOf(observation, `${place}.observation`, "what the shop answered");
    const isLast = index === steps.length - 1;
    return {
      action: textOf(action, `${place}.action`, "an action"),
      observation: isLast ? answer.replace(RUNNING_MEANS, "") : answer,
    };
  });
}

function withThoughts(turns: readonly Turn[]): { steps: LoggedStep[]; unusedThoughts: number } {
  const steps: LoggedStep[] = [];
  let thoughts: string[] = [];
  for (const { action, observation } of turns) {
    if (THOUGHT.test(action)) {
      if (observation !== THOUGHT_ANSWER) {
        throw new CliError(`expected "${THOUGHT_ANSWER}" in answer to a thought, found ${shown(observation)}`);
      }
      thoughts.push(action);
      continue;
    }
    const thought = thoughts.map((each) => each.replace(THOUGHT, "$1")).join("\n");
    steps.push({ thought, action, completion: [...thoughts, action].join("\n"), observation });
    thoughts = [];
  }
  return { steps, unusedThoughts: thoughts.length };
}

/** The reward; the page that shows it must show the same. */
function scoreOf(score: unknown, last: LoggedStep): number {
  const seen = SCORE.exec(last.observation ?? "")?.[1];
  const reward = score === null ? 0 : rewardOf(score, "score");
  if (score === null ? seen === undefined : Number(seen) === reward) return reward;
  throw new CliError(`score: expected the score on the last page (${seen ?? "none"}), found ${shown(score)}`);
}
