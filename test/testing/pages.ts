/** What the test replaces: were it to run, it would fail. */
export async function load(url: string): Promise<string> {
  throw new Error(`no network in tests: ${url}`);
}
