import { dask, defineConfig, ray } from "heddle";

/** The Python that has `distributed` or `ray`. */
const python = process.env["CLUSTER_PYTHON"] ?? "python3";
/** Of a cluster that runs already; without it, one on this machine. */
const address = process.env["CLUSTER_ADDRESS"];
const where = address === undefined ? { python, workers: 2 } : { python, address };

export default defineConfig({
  runners: {
    onDask: () => dask(where),
    onRay: () => ray(where),
  },
});
