/** Who can run calls elsewhere in Python, and how many it makes at most, as some take milliseconds for each. */
const modules = {
  joblib: "joblib_loky",
  "concurrent.futures": "concurrent_futures",
  dask: "dask_local",
  "Client.submit": "dask_local",
  ray: "ray_local",
  "ray.remote": "ray_local",
  prefect: "prefect_local",
};
/** The package that has to be there. */
const packages = { dask: "distributed", "Client.submit": "distributed", "ray.remote": "ray" };

/** `most` is by contender; those that it does not name are left out. */
export const python = (place, way, most, warmUp = 2_000) =>
  Object.fromEntries(
    Object.entries(most).map(([who, count]) => [
      who,
      { python: { module: modules[who], needs: packages[who] ?? who, place, way, warmUp }, most: count },
    ]),
  );

export const mappedOnThreads = python("threads", "mapped", { "concurrent.futures": 100_000, prefect: 200 });
export const mappedOnProcesses = python("processes", "mapped", {
  joblib: 100_000,
  "concurrent.futures": 100_000,
  dask: 5_000,
  ray: 10_000,
  prefect: 100,
});
export const inFlightOnProcesses = python("processes", "inFlight", {
  joblib: 100_000,
  "concurrent.futures": 50_000,
  dask: 5_000,
  ray: 10_000,
});
export const inFlightOnThreads = python("threads", "inFlight", { "concurrent.futures": 100_000 });
export const idleOnThreads = python("threads", "idle", { "concurrent.futures": 10_000, prefect: 50 }, 50);
export const idleOnProcesses = python(
  "processes",
  "idle",
  { joblib: 200, "concurrent.futures": 5_000, dask: 200, ray: 1_000, prefect: 20 },
  100,
);
export const firstOnThreads = python("threads", "first", { "concurrent.futures": 10, prefect: 1 });
export const firstOnProcesses = python("processes", "first", {
  joblib: 5,
  "concurrent.futures": 10,
  dask: 2,
  ray: 2,
  prefect: 1,
});
/** Builds a project of targets of a shape, and then once more, which is measured. */
export const pytask = (shape, most) => ({
  "pytask-parallel": {
    python: { module: "pytask_build", needs: "pytask-parallel", place: shape, way: "build", warmUp: 0 },
    most,
  },
});
