// B1 and B2: what Fastify costs by itself. A GET that says hello, and a POST that checks an order and answers with as
// many bytes as an order has, without doing anything.
import Fastify from 'fastify'
import { ORDER_SCHEMA } from './order-schema.ts'

const reply = JSON.parse(process.env.BENCH_REPLY ?? '{}') as object

const app = Fastify()
app.get('/hello', async () => ({ hello: 'world' }))
app.post('/orders', { schema: { body: ORDER_SCHEMA } }, async (_request, answer) => answer.code(201).send(reply))
const url = await app.listen({ host: '127.0.0.1', port: 0 })
process.send?.({ url })
process.on('disconnect', () => process.exit())
