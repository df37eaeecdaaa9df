// Recordings of the original WebShop in the spelling of each log format, imported into the real world.
import assert from "node:assert/strict";
import { before, suite, test } from "node:test";
import { scratchFolder } from "../../../test/logs.ts";
import { readJsonLines, shared, skipWithout } from "../../../test/shared.ts";
import type { Benchmark } from "../../core/environment.ts";
import { replayer } from "../../engine/rollout/replay.ts";
import { openSqlite } from "../../store/sqlite.ts";
import { type WebshopOptions, webshop } from "../../worlds/webshop/index.ts";
import { importLogs } from "../import.ts";
import type { LogReader } from "../reader.ts";
import { agentgymWebshop } from "./agentgym.ts";
import { webshopHuman } from "./webshop-human.ts";

interface Page {
  readonly text: string;
  readonly text_rich: string;
}
interface Recording {
  readonly goal: number;
  readonly reset: Page;
  readonly steps: readonly (Page & { readonly action: string; readonly reward: number; readonly done: boolean })[];
}

const RECORDINGS = "webshop/golden/episodes.jsonl.gz";
/** The first ones, each to its purchase; the original goes on after it. */
const recordings = () =>
  readJsonLines<Recording>(RECORDINGS)
    .slice(0, 20)
    .map((recording) => {
      const bought = recording.steps.findIndex(({ done }) => done);
      return bought < 0 ? recording : { ...recording, steps: recording.steps.slice(0, bought + 1) };
    });
const { write } = scratchFolder();

async function importing(reader: LogReader, benchmark: Benchmark, rows: readonly unknown[]) {
  const repository = openSqlite(":memory:");
  const { replay, close } = replayer(benchmark, { normalize: reader.normalize, rewards: false });
  const files = [write("log.json", JSON.stringify(rows))];
  const environment = { name: "webshop" };
  const summary = await importLogs({ run: "logs", reader, files, benchmark, environment, repository, replay });
  await close();
  const returns = new Map(
    repository.trajectoriesOf("logs").map((id) => {
      const { taskId, return: earned } = repository.trajectory(id)!;
      return [taskId as string, earned];
    }),
  );
  return { summary, returns };
}

suite("recordings of the original", { skip: skipWithout(RECORDINGS) }, () => {
  const open = (options: WebshopOptions = {}) => webshop({ data: shared("webshop"), ...options });
  let world: Benchmark;
  before(async () => {
    world = await open();
  });

  const asAgentGym = ({ goal, reset, steps }: Recording) => {
    const turns = steps.flatMap(({ action, text }) => [`Thought:\nOn.\n\nAction:\n${action}`, text]);
    const conversations = ["Rules.", "Ok.", reset.text, ...turns].map((value, at) => ({
      from: at % 2 === 0 ? "human" : "gpt",
      value,
    }));
    return { item_id: `webshop_${goal}`, conversations };
  };

  test("as AgentGym writes them: confirmed page by page, and the reward found", async () => {
    const { summary, returns } = await importing(agentgymWebshop, world, recordings().map(asAgentGym));
    assert.partialDeepStrictEqual(summary, { lines: 20, verified: 20, diverged: [], malformed: [] });
    for (const { goal, steps } of recordings())
      assert.equal(returns.get(`webshop/synthetic/${goal}`), steps.at(-1)!.reward);
  });

  test("with prices of another seed: found on the first page, unless the goal names no price", async () => {
    const other = await open({ seed: 3 });
    const { summary } = await importing(agentgymWebshop, other, recordings().map(asAgentGym));
    assert.equal(summary.verified + summary.diverged.length, 20);
    const [first] = summary.diverged;
    assert.equal(first!.step, -1);
    assert.match(first!.advice!, /the goal texts differ: prices and price limits depend on the seed/);
  });

  test("as the human demonstrations write them: found by their goals, confirmed but for letter case and heading", async () => {
    const rich = await open({ observation: "text_rich" });
    const rows = recordings().map(({ reset, steps }) => ({
      states: [reset, ...steps.slice(0, -1)].map(({ text_rich }) =>
        text_rich
          .replace(/^WebShop\n/, "Amazon Shopping Game\n")
          .toLowerCase()
          .trim(),
      ),
      actions: steps.map(({ action }) => action),
    }));
    const { summary, returns } = await importing(webshopHuman, rich, rows);
    // One goal has a twin with another price limit and a lower index: both are tried.
    assert.partialDeepStrictEqual(summary, { verified: 18, unknownTasks: [], diverged: [] });
    assert.equal(returns.size, 18);
    // Two recordings hold actions that people cannot do.
    assert.match(summary.malformed.map(({ problem }) => problem).join(), /found "think\[hello\]".*found "search"/);
    const inText = await importing(webshopHuman, world, rows.slice(0, 1));
    assert.match(inText.summary.diverged[0]!.advice!, /observation mode/);
  });
});
