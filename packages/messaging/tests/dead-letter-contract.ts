import { eventually } from '@guichet/testkit'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Bus, connectBus, type Message, type Subscription } from '../src/messaging.ts'
import { aMessage, type Broker, messages, silent, unique, uniqueType } from './fixture.ts'

/** What a person may do with dead letters, the same on every adapter. */
export function deadLetterContract(getBroker: () => Broker): void {
  describe('dead letters', () => {
    let bus: Bus
    const stops: (() => Promise<unknown>)[] = []

    beforeAll(async () => {
      bus = connectBus(getBroker().url, { log: silent })
      await eventually(() => bus.ready())
      return () => bus.close()
    })
    afterEach(async () => {
      for (const stop of stops.splice(0)) await stop()
    })

    /** A queue whose handler refuses what `refuses` says, and its letters. */
    async function failingQueue(rule: Partial<Subscription> = {}) {
      const [queue, type] = [unique('queue'), uniqueType()]
      const handled: Message[] = []
      const attempts: number[] = []
      const state = { refuses: (_: Message) => true }
      const consumer = bus.consume({ queue, types: [type], maxAttempts: 1, ...rule }, async (message, delivery) => {
        attempts.push(delivery.attempt)
        if (state.refuses(message)) throw new Error(`no to ${message.id}`)
        handled.push(message)
      })
      stops.push(consumer.stop)
      await consumer.bound
      return { queue, type, handled, attempts, state }
    }
    async function kill(queue: string, sent: Message[]): Promise<void> {
      for (const message of sent) {
        const before = await bus.deadLetters.count(queue)
        expect(await bus.publish([message])).toEqual(['published'])
        await eventually(async () => (await bus.deadLetters.count(queue)) === before + 1)
      }
    }
    const ids = (letters: { id: string }[]) => letters.map(({ id }) => id)

    it('lists them in the order in which they died, a page at a time, and leaves them where they are', async () => {
      const { queue, type } = await failingQueue()
      const sent = messages(type, 5)
      await kill(queue, sent)
      const [first, second] = await bus.deadLetters.list(queue, { limit: 2 })
      expect([first?.id, second?.id]).toEqual(ids(sent.slice(0, 2)))
      const rest = await bus.deadLetters.list(queue, { after: second })
      expect(ids(rest)).toEqual(ids(sent.slice(2)))
      expect(ids(await bus.deadLetters.list(queue))).toEqual(ids(sent))
      await eventually(async () => (await bus.deadLetters.count(queue)) === 5)
    })

    it('says of one what it was, when it died, why, and after how many attempts', async () => {
      const { queue, type } = await failingQueue({ maxAttempts: 2, backoffMs: [20] })
      const [message] = messages(type, 1) as [Message]
      const before = Date.now()
      await kill(queue, [message])
      const letter = await bus.deadLetters.find(queue, message.id)
      expect(letter).toMatchObject({
        key: message.id,
        id: message.id,
        type,
        message,
        raw: null,
        attempts: 2,
        error: `Error: no to ${message.id}`,
      })
      const diedAt = new Date(letter?.diedAt ?? 0).getTime()
      // The broker's clock may count whole seconds.
      expect(diedAt).toBeGreaterThanOrEqual(before - 2_000)
      expect(diedAt).toBeLessThanOrEqual(Date.now() + 2_000)
      expect(await bus.deadLetters.find(queue, 'nobody')).toBeUndefined()
      expect(await bus.deadLetters.list(unique('queue'))).toEqual([])
    })

    it('puts back those that are named, with their attempts forgotten, and no other', async () => {
      const { queue, type, handled, attempts, state } = await failingQueue()
      const [one, two, three] = messages(type, 3) as [Message, Message, Message]
      await kill(queue, [one, two, three])
      state.refuses = () => false
      expect(await bus.deadLetters.replay(queue, [one.id, three.id, 'nobody'])).toBe(2)
      await eventually(() => handled.length === 2)
      expect(ids(handled).sort()).toEqual([one.id, three.id].sort())
      expect(attempts.slice(3)).toEqual([1, 1])
      expect(ids(await bus.deadLetters.list(queue))).toEqual([two.id])
    })

    it('puts back all of them once, also when each dies again at once', async () => {
      const { queue, type, attempts } = await failingQueue()
      const sent = messages(type, 4)
      await kill(queue, sent)
      expect(await bus.deadLetters.replay(queue, 'all')).toBe(4)
      await eventually(() => attempts.length === 8)
      await eventually(async () => (await bus.deadLetters.count(queue)) === 4)
      expect(ids(await bus.deadLetters.list(queue)).sort()).toEqual(ids(sent).sort())
    })

    it('puts a mended message in the place of the one that died', async () => {
      const { queue, type, handled, state } = await failingQueue()
      state.refuses = (message) => (message.data as { n?: number }).n !== 7
      const [message, other] = messages(type, 2) as [Message, Message]
      await kill(queue, [message, other])
      const mended = { ...message, data: { n: 7 } }
      expect(await bus.deadLetters.mend(queue, message.id, mended)).toBe(true)
      await eventually(() => handled.length === 1)
      expect(handled).toEqual([mended])
      expect(ids(await bus.deadLetters.list(queue))).toEqual([other.id])
      expect(await bus.deadLetters.mend(queue, message.id, mended)).toBe(false)
    })

    it('throws away those that are named, or all', async () => {
      const { queue, type, attempts } = await failingQueue()
      const sent = messages(type, 4)
      await kill(queue, sent)
      expect(await bus.deadLetters.discard(queue, [sent[1]?.id ?? ''])).toBe(1)
      expect(ids(await bus.deadLetters.list(queue))).toEqual(ids([sent[0], sent[2], sent[3]] as Message[]))
      expect(await bus.deadLetters.discard(queue, 'all')).toBe(3)
      expect(await bus.deadLetters.list(queue)).toEqual([])
      expect(attempts).toHaveLength(4)
    })

    it('has a key for what is no message, shows its body, and takes a whole message in its place', async () => {
      const { queue, type, handled, state } = await failingQueue()
      state.refuses = () => false
      await getBroker().poison(queue)
      await eventually(async () => (await bus.deadLetters.count(queue)) === 1)
      const [letter] = await bus.deadLetters.list(queue)
      expect(letter).toMatchObject({ id: '', type: '', message: null, error: expect.stringContaining('CloudEvents') })
      expect(letter?.key).toMatch(/^[0-9a-f]{32}$/)
      expect(letter?.raw).toContain('half')
      const message = aMessage(type)
      expect(await bus.deadLetters.mend(queue, letter?.key ?? '', message)).toBe(true)
      await eventually(() => handled.length === 1)
      expect(handled).toEqual([message])
    })

    it('shows a letter whole to two people who look at the same time', async () => {
      const { queue, type } = await failingQueue()
      const sent = messages(type, 3)
      await kill(queue, sent)
      const looks = await Promise.all([1, 2, 3].map(() => bus.deadLetters.list(queue)))
      expect(looks.map(ids)).toEqual([ids(sent), ids(sent), ids(sent)])
    })

    it('counts two copies of a message as one letter, put back or thrown away together', async () => {
      const { queue, type, attempts } = await failingQueue()
      const [message] = messages(type, 1) as [Message]
      await bus.publish([message, message])
      await eventually(() => attempts.length === 2)
      const letters = await eventually(async () => {
        const found = await bus.deadLetters.list(queue)
        return found.length > 0 && found
      })
      expect(ids(letters)).toEqual([message.id])
      await eventually(async () => {
        await bus.deadLetters.discard(queue, [message.id])
        return (await bus.deadLetters.count(queue)) === 0
      })
      expect(await bus.deadLetters.list(queue)).toEqual([])
    })
  })
}
