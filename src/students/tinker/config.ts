/** What a config says of a student on a Tinker server, with every default. Keys are no part of a config. */
import { z } from "zod";
import { FORMATS } from "../../formats/format.ts";
import { examples } from "../shared/examples.ts";
import { template } from "../shared/template.ts";
import { amountParts, count, countOrNone, maxLength, rateParts } from "../shared/training-parts.ts";
import type { StudentConfig } from "../student.ts";

export const tinkerParts = {
  format: z.enum(FORMATS).default("react"),
  /** Servers write freely. */
  restrict: z.literal(false).default(false),
  maxTokens: count("maxTokens").default(256),
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
    context: count("context").optional(),
    /** What the chat template is given beside the conversation; `date` is the day that it writes. Absent: nothing. */
    template,
  }),
  training: z
    .strictObject({
      ...amountParts({ batch: 32 }),
      ...rateParts({ learningRate: 1e-4 }),
      /** Rank of the adapters; 0 = all weights are trained, where the server can. */
      loraRank: countOrNone("loraRank").default(16),
      maxLength,
    })
    .prefault({}),
};

export type TinkerConfig = StudentConfig<typeof tinkerParts>;
