/** What stands in the tables. */
export interface Year {
  readonly year: number;
  readonly value: number;
}

export interface Deaths {
  readonly kind: string;
  readonly year: number;
  readonly deaths: number;
}

export interface Country {
  readonly country: string;
  readonly region: string;
  readonly year: number;
  readonly population: number;
  readonly life: number;
  readonly children: number;
}

export interface Wealth {
  readonly country: string;
  readonly region: string;
  readonly income: number;
  readonly life: number;
  readonly population: number;
}

export interface Day {
  readonly city: string;
  readonly month: number;
  readonly rain: number;
  readonly low: number;
  readonly high: number;
}

export interface Quake {
  readonly longitude: number;
  readonly latitude: number;
  readonly depth: number;
  readonly magnitude: number;
}
