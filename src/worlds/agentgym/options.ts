/** An AgentGym server on the command line: `--env agentgym --option world=textcraft --option url=http://127.0.0.1:36001`. */
import { z } from "zod";
import { fingerprint } from "../../core/ids.ts";
import type { EnvironmentEntry } from "../entry.ts";
import { rangeOfNumbers, serverOptions } from "../served/options.ts";
import { agentgymWorld } from "./index.ts";
import { KINDS, REFUSED } from "./kinds.ts";

const NAMES = Object.keys(KINDS) as (keyof typeof KINDS)[];

/** A server of AgentGym's that is not played is refused with the reason. */
function known(name: unknown, context: z.RefinementCtx): unknown {
  const why = typeof name === "string" && Object.hasOwn(REFUSED, name) ? REFUSED[name] : undefined;
  if (why === undefined) return name;
  context.addIssue({ code: "custom", message: `${name} cannot be played: ${why}` });
  return z.NEVER;
}

const schema = z.strictObject({
  world: z.preprocess(known, z.enum(NAMES)),
  ...serverOptions(),
  /** By split: the data indices that are tasks, from one to before another. */
  tasks: z.record(z.string().min(1), rangeOfNumbers).optional(),
  successReturn: z.number().optional(),
});

export const agentgym: EnvironmentEntry<z.infer<typeof schema>> = {
  summary: `a world behind one of AgentGym's servers (${NAMES.join(", ")})`,
  schema,
  paths: [],
  addresses: ["url", "apiKeyEnv"],
  machine: ["sessions", "timeout"],
  async open(options) {
    const { successReturn } = options;
    return {
      ...agentgymWorld(options),
      ...(successReturn !== undefined && { variant: fingerprint({ successReturn }) }),
    };
  },
};
