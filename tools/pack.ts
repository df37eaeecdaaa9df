/**
 * `npm run pack [-- FOLDER]`: builds, and packs what is published as a tarball. package.json is the one of a clone, with
 * three differences: what only a clone needs is left out, `private` (which keeps `npm publish` from sending the clone's)
 * is too, and `engines` names the Node that the built files need. A clone's own says less, because it brings its Node.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** What bin/check-node.js asks for. */
const ENGINES = { node: ">=22.18" };

const root = join(import.meta.dirname, "..");
const target = resolve(process.argv[2] ?? root);
const stage = mkdtempSync(join(tmpdir(), "gleaner-pack-"));
try {
  // What an older build left would be packed, too.
  rmSync(join(root, "dist"), { recursive: true, force: true });
  execFileSync("npm", ["run", "-s", "build"], { cwd: root, stdio: "inherit" });
  const { private: _, scripts: _scripts, devDependencies: _dev, ...manifest } = readManifest();
  for (const name of [...manifest.files, "README.md", "LICENSE"])
    cpSync(join(root, name), join(stage, name), { recursive: true });
  writeFileSync(join(stage, "package.json"), `${JSON.stringify({ ...manifest, engines: ENGINES }, null, 2)}\n`);
  execFileSync("npm", ["pack", "--silent", "--pack-destination", target], { cwd: stage, stdio: "inherit" });
} finally {
  rmSync(stage, { recursive: true });
}

interface Manifest {
  readonly private: boolean;
  readonly scripts: object;
  readonly devDependencies: object;
  readonly files: readonly string[];
}

function readManifest(): Manifest {
  return JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
}
