export {
  type Bus,
  type Consumer,
  type DeadLetter,
  type Delivery,
  type Outcome,
  type Receive,
  retryRule,
  type Subscription,
} from './bus.ts'
export { connectBus } from './connect.ts'
export type { Log } from './log.ts'
export { isMessage, type Message } from './message.ts'
export { addToOutbox, type OutboxEntry, outboxStatement } from './outbox.ts'
export { type Relay, type RelayOptions, startRelay } from './relay.ts'
export { type MessageHandler, type SubscribeOptions, subscribe } from './subscribe.ts'
