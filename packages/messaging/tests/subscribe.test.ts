import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { createDatabase, sql } from '@guichet/database'
import { eventually, testBus } from '@guichet/testkit'
import { v7 as newUuid } from 'uuid'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { purgeInbox } from '../src/inbox.ts'
import { type MessageHandler, subscribe } from '../src/messaging.ts'
import { aMessage, effects, haveEffect, serviceDatabase, silent, type TestSchema } from './fixture.ts'

let database: Awaited<ReturnType<typeof serviceDatabase>>
beforeAll(async () => {
  database = await serviceDatabase()
})
afterAll(() => database?.stop())

describe('subscribe', () => {
  function consume(handlers: Record<string, MessageHandler<TestSchema>>, db = database.db) {
    const bus = testBus()
    const lines: string[] = []
    const log = { ...silent, warn: (_: object, text: string) => lines.push(text) }
    const consumer = subscribe({ bus, db, queue: 'test', handlers, log: { ...log, error: log.warn } })
    return { bus, lines, consumer }
  }

  it('has one effect for a message delivered three times at once', async () => {
    const { bus } = consume({ 'test.happened.v1': haveEffect })
    const message = aMessage('test.happened.v1')
    await Promise.all([bus.deliver(message), bus.deliver(message), bus.deliver(message)])
    expect(await effects(database.db, message.id)).toBe(1)
  })

  it('rolls effect and inbox row back together, so that the next delivery starts afresh', async () => {
    let broken = true
    const { bus, lines } = consume({
      'test.happened.v1': async (tx, message) => {
        await haveEffect(tx, message)
        if (broken) throw new Error('after the effect')
      },
    })
    const message = aMessage('test.happened.v1')
    await expect(bus.deliver(message)).rejects.toThrow('after the effect')
    expect(await effects(database.db, message.id)).toBe(0)
    expect(lines).toEqual(['message set aside as a dead letter'])
    broken = false
    await bus.deliver(message)
    expect(await effects(database.db, message.id)).toBe(1)
  })

  it('forgets a message after thirty days, not one that its outbox may send again, and none of another queue', async () => {
    const ids = Array.from({ length: 3 }, () => newUuid())
    await sql`
      insert into inbox (queue, message_id, received_at)
      select queue, message_id, now() - days * interval '1 day'
        from (values ('old', ${ids[0]}::uuid, 31), ('old', ${ids[1]}::uuid, 29), ('other', ${ids[2]}::uuid, 31))
          as row (queue, message_id, days)`.execute(database.db)
    await purgeInbox(database.db, 'old')
    const { rows } = await sql<{ id: string }>`
      select message_id as id from inbox where message_id = any(${ids}) order by message_id`.execute(database.db)
    expect(rows.map(({ id }) => id)).toEqual(ids.slice(1))
  })

  it('purges its inbox by itself, for as long as it runs', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const { consumer } = consume({ 'test.happened.v1': haveEffect })
    const id = newUuid()
    const remembers = async () =>
      (await sql`select from inbox where message_id = ${id}`.execute(database.db)).rows.length > 0
    await sql`insert into inbox (queue, message_id, received_at) values ('test', ${id}, now() - interval '31 days')`.execute(
      database.db,
    )
    vi.advanceTimersByTime(3_600_000)
    vi.useRealTimers()
    await eventually(async () => !(await remembers()))
    await consumer.stop()
  })

  it('takes a type that it no longer handles without effect, and says so', async () => {
    const handlers: Record<string, MessageHandler<TestSchema>> = { 'test.happened.v1': haveEffect }
    const { bus, lines } = consume(handlers)
    delete handlers['test.happened.v1']
    const message = await bus.deliver(aMessage('test.happened.v1'))
    expect(lines).toEqual(['message of a type that is no longer handled'])
    expect(await effects(database.db, message.id)).toBe(0)
  })

  it('waits for a database that is away instead of using up the attempts of the message', async () => {
    const gate = await closedGate(new URL(database.url))
    const db = createDatabase<TestSchema>(gate.url, { max: 1 })
    const { bus, lines } = consume({ 'test.happened.v1': haveEffect }, db)
    const message = aMessage('test.happened.v1')
    const delivered = bus.deliver(message)
    await eventually(() => gate.refused() > 1)
    gate.open()
    await delivered
    expect(await effects(database.db, message.id)).toBe(1)
    expect(lines).toEqual([])
    await db.destroy()
    await gate.stop()
  })
})

/** A way to the database that hangs up on everyone until it is opened. */
async function closedGate(target: URL) {
  let isOpen = false
  let refused = 0
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    if (!isOpen) {
      refused++
      socket.resetAndDestroy()
      return
    }
    const onward = connect(Number(target.port), target.hostname)
    onward.on('error', () => socket.destroy())
    socket.pipe(onward).pipe(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(target)
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    refused: () => refused,
    open: () => {
      isOpen = true
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
