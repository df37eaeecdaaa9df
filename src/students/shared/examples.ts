/** What a config says of example episodes, for students that can read long conversations. */
import { z } from "zod";
import { atMost } from "../../core/bounds.ts";

const count = z
  .number()
  .int()
  .positive()
  .max(...atMost("examples"));

/**
 * Won episodes that stand before each task, read and never learned: so many of the expert's own, each of another task; or
 * of another run of the project. Their tasks are not trained on. Absent: none.
 */
export const examples = z.union([count, z.strictObject({ run: z.string(), count: count.default(1) })]).optional();

export type ExamplesConfig = NonNullable<z.infer<typeof examples>>;
