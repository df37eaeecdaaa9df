/** The one tool of a world that has no tools of its own: its argument is the action. */
import type { Tool } from "./message.ts";

export const ACT: Tool = {
  name: "act",
  description: "Do one action in the environment. Returns what is observed then.",
  parameters: {
    type: "object",
    properties: { action: { type: "string", description: "the action, in the words that the rules give" } },
    required: ["action"],
  },
};
