/**
 * Calls of a world's tools as actions, which are texts: `find_order({"order_id":"A-1"})`. A world that declares tools is told
 * what to do in this form, and may still be told anything else: it answers nonsense, as every world does.
 *
 * Several calls of one turn are one action: a JSON list of them, `[{"name":"find_order","arguments":{"order_id":"A-1"}}, …]`.
 * What they lead to is one observation: a JSON list of results, one for each call, in order (call-by-call.ts).
 */
import type { ToolCall } from "./message.ts";
import { parseWritten, writtenJson } from "./written-json.ts";

/** A call without its id. */
export type Call = Pick<ToolCall, "name" | "arguments">;

/** A call that was read out of an action. */
export interface CallInAction extends Call {
  /** What the arguments say. */
  readonly given: Readonly<Record<string, unknown>>;
}

/** What a call led to; null: it was not done, because the episode was over before it. */
export type CallResult = string | null;

/** The action that a call is. Its arguments are compact JSON, numbers as they were written; text that is no JSON stays. */
export function actionOfCall({ name, arguments: given }: Call): string {
  return `${name}(${compact(given)})`;
}

/**
 * The action that the calls of one turn are, in order: of one call that of `actionOfCall`, of several a JSON list. Arguments
 * are as there; those that are no JSON object stand in the list as text. Throws RangeError where there are none.
 */
export function actionOfCalls(calls: readonly Call[]): string {
  const [first] = calls;
  if (!first) throw new RangeError("expected at least one call, found none");
  if (calls.length === 1) return actionOfCall(first);
  return `[${calls.map(listed).join(",")}]`;
}

const listed = ({ name, arguments: given }: Call) =>
  `{"name":${JSON.stringify(name)},"arguments":${objectIn(given) ? compact(given) : JSON.stringify(given.trim())}}`;

/** The call that an action is; undefined for any other text, several calls included. */
export function callInAction(action: string): CallInAction | undefined {
  const [, name, written] = /^\s*([\w.:/-]+)\(([\s\S]*)\)\s*$/.exec(action) ?? [];
  if (name === undefined || written === undefined) return undefined;
  const given = objectIn(written);
  return given && { name, arguments: compact(written), given };
}

/** The calls that an action is, in order: one, several, or none for any other text. */
export function callsInAction(action: string): readonly Call[] {
  const several = severalCalls(action);
  if (several) return several;
  const call = callInAction(action);
  return call ? [{ name: call.name, arguments: call.arguments }] : [];
}

/** The calls of an action that is several, at least two; undefined for any other. */
export function severalCalls(action: string): readonly Call[] | undefined {
  if (!/^\s*\[\s*\{/.test(action)) return undefined;
  const list = valueIn(action);
  if (!Array.isArray(list) || list.length < 2) return undefined;
  const calls = list.map(callOf);
  return calls.every((call) => call !== undefined) ? calls : undefined;
}

/** A member of the list; undefined if it is no call, or says more than one. */
function callOf(member: unknown): Call | undefined {
  if (!isObject(member) || Object.keys(member).length !== 2) return undefined;
  const { name, arguments: given } = member;
  if (typeof name !== "string") return undefined;
  if (isObject(given)) return { name, arguments: writtenJson(given) };
  return typeof given === "string" ? { name, arguments: given } : undefined;
}

/** The observation that the results of several calls are, in the order of the calls. */
export const observationOfResults = (results: readonly CallResult[]): string => JSON.stringify(results);

/** The results of an action of several calls; undefined for any other observation. */
export function resultsIn(observation: string): readonly CallResult[] | undefined {
  if (!observation.startsWith("[")) return undefined;
  const list = valueIn(observation);
  const isResult = (member: unknown) => typeof member === "string" || member === null;
  return Array.isArray(list) && list.length > 1 && list.every(isResult) ? list : undefined;
}

function compact(text: string): string {
  const value = objectIn(text);
  return value ? writtenJson(value) : text.trim();
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  const value = valueIn(text);
  return isObject(value) ? value : undefined;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function valueIn(text: string): unknown {
  try {
    return parseWritten(text);
  } catch {
    return undefined;
  }
}
