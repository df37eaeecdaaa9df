/** What a config says of the server that a world is behind. */
import { z } from "zod";
import { atMost } from "../../core/bounds.ts";
import { CliError } from "../../core/errors.ts";
import { baseUrl } from "../../http/addresses.ts";

const whole = z.number().int().nonnegative();
const [most, tooMany] = atMost("generatedTasks");

/** Tasks that are numbers: from the first to before the second. */
export const rangeOfNumbers = z
  .tuple([whole, whole])
  .refine(([from, to]) => from < to, { message: "expected two numbers, the first below the second" })
  .refine(([from, to]) => to - from <= most, { message: tooMany });

const NO_ADDRESS = "expected the server's address, such as http://127.0.0.1:8000";

/** The options of every world behind a server. */
export function serverOptions() {
  return {
    url: z.string({ error: ({ input }) => (input === undefined ? NO_ADDRESS : undefined) }).transform(address),
    /** The environment variable with the key that the server wants. */
    apiKeyEnv: z.string().min(1).optional(),
    /** Episodes at once. */
    sessions: z
      .number()
      .int()
      .positive()
      .max(1_000, "expected at most 1,000: each is a world on the server")
      .optional(),
    /** Longest wait for one answer, in seconds. */
    timeout: z.number().positive().max(3600).default(60),
    maxSteps: z
      .number()
      .int()
      .positive()
      .max(...atMost("maxSteps"))
      .optional(),
  };
}

function address(text: string, context: z.RefinementCtx): string {
  try {
    return baseUrl("the server's address", text, { example: "http://127.0.0.1:8000" });
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    context.addIssue({ code: "custom", message: error.message });
    return z.NEVER;
  }
}
