// What `gleaner serve` refuses. Servers that run: test/slow/serve.test.ts, src/servers.
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import { gleanerHeard } from "../../../test/command-here.ts";

test("flags that cannot be used are refused by name", async (t) => {
  for (const [args, message] of [
    [["workshop"], /required option '--protocol <name>' not specified/],
    [["workshop", "--protocol", "http"], /--protocol.*'http' is invalid.*openenv, agentgym, stdio/s],
    [["workshop", "--protocol", "openenv", "--host", "0.0.0.0"], /--host.*'0\.0\.0\.0' is invalid.*127\.0\.0\.1/s],
    [["workshop", "--protocol", "openenv", "--port", "70000"], /--port: expected a port from 1 to 65535, or 0/],
    [["workshop", "--protocol", "openenv", "--port", "-1"], /--port/],
    [["workshop", "--protocol", "openenv", "--sessions", "0"], /--sessions/],
    [["workshop", "--protocol", "openenv", "--idle", "0"], /--idle/],
    [["workshop", "--protocol", "openenv", "--split", "dev"], /--split: unknown split "dev"/],
    [["workshop", "--protocol", "openenv", "--mappings", "x"], /--mappings: has no meaning for openenv/],
    [["workshop", "--protocol", "stdio", "--port", "8000"], /--port: has no meaning for stdio/],
    [["workshop", "--protocol", "agentgym", "--port", "0"], /expected one of webshop, alfworld, scienceworld/],
    [["nowhere", "--protocol", "openenv"], /environment: expected one of/],
  ] as const) {
    const { code, output, told } = await gleanerHeard(t, "serve", ...args);
    assert.equal(code, 2, args.join(" "));
    assert.match(output + told, message);
  }
});

test("a port that is taken is told", async (t) => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  t.after(() => taken.close());
  const { port } = taken.address() as { port: number };
  const { code, output, told } = await gleanerHeard(
    t,
    "serve",
    "workshop",
    "--protocol",
    "openenv",
    "--port",
    `${port}`,
  );
  assert.equal(code, 1);
  assert.match(output + told, new RegExp(`${port}`));
});
