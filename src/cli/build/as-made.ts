/** Outputs as a build has left them, told from their stats: to see whether somebody else has written to them since. */
import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import type { Places } from "../../build/graph/places.ts";

export class AsMade {
  private readonly places: Places;
  private stats = new Map<string, string>();

  constructor(places: Places) {
    this.places = places;
  }

  remember(makes: readonly string[]): void {
    this.stats = new Map(makes.flatMap(place => filesAt(place, this.places)).map(file => [file, this.statOf(file)]));
  }

  isAsMade(place: string): boolean {
    return this.stats.get(place) === this.statOf(place);
  }

  private statOf(place: string): string {
    const stat = statSync(this.places.absolute(place), { throwIfNoEntry: false });
    return stat === undefined ? "gone" : `${stat.size} ${stat.mtimeMs} ${stat.ctimeMs} ${stat.ino}`;
  }
}

/** The file itself, or those in a folder. */
function filesAt(place: string, places: Places): string[] {
  const whole = places.absolute(place);
  if (statSync(whole, { throwIfNoEntry: false })?.isDirectory() !== true) return [place];
  const entries = readdirSync(whole, { recursive: true, withFileTypes: true });
  return entries.filter(entry => !entry.isDirectory()).map(entry => places.of(path.join(entry.parentPath, entry.name)));
}
