/** The tools that MCP clients see: the world's own or, where it has none, one that does an action. */
import { ACT } from "../../core/act.ts";
import type { Benchmark } from "../../core/environment.ts";
import type { Tool } from "../../core/message.ts";

/** At least one. MCP clients see no system prompt, so that `act` says the rules. */
export function offeredTools({ tools = [], instructions }: Benchmark): readonly Tool[] {
  return tools.length > 0 ? tools : [{ ...ACT, description: `${ACT.description}\n\n${instructions}` }];
}
