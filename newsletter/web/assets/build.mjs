// Builds the scripts of the staff pages: node build.mjs. The first line of each says of
// which sources it was made, and a test compares that with what lies here.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));

const bundles = {
  desk: "desk/main.js",
  composer: "composer/main.js",
  outline: "outline/main.js",
};

function sources(folder) {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) return name === "node_modules" ? [] : sources(path);
      return /\.js$|^package(-lock)?\.json$/.test(name) ? [path] : [];
    });
}

const digest = createHash("sha256");
for (const path of sources(here)) digest.update(readFileSync(path));
const made = digest.digest("hex").slice(0, 16);

for (const [name, entry] of Object.entries(bundles)) {
  await build({
    absWorkingDir: here,
    entryPoints: [entry],
    outfile: join(here, "..", "static", `${name}.js`),
    bundle: true,
    minify: true,
    format: "iife",
    target: ["es2022"],
    legalComments: "eof",
    banner: { js: `/* made of ${made} */` },
  });
}
