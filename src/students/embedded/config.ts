/** What a config says of an embedded student, with every default. */
import { z } from "zod";
import { TEXT_FORMATS } from "../../formats/format.ts";
import type { StudentConfig } from "../student.ts";

const count = z.number().int().positive();

export const embeddedParts = {
  /** How episodes are written for the student. */
  format: z.enum(TEXT_FORMATS).default("compact"),
  /** The student may only choose listed actions. */
  restrict: z.boolean().default(true),
  maxTokens: count.default(16),
  student: z
    .strictObject({
      // Absent rather than "embedded": runs that were stored before there was a choice keep their config.
      kind: z.literal("embedded").optional(),
      width: count.default(64),
      layers: count.default(2),
      heads: count.default(4),
      /** Tokens of the longest conversation. */
      context: count.default(512),
      vocabulary: count.default(2000),
      /** It can also copy tokens of its context; its checkpoints are then no plain Llama and open only here. */
      // Absent rather than false: runs that were stored before there was a copy head keep their config.
      copyHead: z.boolean().optional(),
      /** A base phase on random play, relabelled in hindsight; 0 episodes = none. */
      practice: z
        .strictObject({ episodes: z.number().int().nonnegative().default(0), steps: count.default(1000) })
        .prefault({}),
    })
    .prefault({}),
  /** The same for every method: equal optimiser steps. */
  training: z
    .strictObject({
      steps: count.default(400),
      batch: count.default(32),
      learningRate: z.number().positive().default(2e-3),
      optimizer: z.enum(["muon", "adamw"]).default("muon"),
    })
    .prefault({}),
};

export type EmbeddedConfig = StudentConfig<typeof embeddedParts>;
