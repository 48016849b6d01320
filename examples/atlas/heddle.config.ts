import { defineConfig } from "heddle";

// The nearest folder with such a file is the project: paths of targets start here.
export default defineConfig({});
