/**
 * Walks a guide of docs/guides/ as a reader does: saves the files that it shows, types its commands in a fresh folder, and
 * compares what they print.
 *
 * In a guide, "Save this as `NAME`:" before a code block makes it a file. A ```console block has commands after `$ `, each
 * followed by what it prints, or by nothing. There `…` stands for anything in a line, and alone on a line for any number of
 * lines. Behind "(your figures may differ)" a number stands for any number, since another processor rounds otherwise.
 *
 * There is no shell: a command is `npx gleaner …`, `node FILE …`, `mkdir DIR`, `cd DIR`, `cat FILE` or `head -n N FILE`, and
 * may end in `> FILE` or `< FILE`. Every command must exit with 0; what it says on standard error is not compared.
 */
import { spawn } from "node:child_process";
import { createReadStream, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { ROOT } from "./command.ts";

export interface GuideFile {
  readonly kind: "file";
  readonly line: number;
  readonly name: string;
  readonly text: string;
}

export interface GuideCommand {
  readonly kind: "command";
  readonly line: number;
  readonly text: string;
  readonly expected: readonly string[];
  /** Whether a number of `expected` stands for any number. */
  readonly isApproximate: boolean;
}

export type GuideStep = GuideFile | GuideCommand;

interface Block {
  readonly language: string;
  /** Of its first line of content, from 1. */
  readonly line: number;
  readonly lines: readonly string[];
  /** The text line before it. */
  readonly lead: string;
}

const SAVED = /Save this as `([^`]+)`[^`]*:$/;
const APPROXIMATE = "(your figures may differ)";

/** What a reader does, in order. Throws for a console block that does not begin with a command. */
export function stepsOf(markdown: string): GuideStep[] {
  return blocksOf(markdown).flatMap((block): GuideStep[] => {
    if (block.language === "console") return commandsOf(block);
    const name = SAVED.exec(block.lead)?.[1];
    return name === undefined ? [] : [{ kind: "file", line: block.line, name, text: `${block.lines.join("\n")}\n` }];
  });
}

function blocksOf(markdown: string): Block[] {
  const lines = markdown.split("\n");
  const blocks: Block[] = [];
  let begin: number | undefined;
  for (const [index, line] of lines.entries()) {
    if (!line.startsWith("```")) continue;
    if (begin === undefined) {
      begin = index;
      continue;
    }
    const lead = lines.slice(0, begin).findLast((each) => each.trim() !== "") ?? "";
    const language = lines[begin]!.slice(3).trim();
    blocks.push({ language, line: begin + 2, lines: lines.slice(begin + 1, index), lead });
    begin = undefined;
  }
  if (begin !== undefined) throw new Error(`line ${begin + 1}: a code block without an end`);
  return blocks;
}

function commandsOf({ line, lines, lead }: Block): GuideCommand[] {
  const starts = lines.flatMap((text, index) => (text.startsWith("$ ") ? [index] : []));
  if (starts[0] !== 0) throw new Error(`line ${line}: expected a command, "$ …"`);
  return starts.map((start, index) => {
    // A backslash at its end goes on in the next line.
    const last = lines.findIndex((text, at) => at >= start && !text.endsWith("\\"));
    const words = lines.slice(start, last + 1).map((text) => text.replace(/^\$ /, "").replace(/\\$/, "").trim());
    return {
      kind: "command",
      line: line + start,
      text: words.join(" "),
      expected: lines.slice(last + 1, starts[index + 1]).filter((text) => text.trim() !== ""),
      isApproximate: lead.includes(APPROXIMATE),
    };
  });
}

export interface Walk {
  /** The guide's file. */
  readonly guide: string;
  /** An empty folder to walk it in. */
  readonly folder: string;
  /** What is put in place of texts of the guide; each of them must be in it. */
  readonly replacements?: Readonly<Record<string, string>>;
  /** Other programs that the guide may run, and where they are. */
  readonly programs?: Readonly<Record<string, string>>;
}

/** Does everything that the guide says. Throws an error naming the guide's line if anything goes another way. */
export async function walkGuide({ guide, folder, replacements = {}, programs = {} }: Walk): Promise<void> {
  let markdown = readFileSync(guide, "utf8");
  for (const [from, to] of Object.entries(replacements)) {
    if (!markdown.includes(from)) throw new Error(`${guide}: nothing to replace, expected ${JSON.stringify(from)}`);
    markdown = markdown.replaceAll(from, () => to);
  }
  let here = folder;
  for (const step of stepsOf(markdown)) {
    const place = `${relative(ROOT, guide)}:${step.line}`;
    if (step.kind === "file") {
      writeFileSync(inside(folder, here, step.name), step.text);
      continue;
    }
    const words = (step.text.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ""));
    if (words[0] === "cd" && words.length === 2) {
      here = inside(folder, here, words[1]!);
      continue;
    }
    const { code, output, errors } = await typed(words, { folder, here, programs }).catch((error) => {
      throw new Error(`${place}: $ ${step.text}\n${error.message}`);
    });
    const told = `${place}: $ ${step.text}`;
    if (code !== 0) throw new Error(`${told}\nexit code ${code}\n${output}\n${errors}`);
    const missing = firstMissing(step, output);
    if (missing === undefined) continue;
    throw new Error(`${told}\nexpected: ${missing}\nprinted:\n${output}`);
  }
}

/** `name` seen from `here`. Throws for what lies outside of `folder`. */
function inside(folder: string, here: string, name: string): string {
  const path = resolve(here, name);
  if (path === folder || path.startsWith(`${folder}/`)) return path;
  throw new Error(`${name}: expected a place inside the guide's folder`);
}

interface Place {
  readonly folder: string;
  readonly here: string;
  readonly programs: Readonly<Record<string, string>>;
}

interface Printed {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

async function typed(words: readonly string[], place: Place): Promise<Printed> {
  const { folder, here } = place;
  const [into, from] = [">", "<"].map((sign) => words.indexOf(sign));
  const end = Math.min(...[into!, from!].filter((at) => at >= 0), words.length);
  const [program, ...args] = words.slice(0, end);
  const fileAt = (at: number) => (at < 0 ? undefined : inside(folder, here, words[at + 1] ?? ""));
  const printed = await ran(program!, args, place, fileAt(from!));
  const saved = fileAt(into!);
  if (saved === undefined) return printed;
  writeFileSync(saved, printed.output);
  return { ...printed, output: "" };
}

async function ran(program: string, args: readonly string[], place: Place, input?: string): Promise<Printed> {
  const { folder, here, programs } = place;
  const path = () => inside(folder, here, args.at(-1) ?? "");
  if (program === "npx" && args[0] === "gleaner") {
    return spawned(process.execPath, [join(ROOT, "bin", "gleaner.js"), ...args.slice(1)], here, input);
  }
  if (program === "node" && existsSync(inside(folder, here, args[0] ?? ""))) {
    return spawned(process.execPath, args, here, input);
  }
  if (Object.hasOwn(programs, program)) return spawned(programs[program]!, args, here, input);
  if (program === "mkdir" && args.length === 1) {
    mkdirSync(path());
    return { code: 0, output: "", errors: "" };
  }
  if (program === "cat" && args.length === 1) return { code: 0, output: readFileSync(path(), "utf8"), errors: "" };
  if (program === "head" && args[0] === "-n" && args.length === 3) {
    const lines = readFileSync(path(), "utf8").split("\n");
    return { code: 0, output: lines.slice(0, Number(args[1])).join("\n"), errors: "" };
  }
  throw new Error("expected npx gleaner …, node FILE …, mkdir DIR, cd DIR, cat FILE or head -n N FILE");
}

function spawned(program: string, args: readonly string[], here: string, input?: string): Promise<Printed> {
  const child = spawn(program, args, { cwd: here });
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (data) => (output += data));
  child.stderr.setEncoding("utf8").on("data", (data) => (errors += data));
  if (input === undefined) child.stdin.end();
  else createReadStream(input).pipe(child.stdin);
  return new Promise((done, failed) => {
    child.on("error", failed);
    child.on("close", (code) => done({ code: code ?? -1, output, errors }));
  });
}

/** The first line of the guide that the output does not go on with; undefined if it prints what it should. */
export function firstMissing({ expected, isApproximate }: GuideCommand, output: string): string | undefined {
  if (expected.length === 0) return undefined;
  const plain = isApproximate ? withoutWidths : (line: string) => line.trimEnd();
  const lines = output
    .split("\n")
    .map(plain)
    .filter((line) => line.trim() !== "");
  const patterns = expected.map((line) => (line.trim() === "…" ? null : patternOf(plain(line), isApproximate)));
  let furthest = 0;
  const matches = (pattern: number, line: number): boolean => {
    furthest = Math.max(furthest, pattern);
    if (pattern === patterns.length) return line === lines.length;
    const expression = patterns[pattern];
    if (expression) return line < lines.length && expression.test(lines[line]!) && matches(pattern + 1, line + 1);
    for (let next = line; next <= lines.length; next++) if (matches(pattern + 1, next)) return true;
    return false;
  };
  return matches(0, 0) ? undefined : (expected[furthest] ?? "the end");
}

const withoutWidths = (line: string) => line.replaceAll(/ +/g, " ").replaceAll(/─+/g, "─").trim();
const NUMBER = /[−+-]?\d[\d,]*(?:\.\d+)?/g;

function patternOf(line: string, isApproximate: boolean): RegExp {
  const parts = line.split("…").map((part) => {
    if (!isApproximate) return escaped(part);
    return part.split(NUMBER).map(escaped).join(String.raw`[−+-]?\d[\d,]*(?:\.\d+)?`);
  });
  return new RegExp(`^${parts.join(".*")}$`);
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** A guide of docs/guides/. */
export const guideFile = (name: string): string => join(ROOT, "docs", "guides", `${basename(name, ".md")}.md`);
