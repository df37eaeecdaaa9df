// Damaged WebShop logs by the hundred: each record is judged or refused with a reason, its neighbours are untouched.
import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonLines, scratchFolder } from "../../../test/logs.ts";
import { etoEpisode, shop } from "../../../test/shop.ts";
import { CliError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import { type Random, random } from "../../core/random.ts";
import { replayer } from "../../engine/rollout/replay.ts";
import { openSqlite } from "../../store/sqlite.ts";
import { importLogs } from "../import.ts";
import type { LogReader } from "../reader.ts";
import { agentgymWebshop } from "./agentgym.ts";
import { etoWebshop } from "./eto.ts";
import { reactWebshop } from "./react-webshop.ts";
import { webshopHuman } from "./webshop-human.ts";

const { write } = scratchFolder();
const ODD: readonly Json[] = [
  null,
  true,
  7,
  -0.5,
  1e300,
  "",
  "\u0000\u001b[31m",
  [],
  {},
  [[[]]],
  "OK",
  "x".repeat(5000),
  "\ud83d",
];

const { id, conversations } = etoEpisode(2);
const goal = "i want a mug, and price lower than 10.00 dollars";
const ROWS: readonly (readonly [LogReader, Json])[] = [
  [etoWebshop, { id, conversations, reward: 1 }],
  [agentgymWebshop, { item_id: "webshop_2", conversations, reward: 1, success: 1 }],
  [
    webshopHuman,
    {
      states: [`WebShop\nInstruction: \n${goal}\n[button] Search [button_]`, "a page"],
      actions: ["search[mug]", "click[buy now]"],
    },
  ],
  [
    reactWebshop,
    {
      idx: 3,
      instruction: goal,
      steps: [
        { action: "reset", observation: `\nWebshop \nInstruction:  \n${goal} \n[Search] ` },
        { action: "think[hm]", observation: "OK." },
        { action: "click[Buy Now]", observation: "Your score (min 0.0, max 1.0): 1.0\n\n1 1.0 1.0 0.0\n-----" },
      ],
      score: 1,
    },
  ],
];

/** `value` with one place in it deleted, replaced, repeated or damaged. */
function mutated(value: Json, draw: Random): Json {
  const isBranch = value !== null && typeof value === "object" && Object.keys(value).length > 0;
  if (!isBranch || draw.next() < 0.1) return damaged(value, draw);
  if (Array.isArray(value)) {
    const at = draw.integer(value.length);
    const fate = draw.integer(5);
    if (fate === 0) return value.toSpliced(at, 1);
    if (fate === 1) return value.toSpliced(at, 0, value[at]);
    return value.with(at, mutated(value[at], draw));
  }
  const entries = Object.entries(value);
  const [key, inner] = draw.pick(entries);
  const rest = Object.fromEntries(entries.filter(([each]) => each !== key));
  return draw.next() < 0.15 ? rest : { ...rest, [key]: mutated(inner, draw) };
}

function damaged(value: Json, draw: Random): Json {
  if (typeof value !== "string" || value === "" || draw.next() < 0.3) return draw.pick(ODD);
  const at = draw.integer(value.length);
  return draw.pick([value.slice(0, at), value.slice(at), `${value.slice(0, at)}\ud83d${value.slice(at + 1)}`]);
}

for (const [reader, row] of ROWS) {
  test(`${reader.name}: 400 damaged records are whole episodes or clear errors`, (t) => {
    let refused = 0;
    for (let seed = 0; seed < 400; seed++) {
      const damage = mutated(row, random("record", reader.name, seed));
      try {
        const { steps, firstObservation, instruction, end } = reader.read(damage);
        assert(steps.length > 0);
        const texts = steps.flatMap(({ thought, action, completion, observation }) => [
          thought,
          action,
          completion,
          observation ?? "",
        ]);
        assert([...texts, firstObservation ?? "", instruction].every((text) => text.isWellFormed()));
        assert(steps.slice(0, -1).every(({ observation }) => observation !== null));
        assert(!end || (end.return >= 0 && end.return <= 1));
      } catch (error) {
        assert(error instanceof CliError, String((error as Error).stack));
        assert.match(error.message, /expected/);
        refused += 1;
      }
    }
    t.diagnostic(`${refused} refused`);
    assert(refused > 100);
  });
}

test("damaged records among whole ones, and damaged arrays: every record has one fate", async () => {
  const benchmark = shop();
  const whole = etoEpisode(3);
  for (let seed = 0; seed < 60; seed++) {
    const draw = random("file", seed);
    const rows = [whole, mutated(etoEpisode(2) as unknown as Json, draw), etoEpisode(4)];
    const isArray = seed % 2 === 0;
    const content = isArray ? JSON.stringify(rows) : jsonLines(rows);
    const cut = seed % 3 === 0 ? content.slice(0, content.length - 1 - draw.integer(40)) : content;
    const repository = openSqlite(":memory:");
    const { replay, close } = replayer(benchmark, { normalize: etoWebshop.normalize, rewards: false });
    const files = [write(isArray ? "rows.json" : "rows.jsonl", cut)];
    const options = { run: "logs", reader: etoWebshop, files, benchmark, environment: {}, repository, replay };
    const { malformed, episodes, verified, diverged, unreplayable, unknownTasks, lines, broken, added } =
      await importLogs(options);
    await close();
    assert.equal(lines, malformed.length + episodes);
    assert.equal(episodes, verified + diverged.length + unreplayable.episodes + unknownTasks.length + broken.length);
    assert.equal(added, verified + diverged.length + unreplayable.episodes);
    assert.equal(repository.trajectoriesOf("logs").length, added);
    assert(verified >= (cut === content ? 2 : 1), `${seed}: the whole ones are confirmed`);
    repository.close();
  }
});
