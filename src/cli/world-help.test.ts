// What the help shows of the worlds: the options of one world where it is named, and nowhere else.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Command } from "commander";
import { ENVIRONMENTS } from "../worlds/open.ts";
import { COMMANDS } from "./commands.ts";

/** What `gleaner … --help` prints. */
async function helpOf(...argv: string[]): Promise<string> {
  let printed = "";
  const program = new Command("gleaner").exitOverride().configureOutput({ writeOut: (text) => (printed += text) });
  const entry = COMMANDS.find(({ name }) => name === argv[0])!;
  (await entry.load()).register(program.command(entry.name), COMMANDS);
  await assert.rejects(program.parseAsync([...argv, "--help"], { from: "user" }), { code: "commander.helpDisplayed" });
  return printed;
}

const flagsIn = (help: string) => [...help.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, flag]) => flag!);

const OF_ONE_WORLD = {
  alfworld: ["--logic"],
  webshop: ["--goals", "--generated", "--nouns", "--observation", "--preset"],
  scienceworld: ["--simplifications"],
  workshop: [],
};

test("without a world the help names the worlds; with one it has that world's options and no other's", async () => {
  for (const named of [
    ["play"],
    ["env"],
    ["import", "--env"],
    ["expert", "scripted", "--env"],
    ["expert", "record", "--env"],
  ]) {
    const command = named.filter((word) => word !== "--env");
    const plain = await helpOf(...command);
    const some = Object.values(OF_ONE_WORLD).flat();
    assert.deepEqual(
      flagsIn(plain).filter((flag) => some.includes(flag)),
      [],
      command.join(" "),
    );
    assert(flagsIn(plain).includes("--max-steps"));
    assert.match(
      plain,
      /shown where it is named: gleaner .* --help\nWorlds: workshop, alfworld, webshop, scienceworld, python, openenv, agentgym, none\n$/,
    );
    for (const [world, flags] of Object.entries(OF_ONE_WORLD)) {
      const shown = flagsIn(await helpOf(...named, world));
      assert.deepEqual(
        shown.filter((flag) => some.includes(flag)),
        flags,
        `${command.join(" ")} ${world}`,
      );
      assert.equal(shown.includes("--data"), world !== "workshop");
    }
  }
});

test("what has no flag of its own is listed for --option, with its values", async () => {
  assert.match(await helpOf("play", "workshop"), /With --option, workshop also takes:\n {2}kind=front\|back\|any\n/);
  const help = await helpOf("env", "scienceworld");
  for (const name of Object.keys(shapeOf("scienceworld"))) {
    assert.match(
      help,
      new RegExp(`\\n {2}${name}=|--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} `),
    );
  }
});

const shapeOf = (world: string) => (ENVIRONMENTS[world]!.schema as unknown as { shape: object }).shape;

test("options that only one world heeds are shown with it", async () => {
  assert.doesNotMatch(await helpOf("play"), /--terminal|--port/);
  assert.doesNotMatch(await helpOf("play", "alfworld"), /--terminal|--port/);
  assert.match(await helpOf("play", "webshop"), /--terminal.*--port/s);
  assert.doesNotMatch(await helpOf("env", "install"), /--wheel/);
  assert.match(await helpOf("env", "install", "scienceworld"), /--version.*--wheel/s);
});
