// Ends with one sentence if this Node is too old to run gleaner. Loaded before anything that such a Node cannot read, so
// it uses nothing that is newer than Node 16. The scripts of package.json run it by itself.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  const root = new URL("../", import.meta.url);
  const isClone = existsSync(new URL("src/cli/main.ts", root));
  const hasOwnNode = existsSync(new URL("node_modules/.bin/node", root));
  const folder = fileURLToPath(root);
  let remedy = "Install a newer one: https://nodejs.org";
  if (isClone && hasOwnNode) remedy = `In ${folder} run it with Node 24, which is there: npx gleaner … or npm test`;
  if (isClone && !hasOwnNode)
    remedy = `Run npm install in ${folder}: without --omit it brings Node 24 (Linux, macOS, Windows on x64); then npx gleaner …`;
  console.error(`gleaner needs Node 22.18 or newer, this is ${process.versions.node}. ${remedy}`);
  process.exit(1);
}
