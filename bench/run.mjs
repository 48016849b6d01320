/** `npm run bench`: says what is missing, if something is, else does what `command.mjs` tells. */
try {
  await import("./command.mjs");
} catch (error) {
  const [, name] = /^Cannot find package '([^']+)'/.exec(error.message) ?? [];
  if (name === undefined) throw error;
  process.stderr.write(`The bench needs ${name}, which is not installed: npm ci\n`);
  process.exitCode = 1;
}
