import assert from "node:assert/strict";
import { test } from "node:test";
import { addSyntheticRun } from "../../test/synthetic-run.ts";
import { type TaskId, type TrainingSetId, trajectoryId } from "../core/ids.ts";
import type { Repository } from "../core/repository.ts";
import type { Demonstration, TrainingSet, WeightedMessage } from "../core/training.ts";
import { openSqlite } from "../store/sqlite.ts";
import { type Leakage, leakageInPieces, leakageOf, type Render } from "./leakage.ts";
import { materialInPieces, materialOf } from "./material.ts";

function experiment(): Repository {
  const repository = openSqlite(":memory:");
  addSyntheticRun(repository, { seeds: [1] });
  return repository;
}

const check = (repository: Repository, render?: Render): Leakage => leakageOf(materialOf(repository, ["demo"]), render);

type Learned = Extract<WeightedMessage, { weight: 1 }>;

/** The check of the run with one more round, whose training set is one stored example after `change`. */
function afterChange(change: (messages: WeightedMessage[], learned: number) => void, render?: Render) {
  const repository = experiment();
  const [round] = repository.rounds("demo").filter(({ method, iteration }) => method === "EEF" && iteration === 1);
  const stored = repository.trainingSet(round!.trainingSet)!;
  const recovery = (stored.examples as readonly Demonstration[]).find(({ messages }) =>
    messages.some((message) => message.weight === 1 && message.provenance.reason.startsWith("recovery")),
  )!;
  const messages = structuredClone(recovery.messages) as WeightedMessage[];
  const before = check(repository, render);
  change(
    messages,
    messages.findIndex(({ weight }) => weight === 1),
  );
  const set: TrainingSet = { kind: "sft", examples: [{ ...recovery, messages }] };
  repository.addTrainingSet("changed" as TrainingSetId, set);
  repository.addRound({ ...round!, iteration: 9, trainingSet: "changed" as TrainingSetId });
  const after = check(repository, render);
  assert.equal(before.violations, 0);
  return { before, after, problems: after.listed.map(({ problem }) => problem) };
}

/** Problems after the provenance of the first learned message was changed. */
const problemsWith = (provenance: Partial<Learned["provenance"]>) =>
  afterChange((messages, index) => {
    const message = messages[index] as Learned;
    messages[index] = { ...message, provenance: { ...message.provenance, ...provenance } };
  }).problems;

test("what the algorithms stored has no violation, and every learned message was looked at", () => {
  const repository = experiment();
  const leakage = check(repository);
  const sets = new Set(repository.rounds("demo").map(({ trainingSet }) => trainingSet));
  const messages = [...sets].flatMap((id) =>
    (repository.trainingSet(id)!.examples as readonly Demonstration[]).flatMap((example) => example.messages),
  );
  assert.equal(leakage.violations, 0);
  assert.equal(leakage.sets, sets.size);
  assert.equal(leakage.learned, messages.filter(({ weight }) => weight === 1).length);
  assert.equal(leakage.textsConfirmed, leakage.learned);
  assert.equal(leakage.heldOutTasks, 20);
  assert.equal(leakage.sharedInstructions, 0);
});

test("weight on an observation or an instruction", () => {
  for (const role of ["user", "system"]) {
    const { problems, after } = afterChange((messages, index) => {
      messages[index - 1] = { ...messages[index], role } as unknown as WeightedMessage;
    });
    assert.deepEqual(problems, [`a ${role} message has weight 1`]);
    assert.deepEqual([after.listed[0]!.trainingSet, after.listed[0]!.example], ["changed", 0]);
  }
});

test("an action before the state the example is for", () => {
  const { problems } = afterChange((messages, index) => {
    const { content, provenance } = messages[index] as Learned;
    const earlier = { ...provenance, step: provenance.step - 1, actor: "expert/rules" };
    messages[index - 2] = { role: "assistant", content, weight: 1, provenance: earlier };
  });
  assert.equal(problems.length, 1);
  assert.match(problems[0]!, /^step \d+ is learned, but the example is a recovery from s_\d+$/);
});

test("provenance that is missing, points nowhere, or names another place or actor", () => {
  const { problems } = afterChange((messages, index) => {
    const { provenance: _, ...rest } = messages[index] as Learned;
    messages[index] = rest as unknown as WeightedMessage;
  });
  assert.deepEqual(problems, ["no provenance"]);
  assert.match(problemsWith({ trajectory: trajectoryId("gone") })[0]!, /gone is not stored/);
  assert.match(problemsWith({ step: 999 })[0]!, /has no step 999/);
  assert.match(problemsWith({ step: 0, reason: "own success", actor: "expert/rules" })[0]!, /says it is step 0/);
  assert.match(problemsWith({ actor: "expert/rules" })[0]!, /credited to expert\/rules, but [0-9a-f]{20} acted/);
});

test("a held-out task among what is learned, and one with the same instruction", () => {
  const repository = experiment();
  const [evaluated] = repository.rounds("demo")[0]!.evaluated;
  const { steps, policy, taskId } = repository.trajectory(evaluated!)!;
  const provenance = { trajectory: evaluated!, step: 0, actor: policy, reason: "own success" };
  const message: WeightedMessage = { role: "assistant", content: steps[0]!.action, weight: 1, provenance };
  const set: TrainingSet = { kind: "sft", examples: [{ source: evaluated!, messages: [message] }] };
  repository.addTrainingSet("leak" as TrainingSetId, set);
  repository.addRound({ ...repository.rounds("demo")[0]!, iteration: 9, trainingSet: "leak" as TrainingSetId });
  const { listed, sharedInstructions } = check(repository);
  assert.deepEqual(
    listed.map(({ problem }) => problem),
    [`task ${taskId} was evaluated as held out`],
  );
  assert.equal(sharedInstructions, 1);
  assert.notEqual(repository.task(taskId as TaskId), undefined);
});

test("texts: compared with a rendering where there is one, else searched for the action", () => {
  const changeText = (messages: WeightedMessage[], index: number) => {
    messages[index] = { ...messages[index]!, content: "something else" } as WeightedMessage;
  };
  const unrendered = afterChange(changeText);
  assert.deepEqual(unrendered.problems, []);
  assert.equal(unrendered.after.learned - unrendered.after.textsConfirmed, 1);
  const rendered = afterChange(changeText, (run, step) => (run === "demo" ? step.action : undefined));
  assert.equal(rendered.before.textsConfirmed, rendered.before.learned);
  assert.equal(rendered.problems.length, 1);
  assert.match(rendered.problems[0]!, /^the text is not that of step/);
});

test("both sides of a preference are checked", () => {
  const repository = experiment();
  const [round] = repository.rounds("demo");
  const demonstrations = repository.trainingSet(round!.trainingSet)!.examples as readonly Demonstration[];
  const [first, second] = demonstrations;
  const [prompt, ...chosen] = first!.messages;
  const rejected = structuredClone(second!.messages.slice(1)) as Learned[];
  rejected[0] = { ...rejected[0]!, provenance: { ...rejected[0]!.provenance, actor: "nobody" } };
  repository.addTrainingSet("pairs" as TrainingSetId, {
    kind: "dpo",
    beta: 0.1,
    examples: [{ prompt: [prompt!], chosen, rejected, sources: [first!.source, second!.source] }],
  });
  repository.addRound({ ...round!, iteration: 9, trainingSet: "pairs" as TrainingSetId });
  const { listed, violations } = check(repository);
  assert.equal(violations, 1);
  assert.deepEqual([listed[0]!.example, listed[0]!.message], [1, 1]);
});

test("what stands before every task (consent, examples) is no step; what differs from task to task may be one", () => {
  const violationsWith = (consent: (index: number) => string) => {
    const repository = experiment();
    const [round] = repository.rounds("demo");
    const stored = repository.trainingSet(round!.trainingSet) as Extract<TrainingSet, { kind: "sft" }>;
    const examples = stored.examples.map((example, index): Demonstration => {
      const rules: WeightedMessage = { role: "user", content: "The rules.", weight: 0 };
      const accepted: WeightedMessage = { role: "assistant", content: consent(index), weight: 0 };
      return { ...example, messages: [rules, accepted, ...example.messages] };
    });
    repository.addTrainingSet("preceded" as TrainingSetId, { kind: "sft", examples });
    repository.addRound({ ...round!, iteration: 9, trainingSet: "preceded" as TrainingSetId });
    return check(repository).violations;
  };
  assert.equal(
    violationsWith(() => "OK"),
    0,
  );
  assert(violationsWith((index) => `OK ${index}`) > 0);
});

test("done in pieces, it finds the same, whatever else is read in between", () => {
  const repository = experiment();
  const sets = new Set(repository.rounds("demo").map(({ trainingSet }) => trainingSet));
  const reading = materialInPieces(repository, ["demo"]);
  let read = reading.next();
  for (; !read.done; read = reading.next()) assert(repository.run("demo"));
  const pieces = leakageInPieces(read.value);
  let count = 0;
  let piece = pieces.next();
  for (; !piece.done; piece = pieces.next()) {
    count++;
    for (const set of sets) assert(repository.example(set, 0));
    repository.summariesOf("demo", { limit: 1 });
  }
  const found = piece.value;
  assert.equal(count, found.examples);
  assert.deepEqual(found, check(repository));
});
