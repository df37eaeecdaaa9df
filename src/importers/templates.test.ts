// A prompt that stands around an observation is recognised; an observation that merely differs is not.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CliError } from "../core/errors.ts";
import { readEpisode } from "./conversation.ts";
import { templateAdvice } from "./templates.ts";
import { WEBSHOP } from "./worlds/webshop.ts";

const ROOM = "You are in the middle of a room. Looking quickly around you, you see a desk 1.";
/** As verl-agent writes it, in our words but for those that tell it. */
const prompted = (seen: string) =>
  `You play.\nYou are now at step 2 and your current observation is: ${seen}\nYour admissible actions are: [look].\nThink.`;

test("verl-agent's prompts and other templates are told of", () => {
  assert.match(
    templateAdvice({ expected: prompted(ROOM), got: ROOM })!,
    /^the log has verl-agent's prompt .*keep of each/,
  );
  assert.match(templateAdvice({ expected: prompted("x"), got: "something else" })!, /verl-agent's prompt/);
  assert.match(templateAdvice({ expected: `State: ${ROOM}\nWhat now?`, got: `${ROOM}\n` })!, /as from a template/);
});

test("texts that differ otherwise are not", () => {
  for (const [expected, got] of [
    [ROOM, `${ROOM} And more.`],
    [ROOM, ROOM.replace("desk", "bed")],
    ["You see nothing. OK.", "OK."],
    ["", ""],
  ] as const)
    assert.equal(templateAdvice({ expected, got }), undefined);
});

test("where a chat's first turn is such a prompt, the refusal says so", () => {
  const messages = [{ speaker: "world", text: prompted(ROOM), place: "messages[0]" }] as const;
  const spelling = { parse: () => undefined, observation: (heard: string) => heard, turn: "a turn" };
  assert.throws(
    () => readEpisode(messages, { world: WEBSHOP, spelling, opening: WEBSHOP.opening }),
    (error) => {
      assert(error instanceof CliError);
      assert.match(error.message, /^messages\[0\]: expected the first page, .*, found verl-agent's prompt/);
      return true;
    },
  );
});
