import { DomainError } from '@guichet/problem'

export interface BatcherOptions<Item, Result> {
  /**
   * Does the work of a batch, all or nothing; one result for each item, in order. What is wrong with one item alone is a
   * result; an error that it throws is taken for the fault of an item that is to be found, unless `isOutage` says otherwise.
   */
  run(items: readonly Item[]): Promise<readonly Result[]>
  /** An error that has nothing to do with the items: none would fare better alone. */
  isOutage(error: unknown): boolean
  /** How much work an item is; most are 1. A batch ends before it weighs more than `weightMax`, unless it is one item. */
  weigh?(item: Item): number
  sizeMax: number
  weightMax: number
  /** Items that may wait; beyond, `submit` refuses. */
  queueMax: number
  inFlightMax: number
}

export interface Batcher<Item, Result> {
  /** @throws DomainError `sale-busy` at once when too many wait. */
  submit(item: Item): Promise<Result>
  isFull(): boolean
  /** When nothing waits and nothing is in work. */
  idle(): Promise<void>
}

interface Waiting<Item, Result> {
  item: Item
  weight: number
  resolve(result: Result): void
  reject(error: unknown): void
}

/**
 * A queue that clocks itself: what arrives while batches are in flight makes up the next one, and it leaves as soon as one of
 * them returns. No timer: alone, an item leaves at once; the more load, the larger the batches (the group commit of
 * databases, done where the lock is). A batch that fails is halved until the item at fault is alone.
 */
export function createBatcher<Item, Result>(options: BatcherOptions<Item, Result>): Batcher<Item, Result> {
  let queue: Waiting<Item, Result>[] = []
  let head = 0
  let inFlight = 0
  let scheduled = false
  const idlers: (() => void)[] = []
  const length = () => queue.length - head

  function take(): Waiting<Item, Result>[] {
    const batch: Waiting<Item, Result>[] = []
    for (let weight = 0; head < queue.length && batch.length < options.sizeMax; head++) {
      const next = queue[head]
      if (!next || (batch.length > 0 && weight + next.weight > options.weightMax)) break
      weight += next.weight
      batch.push(next)
    }
    if (head === queue.length) {
      queue = []
      head = 0
    } else if (head > 4_096) {
      queue = queue.slice(head)
      head = 0
    }
    return batch
  }

  async function work(batch: Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await options.run(batch.map(({ item }) => item))
      for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result)
    } catch (error) {
      if (batch.length === 1 || options.isOutage(error)) {
        for (const { reject } of batch) reject(error)
        return
      }
      const middle = batch.length >> 1
      await work(batch.slice(0, middle))
      await work(batch.slice(middle))
    }
  }

  function pump(): void {
    scheduled = false
    while (inFlight < options.inFlightMax && length() > 0) {
      inFlight += 1
      void work(take()).finally(() => {
        inFlight -= 1
        pump()
      })
    }
    if (inFlight === 0 && length() === 0) for (const done of idlers.splice(0)) done()
  }

  return {
    submit(item) {
      if (length() >= options.queueMax) return Promise.reject(new DomainError('sale-busy'))
      return new Promise<Result>((resolve, reject) => {
        queue.push({ item, weight: options.weigh?.(item) ?? 1, resolve, reject })
        // After the other requests of this turn of the event loop, which then travel together.
        if (!scheduled && inFlight < options.inFlightMax) {
          scheduled = true
          setImmediate(pump)
        }
      })
    },
    isFull: () => length() >= options.queueMax,
    idle: () => (inFlight === 0 && length() === 0 ? Promise.resolve() : new Promise((done) => void idlers.push(done))),
  }
}
