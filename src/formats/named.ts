/**
 * The formats by name.
 *
 *   compact  the environment's own short rendering, no system prompt: for students too small to read prose
 *   text     observations and bare actions in words
 *   tools    thoughts in words, actions as calls of a function (tools.ts)
 *   react    thought and action in words; eto and agentgym likewise, in their projects' spelling (react.ts)
 */
import type { Benchmark } from "../core/environment.ts";
import { CliError } from "../core/errors.ts";
import { type Format, type FormatName, withInstruction } from "./format.ts";
import { reactFormat } from "./react.ts";
import { toolFormat } from "./tools.ts";

/**
 * The format called `name` for the tasks of `benchmark`:
 *
 * - `compact`: the environment's own short rendering, no system prompt; for students too small to read prose
 * - `text`: observations and bare actions in words
 * - `tools`: thoughts in words, actions as calls of a function
 * - `react`, `eto`, `agentgym`: thought and action in words, each in its project's spelling
 *
 * Throws CliError if the benchmark has no compact rendering and `compact` is asked for.
 */
export function formatFor(name: FormatName, benchmark: Benchmark): Format {
  if (name === "compact") return compactFormat(benchmark);
  if (name === "tools") return toolFormat(benchmark);
  return name === "text" ? textFormat(benchmark) : reactFormat(name, benchmark);
}

function compactFormat(benchmark: Benchmark): Format {
  const { compact } = benchmark;
  if (!compact) throw new CliError(`format compact: ${benchmark.name} has no compact rendering; use text or react`);
  return {
    name: "compact",
    system: null,
    user(task, observation, isFirst) {
      const text = compact.observation(observation);
      return isFirst ? `${compact.instruction(task)} ; ${text}`.trim() : text;
    },
    assistant: ({ action }) => compact.action(action),
    parse: (completion) => ({ thought: "", action: compact.parse(completion.trim()) }),
  };
}

function textFormat(benchmark: Benchmark): Format {
  return {
    name: "text",
    system: benchmark.instructions,
    user: withInstruction,
    assistant: ({ action }) => action,
    parse: (completion) => ({ thought: "", action: completion.trim() }),
  };
}
