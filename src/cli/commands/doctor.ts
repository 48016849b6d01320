import type { Command } from "commander";
import type { ExitCode } from "../exit.ts";

const EXAMPLES = `
Examples:
  heddle doctor          what is installed, which runners can start, and why not
  heddle doctor --json   the same for programs; exit code 1 if something is wrong`;

export function addDoctor(program: Command, done: (code: ExitCode) => void): void {
  program
    .command("doctor")
    .summary("say what is installed and which runners can start")
    .description("Check this machine and this project: Node, TypeScript, runners (each is really started), config.")
    .option("--json", "as JSON")
    .option("--verbose", "errors with their stacks")
    .addHelpText("after", EXAMPLES)
    .action(async (flags: { readonly json?: boolean }) => {
      const { doctor } = await import("../doctor/doctor.ts");
      done(await doctor(process.cwd(), flags));
    });
}
