/**
 * A world with tools, played by a model that calls several in a turn, from a server's answers to a trainer's labels: each call
 * is done, in order, and answered under its id, and a turn is learned as a whole.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { chatCheckpoint, TEMPLATES } from "../../../test/chat-checkpoint.ts";
import { gleanerHeard } from "../../../test/command-here.ts";
import { type Answer, type Asked, openServer } from "../../../test/openai-server.ts";
import { temporaryFolder } from "../../../test/temporary.ts";
import { callsInAction, resultsIn } from "../../core/calls.ts";
import { datasetOf } from "../../core/run.ts";
import { openSqlite } from "../../store/sqlite.ts";
import { openChatTokenizer } from "../../tokenizers/chat-tokenizer.ts";
import type { Row } from "../../tokenizers/rows.ts";

const WORLD = join(import.meta.dirname, "..", "..", "..", "examples", "own-tools.ts");
const folder = temporaryFolder();
const project = ["--project", join(folder, "project")];

/** As OpenAI's API has them; what our own types call otherwise. */
interface ApiMessage {
  readonly role: string;
  readonly content: string | null;
  readonly tool_calls?: readonly { readonly id: string; readonly function: { readonly name: string } }[];
  readonly tool_call_id?: string;
}
const messagesOf = ({ raw }: Pick<Asked, "raw">): readonly ApiMessage[] => JSON.parse(raw).messages;

/** Looks two orders up at once, then pays back and goes on calling. Of order A-3 it pays the wrong sum. */
function turnOf(asked: Asked): object {
  const messages = messagesOf(asked);
  const order = /A-\d/.exec(asked.raw)?.[0] ?? "A-9";
  const cents = order === "A-3" ? 1 : 500 * Number(order.slice(2));
  const call = (id: string, name: string, given: object) => ({
    ...{ id, type: "function", function: { name, arguments: JSON.stringify(given) } },
  });
  const find = (id: string, found: string) => call(id, "find_order", { order_id: found });
  const isFirst = !messages.some(({ role }) => role === "assistant");
  const refund = call("x", "refund", { order_id: order, cents });
  return isFirst
    ? { content: "I look.", tool_calls: [find("x", order), find("y", "A-9")] }
    : { content: null, tool_calls: [refund, find("z", order)] };
}

function calling(asked: Asked, answer: Answer): Answer {
  const [choice] = answer.choices as readonly object[];
  const message = { role: "assistant", ...turnOf(asked) };
  return { ...answer, choices: [{ ...choice, message, finish_reason: "tool_calls" }] };
}

const server = await openServer({
  contextTokens: 100_000,
  // Before a recording the server is asked what it keeps, without tools.
  fault: (asked) =>
    JSON.parse(asked.raw).tools ? { kind: "other", body: (answer) => calling(asked, answer) } : undefined,
});
after(() => server.close());

test("recorded, verified, chosen, exported and labelled: every call of a turn, and the turn as a whole", async (t) => {
  const gleaner = async (...args: string[]) => {
    const { code, output, told } = await gleanerHeard(t, ...args, ...project);
    assert.equal(code, 0, output + told);
    return output;
  };
  const model = ["--server", server.url, "--model", "tiny", "--format", "tools", "--max-tokens", "400"];
  const recorded = await gleaner("expert", "record", "--env", WORLD, ...model, "--out", "big");
  assert.match(recorded, /won 2 of 3 episodes/);
  assert.match(await gleaner("verify", "big"), /all 3 trajectories verified/);

  const store = openSqlite(join(folder, "project", "store.sqlite"));
  t.after(() => store.close());
  const played = store.trajectoriesOf("big").map((id) => store.trajectory(id)!);
  for (const { steps, finalObservation, success } of played) {
    assert.deepEqual(
      steps.map(({ action }) => callsInAction(action).map(({ name }) => name)),
      [
        ["find_order", "find_order"],
        ["refund", "find_order"],
      ],
    );
    assert.match(steps[1]!.observation, /^\["\{\\"order\\":\\"A-\d\\",\\"cents\\":\d+\}","\?"\]$/);
    assert.deepEqual(resultsIn(finalObservation), [success ? "Paid." : "Refused.", null]);
  }
  // What the server was asked with: its own calls, each with the answer under its id.
  const second = server.asked.map(messagesOf).find((messages) => messages.length > 2)!;
  assert.deepEqual(
    second
      .slice(2)
      .map(({ role, tool_calls, tool_call_id }) => [
        role,
        tool_calls?.map((call) => [call.id, call.function.name]) ?? tool_call_id,
      ]),
    [
      [
        "assistant",
        [
          ["call00000", "find_order"],
          ["p00100000", "find_order"],
        ],
      ],
      ["tool", "call00000"],
      ["tool", "p00100000"],
    ],
  );

  await gleaner("dataset", "big", "--method", "bc", "--out", "wins");
  const set = store.trainingSet(datasetOf(store.run("wins")!)!.trainingSet)!;
  assert(set.kind === "sft");
  for (const target of ["trl", "openai", "axolotl", "llamafactory-v1", "verl", "together", "slime", "swift"]) {
    const out = join(folder, target);
    await gleaner("export", "wins", "--to", target, "--out", out);
    assert.match(await gleaner("export", "--check", out), /the files teach the 4 stored turns and no others/);
  }
  const [row] = readFileSync(join(folder, "trl", "train.jsonl"), "utf8")
    .trimEnd()
    .split("\n");
  const all = Object.values(JSON.parse(row!)).flatMap((part) => (Array.isArray(part) ? part : [])) as ApiMessage[];
  const roles = all.filter(({ role }) => role !== undefined).map(({ role }) => role);
  assert.equal(roles.join(" "), "system user assistant tool tool assistant");

  const tokenizer = openChatTokenizer(chatCheckpoint(t, { template: TEMPLATES.tools }));
  const texts = set.examples.map((example) => {
    const [{ inputIds, labels }, ...others] = tokenizer.demonstration(example).rows as [Row, ...Row[]];
    assert.deepEqual(others, []);
    return tokenizer.decode(inputIds.filter((_, at) => labels[at] !== -100));
  });
  assert.equal(texts.length, 2);
  for (const text of texts) {
    const turns = text.split("<|im_end|>").map((turn) => turn.match(/"name": "\w+"/g)?.join());
    const find = '"name": "find_order"';
    assert.deepEqual(turns, [`${find},${find}`, `"name": "refund",${find}`, undefined]);
  }
});
