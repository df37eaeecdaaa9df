// The key in what a server says reaches nobody: not what is thrown, not what a probe tells.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { inspect } from "node:util";
import { ECHOES, echoServer, writtenWays } from "../../test/echo-server.ts";
import { PolicyError, StopError } from "../core/errors.ts";
import { serverModel } from "./model.ts";
import { probeServer } from "./probe.ts";

const server = await echoServer();
after(server.close);
const NAME = "GLEANER_TEST_ECHOED_KEY";
const KEYS = ["sk-proj-0123456789abcdef", "sk-a+b/c=d.e~f_g-h:i&j<k'l\"m%n"];

const shown = (value: unknown) =>
  inspect(value, { depth: 20, showHidden: true, maxStringLength: null, breakLength: 1e6 });

function expectNoKey(value: unknown, key: string): void {
  const text = `${shown(value)} ${JSON.stringify(value)} ${(value as Error).stack}`.toLowerCase();
  for (const way of writtenWays(key)) assert(!text.includes(way.toLowerCase()), `${way} in ${text}`);
}

for (const way of ECHOES) {
  test(`a server that quotes the key: ${way}`, async () => {
    for (const key of KEYS) {
      process.env[NAME] = key;
      const options = { urls: [server.url(way)], model: "tiny", apiKeyEnv: NAME, retries: 1, backoffMs: 1 };
      const model = serverModel(options);
      const request = { messages: [{ role: "user", content: "?" }], temperature: 0, maxTokens: 40, seed: 1 } as const;
      const error = await model.complete(request).then(
        (completion) => assert.fail(`expected an error, got ${JSON.stringify(completion)}`),
        (thrown: unknown) => thrown,
      );
      assert(error instanceof StopError || error instanceof PolicyError, shown(error));
      expectNoKey(error, key);
      await model.close();
      if (key === KEYS[0])
        expectNoKey(await probeServer({ url: server.url(way), model: "tiny", apiKeyEnv: NAME }), key);
      assert(server.seen.has(key));
    }
  });
}

test("a placeholder is sent as it is, and garbles no answer", async () => {
  process.env[NAME] = "x";
  const good = await echoServer({ goodFirst: 100 });
  after(good.close);
  const model = serverModel({ urls: [good.url("400")], model: "tiny", apiKeyEnv: NAME, retries: 0 });
  const request = { messages: [{ role: "user", content: "?" }], temperature: 0, maxTokens: 40, seed: 1 } as const;
  assert.match((await model.complete(request)).text, /^Thought: go\./);
  assert(good.seen.has("x"));
  await model.close();
});
