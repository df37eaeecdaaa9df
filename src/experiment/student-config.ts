/**
 * The two kinds of student a config can name, each with how it is trained and how it writes.
 *
 *   embedded  a small transformer trained from scratch inside this process (default)
 *   served    a checkpoint folder of any size: trained by TRL, and served by any OpenAI-compatible server that the
 *             config says how to start
 */
import { z } from "zod";
import { FORMATS } from "../formats/format.ts";

const count = z.number().int().positive();

/** Of an embedded student. */
export const embeddedParts = {
  /** How episodes are written for the student. */
  format: z.enum(FORMATS).default("compact"),
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

/** Of a served student. */
export const servedParts = {
  format: z.enum(FORMATS).default("react"),
  /** Servers write freely. */
  restrict: z.literal(false).default(false),
  maxTokens: count.default(256),
  student: z.strictObject({
    kind: z.literal("served"),
    /** A Hugging Face checkpoint folder: where every training starts. */
    checkpoint: z.string(),
    /** A program and its arguments that serve the folder `{checkpoint}` on the port `{port}` of this machine. */
    serve: z.array(z.string()).nonempty(),
    /** What the server calls the model. */
    model: z.string().default("{checkpoint}"),
    /** Prompt and completion together. Absent: what the server says. */
    context: count.optional(),
    /** Until the server answers. */
    startupSeconds: count.default(600),
    /** More fields of each request: `top_p`, `chat_template_kwargs` … */
    extra: z.record(z.string(), z.json()).optional(),
  }),
  training: z
    .strictObject({
      steps: count.default(100),
      batch: count.default(32),
      /** At most so many examples on one device at a time; the gradients of the rest are added up. */
      deviceBatch: count.default(4),
      learningRate: z.number().positive().default(1e-4),
      warmup: z.number().int().nonnegative().default(5),
      schedule: z.enum(["cosine", "constant"]).default("cosine"),
      /** Rank of adapters on every linear layer, merged at the end; 0 = all weights are trained. */
      loraRank: z.number().int().nonnegative().default(16),
      /** Tokens of the longest example; longer ones are refused. 0 = as long as the checkpoint can read. */
      maxLength: z.number().int().nonnegative().default(0),
      /** What a GPU computes in; without one it is always fp32. */
      precision: z.enum(["bf16", "fp32"]).default("bf16"),
      /** Several devices: the file that `accelerate config` writes. */
      accelerateConfig: z.string().optional(),
    })
    .prefault({}),
};

/** What a config says of its student before its defaults are filled in decides which of the two it is. */
export const saysServed = (config: unknown): boolean =>
  (config as { student?: { kind?: unknown } } | null)?.student?.kind === "served";
