// S: what sells in the tickets service, without HTTP: the same program, called in its own process by many at once.
import { randomUUID } from 'node:crypto'
import { readConfig } from '../../../services/tickets/src/config.ts'
import { placeOrder } from '../../../services/tickets/src/orders/place-order.ts'
import { createTickets } from '../../../services/tickets/src/service.ts'
import { Tally } from '../load.ts'

export interface EngineJob {
  eventId: string
  ticketTypeId: string
  callers: number
  seconds: number
  warmUpMs: number
}

/** Of a request, which the HTTP layer makes. */
const HASH = Buffer.alloc(32, 1)

const { context } = createTickets(readConfig(process.env))

async function place({ eventId, ticketTypeId }: EngineJob): Promise<void> {
  const wanted = {
    eventId,
    lines: [{ ticketTypeId, quantity: 1 }],
    buyer: { name: 'Amina Diallo', email: 'amina@example.org' },
    buyerUserId: null,
    locale: 'fr',
  }
  const idempotency = { scope: 'guest:placeOrder', key: randomUUID(), requestHash: HASH }
  await placeOrder(context, { ...wanted, idempotency })
}

async function run(job: EngineJob) {
  const start = performance.now()
  const tally = new Tally(start, job.seconds * 1_000, job.warmUpMs)
  await Promise.all(
    Array.from({ length: job.callers }, async () => {
      for (let begun = start; begun - start < job.seconds * 1_000; begun = performance.now()) {
        try {
          await place(job)
          tally.acknowledge(performance.now(), performance.now() - begun)
        } catch (error) {
          tally.refuse((error as { code?: string }).code ?? String(error), performance.now() - begun)
        }
      }
    }),
  )
  return tally.load()
}

process.on('message', (job: EngineJob) => {
  run(job).then(
    (load) => process.send?.({ load }),
    (error: Error) => process.send?.({ error: error.message }),
  )
})
process.on('disconnect', () => process.exit())
process.send?.('ready')
