/**
 * `npm run slim`: deletes from node_modules what is never loaded on this machine, and says how much that was: ONNX
 * Runtime's libraries for other machines, which its one package holds for all, and the headers of the clone's Node, which
 * only compilers of addons read. `npm ci` brings all of it back.
 */
import { existsSync, globSync, lstatSync, rmSync } from "node:fs";
import { arch, platform } from "node:os";
import { join } from "node:path";

const modules = join(import.meta.dirname, "..", "node_modules");
const backends = join("onnxruntime-node", "bin", "napi-v6");
const here = join(backends, platform(), arch());
// Without its own library, a machine's deletion of the others would leave nothing; then the layout is not as known here.
if (!existsSync(join(modules, here))) {
  console.error(
    `slim: expected ONNX Runtime's library for this machine in node_modules/${here}; run npm install first`,
  );
  process.exit(1);
}

const unused = [
  ...globSync(join(backends, "*", "*"), { cwd: modules }).filter((folder) => folder !== here),
  ...globSync(join("node-*", "{include,share}"), { cwd: modules }),
];
let total = 0;
for (const folder of unused) {
  const files = globSync("**", { cwd: join(modules, folder) });
  const bytes = files.reduce((sum, file) => sum + lstatSync(join(modules, folder, file)).size, 0);
  rmSync(join(modules, folder), { recursive: true });
  total += bytes;
  console.log(`${(bytes / 2 ** 20).toFixed(0).padStart(4)} MB  node_modules/${folder}`);
}
console.log(`${(total / 2 ** 20).toFixed(0).padStart(4)} MB deleted`);
