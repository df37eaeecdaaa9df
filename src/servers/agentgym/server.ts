/**
 * WebShop, ALFWorld and ScienceWorld served as AgentGym serves them (github.com/WooooDyy/AgentGym, MIT), so that its own
 * clients play them. docs/serving.md says which index means which task.
 */
import type { Benchmark } from "../../core/environment.ts";
import { CliError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import { expectedOneOf } from "../../core/wording.ts";
import { HttpRefusal, type HttpRequest, openLoopback, shortMessage } from "../loopback.ts";
import { CapacityError } from "../sessions.ts";
import { alfworldDialect } from "./alfworld.ts";
import type { Dialect } from "./dialect.ts";
import { type Episodes, newEpisodes, RefusedError } from "./episodes.ts";
import { scienceworldDialect } from "./scienceworld.ts";
import { webshopDialect } from "./webshop.ts";

export interface AgentGymOptions {
  /** WebShop, ALFWorld or ScienceWorld, told by its name. */
  readonly benchmark: Benchmark;
  /** 127.0.0.1, ::1 or localhost. */
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** Environments at once; ≥ 1. */
  readonly sessions: number;
  /** Milliseconds after which an environment is closed that nobody uses. */
  readonly idleMs: number;
  /** ALFWorld: the folder with AgentGym's lists of games. */
  readonly mappings?: string;
  /** ScienceWorld: the task and variation (`boil/3`) that an index means; undefined beyond the last. */
  scienceworldKey(index: number): string | undefined;
}

const WORLDS = ["webshop", "alfworld", "scienceworld"];

export interface AgentGymServing {
  readonly url: string;
  /** Environments that there are. */
  count(): number;
  close(): Promise<void>;
}

/** Throws CliError for a world that AgentGym has no routes for, and for what openLoopback refuses. */
export async function serveAgentGym(options: AgentGymOptions): Promise<AgentGymServing> {
  const dialect = dialectOf(options);
  const episodes = newEpisodes(options);
  const listening = await openLoopback({
    ...options,
    answer: async (request) => ({ status: 200, body: await answerTo(request, dialect, episodes) }),
  });
  return {
    url: listening.url,
    count: () => episodes.ids().length,
    async close() {
      await Promise.all([listening.close(), episodes.closeAll()]);
    },
  };
}

function dialectOf({ benchmark, mappings, scienceworldKey }: AgentGymOptions): Dialect {
  switch (benchmark.name) {
    case "webshop":
      return webshopDialect(benchmark);
    case "alfworld":
      return alfworldDialect(benchmark, mappings);
    case "scienceworld":
      return scienceworldDialect(benchmark, scienceworldKey);
    default:
      throw new CliError(
        `environment: AgentGym has a server of its own for each world: ${expectedOneOf(WORLDS, benchmark.name)}`,
      );
  }
}

async function answerTo(request: HttpRequest, { routes, failure }: Dialect, episodes: Episodes): Promise<Json> {
  const name = `${request.method} ${request.path}`;
  const route = Object.hasOwn(routes, name) ? routes[name]! : undefined;
  if (!route) throw new HttpRefusal(404, "no such path");
  try {
    return await route(request, episodes);
  } catch (error) {
    if (error instanceof HttpRefusal) throw error;
    if (failure) return failure(shortMessage(error));
    throw new HttpRefusal(statusOf(error), shortMessage(error));
  }
}

function statusOf(error: unknown): number {
  if (error instanceof CapacityError) return 503;
  return error instanceof RefusedError || error instanceof CliError ? 400 : 500;
}
