/**
 * What OpenEnv's clients send, read strictly. Its own server drops what a world's `reset` does not name, a seed among it,
 * and answers with success; here whatever is not understood is refused by name.
 */
import { z } from "zod";
import { checked, problemText } from "../../core/problems.ts";

/** The codes of OpenEnv's errors (`WSErrorCode` of openenv 0.10.0). */
export type ErrorCode =
  | "INVALID_JSON"
  | "UNKNOWN_TYPE"
  | "VALIDATION_ERROR"
  | "EXECUTION_ERROR"
  | "CAPACITY_REACHED"
  | "FACTORY_ERROR"
  | "SESSION_ERROR";

/** A request that is answered with an error of this code. */
export class ProtocolError extends Error {
  readonly code: ErrorCode;
  /** What else the error tells. */
  readonly more: Readonly<Record<string, unknown>>;
  constructor(code: ErrorCode, message: string, more: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.code = code;
    this.more = more;
  }
}

const MAX_NAME = 255;

/** OpenEnv's own fields may be null, which means that they are absent. */
const resetSchema = z.strictObject({
  seed: z.int().min(0).nullish(),
  episode_id: z.string().max(MAX_NAME).nullish(),
  task: z.string().optional(),
  split: z.string().optional(),
  index: z.int().min(0).optional(),
  restore: z.string().optional(),
});

/** What a reset may say. */
export type ResetRequest = z.infer<typeof resetSchema>;

/** Throws ProtocolError that names what is not understood. */
export function resetRequest(data: unknown): ResetRequest {
  const request = valid(resetSchema, data, "data");
  const { restore, task } = request;
  const given = (keys: readonly (keyof ResetRequest)[]) =>
    keys.find((key) => request[key] !== undefined && request[key] !== null);
  const beside = given(restore === undefined ? ["split", "index"] : ["task", "split", "index", "seed"]);
  if (beside === undefined || (restore === undefined && task === undefined)) return request;
  const whole = restore === undefined ? "task" : "restore";
  throw invalid([`data.${beside}: expected nothing beside ${whole}, which says it already`]);
}

const textAction = z.strictObject({
  action: z.string(),
  metadata: z.record(z.string(), z.unknown()).optional(),
});
const callAction = z.strictObject({
  type: z.literal("call_tool"),
  tool_name: z.string().min(1).max(MAX_NAME),
  arguments: z.record(z.string(), z.unknown()).optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
});
const listAction = z.strictObject({
  type: z.literal("list_tools"),
  metadata: z.record(z.string(), z.unknown()).optional(),
});

/** What a step does: an action of the world, a call of one of its tools, or asking which there are. */
export type StepRequest =
  | { readonly kind: "action"; readonly action: string }
  | { readonly kind: "call"; readonly tool: string; readonly arguments: Readonly<Record<string, unknown>> }
  | { readonly kind: "list" };

/** Throws ProtocolError that names what is not understood. */
export function stepRequest(data: unknown, place = "data"): StepRequest {
  const { type, action } = typeof data === "object" && data !== null ? (data as Readonly<Record<string, unknown>>) : {};
  // Nearly all steps are this, and a schema takes as long as all the rest.
  if (typeof action === "string" && Object.keys(data as object).length === 1) return { kind: "action", action };
  if (type === "list_tools") {
    valid(listAction, data, place);
    return { kind: "list" };
  }
  if (type === "call_tool") {
    const { tool_name } = valid(callAction, data, place);
    // Not the schema's copy: numbers are to be written as they were.
    const { arguments: given = {} } = data as { readonly arguments?: Readonly<Record<string, unknown>> };
    return { kind: "call", tool: tool_name, arguments: given };
  }
  return { kind: "action", action: valid(textAction, data, place).action };
}

/** `value` as `schema` has it. Throws ProtocolError with a line for each problem. */
export function valid<T>(schema: z.ZodType<T>, value: unknown, place: string): T {
  const result = checked(schema, value);
  if (result.kind === "fits") return result.data;
  throw invalid(
    result.problems.map((problem) => `${place}${problem.path.length > 0 ? "." : ": "}${problemText(problem)}`),
  );
}

const MAX_PROBLEMS = 10;

const invalid = (problems: readonly string[]) =>
  new ProtocolError("VALIDATION_ERROR", `Invalid message: ${problems.slice(0, MAX_PROBLEMS).join("; ")}`, {
    errors: problems.slice(0, MAX_PROBLEMS),
  });
