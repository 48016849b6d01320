/** A Slurm of the tests' own: its controller and one node, both on this machine. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { install, programAt, runProgram, until } from "./debian.ts";
import { freePort } from "./port.ts";

export interface Slurm {
  /** The variables by which its commands find it. */
  readonly env: Readonly<Record<string, string>>;
  /** The jobs that wait or run. */
  jobs(): Promise<string[]>;
  stop(): Promise<void>;
}

/** CPUs that the node claims to have, so that jobs do not wait for one another. */
const CPUS = 8;

/** Starts it; gives a reason where that is not possible. */
export async function startSlurm(): Promise<Slurm | string> {
  const programs = ["munged", "slurmctld", "slurmd", "srun", "sbatch", "scancel", "squeue", "sinfo"];
  const problem = await install(["slurmctld", "slurmd", "slurm-client", "munge"], programs);
  if (problem !== null) return problem;
  if (process.getuid?.() !== 0) return "only root can start slurmd";
  const home = mkdtempSync(join(tmpdir(), "heddle-slurm-"));
  // munge refuses a place that others cannot look into.
  chmodSync(home, 0o755);
  writeFileSync(join(home, "munge.key"), randomBytes(1024), { mode: 0o400 });
  for (const folder of ["state", "spool"]) mkdirSync(join(home, folder));
  const config = join(home, "slurm.conf");
  writeFileSync(config, configOf(home, await freePort(), await freePort()));
  const env = { SLURM_CONF: config };
  const at = (name: string) => `--${name}-file=${join(home, `munge.${name}`)}`;
  const daemons: Daemon[] = [];
  const stop = () => end(daemons, home);
  daemons.push(
    new Daemon("munged", ["-F", "--force", `--socket=${home}/munge.socket`, ...["key", "pid", "log", "seed"].map(at)]),
    new Daemon("slurmctld", ["-D", "-i"], env),
    new Daemon("slurmd", ["-D", "-N", shortName()], env),
  );
  const client = (program: string, ...args: string[]) =>
    runProgram(program, args, { env: { ...process.env, ...env }, timeout: 5_000 });
  const isUp = async () => /\bidle\b/.test((await client("sinfo", "-h", "-o", "%t")).output);
  if (!(await until(isUp, 60_000))) {
    const said = daemons.map(({ name, log }) => `${name}: ${log.trim().split("\n").slice(-2).join(" ")}`);
    await stop();
    return `Slurm did not start: ${said.join("; ")}`;
  }
  return {
    env,
    jobs: async () => (await client("squeue", "-h", "-o", "%i")).output.split("\n").filter(line => line !== ""),
    stop,
  };
}

function shortName(): string {
  return hostname().split(".")[0]!;
}

function configOf(home: string, controller: number, node: number): string {
  const name = shortName();
  return `ClusterName=heddle
SlurmctldHost=${name}(127.0.0.1)
SlurmctldPort=${controller}
SlurmdPort=${node}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=${home}/munge.socket
CredType=cred/munge
StateSaveLocation=${home}/state
SlurmdSpoolDir=${home}/spool
SlurmctldPidFile=${home}/slurmctld.pid
SlurmdPidFile=${home}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1
SlurmdParameters=config_overrides
ReturnToService=2
MpiDefault=none
KillWait=2
MinJobAge=2
NodeName=${name} NodeAddr=127.0.0.1 CPUs=${CPUS} State=UNKNOWN
PartitionName=tests Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`;
}

class Daemon {
  readonly name: string;
  log = "";
  readonly child: ChildProcess;

  constructor(name: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.name = name;
    const child = spawn(programAt(name)!, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...env },
      detached: true,
    });
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.log = (this.log + text).slice(-4_000);
      });
    }
  }
}

async function end(daemons: readonly Daemon[], home: string): Promise<void> {
  for (const { child } of [...daemons].reverse()) {
    child.kill("SIGTERM");
    if (!(await until(async () => child.exitCode !== null || child.signalCode !== null, 5_000))) child.kill("SIGKILL");
  }
  rmSync(home, { recursive: true, force: true });
}
