import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "heddle";

/** What the container has to see: this folder, and the `node_modules` above it. */
const project = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const image = "node:22-slim";

export default defineConfig({
  prefix: {
    sandbox: {
      command: ["docker", "run", "--rm", "-i", "--init", "--network", "none", "-v", `${project}:${project}:ro`, image],
      per: "worker",
      workers: 2,
      node: "node",
    },
  },
});
