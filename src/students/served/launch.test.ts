// A served checkpoint: the command is run without a shell, its end is told, and nothing of it survives the run.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../../test/temporary.ts";
import { launchServer } from "./launch.ts";

const folder = temporaryFolder();
const SERVER = join(folder, "server.mjs");
writeFileSync(
  SERVER,
  `import { createServer } from "node:http";
   import { writeFileSync } from "node:fs";
   const [checkpoint, port, pidFile] = process.argv.slice(2);
   writeFileSync(pidFile, String(process.pid));
   createServer((request, response) => response.end(JSON.stringify({ data: [{ id: checkpoint }] }))).listen(Number(port), "127.0.0.1");`,
);

const commandOf = (pidFile: string) => [process.execPath, SERVER, "{checkpoint}", "{port}", pidFile];

/** Waits until no process has this id; a process that is killed is not gone at once. */
async function goneProcess(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test("a checkpoint is served until it is closed, whatever its name", async () => {
  const pidFile = join(folder, "pid");
  const checkpoint = join(folder, "a b; $(touch x) 'é");
  const server = await launchServer({ command: commandOf(pidFile), checkpoint, startupMs: 20_000 });
  const models = (await (await fetch(`${server.url}/models`)).json()) as { data: { id: string }[] };
  assert.equal(models.data[0]!.id, checkpoint);
  await server.close();
  await goneProcess(Number(readFileSync(pidFile, "utf8")));
  await assert.rejects(fetch(`${server.url}/models`));
});

test("a server that ends, or is not there, or never answers is told with its last words", async () => {
  const launch = (command: readonly string[], startupMs: number) =>
    launchServer({ command, checkpoint: "c", startupMs });
  const dies = [process.execPath, "-e", "console.error('no such checkpoint'); process.exit(3)"];
  await assert.rejects(launch(dies, 20_000), {
    name: "StopError",
    message: /ended before it served c: no such checkpoint/,
  });
  await assert.rejects(launch(["no-such-program"], 20_000), { name: "StopError", message: /no-such-program ENOENT/ });
  const mute = [process.execPath, "-e", "setInterval(() => {}, 1000)"];
  await assert.rejects(launch(mute, 400), { name: "StopError", message: /did not answer at .* within 0\.4 s/ });
});

test("a server does not outlive a run that is killed", async () => {
  const pidFile = join(folder, "pid of the orphan");
  const launch = join(import.meta.dirname, "launch.ts");
  const program = `const { launchServer } = await import(${JSON.stringify(launch)});
    await launchServer(${JSON.stringify({ command: commandOf(pidFile), checkpoint: "c", startupMs: 20_000 })});
    console.log("served");`;
  const run = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((resolve) => run.stdout.once("data", resolve));
  run.kill("SIGKILL");
  await goneProcess(Number(readFileSync(pidFile, "utf8")));
});
