/**
 * Prompts around observations: loops that tell the model everything anew at every turn log the whole prompt as what the world
 * said. verl-agent does (agent_system/environments/prompts/alfworld.py and webshop.py; langfengQ/AgentOCR at 0ee7b66 has the
 * same texts): the goal, the last few turns, "your current observation is: …", "Your admissible actions …", orders to think.
 * No replay can agree with that; this finds it, so that the user reads why.
 */
import type { LogDifference } from "./reader.ts";

const VERL_AGENT = /\byour current (?:textual )?observation is:/i;

const CURE = "keep of each turn of the user only the observation, of each turn of the agent only the action";

/** What a text that is verl-agent's prompt is called in messages; undefined for any other text. */
export function templateNamed(told: string): string | undefined {
  return VERL_AGENT.test(told) ? `verl-agent's prompt with the observation inside (${CURE})` : undefined;
}

/** Told where the log has the world's words, but with a prompt around them. */
export function templateAdvice({ expected, got }: Pick<LogDifference, "expected" | "got">): string | undefined {
  const named = templateNamed(expected);
  if (named) return `the log has ${named}`;
  const answer = got.trim();
  const isAround = answer.length >= SHORTEST && expected.trim().length > answer.length && expected.includes(answer);
  return isAround ? `the log has the world's words with others around them, as from a template (${CURE})` : undefined;
}

/** Characters of an answer that does not stand in another text by chance. */
const SHORTEST = 20;
