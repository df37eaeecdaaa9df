// Rewards and successes as loggers write them, and the places that a user names for the parts of a row.
import assert from "node:assert/strict";
import { test } from "node:test";
import { corridor, walk, winning } from "../../test/corridor.ts";
import { parseJson } from "../files/python-json.ts";
import { READERS } from "./readers/registry.ts";
import { endingOf, type Paths } from "./row.ts";
import { worldOf } from "./worlds/worlds.ts";

const world = worldOf(corridor);
const ended = (reward: unknown, success?: unknown) => endingOf({ reward, success }, world, "open door").claimed;
const played = await walk(3, winning(3));
const messages = [
  { role: "user", content: `open the door.\n\n${played.steps[0]!.observation}` },
  ...played.steps.flatMap(({ action }, index) => [
    { role: "assistant", content: action },
    { role: "user", content: played.steps[index + 1]?.observation ?? played.finalObservation },
  ]),
];
const read = (row: unknown, paths: Paths = {}) => READERS.messages!({ benchmark: corridor, paths }).read(row);
const fails = (row: unknown, message: RegExp, paths: Paths = {}) =>
  assert.throws(() => read(row, paths), { name: "CliError", message });

test("texts of numbers and booleans are read, and what is none is not told", () => {
  for (const one of [1, "1", "1.0", " 1.0 ", "+1", "10e-1", true, "True", "true"]) assert.equal(ended(one), "won");
  for (const less of [0, "0.0", ".5", "-1", false, "False"]) assert.equal(ended(less), "lost", String(less));
  for (const none of [null, undefined, Number.NaN, "NaN", "nan", "None", "null", ""]) {
    assert.equal(ended(none), "not told", String(none));
    assert.equal(ended(undefined, none), "not told", String(none));
  }
  for (const won of [true, 1, "True", "true", "1", "1.0"]) assert.equal(ended(undefined, won), "won", String(won));
  for (const lost of [false, 0, "False", "0"]) assert.equal(ended(undefined, lost), "lost", String(lost));
});

test("values of other kinds are refused, and of an object the member is asked for by name", () => {
  const refused = (row: object, message: RegExp, paths: Paths = {}) => fails({ messages, ...row }, message, paths);
  refused({ reward: "much" }, /^reward: expected a number, found "much"$/);
  refused({ reward: "1.0.0" }, /^reward: expected a number, found "1\.0\.0"$/);
  refused({ reward: parseJson("-Infinity") as object }, /^reward: expected a number, found -Infinity$/);
  refused({ reward: {} }, /^reward: expected a number, found an empty object$/);
  refused({ reward: [1] }, /^reward: expected a number, found a list$/);
  refused({ success: 0.5 }, /^success: expected true or false, found 0\.5$/);
  refused(
    { score: { total: 1, parts: { a: 2 } } },
    /^score: .* with total, parts\.a; name one, as in --reward score\.total$/,
  );
  refused({ won: { all: true } }, /found an object with all; name one, as in --success won\.all$/);
  const row = { messages, info: { end: { total: "1.0" } } };
  fails(row, /^info\.end: .* an object with total; name one, as in --reward info\.end\.total$/, { reward: "info.end" });
  assert.equal(read(row, { reward: "info.end.total" }).claimed, "won");
});

test("messages, reward, success and task stand where the user says", () => {
  const row = { runs: [{ traj: messages }], info: { reward_info: { reward: 0.5 }, ok: "False" }, game: "halls/3" };
  const paths = { messages: "runs[0].traj", reward: "info.reward_info.reward", success: "info.ok", task: "game" };
  const { taskKey, claimed, end, steps } = read(row, paths);
  assert.deepEqual([taskKey, claimed, end?.return, steps.length], ["halls/3", "lost", 0.5, winning(3).length]);
  assert.equal(read({ ...row, info: { reward_info: null, ok: true } }, paths).claimed, "won");
  const packed = { ...row, info: JSON.stringify(row.info) };
  assert.deepEqual(read(packed, paths), read(row, paths));
});

test("where nothing stands, the names that the record has are listed", () => {
  const row = { said: messages, info: { reward: 1 }, game: "halls/3" };
  const names = /; the record has said\[11\], info\.reward, game(; --messages says where it is)?$/;
  for (const [path, message] of [
    [{}, /^messages: expected a list of messages, found nothing; .*; --messages says where it is$/],
    [{ messages: "sad" }, /^sad: expected a value, found nothing;/],
    [{ messages: "said", reward: "info.rewrd" }, /^info\.rewrd: expected a value, found nothing;/],
    [{ messages: "said", success: "info.ok" }, /^info\.ok: expected a value, found nothing;/],
    [{ messages: "said", task: "task" }, /^task: expected the name of a task, found nothing;/],
  ] as const) {
    fails(row, message, path);
    fails(row, names, path);
  }
  fails(row, /^info: expected a list of messages, found an object/, { messages: "info" });
});
