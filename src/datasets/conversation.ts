/**
 * WebShop episodes as conversations in ShareGPT's spelling, which ETO and AgentGym share: `[{from, value}, …]`, taking
 * turns, `human` first.
 *
 *     human  the rules                                     gpt  OK
 *     human  the first page, in observation mode `text`    gpt  Thought: … Action: search[…]
 *     human  the next page                                 gpt  …
 *
 * The conversation ends with the last page or with the last action. Any other shape is refused: in-context examples
 * before the episode, function calls, a turn without an action (which a wrapper answers, not the shop).
 */
import { CliError } from "../core/errors.ts";
import { type LoggedEpisode, type LoggedStep, objectOf, shown, textOf } from "./reader.ts";

/** How one format writes its turns. */
export interface Spelling {
  /** What stands before the action and the action itself; undefined if there is none. */
  parse(said: string): { readonly before: string; readonly action: string } | undefined;
  /** A page without what the logger put around it. */
  page(heard: string): string;
}

type Episode = Pick<LoggedEpisode, "instruction" | "firstObservation" | "steps" | "unusedThoughts">;

const START_PAGE = /^WebShop \[SEP\] Instruction: \[SEP\] (.+) \[SEP\] Search$/s;
const RULES = 2;

/** Throws CliError naming the message, what was found and what was expected. */
export function readConversation(conversations: unknown, { parse, page }: Spelling): Episode {
  const values = valuesOf(conversations);
  const [, ok, start = ""] = values;
  if (!/^ok\.?$/i.test(ok?.trim() ?? "")) {
    throw new CliError(`conversations[1]: expected the rules to be answered "OK", found ${shown(ok)}`);
  }
  const firstObservation = page(start);
  const instruction = START_PAGE.exec(firstObservation)?.[1];
  if (instruction === undefined) {
    const expected = '"WebShop [SEP] Instruction: [SEP] … [SEP] Search"';
    throw new CliError(`conversations[${RULES}]: expected the first page, ${expected}, found ${shown(start)}`);
  }
  const steps: LoggedStep[] = [];
  for (let at = RULES + 1; at < values.length; at += 2) {
    const said = values[at]!;
    const parsed = parse(said);
    if (!parsed) throw new CliError(`conversations[${at}]: expected "Thought: … Action: …", found ${shown(said)}`);
    const heard = values[at + 1];
    steps.push({
      thought: parsed.before.replace(/^\s*Thought:/, "").trim(),
      action: parsed.action.trim(),
      completion: said,
      observation: heard === undefined ? null : page(heard),
    });
  }
  if (steps.length === 0) throw new CliError("conversations: expected at least one action, found none");
  return { instruction, firstObservation, steps, unusedThoughts: 0 };
}

/** What was said and heard, by turns. */
function valuesOf(conversations: unknown): string[] {
  if (!Array.isArray(conversations)) {
    throw new CliError(`conversations: expected a list of messages, found ${shown(conversations)}`);
  }
  return conversations.map((message: unknown, index) => {
    const place = `conversations[${index}]`;
    const { from, value } = objectOf(message, `from and value in ${place}`);
    const speaker = index % 2 === 0 ? "human" : "gpt";
    if (from !== speaker) throw new CliError(`${place}.from: expected "${speaker}", found ${shown(from)}`);
    return textOf(value, `${place}.value`, "text");
  });
}
