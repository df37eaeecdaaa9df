// What goes in comes out, to the letter; and old bodies are the same records as new ones.
import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import fc from "fast-check";
import { corridor, walk, winning } from "../../test/corridor.ts";
import { temporaryFolder } from "../../test/temporary.ts";
import { canonicalJson } from "../core/json.ts";
import type { Trajectory } from "../core/trajectory.ts";
import { lengthened, shortened } from "./completions.ts";
import { openSqlite } from "./sqlite.ts";

const played = await walk(3, winning(3));
const task = await corridor.task(played.taskId);
const spoken = (thought: string, completion: string): Trajectory => ({
  ...played,
  steps: played.steps.map((step) => ({ ...step, thought, completion })),
});

test("any thought in any completion comes back through JSON", () => {
  const text = fc.string({ unit: "binary", maxLength: 200 });
  fc.assert(
    fc.property(text, text, text, fc.boolean(), (thought, before, after, isInside) => {
      const whole = spoken(thought, isInside ? before + thought + after : before);
      assert.deepEqual(lengthened(JSON.parse(JSON.stringify(shortened(whole)))), JSON.parse(JSON.stringify(whole)));
    }),
    { numRuns: 100 },
  );
});

test("a long thought is kept once, and a dump shows the completion whole", () => {
  const path = join(temporaryFolder(), "store.sqlite");
  const thought = "The door must be at the end of the corridor. ".repeat(50);
  const whole = spoken(thought, `Thought: ${thought}\nAction: forward`);
  const repository = openSqlite(path);
  repository.addRun({ name: "r", kind: "expert", config: {} });
  repository.addTask(task);
  repository.addTrajectory("r", whole);
  const database = new DatabaseSync(path);
  const { body } = database.prepare("SELECT body FROM trajectories").get() as { body: string };
  assert(body.length < canonicalJson(whole).length * 0.6);
  assert.deepEqual(repository.trajectory(whole.id), whole);
  const dump = [...repository.dump()].join("");
  assert(dump.includes(canonicalJson(whole)));

  // As an older version wrote it: the same record, and nothing else is.
  database.prepare("UPDATE trajectories SET body = ?").run(canonicalJson(whole));
  repository.addTrajectory("r", whole);
  assert.deepEqual(repository.trajectory(whole.id), whole);
  assert.equal([...repository.dump()].join(""), dump);
  const other = spoken(thought, `Thought: ${thought}\nAction: back`);
  assert.throws(() => repository.addTrajectory("r", other), /already stored with other content/);
  database.close();
  repository.close();
});
