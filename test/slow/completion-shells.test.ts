// The completion scripts in the shells themselves: each shell that is installed sources its script and completes lines.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { before, test } from "node:test";
import { ROOT } from "../command.ts";
import { temporaryFolder } from "../temporary.ts";

const folder = temporaryFolder();
const env = { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}`, HOME: folder };
const project = join(folder, "my project");
const bait = join(folder, "bait");

const without = (shell: string) =>
  spawnSync(shell, ["-c", "exit 0"]).status === 0 ? false : `${shell} is not installed`;

before(() => {
  const program = join(folder, "gleaner");
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, "bin", "gleaner.js")}' "$@"\n`);
  chmodSync(program, 0o755);
  const record = [
    "expert",
    "scripted",
    "--env",
    "workshop",
    "--tasks",
    "1",
    "--out",
    "agent-one",
    "--project",
    project,
  ];
  execFileSync(program, record, { env, stdio: "ignore" });
});

/** Lines, and what completes their last word. */
const LINES: readonly (readonly [line: string, completed: readonly string[]])[] = [
  ["gleaner exp", ["expert", "export"]],
  ["gleaner play web", ["webshop"]],
  ["gleaner play webshop --prese", ["--preset"]],
  [`gleaner report --project '${project}' `, ["agent-one"]],
  [`gleaner report $(touch '${bait}') --project '${project}' age`, ["agent-one"]],
];

/** A file with the script for `shell`, made once for all lines. */
function scriptFor(shell: string): string {
  const path = join(folder, `completion.${shell}`);
  writeFileSync(path, execFileSync("gleaner", ["completion", shell], { env }));
  return path;
}

const run = (shell: string, args: readonly string[], script: string) =>
  execFileSync(shell, [...args, "-c", script], {
    env,
    encoding: "utf8",
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });

test("bash", { skip: without("bash") }, () => {
  const script = scriptFor("bash");
  // As bash calls it: the words of the line, quotes and all, and the index of the last.
  const complete = (words: string) =>
    run(
      "bash",
      ["--norc"],
      `. '${script}'; COMP_WORDS=(${words}); COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 )); _gleaner gleaner; printf '%s\\n' "\${COMPREPLY[@]}"`,
    ).trim();
  const raw = (line: string) =>
    (line.match(/\$\(.*?\)|'[^']*'|\S+|(?<= )$/g) ?? []).map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  for (const [line, completed] of LINES) assert.deepEqual(complete(raw(line)).split("\n"), completed, line);
  assert.equal(complete("gleaner play webshop --preset = verl"), "verl-agent");
  assert(!existsSync(bait), "nothing typed is run at a TAB");
});

test("zsh", { skip: without("zsh") }, () => {
  const file = scriptFor("zsh");
  // A terminal of zsh's own: the line is typed, then a TAB, then what zsh made of it is read back.
  const complete = (line: string) => {
    const script = `
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'PROMPT=; autoload -Uz compinit; compinit -u -D; . "${file}"'
zpty -w shell 'show() { print -r -- "<<$BUFFER>>"; exit }; zle -N show; bindkey "^X" show; print ready'
zpty -r -m shell out '*ready*ready*' 
zpty -n -w shell $'${line.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}\\t\\x18'
zpty -r -m shell out '*<<*>>*'
print -r -- $out`;
    return run("zsh", ["-f"], script);
  };
  for (const [line, completed] of LINES) {
    if (completed.length > 1) continue;
    assert(complete(line).includes(`${completed[0]} >>`), line);
  }
  assert(!existsSync(bait), "nothing typed is run at a TAB");
});

test("fish", { skip: without("fish") }, () => {
  const script = scriptFor("fish");
  const quoted = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  for (const [line, completed] of LINES) {
    const said = run("fish", ["--no-config"], `source '${script}'; complete -C ${quoted(line)}`);
    assert.deepEqual(
      said
        .trim()
        .split("\n")
        .map((each) => each.split("\t")[0]),
      completed,
      line,
    );
  }
  assert(!existsSync(bait), "nothing typed is run at a TAB");
});
