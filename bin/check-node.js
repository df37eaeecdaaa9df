// Sees to it that this Node is new enough to run gleaner, before anything is loaded that an old one cannot read: a clone
// goes on with its own Node, a package ends with one sentence. Plain JavaScript for any Node from 16 on.
import { existsSync } from "node:fs";

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  const launcher = new URL("../tools/node/launch.js", import.meta.url);
  if (existsSync(launcher)) {
    const { launch } = await import(launcher.href);
    process.exit(await launch([...process.execArgv, ...process.argv.slice(1)]));
  }
  console.error(
    `gleaner needs Node 22.18 or newer, this is ${process.versions.node}. Install a newer one: https://nodejs.org`,
  );
  process.exit(1);
}
