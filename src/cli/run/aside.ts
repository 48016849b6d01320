/** Keeps stdout for the results of a command while code of the user's runs that may print. */

/** What is written to stdout goes to stderr, until the function that this gives is called. */
export function stdoutAside(): () => void {
  const { stdout, stderr } = process;
  const own = Object.getOwnPropertyDescriptor(stdout, "write");
  stdout.write = stderr.write.bind(stderr);
  return () => {
    if (own === undefined) Reflect.deleteProperty(stdout, "write");
    else Object.defineProperty(stdout, "write", own);
  };
}
