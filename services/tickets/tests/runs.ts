/** How many cases a property is tried with: few by default, `GUICHET_RUNS=10000` for a proof. `GUICHET_SEED` repeats one. */
export function casesOf(byDefault: number): { numRuns: number; seed: number } {
  const seed = Number(process.env.GUICHET_SEED ?? Math.trunc(Math.random() * 2 ** 31))
  const numRuns = Number(process.env.GUICHET_RUNS ?? byDefault)
  if (process.env.GUICHET_RUNS) console.info(`GUICHET_SEED=${seed}, ${numRuns} runs`)
  return { numRuns, seed }
}

/** How often a race is run: few times by default, `GUICHET_RACES=1000` for a proof. */
export function racesOf(byDefault: number): number {
  return Number(process.env.GUICHET_RACES ?? byDefault)
}

/** The limit of a test that repeats itself so often: only for one that hangs. */
export function limitFor(times: number): { timeout: number } {
  return { timeout: 480_000 + times * 20_000 }
}
