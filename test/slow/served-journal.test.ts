/** A run on a Tinker server, killed (-9) in the middle of its rollouts: what was answered is not asked again. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { openSqlite } from "../../src/store/sqlite.ts";
import { openChatTokenizer } from "../../src/tokenizers/chat-tokenizer.ts";
import { chatCheckpoint, TEMPLATES } from "../chat-checkpoint.ts";
import { gleaner, ROOT } from "../command.ts";
import { temporaryFolder } from "../temporary.ts";
import { tinkerStub } from "../tinker-stub.ts";

const CONCURRENCY = 4;

async function setUp(t: TestContext, tokenizer: string) {
  const said = openChatTokenizer(tokenizer).encode("say amber<|im_end|>");
  const stub = await tinkerStub(t, { sample: said });
  const project = temporaryFolder();
  const file = join(project, "config.yaml");
  const config = {
    run: "hosted",
    environment: { name: join(ROOT, "test/real/locks.ts") },
    expert: { scripted: true, errorRate: 0.5 },
    format: "text",
    maxTokens: 12,
    concurrency: CONCURRENCY,
    student: { kind: "tinker", url: stub.url, model: "base", tokenizer },
    training: { steps: 2, batch: 4 },
    methods: [{ method: "rft", samples: 12 }],
  };
  writeFileSync(file, JSON.stringify(config));
  const samples = () => stub.paths().filter((path) => path === "asample").length;
  return { project, file, samples };
}

/** Everything stored but where checkpoints are. */
function dumpOf(project: string): string {
  const repository = openSqlite(join(project, "store.sqlite"));
  const dump = [...repository.dump()].join("");
  repository.close();
  return dump;
}

test("killed again and again, a run asks at most what was under way once more, and ends with the same bytes", async (t) => {
  const tokenizer = chatCheckpoint(t, { template: TEMPLATES.chatml });
  const calm = await setUp(t, tokenizer);
  await gleaner(calm.project, ["run", calm.file]);
  const broken = await setUp(t, tokenizer);
  const kills = [20, 60, 100].filter((requests) => requests < calm.samples());
  for (const requests of kills) {
    const arguments_ = [join(ROOT, "bin", "gleaner.js"), "run", broken.file, "--project", broken.project];
    const child = spawn(process.execPath, arguments_, { cwd: ROOT, stdio: "ignore" });
    const watch = setInterval(() => broken.samples() >= requests && child.kill("SIGKILL"), 1);
    await new Promise((resolve) => child.on("close", resolve));
    clearInterval(watch);
  }
  await gleaner(broken.project, ["run", broken.file]);
  assert.equal(dumpOf(broken.project), dumpOf(calm.project));
  const again = broken.samples() - calm.samples();
  assert(kills.length === 3 && again <= kills.length * CONCURRENCY, `${again} requests more than ${calm.samples()}`);
});
