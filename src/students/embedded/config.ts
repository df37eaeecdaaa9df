/** What a config says of an embedded student, with every default. */
import { z } from "zod";
import { atMost, BOUNDS } from "../../core/bounds.ts";
import { TEXT_FORMATS } from "../../formats/format.ts";
import type { StudentConfig } from "../student.ts";

const count = z.number().int().positive();

/** What the number of a student's weights follows from. */
type Shape = Readonly<Record<"width" | "layers" | "vocabulary", number>>;

/** About: the embedding, and in each layer attention and a gated feed-forward part of 8/3 times its width. */
const weightsOf = ({ width, layers, vocabulary }: Shape) => width * (vocabulary + 12 * layers * width);

export const embeddedParts = {
  /** How episodes are written for the student. */
  format: z.enum(TEXT_FORMATS).default("compact"),
  /** The student may only choose listed actions. */
  restrict: z.boolean().default(true),
  maxTokens: count.max(...atMost("maxTokens")).default(16),
  student: z
    .strictObject({
      // Absent rather than "embedded": runs that were stored before there was a choice keep their config.
      kind: z.literal("embedded").optional(),
      width: count.max(...atMost("width")).default(64),
      layers: count.max(...atMost("layers")).default(2),
      heads: count.max(...atMost("heads")).default(4),
      /** Tokens of the longest conversation. */
      context: count.max(...atMost("ownContext")).default(512),
      vocabulary: count.max(...atMost("vocabulary")).default(2000),
      /** It can also copy tokens of its context; its checkpoints are then no plain Llama and open only here. */
      // Absent rather than false: runs that were stored before there was a copy head keep their config.
      copyHead: z.boolean().optional(),
      /** A base phase on random play, relabelled in hindsight; 0 episodes = none. */
      practice: z
        .strictObject({
          episodes: z
            .number()
            .int()
            .nonnegative()
            .max(...atMost("practiceEpisodes"))
            .default(0),
          steps: count.max(...atMost("optimizerSteps")).default(1000),
        })
        .prefault({}),
    })
    .refine((student) => weightsOf(student) <= BOUNDS.weights.most, {
      error: ({ input }) => {
        const [, problem] = atMost("weights");
        return `${weightsOf(input as Shape).toLocaleString("en-US")} weights, ${problem}`;
      },
    })
    .refine(({ width, heads }) => width % (2 * heads) === 0, {
      path: ["width"],
      error: ({ input }) => {
        const { width, heads } = input as { readonly width: number; readonly heads: number };
        return `expected a multiple of ${2 * heads}, twice the number of heads (${heads}), got ${width}`;
      },
    })
    .prefault({}),
  /** The same for every method: equal optimiser steps. */
  training: z
    .strictObject({
      steps: count.max(...atMost("optimizerSteps")).default(400),
      batch: count.max(...atMost("batch")).default(32),
      learningRate: z.number().positive().default(2e-3),
      optimizer: z.enum(["muon", "adamw"]).default("muon"),
    })
    .prefault({}),
};

export type EmbeddedConfig = StudentConfig<typeof embeddedParts>;
