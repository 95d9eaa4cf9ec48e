// B1 and B2: what Fastify costs by itself. A GET that says hello, and a POST that checks an order and answers with as
// many bytes as an order has, or as few as a refusal, without doing anything.
import Fastify from 'fastify'
import { ORDER_SCHEMA } from './order-schema.ts'

const reply = JSON.parse(process.env.BENCH_REPLY ?? '{}') as object
const refusal = {
  type: 'https://guichet.example/problems/sold-out',
  title: 'Sold out.',
  status: 409,
  code: 'sold-out',
  detail: 'There are not enough places left.',
  ticketTypeId: 'typ_01h455vb4pex5vsknk084sn02q',
}

const app = Fastify()
app.get('/hello', async () => ({ hello: 'world' }))
app.post('/orders', { schema: { body: ORDER_SCHEMA } }, async (_request, answer) => answer.code(201).send(reply))
app.post('/refused-orders', { schema: { body: ORDER_SCHEMA } }, async (_request, answer) =>
  answer.code(409).header('content-type', 'application/problem+json').send(refusal),
)
const url = await app.listen({ host: '127.0.0.1', port: 0 })
process.send?.({ url })
process.on('disconnect', () => process.exit())
