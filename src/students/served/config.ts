/** What a config says of a served student, with every default. */
import { z } from "zod";
import { FORMATS } from "../../formats/format.ts";
import { examples } from "../shared/examples.ts";
import { template } from "../shared/template.ts";
import { amountParts, count, countOrNone, maxLength, rateParts } from "../shared/training-parts.ts";
import type { StudentConfig } from "../student.ts";

export const servedParts = {
  format: z.enum(FORMATS).default("react"),
  /** Servers write freely. */
  restrict: z.literal(false).default(false),
  maxTokens: count("maxTokens").default(256),
  examples,
  student: z.strictObject({
    kind: z.literal("served"),
    /** A Hugging Face checkpoint folder: where every training starts. */
    checkpoint: z.string(),
    /**
     * A program and its arguments that serve the folder `{checkpoint}` on the port `{port}` of this machine. `{template}` is a
     * file with its chat template, the day of `template` written into it.
     */
    serve: z.array(z.string()).nonempty(),
    /** What the server calls the model. */
    model: z.string().default("{checkpoint}"),
    /** Prompt and completion together. Absent: what the server says. */
    context: count("context").optional(),
    /** Until the server answers. */
    startupSeconds: count("seconds").default(600),
    /** More fields of each request: `top_p`, `chat_template_kwargs` … */
    extra: z.record(z.string(), z.json()).optional(),
    /** What the chat template is given beside the conversation; `date` is the day that it writes. Absent: nothing. */
    template,
  }),
  training: z
    .strictObject({
      ...amountParts({ batch: 32 }),
      /** At most so many examples on one device at a time; the gradients of the rest are added up. */
      deviceBatch: count("batch").default(4),
      ...rateParts({ learningRate: 1e-4 }),
      /** Rank of adapters on every linear layer, merged at the end; 0 = all weights are trained. */
      loraRank: countOrNone("loraRank").default(16),
      maxLength,
      /** What a GPU computes in; without one it is always fp32. */
      precision: z.enum(["bf16", "fp32"]).default("bf16"),
      /** Several devices: the file that `accelerate config` writes. */
      accelerateConfig: z.string().optional(),
    })
    .prefault({}),
};

export type ServedConfig = StudentConfig<typeof servedParts>;
