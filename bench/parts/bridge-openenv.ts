/**
 * What a step costs over OpenEnv's protocol: the same world, in which nothing costs time, served by `gleaner serve` and by
 * openenv's own server, each a process of its own. The clients are the same for both: openenv's own, and a plain one of
 * this process, which is quicker and so says more about the servers. On few cores client and server take each other's time;
 * steps for each second of the server's own CPU time leave the client out.
 */
import { execFile, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { WebSocket } from "ws";
import { virtualEnvironment } from "../python/environment.ts";
import { type Findings, skipped } from "./result.ts";

const OPENENV = "0.10.0";
const CONNECTIONS = [1, 16, 256];
/** Of the slower and of the quicker server: about as long. */
const STEPS = { ours: 60_000, openenv: 4_000 } as const;
const CLIENT_STEPS = { ours: 5_000, openenv: 2_000 } as const;
const ROUNDS = 3;
/** Of the system's clock, a second. */
const TICKS = 100;

type Side = keyof typeof STEPS;
const SIDES: readonly Side[] = ["ours", "openenv"];
/** As the figures have it. */
const NAMES: Readonly<Record<Side, string>> = { ours: "gleaner", openenv: "openenv" };

const python = join(import.meta.dirname, "..", "python");
const root = join(import.meta.dirname, "..", "..");

/** OpenEnv's server, ours and its own. */
export async function openenvBridge(): Promise<Findings> {
  const interpreter = await virtualEnvironment(`python-openenv-${OPENENV}`, [`openenv==${OPENENV}`]).catch(String);
  if (interpreter.startsWith("CliError")) return skipped(interpreter);
  const most = String(Math.max(...CONNECTIONS));
  const world = join("bench", "parts", "counting-world.ts");
  const servers = {
    ours: await started(process.execPath, [
      ...["bin/gleaner.js", "serve", world, "--protocol", "openenv", "--port", "0", "--sessions", most],
    ]),
    openenv: await started(interpreter, [join(python, "openenv_server.py"), most]),
  };
  const figures: Record<string, Record<string, number>> = {};
  const ratios: Record<string, number> = {};
  try {
    const row = "openenv's client, 1 connection";
    figures[row] = await compared(async (side) => ({
      "steps/s": await throughItsClient(interpreter, servers[side].url, CLIENT_STEPS[side]),
    }));
    ratios[`gleaner ÷ openenv, ${row}, steps/s`] = ratioOf(figures[row]);
    for (const connections of CONNECTIONS) {
      const row = `plain client, ${connections} ${connections === 1 ? "connection" : "connections"}`;
      figures[row] = await compared((side) => stepsPerSecond(servers[side], connections, STEPS[side]));
      ratios[`gleaner ÷ openenv, ${row}, steps/s`] = ratioOf(figures[row]);
      ratios[`gleaner ÷ openenv, ${row}, steps for a second of the server's CPU`] = ratioOf(
        figures[row],
        "of its CPU, ",
      );
    }
  } finally {
    for (const { end } of Object.values(servers)) end();
  }
  return {
    settings: {
      "OpenEnv: steps, gleaner": STEPS.ours,
      "OpenEnv: steps, openenv": STEPS.openenv,
      "OpenEnv: rounds": ROUNDS,
    },
    versions: { openenv: OPENENV },
    figures,
    ratios,
  };
}

interface Started {
  readonly url: string;
  readonly pid: number;
  end(): void;
}

/** A server that prints its address on its first line. */
async function started(command: string, args: readonly string[]): Promise<Started> {
  const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface(child.stdout)) {
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
    if (url) return { url, pid: child.pid!, end: () => void child.kill() };
  }
  throw new Error(`${command} ended before it listened`);
}

type Measures = Readonly<Record<string, number>>;

/** The sides in turn, the best of each. */
async function compared(measure: (side: Side) => Promise<Measures>): Promise<Record<string, number>> {
  const best: Record<string, number> = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const side of SIDES) {
      for (const [what, value] of Object.entries(await measure(side))) {
        const name = `${NAMES[side]}, ${what}`;
        best[name] = Math.max(best[name] ?? 0, value);
      }
    }
  }
  return best;
}

const ratioOf = (row: Measures, what = ""): number => row[`gleaner, ${what}steps/s`]! / row[`openenv, ${what}steps/s`]!;

async function throughItsClient(interpreter: string, url: string, steps: number): Promise<number> {
  const args = [join(python, "openenv_steps.py"), url, String(steps)];
  return Number((await promisify(execFile)(interpreter, args)).stdout);
}

/** All connections at once, each one step after the other. */
async function stepsPerSecond({ url, pid }: Started, connections: number, steps: number): Promise<Measures> {
  const sockets = await Promise.all(Array.from({ length: connections }, () => connected(url)));
  const each = Math.ceil(steps / connections);
  await Promise.all(sockets.map((socket) => asked(socket, '{"type":"reset","data":{}}', 1)));
  const [began, beganCpu] = [performance.now(), cpuSeconds(pid)];
  await Promise.all(sockets.map((socket) => asked(socket, '{"type":"step","data":{"action":"count"}}', each)));
  const [seconds, cpu] = [(performance.now() - began) / 1000, cpuSeconds(pid) - beganCpu];
  await Promise.all(sockets.map(closed));
  const taken = each * connections;
  return { "steps/s": taken / seconds, "of its CPU, steps/s": taken / cpu };
}

function connected(url: string): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/ws`, { perMessageDeflate: false });
  return new Promise((resolve, reject) => socket.once("open", () => resolve(socket)).once("error", reject));
}

/** The same message so many times, each when the one before it is answered. Rejects where an answer is no observation. */
function asked(socket: WebSocket, message: string, times: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let left = times;
    const listener = (data: Buffer) => {
      if (data.indexOf('"observation"') < 0) return reject(new Error(data.toString()));
      if (--left > 0) return socket.send(message);
      socket.off("message", listener);
      resolve();
    };
    socket.on("message", listener);
    socket.send(message);
  });
}

const closed = (socket: WebSocket) =>
  new Promise<void>((resolve) => {
    socket.once("close", () => resolve());
    socket.close();
  });

/** What the process and its threads have used, from Linux's /proc. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}
