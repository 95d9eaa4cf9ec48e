import { inTransaction } from '@guichet/database'
import { eventually, hasPart, type RabbitmqCluster, startRabbitmqCluster } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addToOutbox, connectBus, startRelay, subscribe } from '../src/messaging.ts'
import { effectsOf, haveEffect, serviceDatabase, silent, unique, uniqueType, unpublished } from './fixture.ts'

/** `KILLS=10` for the long run; the figures are printed. */
const KILLS = Number(process.env.KILLS ?? 2)

describe.skipIf(!hasPart('rabbitmq'))('on three nodes of RabbitMQ', () => {
  let cluster: RabbitmqCluster

  beforeAll(async () => {
    cluster = await startRabbitmqCluster(3)
    // Nodes answer before they have found one another, and a queue has its copies on those that it finds.
    await eventually(async () => {
      const status = JSON.parse((await cluster.nodes[0]?.ctl('--formatter', 'json', 'cluster_status')) ?? '{}')
      return status.running_nodes?.length === 3
    })
  })
  afterAll(() => cluster?.remove())

  it(
    'loses nothing, and goes on, when one of them after another is killed with -9 while facts are written',
    async () => {
      const database = await serviceDatabase()
      const bus = connectBus(cluster.url, { log: silent })
      const [queue, type] = [unique('queue'), uniqueType()]
      const handlers = { [type]: haveEffect }
      const consumer = subscribe({ bus, db: database.db, queue, handlers, prefetch: 50, log: silent })
      await consumer.bound
      const relay = startRelay({ db: database.db, bus, log: silent, source: unique('source') })
      const written: string[] = []
      let writing = true
      const writer = (async () => {
        for (let n = 0; writing; n++) {
          const fact = { type, subject: `tst_${n % 50}`, data: { n } }
          written.push(...(await inTransaction(database.db, (tx) => addToOutbox(tx, fact))))
        }
      })()

      const resumedAfterMs: number[] = []
      for (let kill = 0; kill < KILLS; kill++) {
        const before = relay.counts().published
        await eventually(() => relay.counts().published > before + 200)
        const node = cluster.nodes[kill % 3]
        await node?.kill9()
        const [killedAt, then] = [Date.now(), relay.counts().published]
        // The two others are the majority: what is written after the kill is published without the third.
        await eventually(() => relay.counts().published > then + 600)
        resumedAfterMs.push(Date.now() - killedAt)
        await node?.start()
      }
      writing = false
      await writer
      await eventually(async () => (await unpublished(database.db)) === 0)
      await eventually(async () => (await effectsOf(database.db)).distinct === written.length)
      expect(await effectsOf(database.db)).toEqual({ all: written.length, distinct: written.length })
      console.log(
        `cluster: ${KILLS} kills, ${written.length} facts, 0 lost; 600 more published within ${resumedAfterMs.join(', ')} ms of each kill`,
      )
      await consumer.stop()
      await relay.stop()
      await bus.close()
      await database.stop()
    },
    180_000 + KILLS * 60_000,
  )
})
