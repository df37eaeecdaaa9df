/** What the three servers of AgentGym have in common: routes by name, their fields, and how they tell errors. */
import { z } from "zod";
import type { Json } from "../../core/json.ts";
import { checked, problemText } from "../../core/problems.ts";
import { HttpRefusal, type HttpRequest, jsonIn } from "../loopback.ts";
import type { Episodes } from "./episodes.ts";

/** How one of AgentGym's servers speaks. */
export interface Dialect {
  /** By `POST /step`. */
  readonly routes: Readonly<Record<string, Route>>;
  /** An error as an answer; undefined: by its HTTP status. */
  failure?(message: string): Json;
}

export type Route = (request: HttpRequest, episodes: Episodes) => Promise<Json>;

/** A route whose body is JSON as `schema` has it. It is refused with status 422, naming the field. */
export const post =
  <T>(schema: z.ZodType<T>, work: (given: T, episodes: Episodes) => Promise<Json>): Route =>
  async ({ body }, episodes) =>
    work(fieldsOf(schema, jsonIn(body), "body"), episodes);

/** A route that is asked about one environment, whose number stands in the query under `name`. */
export const get =
  (name: string, work: (id: number, episodes: Episodes) => Promise<Json>): Route =>
  async ({ query }, episodes) => {
    const given = query.get(name) ?? "";
    if (!/^\d{1,15}$/.test(given)) throw new HttpRefusal(422, `query.${name}: expected a whole number`);
    return work(Number(given), episodes);
  };

/** The number of an environment. */
export const number = z.int();

/** Closes an environment, whose number is called `id`. */
export const closing = <Id extends string>(id: Id): Route =>
  post(z.strictObject({ [id]: number }), async (given, episodes) => {
    await episodes.close(given[id] as number);
    return true;
  });

/** What ALFWorld's server and ScienceWorld's have in common. */
export const NUMBERED = {
  failure: (error: string): Json => ({ error }),
  routes: {
    "POST /create": async (_, episodes) => ({ id: await episodes.create() }),
    "POST /close": closing("id"),
  } satisfies Dialect["routes"],
};

function fieldsOf<T>(schema: z.ZodType<T>, value: unknown, place: string): T {
  const result = checked(schema, value);
  if (result.kind === "fits") return result.data;
  throw new HttpRefusal(
    422,
    result.problems
      .slice(0, 10)
      .map((problem) => `${place}: ${problemText(problem)}`)
      .join("; "),
  );
}
