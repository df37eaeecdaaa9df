// `gleaner import` and `gleaner verify` as a user runs them, on published ALFWorld logs.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gleaner as gleanerOutside } from "../../../test/command.ts";
import { gleanerHere } from "../../../test/command-here.ts";
import { jsonLines, type LogRow, scratchFolder } from "../../../test/logs.ts";
import { alfworldGames, readJsonLines, shared, skipWithout } from "../../../test/shared.ts";
import type { ImportSummary } from "../../importers/summary.ts";
import type { VerifyReport } from "./verify.ts";

const LOGS = "alfworld/trajectories/knowagent_llama-2-13b_D0.jsonl.gz";
const skip = skipWithout(LOGS);
const { folder, write } = scratchFolder();
const logic = shared("alfworld/logic-0.3");

interface Said {
  readonly code: number;
  /** What it printed, errors too. */
  readonly out: string;
}

const gleaner = async (context: TestContext, ...args: readonly string[]): Promise<Said> => {
  const { code, output } = await gleanerHere(context, ...args);
  return { code, out: output };
};

const importing = (context: TestContext, file: string, project: string, ...more: readonly string[]) =>
  gleaner(
    context,
    ...["import", file, "--format", "knowagent", "--env", "alfworld", "--out", "expert", "--logic", logic],
    ...["--data", alfworldGames(), "--project", join(folder, project), ...more],
  );
const verifying = (context: TestContext, project: string, ...more: readonly string[]) =>
  gleaner(context, "verify", "expert", "--data", alfworldGames(), "--project", join(folder, project), ...more);

/** The first episode of each result. */
function episodes(): LogRow[] {
  const rows = readJsonLines<LogRow>(LOGS);
  return [true, false, 0].map((result) => rows.find((row) => row.result === result)!);
}

test("whole logs are imported, and verified again in a fresh world", { skip }, async (context) => {
  const file = write("llama.jsonl", jsonLines(episodes()));
  const imported = await importing(context, file, "whole");
  assert.equal(imported.code, 0, imported.out);
  assert.match(imported.out, /replayed with the same answers +│ +3 │/);
  assert.match(imported.out, /won +│ +1 │ +1 │ +0 │/);
  assert.match(imported.out, /run expert: 3 verified trajectories, 3 stored now/);
  const again: ImportSummary = JSON.parse((await importing(context, file, "whole", "--json")).out);
  assert.partialDeepStrictEqual(again, { verified: 3, added: 0, diverged: [], disagreements: [] });

  const verified = await verifying(context, "whole", "--logic", logic);
  assert.equal(verified.code, 0, verified.out);
  assert.match(verified.out, /expert\/llama +│ +3 │/);
  assert.match(verified.out, /run expert: all 3 trajectories verified/);
  // Where the data is was kept with the import, outside the store.
  const found = await gleaner(context, "verify", "expert", "--project", join(folder, "whole"));
  assert.equal(found.code, 0, found.out);
  assert.match(found.out, /run expert: all 3 trajectories verified/);
  // A dump writes as it goes.
  const dump = (await gleanerOutside(join(folder, "whole"), ["dump"]))!;
  assert(!dump.includes(alfworldGames()) && !dump.includes(logic));
  rmSync(join(folder, "whole", "worlds"), { recursive: true });
  const otherRules = await verifying(context, "whole");
  assert.equal(otherRules.code, 2);
  assert.match(otherRules.out, /run "expert" was made with other rules of alfworld; give the same options/);
});

test("tampered logs are imported as diverged, and verifying says so", { skip }, async (context) => {
  const [won, lost] = episodes() as [LogRow, LogRow];
  const opened = /^You open the (.*)\. The .* In it, you see nothing\.$/m;
  const tampered = { ...won, traj: won.traj.replace(opened, "You open the $1. It is full of  gold.") };
  const file = write("tampered.jsonl", `${jsonLines([tampered, lost])}{"name": 1}\n`);
  const imported = await importing(context, file, "tampered", "--expert", "llama");
  assert.equal(imported.code, 0, imported.out);
  assert.match(imported.out, /tampered\.jsonl:1, answer to step \d+\n.*gold.*\n.*you see nothing/);
  assert.match(imported.out, /tampered\.jsonl:3: name: expected a game/);

  const verified = await verifying(context, "tampered", "--logic", logic, "--json");
  assert.equal(verified.code, 0, "it was told when it was imported");
  const report: VerifyReport = JSON.parse(verified.out);
  assert.partialDeepStrictEqual(report.divergences, [{ policy: "expert/llama", known: true }]);
  assert.partialDeepStrictEqual(report.policies, [{ trajectories: 2, verified: 1, diverged: 1 }]);
});

const OLDER = "logs/field/17-alfworld-older-release.jsonl";

test("a log of an older release is told to add --logic, and verifies with it", {
  skip: skipWithout(OLDER),
}, async (context) => {
  const plain = [
    "import",
    shared(OLDER),
    "--format",
    "gleaner",
    "--env",
    "alfworld",
    "--data",
    alfworldGames(),
    "--dry-run",
  ];
  const without = await gleaner(context, ...plain);
  assert.match(
    without.out,
    /the log is of alfworld 0\.3 or older .*: add --logic DIR, .*alfworld\/data in github\.com/,
  );
  const { out } = await gleaner(context, ...plain, "--logic", logic);
  assert.match(out, /dry run, nothing is stored: 1 verified trajectory/);
});

test("a dry run lists what it cannot read once, by reasons", async (context) => {
  const nothing = write("unread.jsonl", "not a log\nnot a log\n");
  const { out } = await gleaner(context, "import", nothing, "--env", "workshop", "--format", "gleaner", "--dry-run");
  assert.match(out, /why not:\n {2}not understood, 2: not JSON.*\n {4}.*unread\.jsonl:1, .*unread\.jsonl:2\n/);
  assert.equal(out.match(/not JSON/g)?.length, 1, out);
});

test("what a user can mend is said in one line", { skip }, async (context) => {
  const nothing = write("nothing.jsonl", "not a log\n");
  const useless = await importing(context, nothing, "empty");
  assert.equal(useless.code, 1, useless.out);
  assert.match(useless.out, /nothing\.jsonl:1: not JSON/);
  const fails = async (said: Promise<Said>, message: RegExp) => {
    const { code, out } = await said;
    assert.equal(code, 2);
    assert.match(out, message);
    assert(!out.includes("    at "), "no stack");
  };
  await fails(importing(context, join(folder, "absent.jsonl"), "empty"), /^gleaner: .*absent\.jsonl: no such file$/m);
  await fails(
    importing(context, nothing, "empty", "--format", "reflexion"),
    /--format: expected one of auto, knowagent, .*, got "reflexion"/,
  );
  await fails(importing(context, nothing, "empty", "--expert", "a/b"), /--expert "a\/b": expected letters/);
  await fails(verifying(context, "empty"), /there is no run "expert" in this project/);
});
