/// <reference types="vitest/config" />
// The build. It also copies the API docs' assets, so that /api/docs needs nothing from another host.
import { cpSync } from "node:fs";
import { dirname, join } from "node:path";
import { createRequire } from "node:module";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const SWAGGER_FILES = ["swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png", "LICENSE", "NOTICE"];

function copySwagger(): Plugin {
  const from = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
  let to = "";
  return {
    name: "copy-swagger",
    apply: "build",
    configResolved(config) {
      to = join(config.root, config.build.outDir, "swagger");
    },
    closeBundle() {
      for (const file of SWAGGER_FILES) cpSync(join(from, file), join(to, file));
    },
  };
}

// Where `npm run dev` finds the API; the built client is served by the API itself and needs neither.
const api = process.env.VISA_DEV_API ?? "http://127.0.0.1:8600";

export default defineConfig({
  plugins: [react(), copySwagger()],
  // A strict Content-Security-Policy allows no data: scripts or styles, so nothing is inlined.
  build: { target: "es2022", assetsInlineLimit: 0, chunkSizeWarningLimit: 900 },
  server: { host: "127.0.0.1", port: 8610, proxy: { "/api": api, "/auth": api } },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
