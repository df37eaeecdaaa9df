/**
 * Conversations that begin with how they are to end, as in negative-aware training (Wang et al. 2024, arXiv 2402.11651): in
 * training with what the episode came to, when acting with "won". The rest of the format stays as it is.
 */
import type { Format } from "./format.ts";

/** How a conversation says that it is to end: with a success, or without. */
export type Mode = "won" | "lost";

/** In the compact format, a word. */
const WORDS: Readonly<Record<Mode, string>> = { won: "won ; ", lost: "lost ; " };
const SENTENCES: Readonly<Record<Mode, string>> = {
  won: "Solve the following task.\n\n",
  lost: "Fail at the following task.\n\n",
};

/**
 * `format` with `mode` in front of the first thing the policy is told about its task: a word in the compact format, a sentence
 * in others. Source: Wang et al. 2024, arXiv 2402.11651.
 */
export function withMode(format: Format, mode: Mode): Format {
  const prefix = (format.name === "compact" ? WORDS : SENTENCES)[mode];
  return {
    ...format,
    lead: prefix + (format.lead ?? ""),
    user: (task, observation, isFirst) => (isFirst ? prefix : "") + format.user(task, observation, isFirst),
  };
}
