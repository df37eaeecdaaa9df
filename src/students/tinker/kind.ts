/** The student on a Tinker server, as the list of kinds names it. Nothing of it is loaded before it is opened. */
import { tokenizerContent } from "../../tokenizers/content.ts";
import type { StudentKind } from "../student.ts";
import { tinkerParts } from "./config.ts";

export const tinker: StudentKind<typeof tinkerParts> = {
  parts: tinkerParts,
  folders: ["tokenizer"],
  writesFreely: true,
  sampling: ({ student: { context, template } }) => ({
    ...(context !== undefined && { context }),
    ...(template && { template }),
  }),
  // Where a server is and how it is paid should change nothing.
  stored({ student: { kind, model, tokenizer, context, template }, training }) {
    return { student: { kind, model, tokenizer: tokenizerContent(tokenizer), context, template }, training };
  },
  open: async (project, config, say) => (await import("./student.ts")).tinkerStudent(project, config, say),
};
