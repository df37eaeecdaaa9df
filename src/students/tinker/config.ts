/** What a config says of a student on a Tinker server, with every default. Keys are no part of a config. */
import { z } from "zod";
import { atMost } from "../../core/bounds.ts";
import { TEXT_FORMATS } from "../../formats/format.ts";
import { examples } from "../shared/examples.ts";
import type { StudentConfig } from "../student.ts";

const count = z.number().int().positive();

export const tinkerParts = {
  format: z.enum(TEXT_FORMATS).default("react"),
  /** Servers write freely. */
  restrict: z.literal(false).default(false),
  maxTokens: count.max(...atMost("maxTokens")).default(256),
  examples,
  student: z.strictObject({
    kind: z.literal("tinker"),
    /** Without `/api/v1`. */
    url: z.string().regex(/^https?:\/\/./, "expected http(s)://…"),
    /** The base model, as the server names it: where every training starts. */
    model: z.string().min(1),
    /** The folder with that model's tokenizer and chat template: text becomes token ids here. */
    tokenizer: z.string(),
    /** The environment variable that holds the API key. Absent: none is sent. */
    apiKeyEnv: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "expected the name of an environment variable, not the key itself")
      .optional(),
    /** Whether a request that comes twice is done once: true of the hosted server, not of SkyRL's. */
    recognisesRepeats: z.boolean().default(false),
    /** Prompt and completion together. Absent: until the server refuses. */
    context: count.max(...atMost("context")).optional(),
  }),
  training: z
    .strictObject({
      steps: count.max(...atMost("optimizerSteps")).default(100),
      batch: count.max(...atMost("batch")).default(32),
      learningRate: z.number().positive().default(1e-4),
      warmup: z
        .number()
        .int()
        .nonnegative()
        .max(...atMost("optimizerSteps"))
        .default(5),
      schedule: z.enum(["cosine", "constant"]).default("cosine"),
      /** Rank of the adapters; 0 = all weights are trained, where the server can. */
      loraRank: z
        .number()
        .int()
        .nonnegative()
        .max(...atMost("loraRank"))
        .default(16),
      /** Tokens of the longest example; longer ones are refused. 0 = as long as the model can read. */
      maxLength: z
        .number()
        .int()
        .nonnegative()
        .max(...atMost("context"))
        .default(0),
    })
    .prefault({}),
};

export type TinkerConfig = StudentConfig<typeof tinkerParts>;
