/** The command line as a whole: commands, help, and what happens to errors. */
import { Command, CommanderError } from "commander";
import { UsageError } from "../errors.ts";
import { heddleVersion } from "../version.ts";
import { addAccept } from "./commands/accept.ts";
import { addBuild } from "./commands/build.ts";
import { addCache } from "./commands/cache.ts";
import { addClean } from "./commands/clean.ts";
import { addCollect } from "./commands/collect.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addGraph } from "./commands/graph.ts";
import { addInit } from "./commands/init.ts";
import { addJobs } from "./commands/jobs.ts";
import { addProfile } from "./commands/profile.ts";
import { addRun } from "./commands/run.ts";
import { addSchedule } from "./commands/schedule.ts";
import { addWhy } from "./commands/why.ts";
import { addWorker } from "./commands/worker.ts";
import { EXIT, type ExitCode, exitCodeOf, leave, tolerateClosedPipes } from "./exit.ts";
import { failureText } from "./failure.ts";

const EXAMPLES = `
Examples:
  heddle init my-pipeline
  heddle run pipeline.ts --input '["a", "b"]' -n 4
  heddle run pipeline.ts --cache --dry-run
  heddle build -n auto
  heddle why score-12
  heddle doctor

heddle COMMAND --help tells more.`;

/** Runs the command that `argv` names, and ends the process with its exit code. */
export async function main(argv: readonly string[]): Promise<never> {
  tolerateClosedPipes();
  try {
    return await leave(await parse(argv));
  } catch (error) {
    process.stderr.write(`${failureText(error, { verbose: argv.includes("--verbose") })}\n`);
    return leave(exitCodeOf(error));
  }
}

async function parse(argv: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const program = buildProgram(result => {
    code = result;
  });
  if (argv.length === 0) {
    program.outputHelp({ error: true });
    return EXIT.usage;
  }
  try {
    await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT.ok;
    // A command that has commands, without one: the help is written.
    if (error.code === "commander.help") return EXIT.usage;
    throw usageError(error, commandIn(program, argv), argv);
  }
  return code;
}

function buildProgram(done: (code: ExitCode) => void): Command {
  const program = new Command("heddle")
    .description("Run plain TypeScript functions in the right order, in parallel, and see what they do.")
    .version(heddleVersion(), "-v, --version", "print heddle's version")
    .exitOverride()
    // Commander's own messages reach the user as UsageErrors.
    .configureOutput({ outputError: () => {} })
    .addHelpText("after", EXAMPLES);
  addRun(program, done);
  addBuild(program, done);
  addClean(program, done);
  addCollect(program, done);
  addAccept(program, done);
  addProfile(program, done);
  addGraph(program, done, async () => (await import("../run/plan.ts")).planRun);
  addWhy(program, done);
  addCache(program, done);
  addWorker(program, done);
  addJobs(program, done);
  addSchedule(program, done);
  addDoctor(program, done);
  addInit(program, done);
  return program;
}

/** Commander says "error: unknown option '--inptu'" and, on a line of its own, "(Did you mean --input?)". */
function usageError(error: CommanderError, command: string, argv: readonly string[]): Error {
  const [first = "", ...rest] = error.message.replace(/^error: /, "").split("\n");
  const suggestion = rest.join(" ").replace(/^\((.*)\)$/, "$1");
  const see = `See ${command} --help`;
  const hint = hintFor(error, command, argv) ?? suggestion;
  return new UsageError({ problem: capital(first), hint: hint === "" ? see : `${hint} ${see}` });
}

/** For what is no misspelling, but what other tools understand. */
function hintFor({ code, message }: CommanderError, command: string, argv: readonly string[]): string | undefined {
  if (code === "commander.excessArguments" && command === "heddle run") {
    const input = argv.filter(word => !word.startsWith("-")).at(2) ?? "";
    const json = /^[[{"\d]/.test(input) ? `'${input}'` : "JSON";
    return `Inputs are given as JSON: --input ${json} for the first parameter, --args '[…]' for all.`;
  }
  if (code === "commander.optionMissingArgument" && message.includes("--workers")) {
    const dry = command === "heddle build" || command === "heddle run" ? " What would be done shows --dry-run." : "";
    return `It says how many workers: -n 4, or -n auto.${dry}`;
  }
  return undefined;
}

function commandIn(command: Command, argv: readonly string[], path = "heddle"): string {
  const known = command.commands.find(one => one.name() === argv[0]);
  return known === undefined ? path : commandIn(known, argv.slice(1), `${path} ${known.name()}`);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
