/** The variables of a process that is started: without the parent's debugger, as two processes cannot share its port. */
export function environment(more: Readonly<Record<string, string>> | undefined): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, ...more };
  const options = env["NODE_OPTIONS"];
  if (options !== undefined) env["NODE_OPTIONS"] = options.replace(/(^|\s)--inspect\S*/g, "").trim();
  return env;
}
