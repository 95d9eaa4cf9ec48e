/** What a load generator saw. Rates and latencies leave out the first half second. */
export interface Load {
  perSecond: number
  /** Everything answered as wanted, warm-up included: what the books must show. */
  acknowledged: number
  /** Other answers, by status or error. */
  refused: Record<string, number>
  p50Ms: number
  p99Ms: number
  /** The same of the other answers, for each status or error. */
  refusedMs: Record<string, { p50: number; p99: number }>
  /** How much later than due requests were sent, where they were due at a time: a load that limits itself shows here. */
  lateP99Ms: number
  /** Processor time of the load generator, where it is a process of ours. */
  generatorSeconds: number
}

export const WARM_UP_MS = 500

/** Sums up answers by the time of their end and how long they took, both in milliseconds. */
export class Tally {
  readonly #refused = new Map<string, number[]>()
  acknowledged = 0
  #latencies: number[] = []
  #lateness: number[] = []
  readonly #from: number
  readonly #until: number

  /** @param warmUpMs how much of the beginning counts for the books only. */
  constructor(startMs: number, durationMs: number, warmUpMs = WARM_UP_MS) {
    this.#from = startMs + warmUpMs
    this.#until = startMs + durationMs
  }

  acknowledge(endMs: number, latencyMs: number): void {
    this.acknowledged += 1
    if (endMs >= this.#from && endMs < this.#until) this.#latencies.push(latencyMs)
  }

  refuse(why: string, latencyMs = 0): void {
    const latencies = this.#refused.get(why)
    if (latencies) latencies.push(latencyMs)
    else this.#refused.set(why, [latencyMs])
  }

  late(ms: number): void {
    this.#lateness.push(ms)
  }

  load(ordersEach = 1): Load {
    return {
      perSecond: (this.#latencies.length * ordersEach * 1_000) / (this.#until - this.#from),
      acknowledged: this.acknowledged * ordersEach,
      refused: Object.fromEntries([...this.#refused].map(([why, { length }]) => [why, length])),
      p50Ms: quantile(this.#latencies, 0.5),
      p99Ms: quantile(this.#latencies, 0.99),
      refusedMs: Object.fromEntries(
        [...this.#refused].map(([why, each]) => [why, { p50: quantile(each, 0.5), p99: quantile(each, 0.99) }]),
      ),
      lateP99Ms: quantile(this.#lateness, 0.99),
      generatorSeconds: 0,
    }
  }
}

function quantile(numbers: number[], share: number): number {
  const sorted = numbers.sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
