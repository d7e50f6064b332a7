// Bundles the extension, or with --tests its tests.
import { build } from "esbuild";
import { copyFileSync, mkdirSync, readdirSync } from "node:fs";

const shared = { bundle: true, platform: "node", format: "cjs", target: "node20", logLevel: "warning" };

if (process.argv.includes("--tests")) {
  const entryPoints = readdirSync("test").map((name) => `test/${name}`);
  await build({ ...shared, entryPoints, outdir: "out/test" });
} else {
  // The grammar is generated one folder up; see editors/README.md.
  mkdirSync("syntaxes", { recursive: true });
  copyFileSync("../textmate/journey.tmLanguage.json", "syntaxes/journey.tmLanguage.json");
  await build({
    ...shared,
    entryPoints: ["src/extension.ts"],
    outfile: "dist/extension.js",
    external: ["vscode"],
    minify: true,
    sourcemap: false,
  });
}
