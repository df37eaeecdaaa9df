/**
 * One command of gleaner in a process of its own: `node size-work.ts RESULT COMMAND…`. Writes what it took to the file RESULT,
 * with the exit code. Starting Node is not counted, loading the sources is.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { main } from "../../src/cli/main.ts";
import { measured } from "./took.ts";

const [result, ...command] = process.argv.slice(2);
let code = 0;
const took = await measured(async () => {
  code = await main(command);
  return 0;
});
code ||= Number(process.exitCode ?? 0);
/** The kernel's own word; absent outside of Linux. */
const status = process.platform === "linux" ? readFileSync("/proc/self/status", "utf8") : "";
const peakKb = /^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1];
writeFileSync(result!, JSON.stringify({ ...took, ...(peakKb && { "peak MB": Number(peakKb) / 1024 }), code }));
