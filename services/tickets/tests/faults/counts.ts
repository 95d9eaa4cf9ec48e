/** How often each fault is injected: few times by default, `GUICHET_KILLS=20` for a proof. */
export function timesOf(byDefault: number): number {
  return Number(process.env.GUICHET_KILLS ?? byDefault)
}

/** The limit of a test that injects so many. */
export function limitFor(times: number): { timeout: number } {
  return { timeout: 480_000 + times * 60_000 }
}
