// Whole rollouts on a server: the policy contract, caches, and runs that stop and go on.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { policyContract } from "../../test/contract/policy.ts";
import { CORRIDOR_ACTIONS, corridor } from "../../test/corridor.ts";
import { type Asked, type Behaviour, openServer, type ServerFault, type TestServer } from "../../test/openai-server.ts";
import { temporaryFolder } from "../../test/temporary.ts";
import { StopError } from "../core/errors.ts";
import type { LanguageModel, Policy } from "../core/policy.ts";
import { random } from "../core/random.ts";
import { expertRollouts } from "../engine/experiment/expert.ts";
import type { Progress } from "../engine/experiment/progress.ts";
import type { FormatName } from "../formats/format.ts";
import { formatFor } from "../formats/named.ts";
import { verbatim } from "../formats/verbatim.ts";
import { prompted } from "../policies/prompted.ts";
import { openSqlite } from "../store/sqlite.ts";
import { workshop } from "../worlds/workshop/index.ts";
import type { Spending } from "./budget.ts";
import { type ServerModel, serverModel } from "./model.ts";
import type { ServerOptions } from "./options.ts";

const opened: TestServer[] = [];
after(() => Promise.all(opened.map((server) => server.close())));

async function serve(behaviour: Behaviour = {}): Promise<TestServer> {
  const server = await openServer(behaviour);
  opened.push(server);
  return server;
}

/** A model that thinks aloud, untidily, and walks at random. */
function wander({ messages, seed = 0, temperature }: Asked): string {
  const draws = random("wander", JSON.stringify(messages), temperature > 0 ? seed : "greedy");
  return `Thought:  step ${draws.integer(100)} \n\nAction: ${draws.pick(CORRIDOR_ACTIONS)}\n`;
}

function modelOf(servers: readonly TestServer[], options: Partial<ServerOptions> = {}): ServerModel {
  const urls = servers.map(({ url }) => url);
  return serverModel({ urls, model: "tiny", name: "expert/tiny", backoffMs: 1, retries: 20, ...options });
}

function policyOf(model: LanguageModel, name: FormatName = "react"): Policy {
  const format = verbatim(formatFor(name, corridor));
  return prompted({ model, format, temperature: 1, maxTokens: 30, restrict: false });
}

policyContract("a model behind a server", async () => {
  const benchmark = workshop({ maxSteps: 8 });
  const { url } = await serve();
  const model = serverModel({ urls: [url], model: "tiny" });
  const format = verbatim(formatFor("react", benchmark));
  return {
    benchmark,
    policy: prompted({ model, format, temperature: 1, maxTokens: 20, restrict: false }),
    isRestricted: false,
  };
});

const silent: Progress = { phase: () => ({ advance() {}, end() {} }), say() {} };

interface RunOptions {
  readonly episodes?: number;
  readonly concurrency?: number;
}

/** Rollouts on the corridor's training tasks, all into one run. */
async function roll(path: string, policy: Policy, { episodes = 4, concurrency = 6 }: RunOptions = {}) {
  const repository = openSqlite(path);
  try {
    repository.addRun({ name: "run", kind: "expert", config: {} });
    const tasks = await corridor.tasks("train");
    const common = { run: "run", repository, benchmark: corridor, progress: silent, seed: 1 };
    const made = await expertRollouts({ ...common, policy, tasks, episodes, concurrency });
    return { made, dump: [...repository.dump()] };
  } finally {
    repository.close();
  }
}

/** Says the same as `wander`, as a thought and a call. */
const calling: ServerFault = {
  kind: "other",
  body(answer) {
    const [choice] = answer.choices as [{ message: { content: string } }];
    const [thought = "", action = ""] = choice.message.content.split("Action:");
    const called = { name: "act", arguments: `{ "action": ${JSON.stringify(action.trim())} }` };
    const tool_calls = [{ id: "of-the-server", type: "function", function: called }];
    const message = { role: "assistant", content: thought || null, tool_calls };
    return { ...answer, choices: [{ ...choice, message, finish_reason: "tool_calls" }] };
  },
};

test("tools: calls are actions, go back as they were written, and are answered by what they led to", async () => {
  const server = await serve({ answer: wander, fault: () => calling });
  const { made } = await roll(":memory:", policyOf(modelOf([server]), "tools"));
  assert(
    made.every(({ outcome }) => outcome.kind !== "failed"),
    JSON.stringify(made[0]!.outcome),
  );
  const steps = made.flatMap((trajectory) => trajectory.steps);
  assert(
    steps.every(
      ({ thought, action }) => /^Thought: {2}step \d+$/.test(thought) && CORRIDOR_ACTIONS.includes(action as never),
    ),
  );
  for (const { raw } of server.asked) {
    const { messages, tools } = JSON.parse(raw) as { messages: Sent[]; tools: { function: { name: string } }[] };
    assert.equal(tools[0]!.function.name, "act");
    for (const [index, { tool_calls }] of messages.entries()) {
      if (!tool_calls) continue;
      assert.match(tool_calls[0]!.function.arguments, /^\{ "action": "/);
      assert.deepEqual([messages[index + 1]!.role, messages[index + 1]!.tool_call_id], ["tool", tool_calls[0]!.id]);
    }
    assert.equal(
      messages.filter(({ role }) => role === "assistant").length,
      messages.filter(({ role }) => role === "tool").length,
    );
  }
});

interface Sent {
  readonly role: string;
  readonly tool_call_id?: string;
  readonly tool_calls?: readonly { readonly id: string; readonly function: { readonly arguments: string } }[];
}

for (const name of ["react", "agentgym", "text"] as const) {
  test(`${name}: a request begins with the one before it, what the model said included, at the same server`, async () => {
    const servers = [await serve({ answer: wander }), await serve({ answer: wander })];
    const sent = new Map<string, { readonly seed: number; readonly said: string }[]>();
    const model = modelOf(servers);
    const watched: LanguageModel = {
      ...model,
      async complete(request) {
        const completion = await model.complete(request);
        const ofSession = sent.get(request.session!) ?? [];
        sent.set(request.session!, [...ofSession, { seed: request.seed >>> 1, said: completion.text }]);
        return completion;
      },
    };
    const { made } = await roll(":memory:", policyOf(watched, name));
    assert.deepEqual([...sent.keys()].sort(), made.map(({ id }) => id as string).sort());
    for (const turns of sent.values()) {
      const home = servers.find(({ asked }) => asked.some(({ seed }) => seed === turns[0]!.seed))!;
      const starts = turns.map(({ seed }) => startOf(home.asked.find((asked) => asked.seed === seed)!.raw));
      for (const [index, { said }] of turns.slice(0, -1).entries()) {
        const before = `${starts[index]},${JSON.stringify({ role: "assistant", content: said })},`;
        assert(starts[index + 1]!.startsWith(before));
      }
    }
  });
}

/** The messages of a request, as bytes. */
const startOf = (raw: string) => raw.slice(0, raw.indexOf('],"temperature"'));

const FAULTS: readonly ServerFault[] = [
  { kind: "status", status: 429, retryAfter: "0" },
  { kind: "status", status: 500 },
  { kind: "cut", at: "start" },
  { kind: "cut", at: "middle" },
  { kind: "other", body: () => "no JSON" },
];

test("a run stopped by its budget again and again, on a server that breaks, ends as one that was never stopped", async () => {
  const whole = await roll(":memory:", policyOf(modelOf([await serve({ answer: wander })])));

  const draws = random("faults");
  const fault = () => (draws.next() < 0.2 ? draws.pick(FAULTS) : undefined);
  const server = await serve({ answer: wander, fault });
  const path = join(temporaryFolder(), "store.sqlite");
  let stops = 0;
  for (let budget = 4000; ; budget += 8000) {
    const spent = spentIn(path);
    const options = { budget: { tokens: budget }, spent };
    try {
      const { made, dump } = await roll(path, policyOf(modelOf([server], options)));
      assert.deepEqual(made, whole.made);
      assert.deepEqual(dump, whole.dump);
      break;
    } catch (error) {
      assert(error instanceof StopError && error.kind === "budget", String(error));
      stops += 1;
    }
  }
  assert(stops > 1, `${stops} stops`);
});

/** The usage of the steps in a store. */
function spentIn(path: string): Spending {
  const repository = openSqlite(path);
  const ids = repository.run("run") ? repository.trajectoriesOf("run") : [];
  const usages = ids.flatMap((id) => repository.trajectory(id)!.steps.flatMap(({ usage }) => usage ?? []));
  repository.close();
  return {
    requests: usages.length,
    promptTokens: usages.reduce((sum, { promptTokens }) => sum + promptTokens, 0),
    completionTokens: usages.reduce((sum, { completionTokens }) => sum + completionTokens, 0),
    unaccounted: 0,
  };
}

test("an answer that cannot be used is a failed rollout, kept with its reason; a full context truncates", async () => {
  const fault = ({ number }: Asked): ServerFault | undefined =>
    number === 5 ? { kind: "other", body: (answer) => ({ ...answer, choices: [] }) } : undefined;
  const failing = await roll(":memory:", policyOf(modelOf([await serve({ answer: wander, fault })])), {
    concurrency: 1,
  });
  const failed = failing.made.filter(({ outcome }) => outcome.kind === "failed");
  assert.equal(failed.length, 1);
  assert.match(JSON.stringify(failed[0]!.outcome), /PolicyError.*one choice, got 0/);
  const narrow = await roll(":memory:", policyOf(modelOf([await serve({ answer: wander, contextTokens: 130 })])));
  const truncated = narrow.made.filter(({ outcome }) => outcome.kind === "truncated" && outcome.limit === "tokens");
  assert(truncated.length > 0);
  assert(narrow.made.every(({ outcome }) => outcome.kind !== "failed"));
});

test("a server that goes away stops the run; what was finished stays, and the run goes on elsewhere", async () => {
  const [folder, whole] = [
    temporaryFolder(),
    await roll(":memory:", policyOf(modelOf([await serve({ answer: wander })]))),
  ];
  const path = join(folder, "store.sqlite");
  const server = await serve({ answer: wander });
  const running = roll(path, policyOf(modelOf([server], { retries: 2 })), { concurrency: 2 });
  const outcome = assert.rejects(running, (error) => error instanceof StopError && error.kind === "server");
  while (server.asked.length < 50) await new Promise((resolve) => setTimeout(resolve, 1));
  await server.close();
  await outcome;
  assert(spentIn(path).requests > 0);
  const { dump } = await roll(path, policyOf(modelOf([await serve({ answer: wander })])));
  assert.deepEqual(dump, whole.dump);
});
