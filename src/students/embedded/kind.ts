/** The embedded student, as the list of kinds names it. Nothing of it is loaded before it is opened. */
import type { StudentKind } from "../student.ts";
import { embeddedParts } from "./config.ts";

export const embedded: StudentKind<typeof embeddedParts> = {
  parts: embeddedParts,
  folders: [],
  writesFreely: false,
  // Its context is part of its checkpoint.
  sampling: () => ({}),
  practiceEpisodes: ({ student }) => student.practice.episodes,
  stored: ({ student, training }) => ({ student, training }),
  open: async (project, config) => (await import("./student.ts")).embeddedStudent(project, config),
};
