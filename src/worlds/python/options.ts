/** A world written in Python, on the command line: `--env my_env.py:World`. */
import { basename } from "node:path";
import { z } from "zod";
import { WAYS } from "../../core/audit.ts";
import { atMost } from "../../core/bounds.ts";
import { codeNote } from "../../core/code-note.ts";
import { fingerprint } from "../../core/ids.ts";
import { quoted } from "../../core/wording.ts";
import type { EnvironmentEntry } from "../entry.ts";
import { pythonWorld } from "./index.ts";
import { sourceHash } from "./source.ts";

/** `my_env.py:World`, or `package.module:World` for what the interpreter can import. */
const PLACE = /^(.+):([A-Za-z_]\w*)$/s;

const whole = z
  .number()
  .int()
  .positive()
  .max(...atMost("maxSteps"));

const schema = z
  .strictObject({
    /** The file with the class. */
    file: z.string().min(1).optional(),
    /** A module that the interpreter finds by itself, in place of a file. */
    package: z.string().min(1).optional(),
    class: z.string().min(1),
    /** The interpreter. */
    python: z.string().min(1).default("python3"),
    /** What the class is made with. */
    options: z.record(z.string(), z.json()).default({}),
    maxSteps: whole.optional(),
    successReturn: z.number().optional(),
    /** How a state is reached again: the world's own snapshot, a copy in its process, or by doing it again. */
    restore: z.enum(WAYS).optional(),
    /** Longest wait for one answer, in seconds. */
    timeout: z.number().positive().max(3600).default(60),
    /** Episodes that share a process: fewer switches between processes, but one that dies takes the others with it. */
    together: z.number().int().min(1).max(64).default(1),
    /** PYTHONHASHSEED, which decides the order of sets of texts. */
    hashSeed: z.number().int().min(0).max(4_294_967_295).default(0),
  })
  .refine(({ file, package: module }) => (file === undefined) !== (module === undefined), {
    message: "expected my_env.py:World, or package.module:World",
    path: ["module"],
  });

const FILE = /\.py(?::|$)/;
const IMPORTED = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*:[A-Za-z_]\w*$/;

/** Whether `name` is the place of a Python world. */
export const isPython = (name: string): boolean => FILE.test(name) || IMPORTED.test(name);

/** `module: my_env.py:World` says the file or the package, and the class. */
function parted(options: unknown, context: z.RefinementCtx): unknown {
  const { module, ...others } = (options ?? {}) as { readonly module?: unknown };
  const [, place, name] = PLACE.exec(String(module ?? "")) ?? [];
  if (place === undefined && module !== undefined) {
    const message = `expected a file and its class, my_env.py:World, got ${quoted(String(module))}`;
    context.addIssue({ code: "custom", message, path: ["module"] });
    return z.NEVER;
  }
  if (place === undefined && (options as { readonly class?: unknown }).class === undefined) {
    const message = "expected a file and its class, my_env.py:World, or package.module:World";
    context.addIssue({ code: "custom", message, path: ["module"] });
    return z.NEVER;
  }
  if (place === undefined) return options;
  return { ...(FILE.test(place) ? { file: place } : { package: place }), class: name, ...others };
}

export const python: EnvironmentEntry<z.infer<typeof schema>> = {
  summary: "a world written in Python: --env my_env.py:World",
  schema: z.preprocess(parted, schema),
  paths: ["file", "python"],
  programs: ["python"],
  machine: ["timeout"],
  ways: WAYS,
  // Any seed but the usual one.
  otherOrder: { hashSeed: 1 },
  async open(options) {
    const { file, package: module, class: name, options: given, hashSeed, successReturn } = options;
    const world = await pythonWorld(options);
    const code = file === undefined ? { module } : { source: sourceHash(file) };
    return {
      ...world,
      ...(code.source && { notes: [codeNote(basename(file!), code.source)] }),
      variant: fingerprint({ ...code, name, options: given, hashSeed, successReturn }),
    };
  },
};
