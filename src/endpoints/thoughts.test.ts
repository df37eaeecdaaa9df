// A model that thinks apart from its text: the thought is stored, sent back, and learned where the chat template writes it.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { chatCheckpoint } from "../../test/chat-checkpoint.ts";
import { corridor } from "../../test/corridor.ts";
import { type Behaviour, openServer } from "../../test/openai-server.ts";
import { rollout } from "../engine/rollout/rollout.ts";
import { demonstration } from "../formats/demonstration.ts";
import { formatFor } from "../formats/named.ts";
import { verbatim } from "../formats/verbatim.ts";
import { prompted } from "../policies/prompted.ts";
import { openSqlite } from "../store/sqlite.ts";
import { openChatTokenizer } from "../tokenizers/chat-tokenizer.ts";
import { serverModel } from "./model.ts";

const THOUGHT = "The door is ahead.\nSo on.";
/** Writes every thought, as Qwen 3.6 does with `preserve_thinking`. */
const TEMPLATE =
  "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' }}{% if m.reasoning_content %}{{ '<think>' + m.reasoning_content + '</think>' }}{% endif %}{{ m.content + '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

const closing: (() => Promise<void>)[] = [];
after(() => Promise.all(closing.map((close) => close())));

async function played(behaviour: Behaviour) {
  const server = await openServer({ answer: () => "Thought: on\nAction: forward", ...behaviour });
  closing.push(() => server.close());
  const model = serverModel({ urls: [server.url], model: "tiny", name: "expert/thinker" });
  const format = verbatim(formatFor("react", corridor));
  const policy = prompted({ model, format, temperature: 0, maxTokens: 30, restrict: false });
  const task = (await corridor.tasks("train"))[2]!;
  const environment = await corridor.open();
  const limits = { maxSteps: 3, successReturn: corridor.successReturn };
  const trajectory = await rollout({ id: "t" as never, task, environment, policy, seed: 0, ...limits });
  return { server, task, format, trajectory };
}

test("a thought is stored with its step, goes back in later turns, and is learned with its answer", async (t) => {
  const { server, task, format, trajectory } = await played({ thought: THOUGHT });
  assert.deepEqual(
    trajectory.steps.map(({ reasoning, thought }) => [reasoning, thought]),
    trajectory.steps.map(() => [THOUGHT, "on"]),
  );
  assert(trajectory.steps.length > 1);
  const sent = server.asked.map(
    ({ raw }) => JSON.parse(raw).messages as { role: string; reasoning_content?: string }[],
  );
  for (const messages of sent)
    for (const { role, reasoning_content } of messages)
      assert.equal(reasoning_content, role === "assistant" ? THOUGHT : undefined);

  const repository = openSqlite(":memory:");
  repository.addRun({ name: "r", kind: "expert", config: {} });
  repository.addTask(task);
  repository.addTrajectory("r", trajectory);
  assert.deepEqual(repository.trajectory(trajectory.id), trajectory);
  repository.close();

  const example = demonstration({ format, task, trajectory, learnFrom: 1, reason: "expert success" });
  const tokenizer = openChatTokenizer(chatCheckpoint(t, { template: TEMPLATE }));
  const [row, ...others] = tokenizer.demonstration(example).rows;
  assert.deepEqual(others, []);
  const learned = tokenizer.decode(row!.labels.filter((label) => label >= 0));
  const turn = `<think>${THOUGHT}</think>Thought: on\nAction: forward<|im_end|>`;
  assert.equal(learned, turn.repeat(trajectory.steps.length - 1));
});

test("without thoughts nothing is stored or sent of them", async () => {
  for (const thought of [undefined, ""]) {
    const { server, trajectory } = await played(thought === undefined ? {} : { thought });
    assert(!JSON.stringify(trajectory).includes("reasoning"));
    assert(server.asked.every(({ raw }) => !raw.includes("reasoning")));
  }
});
