// D: the server of our services, with what is usually written behind it: a pool of ten connections and the statements
// of A1 in one transaction for each order.
import { createLog, createServer, defineAccess } from '@guichet/server'
import pg from 'pg'
import { ORDER_SCHEMA } from './order-schema.ts'

const reply = JSON.parse(process.env.BENCH_REPLY ?? '{}') as object
const pool = new pg.Pool({ connectionString: process.env.BENCH_DATABASE_URL, max: 10 })

const app = createServer({
  service: 'plain',
  version: '0.1.0',
  problems: {},
  access: defineAccess({ permissions: {}, routes: { placeOrder: 'public' } }),
  verifier: () => Promise.reject(new Error('nobody signs in here')),
  ready: {},
  log: createLog('plain', 'silent'),
})
app.post('/orders', { schema: { operationId: 'placeOrder', body: ORDER_SCHEMA } }, async (request, answer) => {
  const { eventId, lines, buyer } = request.body
  const id = await placeOrder(Number(eventId), lines[0]?.quantity ?? 0, buyer?.email ?? '', request)
  return answer.code(201).send({ ...reply, id })
})

async function placeOrder(event: number, quantity: number, email: string, { headers }: { headers: object }) {
  const key = (headers as Record<string, string>)['idempotency-key']
  const client = await pool.connect()
  try {
    await client.query('begin')
    await run(client, 'lock', 'select remaining from stock where id = $1 for update', [event])
    await run(client, 'take', 'update stock set remaining = remaining - $2 where id = $1', [event, quantity])
    const id = await run(
      client,
      'order',
      'insert into orders (id, event_id, email, qty, idem) values (uuidv7(), $1, $2, $3, $4) returning id',
      [event, email, quantity, key],
    )
    await run(client, 'ticket', 'insert into tickets (order_id, n) values ($1, 1)', [id])
    await run(client, 'announce', `insert into outbox (topic, key) values ('order.placed', $1)`, [id])
    await client.query('commit')
    return id
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}

async function run(client: pg.PoolClient, name: string, text: string, values: unknown[]): Promise<string | undefined> {
  const { rows } = await client.query<{ id?: string }>({ name, text, values })
  return rows[0]?.id
}

const url = await app.listen({ host: '127.0.0.1', port: 0 })
process.send?.({ url })
process.on('disconnect', () => process.exit())
