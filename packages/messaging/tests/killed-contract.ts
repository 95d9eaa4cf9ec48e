import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { sql } from '@guichet/database'
import { eventually } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bus, connectBus, type Message } from '../src/messaging.ts'
import { aMessage, type Broker, messages, serviceDatabase, silent, unique, uniqueType } from './fixture.ts'

const SCRIPT = fileURLToPath(new URL('effecting-consumer.ts', import.meta.url))
/** `KILLS=20` for the whole proof. */
const KILLS = Number(process.env.KILLS ?? 3)
const MESSAGES = Math.max(200, 70 * KILLS)

/** F6, I8: a consumer killed at any moment, every message delivered twice, then the whole queue once more. */
export function killedContract(getBroker: () => Broker): void {
  describe('a consumer that is killed with -9 again and again', () => {
    let database: Awaited<ReturnType<typeof serviceDatabase>>
    let bus: Bus
    beforeAll(async () => {
      database = await serviceDatabase()
      bus = connectBus(getBroker().url, { log: silent })
      await eventually(() => bus.ready())
      return async () => {
        await bus.close()
      }
    })
    afterAll(() => database?.stop())

    async function effects(): Promise<Map<string, number>> {
      const { rows } = await sql<{ message_id: string; count: number }>`
        select message_id, count(*)::integer as count from effect group by 1`.execute(database.db)
      return new Map(rows.map((row) => [row.message_id, row.count]))
    }

    async function run(variant: string, kills: number) {
      await sql`truncate effect`.execute(database.db)
      const [queue, type] = [unique('queue'), uniqueType()]
      const first = bus.consume({ queue, types: [type] }, async () => {})
      await first.bound
      await first.stop()
      const sent = messages(type, MESSAGES)
      const twice = sent.flatMap((message) => [message, message])
      expect(await bus.publish(twice)).toEqual(twice.map(() => 'published'))

      let deliveries = 0
      /** One that is killed commits what it acknowledged too early only long after: the kill comes first on any machine. */
      const start = (commitAfterMs: number): ChildProcess => {
        const args = [SCRIPT, variant, getBroker().url, database.url, queue, type, String(commitAfterMs)]
        const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
        child.stdout?.on('data', (text) => {
          deliveries += String(text).split('\n').length - 1
        })
        return child
      }
      const end = async (child: ChildProcess) => {
        const ended = once(child, 'close')
        child.kill('SIGKILL')
        await ended
        await getBroker().giveBack(queue)
      }
      for (let kill = 0; kill < kills; kill++) {
        const before = deliveries
        const child = start(600_000)
        // A quick broker may have been through before the last kill: then that one hits nothing, and harms nothing.
        const step = (MESSAGES * 2) / (kills + 2)
        await eventually(() => deliveries > before + step || deliveries >= MESSAGES * 2)
        await end(child)
      }
      const last = start(0)
      await handled(type)
      const afterKills = await effects()
      // All of them once more, as when a broker that lost its disk is sent everything again.
      await bus.publish(sent)
      await handled(type)
      const afterReplay = await effects()
      await end(last)
      const of = (found: Map<string, number>) => sent.map(({ id }: Message) => found.get(id) ?? 0)
      return { deliveries, afterKills: of(afterKills), afterReplay: of(afterReplay) }
    }

    /** Resolves when a message published now has had its effect ten times over: all that was before is long through. */
    async function handled(type: string): Promise<void> {
      for (let n = 0; n < 10; n++) {
        const marker = aMessage(type)
        await bus.publish([marker])
        await eventually(async () => ((await effects()).get(marker.id) ?? 0) > 0)
      }
    }

    it('has each effect exactly once, though every message comes at least twice', async () => {
      const { deliveries, afterKills, afterReplay } = await run('real', KILLS)
      const lost = afterReplay.filter((count) => count === 0).length
      const doubled = afterReplay.filter((count) => count > 1).length
      console.info(`${MESSAGES} messages, ${KILLS} kills, ${deliveries} deliveries, ${lost} lost, ${doubled} doubled`)
      expect(afterKills).toEqual(Array(MESSAGES).fill(1))
      expect(afterReplay).toEqual(Array(MESSAGES).fill(1))
      // Some were under way when it was killed, or this shows nothing: they came once more.
      expect(deliveries).toBeGreaterThan(MESSAGES * 3)
    })

    it('control: without the inbox, effects are doubled', async () => {
      const { afterKills } = await run('no inbox', 0)
      expect(Math.max(...afterKills)).toBeGreaterThan(1)
    })

    it('control: acknowledged before the commit, effects are lost', async () => {
      const { afterKills } = await run('acknowledged before the commit', 1)
      expect(Math.min(...afterKills)).toBe(0)
    })
  })
}
