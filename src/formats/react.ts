/**
 * Thought and action in words (Yao et al. 2022, arXiv 2210.03629), as three worlds of tuned models spell them. What must match
 * to the byte is the spelling of a turn; the rules are the environment's own.
 *
 *   react     a system prompt; "Thought: …", "Action: …" on two lines; the last "Action:" counts
 *   eto       as ETO (github.com/Yifan-Song793/ETO, eval_agent at 1a4c84c): the rules are the first user message, answered
 *             "OK"; later observations begin with "Observation: "; the first "Action:" counts
 *   agentgym  as AgentGym (github.com/WooooDyy/AgentGym, agentenv at 00243d0): rules likewise; thought and action below their
 *             headings; the last "Action:" counts, a closing "</s>" does not
 */
import type { Benchmark } from "../core/environment.ts";
import type { Format } from "./format.ts";

export type ReactName = "react" | "eto" | "agentgym";

/** How one of them writes. */
interface Spelling {
  /** Between a heading and what stands below or beside it. */
  readonly gap: string;
  readonly betweenParts: string;
  readonly counts: "first" | "last";
  readonly observation: string;
  /** The end of the rules. */
  readonly rule: string;
  /** What the model says to the rules; null: they are a system prompt. */
  readonly consent: string | null;
}

const SPELLINGS: Readonly<Record<ReactName, Spelling>> = {
  react: {
    gap: " ",
    betweenParts: "\n",
    counts: "last",
    observation: "",
    rule: 'Answer every observation with one line "Thought: …" and one line "Action: …".',
    consent: null,
  },
  eto: {
    gap: " ",
    betweenParts: "\n",
    counts: "first",
    observation: "Observation: ",
    rule: "First think about where things stand and what to do next, then act. Answer every observation in exactly this form:\n\nThought: your thoughts\nAction: your next action",
    consent: "OK",
  },
  agentgym: {
    gap: "\n",
    betweenParts: "\n\n",
    counts: "last",
    observation: "",
    rule: "First think about where things stand and what to do next, then act. Answer every observation in exactly this form:\n\nThought:\nyour thoughts\n\nAction:\nyour next action",
    consent: "OK. I'll follow your instructions and try my best to solve the task.",
  },
};

const ACTION = "Action:";

export function reactFormat(name: ReactName, benchmark: Benchmark): Format {
  const { gap, betweenParts, counts, observation: prefix, rule, consent } = SPELLINGS[name];
  const rules = `${benchmark.instructions}\n${rule}`;
  return {
    name,
    system: consent === null ? rules : null,
    ...(consent !== null && {
      preamble: [
        { role: "user", content: rules },
        { role: "assistant", content: consent },
      ],
    }),
    marker: ACTION,
    user: (task, observation, isFirst) =>
      isFirst ? `${task.instruction}\n\n${observation}` : `${prefix}${observation}`,
    assistant: ({ thought, action }) =>
      `${thought ? `Thought:${gap}${thought}${betweenParts}` : ""}${ACTION}${gap}${action}`,
    parse(completion) {
      const text = name === "agentgym" ? completion.replace(/<\/s>\s*$/, "") : completion;
      const at = counts === "last" ? text.lastIndexOf(ACTION) : text.indexOf(ACTION);
      if (at < 0) return { thought: "", action: text.trim() };
      const thought = text
        .slice(0, at)
        .replace(/^\s*Thought:/, "")
        .trim();
      return { thought, action: text.slice(at + ACTION.length).trim() };
    },
  };
}
