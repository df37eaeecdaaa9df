// Lists of steps under other names are read as gleaner's own; a name that leads to nothing is refused, never passed over.
import assert from "node:assert/strict";
import { test } from "node:test";
import { corridor, walk, winning } from "../../test/corridor.ts";
import { imported, importing } from "../../test/importing.ts";
import { jsonLines, scratchFolder } from "../../test/logs.ts";
import { CliError } from "../core/errors.ts";
import { openSqlite } from "../store/sqlite.ts";
import { gleaner } from "./readers/gleaner.ts";
import { parseStepFields } from "./step-fields.ts";

const { write } = scratchFolder();

/** The row of a won episode, by a program that tells what each action led to, and the goal as its task. */
async function foreign() {
  const { steps, finalObservation } = await walk(3, winning(3));
  return {
    steps,
    row: {
      info: { game: "corridor/train/halls/3", won: true },
      task: "open the door.",
      trajectory: steps.map(({ action }, index) => ({
        action_taken: action,
        model_response: `I do ${action}`,
        reply: { next_observation: steps[index + 1]?.observation ?? finalObservation },
      })),
    },
  };
}

const FIELDS =
  "task=info.game,steps=trajectory,success=info.won,action=action_taken,completion=model_response,observation=reply.next_observation";

test("a foreign list of steps is verified, with what the model wrote; untold beginnings are the world's", async () => {
  const { row, steps } = await foreign();
  const stepFields = parseStepFields(FIELDS);
  const repository = openSqlite(":memory:");
  const files = [write("steps.jsonl", jsonLines([row]))];
  const summary = await importing({ format: "gleaner", benchmark: corridor, files, repository, stepFields });
  assert.partialDeepStrictEqual(summary, { verified: 1, untold: 1, claims: { won: { episodes: 1, won: 1 } } });
  const [trajectory] = imported(repository);
  assert.deepEqual(
    trajectory!.steps.map(({ action, completion, observation }) => [action, completion, observation]),
    steps.map(({ action, observation }) => [action, `I do ${action}`, observation]),
  );
  assert.match(
    JSON.stringify(repository.run("logs")!.config),
    /next_observation/,
    "how it was read is a part of the run",
  );
});

test("observations before and after the action may both be told, and the goal may stand for the task", async () => {
  const { row, steps } = await foreign();
  const both = {
    goal: row.task,
    steps: row.trajectory.map(({ action_taken, reply }, index) => ({
      ...{ action: action_taken, state: steps[index]!.observation, after: reply.next_observation },
    })),
  };
  const read = (fields: string, value: object) =>
    gleaner({ benchmark: corridor, stepFields: parseStepFields(fields) }).read(value);
  const episode = read("instruction=goal,observation=state,answer=after", both);
  assert.ok(!Array.isArray(episode));
  assert.partialDeepStrictEqual(episode, {
    taskKey: null,
    instruction: "open the door.",
    firstObservation: steps[0]!.observation,
  });
  assert.deepEqual(
    (episode as { steps: readonly { observation: string | null }[] }).steps.map(({ observation }) => observation),
    row.trajectory.map(({ reply }) => reply.next_observation),
  );
  const goal = { task: row.task, steps: both.steps };
  assert.partialDeepStrictEqual(read("instruction=task", goal), { taskKey: null, instruction: "open the door." });
});

test("what leads to nothing, or is no field, is said with what there is", async () => {
  const { row } = await foreign();
  const read = (fields: string) => () =>
    gleaner({ benchmark: corridor, stepFields: parseStepFields(fields) }).read(row);
  for (const [fields, message] of [
    [
      FIELDS.replace("action_taken", "act"),
      /^steps\[0\]\.act: expected the action of a step, found nothing; the record has action_taken, model_response/,
    ],
    [
      FIELDS.replace("model_response", "reasoning"),
      /^steps\[0\]\.reasoning: expected the completion of a step, found nothing/,
    ],
    [FIELDS.replace("=trajectory", "=history"), /^history: expected the steps, found nothing; the record has info/],
    [
      FIELDS.replace("=trajectory", "=task"),
      /^task: expected a list with at least one action, found "open the door\."/,
    ],
    ["act=action_taken", /^expected one of task, instruction, .*, got "act"/],
    ["action", /^expected pairs such as action=action_taken, got "action"/],
    ["action=a,action=b", /^action: given twice/],
    ["observation=next_obs,answer=after", /what comes next is the answer/],
  ] as const)
    assert.throws(read(fields), (error) => {
      assert(error instanceof CliError);
      assert.match(error.message, message);
      return true;
    });
});
