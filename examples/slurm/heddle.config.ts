import { defineConfig } from "heddle";

export default defineConfig({
  prefix: {
    cpus: {
      command: "sbatch --wait --cpus-per-task={cpus} --job-name={id} --output={dir}/slurm.log {script}",
      cancel: "scancel {job}",
    },
  },
});
