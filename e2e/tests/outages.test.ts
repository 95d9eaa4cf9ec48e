import { eventually, hasPart, type Rabbitmq, startRabbitmq } from '@guichet/testkit'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSale, type Sale, signInAsAdmin } from '../client.ts'
import { type Shoppers, sendShoppers } from '../shoppers.ts'
import { type ProcessName, type System, startSystem } from '../system.ts'

// People buy without a pause while what carries the news is taken away in every way we know; afterwards the mail
// server's own journal is held against the orders. Longer and more often by command:
// GUICHET_OUTAGE_SECONDS=300 GUICHET_RUNS=20 ./guichet test --project e2e tests/outages.test.ts
const SECONDS = Number(process.env.GUICHET_OUTAGE_SECONDS ?? 0)
const RUNS = Number(process.env.GUICHET_RUNS ?? 2)
const SALES = 6
/** Half an hour of people who buy without a pause leaves more mails than this machine sends in another half hour. */
const PAUSE_MS = SECONDS > 60 ? 1_000 : 0
const DRAINED_WITHIN_MS = 300_000 + SECONDS * 1_000
const TIMEOUT_MS = 600_000 + DRAINED_WITHIN_MS + SECONDS * 1_000 + RUNS * 30_000

async function rows<Row extends pg.QueryResultRow>(system: System, service: 'tickets' | 'notifications', text: string) {
  const client = new pg.Client({ connectionString: system.databaseUrl(service) })
  await client.connect()
  try {
    return (await client.query<Row>(text)).rows
  } finally {
    await client.end()
  }
}

/** Nothing waits any more: not to be published, not to be sent. */
async function untilQuiet(system: System): Promise<void> {
  const unpublished = 'select id from outbox where published_at is null limit 1'
  const unsent = "select id from delivery where state in ('pending', 'sending', 'retrying') limit 1"
  await eventually(async () => (await rows(system, 'tickets', unpublished)).length === 0, DRAINED_WITHIN_MS)
  await eventually(async () => (await rows(system, 'notifications', unsent)).length === 0, DRAINED_WITHIN_MS)
}

interface Told {
  /** Orders without any mail. */
  never: string[]
  /** Orders with more than one, and how many different Message-IDs these have. */
  repeated: { email: string; mails: number; messageIds: number }[]
}

/** Of the mail server's journal: whom it was asked to tell, and how often. */
function toldBy(system: System, { sold }: Shoppers): Told {
  const ids = new Map<string, string[]>()
  for (const entry of system.journal('inbox')) {
    if (entry.type !== 'received') continue
    for (const to of entry.to as string[]) ids.set(to, [...(ids.get(to) ?? []), String(entry.messageId)])
  }
  return {
    never: sold.map(({ email }) => email).filter((email) => !ids.has(email)),
    repeated: sold
      .map(({ email }) => ({ email, mails: ids.get(email)?.length ?? 0, messageIds: new Set(ids.get(email)).size }))
      .filter(({ mails }) => mails > 1),
  }
}

/** Every confirmed order's news is in the inbox of notifications, once; no sale failed; each buyer has one mail. */
async function expectNothingLost(system: System, shop: Shoppers): Promise<void> {
  await shop.stop()
  expect(shop.failures).toEqual([])
  await eventually(async () => {
    await untilQuiet(system)
    expect(toldBy(system, shop).never).toEqual([])
  }, DRAINED_WITHIN_MS)
  const announced = await rows<{ message_id: string }>(
    system,
    'tickets',
    "select message_id from outbox where type = 'tickets.order-confirmed.v1'",
  )
  const received = new Set(
    (await rows<{ message_id: string }>(system, 'notifications', 'select message_id from inbox')).map(
      (row) => row.message_id,
    ),
  )
  expect(announced.filter(({ message_id }) => !received.has(message_id))).toEqual([])
  expect(toldBy(system, shop)).toEqual({ never: [], repeated: [] })
}

function shared(bus: string, startBroker?: () => Promise<Rabbitmq>) {
  let system: System
  let broker: Rabbitmq | undefined
  let sale: Sale

  beforeAll(async () => {
    broker = await startBroker?.()
    system = await startSystem({
      ...(broker ? { busUrl: broker.url } : {}),
      env: {
        tickets: { TICKETS_HOLDS_PER_ADDRESS: '1000000' },
        // What a killed process held back goes to the next one after this; by default after a minute.
        notifications: { NOTIFICATIONS_LEASE_SECONDS: '10' },
      },
    })
    sale = await openSale(system, await signInAsAdmin(system), { capacity: 1_000_000 })
  })
  afterAll(async () => {
    await system?.stop()
    await broker?.remove()
  })

  const whileBuying = async (trouble: (shop: Shoppers) => Promise<void>, away?: ProcessName) => {
    // Killed before the first sale and with nothing to do: amid a mail it may send it twice, as the second test counts.
    await untilQuiet(system)
    if (away) await system.kill9(away)
    const shop = sendShoppers(system, sale, { pauseMs: PAUSE_MS })
    try {
      await shop.buyMore(2)
      await trouble(shop)
      await expectNothingLost(system, shop)
    } finally {
      await shop.stop()
    }
    console.log(`${bus}: ${shop.sold.length} sold, 0 failed, each with one mail`)
  }
  const kill = async (name: ProcessName) => {
    await system.kill9(name)
    await system.start(name)
  }

  it(
    `nobody is refused while notifications is away, and each mail leaves once afterwards (${bus})`,
    async () => {
      await whileBuying(async (shop) => {
        await shop.buyMore(SALES, SECONDS)
        await system.start('notifications')
      }, 'notifications')
    },
    TIMEOUT_MS,
  )

  it(
    `notifications killed again and again while it sends loses no mail (${bus})`,
    async () => {
      const shop = sendShoppers(system, sale, { pauseMs: PAUSE_MS })
      try {
        for (let run = 0; run < RUNS; run++) {
          await shop.buyMore(SALES)
          await kill('notifications')
        }
        await shop.stop()
        expect(shop.failures).toEqual([])
        await eventually(async () => {
          await untilQuiet(system)
          expect(toldBy(system, shop).never).toEqual([])
        }, DRAINED_WITHIN_MS)
        // Killed between the mail server's 250 and our commit, it sends the same mail again, known by its Message-ID.
        const { repeated } = toldBy(system, shop)
        // The next kill may hit that second one as well; of each process, at most as many as it sends at once.
        expect(repeated.filter(({ mails, messageIds }) => mails > 1 + RUNS || messageIds > 1)).toEqual([])
        expect(repeated.reduce((sum, { mails }) => sum + mails - 1, 0)).toBeLessThanOrEqual(RUNS * 8)
        console.log(`${bus}: ${shop.sold.length} mails, ${RUNS} kills, ${repeated.length} sent twice`)
      } finally {
        await shop.stop()
      }
    },
    TIMEOUT_MS,
  )

  return { system: () => system, broker: () => broker as Rabbitmq, whileBuying }
}

describe('on the embedded bus', () => {
  shared('embedded bus')
})

describe.runIf(hasPart('rabbitmq'))('on RabbitMQ', () => {
  const { system, broker, whileBuying } = shared('RabbitMQ', startRabbitmq)

  it(
    'nobody is refused while the broker is away, and each mail leaves once afterwards',
    async () => {
      await whileBuying(async (shop) => {
        await broker().stop()
        await shop.buyMore(SALES, SECONDS)
        await broker().start()
      })
    },
    TIMEOUT_MS,
  )

  it(
    'a broker killed again and again loses nothing',
    async () => {
      await whileBuying(async (shop) => {
        for (let run = 0; run < RUNS; run++) {
          await shop.buyMore(SALES)
          await broker().kill9()
          await broker().start()
        }
      })
    },
    TIMEOUT_MS,
  )

  it(
    'a broker that comes back without its disk loses nothing',
    async () => {
      await whileBuying(async (shop) => {
        // Those that the broker alone still knows are the ones in danger.
        await shop.buyMore(SALES)
        await broker().kill9()
        await broker().wipe()
        await broker().start()
        await system().start('notifications')
      }, 'notifications')
    },
    TIMEOUT_MS,
  )
})
