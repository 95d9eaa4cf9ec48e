/**
 * A process of its own that has one effect for each message, and is killed by the test while it does. `real` is what
 * every service does; the others leave out one half of it each, to show that the test would notice.
 */
import { createDatabase, inTransaction } from '@guichet/database'
import { type Bus, connectBus, subscribe } from '../src/messaging.ts'
import { haveEffect, silent, type TestSchema } from './fixture.ts'

const [variant = '', busUrl = '', databaseUrl = '', queue = '', type = '', commitAfterMs] = process.argv.slice(2)
const db = createDatabase<TestSchema>(databaseUrl, { max: 8 })
const connected = connectBus(busUrl, { log: silent })
/** Tells of each delivery on the standard output, before anything is done about it. */
const bus: Bus = {
  ...connected,
  consume: (subscription, receive) =>
    connected.consume(subscription, async (message, delivery) => {
      process.stdout.write(`${message.id}\n`)
      return receive(message, delivery)
    }),
}

switch (variant) {
  case 'real':
    subscribe({ bus, db, queue, log: silent, handlers: { [type]: haveEffect } })
    break
  case 'no inbox':
    bus.consume({ queue, types: [type] }, (message) => inTransaction(db, (tx) => haveEffect(tx, message)))
    break
  case 'acknowledged before the commit':
    bus.consume({ queue, types: [type] }, async (message) => {
      setTimeout(() => void inTransaction(db, (tx) => haveEffect(tx, message)), Number(commitAfterMs))
    })
    break
  default:
    throw new Error(`There is no variant ${variant}`)
}
