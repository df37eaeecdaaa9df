// Episodes whose tasks the environment does not have, has otherwise worded, or cannot play: what import makes of each.
import assert from "node:assert/strict";
import { test } from "node:test";
import { scratchFolder } from "../../test/logs.ts";
import { readJsonLines, shared, skipWithout } from "../../test/shared.ts";
import { etoEpisode, shop, shopGoal } from "../../test/shop.ts";
import type { Benchmark } from "../core/environment.ts";
import type { Repository } from "../core/repository.ts";
import { replayer } from "../engine/rollout/replay.ts";
import { openSqlite } from "../store/sqlite.ts";
import { importLogs } from "./import.ts";
import type { LogReader } from "./reader.ts";
import { agentgymWebshop } from "./readers/agentgym.ts";
import { etoWebshop } from "./readers/eto.ts";
import { reactWebshop } from "./readers/react-webshop.ts";
import { READERS } from "./readers/registry.ts";
import { webshopHuman } from "./readers/webshop-human.ts";
import type { ImportSummary } from "./summary.ts";

const { write } = scratchFolder();
const LOGS = "webshop/react_webshop_500.jsonl.gz";

async function importInto(
  repository: Repository,
  reader: LogReader,
  benchmark: Benchmark,
  file: string,
): Promise<ImportSummary> {
  const { replay, close } = replayer(benchmark, { normalize: reader.normalize, rewards: false });
  const environment = { name: benchmark.name };
  const summary = await importLogs({ run: "logs", reader, files: [file], benchmark, environment, repository, replay });
  await close();
  return summary;
}

async function importing(reader: LogReader, benchmark: Benchmark, rows: readonly unknown[] | string) {
  const repository = openSqlite(":memory:");
  const file = typeof rows === "string" ? rows : write("log.json", JSON.stringify(rows, null, 1));
  const summary = await importInto(repository, reader, benchmark, file);
  const stored = repository.trajectoriesOf("logs").map((id) => {
    const trajectory = repository.trajectory(id)!;
    return { trajectory, task: repository.task(trajectory.taskId)!, verification: repository.verification(id)! };
  });
  return { repository, summary, stored, file };
}

test("an episode of a task that the environment has is replayed, whatever its log claims", async () => {
  const { summary, stored } = await importing(etoWebshop, shop(), [etoEpisode(2), etoEpisode(3), etoEpisode(0)]);
  assert.partialDeepStrictEqual(summary, { lines: 3, verified: 3, diverged: [], unreplayable: { episodes: 0 } });
  assert.deepEqual(summary.splits, { train: 2, test: 1 });
  assert.partialDeepStrictEqual(summary.disagreements, [{ line: 32, record: 2, claimed: "won", world: "not won" }]);
  assert.deepEqual(stored.map(({ task }) => task.id).sort(), ["webshop/human/0", "webshop/human/2", "webshop/human/3"]);
  assert.deepEqual(stored.map(({ trajectory }) => trajectory.return).sort(), [0.5, 1, 1]);
});

test("prices of another seed are found on the first page, and said", async () => {
  const { summary, stored, repository } = await importing(etoWebshop, shop(), [etoEpisode(2, { seed: 1 })]);
  const [diverged] = summary.diverged;
  assert.equal(diverged!.step, -1);
  assert.match(diverged!.expected, /green lamp, and price lower than 40\.00/);
  assert.match(diverged!.got, /green lamp, and price lower than 30\.00/);
  assert.match(diverged!.advice!, /the goal texts differ: .*the seed, so try another seed \(--option seed=1\)/);
  assert.equal(stored[0]!.trajectory.outcome.kind, "failed");
  assert.deepEqual(summary.splits, {}, "nothing to learn from");
  // The variant of that seed has the same key.
  const inItsWorld = await importing(etoWebshop, shop({ seed: 1 }), [etoEpisode(2, { seed: 1 })]);
  assert.equal(inItsWorld.summary.verified, 1);
  assert.equal(inItsWorld.stored[0]!.task.id, "webshop/human/2#seed-1");
  repository.close();
});

test("pages in another observation mode are found too", async () => {
  const inRich: Benchmark = {
    ...shop(),
    open: async () => {
      const environment = await shop().open();
      return {
        ...environment,
        reset: async (...given) => (await environment.reset(...given)).replaceAll(" [SEP] ", "\n"),
      };
    },
  };
  const { summary } = await importing(etoWebshop, inRich, [etoEpisode(2)]);
  assert.match(summary.diverged[0]!.advice!, /another observation mode \(--observation\)/);
});

test("a task that the environment lacks or has otherwise is kept by the log's word, under a name of its own", async () => {
  // This shop's first goal is the full one's third, so the same indices mean other goals.
  const small = shop({ first: 2, goals: 2 });
  const rows = [etoEpisode(1), etoEpisode(4, { reward: 0.5 }), etoEpisode(5, { reward: null })];
  const { summary, stored, repository, file } = await importing(etoWebshop, small, rows);
  assert.partialDeepStrictEqual(summary, { episodes: 3, verified: 0, diverged: [], broken: [], added: 2 });
  assert.partialDeepStrictEqual(summary.unreplayable, {
    episodes: 2,
    won: 1,
    reasons: {
      "the environment's task of its name has another goal": 1,
      "the environment does not have its task": 1,
    },
  });
  assert.deepEqual(summary.splits, { test: 2 });
  const problem = "the environment does not have its task, and the log does not tell how it ended";
  assert.partialDeepStrictEqual(summary.unknownTasks, [{ record: 3, task: "human/5", problem }]);

  const [won, lost] = stored.sort((a, b) => b.trajectory.return - a.trajectory.return);
  assert.match(won!.task.id, /^webshop\/human\/1#[0-9a-f]{20}$/);
  assert.partialDeepStrictEqual(won!.task, { split: "test", instruction: shopGoal(1), data: null });
  assert.partialDeepStrictEqual(won!.trajectory, { success: true, return: 1, outcome: { kind: "terminated" } });
  assert.deepEqual(
    won!.trajectory.steps.map(({ reward }) => reward),
    [0, 1],
  );
  assert.partialDeepStrictEqual(lost!.trajectory, { success: false, return: 0.5 });
  assert.deepEqual(lost!.verification, {
    kind: "unreplayable",
    trajectory: lost!.trajectory.id,
    reason: "the environment does not have its task",
  });
  // No world starts such a task, and no split lists it.
  const world = await small.open();
  await assert.rejects(world.reset(won!.task, 0), { name: "EnvironmentError" });
  await assert.rejects(small.task(won!.task.id), { name: "CliError" });

  const before = JSON.stringify([...repository.dump()]);
  assert.deepEqual(await importInto(repository, etoWebshop, small, file), { ...summary, added: 0 });
  assert.equal(JSON.stringify([...repository.dump()]), before);
});

/** A won chat in a shop that has no goal 7; what the agent said first, and what the shop answered to it. */
function unknownChat(said: string, answer: string) {
  const start = `WebShop [SEP] Instruction: [SEP] ${shopGoal(0)} [SEP] Search`;
  const messages = [start, said, answer, "click[buy now]", "Thank you for shopping with us! [SEP] 1.0"].map(
    (content, at) => ({ role: at % 2 === 0 ? "user" : "assistant", content }),
  );
  return JSON.stringify({ task_id: "webshop/human/7", reward: 1, success: true, messages });
}

test("what is no action cannot have led to another page: its spelling is not understood", async () => {
  const page = "Instruction: [SEP] a mug [SEP] Back to Search [SEP] B000000001 [SEP] Buy Now";
  const start = `WebShop [SEP] Instruction: [SEP] ${shopGoal(0)} [SEP] Search`;
  const reader = READERS.messages!({ benchmark: shop() });
  const fate = async (said: string, answer: string) => {
    const { summary } = await importing(reader, shop(), write("chat.jsonl", unknownChat(said, answer)));
    return summary.unreplayable.episodes === 1 ? "kept" : summary.unknownTasks[0]!.problem;
  };
  const spellings = [
    "I go.\n```\nsearch[mug]\n```",
    '{"action": "search[mug]"}',
    "I do this: search[mug]",
    "Let me look.",
  ];
  for (const said of spellings)
    assert.equal(
      await fate(said, page),
      "the environment does not have its task, and action 1 led to another page: " +
        `expected search[…] or click[…], found ${JSON.stringify(said)}`,
    );
  assert.equal(await fate("search[mug]", page), "kept");
  assert.equal(await fate("Let me look.", start), "kept", "nonsense leaves the page as it is");
  assert.equal(await fate("Let me look.", "Invalid action!"), "kept", "a complaint is no page");
});

test("AgentGym's goals are synthetic ones; without a result only a replay can tell", async () => {
  const { id, conversations } = etoEpisode(3, { reward: null });
  const row = {
    item_id: `webshop_${id}`,
    conversations: conversations.map(({ from, value }) => ({ from, value: value.replace(/^Observation:\n/, "") })),
  };
  const { summary } = await importing(agentgymWebshop, shop({ kind: "synthetic" }), [row]);
  assert.partialDeepStrictEqual(summary, { verified: 1, claims: { "not told": { episodes: 1, notWon: 1 } } });
  assert.deepEqual(summary.disagreements, []);
  assert.equal((await importing(agentgymWebshop, shop(), [row])).summary.unknownTasks.length, 1);
});

test("a demonstration without an index is found by its goal, the first of equal ones", async () => {
  const goal = shopGoal(2).toUpperCase().replace("30", "70");
  const states = [`Amazon Shopping Game\nInstruction: \n${goal}\n[button] Search [button_]`];
  const { summary } = await importing(webshopHuman, shop(), [{ states, actions: ["search[mug]"] }]);
  // The tiny shop writes its pages in another mode.
  assert.match(summary.diverged[0]!.advice!, /the goal texts differ/);
  const unknown = [{ states: [states[0]!.replace("LAMP", "LAMB")], actions: ["search[mug]"] }];
  const left = (await importing(webshopHuman, shop(), unknown)).summary.unknownTasks;
  assert.match(left[0]!.task, /LAMB/);
  assert.match(left[0]!.problem, /^the environment does not have its task$/);
});

test("ReAct's episodes cannot be replayed even where their goals are", { skip: skipWithout(LOGS) }, async () => {
  const rows = readJsonLines<{ idx: number; instruction: string; steps: { observation: string }[] }>(LOGS).slice(0, 2);
  const [first] = rows;
  const own = shopGoal(0, 2);
  const here = {
    ...first!,
    instruction: own,
    steps: first!.steps.with(0, { ...first!.steps[0]!, observation: `\nWebshop \nInstruction:  \n${own} \n[Search] ` }),
  };
  const { summary, stored } = await importing(reactWebshop, shop(), [here, rows[1]]);
  assert.deepEqual(summary.unreplayable.reasons, {
    [reactWebshop.unreplayable!]: 1,
    "the environment's task of its name has another goal": 1,
  });
  const known = stored.find(({ task }) => task.category === "wares")!;
  assert.match(known.task.id, /^webshop\/human\/0#/);
  assert.equal(known.task.instruction, own);
});

test("all 500 of ReAct's episodes are kept, and importing again adds nothing", {
  skip: skipWithout(LOGS),
}, async () => {
  const { summary, stored, repository } = await importing(reactWebshop, shop({ goals: 0 }), shared(LOGS));
  assert.partialDeepStrictEqual(summary, { lines: 500, added: 500, malformed: [], unknownTasks: [] });
  const reasons = { "the environment does not have its task": 500 };
  assert.partialDeepStrictEqual(summary.unreplayable, { episodes: 500, won: 179, reasons });
  assert.deepEqual(summary.splits, { test: 500 });
  assert.equal(new Set(stored.map(({ task }) => task.id)).size, 500);
  assert(stored.every(({ verification }) => verification.kind === "unreplayable"));
  const mean = stored.reduce((sum, { trajectory }) => sum + trajectory.return, 0) / 500;
  assert(Math.abs(mean - 0.6379833333333331) < 1e-12);
  assert.equal((await importInto(repository, reactWebshop, shop({ goals: 0 }), shared(LOGS))).added, 0);
});
