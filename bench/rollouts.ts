/**
 * What rollouts on a server cost beside the server: whole episodes (world, conversation, limits, SDK, parsing) next to a
 * loop of bare `fetch` that sends the same bytes, against a stub of fixed latency in another process. And
 * whether each request begins with all of the one before it, as prefix caches need. Alternating, best of each.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Benchmark } from "../src/core/environment.ts";
import type { TrajectoryId } from "../src/core/ids.ts";
import type { LanguageModel } from "../src/core/policy.ts";
import type { Task } from "../src/core/task.ts";
import { bodyOf, serverModel } from "../src/endpoints/model.ts";
import { resolveOptions } from "../src/endpoints/options.ts";
import { concurrently } from "../src/engine/rollout/concurrent.ts";
import { rollout } from "../src/engine/rollout/rollout.ts";
import { formatFor } from "../src/formats/named.ts";
import { verbatim } from "../src/formats/verbatim.ts";
import { prompted } from "../src/policies/prompted.ts";
import { workshop } from "../src/worlds/workshop/index.ts";
import { versionsOf } from "./parts/origin.ts";
import type { Findings } from "./parts/result.ts";

const LATENCY_MS = 1000;
const STEPS = 6;
/** The largest first: code that has run before is faster. */
const CONCURRENCIES = [256, 32, 1];
const ROUNDS = 4;

interface Measured {
  /** Of all requests together. */
  readonly wallMs: number;
  /** Of one request. */
  readonly cpuMs: number;
}

export async function run(): Promise<Findings> {
  const stub = fork(join(import.meta.dirname, "parts", "stub-server.ts"), [String(LATENCY_MS)]);
  const [port] = (await once(stub, "message")) as [number];
  const url = `http://127.0.0.1:${port}/v1`;
  const figures: Record<string, Record<string, number>> = {};
  const ratios: Record<string, number> = {};
  for (const concurrency of CONCURRENCIES) {
    const row = `${concurrency} in flight`;
    const found = await compare(url, concurrency);
    figures[row] = found;
    ratios[`${row}: rollouts ÷ fetch, wall time`] = found["rollouts, ms"] / found["fetch, ms"];
  }
  stub.disconnect();
  return {
    settings: { "latency, ms": LATENCY_MS, "steps an episode": STEPS, rounds: ROUNDS },
    versions: versionsOf("openai"),
    figures,
    ratios,
  };
}

async function compare(url: string, concurrency: number) {
  const benchmark = workshop({ maxSteps: STEPS });
  const tasks = (await benchmark.tasks("train")).slice(0, concurrency);
  const play = (model: LanguageModel) => playAll(model, benchmark, tasks);
  const options = { urls: [url], model: "stub", concurrency };
  const model = serverModel(options);
  const settings = resolveOptions(options);
  const episodes = new Map<string, string[]>();
  const recording: LanguageModel = {
    ...model,
    complete(request) {
      const bodies = episodes.get(request.session!) ?? [];
      episodes.set(request.session!, [...bodies, JSON.stringify(bodyOf(request, settings))]);
      return model.complete(request);
    },
  };
  // Also opens every connection; both sides then use the same ones.
  await play(recording);
  const bare: Measured[] = [];
  const whole: Measured[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    bare.push(await measured(concurrency, () => fetchAll(url, [...episodes.values()])));
    whole.push(await measured(concurrency, () => play(model)));
  }
  const best = (runs: readonly Measured[], key: keyof Measured) => Math.min(...runs.map((run) => run[key]));
  const wall = best(whole, "wallMs") / best(bare, "wallMs") - 1;
  const cpu = best(whole, "cpuMs") - best(bare, "cpuMs");
  return {
    requests: concurrency * STEPS,
    "fetch, ms": best(bare, "wallMs"),
    "rollouts, ms": best(whole, "wallMs"),
    "overhead, %": 100 * wall,
    "fetch, a request, CPU ms": best(bare, "cpuMs"),
    "overhead, a request, CPU ms": cpu,
    "stable prefixes, %": 100 * stability([...episodes.values()]),
  };
}

/** Lanes start evenly over the time of one answer, as they do after a while; all at once they would stay in step. */
const staggered = (lane: number, lanes: number) => sleep((LATENCY_MS * lane) / lanes);

/** An episode of each task, all at once. */
async function playAll(model: LanguageModel, benchmark: Benchmark, tasks: readonly Task[]): Promise<void> {
  const format = verbatim(formatFor("react", benchmark));
  const policy = prompted({ model, format, temperature: 1, maxTokens: 64, restrict: false });
  await concurrently({
    items: tasks.map((task, lane) => ({ task, lane })),
    limit: tasks.length,
    open: () => benchmark.open(),
    async work({ task, lane }, environment) {
      await staggered(lane, tasks.length);
      const id = `bench ${task.id}` as TrajectoryId;
      const limits = { maxSteps: STEPS, successReturn: 1 };
      const { outcome, steps } = await rollout({ id, task, environment, policy, seed: 0, ...limits });
      if (steps.length !== STEPS) throw new Error(`expected ${STEPS} steps, got ${JSON.stringify(outcome)}`);
    },
  });
}

/** The same bodies, each episode's one after the other. */
async function fetchAll(url: string, episodes: readonly (readonly string[])[]): Promise<void> {
  await Promise.all(
    episodes.map(async (bodies, lane) => {
      await staggered(lane, episodes.length);
      for (const body of bodies) {
        const headers = { "content-type": "application/json" };
        const response = await fetch(`${url}/chat/completions`, { method: "POST", headers, body });
        await response.json();
      }
    }),
  );
}

async function measured(concurrency: number, work: () => Promise<void>): Promise<Measured> {
  const start = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wallMs: performance.now() - start, cpuMs: (user + system) / 1000 / (concurrency * STEPS) };
}

/** The share of requests that begin with the messages of the one before. */
function stability(episodes: readonly (readonly string[])[]): number {
  const messages = (body: string) => body.slice(0, body.indexOf('],"temperature"'));
  const followed = episodes.flatMap((bodies) =>
    bodies.slice(1).map((body, index) => messages(body).startsWith(`${messages(bodies[index]!)},`)),
  );
  return followed.filter(Boolean).length / followed.length;
}
