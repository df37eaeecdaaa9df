/**
 * `npm run bench -- NAME… [--no-write] [--quick]`: each benchmark compares two things in one run. Prints tables and a line of JSON, and
 * keeps the same JSON in bench/results/NAME.json. A benchmark is a file of this folder that exports `run`.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { originNow } from "./parts/origin.ts";
import { type Findings, printFindings, resultOf, resultText } from "./parts/result.ts";

const RESULTS = join(import.meta.dirname, "results");

const known = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(".ts") && file !== "main.ts")
  .map((file) => file.replace(/\.ts$/, ""));

function usage(problem: string): never {
  console.error(
    `${problem}\nusage: npm run bench -- NAME… [--no-write] [--quick], where NAME is one of ${known.join(", ")}`,
  );
  process.exit(2);
}

/** `--quick`: smaller, where a benchmark knows how to be; nothing is kept. */
const OPTIONS = {
  "no-write": { type: "boolean", default: false },
  quick: { type: "boolean", default: false },
} as const;

function parsed() {
  try {
    return parseArgs({ allowPositionals: true, options: OPTIONS });
  } catch (error) {
    return usage((error as Error).message);
  }
}

async function measure(name: string, isKept: boolean): Promise<void> {
  const { run } = (await import(`./${name}.ts`)) as { run: () => Promise<Findings> };
  const origin = originNow(process.argv.slice(2));
  const findings = await run();
  printFindings(findings);
  const result = resultOf(name, findings, origin);
  console.log(JSON.stringify(result));
  if (!isKept || findings.missing !== undefined) return;
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(join(RESULTS, `${name}.json`), resultText(result));
  const warning = origin.dirty ? " (not to be committed: made from no commit, or from one with changes)" : "";
  console.log(`written to bench/results/${name}.json${warning}`);
}

/** Each in a process of its own: the one before must neither warm it up nor count in its memory. */
function measureApart(names: readonly string[], flags: readonly string[]): void {
  for (const name of names) {
    const command = [...process.execArgv, import.meta.filename, name, ...flags];
    if (spawnSync(process.execPath, command, { stdio: "inherit" }).status !== 0) process.exitCode = 1;
  }
}

const { values, positionals: names } = parsed();
if (names.length === 0) usage("expected the name of a benchmark");
for (const name of names) if (!known.includes(name)) usage(`${name}: no such benchmark`);

if (values.quick) process.env.GLEANER_BENCH_QUICK = "1";
if (names.length === 1) await measure(names[0]!, !values["no-write"] && !values.quick);
else measureApart(names, [...(values["no-write"] ? ["--no-write"] : []), ...(values.quick ? ["--quick"] : [])]);
