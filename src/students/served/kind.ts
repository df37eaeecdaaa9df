/** The served student, as the list of kinds names it. Nothing of it is loaded before it is opened. */
import { checkpointContent } from "../shared/base-checkpoint.ts";
import type { StudentKind } from "../student.ts";
import { servedParts } from "./config.ts";

export const served: StudentKind<typeof servedParts> = {
  parts: servedParts,
  folders: ["checkpoint"],
  writesFreely: true,
  sampling: ({ student: { context, extra, template } }) => ({
    ...(extra && { extra }),
    ...(context !== undefined && { context }),
    ...(template && { template }),
  }),
  // How a checkpoint is served and on how many devices it is trained should change nothing.
  stored({ student: { kind, checkpoint, context, extra, template }, training: { accelerateConfig: _, ...training } }) {
    return { student: { kind, checkpoint: checkpointContent(checkpoint), context, extra, template }, training };
  },
  open: async (project, config, say) => (await import("./student.ts")).servedStudent(project, config, say),
};
