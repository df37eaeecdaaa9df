/** The tools that MCP clients see: the world's own or, where it has none, one that does an action. */
import type { Benchmark } from "../../core/environment.ts";
import type { Tool } from "../../core/message.ts";

export type OfferedTool = Tool;

/** At least one. `act` is the same that the format `tools` offers where a world has none. */
export function offeredTools({ tools = [], instructions }: Benchmark): readonly OfferedTool[] {
  if (tools.length > 0) return tools;
  return [
    {
      name: "act",
      description: `Do one action in the environment. Returns what is observed then.\n\n${instructions}`,
      parameters: {
        type: "object",
        properties: { action: { type: "string", description: "the action, in the words that the rules give" } },
        required: ["action"],
      },
    },
  ];
}
