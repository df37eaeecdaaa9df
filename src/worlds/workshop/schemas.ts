/** The shapes of what comes from outside: a task's data and a saved state. */
import { z } from "zod";
import { RUINS, TRAY_SIZE } from "./tasks.ts";
import { STAGES } from "./words.ts";

/** What a task holds. */
export const dataSchema = z.object({
  ruin: z.enum(RUINS),
  stages: z
    .array(z.object({ word: z.string().nullable(), room: z.string(), tray: z.array(z.string()).length(TRAY_SIZE) }))
    .length(STAGES),
});

/** What changes during an episode; this is what a snapshot holds. */
export const progressSchema = z.object({
  stagesDone: z.number().int().min(0).max(STAGES),
  room: z.string().nullable(),
  spoiled: z.boolean(),
  over: z.boolean(),
});

/** What `progressSchema` lets through. */
export type Progress = Readonly<z.infer<typeof progressSchema>>;
