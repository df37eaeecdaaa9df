/** The pretrained student, as the list of kinds names it. Nothing of it is loaded before it is opened. */
import { checkpointContent } from "../shared/base-checkpoint.ts";
import type { StudentKind } from "../student.ts";
import { pretrainedParts } from "./config.ts";

export const pretrained: StudentKind<typeof pretrainedParts> = {
  parts: pretrainedParts,
  folders: ["checkpoint"],
  writesFreely: true,
  sampling: ({ student: { context, template } }) => ({ context, ...(template && { template }) }),
  // Where the checkpoint lies and how many cores compute should change nothing.
  stored({ student: { kind, checkpoint, context, template }, training }) {
    return { student: { kind, checkpoint: checkpointContent(checkpoint), context, template }, training };
  },
  open: async (project, config) => (await import("./student.ts")).pretrainedStudent(project, config),
};
