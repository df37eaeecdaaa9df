/**
 * What `npm pack` and `npm publish` run before they pack a clone, and after. Before: builds, and puts the package.json of
 * the published package in place of the clone's. After (`--restore`): puts the clone's back.
 *
 * They differ in what only a clone needs (`private`, which keeps `npm publish` from sending a clone; scripts; development
 * dependencies), in `exports`, which name a clone's sources but a package's built files, and in `engines`: a clone brings
 * its own Node, a package needs one that reads what was built.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What bin/check-node.js asks for. */
const ENGINES = { node: ">=22.18" };
const EXPORTS = { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" } };

interface Manifest {
  readonly private: boolean;
  readonly scripts: Readonly<Record<string, string>>;
  readonly devDependencies: object;
}

const root = join(import.meta.dirname, "..");
const manifest = join(root, "package.json");
/** The clone's own, while the other one is in its place. */
const kept = join(root, "package.clone.json");

/** Also puts back what a packing that was interrupted has left. */
function restore(): void {
  if (existsSync(kept)) renameSync(kept, manifest);
}

restore();
if (!process.argv.includes("--restore")) {
  // What an older build left would be packed, too.
  rmSync(join(root, "dist"), { recursive: true, force: true });
  // On standard output npm says the package's name, and scripts read it there.
  execFileSync("npm", ["run", "-s", "build"], { cwd: root, stdio: ["inherit", process.stderr, "inherit"] });
  const { private: _, scripts, devDependencies: _dev, ...rest }: Manifest = JSON.parse(readFileSync(manifest, "utf8"));
  // npm reads from the new file which script comes after the packing.
  const published = { ...rest, exports: EXPORTS, engines: ENGINES, scripts: { postpack: scripts.postpack } };
  renameSync(manifest, kept);
  writeFileSync(manifest, `${JSON.stringify(published, null, 2)}\n`);
}
