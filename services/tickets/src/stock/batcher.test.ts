import { DomainError } from '@guichet/problem'
import { eventually } from '@guichet/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { casesOf } from '../../tests/runs.ts'
import { type Batcher, type BatcherOptions, createBatcher } from './batcher.ts'

interface Item {
  name: number
  weight?: number
  poisoned?: boolean
}

interface Batch {
  names: number[]
  /** Ends the batch: each item is answered with its name, unless one is poisoned. */
  end(error?: Error): void
}

class Outage extends Error {}

/** A batcher whose batches end when the test says so. */
function start(more: Partial<BatcherOptions<Item, string>> = {}) {
  const open: Batch[] = []
  const sizes: { size: number; weight: number; inFlight: number }[] = []
  const batcher: Batcher<Item, string> = createBatcher<Item, string>({
    sizeMax: 4,
    weightMax: 10,
    queueMax: 100,
    inFlightMax: 2,
    weigh: ({ weight }) => weight ?? 1,
    isOutage: (error) => error instanceof Outage,
    run: (items) =>
      new Promise((resolve, reject) => {
        const batch: Batch = {
          names: items.map(({ name }) => name),
          end(error) {
            open.splice(open.indexOf(batch), 1)
            const poisoned = items.some((item) => item.poisoned)
            if (error || poisoned) reject(error ?? new Error(`poisoned: ${batch.names}`))
            else resolve(items.map(({ name }) => `done ${name}`))
          },
        }
        open.push(batch)
        sizes.push({
          size: items.length,
          weight: items.reduce((sum, item) => sum + (item.weight ?? 1), 0),
          inFlight: open.length,
        })
      }),
    ...more,
  })
  /** The batches in flight, once there are so many. */
  const flying = (count: number) => eventually(() => (open.length === count ? open : false))
  const submit = (count: number, from = 0, item: Partial<Item> = {}) =>
    Array.from({ length: count }, (_, index) => batcher.submit({ name: from + index, ...item }))
  /** Ends everything that comes, until nothing is left. */
  async function endAll(): Promise<void> {
    let idle = false
    const ended = batcher.idle().then(() => {
      idle = true
    })
    while (!idle) {
      for (const batch of [...open]) batch.end()
      await new Promise((resolve) => setImmediate(resolve))
    }
    await ended
  }
  return { batcher, open, sizes, flying, submit, endAll }
}

describe('a queue that clocks itself', () => {
  it('sends one who is alone at once, by itself', async () => {
    const { flying, submit } = start()
    const [answer] = submit(1)
    const [batch] = await flying(1)
    expect(batch?.names).toEqual([0])
    batch?.end()
    expect(await answer).toBe('done 0')
  })

  it('lets all travel together who come in one moment, or while two batches are on their way', async () => {
    const { flying, submit, open, endAll } = start()
    const first = submit(3)
    await flying(1)
    const second = submit(1, 3)
    await flying(2)
    const late = [...submit(2, 4), ...submit(2, 6)]
    await new Promise((resolve) => setImmediate(resolve))
    expect(open.map((batch) => batch.names)).toEqual([[0, 1, 2], [3]])
    open[1]?.end()
    await eventually(() => open.length === 2)
    expect(open.map((batch) => batch.names)).toEqual([
      [0, 1, 2],
      [4, 5, 6, 7],
    ])
    await endAll()
    expect(await Promise.all([...first, ...second, ...late])).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((n) => `done ${n}`))
  })

  it('refuses who would wait in a queue that is full, and takes others again when it has moved', async () => {
    const { batcher, submit, flying, open, endAll } = start({ queueMax: 5 })
    const accepted = submit(5)
    expect(batcher.isFull()).toBe(true)
    await expect(batcher.submit({ name: 5 })).rejects.toEqual(new DomainError('sale-busy'))
    await flying(2)
    expect(open.map((batch) => batch.names)).toEqual([[0, 1, 2, 3], [4]])
    expect(batcher.isFull()).toBe(false)
    const later = submit(1, 6)
    await endAll()
    expect(await Promise.all([...accepted, ...later])).toHaveLength(6)
  })

  it('is idle when nobody waits and nothing is in work, and not before', async () => {
    const { batcher, submit, open, flying, endAll } = start()
    await batcher.idle()
    const answers = submit(9)
    let idle = false
    const done = batcher.idle().then(() => {
      idle = true
    })
    await flying(2)
    open[0]?.end()
    await eventually(() => open.length === 2)
    expect(idle).toBe(false)
    await endAll()
    await done
    expect(await Promise.all(answers)).toHaveLength(9)
  })
})

describe('a heavy item', () => {
  it('travels alone when it is more than a batch may weigh, and those behind it do not wait for it', async () => {
    const { batcher, submit, open, flying, endAll } = start()
    const heavy = batcher.submit({ name: 0, weight: 50 })
    const light = submit(6, 1)
    await flying(2)
    expect(open.map((batch) => batch.names)).toEqual([[0], [1, 2, 3, 4]])
    open[1]?.end()
    await eventually(() => open.some((batch) => batch.names[0] === 5))
    // The heavy one is still on its way: all light ones go by the other.
    open.find((batch) => batch.names[0] === 5)?.end()
    expect(await Promise.all(light)).toHaveLength(6)
    expect(open.map((batch) => batch.names)).toEqual([[0]])
    await endAll()
    expect(await heavy).toBe('done 0')
  })

  it('keeps its turn: lighter ones behind it do not overtake it for ever', async () => {
    const { batcher, submit, flying, open, endAll } = start()
    submit(4)
    submit(4, 4)
    await flying(2)
    const order = [batcher.submit({ name: 8, weight: 9 }), ...submit(4, 9)]
    open[0]?.end()
    await eventually(() => open.length === 2)
    expect(open[1]?.names).toEqual([8, 9])
    await endAll()
    expect(await Promise.all(order)).toHaveLength(5)
  })
})

describe('an error', () => {
  it('of one item is found by halving, and the others are served', async () => {
    const { batcher, submit, endAll } = start()
    const answers = [...submit(2), batcher.submit({ name: 2, poisoned: true }), ...submit(1, 3)]
    const settled = Promise.allSettled(answers)
    await endAll()
    expect((await settled).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
    await expect(answers[2]).rejects.toThrow('poisoned: 2')
  })

  it('that is an outage fails all of the batch at once, without asking again for each', async () => {
    const { submit, open, flying, sizes, endAll } = start()
    const settled = Promise.allSettled(submit(4))
    await flying(1)
    open[0]?.end(new Outage('away'))
    expect((await settled).map(({ status }) => status)).toEqual(Array(4).fill('rejected'))
    expect(sizes).toHaveLength(1)
    // And the next is tried: the outage may be over.
    const [next] = submit(1, 4)
    await endAll()
    expect(await next).toBe('done 4')
  })

  it('that is thrown before the work began is an error of the batch, too', async () => {
    const { submit } = start({
      run: () => {
        throw new Error('at once')
      },
    })
    const settled = await Promise.allSettled(submit(3))
    expect(settled.map(({ status }) => status)).toEqual(Array(3).fill('rejected'))
  })
})

describe('whatever comes, however heavy, in whatever order batches return', () => {
  const itemOf = fc.record({
    weight: fc.oneof(
      { weight: 4, arbitrary: fc.constant(1) },
      { weight: 1, arbitrary: fc.integer({ min: 2, max: 30 }) },
    ),
    poisoned: fc.integer({ min: 1, max: 8 }).map((drawn) => drawn === 1),
    // What happens after it was submitted: nothing, or a batch returns.
    after: fc.constantFrom('next', 'next', 'first returns', 'last returns'),
  })

  it('answers each by its own fate, in the order of coming, within the limits', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(itemOf, { maxLength: 40 }), async (items) => {
        const { batcher, open, sizes, endAll } = start()
        const taken: number[] = []
        const turn = () => new Promise((resolve) => setImmediate(resolve))
        const answers: Promise<string>[] = []
        const note = () => {
          for (const name of open.flatMap((batch) => batch.names)) if (!taken.includes(name)) taken.push(name)
        }
        for (const [name, { weight, poisoned, after }] of items.entries()) {
          const answer = batcher.submit({ name, weight, poisoned })
          answer.catch(() => {})
          answers.push(answer)
          if (after === 'next') continue
          await turn()
          note()
          open.at(after === 'first returns' ? 0 : -1)?.end()
          await turn()
          note()
        }
        await endAll()
        const settled = await Promise.allSettled(answers)
        expect(settled.map((answer) => (answer.status === 'fulfilled' ? answer.value : 'failed'))).toEqual(
          items.map(({ poisoned }, name) => (poisoned ? 'failed' : `done ${name}`)),
        )
        expect(taken).toEqual([...taken].sort((one, other) => one - other))
        for (const { size, weight, inFlight } of sizes) {
          expect(inFlight).toBeLessThanOrEqual(2)
          expect(size).toBeLessThanOrEqual(4)
          expect(size === 1 || weight <= 10).toBe(true)
        }
      }),
      casesOf(300),
    )
  })
})
