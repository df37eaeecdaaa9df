/** `gleaner expert record` in a process of its own: killed (-9), stopped by its budget, started again. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { random } from "../../src/core/random.ts";
import { gleaner, ROOT } from "../command.ts";
import { type Asked, type Behaviour, openServer, type TestServer } from "../openai-server.ts";
import { temporaryFolder } from "../temporary.ts";

const opened: TestServer[] = [];
after(() => Promise.all(opened.map((server) => server.close())));

const answer = ({ messages, seed = 0, temperature }: Asked) => {
  const room = random("answer", JSON.stringify(messages), temperature > 0 ? seed : 0).pick([
    "barn",
    "mill",
    "attic",
    "cellar",
  ]);
  return `Thought: where to?\n\nAction: go ${room}\n`;
};

async function serve(behaviour: Behaviour = {}): Promise<TestServer> {
  const server = await openServer({ answer, contextTokens: 100_000, apiKey: "key-17", ...behaviour });
  opened.push(server);
  return server;
}

process.env.GLEANER_TEST_RECORD_KEY = "key-17";
const command = ({ url }: TestServer, ...more: string[]) => [
  ..."expert record --env workshop --tasks 6 --max-steps 8 --model tiny --max-tokens 20 --temperature 1".split(" "),
  ..."--concurrency 3 --price-in 0.01 --price-out 0.03 --api-key-env GLEANER_TEST_RECORD_KEY --out big".split(" "),
  "--server",
  url,
  ...more,
];

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** A recording that may end as it likes; killed (-9) when the server was asked so often. */
function recordUntil(project: string, args: readonly string[], server: TestServer, requests: number): Promise<Ended> {
  const child = spawn(process.execPath, [join(ROOT, "bin", "gleaner.js"), ...args, "--project", project], {
    cwd: ROOT,
  });
  const watch = setInterval(() => server.asked.length >= requests && child.kill("SIGKILL"), 1);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += data));
  return new Promise((resolve) => {
    child.on("close", (code) => {
      clearInterval(watch);
      resolve({ code, output });
    });
  });
}

/** What the probe asks before the first recording. */
const PROBING = 16;

test("a recording killed and stopped by its budget ends as one that was not, and pays for hardly anything twice", async () => {
  const [whole, broken] = [temporaryFolder(), temporaryFolder()];
  const calm = await serve();
  const told = await gleaner(whole, command(calm));
  assert.match(
    told!,
    /^expert\/tiny: won 0 of 6 episodes \(0\.0 %\), \d+ \+ \d+ tokens, money \d+\.\d{4}, in run big\n$/,
  );
  const dump = await gleaner(whole, ["dump"]);
  assert.doesNotMatch(dump!, /key-17|127\.0\.0\.1/);

  const server = await serve({ latencyMs: 5 });
  const killed = await recordUntil(broken, command(server), server, PROBING + 20);
  assert.equal(killed.code, null);
  const stopped = await recordUntil(broken, command(server, "--budget", "0.09"), server, Number.POSITIVE_INFINITY);
  assert.equal(stopped.code, 3, stopped.output);
  assert.match(
    stopped.output,
    /stopped: budget spent: 0\.\d+ of 0\.09; run the same command with a larger budget to continue/,
  );
  assert.equal(await gleaner(broken, command(server, "--budget", "100")), told);
  assert.equal(await gleaner(broken, ["dump"]), dump);
  assert(!existsSync(join(broken, "journals", "big.jsonl")));
  // What was in flight when it was killed is asked again, nothing else.
  assert(server.asked.length <= calm.asked.length + 3, `${server.asked.length} requests, ${calm.asked.length} needed`);
});
