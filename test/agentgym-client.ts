/** Servers of AgentGym's for tests, and what its clients send them (agentenv/envs/webshop.py, alfworld.py, sciworld.py). */
import assert from "node:assert/strict";
import { after } from "node:test";
import type { Benchmark } from "../src/core/environment.ts";
import { agentgymKey } from "../src/importers/worlds/scienceworld.ts";
import { type AgentGymOptions, type AgentGymServing, serveAgentGym } from "../src/servers/agentgym/server.ts";

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into field by field
export type Answer = any;

const servers: AgentGymServing[] = [];
after(() => Promise.all(servers.map((server) => server.close())));

/** A server on any port, which ends with the tests of the file. */
export async function gymServed(
  benchmark: Benchmark,
  options: Partial<AgentGymOptions> = {},
): Promise<AgentGymServing> {
  const usual = { host: "127.0.0.1", port: 0, sessions: 8, idleMs: 600_000, scienceworldKey: agentgymKey };
  const server = await serveAgentGym({ benchmark, ...usual, ...options });
  servers.push(server);
  return server;
}

export interface GymClient {
  /** Body and status of a request. */
  post(path: string, body?: unknown): Promise<{ readonly status: number; readonly body: Answer }>;
  get(path: string): Promise<{ readonly status: number; readonly body: Answer }>;
  /** As the clients do: anything but status 200 is a failure. */
  sound(path: string, body?: unknown): Promise<Answer>;
}

export function gymClient({ url }: AgentGymServing): GymClient {
  const answered = async (response: Response) => ({ status: response.status, body: (await response.json()) as Answer });
  const post = async (path: string, body?: unknown) =>
    answered(
      await fetch(url + path, {
        method: "POST",
        ...(body !== undefined && { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }),
      }),
    );
  return {
    post,
    get: async (path) => answered(await fetch(url + path)),
    async sound(path, body) {
      const answer = await post(path, body);
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      return answer.body;
    },
  };
}
